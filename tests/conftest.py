"""`dify_plugin` comes first: it patches the standard library for gevent.

See docs/architecture.md#d8-only-greenlets-call-the-sdk.
"""

import dify_plugin  # noqa: F401, I001 - for its side effect, before anything imports ssl or threading

import gc
import os

from hypothesis import HealthCheck, settings

from main import GARBAGE_AFTER

# The libraries are no garbage, and Python looks for garbage as often as in the plugin's process (main.py).
gc.collect()
gc.freeze()
gc.set_threshold(*GARBAGE_AFTER)

# Few examples and no clock, since the machine is shared; the same each time, so that the gate says the same of a tree.
settings.register_profile(
    "quick", max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("brief", settings.get_profile("quick"), max_examples=10)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE_OF_TESTS", "quick"))
