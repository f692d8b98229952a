"""The one line that a turn writes to the log: times, sizes and ids, but no content."""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from traceback import extract_tb

from cachetools import TTLCache

from clock import Clock
from job import Job, ReactionJob
from slack_api import APPEND, POST, START, UPDATE, SlackApi

TEXT_METHODS = (START, APPEND, UPDATE, POST)

ACKS_KEPT = 3600.0  # seconds
ACKS = 10_000

HANDED_ON = "handed on"
"""The outcome of a request with whose turn another request goes on."""

logger = logging.getLogger("slack_bridge")


class AckTimes:
    """How long Slack waited for each ack of this process. One per process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seconds: TTLCache[str, float] = TTLCache(ACKS, ACKS_KEPT, timer=clock.now)

    def note(self, hook_id: str, job: Job | ReactionJob) -> None:
        """Note that Slack has its ack for this job now. That of a reaction is noted for the question it brings."""
        name = job.question_id if isinstance(job, ReactionJob) else job.job_id
        self._seconds[f"{hook_id}/{name}"] = self._clock.epoch() - job.received

    def pop(self, hook_id: str, job: Job) -> float | None:
        """How long Slack waited, in design seconds; None if another process gave the ack, or there is none yet."""
        return self._seconds.pop(f"{hook_id}/{job.job_id}", None)


@dataclass(slots=True)
class TurnReport:
    """Times are design seconds since Slack's event came in; None: this did not happen, or not in this process.

    `flushes` are writes of text that Slack took, `retries` requests that were sent to Slack again. `left_out` is
    the reason of the first file that was not passed on. `stream_refused` is Slack's code where it took no stream.
    `question`, `characters` and `rest` are the lengths of the question, of the answer, and of what did not fit into its
    messages.
    """

    team: str
    channel: str
    ts: str
    app: str
    outcome: str = "unfinished"
    ack: float | None = None
    waited: float | None = None
    first_token: float | None = None
    first_text: float | None = None
    total: float | None = None
    method: str = ""
    flushes: int = 0
    retries: int = 0
    stream_refused: str = ""
    question: int = 0
    files: int = 0
    left_out: str = ""
    characters: int = 0
    rest: int | None = None
    legs: int = 1
    conversation: str = ""

    def note_first_text(self, seconds: float) -> None:
        """Note when the first text of the answer stood in Slack. Later calls change nothing."""
        if self.first_text is None:
            self.first_text = seconds

    def measure(self, slack: SlackApi) -> None:
        """Take over the numbers that the turn's Slack client counted."""
        self.flushes = sum(slack.succeeded[method] for method in TEXT_METHODS)
        self.retries = slack.retries
        self.stream_refused = "" if slack.succeeded[START] else slack.refused.get(START, "")

    def line(self) -> str:
        """One line of JSON; times rounded to milliseconds."""
        fields = {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(self).items()
            if value not in (None, "")
        }
        return json.dumps({"turn": fields}, separators=(",", ":"))


def where(error: BaseException) -> str:
    """The error's type and place in the code, without its text, which may hold a secret."""
    frames = extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {place}"
