"""What people do on the page, each by its name: the acts of the simulated Slack, and those on what stands behind."""

import html
import time
from collections.abc import Callable
from typing import Any

from simulators.playground.behind import Behind
from simulators.playground.hood import Hood
from simulators.playground.switches import Switches
from simulators.slack.control_acts import Acts
from simulators.slack.double import Double
from simulators.slack.messages import Json

PLAIN = ("delete", "react", "stop_session", "add_file", "open_home")
ANSWERED = ("press", "vote", "submit", "command", "shortcut")
"""Those that wait for the app's answer."""


class PageActs:
    """`names` are those that this simulated Slack knows; the page offers no others."""

    def __init__(self, double: Double, hood: Hood, switches: Switches) -> None:
        self._double = double
        self._hood = hood
        self._switches = switches
        self.behind: Behind | None = None
        self._numbers = 0
        slack = Acts(double)
        self._slack: dict[str, Callable[..., Any]] = {
            name: getattr(slack, name) for name in (*PLAIN, *ANSWERED) if hasattr(slack, name)
        }
        self._say, self._edit = slack.say, slack.edit
        own: dict[str, Callable[..., Any]] = {
            "say": self.say,
            "edit": self.edit,
            "close_modal": self.close_modal,
            "switch": self.switch,
            "kill": self.kill,
            "choose": self.choose,
            "use_key": self.use_key,
            "style": self.style,
        }
        self._acts = {name: self._named(name) for name in self._slack} | own
        self.names = sorted(self._acts)

    def run(self, name: str, arguments: Json) -> Any:
        """Raises ValueError, TypeError or LookupError for what can't be done."""
        if name not in self._acts:
            raise ValueError(f"no act {name}")
        return self._acts[name](**arguments)

    def say(
        self, channel: str, user: str, text: str, thread_ts: str = "", files: tuple[str, ...] = ()
    ) -> Json:
        """A member writes; `text` as typed."""
        return self._say(channel, user, self._wire(text), thread_ts=thread_ts, files=files)

    def edit(self, channel: str, ts: str, text: str) -> Json:
        """A member edits a message."""
        return self._edit(channel, ts, self._wire(text))

    def close_modal(self, view: str) -> Json:
        """A member closes a modal without sending it."""
        self._double.world.modals.pop(view, None)
        self._double.world.changes.bump()
        return {}

    def switch(self, name: str, on: bool) -> Json:
        """Break something, or mend it."""
        self._switches.turn(name, on=on, behind=self._there())
        return {}

    def kill(self) -> Json:
        """Kill the plugin's process."""
        self._there().kill()
        return {}

    def choose(self, app: str) -> Json:
        """Let another app answer."""
        self._there().choose(app)
        return {}

    def use_key(self, wanted: bool) -> Json:
        """Ask the app over the Service API, or not."""
        self._there().use_key(wanted=wanted)
        return {}

    def style(self, style: str) -> Json:
        """How answers are shown: the setting `reply_style`."""
        self._there().set_style(style)
        return {}

    def _there(self) -> Behind:
        if self.behind is None:
            raise ValueError("nothing stands behind the workspace yet")
        return self.behind

    def _named(self, name: str) -> Callable[..., Any]:
        act = self._slack[name]
        if name not in ANSWERED:
            return act

        def noted(**arguments: Any) -> Json:
            self._numbers += 1
            at = time.time()
            answer: Json = act(**arguments)
            self._hood.note(f"i{self._numbers}", at, name, answer["status"], answer["ms"])
            self._double.world.changes.bump()
            return {"status": answer["status"], "body": answer["body"]}

        return noted

    def _wire(self, text: str) -> str:
        """As Slack's client sends it: three characters as entities, `@name` of the bot or of a member as a mention."""
        wire = html.escape(text, quote=False)
        for user in self._double.world.users.values():
            for name in (user.name, user.real_name):
                wire = wire.replace(f"@{name}", f"<@{user.id}>")
        return wire
