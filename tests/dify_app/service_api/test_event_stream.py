import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.service_api import event_stream
from dify_app.service_api.event_stream import events_in
from errors import DifyUnavailable

EVENTS = [{"event": "message", "answer": "Grüße\n\ndata: x 🌙"}, {"event": "ping"}, {"event": "message_end"}]
BYTES = b"event: ping\n\n" + b"".join(
    b"event: ping\n\n"
    if event["event"] == "ping"
    else b"data: %b\n\n" % json.dumps(event, ensure_ascii=False).encode()
    for event in EVENTS
)


@given(st.lists(st.integers(0, len(BYTES)), max_size=30))
def test_events_do_not_depend_on_where_the_bytes_are_cut(cuts: list[int]) -> None:
    ends = sorted({0, *cuts, len(BYTES)})
    pieces = [BYTES[begin:end] for begin, end in pairwise(ends)]
    assert list(events_in(pieces)) == [{"event": "ping"}, *EVENTS]


@given(st.binary(max_size=200))
def test_bytes_that_are_no_events_are_left_out(junk: bytes) -> None:
    end = b"\n\ndata: {}\n\n"
    assert list(events_in([junk + end]))[-1:] == [{}]


def test_event_that_the_end_cuts_is_left_out() -> None:
    assert list(events_in([b'data: {"event": "x"}\n\ndata: {"event": "y"}'])) == [{"event": "x"}]


def test_lines_may_end_as_on_other_systems() -> None:
    assert list(events_in([b'data: {"a": 1}\r', b"\n\r\n"])) == [{"a": 1}]


def test_event_too_long_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "LONGEST_EVENT", 1000)
    with pytest.raises(DifyUnavailable):
        list(events_in([b"data: "] + [b"x" * 100] * 11))
