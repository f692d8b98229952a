"""Runs a real plugin daemon between the simulated Dify and Slack: `make test-daemon`."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.conversations.stack import INNER_KEY, ROOT
from tests.daemon.node import Limits
from tests.daemon.real_daemon import RealDaemon, programs_from_environment
from tests.daemon.spread import Spread
from tools.package import package_name, write_by_cli


class _Hooks:
    """Adds and changes endpoints, which are known by their URLs."""

    def __init__(self, control: RealDaemon) -> None:
        self.control = control
        self._hooks: dict[str, str] = {}

    @property
    def cancels(self) -> bool:
        """Whether the end of a request ends the run that it began."""
        return self.control.cancels

    def add_hook(self, settings: dict[str, Any]) -> str:
        name = f"hook{len(self._hooks) + 1:04d}"
        url = self.control.hook(name, settings)
        self._hooks[url] = name
        return url

    def change_hook(self, url: str, settings: dict[str, Any]) -> None:
        self.control.hook(self._hooks[url], settings)

    def log(self) -> str:
        return self.control.log()

    def stop(self) -> None:
        self.control.stop()


class RealDebugPort(_Hooks):
    """A daemon that waits for a plugin under development; that plugin connects with the values in `environment`."""

    def __init__(self, dify_url: str, scale: float) -> None:
        super().__init__(RealDaemon.start(None, dify_url, inner_key=INNER_KEY, limits=Limits().scaled(scale)))
        self.environment = {
            "INSTALL_METHOD": "remote",
            "REMOTE_INSTALL_URL": f"127.0.0.1:{self.control.debug_port}",
            "REMOTE_INSTALL_KEY": self.control.management.debugging_key(),
        }

    def ready(self) -> None:
        self.control.expect_remote()

    def paths(self) -> set[str]:
        """The paths of all requests to the plugin so far."""
        return set(re.findall(r"path=/e/\w+(/slack/\w+)", self.control.nodes[0].log()))


class RealDaemonOfTests(_Hooks):
    """Installs the package of this checkout as an admin would; Dify's own program makes the package.

    `processes`: the number of nodes in a cluster behind one URL, each with a process of the plugin.
    """

    def __init__(self, dify_url: str, scale: float, env: dict[str, str], *, processes: int = 1) -> None:
        programs = programs_from_environment()
        folder = Path(tempfile.mkdtemp(prefix="bridge-package-"))
        try:
            package = folder / package_name(ROOT)
            write_by_cli(str(programs.cli), ROOT, package, programs.uv)
            control = RealDaemon.start(
                package,
                dify_url,
                environment=env,
                inner_key=INNER_KEY,
                limits=Limits().scaled(scale),
                programs=programs,
            )
        finally:
            shutil.rmtree(folder)
        super().__init__(control)
        for _ in range(processes - 1):
            self.control.add_node()
        self._spread = Spread([node.port for node in self.control.nodes]) if processes > 1 else None

    def add_hook(self, settings: dict[str, Any]) -> str:
        own = super().add_hook(settings)
        if self._spread is None:
            return own
        self.control.wait_ready(len(self.control.nodes))
        url = f"http://127.0.0.1:{self._spread.port}{urlsplit(own).path}"
        self._hooks[url] = self._hooks.pop(own)
        return url

    def kill_plugin(self) -> None:
        self.control.kill_plugin()

    def restart(self) -> None:
        self.control.restart_daemon()

    def stop(self) -> None:
        if self._spread is not None:
            self._spread.stop()
        super().stop()
