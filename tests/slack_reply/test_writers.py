"""Runs the corpus through the writers: in whatever chunks an answer came, it ends the same, without flicker."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

import pytest

from slack_reply.footer import with_footer
from slack_reply.markdown import Page
from slack_reply.markdown.pages import Layout, pages_after
from slack_reply.snapshot import Card, Snapshot
from slack_reply.writers import card_places, edited_message, single_post
from slack_reply.writers import streamed_message as sheet
from tests.corpus.answers import ANSWERS
from tests.slack_reply.keeping_slack import KeepingSlack, Look, cells, without_lost_table, writer
from tests.slack_reply.remembered_layout import remembered_layout
from tests.slack_reply.rendered import Styled, rendered

CHUNKINGS = 48
SOAK_CHUNKINGS = 200
SHOWN = 8  # states of each on the way, at most
PREFIXES = 14  # of each answer; the soak has twice as many
LINE = "Running Search…"
REFERENCES = "reference-links"  # Slack resolves them once the definition has come


@dataclass(frozen=True)
class Source:
    name: str
    url: str = ""


@dataclass(frozen=True)
class Answer:
    """`whole` is with what stands under it; steps begin at `begun`, each runs until the next look."""

    text: str
    whole: str
    begun: tuple[int, ...]

    def view(self, end: int) -> Snapshot:
        text = self.text[:end]
        cards = [card for card in self.cards if card.at <= end]
        running = bool(cards) and cards[-1].at == end
        if running:
            cards[-1] = replace(cards[-1], state="running")
        return Snapshot(text, tuple(cards), LINE if running else "", "Continued.")

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(Card(f"id-{number}", "Search", "done", at) for number, at in enumerate(self.begun))

    @property
    def last(self) -> Snapshot:
        return Snapshot(self.whole, self.cards, continued="Continued.")


def answers(text: str, ends: list[int], chance: random.Random) -> Iterator[Answer]:
    """As it is, with sources and a note under it, with cards in it, and with both."""
    footed = with_footer(text, ["A note."], [Source("Doc", "https://x.y/doc")], "Sources", str)
    begun = tuple(sorted(chance.sample(ends, min(3, len(ends)))))
    for whole in (text, footed):
        yield Answer(text, whole, ())
        yield Answer(text, whole, begun)


def shown(method: str, answer: Answer, ends: list[int]) -> KeepingSlack:
    slack = KeepingSlack()
    one, loose = writer(method, slack)
    for end in ends:
        one.show(lambda end=end: answer.view(end))  # type: ignore[misc]
    one.finish(lambda: answer.last)
    loose.tidy()
    return slack


@cache
def markdown(text: str) -> tuple[Styled, ...]:
    return tuple(rendered(text))


def seen(look: Look) -> list[Styled]:
    """What a reader sees of the message."""
    found: list[Styled] = []
    for kind, text in look:
        if kind == "markdown":
            found += markdown(text.removeprefix(f"_{LINE}_\n\n"))
        else:
            found += cells(text) if kind == "table" else [(text, (kind,))]
    return found


def said(messages: list[Look]) -> list[Styled]:
    return list(chain(*map(seen, messages)))


class RememberedLayout(card_places._Layout):
    @cache  # noqa: B019 - the layouts of a test are few
    def place(self, card: Card, at: int) -> tuple[int, bool]:
        return super().place(card, at)


@pytest.fixture(autouse=True)
def _remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The layout is a function of the text alone: what was laid out once is not laid out again."""
    known = cache(pages_after)

    def remembered(*args: Any, layout: Layout | None = None, **more: Any) -> tuple[Page, ...]:
        assert layout is None or layout.limits == args[2]
        return known(*args, **more)

    for module in (sheet, edited_message, single_post):
        monkeypatch.setattr(module, "pages_after", remembered)
    monkeypatch.setattr(card_places, "_Layout", cache(RememberedLayout))
    with remembered_layout():
        yield


@pytest.mark.parametrize("chunkings", [CHUNKINGS, pytest.param(SOAK_CHUNKINGS, marks=pytest.mark.soak)])
@pytest.mark.parametrize("method", ["stream", "edit", "post"])
@pytest.mark.parametrize("name", ANSWERS)
def test_messages_are_the_same_in_whatever_chunks_the_answer_came(
    name: str, method: str, chunkings: int
) -> None:
    chance = random.Random(f"{name} {method}")
    text = ANSWERS[name] + chance.choice(("", " ", "\n\n\n"))  # models end as they like
    prefixes = PREFIXES if chunkings == CHUNKINGS else 2 * PREFIXES
    ends = [*sorted(chance.sample(range(1, len(text)), min(prefixes, len(text) - 1))), len(text)]
    variants = list(answers(text, ends, chance))
    wholes = [shown(method, answer, []).messages for answer in variants]
    if not name.endswith(REFERENCES):
        for parted, unparted in zip(wholes[1::2], wholes[::2], strict=True):
            assert [styled for styled in said(parted) if styled[1] != ("card",)] == said(unparted)
    judged: set[object] = set()
    for number in range(chunkings):
        kind = number % len(variants)
        some = sorted(chance.sample(ends, chance.randint(0, min(len(ends), SHOWN))))
        slack = shown(method, variants[kind], some)
        if slack.messages != wholes[kind]:
            # A card that runs keeps room for its end, so that a message may end earlier; what is said is the same.
            assert method == "stream"
            assert variants[kind].begun
            assert said(slack.messages) == said(wholes[kind])
        for state in slack.states:
            end = slack.messages[state.message]
            if name.endswith(REFERENCES) or (state.look, end) in judged:
                continue
            judged.add((state.look, end))
            look = seen(without_lost_table(state.look, end))
            assert look == seen(end)[: len(look)], (state, some)
