import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from simulators.slack.arguments import Arguments
from simulators.slack.double import Double
from simulators.slack.methods import METHODS, needed
from simulators.slack.options import Options
from simulators.slack.world import BOT_USER
from tests.fake_clock import FakeClock

TIERS = {  # docs/platform/slack.md#rate-tiers
    "chat.startStream": 20,
    "chat.stopStream": 20,
    "chat.appendStream": 100,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "chat.postMessage": 0,
    "assistant.threads.setStatus": 0,
    "conversations.replies": 50,
    "users.info": 100,
    "files.info": 100,
    "reactions.add": 50,
    "reactions.remove": 20,
}
ARGUMENTS = (
    "channel channel_id thread_ts ts text markdown_text chunks blocks metadata status loading_messages user",
    "users files file filename length cursor limit oldest name timestamp recipient_user_id recipient_team_id",
)
NAMES = " ".join(ARGUMENTS).split()
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["C0GENERAL", "U0ANNA000", BOT_USER, "1700000000.000100", "[]", "{}", "[1]"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["type", "text", "id", "elements", "rows", "blocks"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
DOUBLE = Double(Options(), FakeClock())


def test_the_tiers_are_those_of_the_field_notes() -> None:
    assert {name: METHODS[name].tier for name in TIERS} == TIERS


@pytest.mark.parametrize(("kind", "scope"), [("channel", "channels"), ("group", "groups"), ("im", "im")])
def test_history_needs_the_scope_of_its_channels_kind(kind: str, scope: str) -> None:
    channel = DOUBLE.world.add_channel("x", kind, [BOT_USER])
    arguments = Arguments({"channel": channel.id})
    assert needed(METHODS["conversations.replies"], DOUBLE.world, arguments) == (f"{scope}:history",)


@given(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(NAMES), ODD, max_size=6))
def test_no_arguments_break_the_double(method: str, values: dict[str, object]) -> None:
    headers = Headers({"Authorization": f"Bearer {DOUBLE.world.install.token}"})
    builder = EnvironBuilder(method="POST", json={"channel": "C0GENERAL"} | values, headers=headers)
    answer = DOUBLE.web_api.serve(method, builder.get_request())
    assert answer.status_code == 200
    said = json.loads(answer.get_data())
    assert said["ok"] or isinstance(said["error"], str)
