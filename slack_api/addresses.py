"""Which addresses may get the bot token or a member's file: Slack's files host alone.

See docs/architecture.md#d7-secrets-stay.
"""

import re
from urllib.parse import urlsplit

from errors import SettingsError
from hosts import is_loopback

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PORTS = {"https": 443, "http": 80}
ORIGIN_SETTING = "SLACK_FILES_URL"


class FilesOrigin:
    """Scheme, host and port of SLACK_FILES_URL, compared as a whole (docs/platform/slack.md#file-download).

    The URL must be https on port 443, except on loopback, which tests and the demo use. Raises SettingsError otherwise.
    """

    def __init__(self, files_url: str) -> None:
        parts = urlsplit(files_url)
        host = parts.hostname or ""
        if not is_loopback(host) and (parts.scheme != "https" or parts.port not in {None, 443}):
            raise SettingsError(ORIGIN_SETTING, "it has to begin with https:// and name no port.")
        if not host or parts.scheme not in PORTS or "@" in parts.netloc:
            raise SettingsError(ORIGIN_SETTING, "it has to be a URL such as https://files.slack.com.")
        bare = f"[{host}]" if ":" in host else host
        default = PORTS[parts.scheme]
        self._scheme = parts.scheme
        self._authorities = {f"{bare}:{parts.port or default}"}
        if parts.port in {None, default}:
            self._authorities.add(bare)

    def is_origin_of(self, url: str) -> bool:
        """Whether the URL is of this origin, and so spelled that no two parsers read different hosts in it."""
        if "\\" in url or url != url.strip() or CONTROL.search(url):
            return False
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return parts.scheme.lower() == self._scheme and parts.netloc.lower() in self._authorities
