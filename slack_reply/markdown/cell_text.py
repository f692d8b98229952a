"""The Markdown of one table cell as runs of text: bold, code and links stay, as Slack's `rich_text` cells show them.

The cell is made safe as any line of text is, and then read by markdown-it-py with two more rules: an address without
markup is a link, and a `*` between two digits is no marker.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from markdown_source import NONE, Known
from slack_reply.markdown import inline, tokens
from slack_reply.markdown.inline_parser import JOINER
from slack_reply.markdown.parts import Cell, Run, Style

SIZE_LIMIT = 2_000  # characters: a longer cell keeps its markup, since the parser is slow on some texts

_MARKUP = re.compile(r"[\\`*_~<&\[!]|://")
_SCHEME = re.compile(r"(?<!\w)https?\Z", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>*`|\\\"]*+", re.IGNORECASE)
_ADDRESS_ENDS = "?!.,:;'_~)"
_STYLES: dict[str, Style] = {"strong": "bold", "em": "italic", "s": "strike"}


@lru_cache(maxsize=1_000)
def read(source: str, known: Known = NONE) -> Cell:
    """The cell; a link that reads as another address than its own names the real one too.

    A table that grows is read again each time it is shown, so its cells are remembered.
    """
    if len(source) > SIZE_LIMIT or not _MARKUP.search(source):
        return Cell((Run(tokens.inside_code(source)),))
    [found] = _PARSER.parseInline(inline.render(source, 0, known).replace(JOINER, ""))
    return Cell(tuple(_trimmed(_joined(_runs(found.children or [])))))


def _runs(found: list[Token]) -> Iterator[Run]:
    styles: list[Style] = []
    links: list[tuple[str, list[Run]]] = []  # the link that is open, and what its label is so far
    for token in found:
        kind, _, end = token.type.rpartition("_")
        look = frozenset(styles)
        if token.type == "link_open":
            links.append((str(token.attrs["href"]), []))
            continue
        if kind in _STYLES:
            (styles.append if end == "open" else styles.remove)(_STYLES[kind])
            continue
        if token.type == "link_close":
            url, label = links.pop()
            run = _link("".join(part.text for part in label), url, look)
        else:
            code: frozenset[Style] = frozenset({"code"} if token.type == "code_inline" else ())
            run = Run("\n" if token.type.endswith("break") else token.content, look | code)
        if links:
            links[-1][1].append(run)
        else:
            yield run


def _link(label: str, url: str, styles: frozenset[Style]) -> Run:
    """A link; where Slack cannot open the address, the address stands behind the label."""
    text = label.strip() or url
    if url.lower().startswith(("http://", "https://", "mailto:")):
        return Run(text, styles, url)
    return Run(text if text == url else f"{text} ({url})", styles)


def _joined(runs: Iterable[Run]) -> list[Run]:
    """Neighbours of the same look as one run, without live tokens."""
    found: list[Run] = []
    for run in runs:
        if found and found[-1].url == run.url == "" and found[-1].styles == run.styles:
            found[-1] = run._replace(text=found[-1].text + run.text)
        else:
            found.append(run)
    return [run._replace(text=tokens.inside_code(run.text)) for run in found]


def _trimmed(found: list[Run]) -> Iterator[Run]:
    """Without blanks around the lines, and without empty runs."""
    before = "\n"
    for run, after in zip_longest(found, found[1:]):
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", run.text)
        text = text.lstrip() if before.endswith("\n") else text
        before = text.rstrip() if after is None or after.text.startswith("\n") else text
        if before:
            yield run._replace(text=before)


def _address(state: StateInline, silent: bool) -> bool:
    """An address without markup. The parser stops at the colon behind the scheme, which is `pending` text then."""
    scheme = _SCHEME.search(state.pending) if state.src[state.pos] == ":" else None
    if silent or scheme is None or state.linkLevel:
        return False
    start = state.pos - len(scheme.group())
    found = _ADDRESS.match(state.src, start)
    if found is None:
        return False
    url = found.group().rstrip(_ADDRESS_ENDS)
    if "(" in url and found.group().startswith(")", len(url)):
        url += ")"
    state.pending = state.pending[: scheme.start()]
    state.push("link_open", "a", 1).attrs = {"href": url}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos = start + len(url)
    return True


def _times(state: StateInline, silent: bool) -> bool:
    around = state.src[max(0, state.pos - 1) : state.pos + 2]
    if len(around) < 3 or around[1] != "*" or not (around[0].isdigit() and around[2].isdigit()):  # noqa: PLR2004
        return False
    if not silent:
        state.pending += "*"
    state.pos += 1
    return True


class _Markdown(MarkdownIt):
    """Leaves addresses as they are written, and reads any address as one."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parser's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the parser's name
        return link

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - the parser's name
        return True


_PARSER = _Markdown("commonmark", {"html": False}).enable("strikethrough")
for _name, _rule in (("address", _address), ("times", _times)):
    _PARSER.inline.ruler.before("escape", _name, _rule)
