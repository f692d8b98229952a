"""Takes pictures and files on Dify out of the text while it streams, because Slack cannot show their addresses.

The shared parser reads images and links (`markdown_source/`), and `files.py` decides which addresses are Dify's own;
any other image or link stays in the text as it is. A picture of Dify's own is taken out of a code block too: its
address is signed and short-lived, so a picture is what the app meant. A block that held only pictures goes with them.
Where a link to a file is taken out, the words of the link stay.
"""

import re
from collections.abc import Callable

from dify_app.answer import FileProduced
from dify_app.files import is_signed
from dify_app.stream.lines import MarkdownLines
from markdown_source import LABEL_LIMIT, TARGET_LIMIT, Link, blocks, read_link

TAKEN = "\0"  # stands where a picture was taken out; CommonMark allows no such character in a text
HELD_LIMIT = LABEL_LIMIT + TARGET_LIMIT  # characters of a link that may still be one of Dify's own
# Characters of a code block, and of its first line, that may still turn out to hold only pictures.
_FRAME_LIMIT, _OPENING_LIMIT = 300, 60
_MARK = re.compile(r"!?\[|!\Z")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_FENCE_BEGUN = re.compile(rf"^{_FENCE.pattern}|^ {{0,3}}(?:`{{1,2}}|~{{1,2}})\Z", re.MULTILINE)


class ImageFilter:
    """Takes images out of text. `owns` says whether an address is that of a file on Dify."""

    def __init__(self, owns: Callable[[str], bool]) -> None:
        self._owns = owns
        self._pending = ""
        self._frames = FrameFilter()

    def feed(self, text: str) -> tuple[str, list[FileProduced]]:
        """The text that is certain to be no such image, and the images that were taken out."""
        text = self._pending + text.replace(TAKEN, "\N{REPLACEMENT CHARACTER}")
        said: list[str] = []
        files: list[FileProduced] = []
        at = 0
        while mark := _MARK.search(text, at):
            end = text.find("\n", mark.start())
            if end >= 0 and text.find("](", mark.start(), end) < 0:  # no link is in the line
                said.append(text[at:end])
                at = end
                continue
            said.append(text[at : mark.start()])
            at = mark.start()
            found = _read(text[at : end if end >= 0 else None], whole=end >= 0)
            if found == 0 and len(text) - at < HELD_LIMIT:
                break
            if isinstance(found, Link):
                said.append(self._shown(text[at : at + found.end], found, files))
                at += found.end
            else:
                said.append(text[at])
                at += 1
        else:
            said.append(text[at:])
            at = len(text)
        self._pending = text[at:]
        return self._frames.feed("".join(said)), files

    def close(self) -> str:
        """The text that was held back."""
        held, self._pending = self._pending, ""
        return self._frames.feed(held) + self._frames.close()

    def _shown(self, source: str, found: Link, files: list[FileProduced]) -> str:
        """The text that stays in place of this image or link; of an image in a link, each may be Dify's own."""
        if source.startswith("!"):
            return TAKEN if self._takes(found.label, found.url, "image", files) else source
        image = found.label.strip(" ")
        inner = _read(image, whole=True) if image.startswith("![") else None
        if not isinstance(inner, Link) or inner.end < len(image):
            return found.label if self._takes(found.label, found.url, "custom", files) else source
        own = self._takes(inner.label, inner.url, "image", files)
        if self._takes(inner.label, found.url, "custom", files):
            return TAKEN if own else image
        return f"[{files[-1].name}]({found.url})" if own else source

    def _takes(self, alt: str, url: str, kind: str, files: list[FileProduced]) -> bool:
        """Whether this is a file on Dify, which is then added; a link must be signed, a picture is always tried."""
        own = self._owns(url) and (kind == "image" or is_signed(url))
        if own:
            files.append(_produced(alt, url, kind))
        return own


class FrameFilter:
    """Takes each `TAKEN` out of the text, and each code block that held nothing else."""

    def __init__(self) -> None:
        self._pending = ""
        self._lines = MarkdownLines()

    def close(self) -> str:
        """The text that was held back."""
        return self.feed("", whole=True)

    def feed(self, text: str, *, whole: bool = False) -> str:
        """The part of the text that is certain not to belong to such a block; all of it if nothing follows."""
        text, at = self._pending + text, 0
        said: list[str] = []
        while begun := _FENCE_BEGUN.search(text, at):
            said.append(text[at : begun.start()])
            self._lines.take(said[-1])
            at = begun.start()
            frame = _frame(text, at, whole=whole) if self._lines.last == "\n" else None
            if frame is not None and not self._lines.in_block:
                if frame == at:
                    break
                at = frame
                self._lines.last = text[at - 1]
                continue
            said.append(text[at : begun.end()])
            self._lines.take(said[-1])
            at = begun.end()
        else:
            said.append(text[at:])
            self._lines.take(said[-1])
            at = len(text)
        self._pending = text[at:]
        return "".join(said).replace(TAKEN, "")


def _read(line: str, *, whole: bool) -> Link | int | None:
    """The image or link that the line begins with; None if there is none, 0 if more text may complete it."""
    bracket = int(line.startswith("!"))
    if bracket == len(line):
        return None if whole else 0
    found = read_link(line, bracket, whole=whole)
    return 0 if found == bracket else found


def _frame(text: str, start: int, *, whole: bool) -> int | None:
    """The end of the code block at `start` that holds only pictures; `start` if more text may complete such a block."""
    if not _FENCE.match(text, start):
        return None if whole else start
    lines = text[start : start + _FRAME_LIMIT].split("\n")
    words = (number for number, line in enumerate(lines[1:], 2) if line.replace(TAKEN, "").strip())
    last = next(words, len(lines))
    is_over = whole or last < len(lines)
    lines = lines[:last]
    if is_over and not any(TAKEN in line for line in lines):
        return None
    block = next(iter(blocks(lines, tables=False)), None)
    if block is None or not block.fence or len(lines[0]) > _OPENING_LIMIT:
        return None
    if is_over:
        return start + len("\n".join(lines)) if block.closed else None
    closing = lines[-1] if len(lines) > 1 else ""
    begun = not closing.replace(TAKEN, "").strip().strip(block.fence[0])
    return start if begun and len(text) - start < _FRAME_LIMIT else None


def _produced(alt: str, url: str, kind: str) -> FileProduced:
    """The file, named by its description and with the ending of its address."""
    last = url.partition("?")[0].rpartition("/")[2]
    _, dot, extension = last.rpartition(".")
    alt = alt.strip()
    name = alt if "." in alt else f"{alt}{dot}{extension}" if alt and dot else alt or last
    return FileProduced(url, kind, name)
