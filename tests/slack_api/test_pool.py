from socket import socket

import gevent
import pytest

from clock import Clock
from hosts import is_loopback
from slack_api.connection import NeverSent
from slack_api.pool import (
    Bounds,
    HttpResponse,
    Pool,
    Stalled,
    TooLarge,
    Truncated,
    Unanswered,
)
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_server import (
    Action,
    Asked,
    answer,
    hang_up,
    raw,
    reset,
    serving,
    stall,
    then_close,
)


class UnscaledClock(FakeClock):
    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        return max(at_least, seconds)

    def stretched(self, seconds: float, *, at_least: float) -> float:
        return max(seconds, at_least)


OK = answer({"ok": True})
SHORT = Bounds(silence=0.3, whole=1.0)
BOUNDS = Bounds(silence=5.0, whole=10.0, size=1000)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # never for loopback
    return Pool(Clock(), floor=0.0)


def get(pool: Pool, url: str, bounds: Bounds = BOUNDS) -> HttpResponse:
    return pool.exchange("GET", url, {}, None, bounds)


def test_many_calls_share_one_connection(pool: Pool) -> None:
    with serving(OK) as server:
        for _ in range(20):
            assert get(pool, server.url).body == b'{"ok": true}'
        assert server.connections == 1
        assert len(server.asked) == 20


def test_verb_headers_and_body_arrive_as_given(pool: Pool) -> None:
    with serving(OK) as server:
        pool.exchange("POST", f"{server.url}/a/b?c=d", {"X-One": "1"}, b"body", BOUNDS)
        asked = server.asked[0]
    assert (asked.verb, asked.path, asked.headers["x-one"], asked.body) == ("POST", "/a/b?c=d", "1", b"body")


def test_side_by_side_calls_never_take_more_connections_than_the_bound() -> None:
    def slowly(connection: socket, asked: Asked) -> bool:
        gevent.sleep(0.005)
        return OK(connection, asked)

    pool = Pool(Clock(), connections=8)
    with serving(slowly) as server:
        calls = [gevent.spawn(get, pool, server.url) for _ in range(400)]
        gevent.joinall(calls, raise_error=True)
        assert len(server.asked) == 400
        assert server.connections <= 8


def test_who_finds_no_free_connection_in_time_has_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slack_api.pool.QUEUEING", 0.05)
    pool = Pool(Clock(), connections=1, floor=0.0)
    with serving(stall) as server:
        holding = gevent.spawn(get, pool, server.url)
        while not server.asked:
            gevent.sleep(0.001)
        with pytest.raises(NeverSent):
            get(pool, server.url)
        assert len(server.asked) == 1
        holding.kill()


def test_a_killed_call_gives_its_place_back() -> None:
    pool = Pool(Clock(), connections=1)
    with serving(stall, OK) as server:
        call = gevent.spawn(get, pool, server.url)
        while not server.asked:
            gevent.sleep(0.001)
        call.kill()
        assert get(pool, server.url).status == 200


def test_nobody_listens_is_never_sent(pool: Pool) -> None:
    with serving(OK) as server:
        url = server.url
    with pytest.raises(NeverSent):
        get(pool, url)


