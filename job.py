"""What one `/slack/turns` request is asked to do: the sealed content of a hand-off."""

from dataclasses import dataclass, replace
from typing import Any

from errors import Forged, Malformed
from message import Message


@dataclass(frozen=True, slots=True)
class Job:
    """Answer this message.

    `hook_url` is the `Dify-Hook-Url` of Slack's request, which our own request no longer has. `received` is the
    epoch (design seconds) at which Slack's event came in. `leg` counts the requests of one turn: 0 claims the
    message, later ones go on with the claim of the first, since no request may live longer than 600 s.
    """

    message: Message
    hook_url: str
    received: float
    leg: int = 0

    @property
    def ticket(self) -> str:
        """Names the message among all that are being answered."""
        return f"{self.message.team_id}/{self.message.channel}/{self.message.ts}"

    def next_leg(self) -> "Job":
        """The same turn, for a fresh request."""
        return replace(self, leg=self.leg + 1)

    def to_dict(self) -> dict[str, Any]:
        """JSON for the seal."""
        return {
            "message": self.message.to_dict(),
            "hook_url": self.hook_url,
            "received": self.received,
            "leg": self.leg,
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Job":
        """Raises Forged when the content is not one of ours."""
        try:
            return cls(
                message=Message.from_dict(content["message"]),
                hook_url=str(content["hook_url"]),
                received=float(content["received"]),
                leg=int(content["leg"]),
            )
        except (KeyError, TypeError, ValueError, ArithmeticError, Malformed) as error:
            raise Forged("a seal around something else") from error


@dataclass(frozen=True, slots=True)
class SweepJob:
    """Look for what dead processes left behind in this hook. `number` tells one from the next."""

    number: str
    leg: int = 0

    @property
    def ticket(self) -> str:
        """Names it among all that is being done."""
        return f"sweep/{self.number}"

    def to_dict(self) -> dict[str, Any]:
        """JSON for the seal."""
        return {"sweep": self.number}


def job_from(content: dict[str, Any]) -> Job | SweepJob:
    """What was sealed; raises Forged when it is not one of ours."""
    number = content.get("sweep")
    return SweepJob(number) if isinstance(number, str) else Job.from_dict(content)
