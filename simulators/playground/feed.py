"""The state feed: server-sent events, the first with everything and each later one with what has changed."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from simulators.slack.changes import Changes

LOOKS = 0.25  # wall seconds between two looks at what no change of Slack's tells of
PAUSE = 0.08  # wall seconds at least between two events
BEATS = 60  # looks without news, after which a comment shows whether anybody listens


class Difference:
    """Tells what of a state is new since it was last asked. Tables (by key) are compared entry by entry."""

    def __init__(self, tables: frozenset[str]) -> None:
        self._tables = tables
        self._known: dict[str, Any] = {}

    def of(self, state: dict[str, Any]) -> dict[str, Any]:
        """New or changed members; of a table those of its entries, with None for an entry that went."""
        news: dict[str, Any] = {}
        for name, value in state.items():
            known = self._known.get(name)
            if name in self._tables:
                old = known or {}
                changed = {key: one for key, one in value.items() if old.get(key) != one}
                changed |= dict.fromkeys(old.keys() - value.keys())
                if changed or known is None:
                    news[name] = changed
            elif value != known or name not in self._known:
                news[name] = value
        self._known = dict(state)
        return news


def events(
    changes: Changes,
    look: Callable[[], dict[str, Any]],
    tables: frozenset[str],
    sleep: Callable[[float], None],
) -> Iterator[bytes]:
    """Runs until the reader has gone."""
    difference, quiet, count = Difference(tables), 0, -1
    while True:
        news = difference.of(look())
        quiet = 0 if news else quiet + 1
        if news:
            yield b"data: " + json.dumps(news).encode() + b"\n\n"
            sleep(PAUSE)
        elif quiet % BEATS == 0:
            yield b": still here\n\n"
        count = changes.wait(count, LOOKS)
