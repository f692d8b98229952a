"""What came from Slack to each hook, for the self-check: kinds and times of requests, and why messages were ignored."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cachetools import LRUCache

from clock import Clock
from errors import Forged, RequestError
from slack_events.admission import Reason
from slack_events.envelope import (
    Envelope,
    Event,
    GroupChanged,
    HomeOpened,
    Invited,
    Other,
    Reacted,
    Removed,
    SessionStopped,
)

HOOKS: Final = 1_000
LONGEST_URL: Final = 501  # characters; a longer address is cut, so that it is none
INTERACTIVITY: Final = "interactivity"
COMMANDS: Final = "commands"
_KINDS: Final = 40  # of events that are remembered for a hook; an app subscribes to far fewer
_EVENTS: Final = {
    "im": "message.im",
    "mpim": "message.mpim",
    "channel": "message.channels",
    "group": "message.groups",
}


@dataclass(slots=True)
class SeenOfHook:
    """Times are epochs of the clock, None for never. `kinds` are names of subscriptions, with their last times.

    `app_id` and `team_id` are those of the last genuine request that named them, `url` is the `Dify-Hook-Url` of the
    last one. `ignored` counts reasons.
    """

    genuine: float | None = None
    forged: float | None = None
    app_id: str = ""
    team_id: str = ""
    url: str = field(default="", repr=False)
    kinds: LRUCache[str, float] = field(default_factory=lambda: LRUCache(_KINDS))
    ignored: Counter[Reason] = field(default_factory=Counter)


class SeenRequests:
    """One per process, and of this process alone. A forged request is noted apart: anybody can send one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hooks: LRUCache[str, SeenOfHook] = LRUCache(HOOKS)

    def of(self, hook_id: str) -> SeenOfHook:
        """What this process has seen for the hook."""
        return self._hooks.get(hook_id) or SeenOfHook()

    def came(self, hook_id: str, url: str) -> None:
        """Note the address at which a request with a valid signature came."""
        self._seen(hook_id).url = url[:LONGEST_URL]

    def event(self, hook_id: str, envelope: Envelope) -> None:
        """Note an events request with a valid signature."""
        match envelope:
            case Event(message):
                self._genuine(hook_id, _subscription(envelope), message.api_app_id, message.team_id)
            case Removed(_, kind) | Other(kind):
                self._genuine(hook_id, kind)
            case HomeOpened(team):
                self._genuine(hook_id, "app_home_opened", team_id=team)
            case Invited(team):
                self._genuine(hook_id, "member_joined_channel", team_id=team)
            case Reacted(message):
                self._genuine(hook_id, "reaction_added", message.api_app_id, message.team_id)
            case SessionStopped(team):
                self._genuine(hook_id, "agent_session_stopped", team_id=team)
            case GroupChanged(team):
                self._genuine(hook_id, "subteam_members_changed", team_id=team)
            case _:
                self._genuine(hook_id, "")

    def interaction(self, hook_id: str, app_id: str) -> None:
        """Note an interactivity request with a valid signature."""
        self._genuine(hook_id, INTERACTIVITY, app_id)

    def command(self, hook_id: str, app_id: str) -> None:
        """Note a slash command with a valid signature."""
        self._genuine(hook_id, COMMANDS, app_id)

    def refused(self, hook_id: str, error: RequestError, headers: Mapping[str, str]) -> None:
        """Note a request that looks like one of Slack's, with a signature that does not fit."""
        if isinstance(error, Forged) and any(name.lower() == "x-slack-signature" for name in headers):
            self._seen(hook_id).forged = self._clock.epoch()

    def ignored(self, hook_id: str, reason: Reason) -> None:
        """Note a message that is not answered."""
        self._seen(hook_id).ignored[reason] += 1

    def _genuine(self, hook_id: str, kind: str, app_id: str = "", team_id: str = "") -> None:
        seen, now = self._seen(hook_id), self._clock.epoch()
        seen.genuine = now
        if kind:
            seen.kinds[kind] = now
        seen.app_id = app_id or seen.app_id
        seen.team_id = team_id or seen.team_id

    def _seen(self, hook_id: str) -> SeenOfHook:
        return self._hooks.setdefault(hook_id, SeenOfHook())


def _subscription(event: Event) -> str:
    """The name under which an app subscribes to this event (docs/platform/slack.md#event-subscriptions)."""
    message = event.message
    return message.source if message.source != "message" else _EVENTS.get(message.channel_type, "")
