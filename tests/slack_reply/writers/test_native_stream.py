"""Text and cards through the native stream, against a Slack that only keeps what it is told."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_reply.snapshot import Card, Snapshot
from slack_reply.writer import WriterGone
from tests.fake_clock import FakeClock
from tests.support.native_streams import Slack, card, stream


def flat(text: str) -> str:
    return " ".join(text.split())


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
def bare(text: str) -> str:
    """The text without blanks, and without the backslash before what would begin a list at the top of a message."""
    return flat(text).replace(" ", "").replace("\\", "")


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
    assert bare(slack.texts()) == bare(views[-1].text)
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


def test_first_word_is_streamed_before_the_next_one_begins_and_is_whole_for_the_next_writer() -> None:
    slack = Slack()
    writer, _ = stream(slack)
    states = [
        ("Answers", ""),
        ("Answers ", "Answer"),
        ("Answers  are", "Answers"),
        ("Answers  are he", "Answers  are"),
    ]
    for text, shown in states:
        writer.show(lambda text=text: Snapshot(text))  # type: ignore[misc]
        assert slack.texts().strip() == shown
    writer.finish(lambda: Snapshot("Answers  are here"))
    assert (slack.texts(), len(slack.messages)) == ("Answers  are here", 1)
    refusing = Slack()
    writer, _ = stream(refusing)
    writer.show(lambda: Snapshot("Answers "))
    refusing.refuse = ["invalid_chunks"]
    with pytest.raises(WriterGone) as gone:
        writer.show(lambda: Snapshot("Answers are here"))
    assert gone.value.shown == 0


def test_card_behind_the_first_word_stands_behind_the_whole_word() -> None:
    slack = Slack()
    writer, _ = stream(slack)
    writer.show(lambda: Snapshot("Wait "))
    writer.show(lambda: Snapshot("Wait ", (card(1, 5),)))
    writer.finish(lambda: Snapshot("Wait here it is.", (card(1, 5),)))
    assert slack.texts().split() == ["Wait", "here", "it", "is."]
