"""The fault matrix: every fault, at every stage of a turn where the fault can strike.

Each row ends with exactly one complete or honestly marked answer and with no open stream. Where the bridge can write
nothing more, the row ends without a message and with a line in the log.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from simulators.dify import script
from tests.conversations.expected import STOPPED, TEXT, dead, instead, marked
from tests.conversations.matrix import (
    AT_ONCE,
    CALM,
    GROWING,
    PARTS,
    RAW,
    USERS,
    Asked,
    Fault,
    Row,
    ask,
    control_of,
    faults_found,
    run,
    slack_fault,
    wait_served,
)
from tests.conversations.world import World
from wording import Say

pytestmark = pytest.mark.simulated  # a real daemon cannot be made to fail as the rows need

START, APPEND, STOP = "chat.startStream", "chat.appendStream", "chat.stopStream"
POST, UPDATE, STATUS = "chat.postMessage", "chat.update", "assistant.threads.setStatus"
REPLIES = "conversations.replies"

BAD_ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "500": ("status", {"status": 500}),
    "503": ("status", {"status": 503}),
    "html": ("html", {}),
    "garbled": ("error", {"error": "fatal_error"}),
    "500-done": ("status", {"status": 500, "after": True}),
    "html-done": ("html", {"after": True}),
    "drop": ("drop", {}),
    "drop-done": ("drop", {"after": True}),
    "stall": ("stall", {"seconds": 30.0}),
}
LIMITED: dict[str, tuple[str, dict[str, Any]]] = {
    "429": ("rate_limited", {"retry_after": 3}),
    "429-bare": ("rate_limited", {}),
    "ratelimited": ("error", {"error": "ratelimited"}),
}
DEAD = ("channel_not_found", "not_in_channel", "token_revoked", "account_inactive")


def bad(method: str, name: str, **more: Any) -> Fault:
    kind, what = (BAD_ANSWERS | LIMITED)[name]
    return slack_fault(method, kind, **what, **more)


def refused(method: str, error: str, *, must_strike: bool = True, **more: Any) -> Fault:
    return slack_fault(method, "error", error=error, must_strike=must_strike, **more)


def rows(stage: str, method: str, steps: script.Steps, names: Iterable[str]) -> list[Row]:
    return [Row(f"{stage}-{name}", (bad(method, name),), tuple(steps)) for name in names]


NATIVE = [
    *rows("user", USERS, GROWING, BAD_ANSWERS),
    *(Row(f"user-{error}", (refused(USERS, error),)) for error in DEAD),
    *rows("status", STATUS, GROWING, BAD_ANSWERS),
    *rows("start", START, GROWING, BAD_ANSWERS),
    *rows("append", APPEND, GROWING, BAD_ANSWERS),
    *rows("last", APPEND, AT_ONCE, BAD_ANSWERS),
    *rows("stop", STOP, AT_ONCE, BAD_ANSWERS),
    Row("last-conflict", (refused(APPEND, "streaming_state_conflict"),), tuple(AT_ONCE)),
    Row("stop-conflict", (refused(STOP, "streaming_state_conflict"),), tuple(AT_ONCE)),
    Row("stop-too-long", (refused(STOP, "msg_too_long"),), tuple(AT_ONCE)),
    *(Row(f"stop-once-{error}", (refused(STOP, error),), tuple(AT_ONCE)) for error in DEAD),
    *(Row(f"stop-{error}", (refused(STOP, error, times=None),), tuple(AT_ONCE)) for error in DEAD),
    Row("status-refused", (refused(STATUS, "channel_not_found", times=None),)),
    Row("start-too-long", (refused(START, "msg_too_long"),)),
    Row("start-conflict", (refused(START, "streaming_state_conflict"),)),
    Row("start-glitch", (refused(START, "internal_error"),)),
    Row("start-glitch-done", (refused(START, "fatal_error", after=True),)),
    Row("append-expired", (refused(APPEND, "message_not_in_streaming_state"),)),
    Row("last-expired", (refused(APPEND, "message_not_in_streaming_state"),), tuple(AT_ONCE)),
    Row("stop-expired", (refused(STOP, "message_not_in_streaming_state"),), tuple(AT_ONCE)),
    Row("append-too-long", (refused(APPEND, "msg_too_long"),)),
    Row("last-too-long", (refused(APPEND, "msg_too_long"),), tuple(AT_ONCE)),
    Row("append-stopped", (refused(APPEND, "stopped_by_user"),), expected=STOPPED),
    Row("last-stopped", (refused(APPEND, "stopped_by_user"),), tuple(AT_ONCE), STOPPED),
    Row("stop-stopped", (refused(STOP, "stopped_by_user"),), tuple(AT_ONCE)),
    Row("append-glitch", (refused(APPEND, "internal_error"),)),
    Row("last-glitch", (refused(APPEND, "internal_error"),), tuple(AT_ONCE)),
    Row("stop-glitch", (refused(STOP, "internal_error"),), tuple(AT_ONCE)),
    Row("append-conflict", (refused(APPEND, "streaming_state_conflict"),)),
    # After an append of unknown fate, the stop and the edit that follow fail too.
    Row("append-lost-stop-lost", (bad(APPEND, "drop-done"), bad(STOP, "drop"))),
    Row("append-lost-stop-lost-3", (bad(APPEND, "drop"), bad(STOP, "503", times=3))),
    Row("append-lost-edit-conflict", (bad(APPEND, "drop"), refused(UPDATE, "streaming_state_conflict"))),
    Row("append-lost-edit-500", (bad(APPEND, "drop-done"), bad(UPDATE, "500", times=3))),
    Row("last-lost-edit-500", (bad(APPEND, "drop-done"), bad(UPDATE, "500", times=3)), tuple(AT_ONCE)),
    Row("append-expired-mend-lost", (refused(APPEND, "message_not_in_streaming_state"), bad(UPDATE, "500"))),
    # The scope for the history is not granted; a start that did not happen does no harm.
    Row("start-lost-unseen", (bad(START, "drop"), refused(REPLIES, "missing_scope", times=None))),
    # All of Slack is away for a while.
    Row("away-first", (bad("*", "503", times=6, skip=1),)),
    Row("away-mid", (bad(APPEND, "503"), bad("*", "503", times=8, skip=3))),
    Row("away-last", (bad(APPEND, "503"), bad("*", "drop", times=12, skip=3)), tuple(AT_ONCE)),
    *(Row(f"start-{error}", (refused(START, error),)) for error in DEAD),
    *(Row(f"append-once-{error}", (refused(APPEND, error),)) for error in DEAD),
    *(Row(f"dead-first-{error}", (refused("*", error, times=None),), expected=dead(error)) for error in DEAD),
    *(
        Row(f"dead-later-{error}", (refused("*", error, times=None, skip=3),), expected=dead(error))
        for error in DEAD
    ),
    *(
        Row(
            f"dead-last-{error}",
            (refused(APPEND, error, times=None), refused(POST, error, times=None)),
            tuple(AT_ONCE),
            dead(error),
        )
        for error in DEAD
    ),
]

EDITED = [
    *rows("post", POST, GROWING, BAD_ANSWERS),
    *rows("update", UPDATE, GROWING, BAD_ANSWERS),
    *rows("last", UPDATE, AT_ONCE, BAD_ANSWERS),
    Row("post-glitch", (refused(POST, "internal_error"),)),
    Row("post-too-long", (refused(POST, "msg_too_long"),)),
    Row("update-glitch", (refused(UPDATE, "internal_error"),)),
    Row("update-too-long", (refused(UPDATE, "msg_too_long"),)),
    Row("last-too-long", (refused(UPDATE, "msg_too_long"),), tuple(AT_ONCE)),
    Row("update-conflict", (refused(UPDATE, "streaming_state_conflict"),)),
    Row("update-closed", (refused(UPDATE, "edit_window_closed", times=None),)),
    Row("post-lost-unseen", (bad(POST, "drop-done"), refused(REPLIES, "missing_scope", times=None))),
    Row("post-lost-look-lost", (bad(POST, "drop-done"), bad(REPLIES, "503"))),
    Row("away-first", (bad("*", "503", times=8, skip=1),)),
    Row("away-last", (bad(UPDATE, "drop", times=10),), tuple(AT_ONCE)),
    *(Row(f"update-once-{error}", (refused(UPDATE, error),)) for error in DEAD),
    *(Row(f"dead-first-{error}", (refused("*", error, times=None),), expected=dead(error)) for error in DEAD),
    *(
        Row(f"dead-later-{error}", (refused("*", error, times=None, skip=3),), expected=dead(error))
        for error in DEAD
    ),
]

POSTED = [
    *rows("post", POST, AT_ONCE, BAD_ANSWERS),
    Row("post-glitch", (refused(POST, "internal_error"),), tuple(AT_ONCE)),
    Row("post-too-long", (refused(POST, "msg_too_long"),), tuple(AT_ONCE)),
    Row("away", (bad(POST, "503", times=8),), tuple(AT_ONCE)),
    *(
        Row(f"dead-{error}", (refused(POST, error, times=None),), tuple(AT_ONCE), dead(error))
        for error in DEAD
    ),
]

# A start that Slack limits holds back the streams of all other rows for a while, so these two rows come last.
SHORT_OF_RATE = [
    *rows("user", USERS, GROWING, LIMITED),
    *rows("append", APPEND, GROWING, LIMITED),
    Row("last-for-long", (bad(APPEND, "429", times=6),), tuple(AT_ONCE)),
    *rows("last", APPEND, AT_ONCE, LIMITED),
    Row("stop-for-long", (bad(STOP, "429", times=6),), tuple(AT_ONCE)),
    *rows("stop", STOP, AT_ONCE, LIMITED),
    Row("start-429", (bad(START, "429"),)),
    *rows("status", STATUS, GROWING, LIMITED),
    Row("start-429-bare", (bad(START, "429-bare"),)),
]
SHORT_OF_EDITS = [
    *rows("update", UPDATE, GROWING, LIMITED),
    *rows("last", UPDATE, AT_ONCE, LIMITED),
    Row("last-for-long", (bad(UPDATE, "429", times=8),), tuple(AT_ONCE)),
    *rows("post", POST, GROWING, LIMITED),
    Row("post-for-long", (bad(POST, "429", times=8),)),
]
SHORT_OF_POSTS = [
    *rows("post", POST, AT_ONCE, LIMITED),
    Row("post-for-long", (bad(POST, "429", times=8),), tuple(AT_ONCE)),
    *(Row(f"look-{name}", (bad(POST, "drop-done"), bad(REPLIES, name)), tuple(AT_ONCE)) for name in LIMITED),
]


@pytest.mark.parametrize(
    ("style", "table"),
    [("stream", NATIVE), ("edit", EDITED), ("post", POSTED)],
    ids=["native", "edit", "post"],
)
def test_answer_is_complete_or_marked_after_each_fault_of_slack(
    world: World, style: str, table: list[Row]
) -> None:
    world.configure(reply_style=style)
    assert "\n".join(run(world, table)) == ""


@pytest.mark.parametrize(
    ("style", "table"),
    [("stream", SHORT_OF_RATE), ("edit", SHORT_OF_EDITS), ("post", SHORT_OF_POSTS)],
    ids=["native", "edit", "post"],
)
def test_answer_is_complete_or_marked_when_slack_limits_the_rate(
    world: World, style: str, table: list[Row]
) -> None:
    world.configure(reply_style=style)
    world.forget()  # forget the rates learnt from other tests, and below those learnt from this one
    found = run(world, table, pace=11.0)
    world.forget()
    assert "\n".join(found) == ""


WHOLE = script.say(TEXT)
BAD_ENDS: list[tuple[str, script.Steps, str, Say, Say]] = [
    # name, steps, outcome in the log, sentence instead of an answer, sentence under a part of an answer
    ("error", script.error("internal_server_error", RAW), "RunFailed", Say.RUN_FAILED, Say.CUT_SHORT),
    (
        "provider",
        script.error("completion_request_error", RAW),
        "ProviderTrouble",
        Say.PROVIDER_TROUBLE,
        Say.PROVIDER_TROUBLE,
    ),
    ("failed", script.fail(RAW), "RunFailed", Say.RUN_FAILED, Say.CUT_SHORT),
    ("error-frame", script.error_frame(RAW), "RunFailed", Say.RUN_FAILED, Say.CUT_SHORT),
    ("drop", script.drop(), "DifyUnavailable", Say.DIFY_UNAVAILABLE, Say.INCOMPLETE),
    ("drop-by-reset", script.drop("reset"), "DifyUnavailable", Say.DIFY_UNAVAILABLE, Say.INCOMPLETE),
    ("no-end", script.clean_end(), "Incomplete", Say.INCOMPLETE, Say.INCOMPLETE),
    ("silence", script.silence(), "TimeCut", Say.TIME_CUT, Say.TIME_CUT),
]
DIFY = [
    *(
        Row(f"before-{name}", steps=tuple(steps), expected=instead(say, outcome))
        for name, steps, outcome, say, _ in BAD_ENDS
        if name != "silence"  # lasts until the turn's own limit: test_failures.py
    ),
    *(
        Row(
            f"mid-{name}",
            steps=tuple(script.pieces(*PARTS[:2], gap=5.0) + script.wait(5) + steps),
            expected=marked(say, outcome),
        )
        for name, steps, outcome, _, say in BAD_ENDS
    ),
    *(
        Row(f"end-{name}", steps=tuple(AT_ONCE + steps), expected=marked(say, outcome))
        for name, steps, outcome, _, say in BAD_ENDS
    ),
    Row(
        "refused",
        steps=tuple(script.refuse(500, RAW)),
        expected=instead(Say.DIFY_UNAVAILABLE, "DifyUnavailable"),
    ),
    Row("pause", steps=tuple(script.pause("", form_token="")), expected=instead(Say.PAUSED, "paused")),
    Row(
        "mid-pause",
        steps=tuple(script.pieces(*PARTS[:2], gap=5.0) + script.pause("", form_token="")),
        expected=marked(Say.PAUSED, "paused"),
    ),
    Row(
        "end-pause",
        steps=tuple(AT_ONCE + script.pause("", form_token="")),
        expected=marked(Say.PAUSED, "paused"),
    ),
    Row(
        "cut",
        steps=tuple(script.say(TEXT, seconds=700, per_second=1)),
        expected=marked(Say.TIME_CUT, "TimeCut"),
    ),
]


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_answer_is_complete_or_marked_after_each_fault_of_dify(world: World, style: str) -> None:
    world.configure(reply_style=style)
    assert "\n".join(run(world, DIFY)) == ""


@pytest.mark.parametrize("stage", ["before", "mid", "end"])
def test_answer_is_marked_when_the_daemon_cancels_its_run_with_others(world: World, stage: str) -> None:
    """Daemons 0.6.7 and 0.6.8 do this: "context canceled" (docs/platform/dify.md#cancelled-by-others)."""
    said = {"before": script.wait(30), "mid": script.pieces(*PARTS[:2]), "end": AT_ONCE}[stage]
    steps = said + script.wait(60)
    expected = (
        instead(Say.DIFY_UNAVAILABLE, "ContextBroken")
        if stage == "before"
        else marked(Say.INCOMPLETE, "ContextBroken")
    )
    asked = ask(world, [Row("cancelled", steps=tuple(steps), expected=expected)])
    world.dify.wait_invocations(1)
    world.settle(10)
    control_of(world).cancel_calls()
    assert "\n".join(ended(world, asked)) == ""


def ended(world: World, asked: Sequence[Asked], calm: float = CALM) -> list[str]:
    wait_served(world)
    world.settle(calm)
    return faults_found(world, asked)


SLOW = (
    15.0  # design seconds: more than the bridge waits, even where a short wait is made longer for the machine
)
STORAGE = [
    Row("whole"),
    Row("quick", steps=tuple(AT_ONCE)),
    Row(
        "with-an-error", steps=tuple(AT_ONCE + script.fail(RAW)), expected=marked(Say.CUT_SHORT, "RunFailed")
    ),
]


@pytest.mark.parametrize("mode", ["slow", "fail", "full", "silent"])
def test_answer_is_complete_or_marked_after_each_fault_of_the_storage(world: World, mode: str) -> None:
    """A storage fault may at most cost the memory of the thread."""
    storage = control_of(world)
    mid = [Row(f"mid-{row.name}", steps=row.steps, expected=row.expected) for row in STORAGE]
    try:
        asked = ask(world, mid)
        world.wait(lambda: world.slack.answers(asked[0].channel, asked[0].root))
        storage.storage_fault(mode, SLOW)
        asked += ask(world, STORAGE)
        found = ended(world, asked, 5)
    finally:
        storage.clear_faults()
    world.settle(6)  # after failures the store is not called for a moment
    assert "\n".join(found) == ""
    one = asked[-1]
    world.dify.clear_scripts()
    world.ask("and now?", channel=one.channel, thread_ts=one.root)
    assert "and now?" in world.answer(one.root, channel=one.channel, count=2)
    world.ask("and then?", channel=one.channel, thread_ts=one.root)
    world.answer(one.root, channel=one.channel, count=3)
    again, then = world.dify.invocations()[-2:]
    assert then["asked_conversation_id"] == again["conversation_id"]


REFUSALS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"status": 503}),
    ("status", {"status": 404, "body": '{"error":"no plugin available nodes found"}'}),
    ("status", {"status": 200, "body": "welcome to the wifi"}),
    ("reset", {}),
    ("hang", {}),
    ("late", {"seconds": 20.0}),
    ("orphan", {"seconds": 20.0}),
)


