from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.http1.messages import LAST_CHUNK, chunk
from simulators.http1.reading import Cut, Reader


class Wire:
    """A socket that gives what it has in the sizes it is told."""

    def __init__(self, data: bytes, sizes: Iterator[int]) -> None:
        self._data = data
        self._sizes = sizes

    def recv(self, size: int, /) -> bytes:
        count = min(size, next(self._sizes, 1))
        data, self._data = self._data[:count], self._data[count:]
        return data


sizes = st.lists(st.integers(1, 9)).map(iter)


@given(st.lists(st.binary(max_size=40)), sizes)
def test_chunks_join_to_what_was_sent(parts: list[bytes], cuts: Iterator[int]) -> None:
    body = b"".join(map(chunk, parts)) + LAST_CHUNK
    reader = Reader(Wire(body + b"next", cuts))
    assert b"".join(reader.chunks()) == b"".join(parts)
    assert reader.exactly(4) == b"next"


@given(st.binary(min_size=1, max_size=40), sizes, st.data())
def test_torn_bodies_are_told(part: bytes, cuts: Iterator[int], data: st.DataObject) -> None:
    body = chunk(part) + LAST_CHUNK
    torn = body[: data.draw(st.integers(0, len(body) - 1))]
    with pytest.raises(Cut):
        list(Reader(Wire(torn, cuts)).chunks())


@given(st.binary(max_size=60), sizes)
def test_lengths(body: bytes, cuts: Iterator[int]) -> None:
    reader = Reader(Wire(b"HEAD\r\nx: y\r\n\r\n" + body, cuts))
    assert reader.head() == b"HEAD\r\nx: y"
    assert reader.exactly(len(body)) == body
    assert reader.head() is None
    with pytest.raises(Cut):
        reader.exactly(1)


def test_a_head_that_breaks_off() -> None:
    with pytest.raises(Cut):
        Reader(Wire(b"GET / HT", iter([3]))).head()
