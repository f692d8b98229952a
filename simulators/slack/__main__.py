"""`python -m simulators.slack`: prints one line of JSON once it listens."""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402 - nothing may be imported before the patch
import signal  # noqa: E402
import sys  # noqa: E402

from simulators.slack.options import read_options  # noqa: E402
from simulators.slack.server import SlackServer  # noqa: E402


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    server = SlackServer(read_options())
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(json.dumps({"url": server.url}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


main()
