from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from message import Message
from turns.prompt.named_app import with_app_name

MESSAGE = Message("T1", "C1", "1.000001", "app_mention", user="U1", bot_user_id="UBOT")
NAMES = ["hr", "legal"]


def read(text: str) -> tuple[str, str]:
    found = with_app_name(replace(MESSAGE, text=text), NAMES)
    return found.app_name, found.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("~legal may I?", ("legal", "may I?")),
        ("<@UBOT> ~Legal may I?", ("legal", "<@UBOT> may I?")),
        ("<@UBOT|bot>, ~legal: may I?", ("legal", "<@UBOT|bot>, may I?")),
        ("~legal", ("legal", "")),
        ("  ~nobody x", ("nobody", "  x")),
        ("~法務 契約", ("法務", "契約")),
    ],
)
def test_name_is_read_at_the_beginning(text: str, expected: tuple[str, str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    ["may I, ~legal?", "~legal~ may I?", "~ legal", "~5.3 is it?", "<@U2> ~legal x", "", "~" + "x" * 41],
)
def test_text_without_a_name_at_its_beginning_stays(text: str) -> None:
    assert read(text) == ("", text)


def test_without_named_apps_nothing_is_a_name() -> None:
    message = replace(MESSAGE, text="~legal may I?")
    assert with_app_name(message, []) == message


@given(st.text(alphabet="~ab <>@UBOT|,: \n", max_size=60))
def test_text_loses_the_name_and_nothing_else(text: str) -> None:
    name, rest = read(text)
    assert name or rest == text
    assert len(rest) < len(text) or not name
    assert rest.strip(" ,:\n") == "" or text.endswith(rest[-1])
