"""reactions.add and reactions.remove (docs/platform/slack.md#reactions)."""

from simulators.slack.arguments import Arguments
from simulators.slack.messages import Json, Message
from simulators.slack.posting import find
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok


def add_reaction(world: World, arguments: Arguments) -> Json:
    """reactions.add."""
    message, name = _target(world, arguments)
    users = message.reactions.setdefault(name, [])
    if world.install.bot_user in users:
        raise Refused("already_reacted")
    users.append(world.install.bot_user)
    world.changes.bump()
    return ok()


def remove_reaction(world: World, arguments: Arguments) -> Json:
    """reactions.remove."""
    message, name = _target(world, arguments)
    users = message.reactions.get(name, [])
    if world.install.bot_user not in users:
        raise Refused("no_reaction")
    users.remove(world.install.bot_user)
    if not users:
        del message.reactions[name]
    world.changes.bump()
    return ok()


def _target(world: World, arguments: Arguments) -> tuple[Message, str]:
    channel = world.channel(arguments.need("channel"))
    return find(channel, arguments.need("timestamp")), arguments.need("name")
