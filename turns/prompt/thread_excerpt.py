"""Writes what others said in a thread, for the app to read. Pure.

Anybody who can write into the channel can write this text, and the app may take the text for an order
(docs/platform/slack.md#text-of-strangers). So only messages of people whom the bot would answer are passed on, each
message with its author, and the lines of a message are indented, so that no line looks like a new message.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from json_fields import mapping_of, mappings_of, text_of
from message import MENTION, Message, moment
from plain_text import shortened
from turns.prompt.readable import readable
from turns.throttle import Installation

MOST_MESSAGES = 200
MOST_CHARACTERS = 12_000
LONGEST_MESSAGE = 3_000
LONGEST_NAME = 60
_SPOKEN = {"", "file_share", "thread_broadcast", "me_message", "bot_message"}
_SLACK_ITSELF = {"USLACK", "USLACKBOT"}
_DEEPEST = 8
_INDENT = "\n  "

type Raw = Mapping[str, Any]
type Names = Callable[[str], str]
type Spoken = tuple[Raw, Voice]


class Voice(StrEnum):
    """The kinds of authors that this module tells apart."""

    OURS = "ours"
    NOTICE = "notice"
    MEMBER = "member"
    EXTERNAL = "external"
    APP = "app"
    LEFT_OUT = "left out"


SHOWN = frozenset({Voice.MEMBER, Voice.EXTERNAL, Voice.APP})


@dataclass(frozen=True, slots=True)
class Visibility:
    """Tells whose words may be passed on: those of people whom the bot would answer. Empty `allowed_users`: all."""

    message: Message
    installation: Installation
    allowed_users: frozenset[str] = frozenset()
    slack_connect: bool = False

    def voice(self, raw: Raw) -> Voice:
        """The author's voice. Other apps count as members, so `allowed_users` applies to them too."""
        user = text_of(raw, "user")
        app_id = text_of(raw, "app_id")
        if (user and user == self.message.bot_user_id) or (app_id and app_id == self.message.api_app_id):
            return Voice.OURS
        if text_of(raw, "subtype") not in _SPOKEN or raw.get("hidden") is True or user in _SLACK_ITSELF:
            return Voice.NOTICE
        external = self._is_external(raw)
        if (external and not self.slack_connect) or (self.allowed_users and user not in self.allowed_users):
            return Voice.LEFT_OUT
        if text_of(raw, "bot_id") or raw.get("subtype") == "bot_message":
            return Voice.APP
        return Voice.EXTERNAL if external else Voice.MEMBER

    def _is_external(self, raw: Raw) -> bool:
        """Whether an outsider wrote the message. An app's message may name its workspace only in the app's profile."""
        team = text_of(raw, "user_team", "source_team", "team")
        team = team or text_of(mapping_of(raw, "bot_profile"), "team_id")
        if team == self.message.team_id:
            return False
        bot = self.installation.bot()
        return self.message.is_outsider(team, bot.enterprise_id if bot else "")


def excerpt(
    raws: Iterable[Raw],
    circle: Visibility,
    *,
    after: str = "",
    handled: Collection[str] = (),
    ours: bool = False,
) -> list[Spoken]:
    """What others said before the message that is being answered and after the ts `after`, the oldest first.

    Messages in `handled` are left out, since the app was asked them. Our own messages are there only with `ours`, for
    an app that does not remember them.
    """
    wanted = SHOWN | ({Voice.OURS} if ours else set())
    kept: deque[Spoken] = deque(maxlen=MOST_MESSAGES)
    for raw in raws:
        ts = text_of(raw, "ts")
        if is_before(after, ts) and is_before(ts, circle.message.ts) and ts not in handled:
            voice = circle.voice(raw)
            if voice in wanted:
                kept.append((raw, voice))
    return list(kept)


def is_before(one: str, other: str) -> bool:
    """Whether `one` is the earlier ts; an empty ts is before all others."""
    return moment(one) < moment(other)


def people_in(excerpt: Sequence[Spoken]) -> list[str]:
    """The ids of authors and mentioned users, whose names are needed: the latest first, each once."""
    ids: list[str] = []
    for raw, voice in reversed(excerpt):
        if voice is not Voice.APP:
            ids.append(text_of(raw, "user"))
        ids += MENTION.findall(text_of(raw, "text"))
    return list(dict.fromkeys(filter(None, ids)))


def written(
    excerpt: Sequence[Spoken], names: Names, marks: Mapping[Voice, str], bot_user_id: str = ""
) -> str:
    """The messages as text; each begins with its author. If they are too many, the oldest are dropped.

    `names` gives the name of a user id or "", `marks` the words in brackets behind authors of some voices.
    """
    lines: list[str] = []
    room = MOST_CHARACTERS
    for raw, voice in reversed(excerpt):
        said = shortened(_INDENT.join(_body(raw, names, bot_user_id).splitlines()), LONGEST_MESSAGE)
        if not said:
            continue
        mark = marks.get(voice, "")
        line = f"{_author(raw, names)}{f' ({mark})' if mark else ''}: {said}"
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def _author(raw: Raw, names: Names) -> str:
    """The author's name on one line, without characters that could look like the end of a name."""
    user = text_of(raw, "user")
    app = text_of(raw, "username") or text_of(mapping_of(raw, "bot_profile"), "name")
    shown = (app if raw.get("bot_id") else "") or (names(user) if user else "")
    plain = " ".join(shown.replace(":", " ").replace("(", " ").replace(")", " ").split())
    return shortened(plain, LONGEST_NAME) or user or "?"


def _body(raw: Raw, names: Names, bot_user_id: str) -> str:
    """The message's text, or the text of its blocks, and its attachments and files."""
    parts = [text_of(raw, "text") or "\n".join(_block_texts(raw.get("blocks")))]
    parts += [f"[attachment] {_attachment(found)}" for found in mappings_of(raw, "attachments")]
    titles = [text_of(found, "name", "title") or "?" for found in mappings_of(raw, "files")]
    parts += [f"[file] {' '.join(title.split())}" for title in titles]
    return "\n".join(readable(part, bot_user_id, names) for part in parts if part.strip()).strip()


def _attachment(found: Raw) -> str:
    """The text of an attachment: an older way to format a message, also used for shared messages and link previews."""
    shown = [text_of(found, name) for name in ("author_name", "pretext", "title", "text")]
    fields = [
        f"{text_of(field, 'title')}: {text_of(field, 'value')}" for field in mappings_of(found, "fields")
    ]
    said = " · ".join(part for part in [*shown, *fields] if part.strip())
    return said or "\n".join(_block_texts(found.get("blocks"))) or text_of(found, "fallback")


def _block_texts(value: object, depth: int = 0) -> Iterator[str]:
    """Every text in a tree of blocks, in order: sections, headers, fields, rich text."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _block_texts(item, depth + 1)
    elif isinstance(value, dict):
        found = value.get("text")
        if isinstance(found, str):
            yield found
        else:
            yield from _block_texts(found, depth + 1)
        for name in ("title", "fields", "elements"):
            yield from _block_texts(value.get(name), depth + 1)
