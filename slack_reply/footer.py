"""The text under an answer: the bot's own notes, and the documents that the answer cites."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from plain_text import shortened
from slack_reply.markdown import links, read

SOURCE_LIMIT = 5
NAME_LIMIT = 80
URL_LIMIT = 1000


class CitedSource(Protocol):
    """A cited document. `url` is empty, or any text that Dify gave: it need not be a URL."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def url(self) -> str: ...  # noqa: D102


def with_footer(
    body: str, notes: Iterable[str], sources: Sequence[CitedSource], title: str, more: Callable[[int], str]
) -> str:
    """Markdown source of the whole answer: the body, each note as a quote, one line of sources.

    The result begins with `body` unchanged, trailing blanks included, so that a stream that shows `body` can append
    the rest. A code block that `body` leaves open is closed.
    """
    parts = [f"> {' '.join(note.split())}" for note in notes]
    if listed := source_line(sources, title, more):
        parts.append(listed)
    return body + _between(body) + "\n\n".join(parts) if parts else body


def source_line(sources: Sequence[CitedSource], title: str, more: Callable[[int], str]) -> str:
    """Each name once, in the given order: SOURCE_LIMIT names and how many more there are; empty without sources."""
    urls: dict[str, str] = {}
    for source in sources:
        name = " ".join(source.name.split()) or source.url
        if name:
            urls[name] = urls.get(name) or source.url
    if not urls:
        return ""
    shown = [_source(name, url) for name, url in list(urls.items())[:SOURCE_LIMIT]]
    if len(urls) > SOURCE_LIMIT:
        shown.append(more(len(urls) - SOURCE_LIMIT))
    return f"**{title}:** {' · '.join(shown)}"


def _source(name: str, url: str) -> str:
    """One source as a link or a label. The text is escaped here, since the pages do not decode entities and escapes."""
    label = links.label_text(shortened(name, NAME_LIMIT))
    whole = url.isprintable() and " " not in url and len(url) <= URL_LIMIT
    return links.shown(label, url) if whole and url.startswith(("http://", "https://")) else label


def _between(body: str) -> str:
    """The text to put behind `body` so that the next line begins a paragraph outside of any code."""
    last = deque(read(body, None, final=True), maxlen=1)
    if tail := last[0].after.tail if last else "":
        return f"{'' if body.endswith('\n') else '\n'}{tail}\n\n"
    blanks = body[len(body.rstrip(" \t\r\n")) :]
    if blanks.count("\n") > 1:
        return "" if blanks.endswith("\n") else "\n"
    return "\n" if "\n" in blanks else "\n\n"
