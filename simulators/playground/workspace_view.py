"""The workspace as the page shows it: each message as each viewer sees it, status lines, Home tabs and modals."""

from collections.abc import Iterator

from simulators.playground.drawn import Names, draw_blocks, draw_parts
from simulators.slack.channels import Channel
from simulators.slack.double import Double
from simulators.slack.messages import Json, Message, State
from simulators.slack.posting import expire
from simulators.slack.viewers import shown_to
from simulators.slack.workspace import ANNA, BEN

VIEWERS = (ANNA, BEN)  # who sits before the page, and a colleague
KEPT = 200  # the newest messages of a channel


class WorkspaceView:
    """Reads; changes nothing but what time has changed."""

    def __init__(self, double: Double) -> None:
        self._world = double.world
        self._drawn: dict[
            str, dict[tuple[object, ...], list[Json]]
        ] = {}  # by ts; drawing is most of the work

    def hello(self) -> Json:
        """What stays: people, the bot, the two viewers."""
        people = {
            user.id: {"name": user.real_name, "bot": user.is_bot} for user in self._world.users.values()
        }
        return {"people": people, "bot": self._world.install.bot_user, "viewers": list(VIEWERS)}

    def channels(self) -> list[Json]:
        """Those that a viewer is in, in the order of their making, direct messages last."""
        found = [one for one in self._world.channels.values() if one.members & set(VIEWERS)]
        return [
            {"id": one.id, "name": one.name, "kind": one.kind, "viewers": sorted(one.members & set(VIEWERS))}
            for one in sorted(found, key=lambda one: one.kind == "im")
        ]

    def messages(self) -> dict[str, Json]:
        """By their ts; what a viewer sees of each stands under `views`, deleted ones are left out."""
        names = self._names()
        shown = {}
        for channel in list(self._world.channels.values()):
            for message in list(channel.messages.values())[-KEPT:]:
                if not message.deleted:
                    shown[message.ts] = self._message(channel, message, names)
        for message in self._world.ephemeral:
            if not message.deleted:
                shown[message.ts] = self._message(self._world.channels[message.channel], message, names)
        return shown

    def statuses(self) -> dict[str, str]:
        """The lines that are shown now, by the channel and the thread with a colon between them."""
        now, lifetime = self._world.design(), self._world.rules.status_seconds
        return {
            f"{channel.id}:{thread}": text
            for channel in list(self._world.channels.values())
            for thread, line in channel.statuses.items()
            if (text := line.current(now, lifetime))
        }

    def homes(self) -> dict[str, list[Json]]:
        """The Home tab of each viewer who has one."""
        names = self._names()
        return {
            user: draw_blocks(self._world.homes[user]["blocks"], names)
            for user in VIEWERS
            if user in self._world.homes
        }

    def modals(self) -> list[Json]:
        """The modals that viewers have open, the oldest first."""
        return list(self._modals())

    def _modals(self) -> Iterator[Json]:
        for modal in self._world.modals.values():
            if modal.user in VIEWERS:
                said = {
                    name: str((modal.view.get(name) or {}).get("text") or "")
                    for name in ("title", "submit", "close")
                }
                blocks = draw_blocks(modal.view["blocks"], self._names())
                yield said | {"id": modal.view["id"], "user": modal.user, "blocks": blocks}

    def _names(self) -> Names:
        world = self._world
        return {user.id: user.real_name for user in world.users.values()} | {
            one.id: one.name for one in world.channels.values()
        }

    def _message(self, channel: Channel, message: Message, names: Names) -> Json:
        expire(self._world, message)
        views: dict[str, Json | None] = {}
        for user in VIEWERS:
            state = shown_to(self._world, channel, message, user)
            views[user] = None
            if state is not None:
                views[user] = {"blocks": self._blocks(message, state, names), "live": state.streaming}
        return {
            "channel": message.channel,
            "ts": message.ts,
            "thread_ts": message.thread_ts,
            "author": message.user,
            "name": names.get(message.user, message.username or message.user),
            "app": bool(message.bot_id),
            "ours": message.bot_id == self._world.install.bot_id,
            "edited": bool(message.edited) and not message.bot_id,
            "broadcast": message.broadcast,
            "ephemeral": bool(message.ephemeral_for),
            "files": [
                {"name": str(one.get("name")), "type": str(one.get("mimetype"))} for one in message.files
            ],
            "reactions": {name: list(users) for name, users in message.reactions.items() if users},
            "views": views,
        }

    def _blocks(self, message: Message, state: State, names: Names) -> list[Json]:
        """Drawn once for each state that somebody sees; the last few are kept."""
        key = (state.at, state.count, state.streaming, state.method, str(state.log[:1]))
        known = self._drawn.setdefault(message.ts, {})
        if key not in known:
            if len(known) >= 2 * len(VIEWERS):
                del known[next(iter(known))]
            known[key] = draw_parts(state.parts(), names)
        return known[key]
