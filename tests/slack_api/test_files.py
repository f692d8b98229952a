"""Downloads and uploads against the double of Slack; what it cannot do, against a scripted pool."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import Clock
from errors import FileRefused, SettingsError, SlackError, SlackFateUnknown, SlackRefused, SlackUnreachable
from simulators.slack.options import Options
from simulators.slack.server import SlackServer
from simulators.slack.workspace import ANNA, GENERAL, Workspace
from slack_api.client import SlackApi
from slack_api.connection import NeverSent
from slack_api.files import FilesOrigin, SlackFiles
from slack_api.pool import Bounds, HttpResponse, Pool, Unanswered
from slack_api.rate_limit.rate_limiter import RateLimiter
from tests.slack_api.scripted_pool import api_over, refuses, says

LIMITS = Bounds(size=200_000)
IMPATIENT = Bounds(size=200_000, whole=2.0, silence=0.3)
DATA = b"some text " * 5000
ORIGIN = FilesOrigin("https://files.slack.com")
FILE = {
    "id": "F1",
    "name": "a.txt",
    "mimetype": "text/plain",
    "mode": "hosted",
    "size": 5,
    "url_private_download": "https://files.slack.com/files-pri/T1-F1/download/a.txt",
}
STUB = {"id": "F1", "mode": "file_access", "file_access": "check_file_info"}


@dataclass
class Slack:
    workspace: Workspace
    files: SlackFiles

    def shared(
        self, name: str = "a.txt", data: bytes = DATA, mimetype: str = "text/plain", **more: Any
    ) -> dict[str, Any]:
        """The file as an event would carry it."""
        file_id = self.workspace.add_file(name, data, mimetype, **more)
        ts = self.workspace.say(GENERAL, ANNA, "look", files=[file_id])
        return next(message for message in self.workspace.messages(GENERAL) if message.ts == ts).files[0]

    def reason(self, file: dict[str, Any], limits: Bounds = LIMITS) -> str:
        with pytest.raises(FileRefused) as caught:
            self.files.download(file, limits)
        return caught.value.reason


@pytest.fixture(scope="module")
def double() -> Iterator[SlackServer]:
    server = SlackServer(Options(), Clock())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def slack(double: SlackServer) -> Iterator[Slack]:
    workspace = Workspace(double.url)
    clock = Clock()
    pool = Pool(clock, floor=0.0)
    api = SlackApi(
        workspace.token,
        base_url=workspace.api_url,
        pool=pool,
        clock=clock,
        budget=RateLimiter(clock),
        team_id=workspace.team_id,
    )
    yield Slack(workspace, SlackFiles(api, workspace.token, pool=pool, origin=FilesOrigin(double.url)))
    assert set(workspace.token_hosts()) <= {double.url.removeprefix("http://")}
    workspace.close()


@pytest.mark.parametrize("name", ["a.txt", "報告 2026.txt", "a b+c=d.txt"])
def test_a_file_arrives_whole(slack: Slack, name: str) -> None:
    file = slack.files.download(slack.shared(name), LIMITS)
    assert (file.name, file.mimetype, file.content) == (name, "text/plain", DATA)


def test_a_stub_of_slack_connect_is_looked_up(slack: Slack) -> None:
    assert slack.files.download(slack.shared(variant="connect_stub"), LIMITS).content == DATA


def test_without_a_length_it_still_arrives(slack: Slack) -> None:
    assert slack.files.download(slack.shared(variant="no_length"), LIMITS).content == DATA


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        ("deleted", "file_deleted"),
        ("login", "file_login_page"),
        ("redirect_foreign", "file_foreign_host"),
        ("redirect_loop", "file_download_failed"),
        ("truncated", "file_truncated"),
        ("oversized", "file_too_large"),
        ("status_500", "file_download_failed"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(slack: Slack, variant: str, reason: str) -> None:
    assert slack.reason(slack.shared(variant=variant)) == reason


@pytest.mark.parametrize("variant", ["stall", "stall_middle"])
def test_silence_is_a_stall(slack: Slack, variant: str) -> None:
    assert slack.reason(slack.shared(variant=variant), IMPATIENT) == "file_stalled"


def test_a_download_that_never_reaches_its_end_is_stalled(slack: Slack) -> None:
    crawling = Bounds(size=200_000, whole=0.0)
    assert slack.reason(slack.shared(), crawling) == "file_stalled"


def test_sizes(slack: Slack) -> None:
    small = Bounds(size=100)
    assert slack.reason(slack.shared(), small) == "file_too_large"
    assert slack.reason(slack.shared(declared=50), small) == "file_too_large"  # by the header
    assert slack.reason(slack.shared(data=b"", declared=7)) == "file_empty"


def test_a_file_is_uploaded_into_its_thread(slack: Slack) -> None:
    root = slack.workspace.say(GENERAL, ANNA, "draw")
    file_id = slack.files.store("../out/picture.png", b"png")
    slack.files.share(file_id, "A picture", GENERAL, root)
    shared = [message for message in slack.workspace.thread(GENERAL, root) if message.files]
    assert [message.files[0]["id"] for message in shared] == [file_id]
    assert shared[0].files[0]["name"] == "picture.png"
    assert shared[0].files[0]["title"] == "A picture"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a",
        "http://files.slack.com/a",
        "https://files.slack.com:8443/a",
        "https://me@files.slack.com/a",
        "https://files.slack.com.evil.example/a",
    ],
)
def test_the_token_goes_to_no_other_address(url: str) -> None:
    api, pool = api_over(says(b"hello"))
    files = SlackFiles(api, "xoxb-secret", pool=pool, origin=ORIGIN)
    with pytest.raises(FileRefused) as caught:
        files.download({**FILE, "url_private_download": url}, LIMITS)
    assert caught.value.reason == "file_foreign_host"
    assert pool.sent == []


def test_the_token_is_shown_to_slack() -> None:
    api, pool = api_over(says(b"hello"))
    SlackFiles(api, "xoxb-secret", pool=pool, origin=ORIGIN).download(FILE, LIMITS)
    assert [(verb, headers) for verb, _, headers, _ in pool.sent] == [
        ("GET", {"Authorization": "Bearer xoxb-secret"})
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refuses("file_not_found"), "file_deleted"),
        (refuses("access_denied"), "file_shared_elsewhere"),
        (says(b"<html>", 503), "file_download_failed"),
        (says({"ok": True, "file": STUB}), "file_shared_elsewhere"),
        (says({"ok": True}), "file_no_url"),
        (
            says({"ok": True, "file": {**FILE, "url_private_download": "https://evil.example/"}}),
            "file_foreign_host",
        ),
    ],
)
def test_a_stub_that_leads_nowhere(answer: HttpResponse, reason: str) -> None:
    api, pool = api_over(answer)
    with pytest.raises(FileRefused) as caught:
        SlackFiles(api, "t", pool=pool, origin=ORIGIN).download(STUB, LIMITS)
    assert caught.value.reason == reason


def test_a_download_that_was_never_sent_is_sent_once_more() -> None:
    api, pool = api_over(NeverSent("no"), says(b"hello"))
    assert SlackFiles(api, "t", pool=pool, origin=ORIGIN).download(FILE, LIMITS).content == b"hello"
    api, pool = api_over(NeverSent("no"))
    with pytest.raises(FileRefused):
        SlackFiles(api, "t", pool=pool, origin=ORIGIN).download(FILE, LIMITS)
    assert len(pool.sent) == 2


class TestUpload:
    ADDRESS = says({"ok": True, "upload_url": "https://files.slack.com/upload/v1/x", "file_id": "F1"})
    DONE = says({"ok": True, "files": [{"id": "F1"}]})

    def upload(self, *answers: HttpResponse | Exception) -> list[str]:
        api, pool = api_over(*answers)
        try:
            files = SlackFiles(api, "xoxb-secret", pool=pool, origin=ORIGIN)
            files.share(files.store("a.txt", b"data"), "a.txt", "C1", "1.1")
        finally:
            self.steps = [url.rpartition("/")[2] for _, url, _, _ in pool.sent]
            self.sent = pool.sent
        return self.steps

    def test_three_steps_and_no_token_on_the_way_of_the_bytes(self) -> None:
        assert self.upload(self.ADDRESS, says(b"OK"), self.DONE) == [
            "files.getUploadURLExternal",
            "x",
            "files.completeUploadExternal",
        ]
        _, _, headers, body = self.sent[1]
        assert body == b"data"
        assert "xoxb" not in str(headers)

    def test_bytes_of_unknown_fate_begin_anew_since_nobody_sees_them(self) -> None:
        assert len(self.upload(self.ADDRESS, Unanswered("gone"), self.ADDRESS, says(b"OK"), self.DONE)) == 5

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (Unanswered("gone"), SlackFateUnknown),
            (NeverSent("no"), SlackUnreachable),
            (says(b"", 500), SlackFateUnknown),
            (says(b"", 400), SlackRefused),
        ],
    )
    def test_bytes_that_do_not_arrive_share_nothing(
        self, fault: HttpResponse | Exception, error: type[SlackError]
    ) -> None:
        with pytest.raises(error):
            self.upload(self.ADDRESS, fault, self.ADDRESS, fault)
        assert "files.completeUploadExternal" not in self.steps

    def test_the_last_step_is_never_repeated_when_its_fate_is_unknown(self) -> None:
        with pytest.raises(SlackFateUnknown):
            self.upload(self.ADDRESS, says(b"OK"), Unanswered("gone"))
        assert self.steps.count("files.completeUploadExternal") == 1

    @pytest.mark.parametrize("url", ["https://evil.example/u", "http://files.slack.com/u", ""])
    def test_the_bytes_go_to_slack_only(self, url: str) -> None:
        with pytest.raises(FileRefused) as caught:
            self.upload(says({"ok": True, "upload_url": url, "file_id": "F1"}))
        assert caught.value.reason == "file_foreign_host"
        assert len(self.steps) == 1


REAL = FilesOrigin("https://files.slack.com")
PATHS = ["/files-pri/T1-F1/a.txt", "/files-pri/T1-F1/download/a%20b.txt?x=1#y", "", "/ü/b c"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "head", ["https://files.slack.com", "HTTPS://Files.Slack.com", "https://files.slack.com:443"]
)
def test_slacks_own_addresses(head: str, path: str) -> None:
    assert REAL.is_origin_of(head + path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "files.slack.com/a",
        "//files.slack.com/a",
        "http://files.slack.com/a",
        "ftp://files.slack.com/a",
        "https://files.slack.com:80/a",
        "https://files.slack.com:8443/a",
        "https://files.slack.com:/a",
        "https://files.slack.com:x/a",
        "https://user@files.slack.com/a",
        "https://user:pw@files.slack.com/a",
        "https://files.slack.com@evil.example/a",
        "https://files.slack.com:443@evil.example/a",
        "https://evil.example/files.slack.com",
        "https://evil.example#files.slack.com",
        "https://evil.example?files.slack.com",
        "https://files.slack.com.evil.example/a",
        "https://evilfiles.slack.com/a",
        "https://files.slack.com./a",
        "https://files-slack.com/a",
        "https://slack.com/a",
        "https://files.slack.com\\@evil.example/a",
        "https://evil.example\\.files.slack.com/a",
        "https:\\\\files.slack.com/a",
        "https:///files.slack.com/a",
        "https://files.slack.com\x00.evil.example/a",
        "https://files.slack.com/a\r\nHost: evil.example",
        "https://fi\tles.slack.com/a",
        " https://files.slack.com/a",
        "https://files.slack.com%2eevil.example/a",
        "https://files。slack.com/a",
        "https://ﬁles.slack.com/a",
        "https://[files.slack.com]/a",
        "https://[::1/a",
        "https://127.0.0.1/a",
    ],
)
def test_look_alikes_are_not_slack(url: str) -> None:
    assert not REAL.is_origin_of(url)


@given(st.text(alphabet="abcfilesk.com:/@\\#?%443 []", max_size=40))
def test_nothing_between_scheme_and_path_may_differ(authority: str) -> None:
    url = f"https://{authority}"
    bare = authority.partition("/")[0].partition("?")[0].partition("#")[0]
    assert not REAL.is_origin_of(url) or bare in {"files.slack.com", "files.slack.com:443"}


@given(st.text(max_size=10), st.text(max_size=10))
def test_no_prefix_and_no_suffix_of_the_host_passes(before: str, after: str) -> None:
    owned = REAL.is_origin_of(f"https://{before}files.slack.com{after}/a")
    assert not owned or (before == "" and (after in {"", ":443"} or after[0] in "/?#"))


def test_loopback_is_for_tests_with_its_own_port() -> None:
    local = FilesOrigin("http://127.0.0.1:8080/")
    assert local.is_origin_of("http://127.0.0.1:8080/files-pri/x")
    for other in (
        "http://127.0.0.1/x",
        "http://127.0.0.1:8081/x",
        "https://127.0.0.1:8080/x",
        "http://localhost:8080/x",
    ):
        assert not local.is_origin_of(other)
    assert FilesOrigin("http://[::1]:8080").is_origin_of("http://[::1]:8080/x")


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "files.slack.com",
        "http://files.slack.com",
        "https://files.slack.com:8443",
        "https://u@files.slack.com",
        "ftp://127.0.0.1",
    ],
)
def test_an_origin_that_would_leak_is_no_setting(setting: str) -> None:
    with pytest.raises(SettingsError):
        FilesOrigin(setting)
