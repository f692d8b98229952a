"""Asks a running endpoint for its set-up page, and reads the page's manifests and the lines of its self-check."""

import base64
import json
import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from tests.support.html_outline import Outline

KEY = "a key of the tests"
OPENER = build_opener(ProxyHandler({}))
"""Made once, because each opener reads the machine's certificates."""
_LINE = re.compile(r'<li class="(green|red|unseen)"><b>(.*?)</b>: (.*?)</li>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class PageGot:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def manifests(self) -> list[dict[str, Any]]:
        """The manifests in the links to Slack, in the page's order."""
        links = [str(link["href"]) for link in Outline(self.body).named("a")]
        queries = [
            parse_qs(urlsplit(link).query) for link in links if link.startswith("https://api.slack.com/apps")
        ]
        return [json.loads(query["manifest_json"][0]) for query in queries]

    @property
    def checks(self) -> dict[str, tuple[str, str]]:
        """The state and the text of each line of the self-check, by its title."""
        return {unescape(title): (state, unescape(said)) for state, title, said in _LINE.findall(self.body)}


def basic(key: str = KEY) -> str:
    """The header in which a browser sends the key."""
    return "Basic " + base64.b64encode(f"admin:{key}".encode()).decode()


def get(hook: str, path: str = "/slack/setup", key: str = "", host: str = "", languages: str = "") -> PageGot:
    """Ask the endpoint at `hook`, with a key or without.

    `host` is the name that a browser knows, `languages` its `Accept-Language`.
    """
    headers = ({"Authorization": basic(key)} if key else {}) | ({"Host": host} if host else {})
    headers |= {"Accept-Language": languages} if languages else {}
    request = Request(f"{hook}{path}", headers=headers)
    try:
        with OPENER.open(request, timeout=60) as answer:
            return PageGot(answer.status, dict(answer.headers), answer.read().decode())
    except HTTPError as error:
        with error:
            return PageGot(error.code, dict(error.headers), error.read().decode())
