"""`make demo`: the playground in a browser; without a terminal to print its address in, the demo as text."""

import argparse
import os
import signal
import sys
import threading
import webbrowser
from types import FrameType

from simulators.demo.__main__ import main as terminal_demo
from simulators.http1.control import ControlError
from simulators.playground.playground import PORT, Playground, free_port

HOW = """
  The playground:  {url}

  Open it in a browser on this machine. From another one: ssh -L {port}:127.0.0.1:{port} <this machine>
  {app}
  Ctrl-C ends it. The demo without a browser: make demo-terminal
"""


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m simulators.playground")
    parser.add_argument(
        "--serve", action="store_true", help="serve the page even if the output is no terminal"
    )
    parser.add_argument("--terminal", action="store_true", help="the demo as text, in this terminal")
    parser.add_argument("--port", type=int, help=f"default: {PORT} if it is free, else any")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    asked = parser.parse_args()
    if asked.terminal or not (asked.serve or sys.stdout.isatty()):
        sys.argv = sys.argv[:1]
        return terminal_demo()
    return _serve(free_port() if asked.port is None else asked.port, browser=not asked.no_browser)


def _serve(port: int, *, browser: bool) -> int:
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        ended.set()

    real = (os.environ.get("DIFY_API_URL", "").rstrip("/"), os.environ.get("DIFY_API_KEY", ""))
    if any(real) and not all(real):
        sys.stderr.write("For an app of your own set both, DIFY_API_URL (it ends in /v1) and DIFY_API_KEY.\n")
        return 1
    sys.stdout.write("Starting a Slack, a Dify and a plugin daemon, all simulated, and in it the plugin …\n")
    sys.stdout.flush()
    try:
        playground = Playground.start(port=port, real=real)
    except KeyboardInterrupt:
        return 130
    except (ControlError, RuntimeError) as error:
        sys.stderr.write(f"It did not start: {error}\n")
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        app = (
            f"Your own app answers: {real[0]}"
            if real[0]
            else "Scripted apps answer; DIFY_API_URL and DIFY_API_KEY name one of yours."
        )
        sys.stdout.write(
            HOW.format(url=playground.url, port=playground.url.split(":")[2].split("/")[0], app=app)
        )
        sys.stdout.flush()
        if browser and (
            os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin"
        ):
            webbrowser.open(playground.url)
        ended.wait()
    finally:
        playground.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
