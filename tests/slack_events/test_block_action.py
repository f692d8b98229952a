import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Malformed
from slack_events.interactions_listener import LONGEST_VALUE, parse_block_action
from tests.support.block_actions import PAYLOAD


def form(**changes: Any) -> bytes:
    return urlencode({"payload": json.dumps(PAYLOAD | changes)}).encode()


def action(**changes: Any) -> bytes:
    return form(actions=[PAYLOAD["actions"][0] | changes])


def test_press_becomes_the_message_that_the_member_would_have_written() -> None:
    press = parse_block_action(form())
    assert press is not None
    message = press.message
    assert (message.team_id, message.user_team, message.user) == ("T1", "T2", "U1")
    assert (message.channel, message.root_ts, message.ts) == ("C1", "170.1", "171.000001")
    assert (message.source, message.text) == ("button", "Is 1 &lt; 2 &amp; 3?")
    assert message.is_external_to("")
    assert press.button == "T1/C1/170.5/ask_0/U1"


def test_member_without_a_workspace_is_external() -> None:
    press = parse_block_action(form(user={"id": "U1"}))
    assert press is not None
    assert press.message.is_external_to("")
    press = parse_block_action(form(user={"id": "U1", "team_id": "T1"}))
    assert press is not None
    assert not press.message.is_external_to("")


@pytest.mark.parametrize("name", ["directmessage", "mpdm-anna--ben-1", "team"])
@pytest.mark.parametrize(("channel", "is_dm"), [("C1", False), ("D1", True)])
def test_channel_of_a_press_is_judged_by_its_id_not_its_name(channel: str, is_dm: bool, name: str) -> None:
    press = parse_block_action(form(channel={"id": channel, "name": name}))
    assert press is not None
    assert (press.message.is_dm, press.message.channel_type) == (is_dm, "")


def test_press_names_no_enterprise_and_no_unshared_channel() -> None:
    press = parse_block_action(form(enterprise={"id": "T2"}))
    assert press is not None
    assert (press.message.enterprise_id, press.message.is_ext_shared) == ("", None)
    assert press.message.is_external_to("")


def test_press_on_a_top_level_button_is_in_the_button_s_thread() -> None:
    press = parse_block_action(form(container={"message_ts": "170.5", "channel_id": "C1"}))
    assert press is not None
    assert press.message.root_ts == "170.5"


def test_button_name_differs_for_two_members() -> None:
    presses = [
        parse_block_action(form()),
        parse_block_action(form(user={"id": "U3"})),
        parse_block_action(action(action_id="ask_1")),
    ]
    assert len({press.button for press in presses if press}) == len(presses)


@pytest.mark.parametrize(
    "body",
    [
        b"ssl_check=1",
        form(type="view_submission"),
        form(type="shortcut", actions=None),
        form(actions=[]),
        form(actions={"action_id": "ask_0"}),
        action(action_id="feedback"),
        action(action_id=None),
        action(block_id="b0"),
        action(value=""),
        action(value=None),
        action(value=[1]),
        form(user=None),
    ],
)
def test_other_interaction_is_read_as_none(body: bytes) -> None:
    assert parse_block_action(body) is None


@pytest.mark.parametrize(
    "body",
    [
        b"payload=%7B",
        b"payload=7",
        b"\xff=\xff",
        action(action_ts="now"),
        action(block_id="team_"),
        form(channel=None, container=None),
        "&".join(f"a{n}=" for n in range(50)).replace("=", "=1").encode(),
    ],
)
def test_senseless_body_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_block_action(body)


def test_value_is_cut_at_slacks_limit() -> None:
    press = parse_block_action(action(value="x" * 5000))
    assert press is not None
    assert len(press.message.text) == LONGEST_VALUE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(PAYLOAD)), inner),
    max_leaves=8,
)


@given(
    st.binary(max_size=200)
    | st.dictionaries(st.sampled_from(list(PAYLOAD)), JSON).map(lambda more: form(**more))
)
def test_any_bytes_are_a_press_or_none_or_malformed(body: bytes) -> None:
    try:
        press = parse_block_action(body)
    except Malformed:
        return
    assert press is None or press.message.text
