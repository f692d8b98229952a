"""A foreign reader of Markdown that finds links whose text shows another address than theirs."""

import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

HOST = re.compile(
    r"(?<![\w.-])(?<!\w/)(?:[\w-]+\.)+(?:example|com)\b(?!\.png\b)|(?:(?<=http://)|(?<=https://))[\w-]+(?:\.[\w-]+)*",
    re.IGNORECASE,
)
"""Behind a word and a slash, a name belongs to a path; behind a scheme, any name is a host. A picture is a file."""


_REMEMBERED = 4_000
"""Texts that are parsed once: several laws and writers show the same ones."""


class _Reader(MarkdownIt):
    """Leaves addresses as they are written."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parser's name
        return url


READER = _Reader("commonmark")


def links_of(markdown: str) -> list[tuple[str, str]]:
    """Each link's text as people see it, and its address."""
    return list(_links_of(markdown))


@lru_cache(_REMEMBERED)
def _links_of(markdown: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for token in READER.parse(markdown):
        opened: list[tuple[str, list[str]]] = []
        for child in token.children or ():
            if child.type == "link_open":
                opened.append((str(child.attrGet("href")), []))
            elif child.type == "link_close":
                href, texts = opened.pop()
                found.append(("".join(texts), href))
            elif child.type in {"text", "code_inline", "text_special"}:
                for _, texts in opened:
                    texts.append(child.content)
    return tuple(found)


def seen_in(label: str) -> str:
    """The label as people see it: wide letters look like usual ones, a tab is a blank, some characters are not seen."""
    wide = unicodedata.normalize("NFKC", html.unescape(label)).replace("\t", " ")
    return "".join(char for char in wide if char.isprintable() and unicodedata.category(char) != "Cf")


def disguised(markdown: str) -> list[tuple[str, str]]:
    """The links whose text shows addresses, and not the one they lead to."""
    return [link for link in links_of(markdown) if is_disguise(*link)]


def is_disguise(label: str, href: str) -> bool:
    """Whether a link with this text reads as another address; one that shows its own at the end does not."""
    seen, target = seen_in(label), unquote(href)
    shown = {name.casefold().removeprefix("www.") for name in HOST.findall(seen)}
    own = (seen_in(target), seen_in(href), seen_in(href.removeprefix("mailto:")))
    is_own = seen.endswith(own) or unquote(seen) == own[0]
    return bool(shown) and _host(target) not in shown and not is_own


def _host(href: str) -> str:
    """Where a link leads: the host of its address, the domain to which it writes, or what stands for a host."""
    if href.casefold().startswith("mailto:"):
        return href.partition("?")[0].rpartition("@")[2].casefold()
    try:
        host = urlsplit(href).hostname if "//" in href else href.partition("/")[0].casefold()
    except ValueError:  # no host: a bracket that is none of an IPv6 address
        host = href.partition("//")[2].partition("/")[0]
    return (host or "").removeprefix("www.").rstrip(".")
