"""Bad days on demand: what the next calls of a method get instead of an answer."""

from dataclasses import asdict, dataclass

from simulators.slack.arguments import Arguments
from simulators.slack.messages import Json

KINDS = {"error", "rate_limited", "status", "html", "drop", "stall"}


@dataclass(slots=True)
class Fault:
    """`skip` calls pass first, then `times` calls are struck (None: all).

    kind: error (`error` is Slack's code), rate_limited (HTTP 429, `retry_after` design seconds or no
    header), status (`status` with a plain body, such as 500 or 503), html (200 with a page), drop (the
    connection closes without an answer), stall (`seconds` pass before the answer).
    after: the call takes effect before the fault strikes; its fate is unknown to the caller. struck: calls it met.
    holding: only calls whose arguments hold this text.
    """

    method: str
    kind: str
    error: str = "internal_error"
    retry_after: float | None = None
    status: int = 500
    seconds: float = 30.0
    after: bool = False
    channel: str = ""
    user: str = ""
    ts: str = ""
    holding: str = ""
    skip: int = 0
    times: int | None = 1
    struck: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}; one of {sorted(KINDS)}")

    def concerns(self, method: str, arguments: Arguments) -> bool:
        """Whether it is for this call; `ts` is the message's or the thread's."""
        values = arguments.values
        if self.method not in {"*", method} or self.times == 0:
            return False
        if (self.user and self.user != values.get("user")) or self.holding not in str(values):
            return False
        if self.channel and self.channel not in {values.get("channel"), values.get("channel_id")}:
            return False
        return not self.ts or self.ts in {values.get("ts"), values.get("thread_ts"), values.get("timestamp")}


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put one in force."""
        self._faults.append(fault)

    def clear(self) -> None:
        """All well again."""
        self._faults.clear()

    def take(self, method: str, arguments: Arguments) -> Fault | None:
        """The fault that strikes this call, used up by one."""
        for fault in self._faults:
            if fault.concerns(method, arguments):
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                fault.struck += 1
                return fault
        return None

    def view(self) -> list[Json]:
        """What is still in force."""
        return [asdict(fault) for fault in self._faults if fault.times != 0]
