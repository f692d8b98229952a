import sys
from typing import Any

import gevent
import gevent.event
import pytest
from dify_plugin.core.server.__base.writer_entities import Event
from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter
from hypothesis import given
from hypothesis import strategies as st

from endpoints.standard_output import StandardOutput

TEXTS = st.text(st.characters(codec="utf-8"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | TEXTS
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


class Noting:
    """Notes each text that a writer writes."""

    def __init__(self, kind: type[StdioResponseWriter]) -> None:
        self.writes: list[str] = []
        self.writer = kind()
        self.writer.write = self.writes.append


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.none() | st.just("s1"))
def test_message_is_what_the_sdk_writes_in_one_write(data: dict[str, Any], session: str | None) -> None:
    ours, theirs = Noting(StandardOutput), Noting(StdioResponseWriter)
    for noting in (ours, theirs):
        writer = noting.writer
        writer.session_message(session, writer.stream_invoke_object({"type": "storage", "request": data}))
        writer.session_message(session, writer.stream_end_object())
        writer.error(session, data)
        writer.log(data)
        writer.heartbeat()
    assert ours.writes == []
    gevent.sleep(0)
    assert ours.writes == ["".join(theirs.writes)]


def test_messages_of_later_moments_are_written_on_their_own() -> None:
    ours = Noting(StandardOutput)
    for number in range(3):
        ours.writer.log({"n": number})
        gevent.sleep(0)
    assert [text.count("\n\n") for text in ours.writes] == [1, 1, 1]


def test_messages_of_greenlets_that_run_at_once_are_one_write() -> None:
    ours = Noting(StandardOutput)
    waiting = gevent.event.Event()

    def speak(number: int) -> None:
        waiting.wait()
        ours.writer.log({"n": number})

    speaking = [gevent.spawn(speak, number) for number in range(3)]
    gevent.sleep(0)
    waiting.set()
    gevent.joinall(speaking)
    gevent.sleep(0)
    assert [text.count("\n\n") for text in ours.writes] == [3]


def test_message_is_flushed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(sys.stdout, "flush", lambda: flushed.append("flushed"), raising=False)
    StandardOutput().put(Event.HEARTBEAT, None, {})
    gevent.sleep(0)
    assert flushed == ["flushed"]
    assert capsys.readouterr().out == '{"event":"heartbeat","session_id":null,"data":{}}\n\n'
