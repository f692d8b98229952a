from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from message import Message, moment
from tests.turns.installations import BOT, People, installation, rules
from turns.prompt.thread_excerpt import (
    LONGEST_MESSAGE,
    MOST_CHARACTERS,
    MOST_MESSAGES,
    Visibility,
    Voice,
    excerpt,
    is_before,
    people_in,
    written,
)
from turns.throttle import Installation

OURS = installation()

MARKS = {Voice.APP: "app", Voice.EXTERNAL: "external"}
NAMES = {"UBEN": "ben", "UCAROL": "carol", "UBOT": "bridge"}


def message(**more: Any) -> Message:
    facts: dict[str, Any] = {
        "team_id": "T1",
        "channel": "C1",
        "ts": "100.000000",
        "source": "app_mention",
        "thread_ts": "1.000000",
        "is_ext_shared": False,
    }
    return Message(**(facts | {"user": "UANNA", "bot_user_id": "UBOT", "api_app_id": "A1"} | more))


def said(ts: float, user: str = "UBEN", text: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"type": "message", "ts": f"{ts:.6f}", "user": user, "text": text, "team": "T1", **more}


def name(user: str) -> str:
    return NAMES.get(user, "")


def visibility(asked: Message, ours: Installation = OURS, **settings: Any) -> Visibility:
    return Visibility(asked, ours, rules(ours, **settings))


def lines(*raws: dict[str, Any], seen: Visibility | None = None, **more: Any) -> list[str]:
    found = excerpt(raws, seen or visibility(message()), **more)
    return written(found, name, MARKS, "UBOT").splitlines()


def test_message_begins_with_its_author() -> None:
    assert lines(
        said(1, text="<@UBOT> Is it <https://x.example|red>, <@UCAROL>?"), said(2, "UCAROL", "Yes\nit is")
    ) == [
        "ben: Is it red (https://x.example), @carol?",
        "carol: Yes",
        "  it is",
    ]


def test_excerpt_holds_only_messages_between_the_two_ts() -> None:
    raws = [said(n, text=str(n)) for n in (1, 2, 3, 99, 100, 101)]
    assert lines(*raws, after="1.000000", handled=["3.000000"]) == ["ben: 2", "ben: 99"]


def test_our_messages_are_told_only_to_an_app_without_memory() -> None:
    ours = [said(2, "UBOT", "Mine", bot_id="B1"), said(3, "U9", "Mine too", app_id="A1", bot_id="B1")]
    assert lines(*ours) == []
    assert lines(*ours, ours=True) == ["bridge: Mine", "U9: Mine too"]


@pytest.mark.parametrize(
    ("raw", "voice"),
    [
        (said(1), Voice.MEMBER),
        (said(1, subtype="file_share"), Voice.MEMBER),
        (said(1, subtype="channel_join"), Voice.NOTICE),
        (said(1, hidden=True), Voice.NOTICE),
        (said(1, "USLACK"), Voice.NOTICE),
        (said(1, "UOTHERBOT", bot_id="B2"), Voice.APP),
        (said(1, "", subtype="bot_message", username="Alerts"), Voice.APP),
        (said(1, "UBOT"), Voice.OURS),
        (said(1, team="T9"), Voice.LEFT_OUT),
        (said(1, user_team="T9"), Voice.LEFT_OUT),
        ({}, Voice.MEMBER),
        ({"user": 5, "team": [], "subtype": None, "app_id": {}}, Voice.MEMBER),
    ],
)
def test_voice_is_read_from_the_message(raw: dict[str, Any], voice: Voice) -> None:
    assert visibility(message()).voice(raw) is voice


def test_author_without_a_workspace_is_left_out_of_a_channel_that_may_be_shared() -> None:
    for is_ext_shared in (True, None):
        seen = visibility(message(is_ext_shared=is_ext_shared))
        assert seen.voice({"user": "UBEN"}) is Voice.LEFT_OUT
        assert seen.voice(said(1)) is Voice.MEMBER


def test_workspace_of_another_app_is_read_from_its_profile() -> None:
    seen = visibility(message(is_ext_shared=None))
    alert = {"user": "UAPP", "bot_id": "B2", "bot_profile": {"team_id": "T1"}}
    assert seen.voice(alert) is Voice.APP
    assert seen.voice(alert | {"bot_profile": {"team_id": "T9"}}) is Voice.LEFT_OUT
    assert seen.voice(alert | {"team": "T9"}) is Voice.LEFT_OUT
    assert seen.voice({"user": "UAPP", "bot_id": "B2"}) is Voice.LEFT_OUT


def test_members_of_other_organisations_are_told_only_where_they_are_answered() -> None:
    assert visibility(message(), slack_connect=True).voice(said(1, team="T9")) is Voice.EXTERNAL
    ours = installation(replace(BOT, enterprise_id="E1"))
    assert visibility(message(), ours).voice(said(1, team="E1")) is Voice.MEMBER
    assert (
        visibility(message(), ours).voice(said(1, team="T9")) is Voice.MEMBER
    )  # nobody else is in that channel
    for is_ext_shared in (True, None):
        shared = visibility(message(is_ext_shared=is_ext_shared, enterprise_id="E9"), ours)
        assert shared.voice(said(1, team="E1")) is Voice.MEMBER
        assert shared.voice(said(1, team="T9")) is Voice.LEFT_OUT
        assert shared.voice(said(1, team="E9")) is Voice.LEFT_OUT


