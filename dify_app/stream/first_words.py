"""Handles blanks before an answer's first word: they are dropped if there was a thought, and kept if there was none."""

from dify_app.stream.lines import BLANKS

MOST_LEAD = 1_000
"""How many pieces of blanks before the first word are kept; further ones are dropped, since nobody sees them."""


class FirstWords:
    """Reads all text of an answer through `say`, and is told of each thought through `thought`."""

    def __init__(self) -> None:
        self._spoken = False
        self._lead: list[str] = []
        self._after_thought = False
        self._fresh = False  # the line in which the thought ended is over

    def thought(self) -> None:
        """Note that a thought stands at this point."""
        if not self._spoken:
            self._lead = []
            self._after_thought, self._fresh = True, False

    def say(self, piece: str) -> list[str]:
        """The pieces of text that can be shown now."""
        if self._spoken:
            return [piece]
        if self._after_thought:
            piece = self._behind_thought(piece)
        if not piece.strip(BLANKS + "\n"):
            if piece and len(self._lead) < MOST_LEAD:
                self._lead.append(piece)
            return []
        self._spoken = True
        return [*self._lead, piece]

    def close(self) -> list[str]:
        """The blanks that were kept, for an answer that has no words at all."""
        return [] if self._spoken or self._after_thought else self._lead

    def _behind_thought(self, piece: str) -> str:
        """The piece without the rest of the thought's line and without blank lines; an indent stays."""
        if piece == "\n":
            self._lead = []
            self._fresh = True
            return ""
        return piece if self._fresh else piece.lstrip(BLANKS)
