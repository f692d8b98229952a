"""`python -m socket_relay` between the simulated Slack and a hook."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from simulators.launch import ROOT, die_with_parent
from simulators.slack.workspace import Workspace
from tests.daemon.services import free_port

PATIENCE = 30.0


class RelayProcess:
    """`start()` returns once Slack sees its link. `log` is what it wrote so far, over all its lives."""

    def __init__(self, slack: Workspace, hook: str) -> None:
        self._slack = slack
        self._log = Path(tempfile.mkstemp(prefix="relay-", suffix=".log")[1])
        self.health_port = free_port()
        ours = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._environment = ours | {
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "HOOK_URL": hook,
            "SLACK_API_URL": slack.api_url,
            "HEALTH_ADDRESS": f"127.0.0.1:{self.health_port}",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> None:
        """Begin a life."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "socket_relay"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - started from the main thread only
            )
        if wait:
            self._slack.wait_for(lambda: self._slack.socket()["links"], PATIENCE)

    def kill(self) -> None:
        """End it by SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """End it by SIGTERM; its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def ended(self) -> int:
        """Its exit code, once it ends by itself."""
        return 0 if self._process is None else self._process.wait(PATIENCE)

    def log(self) -> str:
        """All lines."""
        return self._log.read_text()

    def remove(self) -> None:
        """End it, and remove its log."""
        self.kill()
        self._log.unlink(missing_ok=True)
