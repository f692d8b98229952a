"""Markdown images that lie on Dify, taken out of the text while it streams: Slack can't show their addresses.

What is Dify's own is decided by `files_out`; any other image stays in the text as it is. One in a code block
is taken too if it is Dify's own: its address is signed and short-lived, so it is meant as a picture.
"""

import re
from collections.abc import Callable

from dify_app.answer import FileProduced

_IMAGE = re.compile(
    r"!\[([^\[\]\n]{0,300})\]"
    r"""\([ ]{0,3}<?([^\s<>()]{1,2000})>?(?:[ ]{1,3}["'][^"'\n]{0,300}["'])?[ ]{0,3}\)"""
)
_BEGUN = re.compile(r"!(?:\[[^\[\]\n]{0,300}(?:\](?:\([^()\n]{0,2400})?)?)?\Z")


class ImageFilter:
    """`owns` tells whether an address is that of a file on Dify."""

    def __init__(self, owns: Callable[[str], bool]) -> None:
        self._owns = owns
        self._pending = ""

    def feed(self, text: str) -> tuple[str, list[FileProduced]]:
        """The text that is certain to be no such image, and the images that are."""
        text = self._pending + text
        said: list[str] = []
        images: list[FileProduced] = []
        at = 0
        while (mark := text.find("!", at)) >= 0:
            image = _IMAGE.match(text, mark)
            if image is not None:
                end = image.end()
                if self._owns(image[2]):
                    said.append(text[at:mark])
                    images.append(_produced(image[1], image[2]))
                else:
                    said.append(text[at:end])
                at = end
            elif _BEGUN.match(text, mark):
                break
            else:
                said.append(text[at : mark + 1])
                at = mark + 1
        certain = len(text) if mark < 0 else mark
        said.append(text[at:certain])
        self._pending = text[certain:]
        return "".join(said), images

    def close(self) -> str:
        """What was held back."""
        held, self._pending = self._pending, ""
        return held


def _produced(alt: str, url: str) -> FileProduced:
    """An image goes by its description, with the ending of the file."""
    last = url.partition("?")[0].rpartition("/")[2]
    _, dot, extension = last.rpartition(".")
    alt = alt.strip()
    name = alt if "." in alt else f"{alt}{dot}{extension}" if alt and dot else alt or last
    return FileProduced(url, "image", name)
