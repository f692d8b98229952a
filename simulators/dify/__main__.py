"""python -m simulators.dify --port 0 --inner-key K [--time-scale S] [--files-url URL]."""

import argparse
import json

import gevent

from simulators.dify.commands import commands
from simulators.dify.server import Dify
from simulators.green_clock import GreenClock
from simulators.http1.control_api import PATH, serve_control
from simulators.http1.server import Exchange, HttpServer


def main() -> None:
    """Serve until killed; the first line on stdout is {"url": ...}."""
    parser = argparse.ArgumentParser(prog="simulators.dify")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--inner-key", required=True)
    parser.add_argument("--time-scale", type=float, default=1.0, help="the wall's seconds per design second")
    parser.add_argument(
        "--files-url", help="INTERNAL_FILES_URL; default: this server; '' as in Docker's defaults"
    )
    arguments = parser.parse_args()
    dify = Dify(GreenClock(arguments.time_scale), arguments.inner_key)
    table = commands(dify)

    def answer(exchange: Exchange) -> None:
        if exchange.request.target == PATH:
            exchange.switch(lambda sock: serve_control(sock, table))
        else:
            dify.answer(exchange)

    server = HttpServer(arguments.port, answer)
    dify.files.base = server.url if arguments.files_url is None else arguments.files_url
    server.start()
    print(json.dumps({"url": server.url}), flush=True)
    gevent.wait()


if __name__ == "__main__":
    main()
