import json
import os
import select
import time
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from dify_plugin import DifyPluginEnv
from dify_plugin.config.config import InstallMethod
from dify_plugin.core.entities.plugin.io import PluginInStream
from dify_plugin.core.runtime import Session
from dify_plugin.core.server.__base.filter_reader import FilterReader
from dify_plugin.core.server.io_server import IOServer
from dify_plugin.core.server.stdio.request_reader import StdioRequestReader
from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter
from dify_plugin.core.server.tcp.request_reader import TCPReaderWriter
from gevent.threadpool import ThreadPoolExecutor

from endpoints import standard_input
from endpoints.standard_input import AT_ONCE, ROUNDS, StandardInput


class Daemon:
    """The other end of the input, and what the plugin wrote to it."""

    def __init__(self) -> None:
        self.end, self._ours = os.pipe()
        self.input = StandardInput(self.end)
        self._loop = gevent.spawn(self.input.event_loop)

    @property
    def is_deaf(self) -> bool:
        """Whether nothing reads the input any more."""
        return bool(self._loop.dead)

    def write(self, raw: bytes) -> None:
        for begin in range(0, len(raw), AT_ONCE // 2):
            os.write(self._ours, raw[begin : begin + AT_ONCE // 2])
            with gevent.Timeout(10):
                while self._is_unread():
                    gevent.sleep(0.001)

    def _is_unread(self) -> bool:
        return bool(select.select([self.end], [], [], 0)[0])

    def close(self) -> None:
        self._loop.kill()
        os.close(self._ours)
        os.close(self.end)

    def hang_up(self) -> None:
        spare, self._ours = self._ours, os.open(os.devnull, os.O_WRONLY)
        os.close(spare)
        gevent.sleep(0.05)


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    found = Daemon()
    yield found
    found.close()


def line(call: str = "", **data: Any) -> bytes:
    """A request, or a line that answers a call."""
    event = "backwards_response" if call else "request"
    named = {"backwards_request_id": call, **data} if call else data
    return json.dumps({"session_id": "s", "event": event, "data": named}).encode() + b"\n"


def of_call(call: str) -> Any:
    return lambda found: found.data.get("backwards_request_id") == call


def taken(reader: FilterReader) -> list[Any]:
    found = []
    while not reader.queue.empty():
        found.append(reader.queue.get().data)
    return found


def test_line_reaches_the_reader_whose_filter_lets_it_pass(daemon: Daemon) -> None:
    one, other = (daemon.input.read(of_call(call)) for call in ("one", "other"))
    daemon.write(line("one", n=1) + line("other", n=2) + line("one", n=3))
    assert [found["n"] for found in taken(one)] == [1, 3]
    assert [found["n"] for found in taken(other)] == [2]


def test_later_line_of_a_call_asks_no_filter_again(daemon: Daemon) -> None:
    asked = []

    def asks(found: PluginInStream) -> bool:
        asked.append(found.data["n"])
        return bool(found.data["backwards_request_id"] == "one")

    reader = daemon.input.read(asks)
    daemon.write(line("one", n=1) + line("one", n=2) + line("other", n=3))
    assert [found["n"] for found in taken(reader)] == [1, 2]
    assert asked == [1, 3]


def test_line_that_several_readers_want_reaches_all_each_time(daemon: Daemon) -> None:
    readers = [daemon.input.read(lambda _: True) for _ in range(2)]
    daemon.write(line("one") + line("one"))
    assert [len(taken(reader)) for reader in readers] == [2, 2]


def test_closed_reader_gets_no_line(daemon: Daemon) -> None:
    reader = daemon.input.read(of_call("one"))
    daemon.write(line("one", n=1))
    reader.close()
    daemon.write(line("one", n=2))
    came = reader.queue.get()
    assert came is not None
    assert came.data["n"] == 1
    assert reader.queue.get() is None
    assert reader.queue.empty()
    assert daemon.input.readers == []


def test_reader_after_a_closed_one_gets_the_lines_of_the_same_name(daemon: Daemon) -> None:
    daemon.write(line(n=0))
    first = daemon.input.read(lambda found: found.event.value == "request")
    daemon.write(line(n=1))
    first.close()
    second = daemon.input.read(lambda found: found.event.value == "request")
    daemon.write(line(n=2))
    assert [found["n"] for found in taken(second)] == [2]


@pytest.mark.parametrize("size", [1, 7, AT_ONCE, 3 * AT_ONCE + 1])
def test_line_is_whole_however_the_input_is_cut(daemon: Daemon, size: int) -> None:
    reader = daemon.input.read(of_call("one"))
    raw = line("one", text="x" * size)
    for part in (raw[:5], raw[5:], b"\n\n", raw + raw[:9], raw[9:]):
        daemon.write(part)
    assert [len(found["text"]) for found in taken(reader)] == [size] * 3


@pytest.mark.parametrize("raw", [b"nonsense", b"[1]", b'{"event":"request"}', b'{"session_id":"s"}', b"\xff"])
def test_unreadable_line_is_told_and_costs_no_other_line(
    daemon: Daemon, raw: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = daemon.input.read(of_call("one"))
    daemon.write(raw + b"\n" + line("one", n=1))
    daemon.write(
        b'{"session_id":"s","event":"request","data":[]}\n{"session_id":"s","event":"x","data":{}}\n'
    )
    daemon.write(line("one", n=2))
    assert [found["n"] for found in taken(reader)] == [1, 2]
    assert capsys.readouterr().out.count('"event":"error"') == 3


def test_filter_that_raises_costs_no_other_reader_the_line(daemon: Daemon) -> None:
    def broken(_: object) -> bool:
        raise KeyError

    daemon.input.read(broken)
    reader = daemon.input.read(of_call("one"))
    daemon.write(line("one", n=1))
    assert len(taken(reader)) == 1


def test_input_that_has_ended_lets_others_run(daemon: Daemon) -> None:
    daemon.hang_up()
    with gevent.Timeout(5):
        for _ in range(5):
            gevent.sleep(0.001)
    assert not daemon.is_deaf


def test_two_calls_of_the_sdk_at_once_get_their_own_lines(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(
        session_id="s",
        executor=ThreadPoolExecutor(1),
        reader=daemon.input,
        writer=StdioResponseWriter(),
        install_method=InstallMethod.Local,
    )
    calls = [gevent.spawn(session.storage.get, key) for key in ("a", "b")]
    gevent.sleep(0.01)
    asked = [json.loads(found)["data"]["data"] for found in capsys.readouterr().out.split("\n\n") if found]
    keys = {one["request"]["key"]: one["backwards_request_id"] for one in asked}
    for key in ("b", "a"):
        told = {"event": "response", "message": "", "data": {"data": key.encode().hex()}}
        daemon.write(line(keys[key], **told) + line(keys[key], **told))
    gevent.joinall(calls, timeout=5)
    assert [call.value for call in calls] == [b"a", b"b"]
    assert daemon.input.readers == []


class Plugin:
    """What is replaced of the SDK's plugin."""

    def __init__(self, reader: object) -> None:
        self.request_reader = reader


def test_silent_rounds_are_told_together_and_none_is_left_out(daemon: Daemon) -> None:
    reader = daemon.input.read(of_call("a"))
    lines = reader.read(timeout_for_round=0.01)
    began = time.monotonic()
    assert [next(lines) for _ in range(2 * ROUNDS)] == [None] * 2 * ROUNDS
    assert time.monotonic() - began >= 2 * ROUNDS * 0.01
    daemon.write(line("a", n=1))
    assert next(found for found in lines if found).data["n"] == 1
    reader.close()
    assert [found for found in lines if found] == []


def test_only_the_reader_of_a_local_plugin_is_replaced() -> None:
    local, remote = Plugin(StdioRequestReader()), Plugin(TCPReaderWriter("", 0, ""))
    standard_input.install(local)
    standard_input.install(remote)
    assert isinstance(local.request_reader, StandardInput)
    assert isinstance(remote.request_reader, TCPReaderWriter)


def test_sdk_asks_its_plugin_for_the_reader_when_it_runs() -> None:
    """The product sets this attribute before the plugin runs."""
    code = IOServer._run.__code__.co_names + IOServer._setup_instruction_listener.__code__.co_names
    assert {"request_reader", "event_loop", "read"} <= set(code)
    assert DifyPluginEnv.model_fields["INSTALL_METHOD"].default is InstallMethod.Local
