"""A plugin whose endpoints tell what they see; it waits 3 s for Dify where others wait 250."""

from dify_plugin import DifyPluginEnv, Plugin

plugin = Plugin(DifyPluginEnv(MAX_REQUEST_TIMEOUT=120, MAX_INVOCATION_TIMEOUT=3))

if __name__ == "__main__":
    plugin.run()
