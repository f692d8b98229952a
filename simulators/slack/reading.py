"""auth.test, bots.info, users.info, conversations.* and assistant.threads.setStatus."""

from itertools import islice

from simulators.slack.arguments import Arguments
from simulators.slack.messages import Json, Message
from simulators.slack.objects import channel_object, message_object
from simulators.slack.posting import TS, expire
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok

PAGE, LARGEST_PAGE = 100, 1_000  # internal apps keep 1,000: docs/platform/slack.md#history-limits
LOADING_MESSAGES, LOADING_CHARS = 10, 50  # docs/platform/slack.md#thread-status


def auth_test(world: World, _arguments: Arguments) -> Json:
    """auth.test. For an app that an organisation installed, the organisation stands where the workspace does.

    Source: docs/platform/slack.md#enterprise-grid.
    """
    bot = world.install
    return ok(
        url="https://simulated.slack.com/",
        team=bot.team_name,
        user=world.users[bot.bot_user].name,
        team_id=bot.enterprise_id if bot.org_wide else bot.team_id,
        user_id=bot.bot_user,
        bot_id=bot.bot_id,
        is_enterprise_install=bot.org_wide,
        **({"enterprise_id": bot.enterprise_id} if bot.enterprise_id else {}),
    )


def bots_info(world: World, arguments: Arguments) -> Json:
    """bots.info, which tells the app behind a bot (docs/platform/slack.md#self-check-calls)."""
    install = world.install
    if arguments.need("bot") != install.bot_id:
        raise Refused("bot_not_found")
    name = world.users[install.bot_user].real_name
    return ok(bot={"id": install.bot_id, "app_id": install.token_app_id or install.app_id, "name": name})


def users_info(world: World, arguments: Arguments) -> Json:
    """users.info."""
    user = world.users.get(arguments.need("user"))
    if user is None:
        raise Refused("user_not_found")
    include = arguments.flag("include_locale")
    home, organisation = world.install.team_id, world.install.enterprise_id
    scopes = world.install.scopes
    email = scopes is None or "users:read.email" in scopes
    if email and user.email:
        world.install.used_scopes.add("users:read.email")
    return ok(user=user.profile(home, organisation, include_locale=include, include_email=email))


def conversations_info(world: World, arguments: Arguments) -> Json:
    """conversations.info."""
    return ok(channel=channel_object(world, world.channel(arguments.need("channel"))))


def conversations_replies(world: World, arguments: Arguments) -> Json:
    """conversations.replies: the root and its replies, oldest first, page by page."""
    channel = world.channel(arguments.need("channel"))
    if world.install.bot_user not in channel.members:
        raise Refused("not_in_channel")
    asked = channel.get(arguments.need("ts"))
    if asked is None:
        raise Refused("thread_not_found")
    return _page(world, arguments, list(channel.thread(asked.root())))


def conversations_history(world: World, arguments: Arguments) -> Json:
    """conversations.history: the channel's own messages, newest first."""
    channel = world.channel(arguments.need("channel"))
    if world.install.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return _page(world, arguments, list(channel.top_level())[::-1])


def conversations_open(world: World, arguments: Arguments) -> Json:
    """conversations.open with one member or several."""
    users = [user for user in arguments.text("users").split(",") if user]
    if not users or any(user not in world.users for user in users):
        raise Refused("user_not_found" if users else "users_list_not_supplied")
    if len(users) == 1:
        return ok(channel={"id": world.dm(users[0]).id})
    members = {*users, world.install.bot_user}
    for channel in world.channels.values():
        if channel.kind == "mpim" and channel.members == members:
            return ok(channel={"id": channel.id})
    return ok(channel={"id": world.add_channel("mpdm-" + "--".join(users), "mpim", members).id})


def set_status(world: World, arguments: Arguments) -> Json:
    """assistant.threads.setStatus (docs/platform/slack.md#thread-status)."""
    channel = world.channel(arguments.need("channel_id"))
    thread = arguments.text("thread_ts")
    if not TS.fullmatch(thread) or channel.has_lost(thread):
        raise Refused("invalid_thread_ts")  # docs/platform/slack.md#posting-into-a-deleted-thread
    loading = arguments.structure("loading_messages") or []
    if len(loading) > LOADING_MESSAGES or any(len(str(line)) > LOADING_CHARS for line in loading):
        raise Refused("invalid_arguments")
    text = arguments.text("status")
    world.change_status(channel.id, thread, text, tuple(map(str, loading)), "set" if text else "cleared")
    return ok()


def _page(world: World, arguments: Arguments, messages: list[Message]) -> Json:
    """One page by `cursor` and `limit`, within `oldest` and `latest`."""
    oldest, latest = arguments.text("oldest", "0"), arguments.text("latest", "9999999999.999999")
    inclusive = arguments.flag("inclusive")
    chosen = [m for m in messages if _within(m.ts, oldest, latest, inclusive=inclusive)]
    begin = _position(arguments.text("cursor"))
    size = max(1, min(LARGEST_PAGE, arguments.number("limit", PAGE)))
    page = list(islice(chosen, begin, begin + size))
    for message in page:
        expire(world, message)
    more = begin + size < len(chosen)
    with_metadata = arguments.flag("include_all_metadata")
    return ok(
        messages=[message_object(world, message, metadata=with_metadata) for message in page],
        has_more=more,
        response_metadata={"next_cursor": f"page:{begin + size}" if more else ""},
    )


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    head, _, rest = cursor.partition(":")
    if head != "page" or not rest.isdigit():
        raise Refused("invalid_cursor")
    return int(rest)


def _within(ts: str, oldest: str, latest: str, *, inclusive: bool) -> bool:
    try:
        low, at, high = float(oldest), float(ts), float(latest)
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
    return low <= at <= high if inclusive else low < at < high
