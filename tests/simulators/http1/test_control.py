"""The two sides of the control API against each other, in one process."""

from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent.event import Event

from simulators.http1.control import ControlClient, ControlError
from simulators.http1.control_api import lines, serve_control
from simulators.http1.server import HttpServer

LONG = "a" * 200_000 + "\n"
began = Event()
go_on = Event()


def refuse(**arguments: int) -> None:
    raise ValueError(f"no: {arguments}")


def wait() -> str:
    began.set()
    go_on.wait()
    return "waited"


COMMANDS: dict[str, Callable[..., Any]] = {
    "echo": lambda value: value,
    "refuse": refuse,
    "wait": wait,
    "bytes": lambda: b"",
}


@pytest.fixture(autouse=True)
def _held() -> Iterator[None]:
    """`wait` waits until the test lets it go on."""
    began.clear()
    go_on.clear()
    yield
    go_on.set()


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer(0, lambda exchange: exchange.switch(lambda sock: serve_control(sock, COMMANDS)))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: HttpServer) -> Iterator[ControlClient]:
    client = ControlClient(server.url)
    yield client
    client.close()


@pytest.mark.parametrize("value", [None, 0, "é\n", LONG, {"a": [1, 2.5, True]}])
def test_call_gives_the_result_of_its_command(client: ControlClient, value: object) -> None:
    assert client.call("echo", value=value) == value
    assert client.call("echo", value=value) == value


@pytest.mark.parametrize(
    ("command", "arguments", "says"),
    [
        ("refuse", {"a": 1}, r"^refuse: ValueError: no: {'a': 1}$"),
        ("echo", {}, "^echo: TypeError: "),
        ("bytes", {}, "^bytes: TypeError: .*JSON"),
        ("dance", {}, "^dance: unknown; there are: bytes, echo, refuse, wait$"),
    ],
)
def test_refused_call_tells_why_and_the_next_call_goes_well(
    client: ControlClient, command: str, arguments: dict[str, int], says: str
) -> None:
    with pytest.raises(ControlError, match=says):
        client.call(command, **arguments)
    assert client.call("echo", value=1) == 1


def test_call_goes_beside_one_that_waits(client: ControlClient) -> None:
    waiting = gevent.spawn(client.call, "wait")
    assert began.wait(timeout=10)
    assert client.call("echo", value=1) == 1
    go_on.set()
    assert waiting.get(timeout=10) == "waited"


def test_call_without_an_answer_in_time_is_an_error(server: HttpServer) -> None:
    client = ControlClient(server.url, timeout=0.05)
    with pytest.raises(TimeoutError):
        client.call("wait")
    client.close()


def test_call_whose_connection_is_dropped_is_an_error_and_the_next_call_goes_well(
    server: HttpServer, client: ControlClient
) -> None:
    client.call("echo", value=1)
    waiting = gevent.spawn(client.call, "wait")
    assert began.wait(timeout=10)
    server.drop_all()
    with pytest.raises(OSError, match=r"reset|closed"):
        waiting.get(timeout=10)
    assert client.call("echo", value=1) == 1


def test_simulator_that_is_not_there_is_an_error() -> None:
    with pytest.raises(OSError, match="refused"):
        ControlClient("http://127.0.0.1:1").call("echo", value=1)


class Pieces:
    def __init__(self, *pieces: bytes) -> None:
        self._pieces = [*pieces, b""]

    def recv(self, _size: int) -> bytes:
        return self._pieces.pop(0)


def test_lines_are_the_same_in_whatever_pieces_they_come() -> None:
    for pieces in ((b"one\ntwo\n",), (b"o", b"ne", b"\nt", b"wo\n"), (b"one\n", b"two\nthr")):
        assert [*lines(Pieces(*pieces))] == [b"one", b"two"]
