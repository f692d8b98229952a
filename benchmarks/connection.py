"""Slack calls per TLS handshake, and what a call takes with and without the pool of kept-alive connections.

    python -m benchmarks.connection

The simulated Slack speaks plain HTTP, so `far_slack` stands before it: TLS with a self-signed certificate, ROUND_TRIP
seconds away. First the plugin answers QUESTIONS, as many at once as a small workspace may have. Then a pool like the
plugin's and slack_sdk alone, which connects for each call, make the same CALLS in turns.
"""

import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time
from typing import Any, NamedTuple

from slack_sdk import WebClient

from benchmarks.pair import deliver, mention
from clock import Clock
from simulators.dify import script
from simulators.dify.control import DifyControl
from simulators.launch import Running, launched
from simulators.slack.workspace import Workspace
from simulators.stack import INNER_KEY, MANIFEST, SimulatedDaemon
from slack_api import Pool
from slack_api.web import PooledWebClient

ROUND_TRIP = 0.05
QUESTIONS = 10
APART = 1.5  # seconds from one question to the next
SPEAKS = 4.0  # seconds of an answer
CALLS = 40


class Connection(NamedTuple):
    """Of the plugin: answers, calls of Slack and TLS handshakes. Milliseconds of a call, and of its processor time."""

    answers: int
    calls: int
    handshakes: int
    per_handshake: float
    pooled: float
    fresh: float
    ratio: float
    pooled_cpu: float
    fresh_cpu: float


@contextmanager
def far_slack() -> Iterator[tuple[Workspace, Running]]:
    """A simulated Slack, and the road to it."""
    with TemporaryDirectory() as folder, launched("simulators.slack", "--manifest", str(MANIFEST)) as slack:
        given = ("--to", slack.url, "--round-trip", str(ROUND_TRIP), "--folder", folder)
        with launched("benchmarks.far_slack", *given) as road:
            yield Workspace(slack.url), road


def handshakes(road: Running) -> int:
    """So far."""
    with socket.create_connection(("127.0.0.1", int(road.told["counts"]))) as sock:
        return int(sock.recv(64))


def through_the_plugin(slack: Workspace, road: Running, questions: int) -> tuple[int, int]:
    """Calls and handshakes of so many answers."""
    with launched("simulators.dify", "--inner-key", INNER_KEY) as dify:
        env = {
            "SLACK_API_URL": f"{road.url}/api/",
            "SLACK_FILES_URL": slack.url,
            "SSL_CERT_FILE": road.told["ca"],
        }
        daemon = SimulatedDaemon(dify.url, 1.0, env)
        try:
            daemon.ready()
            _ask(slack, DifyControl(dify.url), daemon, questions)
            return sum(counts.get("ok", 0) for counts in slack.call_counts().values()), handshakes(road)
        finally:
            daemon.stop()


def _ask(slack: Workspace, dify: DifyControl, daemon: SimulatedDaemon, questions: int) -> None:
    app = dify.app("connection", "chat")
    dify.script(script.say("one more word " * 20, SPEAKS), app)
    secrets = {"bot_token": slack.token, "signing_secret": slack.signing_secret}
    hook = daemon.add_hook({"app": {"app_id": app, "inputs": {}}, **secrets})
    slack.configure(events_url="")
    slack.rules(echo=False)
    for number in range(questions):
        user, channel = slack.add_user(f"asker-{number}"), slack.add_channel(f"connection-{number}")
        body = mention(slack, channel, user, f"go {number}")
        deliver(slack, f"{hook}/slack/events", body)
        time.sleep(APART)
    dify.wait_ended(questions, timeout=60)
    time.sleep(2.0)


def in_turns(url: str, token: str, authority: str, many: int) -> dict[str, tuple[float, float]]:
    """Milliseconds of a call and of its processor time, medians; to be run in a process of its own."""
    os.environ["SSL_CERT_FILE"] = authority  # before the pool makes the process's TLS context
    clients: dict[str, WebClient] = {
        "pooled": PooledWebClient(token, f"{url}/api/", Pool(Clock())),
        "fresh": WebClient(token, f"{url}/api/", ssl=ssl.create_default_context()),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in clients}
    for _ in range(many + 1):
        for name, client in clients.items():
            found[name].append(_timed(client.auth_test))
    return {
        name: (median(t[0] for t in times[1:]), median(t[1] for t in times[1:]))
        for name, times in found.items()
    }


def _timed(call: Callable[[], Any]) -> tuple[float, float]:
    began, busy = time.perf_counter(), thread_time()
    call()
    return (time.perf_counter() - began) * 1000, (thread_time() - busy) * 1000


def figures(questions: int = QUESTIONS, many: int = CALLS) -> Connection:
    """The plugin's, and those of the two clients."""
    with far_slack() as (slack, road):
        calls, shaken = through_the_plugin(slack, road, questions)
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            times = pool.submit(in_turns, road.url, slack.token, road.told["ca"], many).result()
    (pooled, pooled_cpu), (fresh, fresh_cpu) = times["pooled"], times["fresh"]
    return Connection(
        questions,
        calls,
        shaken,
        round(calls / shaken, 1),
        round(pooled, 1),
        round(fresh, 1),
        round(pooled / fresh, 2),
        round(pooled_cpu, 2),
        round(fresh_cpu, 2),
    )


if __name__ == "__main__":
    print(json.dumps(figures()._asdict()), flush=True)
