"""No body, query or header makes our URLs answer 5xx, or start anything without a valid signature.

The tests run in this process, through the SDK's own reading of a request (made tolerant as in `main.py`) and the
endpoints, so that thousands of inputs take only seconds.
"""

import copy
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NoReturn
from urllib.parse import quote

import pytest
from dify_plugin.core.utils.http_parser import deserialize_request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug import Response

import endpoints.events
import endpoints.turns
from endpoints.events import EventsEndpoint
from endpoints.turns import TurnsEndpoint
from endpoints.unreadable import tolerant
from handoff.hand_off import HandOff
from handoff.signer import Signer
from job import Job
from message import Message
from provider.environment import Environment
from simulators.slack.signing import signed_headers
from tests.support.fake_dify_storage import FakeDifyStorage
from wiring.container import Container

SECRET = "7e57ca5e000000000000000000007e57"
HOOK = "hook-of-strangers"
SETTINGS = {
    "app": {"app_id": "app-1", "inputs": {}},
    "bot_token": "xoxb-1-2-abc",
    "signing_secret": SECRET,
    "setup_key": "",
}
NOWHERE = Environment(slack_api_url="http://127.0.0.1:9/api/", slack_files_url="http://127.0.0.1:9")
ENDPOINTS: dict[str, Any] = {"/slack/events": EventsEndpoint, "/slack/turns": TurnsEndpoint}
READ = tolerant(deserialize_request)
MANY = [1, pytest.param(10, marks=pytest.mark.soak)]

ENVELOPE: dict[str, Any] = {
    "token": "t",
    "team_id": "T1",
    "api_app_id": "A1",
    "type": "event_callback",
    "event_id": "Ev1",
    "event_time": 1763881234,
    "is_ext_shared_channel": False,
    "authorizations": [{"enterprise_id": None, "team_id": "T1", "user_id": "UBOT", "is_bot": True}],
    "event": {
        "type": "app_mention",
        "user": "U1",
        "team": "T1",
        "text": "<@UBOT> hello",
        "ts": "1763881234.000100",
        "thread_ts": "1763881200.000100",
        "channel": "C1",
        "channel_type": "im",
        "files": [{"id": "F1", "name": "a.txt", "mimetype": "text/plain", "url_private": "https://x/y"}],
        "subtype": "file_share",
        "bot_id": None,
        "edited": {"user": "U1", "ts": "1.2"},
        "message": {"text": "x", "ts": "1763881234.000100"},
        "blocks": [{"type": "rich_text"}],
    },
    "challenge": "c",
    "minute_rate_limited": 1,
}
KINDS = [
    "event_callback",
    "url_verification",
    "app_rate_limited",
    "app_mention",
    "message",
    "tokens_revoked",
    "im",
]
ASSIGNMENT = Job(
    message=Message(
        team_id="T1",
        channel="C1",
        ts="1763881234.000100",
        source="app_mention",
        user="U1",
        text="<@UBOT> hello",
        bot_user_id="UBOT",
    ),
    hook_url=f"http://127.0.0.1:9/e/{HOOK}/slack/events",
    received=1.0,
).to_dict()

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([*KINDS, "", "\x00", "\ud800", "9" * 400, "-1", "nan", [], {}, [[]], 10**400])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def bent(draw: st.DrawFn, whole: dict[str, Any]) -> Any:
    """The given value with a strange value, or no value, in some of its places."""
    found: Any = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = found
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and place[key] and draw(st.booleans()):
                place = place[key]
                continue
            if isinstance(place, dict) and draw(st.integers(0, 5)) == 0:
                del place[key]
            else:
                place[key] = copy.deepcopy(draw(VALUES))  # a copy: the drawn value stays as it is
            break
    return found


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


