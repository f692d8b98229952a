"""What others said in a thread, as the app shall read it. Pure.

It may come from anybody who can write into the channel, and the app may take it for an order
(docs/platform/slack.md#text-of-strangers): so only what people say whom the bot would answer is passed on,
everything is told with its author, and no line of a message begins where a new message would.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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


class Voice(StrEnum):
    """Who wrote a message, as far as it matters here."""

    OURS = "ours"
    NOTICE = "notice"
    MEMBER = "member"
    EXTERNAL = "external"
    APP = "app"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whose words may be passed on: those of people whom the bot would answer. Empty `allowed_users`: all."""

    message: Message
    installation: Installation
    allowed_users: frozenset[str] = frozenset()
    slack_connect: bool = False

    def voice(self, raw: Raw) -> Voice:
        """Whose message it is. Other apps count as members: they must be named where only some are allowed."""
        user = text_of(raw, "user")
        if user and user == self.message.bot_user_id:
            return Voice.OURS
        if text_of(raw, "app_id") and raw.get("app_id") == self.message.api_app_id:
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
        """As of the author of the question; what another app wrote may name a workspace only in its profile."""
        team = text_of(raw, "user_team", "source_team", "team")
        team = team or text_of(mapping_of(raw, "bot_profile"), "team_id")
        if team == self.message.team_id:
            return False
        bot = self.installation.bot()
        return self.message.is_outsider(team, bot.enterprise_id if bot else "")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Messages with their authors' voice, oldest first."""

    messages: tuple[tuple[Raw, Voice], ...] = ()


def excerpt(
    raws: Iterable[Raw],
    circle: Visibility,
    *,
    after: str = "",
    handled: Collection[str] = (),
    ours: bool = False,
) -> Excerpt:
    """What others said before the message that is being answered, and after the ts `after`.

    Not what is in `handled`: the app was asked these. What we said ourselves only with `ours`, for an app that
    does not remember it.
    """
    wanted = {Voice.MEMBER, Voice.EXTERNAL, Voice.APP} | ({Voice.OURS} if ours else set())
    kept: list[tuple[Raw, Voice]] = []
    for raw in raws:
        ts = text_of(raw, "ts")
        if not is_before(after, ts) or not is_before(ts, circle.message.ts) or ts in handled:
            continue
        voice = circle.voice(raw)
        if voice in wanted:
            kept.append((raw, voice))
    return Excerpt(tuple(kept[-MOST_MESSAGES:]))


def is_before(one: str, other: str) -> bool:
    """Whether the one ts is the earlier; an empty one is before all."""
    return moment(one) < moment(other)


def people_in(excerpt: Excerpt) -> list[str]:
    """Whose names are needed: authors and who is mentioned, the latest first, once each."""
    ids: dict[str, None] = {}
    for raw, voice in reversed(excerpt.messages):
        if voice is not Voice.APP:
            ids.setdefault(text_of(raw, "user"))
        ids.update(dict.fromkeys(MENTION.findall(text_of(raw, "text"))))
    return [user for user in ids if user]


def written(excerpt: Excerpt, names: Names, marks: Mapping[Voice, str], bot_user_id: str = "") -> str:
    """One message after the other, each begun by its author; of too many the oldest are dropped.

    `names` gives the name of a user id or "", `marks` what stands in brackets behind some authors.
    """
    lines: list[str] = []
    room = MOST_CHARACTERS
    for raw, voice in reversed(excerpt.messages):
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
    """On one line, without what could pass for the end of a name."""
    user = text_of(raw, "user")
    profile = mapping_of(raw, "bot_profile")
    shown = (text_of(raw, "username") or text_of(profile, "name") if raw.get("bot_id") else "") or (
        names(user) if user else ""
    )
    plain = " ".join(shown.replace(":", " ").replace("(", " ").replace(")", " ").split())
    return shortened(plain, LONGEST_NAME) or user or "?"


def _body(raw: Raw, names: Names, bot_user_id: str) -> str:
    """Its text, or that of its blocks, and what hangs on it."""
    parts = [text_of(raw, "text") or "\n".join(_block_texts(raw.get("blocks")))]
    parts += [f"[attachment] {_attachment(found)}" for found in mappings_of(raw, "attachments")]
    parts += [f"[file] {_name(found)}" for found in mappings_of(raw, "files")]
    return "\n".join(readable(part, bot_user_id, names) for part in parts if part.strip()).strip()


def _attachment(found: Raw) -> str:
    """An older way to format a message, and how a shared message or a link's preview hangs on one."""
    shown = [text_of(found, name) for name in ("author_name", "pretext", "title", "text")]
    fields = [
        f"{text_of(field, 'title')}: {text_of(field, 'value')}" for field in mappings_of(found, "fields")
    ]
    said = " · ".join(part for part in [*shown, *fields] if part.strip())
    return said or "\n".join(_block_texts(found.get("blocks"))) or text_of(found, "fallback")


def _name(found: Raw) -> str:
    return " ".join((text_of(found, "name", "title") or "?").split())


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
