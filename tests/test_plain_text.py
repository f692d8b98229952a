from hypothesis import given
from hypothesis import strategies as st

from plain_text import one_line, shortened

LENGTHS = st.integers(1, 20)
TEXTS = st.text(st.sampled_from("ab \n…漢"), max_size=40)


@given(TEXTS, LENGTHS, st.booleans())
def test_text_that_fits_stays_as_it_is(text: str, longest: int, trim: bool) -> None:
    if len(text) <= longest:
        assert shortened(text, longest, trim=trim) == text


@given(TEXTS, LENGTHS)
def test_shortened_text_is_a_beginning_and_an_ellipsis(text: str, longest: int) -> None:
    short = shortened(text, longest)
    assert len(short) <= longest
    if short != text:
        assert short.endswith("…")
        assert text.startswith(short[:-1])
        assert not short[:-1].endswith((" ", "\n"))
        assert not text[len(short) - 1 : longest - 1].strip()


@given(TEXTS, TEXTS, LENGTHS)
def test_text_that_grows_keeps_its_beginning_when_nothing_is_trimmed(
    before: str, more: str, longest: int
) -> None:
    shown = shortened(before, longest, trim=False)
    assert len(shown) <= longest
    if len(before) < longest:
        assert shortened(before + more, longest, trim=False).startswith(shown)
    else:
        assert shortened(before + more, longest, trim=False)[: longest - 1] == shown[: longest - 1]


@given(TEXTS, LENGTHS)
def test_one_line_has_single_blanks_and_keeps_to_its_length(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert line == " ".join(line.split())
    if len(text) <= longest:
        assert line == " ".join(text.split())


def test_examples_of_short_text() -> None:
    assert shortened("four words of text", 10) == "four word…"
    assert shortened("four words of text", 6) == "four…"
    assert shortened("four words of text", 6, trim=False) == "four …"
    assert shortened("漢字かな", 3) == "漢字…"
    assert one_line(" two\n\n lines\t", 20) == "two lines"
