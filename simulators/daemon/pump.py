"""Moves lines over two file descriptors, a pipe pair or a socket, without a system call per line."""

import os
from collections import deque
from collections.abc import Callable

import gevent
from gevent.event import AsyncResult, Event
from gevent.socket import wait_read, wait_write

from simulators.daemon.lines import LINE_LIMIT, TOO_LONG

BACKLOG = 1 << 20


class Broken(OSError):
    """The other side is gone."""


class Pump:
    """One reader and one writer greenlet. `on_line` must not wait.

    `on_end` gets the reason, "" for end of file.
    """

    def __init__(
        self, read_fd: int, write_fd: int, on_line: Callable[[bytes], None], on_end: Callable[[str], None]
    ) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._on_line = on_line
        self._on_end = on_end
        self._queue: deque[bytes] = deque()
        self._written: deque[tuple[int, AsyncResult[None]]] = deque()
        self._queued = 0
        self._sent = 0
        self._wake = Event()
        self._drained = Event()
        self._drained.set()
        self.broken = False
        for fd in (read_fd, write_fd):
            os.set_blocking(fd, False)
        self._writer = gevent.spawn(self._write_all)
        self._reader = gevent.spawn(self._read_all)

    @property
    def backlog(self) -> int:
        """Bytes that wait to be written."""
        return self._queued - self._sent

    def write(self, line: bytes) -> None:
        """Queue a line; dropped when the other side is gone."""
        if self.broken:
            return
        self._queue.append(line)
        self._queued += len(line)
        self._wake.set()

    def write_gently(self, line: bytes) -> None:
        """Queue a line, and wait while too much waits already.

        A plugin that does not read slows Dify down.
        """
        self.write(line)
        if self.backlog > BACKLOG:
            self._drained.clear()
            self._drained.wait()

    def write_surely(self, line: bytes) -> None:
        """Queue a line and wait until it is with the other side; raise Broken if it never will be."""
        if self.broken:
            raise Broken
        self.write(line)
        done: AsyncResult[None] = AsyncResult()
        self._written.append((self._queued, done))
        done.get()

    def _write_all(self) -> None:
        try:
            while True:
                self._wake.wait()
                self._wake.clear()
                while self._queue:
                    data = memoryview(b"".join(self._queue))
                    self._queue.clear()
                    self._write_now(data)
        except OSError:
            self._break()

    def _write_now(self, data: memoryview) -> None:
        while data:
            try:
                count = os.write(self._write_fd, data)
            except BlockingIOError:
                wait_write(self._write_fd)
                continue
            data = data[count:]
            self._sent += count
            while self._written and self._written[0][0] <= self._sent:
                self._written.popleft()[1].set(None)
            if self.backlog <= BACKLOG:
                self._drained.set()

    def _break(self) -> None:
        self.broken = True
        self._queue.clear()
        self._drained.set()
        while self._written:
            self._written.popleft()[1].set_exception(Broken())

    def _read_all(self) -> None:
        reason = ""
        rest = b""
        try:
            while True:
                try:
                    data = os.read(self._read_fd, 1 << 16)
                except BlockingIOError:
                    wait_read(self._read_fd)
                    continue
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n") if b"\n" in data else (rest + data,)
                if len(rest) >= LINE_LIMIT or any(len(line) >= LINE_LIMIT for line in lines):
                    reason = TOO_LONG
                    break
                for line in lines:
                    if line:
                        self._on_line(line)
        except OSError as error:
            reason = str(error)
        self._break()
        self._on_end(reason)

    def stop(self) -> None:
        """End both greenlets, from another one; `on_end` is not called."""
        self._break()
        gevent.killall([self._writer, self._reader], block=False)
