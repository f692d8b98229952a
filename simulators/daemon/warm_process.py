"""The program of the warm process: it imports what the plugin imports once, and forks a plugin process on request.

    python warm_process.py SOCKET ENTRYPOINT        (in the plugin's folder)

Each message on the socket brings the stdin, stdout and stderr of a new process; the answer is the pid of that process.
The new process is a child of the daemon, has the modules that the entry point imports at its top, and goes on as
`python -m ENTRYPOINT` does. Nothing else of the plugin has run: its modules keep nothing that belongs to one process.
This file itself imports nothing of the project.
"""

import _socket  # `socket` is for the plugin to import, after gevent has patched it
import ast
import ctypes
import gc
import importlib
import os
import runpy
import signal
import struct
import sys

LIBRARIES = (
    "dify_plugin",  # first: it patches the standard library for gevent
    "cachetools",
    "httpcore",  # httpx imports it for its first client
    "itsdangerous",
    "markdown_it",
    "redis",
    "slack_sdk",
    "urllib3",
    "werkzeug",
)
FDS = struct.Struct("3i")
PR_SET_PDEATHSIG = 1
# gevent replaces these three by functions that need its loop.
fork, waitpid, close = os.fork, os.waitpid, os.close


def load(entrypoint: str) -> None:
    """Import the libraries and the plugin's modules as the plugin would: found from its folder. Nothing is garbage."""
    sys.path[0] = os.getcwd()  # noqa: PTH109 - no module more than the plugin has
    gc.disable()
    for name in LIBRARIES:
        importlib.import_module(name)
    import_as(f"{entrypoint}.py")
    gc.freeze()
    gc.enable()


def import_as(program: str) -> None:
    """Run the imports at the top of a program, and nothing else of it."""
    with open(program, "rb") as source:  # noqa: PTH123 - no module more than the plugin has
        tree = ast.parse(source.read(), program)
    tree.body = [step for step in tree.body if isinstance(step, ast.Import | ast.ImportFrom)]
    exec(compile(tree, program, "exec"), {})  # noqa: S102 - the plugin's own lines


def serve(daemon: "_socket.socket") -> None:
    """Fork a process for each message. Return in the new processes alone; this one ends with the daemon."""
    daemon.send(b"ready")
    while True:
        message, ancillary, _, _ = daemon.recvmsg(1, _socket.CMSG_SPACE(FDS.size))
        if not message:
            os._exit(0)
        ((_, _, data),) = ancillary
        files = FDS.unpack(data)
        adopted, not_adopted = os.pipe()
        pid, tell_pid = os.pipe()
        between = fork()
        if not between:
            # When its parent is gone, a process belongs to the nearest ancestor that asked for it: to the daemon.
            plugin = fork()
            if plugin:
                os.write(tell_pid, str(plugin).encode())
                os._exit(0)
            close(not_adopted)
            os.read(adopted, 1)  # returns when the process between is gone
            begin(files)
            close_all(adopted, pid, tell_pid, daemon.detach())
            return
        waitpid(between, 0)
        daemon.send(os.read(pid, 20))
        close_all(adopted, not_adopted, pid, tell_pid, *files)


def begin(files: tuple[int, ...]) -> None:
    """Take the three files of a new process, and renew what it shares with the warm process."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    close_all(*files)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    gevent = importlib.import_module("gevent")
    gevent.reinit()  # an epoll of its own
    gevent.get_hub().loop.update_now()  # else its first timers count from the time of the import


def close_all(*files: int) -> None:
    """Close them."""
    for file in files:
        close(file)


if __name__ == "__main__":
    _, number, entrypoint = sys.argv
    load(entrypoint)
    serve(_socket.socket(fileno=int(number)))
    sys.argv = sys.argv[:1]  # the first one becomes the path of the module
    runpy.run_module(entrypoint, run_name="__main__", alter_sys=True)
