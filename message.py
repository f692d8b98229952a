"""One message that Slack told us of, as the rest of the bridge sees it."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, cast

from errors import Malformed

Source = Literal["app_mention", "message", "button"]
"""Which event told of it; `button`: nobody wrote it, somebody pressed a button that says it."""

MENTION = re.compile(r"<@([A-Za-z0-9]{1,64})(?:\|[^<>]*)?>", re.ASCII)

_MANY = re.compile(r"<!(?:subteam\^|here|channel|everyone)", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{0,64}", re.ASCII)
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}", re.ASCII)


def moment(ts: str) -> tuple[int, int]:
    """A ts as numbers, (-1, 0) for what is none; a float has not digits enough for seconds and microseconds."""
    seconds, _, micros = ts.partition(".")
    whole = seconds.isascii() and seconds.isdigit() and len(seconds) <= 12  # noqa: PLR2004 - as Message takes them
    return (
        int(seconds) if whole else -1,
        int(micros[:6].ljust(6, "0")) if micros.isascii() and micros.isdigit() else 0,
    )


@dataclass(frozen=True, slots=True)
class Message:
    """Ids as Slack gives them, "" where it gave none.

    `team_id` is where our app is installed, `user_team` where the author belongs. `enterprise_id` is the organisation
    of the installation as an event names it, "" for a press; whose our token is says only `auth.test`
    (turns/throttle/bot_identities.py). `is_ext_shared`: whether other organisations are in the channel; None: Slack
    did not say. `files` are Slack's file objects, cut down to what is needed to fetch them.
    Raises Malformed when ids are not shaped like ids, so what is stored or sent under them is safe.
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
        """The thread it stands in, or begins."""
        return self.thread_ts or self.ts

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread that another message began."""
        return self.thread_ts not in {"", self.ts}

    @property
    def is_dm(self) -> bool:
        """A conversation with us alone. `app_mention` names no channel type; the id of a DM begins with D."""
        return self.channel_type in {"im", "app_home"} or (not self.channel_type and self.channel[:1] == "D")

    @property
    def is_group_dm(self) -> bool:
        """A direct message among several people."""
        return self.channel_type == "mpim"

    @property
    def mentions_us(self) -> bool:
        """Whether our mention stands anywhere in the text."""
        return bool(self.bot_user_id) and self.bot_user_id in MENTION.findall(self.text)

    @property
    def mentions_others(self) -> bool:
        """Whether it turns to another user, to a group of them or to everybody."""
        others = (user for user in MENTION.findall(self.text) if user != self.bot_user_id)
        return any(others) or _MANY.search(self.text) is not None

    def is_external_to(self, enterprise_id: str) -> bool:
        """Whether the author is of another organisation than ours; `enterprise_id` is ours, "" if it has no id."""
        return self.is_outsider(self.user_team, enterprise_id)

    def is_outsider(self, team: str, enterprise_id: str) -> bool:
        """Whether who belongs to `team` ("": unknown) and writes here is of another organisation.

        An outsider is whoever is not shown to be of ours. An organisation has several workspaces: who writes in a
        channel that no other organisation is in is of ours.
        """
        if not team:
            return self.is_ext_shared is not False
        if team in {self.team_id, enterprise_id}:
            return False
        return not enterprise_id or self.is_ext_shared is not False or self.is_dm

    def to_dict(self) -> dict[str, Any]:
        """As JSON can carry it, for the hand-off."""
        return asdict(self)

    @classmethod
    def from_dict(cls, carried: object) -> "Message":
        """What `to_dict` gave; raises Malformed for anything else."""
        if not isinstance(carried, dict):
            raise Malformed("a message that is no object")
        values = {field.name: carried.get(field.name) for field in fields(cls)}
        files = values.pop("files")
        edited, is_ext_shared = values.pop("edited"), values.pop("is_ext_shared")
        if (
            not isinstance(files, list | tuple)
            or not all(isinstance(file, dict) for file in files)
            or not isinstance(edited, bool)
            or not isinstance(is_ext_shared, bool | None)
            or not all(isinstance(text, str) for text in values.values())
            or values["source"] not in {"app_mention", "message", "button"}
        ):
            raise Malformed("a message with fields of wrong types")
        return cls(
            **cast("dict[str, Any]", values), files=tuple(files), edited=edited, is_ext_shared=is_ext_shared
        )
