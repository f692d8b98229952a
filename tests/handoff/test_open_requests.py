import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import gevent.event
import pytest
from gevent.server import StreamServer

from benchmarks.certificate import server_tls, write_certificate
from clock import Clock
from handoff.claims import CancellationRegistry
from handoff.open_requests import OpenRequests
from handoff.own_connection import OwnConnections

QUICK = Clock(0.001)


class Ends(CancellationRegistry):
    """Notes the names of the requests that have ended."""

    def __init__(self) -> None:
        super().__init__(QUICK)
        self.names: list[str] = []

    def ended(self, request: str) -> None:
        self.names.append(request)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield ours, theirs
    for one in (ours, theirs):
        one.close()


def wait_for(look: Callable[[], bool]) -> None:
    with gevent.Timeout(5):
        while not look():
            gevent.sleep(0.005)


def is_open(fileno: int) -> bool:
    try:
        os.fstat(fileno)
    except OSError:
        return False
    return True


def test_request_stays_open_while_bytes_come_and_ends_with_its_answer(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    (ours, theirs), ends = pair, Ends()
    fileno = ours.detach()
    OpenRequests(QUICK, ends).keep("r1", fileno)
    for _ in range(3):
        theirs.sendall(b"1\r\n.\r\n" * 2_000)
        gevent.sleep(0.02)
    assert ends.names == []
    assert is_open(fileno)
    theirs.close()
    wait_for(lambda: ends.names == ["r1"])
    assert not is_open(fileno)


def test_each_request_ends_by_its_own_name() -> None:
    ends, pairs = Ends(), [socket.socketpair() for _ in range(50)]
    kept = OpenRequests(QUICK, ends)
    for number, (ours, _) in enumerate(pairs):
        kept.keep(f"r{number}", ours.detach())
    for number in (7, 3):
        pairs[number][1].close()
        wait_for(lambda number=number: f"r{number}" in ends.names)  # type: ignore[misc]
    assert ends.names == ["r7", "r3"]
    for _, theirs in pairs:
        theirs.close()
    wait_for(lambda: len(ends.names) == len(pairs))


def test_request_that_the_other_side_resets_has_ended() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        ours = socket.create_connection(listening.getsockname())
        theirs, _ = listening.accept()
    ends = Ends()
    OpenRequests(QUICK, ends).keep("r1", ours.detach())
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    theirs.close()
    wait_for(lambda: ends.names == ["r1"])


def test_silent_request_ends_after_a_while_and_a_byte_puts_that_off(
    monkeypatch: pytest.MonkeyPatch, pair: tuple[socket.socket, socket.socket]
) -> None:
    monkeypatch.setattr("handoff.open_requests.WALL_FLOOR", 0.1)
    (ours, theirs), ends = pair, Ends()
    OpenRequests(QUICK, ends).keep("r1", ours.detach())
    for _ in range(4):
        gevent.sleep(0.06)
        theirs.sendall(b".")
    assert ends.names == []
    wait_for(lambda: ends.names == ["r1"])


def test_request_over_tls_stays_open_until_its_answer_ends(tmp_path: Path) -> None:
    """What comes is encrypted then, and nobody reads that."""
    certificate, key = write_certificate(tmp_path)
    goes_on = gevent.event.Event()

    def serve(connection: socket.socket, _: object) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n.")
        while not goes_on.wait(timeout=0.02):
            connection.sendall(b".")
        connection.close()

    server = StreamServer(("127.0.0.1", 0), serve, ssl_context=server_tls(certificate, key))
    server.start()
    ends = Ends()
    trusted = ssl.create_default_context(cafile=certificate)
    connection = OwnConnections(trusted).to(f"https://127.0.0.1:{server.server_port}/", 2.0)
    connection.open()
    assert connection.post(b"signed", {}, 2.0).read1(1) == b"."
    OpenRequests(QUICK, ends).keep("r1", connection.detach())
    connection.close()
    gevent.sleep(0.2)
    assert ends.names == []
    goes_on.set()
    wait_for(lambda: ends.names == ["r1"])
    server.stop(timeout=0.1)
