import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.daemon.frame_reader import FrameReader, StreamFailed, event_of
from simulators.dify.frames import error_frame, event_frame, frame

numbers = st.integers(-(2**53), 2**53)  # a float64 holds no more
events = st.lists(st.dictionaries(st.text(), st.text() | numbers | st.none()), max_size=5)


@given(events, st.data())
def test_any_cut_gives_the_events(sent: list[dict[str, Any]], data: st.DataObject) -> None:
    wire = b"".join(map(event_frame, sent))
    reader, found, at = FrameReader(), [], 0
    while at < len(wire):
        size = data.draw(st.integers(1, 50))
        found += [json.loads(event) for event in reader.feed(wire[at : at + size])]
        at += size
    assert found == sent


@pytest.mark.parametrize(
    "payload",
    [b'{"data":{"a":1},"error":""}', b'{"data": {"a": 1}, "error": ""}', b'{"error":"","data":{"a":1}}\n'],
)
def test_all_spellings(payload: bytes) -> None:
    assert json.loads(event_of(payload)) == {"a": 1}


def test_a_nested_event_comes_as_a_map_of_go() -> None:
    event = {"data": {"outputs": {"b": 1.0, "a": [{"d": 1, "c": 2}]}}, "event": "node_finished"}
    body = event_of(json.dumps({"data": event, "error": ""}, separators=(",", ":")).encode())
    assert body == b'{"data":{"outputs":{"a":[{"c":2,"d":1}],"b":1}},"event":"node_finished"}'


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b'{"data":null,"error":""}', "data is nil"),
        (b'{"error":""}', "data is nil"),
        (b"[]", "data is nil"),
        (b'{"data":{"a":1},"error":"bad"}', "request failed: bad"),
    ],
)
def test_failures(payload: bytes, text: str) -> None:
    with pytest.raises(StreamFailed, match=text):
        event_of(payload)


def test_events_before_a_failure_are_given() -> None:
    found: list[bytes] = []
    with pytest.raises(StreamFailed, match="request failed: late"):
        found.extend(FrameReader().feed(event_frame({"a": 1}) + error_frame("late") + event_frame({"a": 2})))
    assert found == [b'{"a":1}']


def test_no_frame() -> None:
    with pytest.raises(StreamFailed, match="magic number mismatch: 60"):
        list(FrameReader().feed(b"<html>and so on</html>"))


@pytest.mark.parametrize(
    ("cut", "where"),
    [(0, "system header"), (3, "system header"), (4, "header"), (13, "header"), (14, "data"), (20, "data")],
)
def test_where_it_broke_off(cut: int, where: str) -> None:
    reader = FrameReader()
    torn = frame(b'{"data":{"a":1},"error":""}')[:cut]
    assert [*reader.feed(torn[:2]), *reader.feed(torn[2:])] == []
    assert reader.where() == f"failed to read {where}"
