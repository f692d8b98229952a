"""How the last turns of a hook went: rows of a table, sums and a sparkline. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from clock import Clock
from slack_events import SeenOfHook
from turns import PastTurn, TurnsOfHook

BAR_WIDTH: Final = 10
CHART_HEIGHT: Final = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the sparkline, in the units of its SVG. `count` is the number of turns."""

    x: int
    y: int
    height: int
    count: int


@dataclass(frozen=True, slots=True)
class History:
    """`rows` are the latest turns, the newest first; a cell is empty where nothing is known."""

    rows: Sequence[Sequence[str]]
    bars: Sequence[Bar]
    outcomes: Sequence[tuple[str, int]]
    ignored: Sequence[tuple[str, int]]


def history(turns: TurnsOfHook, seen: SeenOfHook, clock: Clock) -> History:
    """Put together what the page shows. No content, and ids in the place of names."""
    now = clock.epoch()
    ignored = Counter({reason.name.lower(): count for reason, count in seen.ignored.items()})
    return History(
        rows=[_row(turn, clock) for turn in reversed(turns.turns)],
        bars=_bars(turns.per_hour(now)),
        outcomes=turns.of_a_day(now).most_common(),
        ignored=ignored.most_common(),
    )


def _row(turn: PastTurn, clock: Clock) -> tuple[str, ...]:
    ended = datetime.fromtimestamp(clock.wall(turn.ended), UTC)
    return (
        f"{ended:%Y-%m-%d %H:%M:%S}",
        turn.channel,
        turn.kind,
        turn.outcome,
        turn.method,
        _seconds(turn.ack),
        _seconds(turn.first_text),
        _seconds(turn.total),
        str(turn.retries),
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _bars(counts: Sequence[int]) -> list[Bar]:
    most = max([*counts, 1])
    heights = [
        -(-count * CHART_HEIGHT // most) for count in counts
    ]  # an hour with a single turn is seen, too
    return [
        Bar(number * BAR_WIDTH, CHART_HEIGHT - height, height, count)
        for number, (height, count) in enumerate(zip(heights, counts, strict=True))
    ]
