"""Removes code blocks that held nothing but pictures: without their pictures they would stand there empty."""

import re

from dify_app.stream.lines import LONGEST_RUN, PIECE, MarkdownLines, decided

TAKEN = "\0"  # stands where a picture was taken out; CommonMark allows no such character in a text
_RUN = f"{{3,{LONGEST_RUN}}}+"
_BLOCK = re.compile(
    rf" {{0,3}}(`{_RUN}|~{_RUN})[^\n`]{{0,40}}\n"
    rf"[ \t\r\n]{{0,99}}{TAKEN}[{TAKEN} \t\r\n]{{0,99}}\n"
    r" {0,3}\1[ \t]{0,9}(?=\r?\n|\Z)"
)
_BEGUN = re.compile(
    rf" {{0,3}}(?:`{{1,2}}|~{{1,2}}|(?:`{_RUN}|~{_RUN})[^\n`]{{0,40}}"
    rf"(?:\n[{TAKEN} \t\r\n]{{0,240}}(?:`{{0,{LONGEST_RUN}}}|~{{0,{LONGEST_RUN}}})[ \t\r]{{0,9}})?)?\Z"
)


class FrameFilter:
    """Reads text with a `TAKEN` for each picture and gives the text back without those blocks and marks."""

    def __init__(self) -> None:
        self._pending = ""
        self._lines = MarkdownLines()

    def feed(self, text: str) -> str:
        """The part of the text that is certain not to belong to such a block."""
        self._pending += text
        return self._read(whole=False)

    def close(self) -> str:
        """The text that was held back."""
        return self._read(whole=True)

    def _read(self, *, whole: bool) -> str:
        text, at = self._pending, 0
        said: list[str] = []
        while at < len(text):
            if self._lines.last == "\n" and not self._lines.in_block:
                block = _BLOCK.match(text, at)
                if not whole and _BEGUN.match(text, at):
                    break
                if block is not None:
                    at = block.end()
                    self._lines.last = text[at - 1]
                    continue
            end = text.find("\n", at) + 1 or (len(text) if whole else at + decided(text[at:]))
            if end == at:
                break
            said.append(text[at:end])
            for found in PIECE.finditer(text, at, end):
                self._lines.take(found.group())
            at = end
        self._pending = text[at:]
        return "".join(said).replace(TAKEN, "")
