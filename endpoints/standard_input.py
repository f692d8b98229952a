"""Reads what the daemon writes to the plugin's standard input, in place of the SDK's reader.

The SDK gives each read to a thread, makes a parser for each line, and offers each line to every open call
(docs/platform/dify.md#line-readers). Here the event loop waits for the input, and a line goes at once to the call that
took the line before it. What a line says, and which call takes it, is still decided by the SDK.
"""

import os
import time
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

from dify_plugin import Plugin
from dify_plugin.core.entities.plugin.io import PluginInStream, PluginInStreamEvent
from dify_plugin.core.server.__base.filter_reader import FilterReader
from dify_plugin.core.server.stdio.request_reader import StdioRequestReader
from gevent import get_hub
from gevent.queue import Empty, SimpleQueue
from pydantic_core import from_json

from endpoints.standard_output import StandardOutput
from turns import logger, where

AT_ONCE = 65_536  # bytes; a pipe holds no more
STDIN = 0  # its number
ROUNDS = 10
"""Rounds of the SDK, each a second, that are waited for at once: an open call whose app is silent costs little then."""
_READABLE = 1
_PAUSE = 0.01  # wall seconds after an error, or after the input's end, so that the SDK's other work goes on

type Filter = Callable[[PluginInStream], bool]
type LineName = tuple[object, object]


class LineReader(FilterReader):  # type: ignore[misc]  # the SDK is not typed
    """The SDK's reader of the lines of one call, or of all requests, with a queue that greenlets wait at cheaply."""

    name: LineName | None = None
    """The name of the lines that only this reader takes, once one has come."""

    def __init__(self, filter: Filter, close_callback: Callable[[], None]) -> None:  # noqa: A002 - the SDK's name
        super().__init__(filter, close_callback)
        self.queue: SimpleQueue[PluginInStream | None] = SimpleQueue()

    def read(self, timeout_for_round: float | None = None) -> Iterator[PluginInStream | None]:
        """The lines until the reader is closed. After each silent round comes a None, but always ROUNDS together.

        The SDK gives a call up after so many rounds, and does nothing in a silent one.
        """
        at_once = None if timeout_for_round is None else timeout_for_round * ROUNDS
        while True:
            try:
                line = self.queue.get(timeout=at_once)
            except Empty:
                yield from repeat(None, ROUNDS)
                continue
            if line is None:
                return
            yield line


class StandardInput(StdioRequestReader):  # type: ignore[misc]  # the SDK is not typed
    """Needs no lock: its greenlets share one thread, and none waits between reading the state and changing it."""

    def __init__(self, fileno: int = STDIN) -> None:
        super().__init__()
        self._fileno = fileno
        self._writer = StandardOutput()
        self._takers: dict[LineName, LineReader] = {}

    def read(self, filter: Filter) -> LineReader:  # noqa: A002 - the SDK's name
        """A reader of the lines that the filter lets pass, until the reader is closed."""
        reader: LineReader = LineReader(filter, lambda: self._forget(reader))
        self.readers.append(reader)
        return reader

    def event_loop(self) -> None:
        """Read for ever. An error costs its line."""
        while True:
            try:
                for raw in self._lines():
                    self._take(raw)
            except Exception as error:  # noqa: BLE001 - without this loop the process hears of nothing any more
                logger.error("the daemon's lines could not be read: %s", where(error))
            time.sleep(_PAUSE)

    def _lines(self) -> Iterator[bytes]:
        """The lines until the input ends."""
        hub = get_hub()
        ready = hub.loop.io(self._fileno, _READABLE)
        begun: list[bytes] = []  # the parts of a line that has not ended yet
        try:
            while True:
                hub.wait(ready)  # then the read waits for nothing, although the input is a blocking one
                if not (data := os.read(self._fileno, AT_ONCE)):
                    return
                first, *others = data.split(b"\n")
                begun.append(first)
                if others:
                    yield b"".join(begun)
                    yield from others[:-1]
                    begun = others[-1:]
        finally:
            ready.close()

    def _take(self, raw: bytes) -> None:
        """Give the line to the call that it belongs to."""
        if not (raw := raw.strip()):
            return
        try:
            line = self._line(from_json(raw))
            name = _name(line)
        except Exception as error:  # noqa: BLE001 - as the SDK does
            self._writer.error(data={"error": str(error)})
            return
        if (taker := self._takers.get(name)) is not None:
            taker.write(line)
            return
        takers = [reader for reader in self.readers if _lets_pass(reader, line)]
        for reader in takers:
            reader.write(line)
        if len(takers) == 1:
            takers[0].name = name
            self._takers[name] = takers[0]

    def _line(self, fields: dict[str, Any]) -> PluginInStream:
        return PluginInStream(
            session_id=fields["session_id"],
            conversation_id=fields.get("conversation_id"),
            message_id=fields.get("message_id"),
            app_id=fields.get("app_id"),
            endpoint_id=fields.get("endpoint_id"),
            event=PluginInStreamEvent.value_of(fields["event"]),
            data=fields["data"],
            context=fields.get("context"),
            reader=self,
            writer=self._writer,
        )

    def _forget(self, reader: LineReader) -> None:
        if reader in self.readers:
            self.readers.remove(reader)
        if reader.name is not None and self._takers.get(reader.name) is reader:
            del self._takers[reader.name]


def _name(line: PluginInStream) -> LineName:
    """The event and the call that the line answers, None for a request. The filters of the SDK look at nothing else."""
    return line.event, line.data.get("backwards_request_id")


def _lets_pass(reader: LineReader, line: PluginInStream) -> bool:
    try:
        return bool(reader.filter(line))
    except Exception as error:  # noqa: BLE001 - the line may be another reader's
        logger.error("a filter of the SDK broke: %s", where(error))
        return False


def install(plugin: Plugin) -> None:
    """Let the plugin read so, if the daemon started it. In remote debugging the SDK reads from a connection."""
    if type(plugin.request_reader) is StdioRequestReader:
        plugin.request_reader = StandardInput()
