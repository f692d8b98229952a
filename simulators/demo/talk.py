"""One thread of the simulated Slack: questions go in, and what the thread holds is shown while it changes."""

import time
from collections.abc import Callable
from typing import Self

from simulators.demo.document import ThreadView
from simulators.demo.figures import Figures
from simulators.demo.slack_reader import read_thread
from simulators.dify.script import Steps
from simulators.slack.seen import SeenMessage
from simulators.slack.workspace import ANNA, BEN, CAROL, Workspace
from simulators.stack import Stack

QUIET = 4.0  # design seconds without a change: an edit may follow the one before it by 3 s
Show = Callable[[ThreadView], None]


class NoAnswerError(Exception):
    """The app was asked and its answer did not come, or not whole."""


class Quiet:
    """Tells whether an answer stays as it is: the last edit of a message comes after the app has ended."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds  # of the wall clock
        self._seen: list[SeenMessage] = []
        self._since = 0.0

    def of(self, answer: list[SeenMessage]) -> list[SeenMessage]:
        """The answer, once it has been the same for long enough; until then nothing."""
        now = time.monotonic()
        if answer != self._seen:
            self._seen, self._since = answer, now
        return answer if now - self._since >= self._seconds else []


class Talk:
    """Anna and the bot in a thread of a channel; a scripted app stands behind the bot."""

    def __init__(self, stack: Stack, app_id: str, channel_name: str) -> None:
        self._stack = stack
        self._slack: Workspace = stack.slack
        self._app_id = app_id
        self._name = channel_name
        self._channel = self._slack.add_channel(channel_name)
        self._root = ""
        self.names = {
            ANNA: "Anna Berg",
            BEN: "Ben Okafor",
            CAROL: "Carol Sato",
            self._slack.bot_user: "dify-bridge",
        }

    @classmethod
    def begin(cls, stack: Stack, channel_name: str, mode: str = "advanced-chat") -> Self:
        """Make the app, the endpoint and the channel, as an admin would; `mode` is the app's."""
        app = stack.dify.app(f"app-of-{channel_name}", mode)
        slack = stack.slack
        hook = stack.daemon.add_hook(
            {
                "app": {"app_id": app, "inputs": {}},
                "bot_token": slack.token,
                "signing_secret": slack.signing_secret,
            }
        )
        slack.configure(events_url=f"{hook}/slack/events")
        return cls(stack, app, channel_name)

    def ask(self, text: str, steps: Steps, show: Show, *, patience: float = 60.0) -> list[SeenMessage]:
        """Ask, by a mention at first and by plain replies then; gives the answer's messages once all is quiet.

        `show` gets the thread as it is after every change, from the question on. `patience`: wall seconds.
        Raises NoAnswerError.
        """
        self._stack.dify.script(steps, self._app_id, times=1)
        wire = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if self._root:
            asked = self._slack.say(self._channel, ANNA, wire, thread_ts=self._root)
        else:
            asked = self._root = self._slack.mention(self._channel, ANNA, wire)

        def look() -> list[SeenMessage]:
            messages, status = self._messages(), self._status()
            channel = self._name if asked == self._root else ""
            show(read_thread(channel, [m for m in messages if m.ts >= asked], status, self.names))
            answers = [message for message in messages if message.ours and message.ts > asked]
            busy = status or any(message.streaming for message in answers) or self._stack.dify.running()
            return [] if busy else answers

        quiet = Quiet(QUIET * self._stack.scale)
        try:
            return self._slack.wait_for(lambda: quiet.of(look()), patience)
        except TimeoutError as error:
            raise NoAnswerError(f"No whole answer to “{text}” within {patience:g} s.") from error

    def whole(self) -> ThreadView:
        """The thread as it is, from its first message."""
        return read_thread(self._name, self._messages(), self._status(), self.names)

    def conversation_id(self) -> str:
        """Dify's, in which the last question was asked."""
        return str(self._stack.dify.invocations()[-1]["conversation_id"])

    def figures(self) -> Figures:
        """What the first question of the thread took."""
        [delivery] = self._slack.deliveries("app_mention", ts=self._root)
        first = self._slack.answers(self._channel, self._root)[0]
        return Figures.of(
            delivery, self._stack.dify.invocations()[0], self._slack.states(self._channel, first.ts)
        )

    def _messages(self) -> list[SeenMessage]:
        return self._slack.thread(self._channel, self._root)

    def _status(self) -> str:
        return self._slack.status(self._channel, self._root).current
