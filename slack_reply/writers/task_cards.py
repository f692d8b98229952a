"""Cards as a stream's `task_update` chunks (docs/platform/slack.md#stream-chunks). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from plain_text import shortened, without_tokens
from slack_reply.snapshot import Card

CARDS_PER_MESSAGE = 45
"""A message holds 50 blocks (docs/platform/slack.md#block-limits); some room stays for tables."""
TITLE_LIMIT, OUTPUT_LIMIT, DETAILS_LIMIT = 120, 160, 256
"""Characters; Slack's documents allow 256 each (docs/platform/slack.md#stream-chunks)."""
OUTPUT_BYTES = 3 * OUTPUT_LIMIT
"""The most bytes of an output: OUTPUT_LIMIT characters of Chinese or Japanese."""
RUNNING_RESERVE = 2 * OUTPUT_BYTES
"""Bytes kept free for the output of a card that still runs."""

_STATUS = {"running": "in_progress", "done": "complete", "failed": "error"}


def fitted(card: Card) -> Card:
    """The card within Slack's limits, title and output on one line, without characters that Slack might act on."""
    return replace(
        card,
        title=shortened(_line(card.title), TITLE_LIMIT) or "…",
        output=shortened(_line(card.output), OUTPUT_LIMIT).encode()[:OUTPUT_BYTES].decode(errors="ignore"),
        details=shortened(_harmless(card.details), DETAILS_LIMIT, trim=False),
    )


def task_update(card: Card, shown: Card | None = None) -> dict[str, Any]:
    """The chunk that shows the card, or updates the `shown` one: title and status replace, details append."""
    chunk = {"type": "task_update", "id": card.id, "title": card.title, "status": _STATUS[card.state]}
    begun = shown.details if shown else ""
    if card.details.startswith(begun) and card.details != begun:
        chunk["details"] = card.details[len(begun) :]
    if card.output and card.output != (shown.output if shown else ""):
        chunk["output"] = card.output
    return chunk


def updates(shown: Mapping[str, Card], cards: Iterable[Card]) -> Iterator[tuple[Card, dict[str, Any]]]:
    """The shown cards that have changed, with the chunks that update them."""
    for card in cards:
        before = shown.get(card.id)
        if before is None:
            continue
        now = replace(card, at=before.at)
        if not now.details.startswith(before.details):
            now = replace(now, details=before.details)
        if now != before:
            yield now, task_update(now, before)


def weight(card: Card) -> int:
    """Bytes against the cap of a stream, where details and output count twice (docs/platform/slack.md#stream-size)."""
    said = len(card.title.encode()) + 2 * len((card.details + card.output).encode())
    return said + (RUNNING_RESERVE if card.state == "running" else 0)


def _line(text: str) -> str:
    return " ".join(_harmless(text).split())


def _harmless(text: str) -> str:
    """The text without tokens, and without halves of surrogate pairs, which cannot be sent."""
    return without_tokens(text).encode(errors="replace").decode()
