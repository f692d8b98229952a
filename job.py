"""What one `/slack/turns` request is asked to do: the signed content of a hand-off."""

from dataclasses import dataclass, replace
from typing import Any

from errors import Forged, Malformed
from message import Message


@dataclass(frozen=True, slots=True)
class Job:
    """The request shall answer this message.

    `hook_url` is the `Dify-Hook-Url` of Slack's request. `received` is the Clock.epoch() at which Slack's event came.
    `continuation` counts the requests of one turn, since no request may live longer than 600 s: number 0 claims the
    message, later ones go on with the claim.
    """

    message: Message
    hook_url: str
    received: float
    continuation: int = 0

    @property
    def job_id(self) -> str:
        """The name of the message among all messages that are being answered."""
        return f"{self.message.team_id}/{self.message.channel}/{self.message.ts}"

    def next(self) -> "Job":
        """The job for the fresh request that goes on with the same turn."""
        return replace(self, continuation=self.continuation + 1)

    def to_dict(self) -> dict[str, Any]:
        """JSON for the signer."""
        return {
            "message": self.message.to_dict(),
            "hook_url": self.hook_url,
            "received": self.received,
            "leg": self.continuation,
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Job":
        """Read what `to_dict` wrote. Raises Forged when the content is not a job of ours."""
        try:
            return cls(
                message=Message.from_dict(content["message"]),
                hook_url=str(content["hook_url"]),
                received=float(content["received"]),
                continuation=int(content["leg"]),
            )
        except (KeyError, TypeError, ValueError, ArithmeticError, Malformed) as error:
            raise Forged("something else is signed") from error


@dataclass(frozen=True, slots=True)
class SweepJob:
    """The request shall look for turns of dead processes in this hook. `number` tells one sweep from the next."""

    number: str
    continuation: int = 0

    @property
    def job_id(self) -> str:
        """The name of the sweep among all jobs."""
        return f"sweep/{self.number}"

    def to_dict(self) -> dict[str, Any]:
        """JSON for the signer."""
        return {"sweep": self.number}


def job_from(content: dict[str, Any]) -> Job | SweepJob:
    """The job that was signed. Raises Forged when the content is not a job of ours."""
    number = content.get("sweep")
    return SweepJob(number) if isinstance(number, str) else Job.from_dict(content)
