"""Text and cards through the native stream, against a Slack that only keeps what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import SlackRefused
from simulators.slack.chunks import check_chunks, weight
from simulators.slack.messages import fold
from slack_api.client import SlackApi
from slack_api.rate_limit.rate_limiter import RateLimiter
from slack_reply.snapshot import Card, CardState, Snapshot
from slack_reply.writers.native_stream import NativeStream
from slack_reply.writers.opening import Opening
from slack_reply.writers.rate_share import RateShare
from slack_reply.writers.stream_cleanup import StreamCleanup
from slack_reply.writers.writer import ReplyTarget, WriterGone
from tests.fake_clock import FakeClock

PLACE = ReplyTarget("T1", "C1", "channel", "1.0", "1.0", "U1", "T1", "UBOT")
CAP = 10_600


@dataclass
class Slack:
    """Keeps the chunks of each message, and refuses the next calls as told."""

    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    refuse: list[str] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    started: int = 1

    def start_stream(self, _c: str, _t: str, _u: str, _team: str, chunks: Any, **_: Any) -> str:
        self.started += 1
        ts = f"{self.started}.0"
        self.messages[ts] = []
        self.open.add(ts)
        self._write(ts, chunks)
        return ts

    def append_stream(self, _c: str, ts: str, chunks: Any, **_: Any) -> None:
        if self.refuse == ["message_not_in_streaming_state"]:
            self.open.discard(ts)
        if self.refuse:
            raise SlackRefused("chat.appendStream", self.refuse.pop())
        assert ts in self.open
        assert chunks
        self._write(ts, chunks)

    def stop_stream(self, _c: str, ts: str, chunks: Sequence[Mapping[str, Any]] = (), **_: Any) -> None:
        assert ts in self.open
        self.open.remove(ts)
        self._write(ts, chunks)

    def update_message(self, _c: str, ts: str, **arguments: Any) -> None:
        self.updates.append(arguments)
        self.messages[ts] = [{"type": "markdown_text", "text": arguments["markdown_text"]}]

    def delete_message(self, _c: str, ts: str) -> None:
        del self.messages[ts]

    def parts(self) -> list[dict[str, Any]]:
        return [part for log in self.messages.values() for part in fold(log)]

    def texts(self) -> str:
        return " ".join(part["text"] for part in self.parts() if part["kind"] == "markdown")

    def tasks(self) -> list[dict[str, Any]]:
        return [part for part in self.parts() if part["kind"] == "task"]

    def _write(self, ts: str, chunks: Any) -> None:
        self.messages[ts] += check_chunks([dict(chunk) for chunk in chunks])
        assert weight(self.messages[ts]) <= CAP


class Free(RateLimiter):
    def acquire(self, *_: Any, **__: Any) -> bool:
        return True

    def try_acquire(self, *_: Any, **__: Any) -> bool:
        return True


class Anything:
    """Replaces collaborators that do nothing in these tests."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_, **__: ""


def stream(slack: Slack, clock: FakeClock | None = None) -> tuple[NativeStream, StreamCleanup]:
    clock = clock or FakeClock()
    api, budget = cast("SlackApi", slack), Free(clock)
    share = RateShare(budget, PLACE)
    ends = StreamCleanup(api, share, PLACE, clock)
    nothing = cast("Any", Anything())
    return NativeStream(api, share, Opening(api, share, nothing, nothing, PLACE), ends, PLACE, clock), ends


def flat(text: str) -> str:
    return " ".join(text.split())


def card(number: int, at: int = 0, state: CardState = "done", output: str = "") -> Card:
    return Card(f"id-{number}", f"Step {number}", state, at, output)


WORDS = st.sampled_from(
    ["word", "Sentence.", "longer-words", "日本語。", "**bold**", "`code`", "\n\n", "- item\n"]
)


@st.composite
def growth(draw: st.DrawFn) -> list[Snapshot]:
    """Snapshots of a growing answer: each has more text, more cards, or finished cards."""
    views: list[Snapshot] = []
    text, cards = "", list[Card]()
    for _ in range(draw(st.integers(1, 12))):
        for _ in range(draw(st.integers(0, 3))):
            new = card(len(cards), len(text), draw(st.sampled_from(["running", "done", "failed"])))
            cards.append(new)
            text += " ".join(draw(st.lists(WORDS, max_size=60))) + draw(st.sampled_from(["", "\n", "\n\n"]))
        text += " " + " ".join(draw(st.lists(WORDS, max_size=300)))
        for number in draw(st.sets(st.integers(0, max(0, len(cards) - 1)), max_size=3)):
            if cards and cards[number].state == "running":
                output = draw(st.text(max_size=300))
                cards[number] = replace(cards[number], state="done", output=output)
        views.append(Snapshot(text, tuple(cards), continued="Continued."))
    ended = [replace(each, state="failed") if each.state == "running" else each for each in cards]
    views.append(Snapshot(text, tuple(ended), continued="Continued."))
    return views


