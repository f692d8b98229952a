"""The local runtime: N processes, round robin, started again when they die (docs/platform/dify.md#process-restart)."""

import signal

import gevent
from gevent.event import Event

from clock import Clock
from simulators.daemon.declaration import Declaration
from simulators.daemon.journal import Journal
from simulators.daemon.process import Process
from simulators.daemon.pump import Broken
from simulators.daemon.runtime import Begins, WriteFailed
from simulators.daemon.starting import Start

WRITE_BUDGET = 6.0  # design seconds for which a request is held while no process lives
START_LIMIT = 120.0  # the wall's seconds until the first heartbeat


class LocalRuntime:
    """`restart_delay`: design seconds from a death to the next start (the daemon looks every 5 s)."""

    def __init__(
        self,
        declaration: Declaration,
        start: Start,
        count: int,
        clock: Clock,
        journal: Journal,
        restart_delay: float,
    ) -> None:
        self._start = start
        self._count = count
        self._clock = clock
        self._journal = journal
        self.restart_delay = restart_delay
        self._declaration = declaration
        self.launched = False
        self.processes: list[Process] = []
        self._sessions: dict[str, Process] = {}
        self._some_ready = Event()
        self._turn = 0
        self._started = 0
        self._generation = 0

    @property
    def declaration(self) -> Declaration:
        """The manifest and the endpoint group of the plugin."""
        return self._declaration

    def start(self) -> None:
        """Start all processes."""
        for _ in range(self._count):
            self._spawn(self._generation)

    def _spawn(self, generation: int) -> None:
        if generation == self._generation:
            self._started += 1
            number = self._started - 1
            self.processes.append(Process(number, self._start, self._journal, self._ready, self._gone))

    def _ready(self, process: Process) -> None:
        del process
        self.launched = True
        self._some_ready.set()

    def _gone(self, process: Process) -> None:
        if process not in self.processes:
            return
        self.processes.remove(process)
        if not self._living():
            self._some_ready.clear()
        gevent.spawn_later(self._clock.wall(self.restart_delay), self._spawn, self._generation)

    def _living(self) -> list[Process]:
        return [process for process in self.processes if process.ready and not process.gone]

    def _pick(self) -> Process | None:
        living = self._living()
        if not living:
            self._some_ready.clear()
            return None
        self._turn += 1
        return living[self._turn % len(living)]

    def begin(self, session: Begins, line: bytes) -> int:
        """Write the request; held for 6 s while nothing lives.

        A start-up itself counts only at scale 1, where it is real.
        """
        deadline = self._clock.now() + WRITE_BUDGET
        why = "no proper instance"
        while True:
            process = self._pick()
            if process is not None:
                self._sessions[session.session_id] = process
                process.peer.listeners[session.session_id] = session.listen
                try:
                    process.peer.pump.write_surely(line)
                except Broken:
                    self.end(session.session_id)
                    why = "plugin instance stopped"
                else:
                    return process.number
            if not self._wait_ready(deadline):
                raise WriteFailed(f"{why}\nfailed to write request")
            if session.abandoned:
                raise WriteFailed("context canceled")

    def _wait_ready(self, deadline: float) -> bool:
        left = deadline - self._clock.now()
        if left > 0 and self._some_ready.wait(self._clock.wall(min(left, 0.3 if self._living() else left))):
            gevent.sleep(0)
            return True
        starting = any(not process.ready for process in self.processes)
        if self._clock.wall(1.0) < 1.0 and starting and self._some_ready.wait(START_LIMIT):
            return True
        return self._clock.now() < deadline

    def end(self, session_id: str) -> None:
        """Forget a session."""
        process = self._sessions.pop(session_id, None)
        if process is not None:
            process.peer.listeners.pop(session_id, None)

    def write(self, session_id: str, line: bytes, *, gently: bool = False) -> None:
        """Write to the session's process; a closed session has none (docs/platform/dify.md#request-lifetime)."""
        process = self._sessions.get(session_id)
        if process is None:
            return
        if gently:
            process.peer.pump.write_gently(line)
        else:
            process.peer.pump.write(line)

    def kill(self, index: int | None = 0) -> list[int]:
        """Kill -9 one process, None: all; gives the pids, once the daemon has noticed."""
        doomed = list(self.processes) if index is None else [self.processes[index]]
        for process in doomed:
            process.signal(signal.SIGKILL)
        while not all(process.gone for process in doomed):
            gevent.sleep(0.002)
        return [process.pid for process in doomed]

    def hold(self, index: int, *, held: bool) -> None:
        """Freeze a process or let it go on."""
        self.processes[index].signal(signal.SIGSTOP if held else signal.SIGCONT)

    def restart(self, count: int | None = None) -> None:
        """Replace all processes at once, by `count` of them.

        Nothing is launched until the first heartbeat.
        """
        self._generation += 1
        self._count = self._count if count is None else count
        old, self.processes = self.processes, []
        self.launched = False
        self._some_ready.clear()
        for process in old:
            process.signal(signal.SIGKILL)
        self.start()
