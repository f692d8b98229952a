"""A road to the simulated Slack as the real one has it: TLS, and a distance. A program of its own.

    python -m benchmarks.far_slack --to http://127.0.0.1:8000 --round-trip 0.05 --folder /tmp/somewhere

Its first line names the `url` to call, the file `ca` with the self-signed certificate to trust, and `counts`, a port
that answers each connection with how many TLS handshakes there were. Each byte takes half of the round trip, in each
direction. A new connection waits for one round trip more, which stands for TCP's own handshake: on this machine that
one takes no time.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402 - nothing may be imported before the patch
import json  # noqa: E402
import socket  # noqa: E402
import ssl  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from contextlib import suppress  # noqa: E402
from pathlib import Path  # noqa: E402
from urllib.parse import urlsplit  # noqa: E402

import gevent  # noqa: E402
from gevent.queue import SimpleQueue  # noqa: E402
from gevent.server import StreamServer  # noqa: E402

from benchmarks.certificate import HOST, write_certificate  # noqa: E402

PIECE = 65_536


def pump(come: socket.socket, go: socket.socket, delay: float) -> None:
    """Each byte that comes goes on `delay` seconds later, until one side closes."""
    held: SimpleQueue[tuple[float, bytes] | None] = SimpleQueue()

    def send() -> None:
        while piece := held.get():
            due, data = piece
            time.sleep(max(0.0, due - time.monotonic()))
            with suppress(OSError):
                go.sendall(data)
        with suppress(OSError):
            go.shutdown(socket.SHUT_RDWR)

    gevent.spawn(send)
    with suppress(OSError):
        while data := come.recv(PIECE):
            held.put((time.monotonic() + delay, data))
    held.put(None)


def between(near: socket.socket, far: socket.socket, delay: float) -> None:
    """Both directions."""
    for one in (near, far):
        with suppress(OSError):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    gevent.joinall([gevent.spawn(pump, near, far, delay), gevent.spawn(pump, far, near, delay)])
    for one in (near, far):
        one.close()


def listen(serve: Callable[[socket.socket, tuple[str, int]], None]) -> int:
    """A server on a free port."""
    server = StreamServer((HOST, 0), serve)
    server.start()
    return int(server.server_port or 0)


def main() -> None:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.far_slack")
    parser.add_argument("--to", required=True)
    parser.add_argument("--round-trip", type=float, default=0.0)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    certificate, key = write_certificate(given.folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    slack = urlsplit(given.to)
    handshakes = 0

    def end_of_tls(sock: socket.socket, _address: tuple[str, int]) -> None:
        nonlocal handshakes
        with suppress(OSError):
            secured = context.wrap_socket(sock, server_side=True)
            handshakes += 1
            between(secured, socket.create_connection((slack.hostname or HOST, slack.port or 80)), 0.0)

    inner = listen(end_of_tls)

    def distance(sock: socket.socket, _address: tuple[str, int]) -> None:
        time.sleep(given.round_trip)
        between(sock, socket.create_connection((HOST, inner)), given.round_trip / 2)

    outer = listen(distance)
    counts = listen(lambda sock, _: sock.sendall(f"{handshakes}\n".encode()))
    told = {"url": f"https://{HOST}:{outer}", "ca": str(certificate), "counts": counts}
    print(json.dumps(told), flush=True)
    gevent.wait()


if __name__ == "__main__":
    main()
