"""Takes pictures and files on Dify out of the text while it streams, because Slack cannot show their addresses.

`files.py` decides which addresses are Dify's own; any other image or link stays in the text as it is. A picture of
Dify's own is taken out of a code block too: its address is signed and short-lived, so a picture is what the app meant.
A block that held only pictures goes with them. Where a link to a file is taken out, the words of the link stay.
"""

import re
from collections.abc import Callable

from dify_app.answer import FileProduced
from dify_app.files import is_signed
from dify_app.stream.lines import LONGEST_RUN, PIECE, MarkdownLines, decided

_ALT = r"(?>[^\[\]\n\\]|\\.|\[[^\[\]\n]{0,100}\]){0,300}"
_TARGET = r"""\([ ]{0,3}<?([^\s<>()]{1,2000})>?(?:[ ]{1,3}["'][^"'\n]{0,300}["'])?[ ]{0,3}\)"""
_LINK = re.compile(rf"(!?)\[({_ALT})\]{_TARGET}")
_LINKED_IMAGE = re.compile(rf"\[[ ]{{0,3}}(!\[({_ALT})\]{_TARGET})[ ]{{0,3}}\]{_TARGET}")
_MARK = re.compile(r"[!\[]")
# The same patterns, for an image or link that has arrived only in part.
_ALT_BEGUN = rf"{_ALT}(?:\\|\[[^\[\]\n]{{0,100}})?"
_TARGET_BEGUN = r"""\([^()\n]{0,2400}(?:["'][^"'\n]{0,300}["']?[ ]{0,3})?"""
_BEGUN = re.compile(
    rf"(?:!|!?\[(?:{_ALT_BEGUN}|{_ALT}\](?:{_TARGET_BEGUN})?))\Z"
    rf"|\[[ ]{{0,3}}!(?:\[(?:{_ALT_BEGUN}|{_ALT}\](?:{_TARGET_BEGUN})?))?\Z"
    rf"|\[[ ]{{0,3}}!\[{_ALT}\]{_TARGET}[ ]{{0,3}}(?:\](?:{_TARGET_BEGUN})?)?\Z"
)

TAKEN = "\0"  # stands where a picture was taken out; CommonMark allows no such character in a text
_RUN = f"{{3,{LONGEST_RUN}}}+"
_BLOCK = re.compile(
    rf" {{0,3}}(`{_RUN}|~{_RUN})[^\n`]{{0,40}}\n"
    rf"[ \t\r\n]{{0,99}}{TAKEN}[{TAKEN} \t\r\n]{{0,99}}\n"
    r" {0,3}\1[ \t]{0,9}(?=\r?\n|\Z)"
)
_BLOCK_BEGUN = re.compile(
    rf" {{0,3}}(?:`{{1,2}}|~{{1,2}}|(?:`{_RUN}|~{_RUN})[^\n`]{{0,40}}"
    rf"(?:\n[{TAKEN} \t\r\n]{{0,240}}(?:`{{0,{LONGEST_RUN}}}|~{{0,{LONGEST_RUN}}})[ \t\r]{{0,9}})?)?\Z"
)


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
            said.append(text[at : mark.start()])
            at = mark.start()
            if found := _LINKED_IMAGE.match(text, at) or _LINK.match(text, at):
                said.append(self._read(found, files))
                at = found.end()
            elif _BEGUN.match(text, at):
                break
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

    def _read(self, found: re.Match[str], files: list[FileProduced]) -> str:
        """The text that stays in place of this image or link; of an image in a link, each may be Dify's own."""
        if found.re is _LINK:
            bang, label, url = found.groups()
            own = self._takes(label, url, "image" if bang else "custom", files)
            return (TAKEN if bang else str(label)) if own else found.group()
        image, alt, url, target = found.groups()
        own = self._takes(alt, url, "image", files)
        if self._takes(alt, target, "custom", files):
            return TAKEN if own else image
        return f"[{files[-1].name}]({target})" if own else found.group()

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
        while at < len(text):
            if self._lines.last == "\n" and not self._lines.in_block:
                if not whole and _BLOCK_BEGUN.match(text, at):
                    break
                if block := _BLOCK.match(text, at):
                    at = block.end()
                    self._lines.last = text[at - 1]
                    continue
            end = text.find("\n", at) + 1 or (len(text) if whole else at + decided(text[at:]))
            if end == at:
                break
            said.append(text[at:end])
            for piece in PIECE.findall(text, at, end):
                self._lines.take(piece)
            at = end
        self._pending = text[at:]
        return "".join(said).replace(TAKEN, "")


def _produced(alt: str, url: str, kind: str) -> FileProduced:
    """The file, named by its description and with the ending of its address."""
    last = url.partition("?")[0].rpartition("/")[2]
    _, dot, extension = last.rpartition(".")
    alt = alt.strip()
    name = alt if "." in alt else f"{alt}{dot}{extension}" if alt and dot else alt or last
    return FileProduced(url, kind, name)