BODIES = (
    st.binary(max_size=200)
    | VALUES.map(dumped)
    | bent(ENVELOPE).map(dumped)
    | st.sampled_from(
        [
            dumped(ENVELOPE),
            b"[" * 100_000,
            b'{"a":' * 20_000,
            b'{"type":"event_callback","event":' + b"[" * 5000 + b"]" * 5000 + b"}",
            b"\xff\xfe",
            b'{"type":"url_verification","challenge":"' + b"x" * 100_000 + b'"}',
            b'"\\ud800"',
            b"1e999",
            b"9" * 5000,
            b"payload=%7B%7D",
        ]
    )
)
HEADER_TEXT = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=40)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "X-Slack-Signature",
            "X-Slack-Request-Timestamp",
            "X-Slack-Retry-Num",
            "X-Slack-Retry-Reason",
            "Content-Type",
            "User-Agent",
            "Accept",
            "Cookie",
            "Authorization",
        ]
    ),
    HEADER_TEXT | st.sampled_from(["v0=" + "0" * 64, str(int(time.time())), "1", "http_timeout"]),
    max_size=4,
)
QUERIES = st.text(max_size=30).map(quote) | st.sampled_from(["ssl_check=1", "key=x&key=y", "%00", "a" * 3000])


class World:
    """The two endpoints, and a record of what they started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.handed: list[Any] = []
        self.storage = FakeDifyStorage()
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(HandOff, "hand", self._hand())
        self.renew()

    def _hand(self) -> Callable[[HandOff, Job], None]:
        """A hand-off that does everything but send the request."""

        def hand(hand_off: HandOff, turn: Job) -> None:
            Signer((SECRET,), HOOK).verify(hand_off.signer.sign(turn.to_dict()))
            self.handed.append(turn)

        return hand

    def renew(self) -> None:
        """Make a new container, as in a new process that knows nothing."""
        ours = Container(NOWHERE)
        for module in (endpoints.events, endpoints.turns):
            self._monkeypatch.setattr(module, "container", lambda: ours)

    def send(self, path: str, body: bytes, headers: dict[str, str], query: str = "") -> Response:
        """The endpoint's answer to the request as the SDK reads it."""
        given = headers | {
            "Host": "dify.example",
            "Dify-Hook-Id": HOOK,
            "Dify-Hook-Url": f"http://x/e/{HOOK}{path}",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        target = f"{path}?{query}" if query else path
        raw = f"POST {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body
        request = READ(raw)
        assert request.path == path
        session = SimpleNamespace(
            app=SimpleNamespace(chat=Forbidden()),
            file=Forbidden(),
            storage=self.storage,
            dify_plugin_daemon_url="http://127.0.0.1:9",
        )
        answer: Response = ENDPOINTS[path](session)._invoke(request, {}, SETTINGS)
        return answer


class Forbidden:
    """An app that must not be asked."""

    def invoke(self, *_: Any, **__: Any) -> NoReturn:
        raise AssertionError("the app was asked")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def many(count: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=count, deadline=None, database=None, suppress_health_check=checks)


def assert_starts_nothing(here: World, path: str, body: bytes, headers: dict[str, str], query: str) -> None:
    started = len(here.handed), len(here.storage.calls)
    answer = here.send(path, body, headers, query)
    assert (answer.status_code, answer.get_data()) == (401, b""), path
    assert (len(here.handed), len(here.storage.calls)) == started, path


@pytest.mark.parametrize("times", MANY)
def test_strange_request_starts_nothing_without_the_right_signature_and_never_gets_5xx(
    here: World, times: int
) -> None:
    """All that one request must not do: to draw a request takes longer than to answer the request four times."""

    @many(1500 * times)
    @given(BODIES, HEADERS, QUERIES)
    def holds(body: bytes, headers: dict[str, str], query: str) -> None:
        for path in ENDPOINTS:
            assert_starts_nothing(here, path, body, headers, query)
        by_slack = signed_headers(body, SECRET)
        assert_starts_nothing(here, "/slack/turns", body, by_slack, query)
        answer = here.send("/slack/events", body, headers | by_slack, query)
        assert answer.status_code in {200, 400, 401}
        assert answer.status_code != 401 or not _is_text(body)

    holds()


@pytest.mark.parametrize("times", MANY)
def test_strange_content_with_our_signature_never_gets_5xx(here: World, times: int) -> None:
    signer = Signer((SECRET,), HOOK)

    @many(800 * times)
    @given(bent(ASSIGNMENT) | VALUES, QUERIES)
    def holds(content: Any, query: str) -> None:
        try:
            body = signer.sign(content)
        except UnicodeEncodeError:
            return  # a lone surrogate cannot be encoded, and therefore not signed
        answer = here.send("/slack/turns", body, {}, query)
        assert answer.status_code in {200, 401, 409}
        if answer.status_code == 200:  # a valid job; its response is not read, so the turn does not run
            here.renew()

    holds()


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
