"""Writes what others said in a thread, for the app to read. Pure.

Anybody who can write into the channel can write this text, and the app may take the text for an order
(docs/platform/slack.md#text-of-strangers). So only messages of people whom the bot would answer are passed on, each
message with its author, and the lines of a message are indented, so that no line looks like a new message.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from json_fields import mapping_of, text_of
from message import Message, moment, team_of
from plain_text import shortened
from turns.prompt.message_text import LONGEST_NAME, file_lines, message_text
from turns.prompt.readable import mentioned, readable
from turns.prompt.words import is_stop_word
from turns.throttle import Installation, RuleCheck

MOST_MESSAGES = 200
MOST_CHARACTERS = 12_000
LONGEST_MESSAGE = 3_000
_SPOKEN = {"", "file_share", "thread_broadcast", "me_message", "bot_message"}
_SLACK_ITSELF = {"USLACK", "USLACKBOT"}
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
    """Tells whose words may be passed on: those of people whom the bot would answer."""

    message: Message
    installation: Installation
    rules: RuleCheck

    def voice(self, raw: Raw) -> Voice:
        """The author's voice. Other apps count as members, so the rules on members apply to them too."""
        return self.voices([raw])[0]

    def voices(self, raws: Sequence[Raw]) -> list[Voice]:
        """The voice of each message; Slack is asked side by side about the authors who may be of our organisation."""
        authors = [(text_of(raw, "user"), team_of(raw)) for raw in raws]
        outside = self.installation.outsiders(self.message, authors)
        asking = [(user, external) for (user, _), external in zip(authors, outside, strict=True)]
        may_ask = self.rules.may_ask(self.message, asking)
        return [
            self._voice(raw, external=external, may_ask=may)
            for raw, external, may in zip(raws, outside, may_ask, strict=True)
        ]

    def _voice(self, raw: Raw, *, external: bool, may_ask: bool) -> Voice:
        user = text_of(raw, "user")
        app_id = text_of(raw, "app_id")
        if (user and user == self.message.bot_user_id) or (app_id and app_id == self.message.api_app_id):
            return Voice.OURS
        if text_of(raw, "subtype") not in _SPOKEN or raw.get("hidden") is True or user in _SLACK_ITSELF:
            return Voice.NOTICE
        if not may_ask:
            return Voice.LEFT_OUT
        if text_of(raw, "bot_id") or raw.get("subtype") == "bot_message":
            return Voice.APP
        return Voice.EXTERNAL if external else Voice.MEMBER


def excerpt(
    raws: Iterable[Raw],
    circle: Visibility,
    *,
    after: str = "",
    handled: Collection[str] = (),
    ours: bool = False,
) -> list[Spoken]:
    """What others said before the message that is being answered and after the ts `after`, the oldest first.

    Messages in `handled` are left out, since the app was asked them, and so are words that stopped an answer. Our own
    messages are there only with `ours`, for an app that does not remember them.
    """
    wanted = SHOWN | ({Voice.OURS} if ours else set())
    between = [
        raw
        for raw in raws
        if is_before(after, ts := text_of(raw, "ts"))
        and is_before(ts, circle.message.ts)
        and ts not in handled
        and not is_stop_word(text_of(raw, "text"), circle.message.bot_user_id)
    ]
    told = zip(between, circle.voices(between), strict=True)
    return [(raw, voice) for raw, voice in told if voice in wanted][-MOST_MESSAGES:]


def is_before(one: str, other: str) -> bool:
    """Whether `one` is the earlier ts; an empty ts is before all others."""
    return moment(one) < moment(other)


def people_in(excerpt: Sequence[Spoken]) -> list[str]:
    """The ids of authors and mentioned users, whose names are needed: the latest first, each once.

    Messages that are too old to be told are not looked at.
    """
    ids: list[str] = []
    room = 2 * MOST_CHARACTERS
    for raw, voice in reversed(excerpt):
        said = message_text(raw)
        if voice is not Voice.APP:
            ids.append(text_of(raw, "user"))
        ids += mentioned(said)
        room -= min(len(said), LONGEST_MESSAGE)
        if room < 0:
            break
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
    return readable(f"{message_text(raw)}\n{file_lines(raw)}", bot_user_id, names)
