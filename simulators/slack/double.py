"""The double's parts, put together."""

from clock import Clock
from simulators.slack.calls import Calls
from simulators.slack.deliveries import Deliveries
from simulators.slack.faults import Faults
from simulators.slack.files_host import FilesHost
from simulators.slack.interactions import Interactions
from simulators.slack.manifest import Manifest
from simulators.slack.members import Members
from simulators.slack.options import Options
from simulators.slack.rules import Rules
from simulators.slack.socket_mode import SocketMode
from simulators.slack.web_api import WebApi
from simulators.slack.world import Install, World


class Double:
    """One workspace with one installed app."""

    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        install = Install(options.token, options.signing_secret)
        if options.manifest:
            manifest = Manifest.load(options.manifest)
            install.scopes, install.bot_events = manifest.scopes, manifest.bot_events
            install.home_tab = manifest.home_tab
        rules = Rules(tiers=options.tiers, patience_floor=options.patience_floor)
        self.world = World(clock or Clock(options.time_scale), install, rules)
        self.faults = Faults()
        self.calls = Calls()
        self.web_api = WebApi(self.world, self.calls, self.faults)
        self.files = FilesHost(self.world)
        self.socket_mode = SocketMode(self.world)
        self.deliveries = Deliveries(self.world, self.socket_mode)
        self.deliveries.url = options.events_url
        self.interactions = Interactions(self.world, self.socket_mode)
        self.interactions.url = options.interactions_url
        self.interactions.commands_url = options.commands_url
        self.members = Members(self.world, self.deliveries)
