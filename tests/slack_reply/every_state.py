"""The laws of a growing answer, checked at every state of it, on the pages that the writers show.

The pages carry the law: what the stream, the edits and the post show is a function of them. Edits and posts have the
same limits, so that their pages are the same ones. The laws:

- whatever was shown stays, and more is appended (`grows`);
- a reader that remembers the text before finds what a new reader finds (`remembered`);
- shown piece by piece, the messages end as those of the answer delivered whole (`same end`);
- what a reader sees of a state is the beginning of what is seen at the end (`beginning`);
- no state holds a live token (`token`) or a link that reads as another address (`disguise`);
- the simulated Slack refuses no state (`refused`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from simulators.slack.arguments import Arguments
from simulators.slack.blocks import check_expansion
from simulators.slack.chunks import check_chunks, weight
from simulators.slack.content import read_content
from simulators.slack.reader import live_tokens
from simulators.slack.refusals import Refused
from simulators.slack.rules import Rules
from slack_reply.markdown import Limits, Markdown, Page, chunks_between, closed, page_arguments
from slack_reply.markdown.pages import Layout, pages_after
from slack_reply.writers import edited_message, single_post, streamed_message
from tests.slack_reply.law import Screen, assert_grows, is_live, whole, without_last_table
from tests.slack_reply.meaning import DEFINITION
from tests.slack_reply.rendered import Styled, rendered_page
from tests.slack_reply.whole_pages import paginate
from tests.support.disguised import disguised

WRITERS: dict[str, Limits] = {
    "stream": streamed_message.LIMITS,
    "edit": edited_message.LIMITS,
    "post": single_post.LIMITS,
}
STREAM_BYTES = Rules().stream_bytes
MAY_LINK = re.compile(r"\]|<|://")

type Pages = tuple[Page, ...]


class Broken(NamedTuple):
    """A law that a text breaks: where (the number of characters that had come), and what was seen."""

    law: str
    at: int
    what: str


def broken(
    text: str, limits: Limits, ends: Sequence[int], *, chunkings: Iterable[Sequence[int]] = ()
) -> Broken | None:
    """The first law that the text breaks if it grows to each of `ends`; None if it breaks none.

    `chunkings` are further ways in which the text came, each a selection of `ends`.
    """
    whole_text, limits = replace(limits, whole=True), replace(limits, whole=False)
    final = paginate(text, limits, final=True)
    looks = [rendered_page(page) for page in final]
    states: dict[int, Pages] = {}
    before: Pages = ()
    layout = Layout(limits)  # as a writer has one
    for end in ends:
        now = states[end] = pages_after(text[:end], 0, limits, final=False, layout=layout)
        if now != before:
            found = _broken_step(before, now) or _broken_state(now, before, limits)
            found = found or _no_beginning(now, looks)
            if found:
                return Broken(found[0], end, found[1])
        before = now
    if ends and before != paginate(text[: ends[-1]], limits, final=False):
        return Broken("remembered", ends[-1], f"{before!r}")
    found = _broken_step(before, final) or _broken_state(final, (), limits)
    # A whole message shows links, and a table at its beginning, that a growing one shows as text
    if not found and ("|" in text or DEFINITION.search(text)):
        found = _broken_state(paginate(text, whole_text, final=True), (), limits)
    if found:
        return Broken(found[0], len(text), found[1])
    wanted = whole(final)
    for chunking in (ends, *chunkings):
        screen = Screen(by_row=limits.by_row)
        for end in chunking:
            screen.show(states[end])
        screen.show(final)
        if screen.messages != wanted:
            return Broken("same end", len(text), f"chunks {list(chunking)}: {screen.messages} != {wanted}")
    return None


def refusal(page: Page, limits: Limits) -> str:
    """The error code with which the simulated Slack refuses the page as this writer sends it; "" if it takes it."""
    try:
        if limits.measure is streamed_message.LIMITS.measure:
            chunks = check_chunks(chunks_between(None, page) or [])
            check_expansion(["".join(chunk.get("text", "") for chunk in chunks)], 1)
            return "msg_too_long" if weight(chunks) > STREAM_BYTES else ""
        read_content(Arguments(page_arguments(page)), update=True)
    except Refused as error:
        return str(error)
    return ""


def markdown_in(page: Page) -> str:
    """All Markdown of a page, and the words of its tables."""
    return "\n".join(part.text for part in page.parts)


def _broken_step(before: Pages, now: Pages) -> tuple[str, str] | None:
    try:
        assert_grows(before, now)
    except AssertionError as error:
        return "grows", str(error)
    return None


def _broken_state(now: Pages, before: Pages, limits: Limits) -> tuple[str, str] | None:
    for page in now[max(0, len(before) - 1) :]:
        shown = closed(page)
        text = markdown_in(shown)
        if "<" in text and (is_live(text) or live_tokens(text)):
            return "token", text
        if MAY_LINK.search(text):
            for part in shown.parts:
                if isinstance(part, Markdown) and (wrong := disguised(part.text)):
                    return "disguise", f"{wrong} in {part.text!r}"
        if error := refusal(shown, limits):
            return "refused", f"{error}: {text!r}"
    return None


def _no_beginning(now: Pages, looks: list[list[Styled]]) -> tuple[str, str] | None:
    place = len(now) - 1
    if place < 0:
        return None
    shown = closed(now[place])
    wanted = looks[place] if place < len(looks) else []
    seen = rendered_page(shown)
    # A table that grew too large for its message became code, or went to the next one: `assert_grows` says when
    if any(look == wanted[: len(look)] for look in (seen, rendered_page(without_last_table(shown)))):
        return None
    at = next(
        (n for n, (one, other) in enumerate(zip(seen, wanted, strict=False)) if one != other), len(wanted)
    )
    return "beginning", f"{_words(seen[at:])!r} was shown, and then {_words(wanted[at:])!r}"


def _words(styled: list[Styled], most: int = 60) -> str:
    return "".join(char for char, _ in styled)[:most] + (f" {styled[0][1]}" if styled else "")
