import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Malformed
from message import MOST_FILES, Message
from slack_events.envelope import (
    Deleted,
    Envelope,
    Event,
    Other,
    RateLimited,
    Reacted,
    Removed,
    UrlVerification,
    parse,
)
from turns.prompt.message_text import LONGEST_TEXT

BODY: dict[str, Any] = {
    "token": "ignored",
    "team_id": "T1",
    "context_team_id": "T1",
    "context_enterprise_id": None,
    "api_app_id": "A1",
    "type": "event_callback",
    "event_id": "Ev1",
    "event_time": 1763881234,
    "is_ext_shared_channel": False,
    "authorizations": [
        {
            "enterprise_id": None,
            "team_id": "T1",
            "user_id": "UBOT",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ],
    "event": {
        "type": "app_mention",
        "user": "U1",
        "team": "T1",
        "text": "<@UBOT> hello",
        "ts": "1763881234.000100",
        "thread_ts": "1763881200.000100",
        "channel": "C1",
        "event_ts": "1763881234.000100",
        "blocks": [{"type": "section"}],
    },
}
MESSAGE = Message(
    team_id="T1",
    channel="C1",
    ts="1763881234.000100",
    source="app_mention",
    thread_ts="1763881200.000100",
    user="U1",
    user_team="T1",
    text="<@UBOT> hello",
    bot_user_id="UBOT",
    api_app_id="A1",
    event_id="Ev1",
    calling_text="<@UBOT> hello",
    is_ext_shared=False,
)
LEAVES: list[object] = [
    *(None, True, 0, -1, 1.5, 10**400, "", "x", "x" * 100, "é\u0000"),
    *([], [None], [[]], {}, {"a": 1}, [{}], [{"id": 5}]),
]


def read(body: object) -> Envelope:
    return parse(json.dumps(body).encode())


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    body = copy.deepcopy(BODY)
    target: Any = body
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return body


def paths(value: object, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    return [path for step, inner in steps for path in [(*before, step), *paths(inner, (*before, step))]]


def message_of(body: object) -> Message:
    envelope = read(body)
    assert isinstance(envelope, Event)
    return envelope.message


def test_mention_is_read_as_a_message() -> None:
    assert read(BODY) == Event(MESSAGE)


def test_message_with_every_field_is_read() -> None:
    event: dict[str, Any] = {
        "type": "message",
        "subtype": "file_share",
        "channel_type": "im",
        "channel": "D1",
        "user": "U1",
        "user_team": "T2",
        "source_team": "T3",
        "team": "T4",
        "ts": "1.000001",
        "bot_id": "B1",
        "app_id": "A2",
        "edited": {"user": "U1", "ts": "2.0"},
        "files": [
            {"id": "F1", "name": "a.pdf", "size": 5, "is_external": False, "thumb_360": "x", "shares": {}}
        ],
    }
    forward = {"is_share": True, "text": "x", "files": [{"id": "F2", "name": "b.pdf", "thumb_360": "x"}]}
    event |= {"attachments": [forward, {"text": "y"}, 7], "blocks": [None, {"type": "table"}]}
    message = message_of(BODY | {"event": event, "is_ext_shared_channel": True})
    assert message == Message(
        team_id="T1",
        channel="D1",
        ts="1.000001",
        source="message",
        channel_type="im",
        user="U1",
        user_team="T2",
        files=(
            {"id": "F1", "name": "a.pdf", "size": 5, "is_external": False},
            {"id": "F2", "name": "b.pdf"},
        ),
        text="[forwarded from ?]\n&gt; x\n[attachment] y",
        calling_text="",
        bot_user_id="UBOT",
        bot_id="B1",
        app_id="A2",
        api_app_id="A1",
        event_id="Ev1",
        subtype="file_share",
        edited=True,
        is_ext_shared=True,
    )


def test_installation_is_read_from_the_authorization() -> None:
    """In Slack Connect the top-level `team_id` can be the other workspace."""
    body = changed(("team_id",), "T9") | {"context_team_id": "T8"}
    assert message_of(body).team_id == "T1"
    body["authorizations"][0]["team_id"] = None
    assert message_of(body).team_id == "T8"
    del body["context_team_id"]
    assert message_of(body).team_id == "T9"


ORGANISATIONS: list[dict[str, Any]] = [
    {"authorizations": [{"enterprise_id": "E1", "team_id": None, "user_id": "UBOT", "is_bot": True}]},
    {"authorizations": [{"enterprise_id": "E1", "team_id": "T8", "is_enterprise_install": True}]},
    {"authorizations": [], "context_enterprise_id": "E1"},
]


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_installation_of_an_organisation_is_not_the_author_s_workspace(
    organisation: dict[str, Any],
) -> None:
    body = changed(("team_id",), "T9") | {"context_team_id": None} | organisation
    body["event"]["team"] = "T9"
    body["is_ext_shared_channel"] = True
    message = message_of(body)
    assert (message.team_id, message.enterprise_id) == ("E1", "E1")
    assert message.is_outsider(message.user_team, "E1") is None


@pytest.mark.parametrize(
    ("said", "shared"), [(True, True), (False, False), (None, None), ("false", None), (0, None)]
)
def test_shared_channel_is_unknown_unless_slack_says_so(said: object, shared: bool | None) -> None:
    assert message_of(BODY | {"is_ext_shared_channel": said}).is_ext_shared is shared
    body = {name: value for name, value in BODY.items() if name != "is_ext_shared_channel"}
    assert message_of(body).is_ext_shared is None


@pytest.mark.parametrize("channel_type", ["channel", "group", "im", "mpim", "app_home"])
def test_undocumented_channel_type_is_read_as_none(channel_type: str) -> None:
    body = changed(("event", "channel_type"), channel_type)
    assert message_of(body).channel_type == channel_type
    assert message_of(changed(("event", "channel_type"), f"{channel_type}s")).channel_type == ""


def test_bot_user_is_unknown_with_a_person_s_authorization() -> None:
    assert message_of(changed(("authorizations", 0, "is_bot"), value=False)).bot_user_id == ""


def test_hidden_notice_without_a_subtype_gets_one() -> None:
    assert message_of(changed(("event", "hidden"), value=True)).subtype == "hidden"


@pytest.mark.parametrize(
    ("fields", "ts"),
    [
        ({"subtype": "message_deleted", "deleted_ts": "1.000001"}, "1.000001"),
        ({"subtype": "message_changed", "message": {"subtype": "tombstone", "ts": "1.000001"}}, "1.000001"),
        ({"subtype": "message_deleted", "deleted_ts": 1}, ""),
        ({"subtype": "message_deleted"}, ""),
        ({"subtype": "message_changed", "message": {"ts": "1.000001"}}, ""),
        ({"subtype": "message_changed", "message": "tombstone"}, ""),
        ({"subtype": "tombstone"}, ""),
    ],
)
def test_deletion_names_its_message(fields: dict[str, Any], ts: str) -> None:
    body = BODY | {"event": {"type": "message", "channel": "C1", "ts": "9.000001", "hidden": True, **fields}}
    found = parse(json.dumps(body).encode())
    assert found == Deleted("C1", ts) if ts else isinstance(found, Event)


def test_long_text_and_many_files_are_cut() -> None:
    body = changed(("event", "text"), "x" * (LONGEST_TEXT + 1))
    body["event"]["files"] = [{"id": f"F{number}", "name": "n" * 9999} for number in range(50)]
    message = message_of(body)
    assert len(message.text) == LONGEST_TEXT
    assert message.files == tuple({"id": f"F{number}"} for number in range(MOST_FILES))


def test_url_verification_is_read_with_its_challenge() -> None:
    assert read({"type": "url_verification", "challenge": "x" * 256}) == UrlVerification("x" * 256)
    for challenge in ("x" * 257, None, 5, ["x"]):
        with pytest.raises(Malformed):
            read({"type": "url_verification", "challenge": challenge})


def test_rate_limit_is_read_with_its_minute() -> None:
    body = {
        "type": "app_rate_limited",
        "team_id": "T1",
        "minute_rate_limited": 1763881200,
        "api_app_id": "A1",
    }
    assert read(body) == RateLimited("T1", 1763881200)
    assert read(body | {"minute_rate_limited": "x", "team_id": []}) == RateLimited("", 0)


@pytest.mark.parametrize("kind", ["tokens_revoked", "app_uninstalled"])
def test_removed_app_is_read_with_its_kind(kind: str) -> None:
    assert read(changed(("event",), {"type": kind, "tokens": {"bot": ["UBOT"]}})) == Removed("T1", kind)


REACTION = {
    "type": "reaction_added",
    "user": "U1",
    "reaction": "wave::skin-tone-2",
    "item_user": "U2",
    "item": {"type": "message", "channel": "C1", "ts": "1.000001"},
    "event_ts": "2.000002",
}


@pytest.mark.parametrize(
    ("name", "read_as"),
    [("wave::skin-tone-2", "wave"), ("wave", "wave"), ("thumbsup", "+1"), ("+1::skin-tone-3", "+1"), (5, "")],
)
def test_reaction_is_read_with_its_message_and_the_one_name_of_its_emoji(name: object, read_as: str) -> None:
    reacted = read(BODY | {"event": REACTION | {"reaction": name}})
    assert isinstance(reacted, Reacted)
    assert (reacted.reaction, reacted.author) == (read_as, "U2")
    message = reacted.message
    assert (message.source, message.user, message.channel) == ("reaction", "U1", "C1")
    assert (message.ts, message.thread_ts) == ("2.000002", "1.000001")


@pytest.mark.parametrize(
    "change",
    [{"item": {"type": "file", "file": "F1"}}, {"item": {"type": "message"}}, {"item": 5}, {"event_ts": "x"}],
)
def test_reaction_on_anything_but_a_message_is_another_event(change: dict[str, object]) -> None:
    assert read(BODY | {"event": REACTION | change}) == Other("reaction_added")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, ""),
        ({"type": 5}, ""),
        ({"type": "something_new"}, "something_new"),
        ({"type": "event_callback"}, ""),
        ({"type": "event_callback", "event": [1]}, ""),
        (BODY | {"event": {"type": "reaction_added"}}, "reaction_added"),
        (BODY | {"event": {"type": "message"}}, "message"),
        (BODY | {"event": BODY["event"] | {"channel": "C 1"}}, "app_mention"),
    ],
)
def test_other_event_is_read_with_its_kind(body: object, kind: str) -> None:
    assert read(body) == Other(kind)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b" ", b"null", b"[]", b"[{}]", b'"x"', b"5", b"{", b"{}{}"),
        *(b"\xff", b"payload=%7B%7D", b'{"type":"\\ud800"}'),
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"event":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    ],
)
def test_malformed_body_raises(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(raw)


@pytest.mark.parametrize("path", paths(BODY), ids=str)
def test_field_of_a_wrong_type_raises_nothing(path: tuple[str | int, ...]) -> None:
    for value in LEAVES:
        try:
            envelope = read(changed(path, value))
        except Malformed:
            continue
        if isinstance(envelope, Event):
            json.dumps(envelope.message.to_dict())


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_malformed(raw: bytes) -> None:
    try:
        parse(raw)
    except Malformed:
        return


@given(st.data())
def test_any_wrong_type_is_read_or_malformed(data: st.DataObject) -> None:
    value = data.draw(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
            ),
        )
    )
    body = changed(data.draw(st.sampled_from(paths(BODY))), value)
    try:
        parse(json.dumps(body).encode())
    except Malformed:
        return


@pytest.mark.parametrize(
    ("text", "elements", "only_quotes"),
    [
        ("<@UBOT> hi", None, False),
        ("`<@UBOT>` hi", None, True),
        ("`<@UBOT>` hi", [], True),
        ("<@UBOT> hi", [{"type": "user", "user_id": "UBOT"}], False),
        ("<@UBOT> hi", [{"type": "text", "text": "<@UBOT>", "style": {"code": True}}], True),
        ("hi", [{"type": "text", "text": "hi"}], False),
    ],
)
def test_mention_that_only_quotes_us_is_told(
    text: str, elements: list[object] | None, *, only_quotes: bool
) -> None:
    body = changed(("event", "text"), text)
    if elements is not None:
        section = {"type": "rich_text_section", "elements": elements}
        body["event"]["blocks"] = [{"type": "rich_text", "elements": [section]}]
    assert message_of(body).only_quotes_us is only_quotes
