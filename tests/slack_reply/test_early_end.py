"""An answer that needs too much room ends early with every writer, and none of its text is lost or doubled."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_reply.footer import with_footer
from slack_reply.markdown.pages import pages
from slack_reply.markdown.reader import Reader, read
from slack_reply.markdown.units import Unit
from slack_reply.reply import LAST_PAGES, LAST_TEXT_TIMEOUT, REPLY_TIMEOUT, Style
from slack_reply.snapshot import LONGEST_TEXT, MOST_MESSAGES, Card, Room, Snapshot
from slack_reply.writer import Unreachable
from tests.conversations.answers import long_text
from tests.fake_clock import FakeClock
from tests.slack_reply.keeping_slack import KeepingSlack, writer
from tests.slack_reply.remembered_layout import remembered_layout, remembered_pages
from tests.slack_reply.troubled_slack import DONE, TROUBLES, TroubledSlack
from tests.support.growing_answer import Now
from tests.support.native_streams import Slack, stream

METHODS = ["stream", "edit", "post"]
STYLES: list[Style] = ["stream", "edit", "post"]
NOTE = "The rest is elsewhere."
LONG = long_text(240_000)
UNKNOWN = LONG[1:]
"""A text whose layout nobody remembers."""
FEW = 4  # messages, so that a test needs not much text
TROUBLE = st.sampled_from(["", "", "", *TROUBLES, *(f"{name}!" for name in DONE)])


@pytest.fixture(autouse=True, scope="module")
def _remembered() -> Iterator[None]:
    """All answers here are beginnings of a few texts."""
    with remembered_layout(), remembered_pages():
        yield


def bare(text: str) -> str:
    return "".join(text.split())


def noted(text: str, end: int) -> str:
    return with_footer(text[:end], [NOTE], (), "", str)


def said(slack: KeepingSlack) -> str:
    return " ".join(text for look in slack.messages for _, text in look)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("looks", [0, 1, 7])
def test_text_ends_in_the_last_message_but_one_and_a_note_follows(method: str, looks: int) -> None:
    slack = KeepingSlack()
    one, ends = writer(method, slack)
    for look in range(looks):
        one.show(lambda look=look: Snapshot(LONG[: (look + 1) * 30_000]), Room())  # type: ignore[misc]
        assert len(slack.messages) <= MOST_MESSAGES - 1
    end = one.finish(lambda: Snapshot(LONG), Room())
    assert end is not None
    assert len(slack.messages) == MOST_MESSAGES - 1
    assert bare(said(slack)) == bare(LONG[:end])
    assert one.finish(lambda: Snapshot(noted(LONG, end)), Room(closing=True)) is None
    ends.tidy()
    assert len(slack.messages) == MOST_MESSAGES
    assert slack.messages[-1] == (("markdown", f"> {NOTE}"),)
    assert bare(said(slack)) == bare(LONG[:end]) + bare(f"> {NOTE}")


@pytest.mark.parametrize("method", ["stream", "edit"])
def test_more_can_be_said_under_the_note(method: str) -> None:
    slack = KeepingSlack()
    one, _ = writer(method, slack)
    end = one.finish(lambda: Snapshot(LONG), Room(FEW))
    assert end is not None
    closing = Room(FEW, closing=True)
    one.finish(lambda: Snapshot(noted(LONG, end)), closing)
    one.finish(lambda: Snapshot(with_footer(noted(LONG, end), ["More."], (), "", str)), closing)
    assert len(slack.messages) == FEW
    assert slack.messages[-1] == (("markdown", f"> {NOTE}\n\n> More."),)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", range(1_000, 60_000, 3_517))
def test_text_that_fits_is_whole(method: str, size: int) -> None:
    text = LONG[:size]
    slack, same = KeepingSlack(), KeepingSlack()
    writer(method, slack)[0].finish(lambda: Snapshot(text), Room(10_000))
    needed = len(slack.messages)
    assert writer(method, same)[0].finish(lambda: Snapshot(text), Room(needed)) is None
    assert same.messages == slack.messages
    if needed > 1:
        assert writer(method, KeepingSlack())[0].finish(lambda: Snapshot(text), Room(needed - 1)) is not None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("after", range(4))
def test_answer_whose_time_is_up_begins_no_more_messages(method: str, after: int) -> None:
    slack = KeepingSlack()
    one, _ = writer(method, slack)
    end = one.finish(lambda: Snapshot(LONG[:60_000]), Room(is_over=lambda: len(slack.messages) >= after))
    assert end is not None
    assert len(slack.messages) == after
    assert bare(said(slack)) == bare(LONG[:end])
    one.finish(lambda: Snapshot(noted(LONG, end)), Room(is_over=lambda: True, closing=True))
    assert bare(said(slack)) == bare(LONG[:end]) + bare(f"> {NOTE}")
    assert len(slack.messages) == after + 1


@pytest.mark.parametrize("method", METHODS)
def test_last_message_is_brought_whatever_the_time(method: str) -> None:
    slack = KeepingSlack()
    one, _ = writer(method, slack)
    assert one.finish(lambda: Snapshot(LONG[:2_000]), Room(is_over=lambda: True)) is None
    assert bare(said(slack)) == bare(LONG[:2_000])


@pytest.mark.parametrize("method", METHODS)
def test_code_that_is_open_where_the_text_ends_is_closed(method: str) -> None:
    text = "```py\n" + "x = 1\n" * 20_000
    slack = KeepingSlack()
    one, _ = writer(method, slack)
    end = one.finish(lambda: Snapshot(text), Room(FEW))
    assert end is not None
    one.finish(lambda: Snapshot(noted(text, end)), Room(FEW, closing=True))
    *code, last = (look[0][1] for look in slack.messages)
    assert all(page.startswith("```py\n") and page.rstrip().endswith("\n```") for page in code)
    assert last == f"> {NOTE}"


def test_streams_that_grow_old_leave_the_last_message_free() -> None:
    slack, clock = Slack(), FakeClock()
    one, ends = stream(slack, clock)
    for size in range(100, 4_000, 100):
        one.show(lambda size=size: Snapshot(LONG[:size]), Room())  # type: ignore[misc]
        clock.advance(241)
        one.show(lambda size=size: Snapshot(LONG[:size]), Room())  # type: ignore[misc]
    assert len(slack.messages) == MOST_MESSAGES - 1
    end = one.finish(lambda: Snapshot(LONG[:12_000]), Room())
    assert end is not None
    one.finish(lambda: Snapshot(noted(LONG, end)), Room(closing=True))
    ends.tidy()
    assert len(slack.messages) == MOST_MESSAGES
    assert bare(slack.texts()) == bare(LONG[:end]) + bare(f"> {NOTE}")


def test_cards_do_not_take_the_last_message() -> None:
    slack = Slack()
    one, ends = stream(slack)
    cards = tuple(Card(f"id-{number}", f"Step {number}", "done") for number in range(2_000))
    one.show(lambda: Snapshot("", cards), Room())
    assert len(slack.messages) == MOST_MESSAGES - 1
    end = one.finish(lambda: Snapshot("Done.", cards), Room())
    assert end == 0
    one.finish(lambda: Snapshot(f"> {NOTE}", cards), Room(closing=True))
    ends.tidy()
    assert len(slack.messages) == MOST_MESSAGES
    assert slack.texts() == f"> {NOTE}"


def test_replaced_text_is_seen_when_there_is_no_room_left_too() -> None:
    slack = TroubledSlack()
    reply = slack.reply("stream")
    for size in (100_000, 200_000, 240_000):
        reply.show(Now(Snapshot(LONG[:size])))
        slack.clock.advance(60)
    assert reply.finish(Snapshot("Let us talk about something else.")) is None
    reply.close()
    assert bare(slack.text()) == bare("Let us talk about something else.")


def test_posts_lay_the_text_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[str] = []

    def counted(text: str, *more: object, **how: object) -> object:
        laid_out.append(text)
        return read(text, *more, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(pages, "read", counted)
    slack = KeepingSlack()
    writer("post", slack)[0].finish(lambda: Snapshot(UNKNOWN), Room())
    assert len(slack.messages) == MOST_MESSAGES - 1
    assert len(laid_out) == 1


@pytest.mark.parametrize("method", METHODS)
def test_text_is_laid_out_no_further_than_it_is_shown(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    last, certain = [0], Reader.certain

    def watched(self: Reader, *more: Any, **how: Any) -> Iterator[Unit]:
        for unit in certain(self, *more, **how):
            last.append(unit.end)
            yield unit

    monkeypatch.setattr(Reader, "certain", watched)
    end = writer(method, KeepingSlack())[0].finish(lambda: Snapshot(UNKNOWN), Room(FEW))
    assert end is not None
    assert end <= max(last) < 2 * end


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(STYLES),
    st.lists(st.integers(1, 240_000), max_size=3).map(sorted),
    st.lists(TROUBLE, max_size=14),
)
def test_nothing_is_lost_or_doubled_whatever_passes(
    style: Style, sizes: list[int], troubles: list[str]
) -> None:
    slack = TroubledSlack(troubles)
    reply = slack.reply(style)
    for size in sizes:
        reply.show(Now(Snapshot(LONG[:size])))
        slack.clock.advance(3.0)
    end = reply.finish(Snapshot(LONG))
    assert end is not None
    reply.finish(Snapshot(noted(LONG, end)))
    reply.close()
    assert bare(slack.text()) == bare(LONG[:end]) + bare(f"> {NOTE}")
    assert len(slack.answers()) <= MOST_MESSAGES
    assert slack.open() == []


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("pages", [1, 30])
def test_answer_ends_at_its_turns_deadline_when_slack_is_slow(style: Style, pages: int) -> None:
    """Each call takes 40 s and succeeds."""
    slack = TroubledSlack()
    slow: Callable[..., object] = slack.exchange

    def exchange(*what: object) -> object:
        slack.clock.advance(40.0)
        return slow(*what)

    slack.exchange = exchange  # type: ignore[method-assign,assignment]
    reply, began = slack.reply(style), slack.clock.now()
    slack.clock.advance(REPLY_TIMEOUT - 100.0)
    end = reply.finish(Snapshot(LONG[: pages * 3_000]))
    assert (end is None) is (pages == 1)
    assert slack.clock.now() - began < REPLY_TIMEOUT + 2 * 45.0


def test_answer_that_is_over_late_has_some_seconds_for_its_messages() -> None:
    slack = TroubledSlack()
    reply = slack.reply("post")
    slack.clock.advance(REPLY_TIMEOUT + 100.0)
    end, began = reply.finish(Snapshot(LONG)), slack.clock.now()
    assert end is not None
    assert 5 < len(slack.answers()) <= LAST_PAGES + 2
    reply.finish(Snapshot(noted(LONG, end)))
    assert slack.clock.now() - began < LAST_PAGES
    assert bare(slack.text()) == bare(LONG[:end]) + bare(f"> {NOTE}")


@pytest.mark.parametrize("style", STYLES)
def test_text_that_is_longer_than_any_room_ends_early_even_if_it_would_fit(style: Style) -> None:
    """Blank lines take no room: all that a writer was given is shown, and still there is more."""
    blank = (" " * 99 + "\n") * (LONGEST_TEXT // 100)
    text = "Begin" + blank[10:] + "End" * 1_000
    slack = TroubledSlack()
    reply = slack.reply(style)
    assert reply.finish(Snapshot(text)) == LONGEST_TEXT
    reply.finish(Snapshot(noted(text, LONGEST_TEXT)))
    reply.close()
    assert bare(slack.text()) == bare(text[:LONGEST_TEXT]) + bare(f"> {NOTE}")


def test_posts_wait_for_their_turn_no_longer_than_the_answer_has() -> None:
    slack = TroubledSlack()
    slack.budget.pause(slack.api.account, "chat.postMessage", 290.0)
    reply, began = slack.reply("post", patience=30.0), slack.clock.now()
    with pytest.raises(Unreachable):
        reply.finish(Snapshot("Hello"))
    assert slack.clock.now() - began <= LAST_TEXT_TIMEOUT + 1.0
