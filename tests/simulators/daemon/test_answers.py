import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.daemon import answers


def test_killed_by_timeout_to_the_letter() -> None:
    assert answers.KILLED == (
        b'{"code":-500,"message":"{\\"message\\":\\"killed by timeout\\",'
        b'\\"error_type\\":\\"PluginDaemonInternalServerError\\",\\"args\\":null}","data":null}'
    )


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_messages_come_back(text: str) -> None:
    assert json.loads(json.loads(answers.error_body(text))["message"])["message"] == text


def test_go_escapes_html() -> None:
    assert answers.go_json("<a&b>") == '"\\u003ca\\u0026b\\u003e"'


@pytest.mark.parametrize(
    ("number", "kept"),
    [(1.0, "1"), (0.5, "0.5"), (2**53, "9007199254740992"), (12345678901234567891, "12345678901234567000")],
)
def test_numbers_become_float64(number: float, kept: str) -> None:
    assert answers.go_json(answers.through_go([number])) == f"[{kept}]"


def test_a_flag_is_no_number() -> None:
    assert answers.go_json(answers.through_go({"b": True, "a": None})) == '{"a":null,"b":true}'
