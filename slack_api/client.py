"""The Web API methods the bridge uses, typed."""

from slack_api.lookups import Lookups
from slack_api.writes import Writes


class SlackApi(Writes, Lookups):
    """One bot token's calls. Cheap to build: connections and rates live in `pool` and `budget`."""
