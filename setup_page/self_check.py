"""Runs the self-check of one request: asks Slack, Dify and the storage, and reads what this process saw."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import gevent
from gevent.pool import Pool as Greenlets
from urllib3 import PoolManager

from clock import Clock
from conversation_store import ProcessStores
from dify_app import dify_version
from errors import HandoffError, SettingsError, SlackError, SlackRefused, StoreError, StoreFull
from handoff import EventHandOff
from setup_page.addresses import base_address
from setup_page.dify_checks import (
    app_lines,
    connections_line,
    files_line,
    hand_off_line,
    key_lines,
    setting_lines,
    version_line,
)
from setup_page.report import CheckLine, green, red, text
from setup_page.slack_checks import (
    SlackAnswers,
    arrival_line,
    clock_line,
    event_lines,
    same_app_line,
    scope_lines,
    secret_line,
    stream_line,
    token_line,
)
from slack_events import SeenRequests
from turns import EndpointRequest, Services, TurnsOfHook
from wording import SetupText

MOST_APPS: Final = 20
AT_ONCE: Final = 5  # apps that Dify is asked about side by side
NOBODY: Final = "slack:setup"  # the user of the Service API; a check begins no conversation
_SLACK_TIMEOUT: Final = 5.0  # seconds
_SHORTEST: Final = 2.0  # wall seconds


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """For one request."""

    endpoint: EndpointRequest
    services: Services
    stores: ProcessStores
    seen: SeenRequests
    hand_off: EventHandOff
    http: PoolManager
    dify_inner_url: str
    clock: Clock

    def recent(self) -> TurnsOfHook:
        """The last turns of the hook."""
        return self.services.recent.of(self.endpoint.id)

    def lines(self) -> list[CheckLine]:
        """All lines. Asks others, so this takes up to some seconds; never raises for what one of them does."""
        slack = gevent.spawn(self._slack)
        route = gevent.spawn(self._route)
        version = gevent.spawn(dify_version, self.http, self.dify_inner_url)
        dify = list(self._dify())
        return [*self._of_slack(slack.get()), *dify, route.get(), version_line(version.get())]

    def _of_slack(self, slack: SlackAnswers) -> Iterator[CheckLine]:
        settings, now = self.endpoint.settings, self.clock.epoch()
        seen, turns = self.seen.of(self.endpoint.id), self.recent()
        yield from setting_lines(settings)
        yield token_line(settings, slack)
        yield secret_line(settings, seen, now)
        yield arrival_line(seen, base_address(self.endpoint.url))
        yield same_app_line(slack, seen)
        yield clock_line(slack)
        if slack.bot:
            yield from scope_lines(slack.bot, settings)
        yield from event_lines(slack.bot, seen, now, settings)
        yield stream_line(turns, now)

    def _dify(self) -> Iterator[CheckLine]:
        settings, turns = self.endpoint.settings, self.recent()
        apps = [settings.app_id, *settings.channel_apps.values()]
        known = [app for app in dict.fromkeys(apps) if app]
        if not known:
            yield red("app", text(SetupText.APP_MISSING))
        for lines in Greenlets(AT_ONCE).map(self._app, known[:MOST_APPS]):
            yield from lines
        yield files_line(turns)
        yield self._storage()
        yield connections_line(turns)

    def _app(self, app_id: str) -> list[CheckLine]:
        app = self.services.app(self.endpoint, app_id, NOBODY, self.endpoint.url)
        return [*key_lines(app_id, app), *app_lines(app_id, app)]

    def _slack(self) -> SlackAnswers:
        """What Slack says of the token; no answer in time counts as none."""
        try:
            api = self.services.api(self.endpoint, "")
        except SettingsError:
            return SlackAnswers()
        bot, limit = None, gevent.Timeout.start_new(self.clock.wall(_SLACK_TIMEOUT, at_least=_SHORTEST))
        try:
            bot = api.auth_test()
            return SlackAnswers(bot, app_id=api.app_of(bot.bot_id) if bot.bot_id else "")
        except SlackRefused as error:
            return SlackAnswers(bot) if bot else SlackAnswers(error=error.error)
        except SlackError:
            return SlackAnswers(bot)
        except gevent.Timeout as fired:
            if fired is not limit:
                raise
            return SlackAnswers(bot)
        finally:
            limit.close()

    def _route(self) -> CheckLine:
        """Hand a sweep off, which does no harm, to know whether a turn could be."""
        settings = self.endpoint.settings
        if not settings.signing_secrets or not settings.bot_token:
            return hand_off_line(tried=False, route="")
        try:
            route = self.hand_off.probe()
        except HandoffError:
            route = ""
        return hand_off_line(tried=True, route=route)

    def _storage(self) -> CheckLine:
        settings = self.endpoint.settings
        name = "Redis" if settings.redis_url else "Dify"
        try:
            name = self.stores.probe(self.endpoint.session.storage, settings.redis_url or "")
        except StoreFull:
            return red(SetupText.STORAGE, text(SetupText.STORAGE_FULL))
        except StoreError:
            return red(SetupText.STORAGE, text(SetupText.STORAGE_AWAY, name=name))
        return green(SetupText.STORAGE, text(SetupText.STORAGE_OK, name=name))
