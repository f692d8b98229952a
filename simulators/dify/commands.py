"""What the control API of the simulated Dify can do; `control.DifyControl` is its typed client."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from simulators.dify.apps import MODES, App
from simulators.dify.forms import FlowRuns
from simulators.dify.server import Dify
from simulators.dify.service_api import ServiceApi
from simulators.dify.versions import VERSIONS


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
        dify.service.reset()

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
        **service_commands(dify.service),
        **form_commands(dify.flows),
        "decrypted": lambda: dify.decrypted,
        "reset": reset,
    }


def form_commands(flows: FlowRuns) -> dict[str, Callable[..., Any]]:
    """Those of runs that wait for a person."""

    def answer(form_id: str, action: str, inputs: dict[str, Any]) -> None:
        form = next(one for one in flows.forms() if one.form_id == form_id)
        flows.submit(form, {"inputs": inputs, "action": action}, "somebody in Dify")

    def deaf(deaf: bool) -> None:
        flows.deaf = deaf

    return {
        "forms": lambda: [
            {
                "form_id": form.form_id,
                "token": form.token,
                "app_id": form.run.app_id,
                "run_id": form.run.run.workflow_run_id,
                "status": form.run.status,
                "answer": form.answer,
                "listeners": len(form.run.listeners),
            }
            for form in flows.forms()
        ],
        "answer_form": answer,
        "expire_form": flows.expire,
        "deaf_to_forms": deaf,
    }


def service_commands(api: ServiceApi) -> dict[str, Callable[..., Any]]:
    """Those of the Service API."""

    def service(**changes: Any) -> None:
        if "version" in changes:
            api.state.version = VERSIONS[changes["version"]]
        if "odd" in changes:
            api.odd = changes["odd"] and (
                changes["odd"][0],
                changes["odd"][1],
                [(name, value) for name, value in changes["odd"][2]],
            )
        for name in {"limit", "workers"} & changes.keys():
            setattr(api.runs, name, changes[name])
        for name in {"suggestions", "seconds"} & changes.keys():
            setattr(api.messages, name, changes[name])
        if "fault" in changes:
            api.speech.fault, api.speech.seconds = changes["fault"], changes["listens"]
        for name in {"revoked", "switched_off"} & changes.keys():
            setattr(api, name, set(changes[name]))

    return {
        "service": service,
        "service_calls": lambda: list(api.seen),
        "service_feedbacks": api.messages.list,
        "service_ratings": lambda: list(api.messages.rated),
        "service_recordings": lambda: list(api.speech.heard),
        "service_stops": lambda: list(api.runs.stops),
        "service_uploads": lambda: [
            {
                "id": one.file_id,
                "name": one.name,
                "mimetype": one.mimetype,
                "owner": one.owner,
                "hex": one.content.hex(),
            }
            for one in api.state.uploads
        ],
        "end_users": lambda: [asdict(row) for row in api.end_users.list()],
    }
