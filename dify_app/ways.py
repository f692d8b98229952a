"""Which way to an app a turn takes: the Service API where there is a key and it answers, else the plugin way."""

import logging
from dataclasses import dataclass

from cachetools import TTLCache

from clock import Clock
from dify_app.port import AppPort, Conversation, WaitingForm
from dify_app.service_api import OpenForms
from errors import DifyError

CLOSED_SECONDS = 60.0
"""For so long a way that did not take a call is not tried again; Dify itself caches a wrong key for as long.

Source: docs/platform/dify-service-api.md#service-errors.
"""
_MOST = 1_000

_log = logging.getLogger("slack_bridge.dify")  # the daemon receives the lines of the parent logger


class ClosedWays:
    """Why the Service API of an app is not asked at the moment, by the name of the app's way. One per process."""

    def __init__(self, clock: Clock) -> None:
        self._errors: TTLCache[str, DifyError] = TTLCache(_MOST, CLOSED_SECONDS, timer=clock.now)

    def note(self, way: AppPort, error: DifyError) -> None:
        """The way did not take a call, and nothing ran."""
        # A kept error must not hold this turn's frames
        self._errors[way.known_as] = error.with_traceback(None)

    def why(self, way: AppPort) -> DifyError | None:
        """Why the way is closed; None if it may be tried."""
        return self._errors.get(way.known_as)


@dataclass(slots=True)
class Ways:
    """The ways to one app, for one turn. `api` is None without a key; `why_not` says why it is not taken all the same.

    The way may change only as long as nothing can have run (docs/architecture.md#d10-never-run-twice).
    """

    plugin: AppPort
    closed: ClosedWays
    api: AppPort | None = None
    why_not: DifyError | None = None
    open_forms: OpenForms | None = None

    def __post_init__(self) -> None:
        if self.api is not None:
            self.why_not = self.closed.why(self.api)

    @property
    def current(self) -> AppPort:
        """The way that is taken."""
        return self.plugin if self.api is None or self.why_not else self.api

    def takes_forms(self) -> bool:
        """Whether there is a way to answer a form that a paused run waits for."""
        return self.open_forms is not None and self.open_forms.is_known

    def of_run(self, form: WaitingForm) -> AppPort | None:
        """The Service API, if the run was begun over it and it may be asked."""
        return self.api if form.via == "api" and not self.why_not else None

    def of_open_run(self, known: Conversation) -> AppPort:
        """The way of a run that goes on: the Service API, even if it did not take the last call of another turn."""
        if self.api is not None:
            self.why_not = None
            self.api, _ = self.api.goes_on(known)
        return self.current

    def begin(self, known: Conversation) -> Conversation:
        """The conversation that the present way goes on with; a conversation of another way or user is not its own."""
        way, own = self.current.goes_on(known)
        if way.via == "api":
            self.api = way
        return own

    def fall_back(self, error: DifyError) -> bool:
        """Take the plugin way from now on, since the Service API did not take a call. False if it is taken already."""
        if self.api is None or self.why_not:
            return False
        self.closed.note(self.api, error)
        self.why_not = error
        _log.warning(
            "the Service API is not asked for %.0f s, but the plugin way: %s", CLOSED_SECONDS, error.kind
        )
        return True
