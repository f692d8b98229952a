"""The line "… is thinking" under a thread: it goes after two minutes or with the bot's next post.

Source: docs/platform/slack.md#thread-status.
"""

from dataclasses import dataclass, field


@dataclass(slots=True, frozen=True)
class StatusState:
    """`reason` is why it changed: "set", "cleared" (by the bot), "post", "deleted", "expired"."""

    at: float  # wall epoch
    design: float
    text: str
    loading: tuple[str, ...]
    reason: str


@dataclass(slots=True)
class StatusLine:
    """One thread's line with everything it ever said."""

    history: list[StatusState] = field(default_factory=list)

    def current(self, now: float, lifetime: float) -> str:
        """The text shown at design time `now`."""
        if not self.history or not self.history[-1].text:
            return ""
        last = self.history[-1]
        return "" if now - last.design >= lifetime else last.text

    def settle(self, at: float, now: float, lifetime: float) -> None:
        """Write down an expiry that has passed unnoticed."""
        if self.history and self.history[-1].text and now - self.history[-1].design >= lifetime:
            gone = self.history[-1].design + lifetime
            self.history.append(StatusState(at, gone, "", (), "expired"))

    def change(self, state: StatusState) -> None:
        """Set or clear it; clearing what shows nothing leaves no trace."""
        if state.text or (self.history and self.history[-1].text):
            self.history.append(state)
