"""When a failed call is sent again, and after how long. A write of unknown fate never is."""

from dataclasses import dataclass

from errors import SlackError, SlackFateUnknown, SlackRateLimited, SlackRefused, SlackUnreachable
from slack_api.outcome import SLACK_TROUBLE

# Repeating these changes nothing in the workspace. An upload URL that nobody uses expires by itself.
REPEATABLE = frozenset(
    {
        "auth.test",
        "users.info",
        "files.info",
        "conversations.info",
        "conversations.replies",
        "files.getUploadURLExternal",
    }
)
FIRST_PAUSE = 0.5  # seconds, doubled each time


@dataclass(frozen=True, slots=True)
class Patience:
    """At most `tries` requests and `seconds` of waiting between them."""

    seconds: float = 30.0
    tries: int = 3


BRISK = Patience(
    2.0
)  # a flush on the way: its text grows old, so a 429 goes back to who can send a newer one
HASTY = Patience(2.0, 2)  # a name: the question itself waits for it
PATIENT = Patience(30.0)


def pause_before_retry(fault: SlackError, tried: int, waited: float, patience: Patience) -> float | None:
    """Seconds to wait before the next try, after `tried` of them; None: give up."""
    if tried >= patience.tries:
        return None
    pause = _pause(fault, tried)
    return None if pause is None or waited + pause > patience.seconds else pause


def _pause(fault: SlackError, tried: int) -> float | None:
    backoff: float = FIRST_PAUSE * 2 ** (tried - 1)
    match fault:
        case SlackRateLimited():
            return fault.retry_after
        case SlackUnreachable():
            return backoff
        case SlackFateUnknown() if fault.method in REPEATABLE:
            return backoff
        case SlackRefused() if fault.method in REPEATABLE and fault.error in SLACK_TROUBLE:
            return backoff
        case _:
            return None
