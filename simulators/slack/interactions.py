"""Buttons, slash commands and response URLs.

Source: docs/platform/slack.md#block-actions, docs/platform/slack.md#slash-commands.
"""

import json
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from simulators.slack.blocks import check_blocks
from simulators.slack.channels import Channel
from simulators.slack.content import Content
from simulators.slack.messages import Json, Message, blocks_of
from simulators.slack.modals import Trigger, filled
from simulators.slack.objects import enterprise_of, message_object, team_of
from simulators.slack.outbound import Attempt, post
from simulators.slack.refusals import Refused
from simulators.slack.signing import signed_headers
from simulators.slack.socket_mode import SocketMode
from simulators.slack.world import World

USES, LIFETIME = 5, 1_800.0  # five times, thirty minutes: docs/platform/slack.md#response-urls


@dataclass(slots=True)
class ResponseUrl:
    """A capability to answer one interaction."""

    channel: str
    ts: str
    thread_ts: str
    user: str
    made: float
    used: int = 0


class Interactions:
    """Sends to `url` and `commands_url`; no retries (docs/platform/slack.md#interactivity-requests)."""

    def __init__(self, world: World, socket_mode: SocketMode) -> None:
        self._world = world
        self._socket_mode = socket_mode
        self.url = ""
        self.commands_url = ""
        self._responses: dict[str, ResponseUrl] = {}

    def press(self, message: Message, user: str, action_id: str, value: str | None = None) -> Attempt:
        """A member presses a button of a message; the request's outcome is returned once it is there.

        What one member alone sees, nobody else can press (docs/platform/slack.md#ephemeral-messages).
        """
        if message.ephemeral_for not in {"", user}:
            raise ValueError(f"{user} does not see {message.ts}")
        block, element = _find(message, action_id)
        chosen = element.get("value", "") if value is None else value
        return self._act(message, user, block, element, chosen)

    def vote(self, message: Message, user: str, *, positive: bool) -> Attempt:
        """A member presses a thumb of a message's feedback buttons, perhaps once more.

        Each click sends one more request (docs/platform/slack.md#feedback-buttons).
        """
        for block in message.blocks():
            for element in block.get("elements") or ():
                if isinstance(element, dict) and element.get("type") == "feedback_buttons":
                    button = element["positive_button" if positive else "negative_button"]
                    told = {"type": "feedback_buttons", "text": button["text"]}
                    return self._act(message, user, block, element | told, button["value"])
        raise ValueError(f"no feedback buttons in {message.ts}")

    def submit(self, view_id: str, user: str, values: dict[str, dict[str, object]]) -> Attempt:
        """A member sends a modal. Its payload names neither a channel nor a message (docs/platform/slack.md#modals).

        An empty 200 closes the modal.
        """
        world = self._world
        modal = world.modals[view_id]
        if modal.user != user:
            raise ValueError("another member has this modal open")
        payload: Json = {
            "type": "view_submission",
            "team": None if world.install.org_wide else {"id": team_of(world, user), "domain": "simulated"},
            "user": {"id": user, "username": user.lower(), "team_id": team_of(world, user)},
            "api_app_id": world.install.app_id,
            "token": "deprecated-verification-token",
            "trigger_id": self._trigger(user),
            "view": filled(modal, values),
            "response_urls": [],
            "is_enterprise_install": world.install.org_wide,
            "enterprise": _enterprise(world, user),
        }
        attempt = self._send(payload)
        if attempt.accepted() and not attempt.body:
            world.modals.pop(view_id, None)
        return attempt

    def _act(self, message: Message, user: str, block: Json, element: Json, value: str) -> Attempt:
        world = self._world
        place = {
            "message_ts": message.ts,
            "channel_id": message.channel,
            "thread_ts": message.thread_ts or None,
        }
        action = {
            "action_id": element["action_id"],
            "block_id": block.get("block_id", "b0"),
            "type": element.get("type", "button"),
            "text": element.get("text"),
            "value": value,
            "action_ts": world.next_ts(),
        }
        payload: Json = {
            "type": "block_actions",
            "user": {"id": user, "username": user.lower(), "team_id": team_of(world, user)},
            "api_app_id": world.install.app_id,
            "token": "deprecated-verification-token",
            "container": {"type": "message", "is_ephemeral": bool(message.ephemeral_for)} | place,
            "trigger_id": self._trigger(user),
            "team": None if world.install.org_wide else {"id": world.install.team_id, "domain": "simulated"},
            "enterprise": _enterprise(world, user),
            "is_enterprise_install": world.install.org_wide,
            "channel": {"id": message.channel, "name": _name(world.channels[message.channel])},
            "state": {"values": {}},
            "response_url": self._response_url(message, user),
            "actions": [action],
        }
        if not message.ephemeral_for:
            payload["message"] = message_object(world, message)
        return self._send(payload)

    def command(self, channel: str, user: str, command: str, text: str) -> Attempt:
        """A slash command: form fields and no thread. Not for members of other organisations.

        Source: docs/platform/slack.md#slash-commands.
        """
        self._need_commands()
        world = self._world
        if team_of(world, user) != world.install.team_id and not enterprise_of(world, user):
            raise ValueError("a member of another organisation has no slash command")
        nowhere = Message(channel, "", "", user)
        fields = {
            "token": "deprecated-verification-token",
            "team_id": world.install.team_id,
            "team_domain": "simulated",
            "channel_id": channel,
            "channel_name": world.channels[channel].name,
            "user_id": user,
            "user_name": user.lower(),
            "command": command,
            "text": text,
            "api_app_id": world.install.app_id,
            "is_enterprise_install": str(world.install.org_wide).lower(),
            **({"enterprise_id": world.install.enterprise_id} if world.install.enterprise_id else {}),
            "response_url": self._response_url(nowhere, user),
            "trigger_id": self._trigger(user),
        }
        if self._socket_mode.on:
            return self._over_socket("slash_commands", dict(fields))
        return self._post(self.commands_url, urlencode(fields))

    def shortcut(self, message: Message, user: str, callback_id: str) -> Attempt:
        """A member chooses a message shortcut, perhaps in a channel without the bot.

        Source: docs/platform/slack.md#shortcuts.
        """
        self._need_commands()
        world = self._world
        payload: Json = {
            "type": "message_action",
            "callback_id": callback_id,
            "token": "deprecated-verification-token",
            "trigger_id": self._trigger(user),
            "response_url": self._response_url(message, user),
            "message_ts": message.ts,
            "action_ts": world.next_ts(),
            "message": message_object(world, message),
            "channel": {"id": message.channel, "name": _name(world.channels[message.channel])},
            "user": {"id": user, "name": user.lower(), "team_id": team_of(world, user)},
            "team": None if world.install.org_wide else {"id": world.install.team_id, "domain": "simulated"},
            "enterprise": _enterprise(world, user),
            "is_enterprise_install": world.install.org_wide,
            "api_app_id": world.install.app_id,
        }
        return self._send(payload)

    def _need_commands(self) -> None:
        """Slack shows neither commands nor shortcuts of an app without the scope `commands`."""
        scopes = self._world.install.scopes
        if scopes is not None and "commands" not in scopes:
            raise ValueError("the app lacks the scope commands")
        self._world.install.used_scopes.add("commands")

    def ssl_check(self) -> Attempt:
        """Slack looks at the certificate behind a slash command's URL.

        Source: docs/platform/slack.md#tls-of-the-request-url.
        """
        return self._post(self.commands_url, urlencode({"token": "t", "ssl_check": "1"}))

    def respond(self, key: str, body: bytes) -> tuple[int, str]:
        """A POST to a response URL: status and body."""
        target = self._responses.get(key)
        now = self._world.design()
        if target is None or target.used >= USES or now - target.made > LIFETIME:
            return 404, "expired_url"
        try:
            answer = json.loads(body)
        except ValueError:
            return 400, "invalid_payload"
        if not isinstance(answer, dict):
            return 400, "invalid_payload"
        target.used += 1
        if answer.get("blocks") and self._world.rules.response_url_refuses_blocks:
            return 400, "invalid_blocks"
        try:
            self._apply(target, answer)
        except Refused as refused:
            return 400, refused.error
        return 200, "ok"

    def reset(self) -> None:
        """Old response URLs are void."""
        self._responses.clear()

    def _apply(self, target: ResponseUrl, answer: Json) -> None:
        world = self._world
        kept = (one for one in world.ephemeral if one.ts == target.ts and target.ts)
        original = world.channels[target.channel].get(target.ts) or next(kept, None)
        blocks = check_blocks(answer["blocks"]) if answer.get("blocks") else None
        log = Content(str(answer.get("text") or ""), "", blocks, None).log()
        if answer.get("delete_original") and original is not None:
            original.deleted = True
            world.ephemeral[:] = [one for one in world.ephemeral if one is not original]
            world.record(original, "response_url")
        elif answer.get("replace_original") and original is not None:
            original.log = log
            world.record(original, "response_url")
        else:
            bot = world.install
            thread = str(answer.get("thread_ts") or "")
            message = Message(target.channel, world.next_ts(), thread, bot.bot_user, bot.bot_id, log=log)
            if answer.get("response_type") != "in_channel":
                message.ephemeral_for = target.user
                world.ephemeral.append(message)
            world.add(message, "response_url")

    def _response_url(self, message: Message, user: str) -> str:
        key = self._world.next_id("R")
        self._responses[key] = ResponseUrl(
            message.channel, message.ts, message.thread_ts, user, self._world.design()
        )
        base = self._world.rules.response_url_base or self._world.url
        return f"{base}/actions/{self._world.install.team_id}/{key}"

    def _trigger(self, user: str) -> str:
        made = self._world.next_id("trigger")
        self._world.triggers[made] = Trigger(user, self._world.design())
        return made

    def _send(self, payload: Json) -> Attempt:
        if self._socket_mode.on:
            return self._over_socket("interactive", payload)
        return self._post(self.url, urlencode({"payload": json.dumps(payload)}))

    def _over_socket(self, kind: str, payload: Json) -> Attempt:
        attempt = Attempt(0, "", time.time(), self._world.design())
        envelope = {"type": kind, "payload": payload, "accepts_response_payload": True}
        self._socket_mode.deliver(envelope, self._patience(), attempt)
        return attempt

    def _patience(self) -> float:
        rules = self._world.rules
        return max(self._world.clock.wall(rules.patience), rules.patience_floor)

    def _post(self, url: str, form: str) -> Attempt:
        if not url:
            raise ValueError("no URL to send interactions to")
        body = form.encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers |= signed_headers(
            body, self._world.install.signing_secret, ahead=self._world.rules.clock_ahead
        )
        attempt = Attempt(0, "", time.time(), self._world.design())
        post(url, body, headers, self._patience(), attempt)
        return attempt


def _name(channel: Channel) -> str:
    """Constants for what has no name of its own; a channel may be named like one of them.

    Source: docs/platform/slack.md#event-retries.
    """
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def _enterprise(world: World, user_id: str) -> Json | None:
    """That of whoever presses: for a member of another organisation it is theirs, not the installation's."""
    found = enterprise_of(world, user_id)
    return {"id": found, "name": "Somewhere"} if found else None


def _find(message: Message, action_id: str) -> tuple[Json, Json]:
    """The block and the element with this action_id, also of an earlier state, which a client may still show."""
    for parts in [message.parts(), *(state.parts() for state in reversed(message.states))]:
        for block in blocks_of(parts):
            for element in [*(block.get("elements") or ()), block.get("accessory")]:
                if isinstance(element, dict) and element.get("action_id") == action_id:
                    return block, element
    raise ValueError(f"no element {action_id} in {message.ts}")
