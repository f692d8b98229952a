import json
from collections.abc import Iterator
from typing import Any

from simulators.playground.feed import Difference, events
from simulators.slack.changes import Changes


def test_first_look_tells_everything() -> None:
    difference = Difference(frozenset({"t"}))
    assert difference.of({"t": {"a": 1}, "x": [1]}) == {"t": {"a": 1}, "x": [1]}


def test_later_look_tells_what_came_changed_and_went() -> None:
    difference = Difference(frozenset({"t"}))
    difference.of({"t": {"a": 1, "b": 2, "c": 3}, "x": [1]})
    assert difference.of({"t": {"a": 1, "b": 5, "d": 4}, "x": [1]}) == {"t": {"b": 5, "d": 4, "c": None}}


def test_nothing_new_is_nothing() -> None:
    difference = Difference(frozenset({"t"}))
    state = {"t": {"a": 1}, "x": None}
    difference.of(state)
    assert difference.of(state) == {}


def test_event_goes_out_for_each_change() -> None:
    changes = Changes()

    def states() -> Iterator[dict[str, Any]]:
        for number in (1, 1, 2):
            changes.bump()
            yield {"x": number}

    looks = states()
    feed = events(changes, lambda: next(looks), frozenset(), lambda _: None)
    told = [json.loads(next(feed).removeprefix(b"data: ")) for _ in range(2)]
    assert told == [{"x": 1}, {"x": 2}]
