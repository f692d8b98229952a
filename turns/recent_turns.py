"""How the last turns of each hook went, in memory that is bounded: no content, no names."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

from cachetools import LRUCache

from clock import Clock
from message import Message
from turns.report import TurnReport

HOOKS: Final = 1_000
TURNS: Final = 50  # of a hook
HOURS: Final = 24
HOUR: Final = 3600.0
_OUTCOMES: Final = 100  # different outcomes of a hook; the outcomes are our own words and Slack's error codes
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One turn that has ended, at the epoch `ended`. Times are design seconds since Slack's event came in.

    `kind` is the channel's type, "" if it is not known. `files` is the number of files in the question. The other
    fields are those of TurnReport.
    """

    ended: float
    channel: str
    kind: str
    outcome: str
    method: str = ""
    ack: float | None = None
    first_text: float | None = None
    total: float | None = None
    retries: int = 0
    files: int = 0
    left_out: str = ""
    stream_refused: str = ""

    @classmethod
    def of(cls, report: TurnReport, message: Message, ended: float) -> "PastTurn":
        """The turn of this message, as its report has it."""
        return cls(
            ended=ended,
            channel=report.channel,
            kind="im" if message.is_dm else message.channel_type,
            outcome=report.outcome,
            method=report.method,
            ack=report.ack,
            first_text=report.first_text,
            total=report.total,
            retries=report.retries,
            files=report.files,
            left_out=report.left_out,
            stream_refused=report.stream_refused,
        )


@dataclass(slots=True)
class TurnsOfHook:
    """`turns` are the latest ones, the oldest first. `outcomes` and the sums count since the process began.

    `hours` holds the number of turns of each hour (epoch / HOUR) of the last day, by outcome. `at_once` is the largest
    number of turns that were open at one time.
    """

    turns: deque[PastTurn] = field(default_factory=lambda: deque(maxlen=TURNS))
    outcomes: Counter[str] = field(default_factory=Counter)
    hours: dict[int, Counter[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: Counter[str] = field(default_factory=Counter)
    open: int = 0
    at_once: int = 0

    def per_hour(self, now: float) -> list[int]:
        """The number of turns in each of the last HOURS hours, the present one last."""
        last = int(now // HOUR)
        return [self.hours.get(hour, Counter[str]()).total() for hour in range(last - HOURS + 1, last + 1)]

    def of_a_day(self, now: float) -> Counter[str]:
        """The number of turns of the last HOURS hours by outcome."""
        first = int(now // HOUR) - HOURS + 1
        return sum((found for hour, found in self.hours.items() if hour >= first), Counter[str]())


class RecentTurns:
    """One per process, and of this process alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hooks: LRUCache[str, TurnsOfHook] = LRUCache(HOOKS)

    def of(self, hook_id: str) -> TurnsOfHook:
        """The turns of the hook."""
        return self._hooks.get(hook_id) or TurnsOfHook()

    def begun(self, hook_id: str) -> None:
        """Count a turn that runs now."""
        found = self._hooks.setdefault(hook_id, TurnsOfHook())
        found.open += 1
        found.at_once = max(found.at_once, found.open)

    def ended(self, hook_id: str, turn: PastTurn) -> None:
        """Keep a turn that was begun and has ended."""
        found = self._hooks.setdefault(hook_id, TurnsOfHook())
        found.open = max(0, found.open - 1)
        outcome = turn.outcome if turn.outcome in found.outcomes or len(found.outcomes) < _OUTCOMES else OTHER
        found.turns.append(turn)
        found.outcomes[outcome] += 1
        found.counts["retries"] += turn.retries
        for name in ("ack", "first_text", "total"):
            if (seconds := getattr(turn, name)) is not None:
                found.seconds[name] += seconds
                found.counts[name] += 1
        hour = int(turn.ended // HOUR)
        found.hours.setdefault(hour, Counter())[outcome] += 1
        for old in [known for known in found.hours if known <= hour - HOURS]:
            del found.hours[old]

    def left(self, hook_id: str) -> None:
        """Count no more a turn that another request goes on with."""
        found = self._hooks.setdefault(hook_id, TurnsOfHook())
        found.open = max(0, found.open - 1)