def test_question_is_answered_when_a_hand_off_fails_once(world: World) -> None:
    """Another route takes the hand-off, or Slack sends the event again."""
    control = control_of(world)
    try:
        for how, more in REFUSALS:
            control.refuse(how=how, times=2, **more)
        asked = ask(world, [Row(f"refused-{n}", steps=tuple(AT_ONCE)) for n in range(2 * len(REFUSALS))])
        assert "\n".join(ended(world, asked, 5)) == ""
    finally:
        control.clear_faults()


@pytest.mark.parametrize("how", ["status", "hang"])
def test_question_is_answered_when_hand_offs_fail_for_a_while(world: World, how: str) -> None:
    """An event that no request took was not acked, so Slack sends the event again."""
    control = control_of(world)
    try:
        control.refuse(how=how)
        asked = ask(world, [Row(f"refused-{n}", steps=tuple(AT_ONCE)) for n in range(5)])
        world.settle(10)
    finally:
        control.clear_faults()
    assert "\n".join(ended(world, asked, 5)) == ""
    assert any(len(one.attempts) > 1 for one in world.slack.deliveries("app_mention"))


GOING_AWAY = [
    Row("nothing-yet", steps=tuple(script.wait(100)), expected=instead(Say.INTERRUPTED, "")),
    Row(
        "on-the-way",
        steps=tuple(script.pieces(*PARTS[:2]) + script.wait(100)),
        expected=marked(Say.INTERRUPTED, ""),
    ),
]


