"""The facts that are needed to read the stream of a run."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Facts that the stream itself does not tell.

    `web_url` is the base of Dify's web app, where a person continues a paused run. `locale` is the language of tools'
    names, such as ja_JP. `owns` says whether an address is that of a file on Dify (`addresses.py`); images at such
    addresses become files.
    """

    web_url: str = ""
    locale: str = "en_US"
    owns: Callable[[str], bool] = lambda _url: False
