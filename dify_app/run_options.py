"""What a run is read with."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Facts about the surroundings that a stream itself does not tell.

    `web_url` is the base of Dify's web app, where a paused run goes on; `locale` that of tools' names, such
    as ja_JP; `owns` tells the addresses of files on Dify (`files_out`), whose images become files.
    """

    web_url: str = ""
    locale: str = "en_US"
    owns: Callable[[str], bool] = lambda _url: False
