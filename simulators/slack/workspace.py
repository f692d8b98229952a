"""Drive the double from tests, the demo and the benchmarks: people, faults, and a look at everything."""

import base64
import time
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from simulators.http1.control import ControlClient, ControlError
from simulators.recordings import recording
from simulators.slack.seen import (
    Json,
    SeenAttempt,
    SeenCall,
    SeenDelivery,
    SeenMessage,
    SeenState,
    SeenStatus,
)
from simulators.slack.sending import Sending
from simulators.slack.signing import signed_headers

ANNA, BEN, CAROL = "U0ANNA000", "U0BEN0000", "U0CAROL00"  # carol's locale is ja-JP
OTHER_BOT = "U0OTHERBT"
WORKFLOW = "B0WORKFLW"
GENERAL = "C0GENERAL"
SENDING = {known.name for known in fields(Sending)}
PATIENCE = 60.0  # wall seconds: some calls wait for the app
PACE = (0.02, 0.1)  # wall seconds at least and at most from one look of wait_for to the next


class Workspace:
    """One running double. Texts are as on the wire: a typed `<` is `&lt;`, a mention `<@U…>`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._control = ControlClient(self.url, PATIENCE)
        self._do = self._control.call
        info = self._do("info")
        self.token: str = info["token"]
        self.app_token: str = info["app_token"]
        self.signing_secret: str = info["signing_secret"]
        self.team_id: str = info["team_id"]
        self.app_id: str = info["app_id"]
        self.bot_id: str = info["bot_id"]
        self.bot_user: str = info["bot_user"]
        self.foreign_url: str = info["foreign_url"]
        self.api_url = f"{self.url}/api/"

    def close(self) -> None:
        """Give the connections back."""
        self._control.close()

    # the app's side

    def configure(self, **changes: str) -> None:
        """events_url, interactions_url, commands_url, token, signing_secret, manifest (YAML; "" for none).

        socket_mode: "on", and everything goes over Socket Mode; app_token.
        token_state: "live", or the error every call gets (token_revoked, account_inactive). more_tokens: valid as well,
        with spaces between them.
        """
        self._do("configure", **changes)
        self.signing_secret = changes.get("signing_secret", self.signing_secret)
        self.token = changes.get("token", self.token)

    def create_app(self, manifest: str) -> SeenDelivery | None:
        """Make the app from a manifest (YAML or JSON). The finished delivery of the challenge; None in Socket Mode."""
        number = int(self._do("create_app", manifest=manifest)["number"])
        return self._finished(number) if number else None

    def used_scopes(self) -> set[str]:
        """The scopes that were needed since the manifest was read, of those that the token has."""
        return set(self._do("used_scopes"))

    def rules(self, **changes: Any) -> Json:
        """Change what simulators.slack.rules.Rules names; all rules are returned."""
        rules: Json = self._do("rules", **changes)
        return rules

    def reset(self) -> None:
        """An empty workspace, no faults, no logs, default rules; tiers, floor, URLs and secrets stay."""
        self._do("reset")

    def sign(
        self, body: bytes | str, timestamp: float | None = None, secret: str | None = None
    ) -> dict[str, str]:
        """Slack's two signature headers for a body of the test's own."""
        return signed_headers(body, self.signing_secret if secret is None else secret, timestamp)

    # who and where

    def add_user(self, name: str, **more: Any) -> str:
        """`more`: user_id, real_name, locale, tz, foreign (organisation), team_id, is_bot, is_restricted, email."""
        return str(self._do("add_user", name=name, **more)["user"])

    def add_group(self, handle: str, users: Iterable[str] = (), **more: Any) -> str:
        """A user group; `more`: disabled, name. Its id."""
        return str(self._do("add_group", handle=handle, users=list(users), **more)["group"])

    def regroup(self, group: str, users: Iterable[str]) -> None:
        """A user group has these members from now on, and Slack tells of that."""
        self._do("regroup", group=group, users=list(users))

    def add_channel(
        self, name: str = "team", *, kind: str = "channel", members: Iterable[str] | None = None, **more: Any
    ) -> str:
        """`kind`: channel, group (private), mpim, im. `more`: bot, ext_shared, archived, channel_id."""
        people = None if members is None else list(members)
        return str(self._do("add_channel", name=name, kind=kind, members=people, **more)["channel"])

    def dm_channel(self, user: str = ANNA) -> str:
        """The direct message between a member and the bot."""
        return str(self._do("dm", user=user)["channel"])

    def join(self, channel: str, user: str) -> str:
        """A member joins: the channel_join message."""
        self._do("membership", channel=channel, user=user)
        return self.say(channel, user, f"<@{user}> has joined the channel", subtype="channel_join")

    def leave(self, channel: str, user: str) -> None:
        """Without an event; the bot itself may be put out too."""
        self._do("membership", channel=channel, user=user, member=False)

    # what people do; each returns the message's ts

    def say(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        thread_ts: str = "",
        files: Iterable[str] = (),
        **more: Any,
    ) -> str:
        """A message as it is.

        `more`: subtype, bot_id, attachments, blocks, username, broadcast, client_msg_id, and how it is delivered.

        That is sending.Sending: order (mention_first, message_first, at_once), deliveries (per event),
        spacing (between them), retries, only (event types), delay, around (envelope fields).
        """
        return str(
            self._do("say", **_act(channel, user, text, thread_ts=thread_ts, files=files, **more))["ts"]
        )

    def mention(self, channel: str, user: str, text: str, *, thread_ts: str = "", **more: Any) -> str:
        """A message with our mention, put before the text unless it is in it."""
        return self.say(channel, user, self.mentioning(text), thread_ts=thread_ts, **more)

    def dm(self, user: str, text: str, *, thread_ts: str = "", **more: Any) -> str:
        """A direct message to the bot; its channel is `dm_channel(user)`."""
        return self.say(self.dm_channel(user), user, text, thread_ts=thread_ts, **more)

    def forward(
        self, source: str, ts: str, channel: str, user: str, comment: str = "", *, thread_ts: str = ""
    ) -> str:
        """A member forwards the message `ts` of the channel `source` to another channel, with a comment."""
        to = {"channel_id": channel, "user": user, "comment": comment, "thread_ts": thread_ts}
        return str(self._do("forward", source=source, ts=ts, **to)["ts"])

    def workflow_says(self, channel: str, text: str, *, bot_id: str = WORKFLOW, **more: Any) -> str:
        """A message of Workflow Builder, which has a name and a bot's id, but no user."""
        named = {"subtype": "bot_message", "username": "Intake", "bot_id": bot_id}
        return self.say(channel, "", text, **named | more)

    def mentioning(self, text: str) -> str:
        """The text with our mention in it."""
        token = f"<@{self.bot_user}>"
        return text if token in text else f"{token} {text}"

    def together(self, acts: Iterable[Json]) -> list[str]:
        """Many messages whose events leave at one instant; each act has the arguments of `say`."""
        return list(self._do("say_together", acts=[_act(**act) for act in acts])["ts"])

    def edit(self, channel: str, ts: str, text: str) -> None:
        """A member edits: message_changed, and app_mention again if it mentions us."""
        self._do("edit", channel=channel, ts=ts, text=text)

    def delete(self, channel: str, ts: str) -> None:
        """A member deletes a message; a root with replies becomes a tombstone."""
        self._do("delete", channel=channel, ts=ts)

    def archive(self, channel: str) -> None:
        """A member archives a channel: nothing can be written there any more."""
        self._do("archive", channel=channel)

    def invite(self, channel: str, inviter: str = ANNA) -> None:
        """A member ("": nobody, as with a default channel) invites the bot."""
        self._do("invite", channel=channel, inviter=inviter)

    def open_home(self, user: str = ANNA, tab: str = "home") -> None:
        """A member opens the bot's Home tab, or with "messages" the direct message."""
        self._do("open_home", user=user, tab=tab)

    def home(self, user: str = ANNA) -> Json:
        """The view of the member's Home tab; empty if none was published."""
        return dict(self._do("home", user=user))

    def react(self, channel: str, user: str, ts: str, name: str, **sending: Any) -> None:
        """A member reacts to a message with an emoji, named without colons. `sending` as in `say`."""
        self._do("react", channel=channel, user=user, ts=ts, name=name, sending=sending)

    def take_reaction_off(self, channel: str, user: str, ts: str, name: str) -> None:
        """A member takes a reaction off again."""
        self._do("take_reaction_off", channel=channel, user=user, ts=ts, name=name)

    def stop_session(self, channel: str, user: str, thread_ts: str, *, refuses: bool = True) -> None:
        """A member presses Slack's own Stop button; `refuses`: Slack ends the streams, so that writes are refused."""
        self._do("stop_session", channel=channel, user=user, thread_ts=thread_ts, refuses=refuses)

    def unfurl(self, channel: str, ts: str) -> None:
        """message_changed without any edit."""
        self._do("unfurl", channel=channel, ts=ts)

    def bot_says(self, channel: str, text: str, *, thread_ts: str = "", **more: Any) -> str:
        """Another bot's message; with our mention it raises app_mention too."""
        return self.say(channel, OTHER_BOT, text, thread_ts=thread_ts, bot_id="B0OTHERBT", **more)

    def system_notice(self, channel: str, text: str = "A notice from Slack", **more: Any) -> str:
        """A notice of user USLACK: no bot_id, no subtype."""
        return self.say(channel, "USLACK", text, **more)

    def event(self, event: Json, **sending: Any) -> int:
        """Any event in its envelope, delivered as in `say`; the delivery's number, 0 if none."""
        return int(self._do("event", event=event, sending=sending)["number"])

    def again(self, delivery: SeenDelivery, retry: int = 1) -> int:
        """Deliver it once more, as Slack's retry of that number; the new delivery's number."""
        return int(self._do("again", number=delivery.number, retry=retry)["number"])

    def body(self, body: Json) -> int:
        """Any body, signed, sent once; the delivery's number."""
        return int(self._do("body", body=body)["number"])

    def url_verification(
        self, challenge: str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
    ) -> SeenDelivery:
        """Slack asks whether the URL is ours; the finished delivery holds the answer."""
        return self._finished(self.body({"type": "url_verification", "token": "t", "challenge": challenge}))

    def app_rate_limited(self) -> SeenDelivery:
        """Not wrapped in event_callback."""
        facts = {
            "team_id": self.team_id,
            "api_app_id": self.app_id,
            "minute_rate_limited": int(time.time()) // 60 * 60,
        }
        return self._finished(self.body({"type": "app_rate_limited", "token": "t", **facts}))

    def uninstall(self) -> None:
        """tokens_revoked and app_uninstalled; the token is dead from then on."""
        self.configure(token_state="account_inactive")  # noqa: S106 - a state, no secret
        self.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot_user]}})
        self.event({"type": "app_uninstalled"})

    def press(
        self, channel: str, ts: str, user: str, action_id: str, value: str | None = None
    ) -> SeenAttempt:
        """A member presses a button; the app's answer to Slack."""
        return SeenAttempt.of(
            self._do("press", channel=channel, ts=ts, user=user, action_id=action_id, value=value)
        )

    def vote(self, channel: str, ts: str, user: str, *, positive: bool) -> SeenAttempt:
        """A member presses a thumb of feedback buttons; the app's answer to Slack."""
        return SeenAttempt.of(self._do("vote", channel=channel, ts=ts, user=user, positive=positive))

    def modals(self, user: str = ANNA) -> list[Json]:
        """The views that the member has open, the oldest first."""
        return list(self._do("modals", user=user))

    def submit(self, view: str, user: str, values: Json) -> SeenAttempt:
        """A member sends the modal with this id; `values` by block_id and action_id. The app's answer to Slack."""
        return SeenAttempt.of(self._do("submit", view=view, user=user, values=values))

    def command(self, channel: str, user: str, command: str, text: str = "") -> SeenAttempt:
        """A slash command; the app's answer to Slack."""
        return SeenAttempt.of(self._do("command", channel=channel, user=user, command=command, text=text))

    def shortcut(self, channel: str, ts: str, user: str, callback_id: str = "ask_dify") -> SeenAttempt:
        """A message shortcut; the app's answer to Slack."""
        return SeenAttempt.of(
            self._do("shortcut", channel=channel, ts=ts, user=user, callback_id=callback_id)
        )

    def socket(self, act: str = "view") -> Json:
        """Something happens to the links of Socket Mode: refresh, disable, cut, hush; `links`, `opened`, `acks`."""
        seen: Json = self._do(f"socket_{act}")
        return seen

    def ssl_check(self) -> SeenAttempt:
        """Slack's look at the slash command's URL."""
        return SeenAttempt.of(self._do("ssl_check"))

    def stop_stream(self, channel: str, ts: str) -> None:
        """Someone presses Slack's Stop button on a stream."""
        self._do("stop_stream", channel=channel, ts=ts)

    def expire_stream(self, channel: str, ts: str) -> None:
        """Let its five minutes be over now."""
        self._do("expire_stream", channel=channel, ts=ts)

    def add_file(
        self,
        name: str,
        data: bytes,
        mimetype: str = "text/plain",
        *,
        user: str = ANNA,
        variant: str = "",
        **more: Any,
    ) -> str:
        """A member's upload, to be shared by `say(files=[…])`.

        variant: see files_host.VARIANTS. `more`: overrides (of the file object, None
        removes), declared (size it names), stall (design seconds), excess (bytes after `oversized`), title.
        """
        coded = base64.b64encode(data).decode()
        return str(
            self._do(
                "add_file", name=name, data=coded, mimetype=mimetype, user=user, variant=variant, **more
            )["file"]
        )

    def add_clip(self, words: str, kind: str = "webm", *, size: int = 0, **more: Any) -> str:
        """A member's voice clip, to be shared as a file (docs/platform/slack.md#voice-clips).

        `kind` is the container that the client records: webm as browsers do, with Slack's own MP4 beside it, or mp4
        and m4a as phones do, which call it video and audio. `more` as in `add_file`.
        """
        mimetype = {"webm": "audio/webm", "m4a": "audio/mp4", "mp4": "video/mp4"}[kind]
        made = {"mp4": base64.b64encode(recording(words, size=size)).decode()} if kind == "webm" else {}
        overrides = {"subtype": "slack_audio", **more.pop("overrides", {})}
        data = recording(words, "webm" if kind == "webm" else "mp4", size=size)
        return self.add_file(f"audio_message.{kind}", data, mimetype, overrides=overrides, **made, **more)

    # looking

    def thread(self, channel: str, root_ts: str) -> list[SeenMessage]:
        """The root and its replies, as they stand."""
        return [SeenMessage.of(view) for view in self._do("thread", channel=channel, ts=root_ts)]

    def answers(self, channel: str, root_ts: str) -> list[SeenMessage]:
        """Our own messages in the thread."""
        return [message for message in self.thread(channel, root_ts) if message.ours]

    def ended_answers(self, channel: str, root_ts: str) -> list[SeenMessage]:
        """Our own messages in the thread; none while one of them streams or the status line stands."""
        return [SeenMessage.of(view) for view in self._do("ended_answers", channel=channel, ts=root_ts)]

    def messages(self, channel: str, *, deleted: bool = False) -> list[SeenMessage]:
        """Everything in a channel."""
        return [SeenMessage.of(view) for view in self._do("messages", channel=channel, deleted=deleted)]

    def ephemeral(self) -> list[SeenMessage]:
        """What was shown to one member only."""
        return [SeenMessage.of(view) for view in self._do("ephemeral")]

    def states(self, channel: str, ts: str) -> list[SeenState]:
        """Everything a message ever looked like."""
        return [SeenState.of(view) for view in self._do("states", channel=channel, ts=ts)]

    def seen_by(self, user: str, channel: str, ts: str) -> list[SeenState]:
        """Everything a message looked like to one member: a stream grows for its recipient alone."""
        return [SeenState.of(view) for view in self._do("seen_by", user=user, channel=channel, ts=ts)]

    def state_counts(self, channel: str) -> dict[str, int]:
        """States of each of our messages, by ts."""
        return dict(self._do("state_counts", channel=channel))

    def open_streams(self) -> list[SeenMessage]:
        """Streams nobody stopped, and expired ones nobody repaired."""
        return [SeenMessage.of(view) for view in self._do("open_streams")]

    def status(self, channel: str, thread_ts: str) -> SeenStatus:
        """The line under a thread."""
        view = self._do("statuses", channel=channel, thread=thread_ts)
        return SeenStatus(view["current"], view["history"])

    def calls(self, method: str = "", *, since: int = 0) -> list[SeenCall]:
        """Web API calls in order; `method` may end in a star."""
        return [SeenCall.of(view) for view in self._do("calls", method=method, since=since)]

    def call_counts(self) -> dict[str, dict[str, int]]:
        """Method to outcome to number."""
        return dict(self._do("call_counts"))

    def deliveries(self, kind: str = "", *, ts: str = "") -> list[SeenDelivery]:
        """Events sent; `kind` is the type with its subtype after a slash."""
        return [SeenDelivery.of(view) for view in self._do("deliveries", kind=kind, ts=ts)]

    def delivery_counts(self) -> dict[str, int]:
        """State to number, for thousands."""
        return dict(self._do("delivery_counts"))

    def answer_counts(self, channel: str) -> dict[str, int]:
        """Thread to the number of our messages in it, for thousands."""
        return dict(self._do("answer_counts", channel=channel))

    def token_hosts(self) -> dict[str, int]:
        """Hosts that were shown the token: one, if all is well."""
        return dict(self._do("token_hosts"))

    def downloads(self) -> dict[str, int]:
        """File id to the number of requests for it."""
        return dict(self._do("downloads"))

    def design(self) -> float:
        """Design seconds since the double started."""
        return float(self._do("info")["design"])

    # waiting

    def wait_for[T](self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """The first truthy result, looked for at once and after each change; wall seconds. Raises TimeoutError.

        Each look is work for this double, so looks become rarer while the wait lasts: by a twentieth of what it took.
        """
        began = time.monotonic()
        changes = -1
        while not (result := predicate()):
            waited = time.monotonic() - began
            if waited > timeout:
                raise TimeoutError(f"not seen within {timeout:g} s")
            time.sleep(min(max(waited / 20, PACE[0]), PACE[1]))
            changes = self._do("wait", since=changes, timeout=min(0.5, timeout))["changes"]
        return result

    def wait_answer(self, channel: str, root_ts: str, timeout: float = 10.0) -> list[SeenMessage]:
        """Our messages in the thread, once there are some, none streams and the status line is gone."""
        return self.wait_for(lambda: self.ended_answers(channel, root_ts), timeout)

    def _finished(self, number: int) -> SeenDelivery:
        def done() -> SeenDelivery | None:
            found = self._do("deliveries", since=number - 1)
            return SeenDelivery.of(found[0]) if found and found[0]["state"] != "pending" else None

        found = self.wait_for(done)
        if found is None:
            raise ControlError("no events_url")
        return found

    # faults

    def fault(self, method: str, kind: str, **more: Any) -> None:
        """The next calls of a method ("*": any; "upload": the bytes of a file) fail.

        An error about the state of a stream makes it so: later calls hear the same.

        kind: error (error=code), rate_limited (retry_after=design seconds or None), status (status=503),
        html, drop, stall (seconds=design). `more`: after (the call takes effect first), channel, user, ts, holding
        (a text in the arguments), skip, times (None: all).
        """
        self._do("fault", method=method, kind=kind, **more)

    def clear_faults(self) -> None:
        """All well again."""
        self._do("clear_faults")

    def faults(self) -> list[Json]:
        """Faults that still wait for a call."""
        return list(self._do("faults"))


def _act(channel: str, user: str, text: str, **more: Any) -> Json:
    """The arguments of the control call `say`, delivery options gathered into `sending`."""
    sending = {name: more.pop(name) for name in SENDING if name in more}
    if "only" in sending:
        sending["only"] = [sending["only"]] if isinstance(sending["only"], str) else list(sending["only"])
    more["files"] = list(more.get("files") or ())
    return {"channel": channel, "user": user, "text": text, "sending": sending, **more}


__all__ = ["ANNA", "BEN", "CAROL", "GENERAL", "OTHER_BOT", "ControlError", "Workspace"]
