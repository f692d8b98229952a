"""Where the reference links of a text lead: `[text][1]`, `[text][]` and `[text]`, with `[1]: https://…` elsewhere.

A definition is not shown, as in any Markdown. But a growing message cannot take back what it shows: there a reference
is a link only where its definition came before, and stays text otherwise. The definition of such a reference is text
as well, so that no address is lost. A text that comes at once, in posts and in the last edits, is read with all its
definitions (`everywhere`). A definition that nothing refers to is text, in a growing message at its end.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Self


class Definition(NamedTuple):
    """The `line` at the offset `at` defines an address."""

    at: int
    url: str
    line: str


@dataclass(eq=False, slots=True)
class References:
    """The definitions of one text that were read so far, and the names by which the text has asked for one."""

    _known: dict[str, Definition] = field(default_factory=dict)
    _linked: set[str] = field(default_factory=set)
    _missed: set[str] = field(default_factory=set)

    def find(self, name: str, at: int) -> str | None:
        """The address that was defined before the offset `at` by this name."""
        found = self._known.get(name)
        if found is None or found.at >= at:
            self._missed.add(name)
            return None
        self._linked.add(name)
        return found.url

    def define(self, name: str, new: Definition, *, beside: bool) -> bool:
        """Note the definition; whether it is hidden. The first of a name counts.

        `beside`: the line above is a definition that is text. In a growing message, so is this one: it could take back
        no blank line behind.
        """
        known = self._known.setdefault(name, new)
        if known.at < 0:
            return name in self._linked
        if beside:
            self._missed.add(name)
        return name not in self._missed

    def everywhere(self) -> Self:
        """The same definitions for the whole text. It has been read once, so what it asks for is known."""
        known = {name: definition._replace(at=-1) for name, definition in self._known.items()}
        return type(self)(known, self._linked | self._missed)

    def apart(self) -> Self:
        """The same definitions, for a reading that is not shown: what it asks for is not remembered."""
        return type(self)(dict(self._known), set(self._linked), set(self._missed))

    @property
    def unused(self) -> list[str]:
        """The lines of the hidden definitions that no text has asked for."""
        asked = self._linked | self._missed
        return [known.line for name, known in self._known.items() if known.at >= 0 and name not in asked]


class Known(NamedTuple):
    """The definitions that count for the text at the offset `at`."""

    references: References | None = None
    at: int = 0

    def find(self, name: str) -> str | None:
        """The address that was defined by this name."""
        return self.references.find(name, self.at) if self.references else None


NONE = Known()
