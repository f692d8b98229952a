"""conversations.list, users.list and users.lookupByEmail (docs/platform/slack.md#finding-by-name)."""

from collections.abc import Sequence

from simulators.slack.arguments import Arguments
from simulators.slack.channels import Channel
from simulators.slack.messages import Json
from simulators.slack.objects import channel_object, is_external
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok

PAGE, LARGEST = 100, 999
KIND_OF_TYPE = {"public_channel": "channel", "private_channel": "group", "mpim": "mpim", "im": "im"}
SCOPE_OF_TYPE = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "mpim": "mpim:read",
    "im": "im:read",
}


def list_channels(world: World, arguments: Arguments) -> Json:
    """conversations.list: the channels of the asked types, private ones only where the bot is a member."""
    _need_team(world, arguments)
    types = [one.strip() for one in arguments.text("types", "public_channel").split(",")]
    if not set(types) <= set(KIND_OF_TYPE):
        raise Refused("invalid_types")
    granted = world.install.scopes
    for one in types:
        if granted is not None and SCOPE_OF_TYPE[one] not in granted:
            raise Refused("missing_scope", needed=SCOPE_OF_TYPE[one], provided=",".join(granted))
    kinds = {KIND_OF_TYPE[one] for one in types}
    is_shown = [
        channel
        for channel in world.channels.values()
        if channel.kind in kinds and _is_visible(world, channel)
        if not (channel.archived and arguments.flag("exclude_archived"))
    ]
    return _page("channels", [channel_object(world, channel) for channel in is_shown], arguments)


def list_users(world: World, arguments: Arguments) -> Json:
    """users.list: everybody, bots and the deactivated too."""
    _need_team(world, arguments)
    home, organisation = world.install.team_id, world.install.enterprise_id
    granted = world.install.scopes
    email = granted is None or "users:read.email" in granted
    people = [
        user.profile(home, organisation, include_locale=False, include_email=email)
        for user in world.users.values()
    ]
    return _page("members", people, arguments)


def lookup_by_email(world: World, arguments: Arguments) -> Json:
    """users.lookupByEmail: a person of the own organisation."""
    email = arguments.need("email").casefold()
    for user in world.users.values():
        if user.email.casefold() == email and not user.deleted and not is_external(world, user.id):
            home, organisation = world.install.team_id, world.install.enterprise_id
            return ok(user=user.profile(home, organisation, include_locale=False))
    raise Refused("users_not_found")


def _is_visible(world: World, channel: Channel) -> bool:
    return channel.kind == "channel" or world.install.bot_user in channel.members


def _need_team(world: World, arguments: Arguments) -> None:
    if world.install.org_wide and not arguments.text("team_id"):
        raise Refused("missing_argument")  # docs/platform/slack.md#enterprise-grid


def _page(name: str, objects: Sequence[Json], arguments: Arguments) -> Json:
    limit = arguments.number("limit", PAGE)
    if not 0 < limit <= LARGEST:
        raise Refused("invalid_limit")
    cursor = arguments.text("cursor", "page:0")
    head, _, rest = cursor.partition(":")
    if head != "page" or not rest.isdigit():
        raise Refused("invalid_cursor")
    begin = int(rest)
    more = begin + limit < len(objects)
    following = {"next_cursor": f"page:{begin + limit}" if more else ""}
    return ok(response_metadata=following, **{name: list(objects[begin : begin + limit])})
