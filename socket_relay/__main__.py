"""`python -m socket_relay [FILE]`: relay until SIGTERM or SIGINT; FILE holds settings as `NAME=value` lines."""

import logging
import os
import signal
import sys
from pathlib import Path
from threading import Thread

from socket_relay.delivery import Delivery
from socket_relay.health import serve_health
from socket_relay.keeper import Addresses, Keeper, TokenError
from socket_relay.relay import Relay
from socket_relay.settings import RelaySettingsError, read_settings


def main() -> None:
    """Ends with code 2 where a setting or the token must be mended first."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, stream=sys.stdout)
    for library in ("urllib3", "slack_sdk", "socket_relay.link.wire"):
        # At DEBUG they write tokens, tickets and payloads; slack_sdk's errors may hold an address.
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        settings = read_settings(os.environ, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
        relay = Relay(Delivery(settings))
        keeper = Keeper(Addresses(settings.app_token, settings.slack_api_url), relay)
        serve_health(settings.health_host, settings.health_port, keeper)
        # In a thread: the signal may find the main thread inside the lock that `stop` needs.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: Thread(target=keeper.stop).start())
        keeper.run()
        keeper.close()
        relay.stop()
    except (RelaySettingsError, TokenError) as error:
        logging.critical("%s", error)  # noqa: LOG015 - the program's last word
        sys.exit(2)
    except OSError as error:
        logging.critical("HEALTH_ADDRESS: cannot listen there (%s)", type(error).__name__)  # noqa: LOG015
        sys.exit(2)


main()
