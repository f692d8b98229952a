"""Furnishes the playground: channels, a few words of members, the apps, and the endpoint."""

import yaml

from simulators.daemon.control import DaemonControl
from simulators.dify.control import DifyControl
from simulators.playground.apps import make_apps
from simulators.playground.behind import Settings
from simulators.slack.messages import Json
from simulators.slack.workspace import ANNA, BEN, CAROL, GENERAL, Workspace
from simulators.stack import MANIFEST

HOOK = "playground"
TALK = (
    (BEN, "Morning! Release 4.2 is tagged, the rehearsal is tomorrow."),
    (CAROL, "Nice. Who writes the announcement?"),
)


def with_reactions(manifest: str) -> str:
    """The same app, to which Slack tells of reactions."""
    whole = yaml.safe_load(manifest)
    whole["oauth_config"]["scopes"]["bot"].append("reactions:read")
    whole["settings"]["event_subscriptions"]["bot_events"].append("reaction_added")
    return str(yaml.safe_dump(whole))


def furnish(slack: Workspace, dify: DifyControl, daemon: DaemonControl, real: tuple[str, str]) -> Json:
    """Everything that people find; gives what `Behind.read` reads.

    `real`: address and key of an app's Service API, or two empty texts for the scripted apps.
    """
    address, key = real
    apps = {} if address else make_apps(dify)
    app_id = next(iter(apps), "a-real-app")
    settings: Settings = {
        "app": {"app_id": app_id, "inputs": {}},
        "bot_token": slack.token,
        "signing_secret": slack.signing_secret,
        "dify_api_url": address or f"{dify.url}/v1",
        "dify_api_key": key or dify.api_key(app_id),
        "reaction_trigger": "robot_face",
    }
    hook = daemon.hook(HOOK, settings)
    releases = slack.add_channel("releases")
    for member in (ANNA, BEN):
        slack.dm_channel(member)
    for channel in (GENERAL, releases):
        for user, text in TALK if channel == releases else TALK[:1]:
            slack.say(channel, user, text)
    slack.configure(
        manifest=with_reactions(MANIFEST.read_text("utf-8")),
        events_url=f"{hook}/slack/events",
        interactions_url=f"{hook}/slack/interactions",
        commands_url=f"{hook}/slack/commands",
    )
    return {
        "dify": dify.url,
        "daemon": daemon.url,
        "hook": HOOK,
        "settings": settings,
        "apps": {app_id: app.title for app_id, app in apps.items()} or {app_id: "Your Dify app"},
        "hints": {app_id: app.hint for app_id, app in apps.items()},
        "real": address,
    }
