"""What stands behind the workspace: the daemon with the plugin, the Dify, and the endpoint that names the app."""

from dataclasses import dataclass, field
from typing import Any

from simulators.daemon.control import DaemonControl
from simulators.dify.control import DifyControl
from simulators.http1.control import ControlError
from simulators.slack.messages import Json

Settings = dict[str, Any]


@dataclass(slots=True)
class Behind:
    """Two simulators and an endpoint. `apps`: id to title of those to choose from."""

    dify: DifyControl
    daemon: DaemonControl
    hook: str
    settings: Settings
    apps: dict[str, str]
    hints: dict[str, str] = field(default_factory=dict)  # what to ask an app, by its id
    real: str = ""  # the address of a real Dify, whose app answers then

    @classmethod
    def read(cls, told: Json) -> "Behind":
        """From what the starting process tells."""
        told = dict(told)
        return cls(DifyControl(told.pop("dify")), DaemonControl(told.pop("daemon")), **told)

    def chosen(self) -> str:
        """The app that answers."""
        return str(self.settings["app"]["app_id"])

    def choose(self, app_id: str) -> None:
        """Let this app answer from now on, over the way that is in use."""
        if app_id not in self.apps:
            raise ValueError(f"no app {app_id}")
        key = {"dify_api_key": self.dify.api_key(app_id)} if self.by_key() else {}
        self._change(app={"app_id": app_id, "inputs": {}}, **key)

    def by_key(self) -> bool:
        """Whether the app is asked over the Service API."""
        return bool(self.settings.get("dify_api_key"))

    def use_key(self, *, wanted: bool) -> None:
        """Ask the app over the Service API, or by reverse invocation."""
        if self.real:
            raise ValueError("a real Dify is asked over its Service API")
        self._change(dify_api_key=self.dify.api_key(self.chosen()) if wanted else "")

    def set_style(self, style: str) -> None:
        """The setting `reply_style`."""
        self._change(reply_style=style)

    def kill(self) -> None:
        """Kill -9; the daemon starts the plugin again."""
        self.daemon.kill_plugin()

    def plugin(self) -> Json:
        """Whether a process of the plugin answers, its pid and its memory."""
        try:
            found = self.daemon.processes()
        except (ControlError, OSError):
            found = []
        ready = [one for one in found if one["ready"]]
        return {"ready": bool(ready), "pid": ready[0]["pid"] if ready else 0}

    def state(self) -> Json:
        """What the page shows of it."""
        return {
            "apps": [
                {"id": app_id, "title": title, "hint": self.hints.get(app_id, "")}
                for app_id, title in self.apps.items()
            ],
            "chosen": self.chosen(),
            "by_key": self.by_key(),
            "real": self.real,
            "style": self.settings.get("reply_style", "auto"),
        }

    def _change(self, **settings: Any) -> None:
        changed = self.settings | settings
        self.daemon.hook(self.hook, changed)
        self.settings = changed
