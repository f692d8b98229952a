"""Which script answers: the first queued one whose condition holds, else the app's own, else an echo."""

from dataclasses import dataclass
from typing import Any

from simulators.dify.player import Compiled, compile_script
from simulators.dify.script import ECHO, Steps


@dataclass(slots=True)
class Rule:
    """`left` invocations may still use it, None: any number; `when` must occur in the query."""

    app_id: str | None
    script: Compiled
    when: str
    left: int | None


class Scripts:
    """All rules, in the order in which they were set."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._echo = compile_script(ECHO)

    def add(
        self, steps: Steps, app_id: str | None = None, *, when: str = "", times: int | None = None
    ) -> None:
        """Add a rule. Counted rules go before the uncounted; a new uncounted one goes before the older."""
        rule = Rule(app_id, compile_script(steps), when, times)
        if times is None:
            counted = sum(known.left is not None for known in self._rules)
            self._rules.insert(counted, rule)
        else:
            self._rules.insert(sum(known.left is not None for known in self._rules), rule)

    def choose(self, app_id: str, query: str) -> Compiled:
        """Give the script for a call, and use up one count of its rule."""
        for rule in self._rules:
            if rule.app_id not in {None, app_id} or rule.when not in query:
                continue
            if rule.left is not None:
                rule.left -= 1
                if not rule.left:
                    self._rules.remove(rule)
            return rule.script
        return self._echo

    def clear(self) -> None:
        """Back to the echo."""
        self._rules.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Give the rules that wait."""
        return [
            {"app_id": rule.app_id, "when": rule.when, "left": rule.left, "steps": len(rule.script.steps)}
            for rule in self._rules
        ]
