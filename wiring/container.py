"""Makes the objects that one plugin process shares for its whole life, and those that one request needs."""

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

from dify_plugin.config.logger_format import plugin_logger_handler
from urllib3 import PoolManager

from clock import Clock
from conversation_store import ProcessStores
from handoff import (
    OPEN_TURNS,
    REQUEST_HEADER,
    Acceptances,
    CancellationRegistry,
    Capacity,
    Claims,
    ClaimsAhead,
    EventHandOff,
    HandOffFactory,
    OwnConnections,
    Receiver,
    Relay,
    Stopping,
)
from provider import Environment, ProblemLog, environment
from setup_page import KeyGuard, SelfCheck, SetupPage, WhichRule
from slack_events import (
    AGAIN_SECONDS,
    REPLAY_SECONDS,
    AskedAgain,
    AskedElsewhere,
    ChannelTypes,
    CommandsListener,
    DirectConversation,
    EventsListener,
    Followers,
    FormActions,
    InteractionsListener,
    Refusals,
    SeenRequests,
)
from turns import (
    ChannelName,
    EndpointRequest,
    Feedback,
    FormModals,
    ProcessIdentity,
    QuestionPlace,
    Recovery,
    RefusalNotice,
    Services,
    Sharing,
    SideEvents,
    StopRules,
    TurnsOfEndpoint,
    Votes,
    logger,
)


