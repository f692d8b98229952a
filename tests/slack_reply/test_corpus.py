"""Laws of answers in the style of today's models (tests/corpus/collection.py), for each of the three writers.

The pages carry the laws of a growing answer (tests/slack_reply/every_state.py), so most states are checked there: some
for each answer here, and every character with 200 chunkings in the soak. The writers themselves run over a simulated
Slack that keeps each state, some chunkings here and 200 in the soak; and a real reply of each style over the simulated
Slack that refuses. What may look other than the app wrote it is listed in tests/slack_reply/meaning.py.
"""

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from markdown_source import may_be_head
from slack_reply.reply import Style
from slack_reply.snapshot import Snapshot
from slack_reply.writers import edited_message, single_post, streamed_message
from tests.corpus.collection import COLLECTION, WRITTEN
from tests.slack_reply.every_state import WRITERS, broken
from tests.slack_reply.keeping_slack import KeepingSlack, Look, cells, without_lost_table, writer
from tests.slack_reply.meaning import (
    CJK,
    DEFINITION,
    STARS,
    TAG,
    TOLD_TAG,
    concerning,
    is_like,
    lines,
    visible,
    visible_pages,
)
from tests.slack_reply.remembered_layout import remembered_pages
from tests.slack_reply.rendered import Styled, rendered, rendered_page
from tests.slack_reply.troubled_slack import TroubledSlack, grow
from tests.slack_reply.whole_pages import paginate

STRETCH = 8
"""Characters of each answer that come one at a time, beginning anywhere."""
LOOKS = 8
"""States of a chunking, at most; an answer is shown once a second."""
FEW_LOOKS = 4
CHUNKINGS = 1
SOAK_CHUNKINGS = 200
ENDS = 40
"""Where the looks of all chunkings of an answer may be: the layout of each is remembered."""
LONG = 3_000
SOAK_STATES = 600
"""Of a long answer: each state takes as long as the text so far."""
PAGES = ("stream", "edit")
"""The post has the limits of the edits."""


def test_collection_holds_three_hundred_answers_by_hand() -> None:
    assert len(WRITTEN) >= 300
    shapes = {re.sub(r"\w+", "w", text) for text in WRITTEN.values()}
    assert len(shapes) >= 300, "some differ in their words only"


@pytest.mark.parametrize("name", [name for name in COLLECTION if DEFINITION.search(COLLECTION[name])])
def test_reader_of_a_whole_message_sees_no_definition_of_a_link(name: str) -> None:
    text = COLLECTION[name]
    sent = visible_pages(paginate(text, WRITERS["post"], final=True))
    assert is_like(text, sent, grew=False), f"{concerning(text)}: {visible(text)!r} became {sent!r}"


@pytest.mark.parametrize("name", COLLECTION)
def test_reader_sees_what_the_answer_says(name: str) -> None:
    text = COLLECTION[name]
    for limits in {WRITERS[method] for method in PAGES}:
        sent = visible_pages(paginate(text, limits, final=True))
        assert is_like(text, sent), f"{concerning(text)}: {visible(text)!r} became {sent!r}"


def may_change(name: str) -> bool:
    """Whether a listed change, an attack, an image or HTML is in the answer."""
    text = WRITTEN[name]
    has_html = any("html" in found for found in map(str, MarkdownIt("commonmark").parse(text)))
    return bool(
        concerning(text) or DEFINITION.search(text) or has_html or "![" in text or name.startswith("safety/")
    )


PLAIN = [name for name in WRITTEN if not may_change(name)]


def test_most_answers_may_not_change_at_all() -> None:
    assert len(PLAIN) >= 150


@pytest.mark.parametrize("name", PLAIN)
def test_look_of_an_answer_without_a_listed_change_stays(name: str) -> None:
    """Bold, italics, quotes, items, code and the targets of links are those of the answer."""
    pages = paginate(WRITTEN[name], WRITERS["edit"], final=True)
    sent = [styled for page in pages for styled in rendered_page(page)]
    assert without_bare_links(sent) == without_bare_links(rendered(WRITTEN[name]))


