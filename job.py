"""What one `/slack/turns` request is asked to do: the signed content of a hand-off."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from errors import Forged, Malformed
from message import Message


@dataclass(frozen=True, slots=True)
class FormPress:
    """A member's answer to a form: the action with its title, all inputs, and the message that has the buttons."""

    form_id: str
    action: str
    title: str
    message_ts: str
    inputs: Mapping[str, str]

    @classmethod
    def from_dict(cls, carried: object) -> "FormPress":
        """Read what `asdict` gave. Raises TypeError for anything else."""
        press = cls(**carried) if isinstance(carried, dict) else None
        if press is None or not isinstance(press.inputs, dict):
            raise TypeError("no answer to a form")
        texts = (press.form_id, press.action, press.title, press.message_ts, *press.inputs.values())
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("an answer to a form that is no text")
        return press


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run of the app that is not over when the time of a request is, and its answer so far.

    The first five fields are the names of the run in Dify, as its Service API tells them; `conversation_id` is "" for a
    workflow. `text` is the Markdown so far, `steps` are the app's steps (turns/answer/progress.py). `messages` show the
    answer: the last `unfinished` of them are to be overwritten with the text from the offset `begin` on, and show it at
    least up to `sure`. `requests` counts those in which the run was read. The times are those of turns/report.py.
    `quote` stands above the text, and the offsets count it. `left_out` are files that the app did not get: the name,
    the reason (a key of the wording catalogue), and whether the file is a recording. `question_cut`: the app got only
    so many characters of the question.
    """

    task_id: str
    message_id: str
    run_id: str
    conversation_id: str
    user: str
    text: str
    steps: tuple[Mapping[str, Any], ...] = ()
    messages: tuple[str, ...] = ()
    unfinished: int = 0
    begin: int = 0
    sure: int = 0
    requests: int = 1
    first_token: float | None = None
    first_text: float | None = None
    quote: str = ""
    left_out: tuple[tuple[str, str, bool], ...] = ()
    question_cut: int | None = None

    @classmethod
    def from_dict(cls, carried: object) -> "OpenRun":
        """Read what `asdict` gave. Raises TypeError or ValueError for anything else."""
        run = cls(**carried) if isinstance(carried, dict) else None
        if run is None or not all(
            isinstance(text, str) for text in (run.run_id, run.user, run.text, run.quote)
        ):
            raise TypeError("no run")
        left_out = tuple((name, reason, is_recording) for name, reason, is_recording in run.left_out)
        return replace(run, steps=tuple(run.steps), messages=tuple(run.messages), left_out=left_out)


@dataclass(frozen=True, slots=True)
class Job:
    """The request shall answer this message.

    `hook_url` is the `Dify-Hook-Url` of Slack's request. `received` is the Clock.epoch() at which Slack's event came.
    `continuation` counts the requests of one turn, since no request may live longer than 600 s: number 0 claims the
    message, later ones go on with the claim. `form`: the message is a member's answer to a form of a paused run. `run`:
    the app was asked in an earlier request, and its run goes on. `is_claimed_ahead`: the process that hands the job off
    claims the message meanwhile (handoff/claims_ahead.py).
    """

    message: Message
    hook_url: str
    received: float
    continuation: int = 0
    form: FormPress | None = None
    run: OpenRun | None = None
    is_claimed_ahead: bool = False

    @property
    def job_id(self) -> str:
        """The name of the message among all messages that are being answered."""
        return f"{self.message.team_id}/{self.message.channel}/{self.message.ts}"

    def next(self) -> "Job":
        """The job for the fresh request that goes on with the same turn."""
        return replace(self, continuation=self.continuation + 1, is_claimed_ahead=False)

    def to_dict(self) -> dict[str, Any]:
        """JSON for the signer."""
        return {
            "message": self.message.to_dict(),
            "hook_url": self.hook_url,
            "received": self.received,
            "leg": self.continuation,
            **({"form": asdict(self.form)} if self.form else {}),
            **({"run": asdict(self.run)} if self.run else {}),
            **({"ahead": True} if self.is_claimed_ahead else {}),
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
                form=FormPress.from_dict(content["form"]) if "form" in content else None,
                run=OpenRun.from_dict(content["run"]) if "run" in content else None,
                is_claimed_ahead=content.get("ahead") is True,
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


@dataclass(frozen=True, slots=True)
class NoticeJob:
    """The request shall show `user` what no message asked for: the Home tab, or a hello in a channel (`is_hello`).

    `channel` is that channel, or the direct message of the user and the bot. `shown` is the `private_metadata` of the
    view that the Home tab shows, "" for none. `number` tells one notice from the next.
    """

    team_id: str
    user: str
    channel: str
    is_hello: bool
    number: str
    user_team: str = ""
    shown: str = ""
    continuation: int = 0

    @property
    def job_id(self) -> str:
        """The name of the notice among all jobs."""
        return f"notice/{self.number}"

    def to_dict(self) -> dict[str, Any]:
        """JSON for the signer."""
        return {"notice": asdict(self)}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "NoticeJob":
        """Read what `to_dict` wrote. Raises Forged when the content is not a notice of ours."""
        kinds = {"is_hello": bool, "continuation": int}
        if not all(isinstance(value, kinds.get(name, str)) for name, value in content.items()):
            raise Forged("something else is signed")
        try:
            return cls(**content)
        except TypeError as error:
            raise Forged("something else is signed") from error


@dataclass(frozen=True, slots=True)
class PrivateJob:
    """The request shall answer this message to its author alone, through the command's `response_url`, a secret.

    `received` is the Clock.epoch() at which the command came.
    """

    message: Message
    hook_url: str
    received: float
    response_url: str = field(repr=False)
    continuation: int = 0

    @property
    def job_id(self) -> str:
        """The name of the question among all jobs."""
        message = self.message
        return f"private/{message.team_id}/{message.channel}/{message.user}/{message.ts}"

    def to_dict(self) -> dict[str, Any]:
        """JSON for the signer."""
        names = ("hook_url", "received", "response_url")
        return {
            "private": {"message": self.message.to_dict()} | {name: getattr(self, name) for name in names}
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "PrivateJob":
        """Read what `to_dict` wrote. Raises Forged when the content is not a private question of ours."""
        try:
            return cls(
                Message.from_dict(content["message"]),
                str(content["hook_url"]),
                float(content["received"]),
                str(content["response_url"]),
            )
        except (KeyError, TypeError, ValueError, Malformed) as error:
            raise Forged("something else is signed") from error


@dataclass(frozen=True, slots=True)
class ReactionJob:
    """The request shall read the message that a member reacted to, and hand on a Job that asks about it.

    `message` is the reaction: who reacted, when (`ts`) and to which message (`thread_ts`, which may be a reply). The
    thread and the words are not known before Slack is asked. `received` is that of a Job. Number -1 comes before the
    requests of a turn, so that the reaction and the question may have the same name.
    """

    message: Message
    hook_url: str
    received: float
    continuation: int = -1

    @property
    def job_id(self) -> str:
        """The name of the reaction, as a Job names a message."""
        return f"{self.message.team_id}/{self.message.channel}/{self.message.ts}"

    @property
    def question_id(self) -> str:
        """The name of the Job that asks about the message, as far as the reaction tells."""
        return f"{self.message.team_id}/{self.message.channel}/{self.message.thread_ts}"

    def to_dict(self) -> dict[str, Any]:
        """JSON for the signer."""
        return {
            "reaction": {
                "message": self.message.to_dict(),
                "hook_url": self.hook_url,
                "received": self.received,
            }
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "ReactionJob":
        """Read what `to_dict` wrote. Raises Forged when the content is not a reaction of ours."""
        try:
            message = Message.from_dict(content["message"])
            return cls(message, str(content["hook_url"]), float(content["received"]))
        except (KeyError, TypeError, ValueError, Malformed) as error:
            raise Forged("something else is signed") from error


type AnyJob = Job | SweepJob | NoticeJob | PrivateJob | ReactionJob


def job_from(content: dict[str, Any]) -> AnyJob:
    """The job that was signed. Raises Forged when the content is not a job of ours."""
    if isinstance(private := content.get("private"), dict):
        return PrivateJob.from_dict(private)
    if isinstance(reaction := content.get("reaction"), dict):
        return ReactionJob.from_dict(reaction)
    if isinstance(notice := content.get("notice"), dict):
        return NoticeJob.from_dict(notice)
    number = content.get("sweep")
    return SweepJob(number) if isinstance(number, str) else Job.from_dict(content)
