"""How an answer begins: blanks before its first word go if a thought stands there too, and stay if none does."""

from dify_app.stream.lines import BLANKS

MOST_LEAD = 1_000
"""Pieces of blanks before the first word that are kept; nobody misses the others."""


class FirstWords:
    """Give it all that is said, and tell it of thoughts."""

    def __init__(self) -> None:
        self._spoken = False
        self._lead: list[str] = []
        self._after_thought = False
        self._fresh = False  # in a line behind the one that the thought ended in

    def thought(self) -> None:
        """A thought stands here."""
        if not self._spoken:
            self._lead = []
            self._after_thought, self._fresh = True, False

    def say(self, piece: str) -> list[str]:
        """What is to be shown by now."""
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
        """The blanks of an answer that is nothing else."""
        return [] if self._spoken or self._after_thought else self._lead

    def _behind_thought(self, piece: str) -> str:
        """The same without the rest of the thought's line and without blank lines; an indent stays."""
        if piece == "\n":
            self._lead = []
            self._fresh = True
            return ""
        return piece if self._fresh else piece.lstrip(BLANKS)
