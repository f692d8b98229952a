"""Answers `GET /slack/setup` and `GET /slack/metrics`: the steps for anybody, and more with the setup key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setup_page.access import Access, KeyGuard
from setup_page.addresses import base_address
from setup_page.history import history
from setup_page.metrics import metrics_text
from setup_page.rendering import (
    CHALLENGE,
    LANGUAGES,
    SAFE_HEADERS,
    AdminReport,
    PageAnswer,
    locked_answer,
    paused_answer,
    report_answer,
    setup_answer,
)
from setup_page.self_check import SelfCheck
from setup_page.which_rule import LONGEST, WhichRule
from turns import EndpointRequest
from wording import language_for

REFUSED: Final = "The setup key is missing or wrong, or too many wrong keys came.\n"
_CODES: Final = tuple(code for code, _ in LANGUAGES)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a browser asks for. `authorization` is the header; `languages` are the browser's, the liked best first."""

    query: Mapping[str, str]
    authorization: str = ""
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SetupPage:
    """For one request."""

    endpoint: EndpointRequest
    guard: KeyGuard
    check: SelfCheck
    rule: WhichRule

    def answer(self, request: PageRequest) -> PageAnswer:
        """The page. Without the key it tells nothing but how to begin, whatever the settings are."""
        language = page_language(request)
        if not request.authorization and "check" not in request.query:
            return setup_answer(language, base_address(self.endpoint.url))
        access = self.guard.judge(self.endpoint.id, self.endpoint.settings.setup_key, request.authorization)
        if access is Access.PAUSED:
            return paused_answer(language, self.guard.pause_left(self.endpoint.id))
        if access is Access.LOCKED:
            return locked_answer(language)
        return report_answer(language, base_address(self.endpoint.url), self._report(request))

    def metrics(self, authorization: str) -> PageAnswer:
        """The figures of the last turns as Prometheus reads them, with the key alone."""
        access = self.guard.judge(self.endpoint.id, self.endpoint.settings.setup_key, authorization)
        if access is not Access.OPEN:
            status = 429 if access is Access.PAUSED else 401
            return PageAnswer(status, REFUSED, SAFE_HEADERS | {"WWW-Authenticate": CHALLENGE})
        turns, seen = self.check.recent(), self.check.seen.of(self.endpoint.id)
        return PageAnswer(200, metrics_text(turns, seen, self.check.clock.epoch()), SAFE_HEADERS)

    def _report(self, request: PageRequest) -> AdminReport:
        channel, member = (request.query.get(name, "")[:LONGEST] for name in ("channel", "member"))
        past = history(self.check.recent(), self.check.seen.of(self.endpoint.id), self.check.clock)
        rule = self.rule.lines(channel, member) if channel or member else ()
        return AdminReport(self.check.lines(), past, channel, member, rule)


def page_language(request: PageRequest) -> str:
    """The language that the query names, or else the browser's first one that we have, or else English."""
    wanted = request.query.get("lang", "")
    if wanted in _CODES:
        return wanted
    spoken = (language_for(tag) for tag in request.languages)
    tags = zip(request.languages, spoken, strict=False)
    return next((found.value for tag, found in tags if _is_the_same(tag, found.value)), "en")


def _is_the_same(tag: str, code: str) -> bool:
    return tag.partition("-")[0].lower() == code.partition("-")[0].lower()
