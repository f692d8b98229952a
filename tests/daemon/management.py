"""The daemon's management API, as Dify's own API server calls it (`X-Api-Key`, one tenant)."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TENANT = "00000000-0000-4000-8000-000000000001"
USER = "00000000-0000-4000-8000-000000000002"
_PAGE = {"page": 1, "page_size": 100}


class ManagementError(Exception):
    """The daemon refused; it does so with status 200 and a negative code in the body."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the workspace: its id for changes, its hook for requests."""

    id: str
    name: str
    hook_id: str


class Management:
    """Installs packages and keeps endpoints."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._client = httpx.Client(
            base_url=f"{url}/plugin/{TENANT}", headers={"X-Api-Key": key}, timeout=60, trust_env=False
        )

    def close(self) -> None:
        self._client.close()

    def version(self) -> str:
        """What the daemon calls itself; empty if it was built without saying."""
        return str(self._client.get(f"{self._url}/health/check").json().get("version", ""))

    def install(self, package: Path, seconds: float) -> str:
        """Returns the plugin's identifier once its process has sent the first heartbeat."""
        uploaded = self._post(
            "management/install/upload/package",
            files={"dify_pkg": (package.name, package.read_bytes())},
            data={"verify_signature": "false"},
        )
        identifier = str(uploaded["unique_identifier"])
        wanted = {"plugin_unique_identifiers": [identifier], "source": "package", "metas": [{}]}
        started = self._post("management/install/identifiers", json=wanted)
        if not started["all_installed"]:
            self._await_task(str(started["task_id"]), seconds)
        return identifier

    def debugging_key(self) -> str:
        """What a plugin under development connects with."""
        return str(self._post("debugging/key")["key"])

    def installed(self) -> list[str]:
        """The identifiers of all plugins, those of remote debugging among them."""
        listed = _data(self._client.get("management/list", params=_PAGE))
        return [str(plugin["plugin_unique_identifier"]) for plugin in listed["list"]]

    def add_endpoint(self, identifier: str, name: str, settings: dict[str, Any]) -> Endpoint:
        """The answer to the set-up is a bare `true`, so the new endpoint is found by its name."""
        wanted = {"plugin_unique_identifier": identifier, "user_id": USER, "name": name, "settings": settings}
        self._post("endpoint/setup", json=wanted)
        return next(endpoint for endpoint in self.endpoints() if endpoint.name == name)

    def update_endpoint(self, endpoint: Endpoint, settings: dict[str, Any]) -> None:
        wanted = {"endpoint_id": endpoint.id, "user_id": USER, "name": endpoint.name, "settings": settings}
        self._post("endpoint/update", json=wanted)

    def switch_endpoint(self, endpoint: Endpoint, *, on: bool) -> None:
        self._post("endpoint/enable" if on else "endpoint/disable", json={"endpoint_id": endpoint.id})

    def remove_endpoint(self, endpoint: Endpoint) -> None:
        self._post("endpoint/remove", json={"endpoint_id": endpoint.id})

    def endpoints(self) -> list[Endpoint]:
        listed = _data(self._client.get("endpoint/list", params=_PAGE))
        return [Endpoint(row["id"], row["name"], row["hook_id"]) for row in listed]

    def _await_task(self, task: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = _data(self._client.get(f"management/install/tasks/{task}"))
            if state["status"] == "success":
                return
            if state["status"] == "failed":
                raise ManagementError("; ".join(str(plugin["message"]) for plugin in state["plugins"]))
            time.sleep(0.2)
        raise TimeoutError(f"the package was not installed within {seconds:.0f} s")

    def _post(self, path: str, **content: Any) -> Any:
        return _data(self._client.post(path, **content))


def _data(response: httpx.Response) -> Any:
    try:
        body = response.json()
    except json.JSONDecodeError as error:
        raise ManagementError(
            f"{response.request.url.path}: {response.status_code} {response.text}"
        ) from error
    if response.status_code != httpx.codes.OK or body.get("code") != 0:
        raise ManagementError(f"{response.request.url.path}: {body.get('message')}")
    return body["data"]
