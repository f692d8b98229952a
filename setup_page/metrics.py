"""The same figures as the page's, as Prometheus reads them. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from slack_events import SeenOfHook
from turns import TurnsOfHook

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_PREFIX: Final = "slack_bridge_"


def metrics_text(turns: TurnsOfHook, seen: SeenOfHook, now: float) -> str:
    """All figures of one hook since this process of the plugin began."""
    return "\n".join(_lines(turns, seen, now)) + "\n"


def _lines(turns: TurnsOfHook, seen: SeenOfHook, now: float) -> Iterator[str]:
    yield from _family("turns_total", "counter", "Turns that ended, by outcome.", "outcome", turns.outcomes)
    yield from _single("turns_open", "gauge", "Turns that run now.", turns.open)
    yield from _single(
        "turns_open_max", "gauge", "The largest number of turns that were open at once.", turns.at_once
    )
    yield from _single(
        "slack_retries_total", "counter", "Requests sent to Slack again.", turns.counts["retries"]
    )
    yield f"# HELP {_PREFIX}turn_seconds Seconds since Slack's event came in, until a moment of the turn."
    yield f"# TYPE {_PREFIX}turn_seconds summary"
    for name in ("ack", "first_text", "total"):
        yield f'{_PREFIX}turn_seconds_sum{{until="{name}"}} {turns.seconds[name]:.3f}'
        yield f'{_PREFIX}turn_seconds_count{{until="{name}"}} {turns.counts[name]}'
    ignored = {reason.name.lower(): count for reason, count in seen.ignored.items()}
    yield from _family(
        "messages_ignored_total", "counter", "Messages not answered, by reason.", "reason", ignored
    )
    ages = {kind: round(now - last, 3) for kind, last in seen.kinds.items()}
    yield from _family(
        "event_age_seconds", "gauge", "Seconds since the last request of a kind.", "kind", ages
    )


def _single(name: str, kind: str, said: str, value: float) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {said}"
    yield f"# TYPE {_PREFIX}{name} {kind}"
    yield f"{_PREFIX}{name} {value}"


def _family(name: str, kind: str, said: str, label: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {said}"
    yield f"# TYPE {_PREFIX}{name} {kind}"
    for key, value in sorted(values.items()):
        yield f'{_PREFIX}{name}{{{label}="{key.translate(_ESCAPES)}"}} {value}'
