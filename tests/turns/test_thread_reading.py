from collections.abc import Iterator
from typing import Any

import gevent

from clock import SystemClock
from errors import SlackRefused
from message import Message
from turns.thread_context import MOST_MESSAGES
from turns.thread_reading import MOST_READ, ThreadReading


class FakeApi:
    def __init__(self, count: int, fault: Exception | None = None, stall_at: int = -1) -> None:
        self.messages = [{"ts": f"{n}.000000", "text": str(n)} for n in range(1, count + 1)]
        self.asked: list[tuple[str, str, str, int]] = []
        self.fault = fault
        self.stall_at = stall_at

    def replies(self, channel: str, ts: str, *, oldest: str = "", most: int = 0) -> Iterator[dict[str, Any]]:
        self.asked.append((channel, ts, oldest, most))
        for number, raw in enumerate(self.messages):
            if number == self.stall_at:
                gevent.sleep(60)
            if not oldest or float(raw["ts"]) > float(oldest):
                yield raw
        if self.fault:
            raise self.fault


def reading(api: FakeApi, ts: str = "3.000000", thread_ts: str = "1.000000") -> ThreadReading:
    message = Message("T1", "C1", ts, "app_mention", thread_ts=thread_ts, user="U1")
    return ThreadReading(api, message, SystemClock(0.002))  # type: ignore[arg-type]


def texts(raws: tuple[Any, ...]) -> list[str]:
    return [raw["text"] for raw in raws]


def test_it_is_read_once() -> None:
    api = FakeApi(3)
    thread = reading(api)
    assert texts(thread.after("")) == ["1", "2", "3"]
    assert thread.root() == api.messages[0]
    assert thread.message() == api.messages[2]
    assert api.asked == [("C1", "1.000000", "", MOST_READ)]


def test_what_is_new_reaches_up_to_the_message_itself() -> None:
    api = FakeApi(3)
    thread = reading(api)
    assert texts(thread.after("1.000000")) == ["2", "3"]
    assert thread.message() == api.messages[2]
    assert len(api.asked) == 1
    assert thread.root() == api.messages[0]
    assert len(api.asked) == 2


def test_of_a_long_thread_the_latest_are_kept() -> None:
    api = FakeApi(MOST_MESSAGES + 50)
    thread = reading(api)
    assert texts(thread.after(""))[0] == "51"
    assert thread.root() == api.messages[0]


def test_a_message_of_its_own_is_looked_up_alone() -> None:
    api = FakeApi(1)
    assert reading(api, "1.000000", "").message() == api.messages[0]
    assert api.asked == [("C1", "1.000000", "", 1)]


def test_what_came_before_the_trouble_counts() -> None:
    assert texts(reading(FakeApi(2, SlackRefused("conversations.replies", "missing_scope"))).after("")) == [
        "1",
        "2",
    ]
    assert texts(reading(FakeApi(3, stall_at=2)).after("")) == ["1", "2"]
    empty = reading(FakeApi(0, SlackRefused("conversations.replies", "missing_scope")))
    assert (empty.after(""), empty.root(), empty.message()) == ((), {}, {})
