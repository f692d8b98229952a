"""Renders the set-up page and its refusals as HTML, with headers that let a browser run nothing but our own script.

The page may be served from the host of Dify's console, so nothing of a request may ever run there: every value is
escaped, no address of another host is loaded, and of scripts and styles only ours run, known by their hashes.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from setup_page.addresses import PLACEHOLDER, is_of_one_network
from setup_page.app_manifest import (
    COLOUR,
    HANDLE,
    LONGEST_NAME,
    NAME,
    VARIANTS,
    AppWords,
    Variant,
    VariantName,
    app_manifest,
    creation_link,
)
from setup_page.history import History
from setup_page.report import CheckLine
from wording import SetupText, setup_text

LANGUAGES: Final = (("en", "English"), ("ja", "日本語"), ("zh-Hans", "简体中文"), ("pt-BR", "Português"))
CHALLENGE: Final = 'Basic realm="Slack Bridge", charset="UTF-8"'
_FOLDER: Final = Path(__file__).parent / "page"
_CODE: Final = re.compile("`([^`]*)`")
_TITLES: Final = {
    VariantName.STANDARD: (SetupText.STANDARD, SetupText.STANDARD_HELP),
    VariantName.MENTIONS_ONLY: (SetupText.MENTIONS_ONLY, SetupText.MENTIONS_ONLY_HELP),
    VariantName.MEMBER_RULES: (SetupText.MEMBER_RULES, SetupText.MEMBER_RULES_HELP),
    VariantName.REACTIONS: (SetupText.REACTIONS, SetupText.REACTIONS_HELP),
    VariantName.SOCKET_MODE: (SetupText.SOCKET_MODE, SetupText.SOCKET_MODE_HELP),
    VariantName.AGENT: (SetupText.AGENT, SetupText.AGENT_HELP),
}


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """One HTTP answer."""

    status: int
    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Offer:
    """A variant as the page shows it: its title and help, its manifest as text, and the link."""

    variant: Variant
    title: SetupText
    help: SetupText
    text: str
    link: str


def setup_answer(language: str, base: str) -> PageAnswer:
    """The page as anybody may see it. `base` is an address as `base_address` gives it, or ""."""
    return _answer(200, "setup.html", language, _steps(language, base) | {"report": None})


@dataclass(frozen=True, slots=True)
class AdminReport:
    """What the admin alone sees. `channel` and `member` are as they were typed, `rule` says which rules apply there."""

    lines: Sequence[CheckLine]
    history: History
    channel: str = ""
    member: str = ""
    rule: Sequence[CheckLine] = ()


def report_answer(language: str, base: str, report: AdminReport) -> PageAnswer:
    """The page with the report above the steps."""
    values = {
        "report": _said(report.lines, language),
        "rule": _said(report.rule, language),
        "history": report.history,
        "channel": report.channel,
        "member": report.member,
        "metrics": f"{base}/slack/metrics",
    }
    return _answer(200, "report.html", language, _steps(language, base) | values)


def _said(lines: Sequence[CheckLine], language: str) -> list[tuple[str, str, str]]:
    """State, title and text of each line."""
    titles = (line.title if isinstance(line.title, str) else line.title.say(language) for line in lines)
    return [(line.state, title, line.text.say(language)) for line, title in zip(lines, titles, strict=True)]


def locked_answer(language: str) -> PageAnswer:
    """The answer to a request without the right key: the browser asks for it."""
    words = {"title": SetupText.LOCKED, "help": SetupText.LOCKED_HELP}
    return _answer(401, "refused.html", language, words, {"WWW-Authenticate": CHALLENGE})


def paused_answer(language: str, seconds: float) -> PageAnswer:
    """The answer while no key is looked at, for so many seconds more."""
    words = {"title": SetupText.PAUSED, "help": SetupText.PAUSED_HELP}
    return _answer(429, "refused.html", language, words, {"Retry-After": str(int(seconds) + 1)})


def _steps(language: str, base: str) -> dict[str, Any]:
    return {
        "base": base,
        "placeholder": PLACEHOLDER,
        "of_one_network": is_of_one_network(base),
        "offers": [_offer(variant, language, base or PLACEHOLDER) for variant in VARIANTS],
        "name": NAME,
        "handle": HANDLE,
        "colour": COLOUR,
        "longest_name": LONGEST_NAME,
    }


def words_of(language: str) -> AppWords:
    """The words of the Slack app in a language."""
    keys = (
        SetupText.DESCRIPTION,
        SetupText.COMMAND_DESCRIPTION,
        SetupText.COMMAND_HINT,
        SetupText.SHORTCUT,
        SetupText.SHORTCUT_DESCRIPTION,
        SetupText.AGAIN,
        SetupText.AGAIN_DESCRIPTION,
    )
    return AppWords(*(setup_text(language, key) for key in keys))


def _offer(variant: Variant, language: str, base: str) -> _Offer:
    manifest = app_manifest(variant, base, words_of(language))
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    return _Offer(variant, *_TITLES[variant.name], text, creation_link(manifest))


def _answer(
    status: int,
    template: str,
    language: str,
    values: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> PageAnswer:
    body = (
        _templates()
        .get_template(template)
        .render(
            values,
            T=SetupText,
            t=partial(setup_text, language),
            language=language,
            languages=LANGUAGES,
            style=Markup(_asset("page.css")),  # noqa: S704 - our own file
            script=Markup(_asset("page.js")),  # noqa: S704 - our own file
        )
    )
    return PageAnswer(status, body, SAFE_HEADERS | _policy() | dict(headers or {}))


SAFE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""For every answer of the set-up page and of the metrics."""


@cache
def _policy() -> dict[str, str]:
    style, script = (_source(_asset(name)) for name in ("page.css", "page.js"))
    rules = (
        "default-src 'none'",
        f"style-src {style}",
        f"script-src {script}",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {"Content-Security-Policy": "; ".join(rules)}


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


@cache
def _templates() -> Templates:
    templates = Templates(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.filters["code"] = _code
    return templates


def _code(text: str) -> Markup:
    """The text, escaped, with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before
