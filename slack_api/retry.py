"""When a failed call is sent again, and after how long. A write of unknown fate is never sent again."""

from dataclasses import dataclass

from errors import SlackError, SlackFateUnknown, SlackRateLimited, SlackRefused, SlackUnreachable
from slack_api.error_codes import SLACK_TROUBLE

# These change nothing in the workspace, or nothing the second time. An upload URL that nobody uses expires by itself.
REPEATABLE = {
    "chat.delete",
    "auth.test",
    "users.info",
    "files.info",
    "conversations.info",
    "conversations.replies",
    "conversations.list",
    "users.list",
    "users.lookupByEmail",
    "files.getUploadURLExternal",
}
FIRST_PAUSE = 0.5  # seconds, doubled each time


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a caller waits: at most `tries` requests, and `seconds` in all for the budget and the pauses."""

    seconds: float = 30.0
    tries: int = 3


BRISK = Patience(2.0)  # for a text on the way, of which the caller has a newer one by then
HASTY = Patience(2.0, 2)  # for a name, since the question waits for it
PATIENT = Patience(30.0)


def pause_before_retry(fault: SlackError, tried: int, waited: float, patience: Patience) -> float | None:
    """Seconds to wait before the next request, after `tried` requests and `waited` seconds; None: there is none."""
    backoff: float = FIRST_PAUSE * 2 ** (tried - 1)
    match fault:
        case SlackRateLimited():
            pause = fault.retry_after
        case SlackUnreachable():
            pause = backoff
        case SlackFateUnknown() if fault.method in REPEATABLE:
            pause = backoff
        case SlackRefused() if fault.method in REPEATABLE and fault.error in SLACK_TROUBLE:
            pause = backoff
        case _:
            return None
    return pause if tried < patience.tries and waited + pause <= patience.seconds else None
