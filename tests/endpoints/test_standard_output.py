import sys
from typing import Any

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
    assert "".join(ours.writes) == "".join(theirs.writes)
    assert len(ours.writes) == 5


def test_message_is_flushed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(sys.stdout, "flush", lambda: flushed.append("flushed"), raising=False)
    StandardOutput().put(Event.HEARTBEAT, None, {})
    assert flushed == ["flushed"]
    assert capsys.readouterr().out == '{"event":"heartbeat","session_id":null,"data":{}}\n\n'
