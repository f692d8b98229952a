import logging

import gevent
import pytest
from gevent.event import Event

from clock import Clock
from dify_app.answer import FileProduced
from dify_app.files import FetchedFile
from errors import SlackError, SlackFateUnknown, SlackRefused, SlackUnreachable
from slack_reply.writer import ReplyTarget
from turns.files.produced import MOST_FILES, MOST_LINKS, ProducedFiles
from turns.files.transfers import Transfers

SECRET = "xoxb-nobodys-business"
PLACE = ReplyTarget("T1", "C1", "channel", "1.000000", "2.000000", "U1", "T1")


class FakeFiles:
    """Slack's storage and thread, which note the files that they get."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.shared: list[tuple[str, str, str, str]] = []
        self.refusal: SlackError | None = None
        self.looked: list[tuple[str, str, str, str]] = []
        self.shown = False

    def store(self, name: str, content: bytes) -> str:
        self.stored.append(name)
        return f"F-{name}-{len(content)}"

    def is_shown(self, file_id: str, channel: str, thread_ts: str, *, after: str) -> bool:
        self.looked.append((file_id, channel, thread_ts, after))
        return self.shown

    def share(self, file_id: str, title: str, channel: str, thread_ts: str) -> None:
        if self.refusal:
            raise self.refusal
        self.shared.append((file_id, title, channel, thread_ts))


class Dify:
    """Gives every file except the lost ones, once `may` is set, and counts the fetches at one time."""

    def __init__(self) -> None:
        self.may = Event()
        self.may.set()
        self.asked: list[str] = []
        self.inside = 0
        self.most = 0

    def fetch(self, url: str) -> FetchedFile | None:
        self.asked.append(url)
        self.inside += 1
        self.most = max(self.most, self.inside)
        gevent.sleep(0)
        self.may.wait()
        self.inside -= 1
        if "broken" in url:
            raise OSError(SECRET)
        return None if "lost" in url else FetchedFile(b"abc", "image/png")


@pytest.fixture
def slack() -> FakeFiles:
    return FakeFiles()


@pytest.fixture
def dify() -> Dify:
    return Dify()


@pytest.fixture
def produced(slack: FakeFiles, dify: Dify) -> ProducedFiles:
    return ProducedFiles(
        slack,  # type: ignore[arg-type]
        PLACE,
        dify.fetch,
        lambda url: url.startswith("/files/"),
        Transfers(2, 2).of("hook"),
        Clock(0.01),
    )


def file(name: str) -> FileProduced:
    return FileProduced(f"/files/{name}", "image", name)


def test_file_is_fetched_at_once_and_shown_on_share(
    produced: ProducedFiles, slack: FakeFiles, dify: Dify
) -> None:
    produced.take(file("a.png"))
    gevent.sleep(0.01)
    assert (dify.asked, slack.stored, slack.shared) == (["/files/a.png"], ["a.png"], [])
    assert produced.any
    assert produced.share(10) == ()
    assert slack.shared == [("F-a.png-3", "a.png", "C1", "1.000000")]


def test_files_are_shown_in_their_order(produced: ProducedFiles, slack: FakeFiles) -> None:
    for name in ("c", "a", "b"):
        produced.take(file(name))
    assert produced.share(10) == ()
    assert [title for _, title, _, _ in slack.shared] == ["c", "a", "b"]


def test_lost_files_are_named(produced: ProducedFiles, slack: FakeFiles) -> None:
    for name in ("lost", "a", "broken"):
        produced.take(file(name))
    assert set(produced.share(10)) == {"lost", "broken"}
    assert len(slack.shared) == 1


@pytest.mark.parametrize(
    ("name", "refusal", "told"),
    [
        ("broken", None, "OSError at test_produced.py:"),
        ("a", SlackUnreachable("files", SECRET), "SlackUnreachable at test_produced.py:"),
        ("a", SlackRefused("files", "missing_scope"), "missing_scope"),
    ],
)
def test_lost_file_is_logged_without_the_error_text(
    produced: ProducedFiles,
    slack: FakeFiles,
    name: str,
    refusal: SlackError | None,
    told: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    slack.refusal = refusal
    with caplog.at_level(logging.INFO):
        produced.take(file(name))
        assert produced.share(10) == (name,)
    assert f"could not be brought to Slack: {told}" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("refusal", [SlackRefused("files", "missing_scope"), SlackFateUnknown("files")])
def test_file_that_slack_does_not_show_is_lost(
    produced: ProducedFiles, slack: FakeFiles, refusal: SlackError
) -> None:
    slack.refusal = refusal
    produced.take(file("a"))
    assert produced.share(10) == ("a",)


def test_file_of_unknown_fate_is_looked_for_in_the_thread(produced: ProducedFiles, slack: FakeFiles) -> None:
    slack.refusal, slack.shown = SlackFateUnknown("files"), True
    produced.take(file("a"))
    assert produced.share(10) == ()
    assert slack.looked == [("F-a-3", "C1", "1.000000", "2.000000")]


def test_file_that_takes_too_long_is_lost(produced: ProducedFiles, dify: Dify, slack: FakeFiles) -> None:
    dify.may.clear()
    produced.take(file("a"))
    assert produced.share(2) == ("a",)
    dify.may.set()
    gevent.sleep(0.01)
    assert slack.stored == []


def test_file_on_another_host_is_a_link_and_one_without_an_address_is_lost(
    produced: ProducedFiles, dify: Dify
) -> None:
    produced.take(FileProduced("https://cdn.example/a.png", "image", "a.png"))
    assert not produced.any
    produced.take(FileProduced("ftp://x/a", "image", "b"))
    assert produced.links == (("a.png", "https://cdn.example/a.png"),)
    assert produced.any
    assert produced.share(10) == ("b",)
    assert dify.asked == []


def test_files_are_moved_few_at_once_and_up_to_the_limit(
    produced: ProducedFiles, dify: Dify, slack: FakeFiles
) -> None:
    for number in range(MOST_FILES + 2):
        produced.take(file(str(number)))
    assert produced.share(100) == (str(MOST_FILES), str(MOST_FILES + 1))
    assert dify.most == 2
    assert len(slack.shared) == MOST_FILES


def test_dropped_files_are_neither_shown_nor_fetched_further(
    produced: ProducedFiles, dify: Dify, slack: FakeFiles
) -> None:
    dify.may.clear()
    produced.take(file("a"))
    gevent.sleep(0)
    produced.drop()
    gevent.sleep(0.01)
    dify.may.set()
    gevent.sleep(0.01)
    assert slack.stored == []
    assert produced.share(1) == ()


def test_number_of_links_is_bounded(produced: ProducedFiles) -> None:
    for number in range(MOST_LINKS + 3):
        produced.take(FileProduced(f"https://cdn.example/{number}", "image", str(number)))
    assert len(produced.links) == MOST_LINKS
    assert produced.share(10) == tuple(str(MOST_LINKS + more) for more in range(3))
