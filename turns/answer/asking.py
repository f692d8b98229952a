"""The greenlet that owns the app's stream: it builds the prompt, asks the app and fills the answer state."""

from contextlib import closing

from clock import Clock, in_turns
from conversation_store import ThreadRecord
from dify_app import AnswerEvent, DifyApp, FileProduced, FilesDropped, Question
from errors import AnswerTooLong, BridgeError, DifyUnavailable, FileRefused, InputMissing
from slack_reply import StatusLine
from turns.answer.answer_state import AnswerState
from turns.files import ProducedFiles
from turns.prompt import Author, Prompt, PromptBuilder
from turns.report import TurnReport, logger, where
from wording import Say

_CURE = (
    "give it a default in the app, or fill it in where the endpoint's settings in Dify name the app; "
    "an app of a channel has only its defaults"
)


class Asking:
    """Asks the app the question of one message.

    The SDK's generator must be read even while Slack is slow, and only greenlets of the request may call Dify
    (docs/architecture.md#d8-only-greenlets-call-the-sdk). So this runs in a greenlet beside the one that writes.
    """

    def __init__(
        self,
        app: DifyApp,
        author: Author,
        prompt_builder: PromptBuilder,
        produced: ProducedFiles,
        status: StatusLine,
        report: TurnReport,
        received: float,
        clock: Clock,
    ) -> None:
        """`received` is the epoch (design seconds) at which Slack's event came in."""
        self._app = app
        self._author = author
        self._prompt_builder = prompt_builder
        self._produced = produced
        self._status = status
        self._report = report
        self._received = received
        self._clock = clock

    def is_empty(self) -> bool:
        """Whether the message has neither words nor files."""
        return self._prompt_builder.is_empty()

    def run(self, state: AnswerState, record: ThreadRecord) -> None:
        """Fill `state` and end it. Never raises: an error becomes the end of the answer."""
        try:
            self._ask(state, record)
        except InputMissing as error:
            logger.warning("the app needs a value for its variable %s; %s", error.variable[:100], _CURE)
            state.end(error)
        except BridgeError as error:
            state.end(error)
        except Exception as error:  # noqa: BLE001 - after any error the thread is told and the turn ends
            logger.error("the app's stream broke in a way that is not known: %s", where(error))
            state.end(DifyUnavailable("unknown"))
        else:
            state.end()

    def _ask(self, state: AnswerState, record: ThreadRecord) -> None:
        self._app.speak(self._author.locale)
        brief = self._prompt_builder.write(record, self._working)
        state.left_out = brief.left_out
        if not brief.query:
            return  # the message has only files, and none of them could be passed on
        self._working(Say.THINKING)

        def anew() -> Question:
            nonlocal brief
            brief = self._again(brief, record)
            state.left_out = brief.left_out
            return _question(brief)

        with closing(self._app.ask(_question(brief), record.conversation_id, anew)) as said:
            for event in in_turns(said):
                self._beside(event, brief, state)
                state.take(event)
                self._note_first_token(state)
                if state.is_full:
                    raise AnswerTooLong

    def _note_first_token(self, state: AnswerState) -> None:
        """Looks at the text only until there is some: it is put together anew at each look."""
        if self._report.first_token is None and state.text:
            self._report.first_token = self._clock.epoch() - self._received

    def _again(self, brief: Prompt, record: ThreadRecord) -> Prompt:
        """A prompt for an app that has lost the conversation. The app may have lost the files as well."""
        whole = self._prompt_builder.write(record, self._working, lost=True)
        return whole if whole.query else brief

    def _beside(self, event: AnswerEvent, brief: Prompt, state: AnswerState) -> None:
        """Handle the events about files: fetch a file that the app made, note files that the app did not take."""
        match event:
            case FileProduced():
                self._produced.take(event)
            case FilesDropped(reason):
                state.left_out += tuple(FileRefused(name, reason) for name in brief.passed)
            case _:
                pass

    def _working(self, say: Say) -> None:
        self._status.show(self._author.say(say))


def _question(brief: Prompt) -> Question:
    return Question(brief.query, brief.context, brief.files, brief.preface)
