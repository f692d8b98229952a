import logging

import gevent
import pytest

from clock import Clock
from errors import SlackError, SlackFateUnknown, SlackRefused, SlackUnreachable
from slack_reply.writer import ReplyTarget
from turns.files.rest_file import NAME, RestFile
from turns.files.transfers import Transfers
from wording import Say

SECRET = "xoxb-nobodys-business"
PLACE = ReplyTarget("T1", "C1", "channel", "1.000000", "2.000000", "U1", "T1")


class FakeFiles:
    """Slack's storage and thread; slow, or raising the given errors."""

    def __init__(self, *, storing: Exception | None = None, sharing: SlackError | None = None) -> None:
        self.storing, self.sharing = storing, sharing
        self.seconds = 0.0
        self.shown = False
        self.stored: list[tuple[str, bytes]] = []
        self.shared: list[tuple[str, str, str, str]] = []

    def store(self, name: str, content: bytes) -> str:
        gevent.sleep(self.seconds)
        if self.storing:
            raise self.storing
        self.stored.append((name, content))
        return "F1"

    def share(self, file_id: str, title: str, channel: str, thread_ts: str) -> None:
        if self.sharing:
            raise self.sharing
        self.shared.append((file_id, title, channel, thread_ts))

    def is_shown(self, *_: str, after: str) -> bool:
        return self.shown and after == PLACE.trigger_ts


def rest(slack: FakeFiles) -> RestFile:
    return RestFile(slack, PLACE, Transfers(2, 2).of("hook"), Clock(0.01))  # type: ignore[arg-type]


def test_rest_becomes_a_file_in_the_thread() -> None:
    slack = FakeFiles()
    assert rest(slack).bring("日本 \ud83d!", 10) is Say.REST_IN_FILE
    assert slack.stored == [(NAME, "日本 ?!".encode())]
    assert slack.shared == [("F1", NAME, "C1", "1.000000")]


@pytest.mark.parametrize(
    ("slack", "said"),
    [
        (FakeFiles(storing=SlackRefused("files", "missing_scope")), Say.REST_NEEDS_SCOPE),
        (FakeFiles(storing=SlackRefused("files", "internal_error")), Say.REST_LEFT_OUT),
        (FakeFiles(storing=SlackUnreachable("files", SECRET)), Say.REST_LEFT_OUT),
        (FakeFiles(storing=ValueError(SECRET)), Say.REST_LEFT_OUT),
        (FakeFiles(sharing=SlackRefused("files", "not_in_channel")), Say.REST_LEFT_OUT),
        (FakeFiles(sharing=SlackFateUnknown("files", SECRET)), Say.REST_LEFT_OUT),
    ],
)
def test_failed_upload_is_told_without_the_error_text(
    slack: FakeFiles, said: Say, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert rest(slack).bring("more", 10) is said
    assert slack.shared == []
    assert SECRET not in caplog.text


def test_file_of_unknown_fate_is_looked_for_in_the_thread() -> None:
    slack = FakeFiles(sharing=SlackFateUnknown("files"))
    slack.shown = True
    assert rest(slack).bring("more", 10) is Say.REST_IN_FILE


def test_slow_upload_is_given_up_after_its_time() -> None:
    slack = FakeFiles()
    slack.seconds = 0.2
    assert rest(slack).bring("more", 5) is Say.REST_LEFT_OUT
    gevent.sleep(0.3)
    assert slack.stored == []


def test_rest_is_left_out_when_no_place_gets_free() -> None:
    slack, one_at_once = FakeFiles(), Transfers(1, 1).of("hook")
    file = RestFile(slack, PLACE, one_at_once, Clock(0.01))  # type: ignore[arg-type]
    with one_at_once.place():
        assert file.bring("more", 1) is Say.REST_LEFT_OUT
    assert file.bring("more", 1) is Say.REST_IN_FILE