class Container:
    """One per process. Holds what requests share, and makes what a request needs."""

    def __init__(self, env: Environment) -> None:
        clock = self._clock = Clock(env.time_scale)
        process = ProcessIdentity.here()
        self._stores = ProcessStores(clock, process.name)
        self._capacity = Capacity(env.open_turns or OPEN_TURNS)
        self._claims = Claims(clock)
        self._claims_ahead = ClaimsAhead(self._claims, self._capacity)
        self._cancellations = CancellationRegistry(clock)
        self._http, self._dify_inner_url = PoolManager(retries=False), env.dify_inner_url
        self._acceptances = Acceptances()
        relay = Relay(clock, OwnConnections(), self._acceptances, self._cancellations)
        self._hand_offs = HandOffFactory(env, relay, self._capacity, self._claims)
        self._services = Services(clock, env, process.name, self._stores)
        self._recovery = Recovery(clock, process, self._stores, self._capacity, self._services)
        self._problems = ProblemLog()
        self._presses = Claims(clock, AGAIN_SECONDS)
        self._votes = Votes(clock)
        self._commands = Claims(clock, REPLAY_SECONDS)
        self._taken = Claims(clock)
        self._refusals = Refusals(clock)
        self._channel_types = ChannelTypes(clock)
        self._key_guard = KeyGuard(clock)
        self._seen = SeenRequests(clock)

    def events(self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]) -> EventsListener:
        """What `/slack/events` needs for one request; `raw` are the settings as Dify gives them."""
        endpoint = self._endpoint(session, headers, raw)
        return EventsListener(
            endpoint=endpoint,
            clock=self._clock,
            channel_types=self._channel_types,
            followers=Followers(endpoint, self._stores),
            hand_off=self._hand_off(endpoint),
            refusals=self._refusals,
            notice=RefusalNotice(self._services, endpoint),
            side_events=SideEvents(self._services, endpoint),
            channel_name=ChannelName(self._services, endpoint),
            seen=self._seen,
            stopping=self._stopping(endpoint),
            taken=self._taken,
        )

    def interactions(
        self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]
    ) -> InteractionsListener:
        """What `/slack/interactions` needs for one request."""
        endpoint = self._endpoint(session, headers, raw)
        notice, elsewhere = RefusalNotice(self._services, endpoint), self._asked_elsewhere(endpoint)
        return InteractionsListener(
            endpoint=endpoint,
            clock=self._clock,
            presses=self._presses,
            hand_off=self._hand_off(endpoint),
            refusals=self._refusals,
            notice=notice,
            asked=elsewhere,
            asked_again=AskedAgain(
                endpoint, elsewhere, self._services.asked, QuestionPlace(self._services, endpoint)
            ),
            feedback=Feedback(self._services, endpoint, self._votes, notice),
            side_events=SideEvents(self._services, endpoint),
            seen=self._seen,
            stopping=self._stopping(endpoint),
            sharing=Sharing(self._services, endpoint, QuestionPlace(self._services, endpoint)),
            forms=FormActions(
                endpoint, self._hand_off(endpoint), notice, FormModals(self._services, endpoint, notice)
            ),
        )

    def commands(self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]) -> CommandsListener:
        """What `/slack/commands` needs for one request."""
        endpoint = self._endpoint(session, headers, raw)
        return CommandsListener(
            endpoint=endpoint,
            clock=self._clock,
            taken=self._commands,
            asked=self._asked_elsewhere(endpoint),
            conversation=DirectConversation(endpoint, self._stores),
            refusals=self._refusals,
            seen=self._seen,
        )

    def receiver(self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]) -> Receiver:
        """What `/slack/turns` needs for one request. Raises SettingsError when `redis_url` can't be read."""
        endpoint = EndpointRequest.of(session, headers, raw)
        if shared := self._stores.stops(endpoint.settings.redis_url or ""):
            shared.listen(self._cancellations.hear)
        return Receiver(
            endpoint=endpoint,
            turns=self._turns(endpoint),
            hand_offs=self._hand_offs,
            capacity=self._capacity,
            claims=self._claims,
            claims_ahead=self._claims_ahead,
            acceptances=self._acceptances,
            cancellations=self._cancellations,
            clock=self._clock,
            request=headers.get(REQUEST_HEADER, ""),
        )

    def setup_page(self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]) -> SetupPage:
        """What `/slack/setup` needs for one request."""
        endpoint = EndpointRequest.of(session, headers, raw)
        check = SelfCheck(
            endpoint=endpoint,
            services=self._services,
            stores=self._stores,
            seen=self._seen,
            hand_off=self._hand_off(endpoint),
            http=self._http,
            dify_inner_url=self._dify_inner_url,
            clock=self._clock,
        )
        return SetupPage(endpoint, self._key_guard, check, WhichRule(endpoint, self._services))

    def _asked_elsewhere(self, endpoint: EndpointRequest) -> AskedElsewhere:
        return AskedElsewhere(endpoint, self._hand_off(endpoint), QuestionPlace(self._services, endpoint))

    def _endpoint(self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]) -> EndpointRequest:
        endpoint = EndpointRequest.of(session, headers, raw)
        self._problems.tell(endpoint.id, endpoint.settings.problems)
        return endpoint

    def _hand_off(self, endpoint: EndpointRequest) -> EventHandOff:
        hand_off = self._hand_offs.hand_off(endpoint, endpoint.url)
        sweeps, shared = self._recovery.sweeps, self._stores.stops(endpoint.settings.redis_url or "")
        return EventHandOff(
            endpoint,
            self._turns(endpoint),
            hand_off,
            self._claims_ahead,
            self._services.acks,
            sweeps,
            self._cancellations,
            self._stores,
            shared,
        )

    def _turns(self, endpoint: EndpointRequest) -> TurnsOfEndpoint:
        return TurnsOfEndpoint(self._services, self._recovery, endpoint, endpoint.store(self._stores))

    def _stopping(self, endpoint: EndpointRequest) -> Stopping:
        return Stopping(
            endpoint,
            self._stores,
            self._cancellations,
            self._stores.stops(endpoint.settings.redis_url or ""),
            RefusalNotice(self._services, endpoint),
            self._services.holder,
            StopRules(self._services, endpoint),
        )


@cache
def container() -> Container:
    """The one container of this process."""
    if plugin_logger_handler not in logger.handlers:
        logger.setLevel(logging.INFO)
        logger.addHandler(plugin_logger_handler)
        logger.propagate = False
    return Container(environment())
