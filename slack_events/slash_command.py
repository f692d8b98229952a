"""Reads the verified bytes of a slash command (docs/platform/slack.md#slash-commands)."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs

from clock import Clock
from errors import Malformed
from json_fields import text_of
from message import Message

LONGEST_QUESTION = 40_000  # characters
_MOST_FIELDS = 40


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """`message` is what the member would have written, at the present time. `command` is the command with its slash.

    `response_url` is a secret: whoever has the URL can write into the conversation.
    """

    message: Message
    command: str
    trigger_id: str
    response_url: str = field(repr=False)


def parse_slash_command(raw: bytes, clock: Clock) -> SlashCommand | None:
    """Read a request's body; None for Slack's look at the certificate. Raises Malformed for anything else."""
    try:
        form = {
            name: values[0] for name, values in parse_qs(raw.decode(), max_num_fields=_MOST_FIELDS).items()
        }
    except ValueError as error:
        raise Malformed("the body is no form") from error
    if form.get("ssl_check") == "1":
        return None
    is_org_wide = form.get("is_enterprise_install") == "true"
    home, now = text_of(form, "team_id"), clock.epoch()
    if not text_of(form, "user_id"):
        raise Malformed("a command of nobody")
    message = Message(
        team_id=text_of(form, "enterprise_id") if is_org_wide else home,
        enterprise_id=text_of(form, "enterprise_id"),
        api_app_id=text_of(form, "api_app_id"),
        source="command",
        channel=text_of(form, "channel_id"),
        ts=f"{int(now)}.{int(now % 1 * 1_000_000):06d}",
        user=text_of(form, "user_id"),
        user_team=home,
        text=text_of(form, "text")[:LONGEST_QUESTION].strip(),
    )
    return SlashCommand(
        message, text_of(form, "command"), text_of(form, "trigger_id"), text_of(form, "response_url")
    )
