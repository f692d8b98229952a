from collections.abc import Callable

import pytest

from errors import SlackError, SlackFateUnknown, SlackRateLimited, SlackRefused, SlackUnreachable
from slack_api.retry import BRISK, PATIENT, REPEATABLE, Patience, pause_before_retry

WRITES = ["chat.postMessage", "chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update"]

LONG = Patience(60.0, 6)


@pytest.mark.parametrize("method", [*WRITES, "chat.postEphemeral", "files.completeUploadExternal"])
def test_a_write_of_unknown_fate_is_never_repeated(method: str) -> None:
    assert pause_before_retry(SlackFateUnknown(method), 1, 0.0, LONG) is None


@pytest.mark.parametrize("method", sorted(REPEATABLE))
@pytest.mark.parametrize("kind", [SlackFateUnknown, lambda method: SlackRefused(method, "internal_error")])
def test_a_read_is_asked_again(method: str, kind: Callable[[str], SlackError]) -> None:
    assert pause_before_retry(kind(method), 1, 0.0, PATIENT) == 0.5
    assert pause_before_retry(kind(method), 2, 0.5, PATIENT) == 1.0
    assert pause_before_retry(kind(method), 3, 1.5, PATIENT) is None


@pytest.mark.parametrize("method", WRITES)
def test_what_never_left_is_sent_again(method: str) -> None:
    assert pause_before_retry(SlackUnreachable(method), 1, 0.0, BRISK) == 0.5
    assert pause_before_retry(SlackUnreachable(method), 2, 0.5, BRISK) == 1.0


@pytest.mark.parametrize("method", WRITES)
def test_a_429_waits_as_long_as_slack_says(method: str) -> None:
    assert pause_before_retry(SlackRateLimited(method, 12.0), 1, 0.0, PATIENT) == 12.0


@pytest.mark.parametrize(
    "fault", [SlackUnreachable("m"), SlackRateLimited("m", 5.0), SlackFateUnknown("users.info")]
)
def test_waits_are_bounded_in_sum_and_number(fault: SlackError) -> None:
    assert pause_before_retry(fault, 1, 0.0, Patience(0.4, 9)) is None
    assert pause_before_retry(fault, 1, 29.9, PATIENT) is None
    assert pause_before_retry(fault, 6, 0.0, LONG) is None


@pytest.mark.parametrize("error", ["channel_not_found", "internal_error", "msg_too_long"])
def test_a_refused_write_is_not_repeated(error: str) -> None:
    assert pause_before_retry(SlackRefused("chat.postMessage", error), 1, 0.0, LONG) is None
    assert pause_before_retry(SlackRefused("users.info", "user_not_found"), 1, 0.0, LONG) is None
