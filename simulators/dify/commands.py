"""What the control API of the simulated Dify can do; `control.DifyControl` is its typed client."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from simulators.dify.apps import MODES, App
from simulators.dify.server import Dify


def commands(dify: Dify) -> dict[str, Callable[..., Any]]:
    """Name the commands."""

    def app(app_id: str, mode: str, published: bool, form: list[Any], parameters: dict[str, Any]) -> None:
        if mode not in MODES:
            raise ValueError(f"mode is one of {sorted(MODES)}")
        dify.apps[app_id] = App(app_id, mode, published, form, parameters)

    def script(steps: list[Any], app_id: str | None, when: str, times: int | None) -> None:
        dify.scripts.add(steps, app_id, when=when, times=times)

    def settings(**changes: Any) -> None:
        for name in {"version", "down", "foreign_uploads", "fetch_errors_in_band"} & changes.keys():
            setattr(dify, name, changes[name])
        if "files_url" in changes:
            dify.files.base = changes["files_url"]
        if "upload_refusal" in changes:
            dify.files.refusal = changes["upload_refusal"]

    def reset() -> None:
        dify.scripts.clear()
        dify.invocations.clear()

    return {
        "app": app,
        "remove_app": lambda app_id: dify.apps.pop(app_id, None) is not None,
        "script": script,
        "scripts": dify.scripts.as_json,
        "clear_scripts": dify.scripts.clear,
        "invocations": dify.invocations.as_json,
        "running": dify.invocations.running,
        "counts": dify.invocations.counts,
        "conversations": lambda: [asdict(known) for known in dify.conversations.list()],
        "forget_conversation": dify.conversations.forget,
        "change_owner": dify.conversations.change_owner,
        "uploads": dify.files.as_json,
        "add_file": lambda name, mimetype, hex: dify.files.add(name, mimetype, bytes.fromhex(hex)),  # noqa: A006 - its JSON name
        "settings": settings,
        "decrypted": lambda: dify.decrypted,
        "reset": reset,
    }
