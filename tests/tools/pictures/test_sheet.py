import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.demo.document import Buttons, Code, Paragraph, Post, Span, Task, ThreadView
from simulators.demo.markdown_reader import read_markdown
from tests.simulators.demo.texts import MARKDOWN, posts, text
from tools.pictures.canvas import GREEN, RED
from tools.pictures.letters import piece_width
from tools.pictures.sheet import EDGE, Moment, sheet

SVG = "{http://www.w3.org/2000/svg}"
PARTS = {"to", "Umbra Labs", "and on"}


def thread(*said: Post, status: str = "") -> ThreadView:
    return ThreadView("team", said, status)


def texts_of(picture: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(picture).iter(f"{SVG}text")]


def test_everything_in_the_thread_is_in_the_picture() -> None:
    tasks = (Task("Search", "complete", output="3 found", sources=("Doc A", "Doc B")), Task("Mail", "error"))
    answer = Post(
        "bot", is_app=True, blocks=(*tasks, *read_markdown(MARKDOWN), Buttons(("Go",))), files=("a.pdf",)
    )
    picture = sheet("A title", [Moment("Then", thread(answer, status="is thinking…"))], 400)
    words = " ".join(texts_of(picture))
    for word in (
        "Then",
        "#team",
        "bot",
        "Search",
        "3 found",
        "Doc A · Doc B",
        "Mail",
        "Title",
        "words",
        "one",
        "deep",
    ):
        assert word in words
    for word in ("☑", "if a:", "b()", "said", "A", "B", "1", "2", "Go", "a.pdf", "is thinking…"):
        assert word in words
    assert picture.count(f'fill="{GREEN}"/>') == 1
    assert picture.count(f'fill="{RED}"/>') == 1


def test_only_a_growing_answer_is_being_written() -> None:
    for growing in (True, False):
        post = Post("bot", is_app=True, blocks=(Paragraph(text("a")),), growing=growing)
        assert ("writing" in texts_of(sheet("t", [Moment("", thread(post))], 300))) is growing


def test_panels_stand_side_by_side_and_the_tallest_gives_the_height() -> None:
    short = thread(Post("Anna", is_app=False, blocks=(Paragraph(text("a")),)))
    long = thread(Post("Anna", is_app=False, blocks=(Paragraph(text("a\n" * 20)),)))
    (one, two) = (
        _size(sheet("t", moments, 300))
        for moments in ([Moment("", long)], [Moment("", short), Moment("", long)])
    )
    assert one[1] == two[1]
    assert two[0] > 2 * 300


def _size(picture: str) -> tuple[float, float]:
    box = ET.fromstring(picture).attrib["viewBox"].split()
    return float(box[2]), float(box[3])


@given(st.lists(posts, max_size=2))
def test_whatever_is_said_the_picture_is_whole_and_holds_it(said: list[Post]) -> None:
    picture = sheet("t & <t>", [Moment("", thread(*said))], 400)
    height = _size(picture)[1]
    ends = [float(found) for found in re.findall(r'<text x="[^"]*" y="([^"]*)"', picture)]
    assert all(0 < end <= height for end in ends)
    assert _size(picture)[0] == 400 + 2 * EDGE
    assert not any(map(has_blanks_that_a_browser_drops, texts_of(picture)))


def has_blanks_that_a_browser_drops(shown: str) -> bool:
    """Browsers draw a run of blanks as one, and none at an end, whatever `xml:space` says."""
    return shown != shown.strip(" ") or "  " in shown


def test_blanks_beside_bold_text_are_drawn_by_position() -> None:
    said = (Span("to "), Span("Umbra Labs", frozenset({"bold"})), Span(" and  on"))
    picture = sheet("t", [Moment("", thread(Post("Anna", is_app=False, blocks=(Paragraph(said),))))], 400)
    to, umbra, and_, *_ = [part for part in ET.fromstring(picture).iter(f"{SVG}text") if part.text in PARTS]
    blank = piece_width(Span(" "), 15)
    for before, after in ((to, umbra), (umbra, and_)):
        end = float(before.attrib["x"]) + float(before.attrib["textLength"])
        assert float(after.attrib["x"]) - end == pytest.approx(blank, abs=0.15)


def test_blanks_in_a_line_of_code_keep_its_columns() -> None:
    code = Code("  a    b\nlonger b", "")
    picture = sheet("t", [Moment("", thread(Post("Anna", is_app=False, blocks=(code,))))], 400)
    one, two, whole = [part for part in ET.fromstring(picture).iter(f"{SVG}text") if part.get("class") == "m"]
    assert (one.text, two.text, whole.text) == ("a", "b", "longer b")
    letter = float(whole.attrib["textLength"]) / len("longer b")
    left = float(whole.attrib["x"])
    assert float(one.attrib["x"]) - left == pytest.approx(2 * letter, abs=0.1)
    assert float(two.attrib["x"]) - left == pytest.approx(7 * letter, abs=0.1)
