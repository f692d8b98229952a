"""Decides after the claim which messages are refused: those that a rule forbids, and too many at once."""

from dataclasses import dataclass
from typing import Protocol

from cachetools import TTLCache

from clock import Clock
from conversation_store import ThreadKey
from message import Message
from provider import Ruling
from turns.report import logger
from turns.throttle.bot_identities import Installation, is_foreign
from turns.throttle.rule_check import RuleCheck
from turns.throttle.sliding_window import PER_THREAD, PER_THREAD_OF_BOTS, PER_USER, SlidingWindow
from wording import Say

TEAMS_REMEMBERED = 1_000
ONCE = 86_400.0


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The message is refused. `why` is for the log, `say` for the thread; None: the thread is told nothing.

    `rule`: a rule of the admin forbids an answer, which the author alone is told.
    """

    why: str
    say: Say | None = None
    rule: Ruling | None = None


class Notice(Protocol):
    """Tells a member alone that a rule refuses the member."""

    def refused(self, message: Message, ruling: Ruling) -> None:
        """Tell the author, if the author was not told lately. Returns at once."""


class Throttle:
    """One per process."""

    def __init__(self, clock: Clock) -> None:
        self._people = SlidingWindow(PER_USER, clock)
        self._threads = SlidingWindow(PER_THREAD, clock)
        self._threads_of_bots = SlidingWindow(PER_THREAD_OF_BOTS, clock)
        self._foreign: TTLCache[tuple[str, str], bool] = TTLCache(TEAMS_REMEMBERED, ONCE, timer=clock.now)

    def turned_away(
        self, message: Message, key: ThreadKey, installation: Installation, rules: RuleCheck
    ) -> TurnedAway | None:
        """None if the message may be answered. This may wait for Slack; if Slack does not answer, it is refused."""
        bot = installation.patient_bot()
        if bot is None:
            return TurnedAway("workspace unknown", Say.INTERRUPTED)
        if is_foreign(message, bot):
            self._note(key.hook_id, message.team_id)
            return TurnedAway("foreign team")
        ruling = rules.ruling(message)
        if not ruling.answered:
            return TurnedAway(f"refused by {ruling.settings[0]}", rule=ruling)
        # Only the first refusal tells the thread, since each sentence costs calls to Slack.
        if over := self._people.take(_person(message, key)):
            return TurnedAway("rate limited", Say.RATE_LIMITED if over.first else None)
        thread = key.digest()
        over = self._threads_of_bots.take(thread) if message.bot_id else None
        if over := over or self._threads.take(thread):
            return TurnedAway("thread budget", Say.BUDGET_USED_UP if over.first else None)
        return None

    def foresees_refusal(self, message: Message, key: ThreadKey, installation: Installation) -> bool:
        """Whether `turned_away` would refuse the message by what is known now. Asks nobody and counts nothing."""
        bot, thread = installation.known_bot(), key.digest()
        if bot is not None and is_foreign(message, bot):
            return True
        of_bots = bool(message.bot_id) and self._threads_of_bots.is_full(thread)
        return of_bots or self._people.is_full(_person(message, key)) or self._threads.is_full(thread)

    def _note(self, hook_id: str, team_id: str) -> None:
        if (hook_id, team_id) not in self._foreign:
            self._foreign[hook_id, team_id] = True
            logger.warning("events of team %s are not answered: the bot token is of another one", team_id)


def _person(message: Message, key: ThreadKey) -> str:
    return f"{key.hook_id}/{message.team_id}/{message.author}"


@dataclass(frozen=True, slots=True)
class Admittance:
    """The throttle's decision on one message."""

    throttle: Throttle
    message: Message
    key: ThreadKey
    installation: Installation
    rules: RuleCheck
    notice: Notice

    def turned_away(self) -> TurnedAway | None:
        """None if the message may be answered. This may ask Slack, and wait; whom a rule refuses is told."""
        refused = self.throttle.turned_away(self.message, self.key, self.installation, self.rules)
        if refused and refused.rule:
            self.notice.refused(self.message, refused.rule)
        return refused

    def foresees_refusal(self) -> bool:
        """Whether the message would be refused by what is known now. Asks nobody and counts nothing."""
        return self.throttle.foresees_refusal(
            self.message, self.key, self.installation
        ) or self.rules.foresees_refusal(self.message)
