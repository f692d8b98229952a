"""The plugin's process: started by Dify's plugin daemon as `python -m main`."""

from dify_plugin import DifyPluginEnv, Plugin  # isort: skip  # first: it patches for gevent

import gc
from contextlib import suppress

from dify_plugin.core.runtime import Session
from gevent import config

from endpoints import standard_input, unreadable
from errors import SettingsError
from wiring import container

# An open turn holds one worker, and the event that hands the message off a second one: with the SDK's 1,000 workers a
# burst makes each wait for the other (docs/platform/dify.md#worker-limit). The process takes 400 turns at once
# (handoff/claims.py). The SDK's executor loses count of its idle workers under load and makes new ones up to this
# number, some 5 KB each: so not many more.
MAX_WORKER = 4_000
# The SDK gives an app up after 250 s without an event; a turn has its own, longer clock (turns/limits.py).
MAX_INVOCATION_TIMEOUT = 600
# Looking for garbage among what the SDK loads, and after every 700 objects, took a fifth of the time of a burst.
# Python's own distance between the looks at what is older would leave some MiB of it lying about.
GARBAGE_AFTER = (10_000, 5, 2)

# gevent notes for each greenlet who began it and where, for debuggers: 1 KB each, and a turn has several.
config.track_greenlet_tree = False

if __name__ == "__main__":
    unreadable.install()
    plugin = Plugin(DifyPluginEnv(MAX_WORKER=MAX_WORKER, MAX_INVOCATION_TIMEOUT=MAX_INVOCATION_TIMEOUT))
    standard_input.install(plugin)
    with suppress(SettingsError):  # each request tells it
        container()  # takes a tenth of a second, for which the first question would wait
    Session.empty_session()  # loads modules that the SDK else loads at the first request
    gc.freeze()
    gc.set_threshold(*GARBAGE_AFTER)
    plugin.run()
