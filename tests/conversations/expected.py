"""How a row of the fault matrix must end: what its thread holds, what was sent, and which outcome the log names."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.slack.seen import SeenCall
from tests.conversations.answers import long_text
from wording import Say
from wording.en import EN

TEXT = long_text(900)
NEVER = "the fault never struck"
STOPPED_BY_USER = "stopped_by_user"
SET_STATUS = "assistant.threads.setStatus"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the thread must hold in the end, and the outcome that the log must name.

    complete: the whole text, once. marked: a beginning of the text, then `say`. instead: `say` alone. stopped: the text
    that was there when somebody stopped the answer, which is not empty and not the whole. dead: any beginning of the
    text, even an empty one, since the bridge can write nothing more.
    """

    kind: str
    say: Say | None = None
    outcome: str = "answered"

    def is_met(self, text: str) -> bool:
        """Whether `text`, the text of all our messages in the thread, is as expected."""
        text, whole = bare(text), bare(TEXT)
        note = bare(EN[self.say]) if self.say else ""
        match self.kind:
            case "complete":
                return text == whole
            case "marked":
                part = text.removesuffix(note)
                return note in text and bool(part) and whole.startswith(part)
            case "instead":
                return text == note
            case "stopped":
                return bool(text) and text != whole and whole.startswith(text)
        return whole.startswith(text)


COMPLETE = Expected("complete")
STOPPED = Expected("stopped", outcome="stopped by user")


def dead(error: str) -> Expected:
    return Expected("dead", outcome=f"cannot reply: {error}")


def marked(say: Say, outcome: str) -> Expected:
    return Expected("marked", say, outcome)


def instead(say: Say, outcome: str) -> Expected:
    return Expected("instead", say, outcome)


def bare(text: str) -> str:
    """The text without white space, which splitting may change, and without the marks of a note."""
    return "".join(char for char in text if not (char.isspace() or char in "_>"))


def written_after_stop(calls: Sequence[SeenCall]) -> list[str]:
    """The methods that sent text, accepted or not, after Slack had said that somebody stopped the answer."""
    stop = next((n for n, call in enumerate(calls) if call.outcome == STOPPED_BY_USER), len(calls))
    return [call.method for call in calls[stop + 1 :] if _has_text(call)]


def leaves_the_status(calls: Sequence[SeenCall]) -> bool:
    """Whether, of a thread's calls that change what is seen, the last one that Slack took set the status line."""
    last = next((call for call in reversed(calls) if call.effect and _is_seen(call)), None)
    return last is not None and last.method == SET_STATUS and bool(last.arguments["status"])


def _is_seen(call: SeenCall) -> bool:
    return call.method == SET_STATUS or call.method.startswith("chat.")


def _has_text(call: SeenCall) -> bool:
    chunks = call.arguments.get("chunks") or ()
    sent = any(call.arguments.get(name) for name in ("text", "markdown_text", "blocks"))
    return sent or any(chunk["type"] == "markdown_text" for chunk in chunks)


def was_only_missed(line: str) -> bool:
    """Whether the only complaint about the row is that its fault never struck."""
    return line.endswith(f": {NEVER}")
