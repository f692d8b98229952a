from typing import Any

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import Clock
from dify_app.form import AppCache, AppForm, UploadLimits, Variable, parse_form
from errors import DifyUnavailable, UnsupportedApp
from tests.dify_app.still_clock import StillClock

# A form as in docs/platform/dify.md#app-form.
INFO: dict[str, Any] = {
    "opening_statement": " Hello! ",
    "suggested_questions": ["What?", "", 7, "Who?"],
    "suggested_questions_after_answer": {"enabled": False},
    "retriever_resource": {"enabled": True},
    "user_input_form": [
        {
            "text-input": {
                "variable": "topic",
                "label": "Topic",
                "required": True,
                "max_length": 48,
                "default": "",
            }
        },
        {
            "select": {
                "variable": "plan",
                "label": "Plan",
                "required": False,
                "options": ["a", "b"],
                "default": "a",
            }
        },
        {
            "file-list": {
                "variable": "docs",
                "label": "Docs",
                "max_length": 5,
                "allowed_file_types": ["document", "custom"],
                "allowed_file_extensions": [".csv"],
            }
        },
    ],
    "file_upload": {"enabled": False},
    "system_parameters": {
        "image_file_size_limit": 10,
        "video_file_size_limit": "100",
        "audio_file_size_limit": 50,
        "file_size_limit": 15,
        "workflow_file_upload_limit": 10,
    },
}


def test_form_is_read_as_dify_gives_it() -> None:
    form = parse_form(INFO)
    assert form.opening_statement == "Hello!"
    assert form.suggested_questions == ("What?", "Who?")
    assert form.variables == (
        Variable("topic", "text-input", required=True, default="", max_length=48),
        Variable("plan", "select", default="a", options=("a", "b")),
        Variable(
            "docs",
            "file-list",
            max_length=5,
            file_types=("document", "custom"),
            file_extensions=(".csv",),
        ),
    )
    assert form.file_variables == form.variables[2:]
    megabyte = 1024 * 1024
    assert form.limits == UploadLimits(10 * megabyte, 100 * megabyte, 50 * megabyte, 15 * megabyte, 10)
    assert form.limits.size("image") == 10 * megabyte
    assert form.limits.size("custom") == 15 * megabyte


def test_form_of_an_app_without_members_is_empty() -> None:
    assert parse_form({}) == AppForm()


odd = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries(dict.fromkeys(INFO, odd)), odd)
def test_odd_member_counts_as_absent(info: dict[str, Any], field: Any) -> None:
    assert isinstance(parse_form(info), AppForm)
    info["user_input_form"] = [{"text-input": field}, {"text-input": {"variable": "x", "options": field}}]
    assert parse_form(info).variables[-1].name == "x"


class Fetch:
    def __init__(self) -> None:
        self.calls = 0
        self.fails = False

    def __call__(self) -> dict[str, Any]:
        self.calls += 1
        if self.fails:
            raise Exception("fetch app failed: data is nil")  # noqa: TRY002 - as the SDK does
        return INFO


def test_form_is_fetched_again_after_five_minutes() -> None:
    clock, fetch = StillClock(), Fetch()
    cache = AppCache(clock)
    assert cache.form("a", fetch) == parse_form(INFO)
    clock.sleep(299)
    cache.form("a", fetch)
    assert fetch.calls == 1
    cache.form("b", fetch)
    assert fetch.calls == 2
    clock.sleep(2)
    cache.form("a", fetch)
    assert fetch.calls == 3


def test_form_that_takes_longer_than_ten_seconds_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dify_app.form._FORM_WALL_FLOOR", 0.01)
    clock = Clock(0.01)

    def late() -> dict[str, Any]:
        gevent.sleep(clock.wall(10_000.0))
        return INFO

    with pytest.raises(DifyUnavailable) as raised:
        AppCache(clock).form("a", late)
    assert raised.value.kind == "form_late"


def test_failure_is_remembered_for_ten_seconds() -> None:
    clock, fetch = StillClock(), Fetch()
    cache = AppCache(clock)
    fetch.fails = True
    for _ in range(3):
        with pytest.raises(UnsupportedApp):
            cache.form("a", fetch)
    assert fetch.calls == 1
    fetch.fails = False
    clock.sleep(11)
    assert cache.form("a", fetch).opening_statement == "Hello!"