def test_a_name_that_does_not_resolve_is_never_sent(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HTTP_PROXY")
    with pytest.raises(NeverSent):
        get(Pool(Clock()), "http://no-such-host.invalid/")


def test_a_failed_tls_handshake_is_never_sent(pool: Pool) -> None:
    with serving(raw(b"this is not TLS")) as server, pytest.raises(NeverSent):
        get(pool, server.url.replace("http://", "https://"))


@pytest.mark.parametrize("fault", [hang_up, reset, raw(b"nonsense\r\n\r\n"), raw(b"HTTP/1.1 2")])
def test_no_answer_to_what_was_sent_leaves_its_fate_open(pool: Pool, fault: Action) -> None:
    with serving(fault) as server:
        with pytest.raises(Unanswered):
            get(pool, server.url)
        assert len(server.asked) == 1


def test_it_goes_on_well_after_a_broken_answer(pool: Pool) -> None:
    with serving(OK, hang_up, OK) as server:
        get(pool, server.url)
        with pytest.raises(Unanswered):
            get(pool, server.url)
        assert get(pool, server.url).status == 200


def test_a_connection_closed_while_it_rested_harms_no_call(pool: Pool) -> None:
    with serving(then_close(OK)) as server:
        for _ in range(5):
            assert get(pool, server.url).status == 200
            gevent.sleep(0.01)
        assert server.connections == 5


def test_a_connection_that_rested_too_long_is_not_used_again() -> None:
    clock = UnscaledClock()
    pool = Pool(clock, idle=30.0)
    with serving(OK) as server:
        get(pool, server.url)
        clock.advance(29.0)
        get(pool, server.url)
        assert server.connections == 1
        clock.advance(31.0)
        get(pool, server.url)
        assert server.connections == 2


def test_silence_before_and_inside_an_answer_is_a_stall(pool: Pool) -> None:
    begun = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", pause=20.0)
    for silent in (stall, begun):
        with serving(silent) as server, pytest.raises(Stalled):
            get(pool, server.url, SHORT)


def test_a_trickle_is_cut_by_the_whole_time(pool: Pool) -> None:
    trickle = answer(b"", transfer_encoding="chunked")

    def act(connection: socket, asked: Asked) -> bool:
        trickle(connection, asked)
        return raw(b"1\r\nx\r\n", pause=0.05, times=400)(connection, asked)

    with serving(act) as server, pytest.raises(Stalled):
        get(pool, server.url, SHORT)


@pytest.mark.parametrize("announced", [1001, 10**12])
def test_too_large_by_header_is_not_read(pool: Pool, announced: int) -> None:
    with serving(answer(b"x", content_length=str(announced))) as server, pytest.raises(TooLarge):
        get(pool, server.url)


def test_too_large_by_body_is_cut(pool: Pool) -> None:
    endless = answer(b"400\r\n" + b"x" * 1024 + b"\r\n", transfer_encoding="chunked")
    with serving(endless) as server, pytest.raises(TooLarge):
        get(pool, server.url)


def test_exactly_the_bound_is_not_too_large(pool: Pool) -> None:
    with serving(answer(b"x" * 1000)) as server:
        assert len(get(pool, server.url).body) == 1000


def test_a_body_shorter_than_announced_is_truncated(pool: Pool) -> None:
    with serving(then_close(answer(b"abc", content_length="10"))) as server, pytest.raises(Truncated):
        get(pool, server.url)


def test_chunked_bodies_are_read_and_keep_the_connection(pool: Pool) -> None:
    with serving(answer(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", transfer_encoding="chunked")) as server:
        for _ in range(3):
            assert get(pool, server.url).body == b"abcde"
        assert server.connections == 1


def test_an_empty_body_keeps_the_connection(pool: Pool) -> None:
    with serving(answer(b"")) as server:
        for _ in range(3):
            assert get(pool, server.url).body == b""
        assert server.connections == 1


def test_redirects_are_answers_like_others(pool: Pool) -> None:
    with serving(answer(b"", 302, location="http://127.0.0.1:9/")) as server:
        redirect = get(pool, server.url)
        assert (redirect.status, redirect.headers["location"]) == (302, "http://127.0.0.1:9/")


def test_a_proxy_of_the_environment_carries_what_is_not_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(OK) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("://", "://me:pw@"))
        get(Pool(Clock()), "http://slack.invalid/api/auth.test")
        assert proxy.asked[0].path == "http://slack.invalid/api/auth.test"
        assert proxy.asked[0].headers["proxy-authorization"].startswith("Basic ")


def test_a_proxy_that_refuses_the_tunnel_means_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer(b"no", 403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(NeverSent):
            get(Pool(Clock()), "https://slack.invalid/api/auth.test")
        assert proxy.asked[0].verb == "CONNECT"


def test_what_no_proxy_names_goes_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(OK) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "slack.invalid")
        with pytest.raises(NeverSent):
            get(Pool(Clock()), "http://slack.invalid/")
        assert proxy.asked == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_loopback_hosts(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "slack.com", "localhost.evil.com", "127.0.0.1.evil.com", "10.0.0.1"])
def test_other_hosts(host: str) -> None:
    assert not is_loopback(host)


def test_a_scaled_time_out_keeps_its_floor() -> None:
    def slowly(connection: socket, asked: Asked) -> bool:
        gevent.sleep(0.05)
        return OK(connection, asked)

    with serving(slowly) as server:
        assert get(Pool(Clock(0.0001)), server.url, SHORT).status == 200
