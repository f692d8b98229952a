"""The Home tab: views.publish, and the view that comes with app_home_opened (docs/platform/slack.md#home-tab)."""

import hashlib
import json

from simulators.slack.arguments import Arguments
from simulators.slack.blocks import check_blocks
from simulators.slack.messages import Json
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok

HOME_BLOCKS, VIEW_BYTES, METADATA_CHARS = 100, 250_000, 3_000
OF_MESSAGES = {"markdown", "plan", "task_card", "context_actions", "file", "table"}
"""Blocks that a message takes and a view does not."""


def publish_view(world: World, arguments: Arguments) -> Json:
    """views.publish: replaces the member's Home tab."""
    if not world.install.home_tab:
        raise Refused("not_enabled")
    user = arguments.need("user_id")
    if user not in world.users:
        raise Refused("user_not_found")
    view = arguments.structure("view")
    if not isinstance(view, dict) or view.get("type") != "home":
        raise Refused("invalid_arguments")
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise Refused("view_too_large")
    blocks = check_blocks(view.get("blocks"), HOME_BLOCKS)
    too_long = len(str(view.get("private_metadata", ""))) > METADATA_CHARS
    if too_long or any(block["type"] in OF_MESSAGES for block in blocks):
        raise Refused("invalid_arguments")
    shown = world.homes.get(user)
    if arguments.text("hash") and shown and arguments.text("hash") != shown["hash"]:
        raise Refused("hash_conflict")
    digest = hashlib.sha256(json.dumps(view).encode()).hexdigest()[:16]
    world.homes[user] = {**view, "id": world.next_id("V"), "hash": digest}
    world.changes.bump()
    return ok(view=world.homes[user])


def opened_event(world: World, user: str, tab: str) -> Json:
    """app_home_opened. The view comes only if one was published."""
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": world.dm(user).id,
        "tab": tab,
        "event_ts": world.next_ts(),
    }
    return event | ({"view": world.homes[user]} if tab == "home" and user in world.homes else {})
