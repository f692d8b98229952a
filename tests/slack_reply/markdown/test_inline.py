from hypothesis import given
from hypothesis import strategies as st

from slack_reply.markdown import inline
from tests.slack_reply.drawn import FRAGMENTS

line = st.lists(st.sampled_from([part for part in FRAGMENTS if "\n" not in part]), max_size=40).map("".join)


@given(line)
def test_pieces_of_a_line_are_the_line(text: str) -> None:
    pieces = list(inline.pieces(text, 0, whole=True))
    assert "".join(piece.text for piece in pieces) == inline.render(text)
    assert [piece.start for piece in pieces[1:]] == [piece.end for piece in pieces[:-1]]
    assert not pieces or (pieces[0].start, pieces[-1].end) == (0, len(text))


@given(line)
def test_pieces_of_a_growing_line_do_not_change(text: str) -> None:
    whole = list(inline.pieces(text, 0, whole=True))
    before = 0
    for length in range(len(text)):
        begun = list(inline.pieces(text[:length], 0, whole=False))
        assert begun == whole[: len(begun)]
        assert len(begun) >= before
        before = len(begun)
