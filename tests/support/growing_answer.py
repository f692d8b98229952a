"""An answer that never changes: each look at it shows the same snapshot. `Reply.show` takes it as a growing answer."""

from dataclasses import dataclass

from slack_reply.snapshot import Snapshot


@dataclass(frozen=True)
class Now:
    view: Snapshot
    over: bool = False

    def snapshot(self) -> Snapshot:
        return self.view

    def is_over(self) -> bool:
        return self.over
