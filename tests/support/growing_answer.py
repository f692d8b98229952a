"""An answer that stands still at one look, as `Reply.show` takes it."""

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
