"""Comments cite facts and decisions by anchors of `docs/`. Each anchor exists, and each fact names a source."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SELF = "tests/test_citations.py"  # the examples below lead nowhere on purpose
FACTS = sorted((ROOT / "docs" / "platform").glob("*.md"))
SUFFIXES = {".py", ".md", ".yaml", ".yml", ".toml", ".sh"}
NAMES = {"Makefile", ".difyignore", ".gitignore", ".env.example", "run", "bootstrap", "debian"}
PASSED_OVER = {"build", "dist", "corpus", "node_modules", "__pycache__"}

# `docs/page.md` or `docs/page.md#anchor` in a comment, counted from the root of the project; not a part of a URL.
CITATION = re.compile(r"(?<![\w/:.\-])((?:docs/[\w./\-]*|[A-Z]+)\.md)(?:#([\w\-]+))?")
# `[words](page.md#anchor)` in a page, counted from that page.
LINK = re.compile(r"\]\((?![a-z]+:)([\w./\-]*)(?:#([\w\-]+))?\)")
# What the comments cited before the project had documents.
UNTOLD = re.compile(r"\bfield/[\w\-]+\.md|\bdesign (?:D\d|§)|\(D\d{1,2}[;,)]|§\s?\d")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
EXPLICIT = re.compile(r'<a id="([\w\-]+)"></a>')

SURENESS = ("documented", "read in source", "measured", "reported", "assumed")
# A URL; `owner/repository` with an issue or a version; or a program with its version.
REFERENCE = re.compile(
    r"<https://[^>\s]+>|\b[\w.\-]+/[\w.\-]+(?:#\d+|@\w[\w.]*)"
    r"|\b(?:daemons?|Dify|SDK|slack_sdk|dify_plugin|Python) \d+\.\d+|\bflask-restx \d"
)


@dataclass(frozen=True, slots=True)
class Citation:
    """`page` is a path from the root of the project; an empty `anchor` means the whole page."""

    where: str
    page: str
    anchor: str


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """The project's own text files, each as its path from the root and its text."""
    for folder, folders, files in root.walk():
        folders[:] = [
            name for name in folders if name == ".ci" or not (name[0] == "." or name in PASSED_OVER)
        ]
        for name in files:
            if name in NAMES or Path(name).suffix in SUFFIXES:
                path = folder / name
                yield path.relative_to(root).as_posix(), path.read_text("utf-8")


def citations(where: str, text: str) -> Iterator[Citation]:
    """The citations of a file: pages that its comments name and, in a page, also the links."""
    for found in CITATION.finditer(text):
        yield Citation(where, found[1], found[2] or "")
    if where.endswith(".md"):
        for found in LINK.finditer(text):
            page = (Path(where).parent / found[1]).as_posix() if found[1] else where
            yield Citation(where, _without_dots(page), found[2] or "")


def _without_dots(path: str) -> str:
    parts: list[str] = []
    for part in Path(path).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def anchors(text: str) -> set[str]:
    """A page's anchors: the explicit anchors, and the anchors that GitHub makes of headings."""
    found = set(EXPLICIT.findall(text))
    for title in HEADING.findall(_without_code(text)):
        slug = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
        number = next(n for n in range(len(found) + 1) if (f"{slug}-{n}" if n else slug) not in found)
        found.add(f"{slug}-{number}" if number else slug)
    return found


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def leads_nowhere(root: Path, citation: Citation) -> bool:
    page = root / citation.page
    if not citation.anchor:
        return not page.exists()
    return not page.is_file() or citation.anchor not in anchors(page.read_text("utf-8"))


def facts(page: str) -> Iterator[tuple[str, str]]:
    """Each section of the third level, as its title and its text."""
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        title, _, rest = section.partition("\n")
        yield title, re.split(r"^#{1,2} ", rest, flags=re.MULTILINE)[0]


def names_no_source(fact: str) -> str:
    """What is wrong with a fact's source; "" if the source is right."""
    sources = re.findall(r"^Source: (.+?)(?=\n\n|\Z)", fact.strip(), re.MULTILINE | re.DOTALL)
    if len(sources) != 1:
        return f"{len(sources)} sources"
    if not sources[0].startswith(SURENESS):
        return "says not how sure it is"
    if not sources[0].startswith("assumed") and not REFERENCE.search(sources[0]):
        return "names nothing that can be looked up"
    return ""


