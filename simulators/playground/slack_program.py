"""`python -m simulators.playground.slack_program`: the simulated Slack with the playground's page in it."""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402 - nothing may be imported before the patch
import signal  # noqa: E402
import sys  # noqa: E402

from simulators.playground.site import Site  # noqa: E402
from simulators.slack.options import read_options  # noqa: E402
from simulators.slack.server import SlackServer  # noqa: E402


def main() -> None:
    """Serve until SIGTERM or SIGINT; takes the arguments of `python -m simulators.slack`."""
    server = SlackServer(read_options())
    server.add_area("playground", Site(server.double).serve)
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(json.dumps({"url": server.url}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
