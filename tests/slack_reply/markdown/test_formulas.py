import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_reply.markdown import inline
from slack_reply.markdown.cell_text import read
from slack_reply.markdown.formulas import IN_LINE_LIMIT, LIMIT
from slack_reply.markdown.reader import escape
from tests.slack_reply.meaning import visible

PARTS = st.sampled_from(
    [
        "$",
        "$$",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "\\",
        "a",
        "x_{i}",
        "^*",
        " ",
        "\n",
        "5",
        "*b*",
        "`",
        "[",
        "](u)",
        "_",
    ]
)


@pytest.mark.parametrize(
    "formula",
    [
        "$x_i^*$ and $y_j^*$",
        r"$\hat{y}_{i} - \hat{y}_{j}$",
        "$a*b*c$, ($2x_{i}^*$) and $E = mc^2_{*}$.",
        "$$x_{i} < y_{i} *z*$$",
        "$$\nx_{i} = y_{i} \\\\\nz_{i}\\, \\{ 1 \\}\n$$",
        r"$[a_{i}]_{j}$",
    ],
)
def test_formula_is_shown_as_written(formula: str) -> None:
    assert visible(escape(formula)) == formula.replace("\n", "")
    assert visible(escape(f"**so** {formula} *then*")) == f"so {formula} then".replace("\n", "")


@pytest.mark.parametrize(
    ("formula", "shown"),
    [(r"\(a_{i}*b_{i}*c\)", "(a_{i}*b_{i}*c)"), ("\\[\nx_{1}*y_{2}\n\\]", "[x_{1}*y_{2}]")],
)
def test_formula_between_brackets_keeps_its_signs(formula: str, shown: str) -> None:
    assert visible(escape(formula)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and *not* $6, in US$5_*a*_$",
        "$PATH_VAR and $HOME_DIR, *or* $OTHER",
        "$5 = *a*$ or $ x_{i} *y* $",
        r"\$x_{i} *y*\$",
        r"\[[the *docs*](https://a.example/b)\]",
        r"\[*an aside*\]",
        f"$x_{{i}} {'y' * IN_LINE_LIMIT} *z*$",
        f"$$x_{{i}} {'y' * LIMIT} *z*$$",
    ],
)
def test_text_that_is_no_formula_keeps_its_markup(text: str) -> None:
    assert escape(text) == text


def test_formula_is_shown_as_written_in_a_table() -> None:
    assert read(r"$\hat{y}_{i} - \hat{y}_{j}$").text == r"$\hat{y}_{i} - \hat{y}_{j}$"


def begun(line: str) -> str:
    return "".join(piece.text for piece in inline.pieces(line, whole=False))


def test_formula_is_held_back_until_its_end_and_money_is_not() -> None:
    assert begun("It costs $5 a month") == "It costs $5 a "
    assert begun("Set $HOME to a path") == "Set $HOME to a "
    assert begun("Let $x_{i} be *a*").strip() == "Let"
    assert begun("Let $x_{i} be a$ and") == r"Let $x\_{i} be a$ "


@given(st.lists(PARTS, max_size=20).map("".join), st.data())
def test_growing_line_shows_the_beginning_of_the_whole_line(line: str, data: st.DataObject) -> None:
    assert inline.render(line).startswith(begun(line[: data.draw(st.integers(0, len(line)))]))
