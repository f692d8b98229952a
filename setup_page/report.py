"""The self-check's result: lines that are green, red or not seen yet. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from wording import SetupText, setup_text


class CheckState(StrEnum):
    """The state of one line; the values are classes of the page's style."""

    GREEN = "green"
    RED = "red"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the page with its values. A value may be a Text."""

    key: SetupText
    values: tuple[tuple[str, Any], ...] = ()

    def say(self, language: str) -> str:
        """The text in this language, not escaped."""
        values = {name: _said(value, language) for name, value in self.values}
        return setup_text(language, self.key, **values)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the self-check. `title` may be a name, such as that of a scope."""

    state: CheckState
    title: Text | str
    text: Text


UNSEEN: Final = Text(SetupText.UNSEEN)


def text(key: SetupText, **values: Any) -> Text:
    """A text with values."""
    return Text(key, tuple(values.items()))


def green(title: Text | SetupText | str, said: Text) -> CheckLine:
    """A line of what works."""
    return CheckLine(CheckState.GREEN, _title(title), said)


def red(title: Text | SetupText | str, said: Text) -> CheckLine:
    """A line of what does not work; the text says what to do."""
    return CheckLine(CheckState.RED, _title(title), said)


def unseen(title: Text | SetupText | str, said: Text = UNSEEN) -> CheckLine:
    """A line of which nothing is known yet."""
    return CheckLine(CheckState.UNSEEN, _title(title), said)


def ago(seconds: float) -> Text:
    """How long ago something was, in words."""
    if seconds < 60:  # noqa: PLR2004
        return text(SetupText.AGO_SECONDS, count=max(0, round(seconds)))
    if seconds < 2 * 3600:
        return text(SetupText.AGO_MINUTES, count=round(seconds / 60))
    return text(SetupText.AGO_HOURS, count=round(seconds / 3600))


def _said(value: Any, language: str) -> Any:
    return value.say(language) if isinstance(value, Text) else value


def _title(title: Text | SetupText | str) -> Text | str:
    return Text(title) if isinstance(title, SetupText) else title
