"""What one plugin process holds for its life, and what each request gets from it: the place that wires."""

import logging
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import gevent
from dify_plugin.config.logger_format import plugin_logger_handler

from clock import SystemClock
from conversation_store.process_stores import ProcessStores
from conversation_store.record import ThreadRecord
from conversation_store.resilient import ResilientStore
from errors import HandoffError, SettingsError
from handoff.hand_off import HandOff, Onward
from handoff.reception import Accepted, Reception
from handoff.relay import RECEIPT_HEADER, REQUEST_HEADER, Relay, http_client
from handoff.routes import routes
from handoff.seal import Seal
from message import Message
from provider.environment import Environment, environment
from provider.problem_log import ProblemLog
from provider.settings import Settings
from slack_events.admission import Rules
from slack_events.channel_types import ChannelTypes
from slack_events.intake import Intake
from slack_events.interactions import AGAIN_SECONDS, Interactions
from slack_events.refusals import Refusals
from turns.assignment import Assignment, SweepRequest
from turns.claims import Claims
from turns.gate import OPEN_TURNS, Gate
from turns.heartbeat import beats
from turns.holder import Holder
from turns.report import logger
from wiring.caretaker import Caretaker
from wiring.foreman import Foreman
from wiring.hook import Hook
from wiring.workplace import Workplace

UNBUFFERED = {"X-Accel-Buffering": "no"}
"""For an nginx between us and ourselves: it would hold the first byte back until the turn has ended."""


@dataclass(frozen=True, slots=True)
class TurnReply:
    """The HTTP answer of `/slack/turns`; a body that is a generator is the running turn."""

    status: int
    body: Any
    headers: dict[str, str]


