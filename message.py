"""One message that Slack sent us an event about, as the rest of the bridge sees the message."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from errors import Malformed
from json_fields import mapping_of, mappings_of, text_of

Source = Literal["app_mention", "message", "button", "command", "reaction"]
"""The event that brought the message. `button`: nobody wrote the message; a member pressed a button with its text.

`command`: a member asked by a slash command or a message shortcut, and the bot itself posted the question.
`reaction`: a member asked by an emoji on a message, whose words are the question, whoever wrote them.
"""

MENTION = re.compile(r"<@([A-Za-z0-9]{1,64})(?:\|[^<>]*)?>", re.ASCII)

_MANY = re.compile(r"<!(?:subteam\^|here|channel|everyone)", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{0,64}", re.ASCII)
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}", re.ASCII)
_KINDS: dict[str, Any] = {
    "files": list | tuple,
    "edited": bool,
    "only_quotes_us": bool,
    "is_ext_shared": bool | None,
    "calling_text": str | None,
}
"""The types of the fields that are no texts, as JSON carries them."""

MOST_FILES = 20
_LONGEST_VALUE = 2_048
_FILE_FIELDS = (
    "id",
    "name",
    "title",
    "mimetype",
    "filetype",
    "mode",
    "subtype",
    "size",
    "url_private",
    "url_private_download",
    "aac",
    "is_external",
    "external_type",
    "file_access",
)


def moment(ts: str) -> tuple[int, int]:
    """A ts as numbers, (-1, 0) for text that is no ts. A float is too coarse for seconds and microseconds together."""
    seconds, _, micros = ts.partition(".")
    whole = seconds.isascii() and seconds.isdigit() and len(seconds) <= 12  # noqa: PLR2004 - the limit of Message, too
    return (
        int(seconds) if whole else -1,
        int(micros[:6].ljust(6, "0")) if micros.isascii() and micros.isdigit() else 0,
    )


def files_of(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The files of a message as Slack sends it, with those of the messages that it forwards.

    Source: docs/platform/slack.md#forwarded-messages.
    """
    forwards = [found for found in mappings_of(raw, "attachments") if found.get("is_share") is True]
    return [file for holder in (raw, *forwards) for file in mappings_of(holder, "files")]


def known_files(raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The files of a message, with only the fields that are needed to fetch them."""
    return tuple(
        {name: file[name] for name in _FILE_FIELDS if name in file and _is_small(file[name])}
        for file in files_of(raw)[:MOST_FILES]
    )


def _is_small(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_VALUE
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53)


def team_of(raw: Mapping[str, Any]) -> str:
    """The author's workspace, "" if a message does not name one. An app's message may name it only in a profile."""
    named = text_of(raw, "user_team", "source_team", "team")
    return named or text_of(mapping_of(raw, "bot_profile"), "team_id")


@dataclass(frozen=True, slots=True)
class Message:
    """One message. The ids are Slack's own; an id is "" where Slack gave none.

    `team_id` is the workspace our app is installed in, `user_team` the author's workspace. `enterprise_id` is the
    organisation that the event names for the installation, "" for a press; only `auth.test` tells whose token we hold
    (turns/throttle/bot_identities.py). `is_ext_shared`: whether other organisations are in the channel; None: Slack
    did not say. `text` is all that the message says, also in blocks and forwarded messages; `calling_text` is what of
    it is neither a quote nor code, None: all of it. `only_quotes_us`: we are mentioned, but not in the calling text.
    `files` are Slack's file objects, also those of forwarded messages, with only the fields that are needed to fetch
    the files. `app_name` is the name behind `~` with which the question chose an app. `bot_id`: an app wrote the
    message, perhaps in a person's name; `user` may be "" then.
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
    calling_text: str | None = None
    files: tuple[Mapping[str, Any], ...] = ()
    bot_user_id: str = ""
    bot_id: str = ""
    app_id: str = ""
    api_app_id: str = ""
    event_id: str = ""
    subtype: str = ""
    edited: bool = False
    only_quotes_us: bool = False
    app_name: str = ""
    is_ext_shared: bool | None = None

    def __post_init__(self) -> None:
        ids = (self.team_id, self.channel, self.user, self.user_team, self.bot_user_id, self.event_id)
        if not all(map(_ID.fullmatch, (*ids, self.bot_id))) or not (self.team_id and self.channel):
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
    def may_tell_us(self) -> bool:
        """Whether the whole text may be a word that tells the bot something, such as `reset`.

        So it is in a direct message and in a thread; but who reacts to a message tells nothing by its words.
        """
        return (self.is_dm or self.is_reply) and self.source != "reaction"

    @property
    def author(self) -> str:
        """The id of whoever wrote the message: a user, or an app without one."""
        return self.user or self.bot_id

    @property
    def mentions_us(self) -> bool:
        """Whether the message calls us by a mention, outside of quotes and code."""
        return bool(self.bot_user_id) and self.bot_user_id in MENTION.findall(self._calling)

    @property
    def mentions_others(self) -> bool:
        """Whether the message calls another user, a group of users or everybody."""
        users = set(MENTION.findall(self._calling)) - {self.bot_user_id}
        return bool(users) or _MANY.search(self._calling) is not None

    @property
    def _calling(self) -> str:
        return self.text if self.calling_text is None else self.calling_text

    def is_outsider(self, team: str, enterprise_id: str) -> bool | None:
        """Whether a person of `team` ("": unknown) who writes in this channel is of another organisation.

        `enterprise_id` is our organisation's, "" if it has none. None: only `users.info` can tell, for an organisation
        has several workspaces. In a channel without other organisations, every author is of our organisation.
        """
        if not team:
            return self.is_ext_shared is not False
        if team in {self.team_id, enterprise_id}:
            return False
        if not enterprise_id:
            return True
        return False if self.is_ext_shared is False and not self.is_dm else None

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
