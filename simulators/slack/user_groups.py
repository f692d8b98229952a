"""User groups: usergroups.list and usergroups.users.list (docs/platform/slack.md#user-groups)."""

from dataclasses import dataclass, field

from simulators.slack.arguments import Arguments
from simulators.slack.messages import Json
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok


@dataclass(slots=True)
class UserGroup:
    """`handle` is what members type behind the @. A disabled group keeps its members."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    disabled: bool = False


def list_groups(world: World, arguments: Arguments) -> Json:
    """usergroups.list: all groups of the workspace, the disabled ones only if asked for."""
    _check(world, arguments)
    shown = [group for group in groups_of(world) if not group.disabled or arguments.flag("include_disabled")]
    return ok(usergroups=[_group_object(world, group) for group in shown])


def list_users(world: World, arguments: Arguments) -> Json:
    """usergroups.users.list: all members' ids at once, however many."""
    _check(world, arguments)
    asked = arguments.need("usergroup")
    found = next((group for group in groups_of(world) if group.id == asked), None)
    if found is None or (found.disabled and not arguments.flag("include_disabled")):
        raise Refused("no_such_subteam")
    return ok(users=list(found.users))


def groups_of(world: World) -> list[UserGroup]:
    """The groups of the workspace."""
    return list(world.groups.values())


def changed_event(world: World, group: UserGroup, before: list[str]) -> Json:
    """subteam_members_changed: who came and who went."""
    were, are = set(before), set(group.users)  # a group may have thousands of members
    added = [user for user in group.users if user not in were]
    removed = [user for user in before if user not in are]
    return {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": world.install.team_id,
        "date_previous_update": 1_760_000_000,
        "date_update": 1_760_000_001,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
    }


def _check(world: World, arguments: Arguments) -> None:
    if not world.rules.paid_plan:
        raise Refused("plan_upgrade_required")
    if world.install.org_wide and not arguments.text("team_id"):
        raise Refused("missing_argument")  # docs/platform/slack.md#enterprise-grid


def _group_object(world: World, group: UserGroup) -> Json:
    return {
        "id": group.id,
        "team_id": world.install.team_id,
        "is_usergroup": True,
        "handle": group.handle,
        "name": group.name,
        "date_delete": 1_760_000_000 if group.disabled else 0,
        "user_count": len(group.users),
    }
