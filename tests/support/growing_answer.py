"""An answer that stands still at one look, as `Reply.show` takes it."""

from dataclasses import dataclass

from slack_reply.snapshot import View


@dataclass(frozen=True)
class Now:
    view: View
    over: bool = False

    def snapshot(self) -> View:
        return self.view

    def is_over(self) -> bool:
        return self.over
