"""python -m simulators.daemon --plugin DIR --dify-url URL --inner-key K; see --help."""

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import gevent

from simulators.daemon.commands import commands
from simulators.daemon.daemon import Daemon, Settings
from simulators.daemon.local_runtime import LocalRuntime
from simulators.daemon.raw_request import BODY_LIMIT
from simulators.daemon.remote_runtime import RemoteRuntime
from simulators.green_clock import GreenClock
from simulators.http1.control_api import PATH, serve_control
from simulators.http1.server import Exchange, HttpServer

# What a plugin finds in a real daemon's environment and must never print (docs/platform/dify.md#plugin-environment);
# tests look for "never-print".
KEYS = {
    "SERVER_KEY": "never-print-server-key",
    "DIFY_INNER_API_KEY": "never-print-inner-key",
    "DB_PASSWORD": "never-print-database",
    "REDIS_PASSWORD": "never-print-redis",
}


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulators.daemon")
    add = parser.add_argument
    add("--port", type=int, default=0)
    add("--plugin", type=Path, required=True, help="the plugin's folder")
    add("--dify-url", required=True)
    add("--inner-key", required=True)
    add("--time-scale", type=float, default=1.0, help="the wall's seconds per design second")
    add("--mode", choices=("local", "remote"), default="local")
    add("--processes", type=int, default=1, help="plugin processes behind the hooks, round robin")
    add("--warm", action="store_true", help="fork the processes from one that has done their imports")
    add("--python", default=sys.executable, help="interpreter of the plugin")
    add("--env", action="append", default=[], metavar="K=V", help="more environment for the plugin")
    add("--storage-dir", type=Path, help="default: a new temporary folder")
    add("--remote-port", type=int, default=0)
    add("--remote-key", default="")
    add(
        "--read-limit",
        type=float,
        default=240.0,
        help="DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT, design seconds",
    )
    add("--execution-limit", type=float, default=600.0, help="PLUGIN_MAX_EXECUTION_TIMEOUT, design seconds")
    add(
        "--restart-delay",
        type=float,
        default=3.0,
        help="design seconds from a process's death to the next one's start",
    )
    add("--storage-latency", default="0,0", metavar="READ,WRITE", help="design seconds; real: 0.0007,0.0024")
    return parser.parse_args()


def _environment(arguments: argparse.Namespace, port: int) -> dict[str, str]:
    daemon = {
        "SERVER_PORT": str(port),
        "DIFY_INNER_API_URL": arguments.dify_url,
        "PLUGIN_MAX_EXECUTION_TIMEOUT": str(int(arguments.execution_limit)),
    }
    extra = dict(pair.split("=", 1) for pair in arguments.env)
    return os.environ | KEYS | daemon | {"INSTALL_METHOD": "local"} | extra


def main() -> None:
    """Serve until killed; the first line on stdout is {"url": ...}."""
    arguments = _parse()
    gevent.signal_handler(signal.SIGTERM, sys.exit, 0)
    answers: list[Daemon] = []

    def answer(exchange: Exchange) -> None:
        if exchange.request.target == PATH:
            exchange.switch(lambda sock: serve_control(sock, table))
        else:
            answers[0].answer(exchange)

    server = HttpServer(arguments.port, answer, body_limit=BODY_LIMIT)
    settings = Settings(
        arguments.plugin.resolve(),
        arguments.dify_url,
        arguments.inner_key,
        arguments.python,
        _environment(arguments, server.port),
        arguments.storage_dir or Path(tempfile.mkdtemp(prefix="daemon-storage-")),
        arguments.processes,
        arguments.mode == "remote",
        arguments.remote_port,
        arguments.remote_key,
        read_limit=arguments.read_limit,
        execution_limit=arguments.execution_limit,
        restart_delay=arguments.restart_delay,
        warm=arguments.warm,
    )
    daemon = Daemon(settings, GreenClock(arguments.time_scale))
    answers.append(daemon)
    table = commands(daemon, server)
    read, write = (float(part) for part in arguments.storage_latency.split(","))
    table["storage_latency"](read, write)
    told = {"url": server.url}
    if isinstance(daemon.runtime, RemoteRuntime):
        told |= {"remote": daemon.runtime.address, "remote_key": daemon.runtime.key}
    server.start()
    print(json.dumps(told), flush=True)
    if isinstance(daemon.runtime, LocalRuntime):
        daemon.runtime.start()
    gevent.wait()


if __name__ == "__main__":
    main()
