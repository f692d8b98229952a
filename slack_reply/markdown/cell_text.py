"""The Markdown of one table cell as runs of text: bold, code and links stay, as Slack's `rich_text` cells show them.

The cell is made safe as any line of text is, and then read by markdown-it-py. There an address without markup is a
link too, and a `*` between two digits is no marker.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from markdown_source import NONE, Known, can_be_opened
from slack_reply.markdown import inline, tokens
from slack_reply.markdown.inline_parser import JOINER
from slack_reply.markdown.parts import Cell, Run, Style

SIZE_LIMIT = 2_000  # characters: a longer cell keeps its markup, since the parser is slow on some texts

_IN_ADDRESS = rf"(?!&[lg]t;)[^\s<>*`|\\\"()\[\]{JOINER}]"
_ADDRESS = re.compile(rf"https?://(?:{_IN_ADDRESS}|\((?:{_IN_ADDRESS})*\))+(?<![?!.,:;'_~])", re.IGNORECASE)
_TIMES = re.compile(r"(?<=\d)\*(?=\d)")
_AROUND_BREAK = re.compile(r"(?<!\\)[ \t]*[\r\n][ \t]*")  # a backslash would go with the break
_STYLES: dict[str, Style] = {"strong": "bold", "em": "italic", "s": "strike", "code": "code"}


@lru_cache(maxsize=1_000)
def read(source: str, known: Known = NONE) -> Cell:
    """The cell; a link that reads as another address than its own names the real one too.

    A table that grows is read again each time it is shown, so its cells are remembered.
    """
    if len(source) > SIZE_LIMIT or inline.is_plain(source):
        return Cell((Run(tokens.inside_code(source)),))
    shown = inline.render(source, 0, known).replace(f"!{JOINER}[", "\\![").strip()
    [found] = _PARSER.parseInline(_AROUND_BREAK.sub("\n", shown))
    return Cell(tuple(run._replace(text=tokens.inside_code(run.text)) for run in _runs(found.children or [])))


def _runs(found: Iterable[Token]) -> Iterator[Run]:
    styles: list[Style] = []
    rest = iter(found)
    for token in rest:
        if token.type == "link_open":
            label = takewhile(_is_in_link, rest)
            yield _link("".join(map(_text, label)), str(token.attrs["href"]), frozenset(styles))
        elif token.nesting > 0:
            styles.append(_STYLES[token.tag])
        elif token.nesting < 0:
            styles.pop()
        elif text := _text(token):
            own = [_STYLES[token.tag]] if token.tag in _STYLES else []
            yield Run(text, frozenset([*styles, *own]))


def _text(token: Token) -> str:
    """What the token says, without the unseen characters that served the parser beside markers."""
    return token.content.replace(JOINER, "")


def _is_in_link(token: Token) -> bool:
    return token.type != "link_close"


def _link(label: str, url: str, styles: frozenset[Style]) -> Run:
    """A link; where Slack cannot open the address, the address stands behind the label."""
    text = label.strip() or url
    if can_be_opened(url):
        return Run(text, styles, url)
    return Run(text if text == url else f"{text} ({url})", styles)


class _Addresses:
    """What the parser asks for an address without markup."""

    def match_at_start(self, text: str) -> Run | None:
        """The address that the text begins with."""
        found = _ADDRESS.match(text)
        return Run(found.group(), url=found.group()) if found else None


def _times(state: StateInline, silent: bool) -> bool:
    if not _TIMES.match(state.src, state.pos):
        return False
    state.pending += "" if silent else "*"
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


_PARSER = _Markdown("commonmark", {"html": False, "linkify": True}).enable("strikethrough").disable("newline")
_PARSER.linkify = _Addresses()
_PARSER.inline.ruler.enable("linkify")
_PARSER.inline.ruler.before("escape", "times", _times)