@settings(max_examples=150, deadline=None)
@given(growth(), st.data())
def test_all_of_the_text_and_every_card_arrive_in_their_order(
    views: list[Snapshot], data: st.DataObject
) -> None:
    slack = Slack()
    writer, ends = stream(slack)
    for view in views[:-1]:
        writer.show(lambda view=view: view)  # type: ignore[misc]
        if slack.open and data.draw(st.integers(0, 9)) == 0:
            slack.refuse = ["msg_too_long"]
    writer.finish(lambda: views[-1])
    ends.tidy()
    assert slack.open == set()
    assert flat(slack.texts()).replace(" ", "") == flat(views[-1].text).replace(" ", "")
    assert slack.updates == []
    tasks = slack.tasks()
    assert {task["status"] for task in tasks} <= {"complete", "error"}
    assert list(dict.fromkeys(task["id"] for task in tasks)) == [each.id for each in views[-1].cards]
    last = {task["id"]: task["status"] for task in tasks}
    assert last == {each.id: "complete" if each.state == "done" else "error" for each in views[-1].cards}


def test_no_chunk_is_sent_twice_or_empty() -> None:
    slack = Slack()
    writer, _ = stream(slack)
    view = Snapshot("Hello there. ", (card(1, 0, "running"),))
    for _ in range(3):
        writer.show(lambda: view)
    assert slack.messages["2.0"] == [
        {"type": "task_update", "id": "id-1", "title": "Step 1", "status": "in_progress"},
        {"type": "markdown_text", "text": "Hello "},
    ]


def test_running_card_continues_in_the_next_message() -> None:
    slack, clock = Slack(), FakeClock()
    writer, ends = stream(slack, clock)
    running = Snapshot("", (card(1, 0, "running"),), continued="Continued.")
    writer.show(lambda: running)
    clock.advance(241)
    writer.show(lambda: running)
    writer.show(lambda: running)
    writer.finish(lambda: Snapshot("Done.", (card(1, 0, "done", "42"),), continued="Continued."))
    ends.tidy()
    assert [(task["status"], task["output"]) for task in slack.tasks()] == [
        ("complete", "Continued."),
        ("complete", "42"),
    ]
    assert [part["text"] for part in slack.parts() if part["kind"] == "markdown"] == ["Done."]


def test_expired_stream_of_cards_alone_is_deleted() -> None:
    slack = Slack()
    writer, ends = stream(slack)
    writer.show(lambda: Snapshot("", (card(1, 0, "running"),)))
    slack.refuse = ["message_not_in_streaming_state"]
    writer.finish(lambda: Snapshot("Done.", (card(1),)))
    ends.tidy()
    assert list(slack.messages) == ["3.0"]
    assert slack.texts() == "Done."
    assert [task["status"] for task in slack.tasks()] == ["complete"]


def test_word_split_by_a_card_is_whole_for_the_next_writer() -> None:
    slack = Slack()
    writer, _ = stream(slack)
    text = "I look it up.Here it is"
    writer.show(lambda: Snapshot("I look it up.", (card(1, 13),)))
    writer.show(lambda: Snapshot(text, (card(1, 13),)))
    slack.refuse = ["invalid_chunks"]
    with pytest.raises(WriterGone) as gone:
        writer.show(lambda: Snapshot(f"{text} and there it is", (card(1, 13),)))
    assert text[gone.value.shown :] in {"it is", "is"}
    slack.refuse = ["internal_error"]
    writer, _ = stream(slack)
    writer.show(lambda: Snapshot("I look it up.", (card(1, 13),)))
    with pytest.raises(WriterGone) as gone:
        writer.show(lambda: Snapshot(f"{text} and there it is", (card(1, 13),)))
    assert gone.value.sure <= len("I look it up.")
    assert text[: gone.value.sure].endswith(" ")


def test_replaced_text_is_edited() -> None:
    slack = Slack()
    writer, _ = stream(slack)
    writer.show(lambda: Snapshot("Something bad. And more.", (card(1),)))
    with pytest.raises(WriterGone) as gone:
        writer.show(lambda: Snapshot("Good.", (card(1),)))
    assert (gone.value.shown, gone.value.adopt) == (0, ("2.0",))