def without_bare_links(look: list[Styled]) -> list[Styled]:
    """A bare address is a link for Slack, and none for CommonMark: a link whose text is its address is as good.

    A link to nowhere is as good as its text.
    """
    found: list[Styled] = []
    for link, group in groupby(look, key=lambda styled: next((s for s in styled[1] if HREF.match(s)), "")):
        run = list(group)
        address = unquote(link[1:]).removeprefix("mailto:")
        if link and address in {"", "".join(char for char, _ in run)}:
            run = [(char, tuple(style for style in styles if style != link)) for char, styles in run]
        found += run
    return found


HREF = re.compile(r"a(?:[a-z]+:|\Z)")


@pytest.mark.parametrize("name", [name for name in COLLECTION if TAG.search(COLLECTION[name])])
def test_tags_that_mean_markdown_are_not_seen(name: str) -> None:
    sent = visible_pages(paginate(COLLECTION[name], WRITERS["edit"], final=True))
    assert TOLD_TAG.search(sent) is None


@pytest.mark.parametrize(
    "name", [name for name in COLLECTION if CJK.search(COLLECTION[name]) and "**" in COLLECTION[name]]
)
def test_no_stars_are_seen_in_chinese_japanese_or_korean(name: str) -> None:
    pages = paginate(COLLECTION[name], WRITERS["edit"], final=True)
    sent = "\n".join(lines(part.text, code=False) for page in pages for part in page.parts)
    assert STARS.search(sent) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("詳しくは：https://example.com/a。次へ", "https://example.com/a"),
        ("次に（https://example.com/b）を見て", "https://example.com/b"),
        ("请访问https://example.com/start，然后", "https://example.com/start"),
        ("「https://example.com/d」です", "https://example.com/d"),
        ("주소는 https://example.com/ko/faq입니다.", "https://example.com/ko/faq"),
        ("Também em https://docs.example/pt/início.", "https://docs.example/pt/in%C3%ADcio"),
        ("See https://example.com/a_b_c(d)?x=1&y=2, or", "https://example.com/a_b_c(d)?x=1&y=2"),
        ("راجع https://docs.example/ar/faq، ثم", "https://docs.example/ar/faq"),
    ],
)
def test_bare_address_is_a_link_of_the_right_length(text: str, address: str) -> None:
    """Slack makes a link of a bare address by itself, up to the next blank, if the address is sent as it is."""
    pages = paginate(text, WRITERS["edit"], final=True)
    styles = [styles for page in pages for _, styles in rendered_page(page)]
    linked = {style[1:] for kinds in styles for style in kinds if style.startswith("ahttps")}
    sent = "".join(part.text for page in pages for part in page.parts)
    bare = set() if linked else set(re.findall(r"https://\S+?(?=[.,]?(?:\s|$))", sent))
    assert set(map(unquote, linked | bare)) == {unquote(address)}


def chunkings(
    name: str, length: int, count: int, ends: Sequence[int] | None = None, looks: int = LOOKS
) -> list[list[int]]:
    chance = random.Random(name)
    among = ends or range(1, length + 1)
    return [sorted(chance.sample(among, min(len(among), chance.randint(0, looks)))) for _ in range(count)]


@pytest.mark.parametrize("method", PAGES)
@pytest.mark.parametrize("name", COLLECTION)
def test_some_states_of_an_answer_break_no_law(name: str, method: str) -> None:
    text = COLLECTION[name]
    begin = random.Random(name).randint(0, max(0, len(text) - STRETCH))
    stretch = set(range(begin + 1, min(len(text), begin + STRETCH) + 1)) if len(text) < LONG else set()
    ways = chunkings(name, len(text), CHUNKINGS)
    ends = sorted(stretch.union(*ways))
    assert broken(text, WRITERS[method], ends, chunkings=ways) is None


