"""A pool that answers by script, for what is decided above the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from slack_api.client import SlackApi
from slack_api.pool import Bounds, HttpResponse
from slack_api.rate_limit.rate_limiter import RateLimiter
from tests.fake_clock import FakeClock


def says(body: Mapping[str, Any] | bytes, status: int = 200, **headers: str) -> HttpResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


OK = says({"ok": True, "ts": "1.5"})


def refuses(error: str) -> HttpResponse:
    return says({"ok": False, "error": error})


@dataclass
class ScriptedPool:
    """Each exchange takes the next answer, or raises it; the last one goes on for ever."""

    answers: list[HttpResponse | Exception]
    sent: list[tuple[str, str, Mapping[str, str], bytes | None]] = field(default_factory=list)

    def exchange(
        self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds
    ) -> HttpResponse:
        self.sent.append((verb, url, headers, body))
        following = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(following, Exception):
            raise following
        return following

    @property
    def methods(self) -> list[str]:
        return [url.rpartition("/")[2] for _, url, _, _ in self.sent]

    def arguments(self, number: int = -1) -> dict[str, Any]:
        _, _, headers, body = self.sent[number]
        if "json" in {name.lower(): value for name, value in headers.items()}["content-type"]:
            return dict(json.loads(body or b""))
        return dict(parse_qsl((body or b"").decode(), keep_blank_values=True))


def api_over(
    *answers: HttpResponse | Exception, clock: FakeClock | None = None
) -> tuple[SlackApi, ScriptedPool]:
    clock = clock or FakeClock()
    pool = ScriptedPool(list(answers))
    api = SlackApi(
        "xoxb-secret",
        base_url="https://slack.com/api/",
        pool=pool,
        clock=clock,
        budget=RateLimiter(clock),
        team_id="T1",
    )
    return api, pool


ACCOUNT = api_over(OK)[0].account
"""Of each of these; whoever waits for the limits that its refusals pause must name it."""
