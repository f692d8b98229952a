from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Malformed
from slack_events.slash_command import LONGEST_QUESTION, parse_slash_command
from tests.fake_clock import FakeClock
from tests.support.slash_command import FIELDS


def body(**changes: str) -> bytes:
    return urlencode(FIELDS | changes).encode()


def test_command_becomes_the_message_that_the_member_would_have_written() -> None:
    command = parse_slash_command(body(), FakeClock())
    assert command is not None
    message = command.message
    assert (message.team_id, message.user_team, message.channel, message.user) == ("T1", "T1", "C1", "U1")
    assert (message.source, message.text, message.thread_ts) == ("command", "may I?", "")
    assert (command.command, command.trigger_id) == ("/dify", "1.2.a")


def test_organisation_that_installed_the_app_stands_for_the_workspace() -> None:
    command = parse_slash_command(body(enterprise_id="E1", is_enterprise_install="true"), FakeClock())
    assert command is not None
    assert (command.message.team_id, command.message.user_team) == ("E1", "T1")


def test_response_url_is_not_shown() -> None:
    assert "secret" not in repr(parse_slash_command(body(), FakeClock()))


def test_look_at_the_certificate_is_no_command() -> None:
    assert parse_slash_command(b"token=t&ssl_check=1", FakeClock()) is None


def test_long_question_is_cut() -> None:
    command = parse_slash_command(body(text="x" * (LONGEST_QUESTION + 1)), FakeClock())
    assert command is not None
    assert len(command.message.text) == LONGEST_QUESTION


@pytest.mark.parametrize(
    "change", [{"user_id": ""}, {"team_id": ""}, {"channel_id": "C 1"}, {"user_id": "<!here>"}]
)
def test_command_without_usable_ids_is_malformed(change: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        parse_slash_command(body(**change), FakeClock())


@given(st.binary(max_size=200))
def test_any_other_body_is_malformed_or_no_command(raw: bytes) -> None:
    with suppress(Malformed):
        assert parse_slash_command(raw, FakeClock()) is None
