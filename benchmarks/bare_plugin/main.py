"""The bare plugin's process. It runs the SDK with the same limits as the plugin does (main.py of the project)."""

from dify_plugin import DifyPluginEnv, Plugin  # isort: skip  # first: it patches for gevent

import gc

from dify_plugin.core.runtime import Session

if __name__ == "__main__":
    plugin = Plugin(DifyPluginEnv(MAX_WORKER=4_000, MAX_INVOCATION_TIMEOUT=600))
    Session.empty_session()
    gc.freeze()
    gc.set_threshold(10_000, 5, 2)
    plugin.run()
