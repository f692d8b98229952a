"""What each viewer sees of a message: a stream grows for its one recipient, and for all others it stands still.

Source: docs/platform/slack.md#stream-visibility.
"""

from collections.abc import Iterator

from simulators.slack.channels import Channel
from simulators.slack.messages import Message, State, text_of
from simulators.slack.world import World

THINKING = "Thinking…"


def seen_by(world: World, channel: Channel, message: Message, user: str) -> list[State]:
    """The states of the message that the user saw, each once; empty for who is not in the channel."""
    if user not in channel.members or message.ephemeral_for not in {"", user}:
        return []
    live = is_live_for(world, channel, message, user)
    shown: list[State] = []
    for state in message.states if live else _from_outside(message):
        if not shown or _look(shown[-1]) != _look(state):
            shown.append(state)
    return shown


def shown_to(world: World, channel: Channel, message: Message, user: str) -> State | None:
    """The last state of `seen_by`, found without the others; None if the user sees nothing."""
    if user not in channel.members or message.ephemeral_for not in {"", user}:
        return None
    if is_live_for(world, channel, message, user):
        return message.states[-1]
    *_, last = _from_outside(message)
    return last


def is_live_for(world: World, channel: Channel, message: Message, user: str) -> bool:
    """Whether the user sees each state: of a post and an edit everybody does, of a stream only its recipient.

    A 1:1 direct message has one viewer. A stream for the bot itself grows for nobody.
    """
    if message.stream is None or channel.kind == "im":
        return True
    return message.stream.recipient == user != world.install.bot_user


def _from_outside(message: Message) -> Iterator[State]:
    """The first chunk, or Slack's placeholder if that has no text; then nothing until the stream has ended."""
    first, *later = message.states
    if first.streaming and not text_of(first.parts()).strip():
        placeholder = [{"type": "markdown_text", "text": THINKING}]
        yield State(first.at, first.design, first.method, placeholder, 1, streaming=True)
    else:
        yield first
    yield from (state for state in later if not state.streaming)


def _look(state: State) -> tuple[object, ...]:
    return state.parts(), state.streaming, state.method == "chat.delete"
