import base64
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setup_page import KeyGuard, PageRequest, SetupPage
from setup_page.setup_page import page_language
from tests.fake_clock import FakeClock
from turns import EndpointRequest

URL = "https://dify.example.com/e/abcdefghijklmnop/slack/setup"
SECRETS: dict[str, Any] = {
    "app": {"app_id": "app-of-nobody"},
    "bot_token": "xoxb-nobodys-business",
    "signing_secret": "0123456789abcdef0123456789abcdef",
    "allowed_channels": "C0SECRET1",
    "setup_key": "the key",
}


def page(settings: dict[str, Any], url: str = URL, guard: KeyGuard | None = None) -> SetupPage:
    headers = {"Dify-Hook-Id": "hook", "Dify-Hook-Url": url}
    endpoint, nobody = EndpointRequest.of(None, headers, settings), cast("Any", None)
    return SetupPage(endpoint, guard or KeyGuard(FakeClock()), check=nobody, rule=nobody)


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"admin:{key}".encode()).decode()


def header_of(said: bytes) -> str:
    return "Basic " + base64.b64encode(said).decode()


def test_page_is_there_before_any_setting() -> None:
    answer = page({}).answer(PageRequest({}))
    assert answer.status == 200
    assert "https://dify.example.com/e/abcdefghijklmnop/slack/events" in answer.body


@pytest.mark.parametrize(
    "asked",
    [
        PageRequest({}),
        PageRequest({"check": "1"}),
        PageRequest({"check": "1", "channel": "C1", "member": "U1"}),
        PageRequest({}, basic("wrong")),
        PageRequest({}, basic("")),
        PageRequest({}, "Bearer the key"),
        PageRequest({"setup_key": "the key"}),
    ],
)
def test_without_the_key_the_answer_is_the_same_for_all_settings(asked: PageRequest) -> None:
    every: tuple[dict[str, Any], ...] = ({}, SECRETS, {"language": "ja", "redis_url": "x"})
    first, *others = [page(settings).answer(asked) for settings in every]
    assert others == [first, first]
    assert not [text for text in ("nobody", "C0SECRET1", "0123456789abcdef") if text in first.body]


def test_address_is_never_read_from_the_query() -> None:
    evil = "https://evil.example.com/e/abcdefghijklmnop"
    query = dict.fromkeys(("base", "address", "url", "host", "lang", "name"), evil)
    assert page({}).answer(PageRequest(query)).body == page({}).answer(PageRequest({})).body


KNOWN = st.sampled_from(["lang", "channel", "member", "base", "address", "host", "setup_key", "name"])
NASTY = st.sampled_from(
    ['"><script>alert(1)</script>', "{{7*7}}", "javascript:", "the key", "app-of-nobody", "ja\r\nX: y"]
)
STRANGE = st.text(max_size=40) | NASTY


@given(st.dictionaries(KNOWN | st.text(max_size=12), STRANGE, min_size=50, max_size=50))
@settings(max_examples=100)
def test_any_of_5000_queries_changes_nothing_without_the_key(query: dict[str, str]) -> None:
    query.pop("check", None)
    plain = page({}).answer(PageRequest({}))
    assert page(SECRETS).answer(PageRequest(query)) == plain
    for name, value in list(query.items())[:5]:
        checked = page(SECRETS).answer(PageRequest({"check": "1", name: value}))
        assert checked.status == 401
        assert checked == page({}).answer(PageRequest({"check": "1", name: value}))


@given(st.lists(st.text(max_size=60) | st.binary(max_size=40).map(header_of), min_size=50, max_size=50))
@settings(max_examples=100)
def test_any_of_5000_keys_gets_the_same_answer_for_all_settings(headers: list[str]) -> None:
    for header in headers:
        answers = [page(known).answer(PageRequest({"check": "1"}, header)) for known in ({}, SECRETS)]
        assert answers[0] == answers[1]
        assert answers[0].status == 401


def test_wrong_keys_close_the_page_for_a_while() -> None:
    guard = KeyGuard(FakeClock())
    locked = [page(SECRETS, guard=guard).answer(PageRequest({}, basic("wrong"))) for _ in range(10)]
    assert {answer.status for answer in locked} == {401}
    assert page(SECRETS, guard=guard).answer(PageRequest({}, basic("the key"))).status == 429
    assert page(SECRETS, guard=guard).answer(PageRequest({})).status == 200


@pytest.mark.parametrize(
    ("query", "languages", "wanted"),
    [
        ({"lang": "ja"}, ["pt-BR"], "ja"),
        ({"lang": "tlh"}, ["pt-BR"], "pt-BR"),
        ({}, ["de-DE", "pt-PT", "en"], "pt-BR"),
        ({}, ["zh-TW"], "zh-Hans"),
        ({}, ["de", "*"], "en"),
        ({}, [], "en"),
    ],
)
def test_language_is_the_one_asked_for_or_the_browsers(
    query: dict[str, str], languages: list[str], wanted: str
) -> None:
    assert page_language(PageRequest(query, languages=languages)) == wanted


def test_metrics_need_the_key() -> None:
    guard = KeyGuard(FakeClock())
    for known in ({}, SECRETS):
        for header in ("", basic("wrong"), "Bearer the key"):
            told = page(known, guard=guard).metrics(header)
            assert told.status == 401
            assert told.headers["WWW-Authenticate"].startswith("Basic ")
            assert "hook" not in told.body
