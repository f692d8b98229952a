"""One message that Slack sent us an event about, as the rest of the bridge sees the message."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from errors import Malformed

Source = Literal["app_mention", "message", "button"]
"""The event that brought the message. `button`: nobody wrote the message; a member pressed a button with its text."""

MENTION = re.compile(r"<@([A-Za-z0-9]{1,64})(?:\|[^<>]*)?>", re.ASCII)

_MANY = re.compile(r"<!(?:subteam\^|here|channel|everyone)", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{0,64}", re.ASCII)
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}", re.ASCII)
_KINDS: dict[str, Any] = {"files": list | tuple, "edited": bool, "is_ext_shared": bool | None}
"""The types of the fields that are no texts, as JSON carries them."""


def moment(ts: str) -> tuple[int, int]:
    """A ts as numbers, (-1, 0) for text that is no ts. A float is too coarse for seconds and microseconds together."""
    seconds, _, micros = ts.partition(".")
    whole = seconds.isascii() and seconds.isdigit() and len(seconds) <= 12  # noqa: PLR2004 - the limit of Message, too
    return (
        int(seconds) if whole else -1,
        int(micros[:6].ljust(6, "0")) if micros.isascii() and micros.isdigit() else 0,
    )


@dataclass(frozen=True, slots=True)
class Message:
    """One message. The ids are Slack's own; an id is "" where Slack gave none.

    `team_id` is the workspace our app is installed in, `user_team` the author's workspace. `enterprise_id` is the
    organisation that the event names for the installation, "" for a press; only `auth.test` tells whose token we hold
    (turns/throttle/bot_identities.py). `is_ext_shared`: whether other organisations are in the channel; None: Slack
    did not say. `files` are Slack's file objects, with only the fields that are needed to fetch the files.
    Raises Malformed when an id or a ts does not have the shape of one, so that both are safe in keys and calls.
    """

    team_id: str
    channel: str
    ts: str
    source: Source
    channel_type: str = ""
    thread_ts: str = ""
    user: str = ""
    user_team: str = ""
    enterprise_id: str = ""
    text: str = ""
    files: tuple[Mapping[str, Any], ...] = ()
    bot_user_id: str = ""
    bot_id: str = ""
    app_id: str = ""
    api_app_id: str = ""
    event_id: str = ""
    subtype: str = ""
    edited: bool = False
    is_ext_shared: bool | None = None

    def __post_init__(self) -> None:
        ids = (self.team_id, self.channel, self.user, self.user_team, self.bot_user_id, self.event_id)
        if not all(map(_ID.fullmatch, ids)) or not (self.team_id and self.channel):
            raise Malformed("a message without usable ids")
        if not _TS.fullmatch(self.ts) or (self.thread_ts and not _TS.fullmatch(self.thread_ts)):
            raise Malformed("a message without a usable ts")

    @property
    def root_ts(self) -> str:
        """The ts of the thread that the message belongs to, or begins."""
        return self.thread_ts or self.ts

    @property
    def is_reply(self) -> bool:
        """Whether the message belongs to a thread that another message began."""
        return self.thread_ts not in {"", self.ts}

    @property
    def is_dm(self) -> bool:
        """Whether the author writes to us alone. `app_mention` names no channel type; the id of a DM begins with D."""
        return self.channel_type in {"im", "app_home"} or (not self.channel_type and self.channel[:1] == "D")

    @property
    def is_group_dm(self) -> bool:
        """Whether this is a direct message among several people."""
        return self.channel_type == "mpim"

    @property
    def mentions_us(self) -> bool:
        """Whether the text mentions us, anywhere."""
        return bool(self.bot_user_id) and self.bot_user_id in MENTION.findall(self.text)

    @property
    def mentions_others(self) -> bool:
        """Whether the text mentions another user, a group of users or everybody."""
        users = set(MENTION.findall(self.text)) - {self.bot_user_id}
        return bool(users) or _MANY.search(self.text) is not None

    def is_external_to(self, enterprise_id: str) -> bool:
        """Whether the author is of another organisation; `enterprise_id` is our organisation's, "" if it has none."""
        return self.is_outsider(self.user_team, enterprise_id)

    def is_outsider(self, team: str, enterprise_id: str) -> bool:
        """Whether a person of `team` ("": unknown) who writes in this channel is of another organisation.

        A person counts as an outsider unless something shows that the person is of our organisation. An organisation
        has several workspaces: in a channel without other organisations, every author is of our organisation.
        """
        if not team:
            return self.is_ext_shared is not False
        if team in {self.team_id, enterprise_id}:
            return False
        return not enterprise_id or self.is_ext_shared is not False or self.is_dm

    def to_dict(self) -> dict[str, Any]:
        """The message as JSON values, for the hand-off."""
        return asdict(self)

    @classmethod
    def from_dict(cls, carried: object) -> "Message":
        """Read what `to_dict` gave. Raises Malformed for anything else."""
        if not isinstance(carried, dict):
            raise Malformed("a message that is no object")
        values: dict[str, Any] = {field.name: carried.get(field.name) for field in fields(cls)}
        if (
            not all(isinstance(value, _KINDS.get(name, str)) for name, value in values.items())
            or not all(isinstance(file, dict) for file in values["files"])
            or values["source"] not in get_args(Source)
        ):
            raise Malformed("a message with fields of wrong types")
        return cls(**values | {"files": tuple(values["files"])})