def test_every_citation_leads_somewhere() -> None:
    found = [citation for where, text in texts(ROOT) if where != SELF for citation in citations(where, text)]
    assert len(found) > 200
    assert [citation for citation in found if leads_nowhere(ROOT, citation)] == []


def test_comments_cite_nothing_outside_of_the_project() -> None:
    found = [
        f"{where}: {match.group()}"
        for where, text in texts(ROOT)
        if where != SELF
        for match in UNTOLD.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.stem)
def test_every_fact_says_how_sure_it_is_and_names_a_source(path: Path) -> None:
    found = list(facts(path.read_text("utf-8")))
    assert len(found) > 20
    assert {title: wrong for title, fact in found if (wrong := names_no_source(fact))} == {}


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.stem)
def test_every_fact_has_an_anchor_of_its_own(path: Path) -> None:
    titles = HEADING.findall(_without_code(path.read_text("utf-8")))
    assert sorted(titles) == sorted(set(titles))


def test_citation_of_a_missing_anchor_or_page_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs" / "platform").mkdir(parents=True)
    (tmp_path / "docs" / "platform" / "made-up.md").write_text(
        "# Page\n\n## A `Fact`, told twice\n\n## Other\n"
    )
    (tmp_path / "README.md").write_text("See [it](docs/platform/made-up.md#other) and [that](#nowhere).\n")
    comments = "# good: docs/platform/made-up.md#a-fact-told-twice, docs/platform/made-up.md\n"
    for page in ("platform/made-up.md#a-fact", "platform/gone.md#other", "gone.md"):
        comments += f"# bad: docs/{page}.\n"
    (tmp_path / "code.py").write_text(comments + "# a URL: https://example.com/docs/gone.md#anchor\n")

    found = [citation for where, text in texts(tmp_path) for citation in citations(where, text)]
    lost = {
        (citation.where, citation.page, citation.anchor)
        for citation in found
        if leads_nowhere(tmp_path, citation)
    }
    assert lost == {
        ("README.md", "README.md", "nowhere"),
        ("code.py", "docs/platform/made-up.md", "a-fact"),
        ("code.py", "docs/platform/gone.md", "other"),
        ("code.py", "docs/gone.md", ""),
    }


def test_links_of_a_page_are_counted_from_its_folder() -> None:
    text = "[a](../architecture.md#d1-hand-off) [b](dify.md) [c](#own) [d](https://example.com/x.md#y)"
    found = [(c.page, c.anchor) for c in citations("docs/platform/slack.md", text)]
    assert found == [
        ("docs/architecture.md", "d1-hand-off"),
        ("docs/platform/dify.md", ""),
        ("docs/platform/slack.md", "own"),
    ]


def test_anchors_are_those_that_github_makes() -> None:
    text = '# First-byte clock\n## `chat.update`: text\n<a id="by-hand"></a>\n'
    text += "```\n# no heading\n```\n## Same\n### Same\n"
    assert anchors(text) == {"first-byte-clock", "chatupdate-text", "by-hand", "same", "same-1"}


def test_old_citations_are_recognised() -> None:
    for old in (
        "(field/made-up.md)",
        "design D3",
        "(design §4)",
        "run again (D10)",
        "(D7; more)",
        "§4.2",
        "§ 3",
    ):
        assert UNTOLD.search(old), old
    for other in ("field/made-up", "D1", "by design", "channel D0123", "(D)", "D0 · D1"):
        assert not UNTOLD.search(other), other


def test_fact_without_sureness_or_source_is_found() -> None:
    for good in (
        "Words.\n\nSource: documented at <https://example.com/a>.",
        "Words.\n\nSource: reported in owner/some.repo#12; assumed, for\nthe rest.",
        "Words.\n\nSource: measured on daemon 0.6.10.",
        "Words.\n\nSource: assumed.",
    ):
        assert names_no_source(good) == "", good
    for bad in (
        "Words.",
        "Words.\n\nSource: <https://example.com/a>.",
        "Words.\n\nSource: documented somewhere.",
        "Words.\n\nSource: assumed.\n\nSource: assumed.",
    ):
        assert names_no_source(bad), bad
