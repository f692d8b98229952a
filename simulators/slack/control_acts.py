"""Control calls that let people, other apps and Slack itself act."""

import base64
from dataclasses import asdict
from typing import Any

from simulators.slack.double import Double
from simulators.slack.files_host import VARIANTS
from simulators.slack.messages import Json, Message
from simulators.slack.sending import Sending
from simulators.slack.streams import end_stream
from simulators.slack.uploads import StoredFile


class Acts:
    """Each public method is a call of the control API."""

    def __init__(self, double: Double) -> None:
        self._world = double.world
        self._members = double.members
        self._interactions = double.interactions
        self._deliveries = double.deliveries

    def say(self, channel: str, user: str, text: str, sending: Json | None = None, **more: Any) -> Json:
        """`more` as in Members.say: thread_ts, subtype, bot_id, files, attachments, blocks and others."""
        said = self._members.say(channel, user, text, sending=Sending.read(sending), **more)
        return {"ts": said.ts}

    def forward(self, source: str, ts: str, sending: Json | None = None, **more: Any) -> Json:
        """`more` as in Members.forward: channel_id, user, comment, thread_ts."""
        said = self._members.forward(source, ts, sending=Sending.read(sending), **more)
        return {"ts": said.ts}

    def say_together(self, acts: list[Json]) -> Json:
        """Many messages whose events leave at one instant; the timestamps in the same order."""
        return {"ts": [self.say(**act)["ts"] for act in acts]}

    def edit(self, channel: str, ts: str, text: str, sending: Json | None = None) -> Json:
        """A member's edit."""
        self._members.edit(channel, ts, text, sending=Sending.read(sending))
        return {}

    def delete(self, channel: str, ts: str) -> Json:
        """A member deletes a message."""
        self._members.delete(channel, ts)
        return {}

    def archive(self, channel: str) -> Json:
        """A member archives a channel; no event that the app subscribes to tells of that."""
        self._world.channels[channel].archived = True
        return {}

    def unfurl(self, channel: str, ts: str) -> Json:
        """message_changed without an edit."""
        self._members.unfurl(channel, ts)
        return {}

    def regroup(self, group: str, users: list[str]) -> Json:
        """The members of a user group change."""
        self._members.regroup(group, users)
        return {}

    def invite(self, channel: str, inviter: str) -> Json:
        """A member ("" for nobody) invites the bot."""
        self._members.invite(channel, inviter)
        return {}

    def open_home(self, user: str, tab: str = "home") -> Json:
        """A member opens a tab of the bot."""
        self._members.open_home(user, tab)
        return {}

    def react(self, channel: str, user: str, ts: str, name: str, sending: Json | None = None) -> Json:
        """A member reacts to a message."""
        self._members.react(channel, user, ts, name, Sending.read(sending))
        return {}

    def take_reaction_off(self, channel: str, user: str, ts: str, name: str) -> Json:
        """A member takes a reaction off."""
        self._members.take_reaction_off(channel, user, ts, name)
        return {}

    def stop_session(self, channel: str, user: str, thread_ts: str, *, refuses: bool) -> Json:
        """A member presses Slack's own Stop button in a thread."""
        self._members.stop_session(channel, user, thread_ts, refuses=refuses)
        return {}

    def event(self, event: Json, sending: Json | None = None) -> Json:
        """Any event in an envelope; the delivery's number, 0 if nothing was sent."""
        sent = self._members.event(event, Sending.read(sending))
        return {"number": 0 if sent is None else sent.number}

    def again(self, number: int, retry: int = 1) -> Json:
        """A delivery once more, as Slack's retry; the new one's number."""
        return {"number": self._deliveries.again(number, retry).number}

    def body(self, body: Json) -> Json:
        """Any body, signed, without retries."""
        sent = self._members.body(body)
        return {"number": 0 if sent is None else sent.number}

    def press(self, channel: str, ts: str, user: str, action_id: str, value: str | None = None) -> Json:
        """A button; waits for the app's answer."""
        return asdict(self._interactions.press(self._find(channel, ts), user, action_id, value))

    def vote(self, channel: str, ts: str, user: str, positive: bool) -> Json:
        """A thumb of feedback buttons; waits for the app's answer."""
        return asdict(self._interactions.vote(self._find(channel, ts), user, positive=positive))

    def submit(self, view: str, user: str, values: Json) -> Json:
        """A modal is sent; waits for the app's answer."""
        return asdict(self._interactions.submit(view, user, values))

    def command(self, channel: str, user: str, command: str, text: str = "") -> Json:
        """A slash command; waits for the app's answer."""
        return asdict(self._interactions.command(channel, user, command, text))

    def shortcut(self, channel: str, ts: str, user: str, callback_id: str) -> Json:
        """A message shortcut; waits for the app's answer."""
        return asdict(self._interactions.shortcut(self._find(channel, ts), user, callback_id))

    def ssl_check(self) -> Json:
        """As for the commands of distributed apps; waits for the app's answer."""
        return asdict(self._interactions.ssl_check())

    def stop_stream(self, channel: str, ts: str) -> Json:
        """Someone presses Slack's own Stop button."""
        end_stream(self._world, self._find(channel, ts), "user")
        return {}

    def expire_stream(self, channel: str, ts: str) -> Json:
        """Its five minutes are over."""
        end_stream(self._world, self._find(channel, ts), "expired")
        return {}

    def add_file(
        self, name: str, data: str, mimetype: str, user: str, variant: str = "", mp4: str = "", **more: Any
    ) -> Json:
        """`data` and `mp4` in base64; `more`: overrides (None removes a field), declared, stall, excess, title."""
        if variant not in VARIANTS:
            raise ValueError(f"no such variant: {variant}")
        file_id = self._world.next_id("F")
        content, sound = base64.b64decode(data), base64.b64decode(mp4)
        self._world.files[file_id] = StoredFile(
            file_id, name, mimetype, content, user, variant=variant, mp4=sound, **more
        )
        return {"file": file_id}

    def _find(self, channel: str, ts: str) -> Message:
        message = self._world.channels[channel].get(ts)
        if message is None:
            return next(m for m in self._world.ephemeral if m.ts == ts)
        return message