@pytest.mark.soak
@pytest.mark.parametrize("method", PAGES)
@pytest.mark.parametrize("name", COLLECTION)
def test_no_state_of_an_answer_breaks_a_law(name: str, method: str) -> None:
    """One character at a time, and 200 chunkings besides."""
    text = COLLECTION[name]
    ends: Sequence[int] = range(1, len(text) + 1)
    if len(text) >= LONG:
        ends = sorted(random.Random(name).sample(ends, SOAK_STATES))
    ways = chunkings(name, len(text), SOAK_CHUNKINGS, ends)
    assert broken(text, WRITERS[method], list(ends), chunkings=ways) is None


@pytest.fixture(autouse=True, scope="module")
def _remembered_pages() -> Iterator[None]:
    """The pages of a whole text are laid out once for all laws; a growing text is laid out by each writer."""
    with remembered_pages():
        yield


@pytest.fixture
def _remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The layout is a function of the text alone: what was laid out once is not laid out again."""
    for module in (streamed_message, edited_message, single_post):
        monkeypatch.setattr(module, "pages_after", cache(module.pages_after))


def written(method: str, text: str, ends: Sequence[int]) -> KeepingSlack:
    slack = KeepingSlack()
    one, loose = writer(method, slack)
    for end in ends:
        one.show(lambda end=end: Snapshot(text[:end]))  # type: ignore[misc]
    one.finish(lambda: Snapshot(text))
    loose.tidy()
    return slack


def assert_written_alike(name: str, method: str, count: int, looks: int) -> None:
    text = COLLECTION[name]
    wanted: list[Look] = written(method, text, []).messages
    ends = random.Random(name).sample(range(1, len(text) + 1), min(len(text), ENDS))
    ways = (
        chunkings(f"{name} {method}", len(text), count, ends, looks)
        if method != "post"
        else [[], [1, len(text)]]
    )
    # The last edits show where links lead that are defined below them, and a table that begins without a pipe
    grows = method != "edit" or not (DEFINITION.search(text) or may_be_head(text, whole=True))
    judged: set[object] = set()
    for way in ways:
        slack = written(method, text, way)
        assert slack.messages == wanted, f"shown at {way}"
        for state in slack.states:
            if grows and state not in judged:
                last = slack.messages[state.message]
                seen, end = looked_at(without_lost_table(state.look, last)), looked_at(last)
                assert seen == end[: len(seen)], f"shown at {way}"
            judged.add(state)


def looked_at(look: Look) -> list[object]:
    return [
        styled
        for kind, text in look
        for styled in (
            rendered(text) if kind == "markdown" else cells(text) if kind == "table" else [(text, (kind,))]
        )
    ]


@pytest.mark.parametrize("method", WRITERS)
@pytest.mark.parametrize("name", COLLECTION)
def test_writer_ends_the_same_in_some_chunks(name: str, method: str) -> None:
    assert_written_alike(name, method, 1, FEW_LOOKS)


@pytest.mark.soak
@pytest.mark.usefixtures("_remembered")
@pytest.mark.parametrize("method", WRITERS)
@pytest.mark.parametrize("name", COLLECTION)
def test_writer_ends_the_same_in_whatever_chunks(name: str, method: str) -> None:
    assert_written_alike(name, method, SOAK_CHUNKINGS, LOOKS)


STYLES: tuple[Style, ...] = ("stream", "edit", "post")


@pytest.mark.parametrize("style", STYLES)
def test_simulated_slack_refuses_nothing_of_any_answer(style: Style) -> None:
    """A refused message would be followed by a smaller or a plainer one: no call is refused, and none is made twice."""
    refused: dict[str, list[str]] = {}
    for name, text in COLLECTION.items():
        slack = TroubledSlack()
        answers: list[str] = []
        exchange = slack.exchange

        def watched(*arguments: object, answers: list[str] = answers, exchange: object = exchange) -> object:
            answer = exchange(*arguments)  # type: ignore[operator]
            answers.append(answer.body.decode())
            return answer

        slack.exchange = watched  # type: ignore[method-assign, assignment]
        grow(slack, slack.reply(style), [text[: len(text) // 2], text])
        if wrong := [
            answer for answer in answers if '"ok": true' not in answer and '"ok":true' not in answer
        ]:
            refused[name] = wrong
    assert refused == {}
