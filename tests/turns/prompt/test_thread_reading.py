from collections.abc import Iterator
from typing import Any

import gevent
import pytest

from clock import Clock
from errors import SlackRefused
from message import Message
from turns.prompt.thread_excerpt import MOST_MESSAGES
from turns.prompt.thread_reading import MOST_READ, ThreadReading


class FakeApi:
    """`root_first`: the root comes first in every reading, also after `oldest`."""

    def __init__(
        self, count: int, fault: Exception | None = None, stall_at: int = -1, *, root_first: bool = False
    ) -> None:
        self.messages: list[dict[str, Any]] = [
            {"ts": f"{n}.000000", "text": str(n)} for n in range(1, count + 1)
        ]
        self.asked: list[tuple[str, str, str, int]] = []
        self.fault = fault
        self.stall_at = stall_at
        self.root_first = root_first

    def replies(self, channel: str, ts: str, *, oldest: str = "", most: int = 0) -> Iterator[dict[str, Any]]:
        self.asked.append((channel, ts, oldest, most))
        wanted = [
            (number, raw)
            for number, raw in enumerate(self.messages)
            if (self.root_first and not number) or float(raw["ts"]) > float(oldest or 0)
        ]
        for number, raw in wanted[:most]:
            if number == self.stall_at:
                gevent.sleep(60)
            yield dict(raw)
        if self.fault:
            raise self.fault


def reading(api: FakeApi, ts: str = "3.000000", thread_ts: str = "1.000000") -> ThreadReading:
    message = Message("T1", "C1", ts, "app_mention", thread_ts=thread_ts, user="U1")
    return ThreadReading(api, message, Clock(0.002))  # type: ignore[arg-type]


def texts(raws: tuple[Any, ...]) -> list[str]:
    return [raw["text"] for raw in raws]


def test_thread_is_read_once() -> None:
    api = FakeApi(3)
    thread = reading(api)
    assert texts(thread.after("")) == ["1", "2", "3"]
    assert thread.root() == api.messages[0]
    assert thread.message() == api.messages[2]
    assert api.asked == [("C1", "1.000000", "", MOST_READ)]


def test_new_messages_reach_up_to_the_message_itself() -> None:
    api = FakeApi(3)
    thread = reading(api)
    assert texts(thread.after("1.000000")) == ["2", "3"]
    assert thread.message() == api.messages[2]
    assert len(api.asked) == 1
    assert thread.root() == api.messages[0]
    assert len(api.asked) == 2


def test_root_is_not_new_when_slack_gives_it_again() -> None:
    api = FakeApi(3, root_first=True)
    thread = reading(api)
    assert texts(thread.after("1.000000")) == ["2", "3"]
    assert thread.root() == api.messages[0]
    assert len(api.asked) == 1


def test_latest_messages_of_a_long_thread_are_kept() -> None:
    api = FakeApi(MOST_MESSAGES + 50)
    thread = reading(api)
    assert texts(thread.after(""))[0] == "51"
    assert thread.root() == api.messages[0]


@pytest.mark.parametrize("apart", [1, 10, 100, 1000])
def test_latest_messages_of_a_thread_too_long_to_read_are_kept(apart: int) -> None:
    count = MOST_READ + 3000
    api = FakeApi(count)
    for number, raw in enumerate(api.messages):
        raw["ts"] = f"{number * apart + 1}.000000"
    read = texts(reading(api, api.messages[-1]["ts"]).after(""))
    assert read == [str(number) for number in range(count - MOST_MESSAGES + 1, count + 1)]
    assert len(api.asked) < 10


def test_end_close_to_the_read_part_is_read_on_from_there() -> None:
    count = MOST_READ + 10
    api = FakeApi(count)
    read = texts(reading(api, f"{count}.000000").after(""))
    assert (read[0], read[-1], len(read)) == (str(count - MOST_MESSAGES + 1), str(count), MOST_MESSAGES)


def test_slow_thread_is_read_from_its_end() -> None:
    api = FakeApi(5000, stall_at=500)
    read = texts(reading(api, "5000.000000").after(""))
    assert read[-1] == "5000"


def test_message_without_a_thread_is_looked_up_alone() -> None:
    api = FakeApi(1)
    assert reading(api, "1.000000", "").message() == api.messages[0]
    assert api.asked == [("C1", "1.000000", "", 1)]


def test_messages_read_before_an_error_are_kept() -> None:
    assert texts(reading(FakeApi(2, SlackRefused("conversations.replies", "missing_scope"))).after("")) == [
        "1",
        "2",
    ]
    assert texts(reading(FakeApi(3, stall_at=2)).after("")) == ["1", "2"]
    empty = reading(FakeApi(0, SlackRefused("conversations.replies", "missing_scope")))
    assert (empty.after(""), empty.root(), empty.message()) == ((), {}, {})


def test_readers_at_one_time_share_one_reading() -> None:
    api = FakeApi(3)
    thread, replies = reading(api), api.replies

    def slowly(*place: str, **more: Any) -> Iterator[dict[str, Any]]:
        for raw in replies(*place, **more):
            gevent.sleep(0.001)
            yield raw

    api.replies = slowly  # type: ignore[method-assign]
    readers = [gevent.spawn(read) for read in (lambda: thread.after(""), thread.message, thread.root)]
    assert len(gevent.joinall(readers, timeout=5)) == 3
    assert len(api.asked) == 1
    assert readers[1].value == api.messages[2]