def test_colleagues_are_told_from_strangers_by_what_slack_says_of_them() -> None:
    people = People({"UBEN": "E1", "UZOE": "E9"})
    ours = installation(replace(BOT, enterprise_id="E1"), people=people)
    shared = visibility(message(is_ext_shared=True), ours)
    raws = [said(1, team="T2"), said(2, "UZOE", team="T2"), said(3, "UXI", team="T2"), said(4, "UCAROL")]
    voices = [Voice.MEMBER, Voice.LEFT_OUT, Voice.LEFT_OUT, Voice.MEMBER]
    assert shared.voices(raws) == voices
    assert people.asked == ["UBEN", "UXI", "UZOE"]
    assert lines(*raws, seen=shared) == ["ben: Hello", "carol: Hello"]
    assert visibility(message(is_ext_shared=True), ours, slack_connect=True).voices(raws)[1] is Voice.EXTERNAL


def test_only_allowed_people_and_apps_are_told() -> None:
    seen = visibility(message(), allowed_users=frozenset({"UBEN", "UAPP"}))
    assert seen.voice(said(1)) is Voice.MEMBER
    assert seen.voice(said(1, "UCAROL")) is Voice.LEFT_OUT
    assert seen.voice(said(1, "UOTHER", bot_id="B2")) is Voice.LEFT_OUT
    assert seen.voice(said(1, "UAPP", bot_id="B3")) is Voice.APP


def test_attachments_and_files_of_a_message_are_told() -> None:
    alert = said(
        1,
        "",
        "",
        bot_id="B2",
        bot_profile={"name": "Alerts: (all)"},
        attachments=[
            {"title": "CPU", "fields": [{"title": "host", "value": "db-1"}]},
            {"fallback": "plain"},
            7,
        ],
        files=[{"name": "a\nb.png"}, None],
    )
    assert lines(alert) == [
        "Alerts all (app): [attachment] CPU · host: db-1",
        "  [attachment] plain",
        "  [file] a b.png",
    ]


def test_message_of_blocks_only_is_told() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Build 7"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "red"}]},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "now"}]}],
        },
    ]
    assert lines(said(1, text="", blocks=blocks)) == ["ben: Build 7", "  red", "  now"]


def test_deep_tree_of_blocks_is_cut() -> None:
    tree: Any = {"text": "deep"}
    for _ in range(500):
        tree = {"elements": [tree]}
    assert lines(said(1, text="", blocks=[tree])) == []


def test_oldest_messages_are_dropped_when_the_text_is_too_long() -> None:
    many = [said(n, text=f"{n} " + "x" * 100) for n in range(1, 99)] * 4
    shown = lines(*many)
    assert len(shown) <= MOST_MESSAGES
    assert sum(len(line) + 1 for line in shown) <= MOST_CHARACTERS
    assert shown[-1].startswith("ben: 98 ")
    [long] = lines(said(1, text="y" * 50_000))
    assert len(long) <= LONGEST_MESSAGE + 10


def test_people_are_listed_the_latest_first() -> None:
    raws = [said(1, "UA", "<@UB>"), said(2, "UC", "<@UA>"), said(3, "UX", "hi", bot_id="B2")]
    assert people_in(excerpt(raws, visibility(message()))) == ["UC", "UA", "UB"]


def test_people_in_blocks_and_forwards_are_listed_and_those_of_old_messages_are_not() -> None:
    inner = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "UD"}]}
    forward = {"is_share": True, "text": "<@UE>"}
    raws = [said(n + 1, f"U{n}", "x" * LONGEST_MESSAGE) for n in range(20)]
    raws.append(
        said(30, "UC", "", blocks=[{"type": "rich_text", "elements": [inner]}], attachments=[forward])
    )
    found = people_in(excerpt(raws, visibility(message())))
    assert found[:3] == ["UC", "UD", "UE"]
    assert "U19" in found
    assert "U0" not in found


@given(st.lists(st.text(max_size=60), max_size=6), st.text(max_size=40))
def test_text_cannot_look_like_a_message_of_another_author(texts: list[str], author: str) -> None:
    raws = [said(n + 1, text=text) for n, text in enumerate(texts)]
    found = excerpt(raws, visibility(message()))
    shown = written(found, lambda _: author, MARKS)
    begins = [line for line in shown.splitlines() if not line.startswith("  ")]
    assert len(begins) <= len(texts)
    assert all(line.partition(": ")[0].count(":") == 0 for line in begins)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "text",
                        "blocks",
                        "elements",
                        "files",
                        "attachments",
                        "user",
                        "ts",
                        "name",
                        "fields",
                        "title",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_message_of_any_shape_is_read(raw: Any) -> None:
    if isinstance(raw, dict):
        written(excerpt([raw | {"ts": "2.000000"}], visibility(message())), name, MARKS)


@given(st.integers(0, 10**11), st.integers(0, 999_999), st.integers(0, 10**11), st.integers(0, 999_999))
def test_ts_is_compared_as_slack_counts(one: int, micro: int, other: int, other_micro: int) -> None:
    assert is_before(f"{one}.{micro:06}", f"{other}.{other_micro:06}") == (
        (one, micro) < (other, other_micro)
    )


@given(st.text(max_size=30))
def test_malformed_ts_is_before_all(ts: str) -> None:
    assert moment(ts) >= (-1, 0)
    assert is_before("", "0.000001")
