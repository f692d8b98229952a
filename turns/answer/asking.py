"""The greenlet that owns the app's stream: it builds the prompt, asks the app and fills the answer state."""

from collections.abc import Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from clock import Clock, in_turns
from conversation_store import ThreadRecord
from dify_app import AnswerEvent, Conversation, DifyApp, FileProduced, FilesDropped, FollowedRun, Question
from errors import (
    AnswerTooLong,
    ApiAway,
    ApiRefused,
    BridgeError,
    CompletionApp,
    DifyError,
    DifyUnavailable,
    FileRefused,
    FormRefused,
    InputMissing,
    UnsupportedApp,
)
from job import OpenRun
from slack_reply import StatusLine, heard_quote
from turns.answer.answer_state import AnswerState
from turns.answer.forms import Forms
from turns.files import ProducedFiles
from turns.prompt import Author, Prompt, PromptBuilder
from turns.report import TurnReport, logger, where
from wording import Say

NAMED_SECONDS = 30.0  # a run that is to be stopped needs a name; while no worker takes the run, there is none
LONGEST_QUOTE = 500  # characters of what was heard; the app gets all of it
ENDING_SECONDS = 3.0  # in which a stopped run may end by itself, so that Dify keeps the text so far

_CURE = (
    "give it a default in the app, or fill it in where the endpoint's settings in Dify name the app; "
    "an app of a channel has only its defaults"
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks the app the question of one message. `received` is the epoch at which Slack's event came in.

    The SDK's generator must be read even while Slack is slow, so this runs in a greenlet beside the one that writes
    (docs/architecture.md#d8-only-greenlets-call-the-sdk). `forms` takes a member's answer to a form to the app, where
    the turn is about one. `open_run` was asked in an earlier request, and is only read on here.
    """

    app: DifyApp
    author: Author
    prompt_builder: PromptBuilder
    produced: ProducedFiles
    status: StatusLine
    report: TurnReport
    received: float
    clock: Clock
    forms: Forms | None = None
    open_run: OpenRun | None = None

    def is_empty(self) -> bool:
        """Whether the message has neither words nor files."""
        return self.prompt_builder.is_empty()

    def answers_us(self) -> bool:
        """Whether the message is an app's answer to an answer of ours."""
        return self.prompt_builder.answers_us()

    def run(self, state: AnswerState, record: ThreadRecord) -> None:
        """Fill `state` and end it. Never raises: an error becomes the end of the answer."""
        try:
            self._ask(state, record)
        except InputMissing as error:
            logger.warning("the app needs a value for its variable %s; %s", error.variable[:100], _CURE)
            state.end(error)
        except CompletionApp as error:
            logger.warning("%s is a completion app: Dify fails at every call by a plugin", self.report.app)
            state.end(error)
        except FormRefused as error:
            if self.forms is not None:
                self.forms.refuse(error)
            state.end()
        except BridgeError as error:
            state.end(error)
        except Exception as error:  # noqa: BLE001 - after any error the thread is told and the turn ends
            logger.error("the app's stream broke in a way that is not known: %s", where(error))
            state.end(DifyUnavailable("unknown"))
        else:
            state.end()
        finally:
            state.named.set()

    def stop(self, state: AnswerState, reading: Any) -> None:
        """End the run of an answer that shall go no further; `reading` is the greenlet that runs `run`. Never raises.

        Over the plugin way the end of the turn's request is all that ends a run. Over the Service API a stop call comes
        first, then the request is closed. A run that waits for a person is never stopped
        (docs/platform/dify-service-api.md#stop-calls).
        """
        wall = self.clock.wall
        if state.via == "api":
            state.named.wait(timeout=wall(NAMED_SECONDS))
            if state.run is not None and not reading.dead and not state.paused:
                self.app.stop(state.run.task_id)
                reading.join(timeout=wall(ENDING_SECONDS))
        reading.kill(block=False)

    def _ask(self, state: AnswerState, record: ThreadRecord) -> None:
        """Ask over the way to the app that is open; over the other one only if nothing can have run."""
        self.app.speak(self.author.locale)
        if self.open_run is not None:
            self._read_on(self.open_run, state)
            return
        if self.forms is not None and self.forms.press is not None:
            self._take(self.forms.answer(state), state)
            return
        try:
            try:
                self._ask_over(state, record)
            except (ApiAway, ApiRefused) as error:
                if state.over or not self.app.fall_back(error):
                    raise
                self._ask_over(state, record)
        except UnsupportedApp as error:
            # The plugin way cannot call each kind of app, and the cause is that the API did not answer.
            raise self.app.why_not_api or error from None

    def _read_on(self, run: OpenRun, state: AnswerState) -> None:
        """Each call before this one would make the gap larger, so the form is read at the end."""
        self._take(self.app.follow(FollowedRun(run.run_id, run.user, run.conversation_id)), state)
        with suppress(DifyError):
            state.form = self.app.form()

    def _ask_over(self, state: AnswerState, record: ThreadRecord) -> None:
        known = Conversation(record.conversation_id, record.via or "plugin", record.user)
        going_on = self.app.begin(known)
        state.via, state.user = going_on.via, going_on.user
        if going_on.via == "api":
            state.form = self.app.form()
        # An app that is asked in a new conversation knows nothing of the thread, whatever another one knew.
        moved = bool(known.id) and not going_on.id
        record = record if going_on.id == known.id else record.with_conversation(going_on.id)
        prompt = self.prompt_builder.write(record, self._working, lost=moved)
        _tell(prompt, state)
        self.report.left_out = next((str(refused.reason) for refused in prompt.left_out), "")
        if not prompt.query:
            return  # the message has only files, and none of them could be passed on
        self._working(Say.THINKING)

        def anew() -> Question:
            """The question for an app that has lost the conversation, and maybe the files as well."""
            nonlocal prompt
            whole = self.prompt_builder.write(record, self._working, lost=True)
            prompt = whole if whole.query else prompt
            _tell(prompt, state)
            return _question(prompt)

        if state.over:
            return  # a member stopped the answer before the app was asked
        with closing(self.app.ask(_question(prompt), going_on.id, anew)) as said:
            for event in in_turns(said):
                if isinstance(event, FilesDropped) and not state.over:
                    state.left_out += tuple(FileRefused(name, event.reason) for name in prompt.passed)
                    self.report.left_out = self.report.left_out or str(event.reason)
                self._take_one(event, state)

    def _take(self, said: Generator[AnswerEvent], state: AnswerState) -> None:
        with closing(said):
            for event in in_turns(said):
                self._take_one(event, state)

    def _take_one(self, event: AnswerEvent, state: AnswerState) -> None:
        if isinstance(event, FileProduced) and not state.over:
            self.produced.take(event)
        state.take(event)
        # The text is put together anew at each look, so nobody looks once there is some.
        if self.report.first_token is None and state.text:
            self.report.first_token = self.clock.epoch() - self.received
        if state.is_full and not state.over:
            raise AnswerTooLong

    def _working(self, say: Say) -> None:
        self.status.show(say)


def _tell(prompt: Prompt, state: AnswerState) -> None:
    """Let the answer tell what of the question's files was heard, and what was left out."""
    state.left_out = prompt.left_out
    state.quote = heard_quote(prompt.transcript, LONGEST_QUOTE)


def _question(prompt: Prompt) -> Question:
    return Question(prompt.query, prompt.context, prompt.files, prompt.preface)