class Bridge:
    """One per process. Holds what turns share, and makes what a request needs."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._clock = SystemClock(env.time_scale)
        holder = Holder.here()
        self._stores = ProcessStores(self._clock, holder.name)
        self._relay = Relay(self._clock, http_client())
        self._gate = Gate(env.open_turns or OPEN_TURNS)
        self._claims = Claims(self._clock)
        self._presses = Claims(self._clock, AGAIN_SECONDS)
        self._refusals = Refusals(self._clock)
        self._problems = ProblemLog()
        self._channel_types = ChannelTypes(self._clock)
        workplace = Workplace(self._clock, env, holder.name)
        self._caretaker = Caretaker(self._clock, holder, self._stores, self._gate, self._claims, workplace)
        self._foreman = Foreman(self._clock, holder.name, self._stores, workplace, self._caretaker)

    def intake(self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]) -> Intake:
        """What `/slack/events` needs for one request."""
        hook = Hook.of(session, headers, raw)
        settings = hook.settings
        self._problems.tell(hook.id, settings.problems)
        return Intake(
            signing_secrets=settings.signing_secrets,
            rules=_rules(settings),
            clock=self._clock,
            followers=partial(self._followers, hook),
            hand_off=partial(self._first_leg, hook),
            hook_url=hook.url,
            spare=partial(self.awaken, hook),
            refused=partial(self._refusals.note, hook.id),
            typed=partial(self._channel_types.typed, hook.id),
        )

    def interactions(self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any]) -> Interactions:
        """What `/slack/interactions` needs for one request."""
        hook = Hook.of(session, headers, raw)
        self._problems.tell(hook.id, hook.settings.problems)
        return Interactions(
            hook_id=hook.id,
            signing_secrets=hook.settings.signing_secrets,
            rules=_rules(hook.settings),
            clock=self._clock,
            presses=self._presses,
            hand_off=partial(self._first_leg, hook),
            hook_url=hook.url,
            refused=partial(self._refusals.note, hook.id),
        )

    def awaken(self, hook: Hook) -> None:
        """A genuine request came in, and no turn begins that could look for what dead processes left behind."""
        if hook.settings.bot_token and self._caretaker.sweeps.take(hook.id):
            gevent.spawn(self._send_sweep, hook.id, self._hand_off(hook, hook.url))

    def turn(
        self, session: Any, headers: Mapping[str, str], raw: Mapping[str, Any], body: bytes
    ) -> TurnReply:
        """Answer one request of `/slack/turns`; the turn runs while its body is read."""
        hook = Hook.of(session, headers, raw)
        seal = Seal(hook.settings.signing_secrets, hook.id)
        store = self._store(hook)
        reception = Reception(
            hook_id=hook.id,
            seal=seal,
            gate=self._gate,
            claims=self._claims,
            clock=self._clock,
            claim=partial(self._claim, hook, store),
            go_on=lambda assignment: self._foreman.taking(hook, store, assignment).go_on(assignment.leg),
            request=headers.get(REQUEST_HEADER, ""),
        )
        try:
            accepted = reception.receive(body)
        except SettingsError as error:  # nothing is claimed: Slack's retry comes when it may be mended
            logger.error("%s", error)
            return TurnReply(503, b"", {})
        if not isinstance(accepted, Accepted):
            headers = {} if accepted.status == 401 else {RECEIPT_HEADER: seal.receipt(body)}  # noqa: PLR2004
            return TurnReply(accepted.status, b"", headers)
        run = self._run(hook, store, accepted)
        return TurnReply(200, beats(run, self._clock), {RECEIPT_HEADER: seal.receipt(body)} | UNBUFFERED)

    def _claim(self, hook: Hook, store: ResilientStore, assignment: Assignment) -> ThreadRecord | None:
        record = self._foreman.taking(hook, store, assignment).claim()
        if record is None:
            self._caretaker.taken_before(hook, store, hook.key(assignment.message), assignment.message.ts)
        return record

    def _first_leg(self, hook: Hook, assignment: Assignment) -> None:
        """Settings that let nobody answer must be noticed before the event is acked."""
        hook.can_answer(assignment.message)
        self._hand_off(hook, hook.url).hand(assignment)
        self._foreman.acked(hook, assignment)
        self.awaken(hook)  # the turn may be one that a dead process took

    def _send_sweep(self, hook_id: str, hand_off: HandOff) -> None:
        try:
            hand_off.hand(SweepRequest(uuid.uuid4().hex))
        except HandoffError:
            self._caretaker.sweeps.soon(hook_id)

    def _hand_off(self, hook: Hook, hook_url: str) -> HandOff:
        env = self._env
        ways = routes(
            hook_id=hook.id,
            hook_url=hook_url,
            internal_url=hook.settings.internal_url or "",
            server_port=env.server_port if env.local_runtime else None,
            daemon_url=hook.session.dify_plugin_daemon_url or "",
            known_hosts=env.known_hosts,
        )
        seal = Seal(hook.settings.signing_secrets, hook.id)
        return HandOff(hook.id, ways, seal, self._relay, self._gate, self._claims, self._foreman.lifelines)

    def _run(self, hook: Hook, store: ResilientStore, accepted: Accepted) -> Callable[[], None]:
        """What was accepted: a turn, now and then with a sweep beside it, or a sweep alone."""
        assignment = accepted.assignment
        sweep = partial(self._caretaker.sweep, hook, store)
        if not isinstance(assignment, Assignment):
            accepted.keep()
            return partial(_then, sweep, accepted.leave)
        onward = Onward(
            self._hand_off(hook, assignment.hook_url),
            self._claims,
            lambda leg: self._foreman.taking(hook, store, leg).go_on(leg.leg) is not None,
        )
        try:
            turn = self._foreman.request(hook, store, accepted, assignment, onward.hand)
            turn.begin()
            accepted.keep()
        except BaseException:
            accepted.give_up()
            raise
        return partial(_both, turn.run, sweep) if self._caretaker.sweeps.take(hook.id) else turn.run

    def _store(self, hook: Hook) -> ResilientStore:
        settings = hook.settings
        return self._stores.open(
            hook.id, hook.session.storage, days=settings.conversation_days, redis_url=settings.redis_url or ""
        )

    def _followers(self, hook: Hook, message: Message) -> Collection[str]:
        """Raises StoreError when nobody can tell whether this member is among them."""
        try:
            record = self._store(hook).get_or_raise(
                hook.key(message), lambda known: message.user in known.followers
            )
        except SettingsError:
            return ()
        return record.followers if record else ()


def _rules(settings: Settings) -> Rules:
    return Rules(
        follow_threads=settings.follow_threads,
        direct_messages=settings.direct_messages,
        slack_connect=settings.slack_connect,
        allowed_channels=settings.allowed_channels,
        allowed_users=settings.allowed_users,
    )


def _then(one: Callable[[], None], other: Callable[[], None]) -> None:
    """One after the other."""
    try:
        one()
    finally:
        other()


def _both(one: Callable[[], None], other: Callable[[], None]) -> None:
    """Side by side, in one request."""
    beside = gevent.spawn(other)
    try:
        one()
    finally:
        beside.join()


@cache
def bridge() -> Bridge:
    """The one of this process."""
    if plugin_logger_handler not in logger.handlers:
        logger.setLevel(logging.INFO)
        logger.addHandler(plugin_logger_handler)
        logger.propagate = False
    return Bridge(environment())