@pytest.mark.parametrize(
    ("how", "style"),
    [
        *(("killed", style) for style in ("stream", "edit", "post")),
        *(("restarted", style) for style in ("stream", "edit")),
    ],
)
def test_answer_is_ended_and_marked_when_its_process_dies(world: World, how: str, style: str) -> None:
    """A half-written answer is ended and its turn is never run again; the next question is answered."""
    world.configure(reply_style=style)
    asked = ask(world, GOING_AWAY if style != "post" else GOING_AWAY[:1])
    world.dify.wait_invocations(len(asked))
    for one in asked[1:]:
        world.wait(lambda one=one: world.slack.answers(one.channel, one.root))  # type: ignore[misc]
    world.settle(5)
    if how == "killed":
        world.forget()
    else:
        world.daemon.restart()
    after = ask(world, [Row("later", steps=tuple(AT_ONCE))])
    wait_served(world)
    world.settle(10)
    assert "\n".join([*faults_found(world, asked, logged=False), *faults_found(world, after)]) == ""


def test_question_is_answered_when_no_process_runs_at_first(world: World) -> None:
    """The daemon holds the request, or Slack sends the event again."""
    world.daemon.kill_plugin()
    assert "\n".join(ended(world, ask(world, [Row("meanwhile", steps=tuple(AT_ONCE))]), 5)) == ""


def test_answer_is_marked_when_the_daemon_kills_its_request(world: World) -> None:
    """The daemon's limit of 600 s is 60 s here. The run ends with the request, and the text so far is marked.

    See docs/architecture.md#d1-hand-off.
    """
    control = control_of(world)
    expected = marked(Say.INCOMPLETE, "ContextBroken")
    steps = (*script.pieces(*PARTS[:2]), *script.wait(200))
    control.execution_limit(60)
    try:
        asked = ask(world, [Row("killed", steps=steps, expected=expected)])
        wait_served(world)
    finally:
        control.execution_limit(600)
    assert "killed" in {entry["outcome"] for entry in control.requests(path="/slack/turns")}
    assert "\n".join(ended(world, asked)) == ""
