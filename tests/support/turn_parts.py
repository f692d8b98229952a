"""The collaborators of one turn, noting what they are asked: for tests of the middle of a turn alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from conversation_store.record import ThreadKey, ThreadRecord
from dify_app.answer import AnswerEvent
from errors import BridgeError, StoreError
from message import Message
from slack_reply import Snapshot
from tests.fake_clock import FakeClock
from turns.answer.answer_state import AnswerState
from turns.answer.answering import Answering
from turns.answer.turn_context import TurnContext
from turns.asked_questions import AskedQuestions
from turns.report import TurnReport
from wording import Say

KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")
MESSAGE = Message("T1", "C1", "1.000001", "app_mention", user="U1", text="hi")


@dataclass
class ReplyOfParts:
    """Takes at once what it is shown; `fails` is raised by every `finish`, `ends` are the places of early ends."""

    method: str = "edit"
    pace: float = 1.0
    message_ts: str = ""
    fails: Exception | None = None
    ends: list[int] = field(default_factory=list)
    unstopped: tuple[str, ...] = ()
    clearing: int = 0
    shown: list[str] = field(default_factory=list)
    finished: list[Snapshot] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def show(self, answer: Any) -> None:
        self.message_ts = "2.000002"
        self.shown.append(answer.snapshot().text)

    def finish(self, snapshot: Snapshot) -> int | None:
        if self.fails is not None:
            raise self.fails
        self.message_ts = "2.000002"
        self.finished.append(snapshot)
        return self.ends.pop(0) if self.ends else None

    def aside(self, text: str, _number: int, _below: object = ()) -> bool:
        self.told.append(text)
        return True

    def retract(self) -> None:
        self.told.append("retract")

    def settle(self) -> tuple[str, ...]:
        return self.unstopped

    def close(self) -> tuple[str, ...]:
        self.told.append("close")
        return self.unstopped


@dataclass
class StatusOfParts:
    shown: list[str] = field(default_factory=list)

    def show(self, text: str, _about: object = ()) -> None:
        self.shown.append(text)

    def written(self) -> None:
        self.shown.append("written")

    def clear(self) -> None:
        self.shown.append("")

    def leave(self) -> None:
        self.shown.append("left")


@dataclass
class StoreOfParts:
    """One record, and the hook's list; `broken` raises StoreError."""

    record: ThreadRecord = field(default_factory=ThreadRecord)
    broken: bool = False
    cleared: list[str] = field(default_factory=list)

    def update(self, _key: ThreadKey, change: Callable[[ThreadRecord], ThreadRecord]) -> ThreadRecord:
        if self.broken:
            raise StoreError("away")
        self.record = change(self.record)
        return self.record

    def clear_in_flight(self, turn: Any) -> None:
        self.cleared.append(turn.ts)


@dataclass
class ApiOfParts:
    ephemeral: list[tuple[str, str, str]] = field(default_factory=list)

    def post_ephemeral(self, channel: str, user: str, text: str) -> None:
        self.ephemeral.append((channel, user, text))


@dataclass
class TurnParts:
    """`says` are the app's events; `error` ends them; `query` is what the author asks."""

    says: tuple[AnswerEvent, ...] = ()
    error: BridgeError | None = None
    message: Message = MESSAGE
    query: str = "hi"
    is_empty: bool = False
    answers_us: bool = False
    show_progress: bool = False
    reply: ReplyOfParts = field(default_factory=ReplyOfParts)
    status: StatusOfParts = field(default_factory=StatusOfParts)
    api: ApiOfParts = field(default_factory=ApiOfParts)
    store: StoreOfParts = field(default_factory=StoreOfParts)
    clock: FakeClock = field(default_factory=FakeClock)
    stopped_runs: int = 0
    lost_files: list[str] = field(default_factory=list)
    greets: list[str] = field(default_factory=list)
    thumbs: tuple[Any, ...] = ()
    earlier: Message | None = None
    told: list[str] = field(default_factory=list)
    report: TurnReport = field(default_factory=lambda: TurnReport("T1", "C1", "1.000001", "app"))

    def _stop(self, _state: AnswerState, _reading: object) -> None:
        self.stopped_runs += 1

    def ask(self, state: AnswerState, _record: ThreadRecord) -> None:
        """As `Asking.run` does: fill the state to its end."""
        for event in self.says:
            state.take(event)
        state.end(self.error)

    def context(self) -> TurnContext:
        greeting = SimpleNamespace(
            greet=lambda: self.greets.append("greet"), play=lambda _: self.greets.append("play")
        )
        produced = SimpleNamespace(links=(), any=False, drop=lambda: None, share=lambda _: self.lost_files)
        return cast("Any", TurnContext)(  # type: ignore[no-any-return]
            message=self.message,
            key=KEY,
            store=self.store,
            reply=self.reply,
            status=self.status,
            author=SimpleNamespace(
                say=_say, query=self.query, names=lambda _: lambda user: f"name of {user}"
            ),
            asking=SimpleNamespace(
                run=self.ask,
                stop=self._stop,
                is_empty=lambda: self.is_empty,
                answers_us=lambda: self.answers_us,
            ),
            produced=produced,
            rest=SimpleNamespace(bring=lambda _text, _seconds: Say.REST_IN_FILE),
            greeting=greeting,
            rating=SimpleNamespace(learn=lambda: None, blocks=lambda _: self.thumbs),
            follow_ups=SimpleNamespace(offer=lambda _: self.told.append("offer"), remove=self.told.append),
            again=SimpleNamespace(is_meant=lambda: self.query == "again", question=lambda _: self.earlier),
            asked=AskedQuestions(self.clock),
            forms=SimpleNamespace(press=None, offer=lambda _: None, show=lambda _: True),
            clock=self.clock,
            holder="here",
            received=self.clock.epoch(),
            show_sources=True,
            api=self.api,
            show_progress=self.show_progress,
        )

    def answering(self) -> Answering:
        return Answering(self.context(), self.report)

    def deadline(self) -> float:
        return self.clock.now() + 500.0


def _say(key: Say, **values: str) -> str:
    return " ".join([str(key), *values.values()])
