"""One Web API call: fault, token, tier, scope, method, in the order a request meets them."""

import time
from email.utils import formatdate

from werkzeug.wrappers import Request, Response

from simulators.slack.arguments import Arguments, read_arguments
from simulators.slack.calls import CallRecord, Calls
from simulators.slack.faults import Fault, Faults
from simulators.slack.messages import Json
from simulators.slack.methods import METHODS, needed
from simulators.slack.refusals import Refused
from simulators.slack.streams import suffer
from simulators.slack.strikes import json_answer, outcome, rate_limited, strike
from simulators.slack.tiers import Tiers
from simulators.slack.world import World


class WebApi:
    """Everything under /api/."""

    def __init__(self, world: World, calls: Calls, faults: Faults) -> None:
        self._world = world
        self._calls = calls
        self._faults = faults
        self.renew()

    def renew(self) -> None:
        """Full buckets, with the burst of the rules."""
        self._tiers = Tiers(self._world.clock.now, self._world.rules.burst)

    def budget(self) -> dict[str, tuple[float, float]]:
        """Calls that the tiers grant at once, and at most; by method, for those that were called."""
        return self._tiers.left() if self._world.rules.tiers else {}

    def serve(self, method: str, request: Request) -> Response:
        """Raises Dropped."""
        try:
            arguments, token = read_arguments(request)
        except Refused as refused:
            return json_answer({"ok": False, "error": refused.error})
        record = self._calls.begin(method, arguments.values, self._world.design())
        try:
            return self._struck(record, arguments, token)
        finally:
            self._calls.end(record, record.outcome or "dropped")
            self._world.changes.bump()

    def _struck(self, record: CallRecord, arguments: Arguments, token: str) -> Response:
        """The call with the fault that is meant for it, if any."""
        if self._world.rules.latency:
            self._world.clock.sleep(self._world.rules.latency)
        fault = self._faults.take(record.method, arguments)
        if fault is not None and not fault.after:
            struck = self._strike(fault, record, arguments)
            if struck is not None:
                return struck
        response = self._answered(record, arguments, token)
        if fault is not None and fault.after:
            return self._strike(fault, record, arguments) or response
        return response

    def _strike(self, fault: Fault, record: CallRecord, arguments: Arguments) -> Response | None:
        """What the fault does; None when the call goes on."""
        record.outcome = outcome(fault) or record.outcome
        if fault.kind == "error":
            suffer(self._world, arguments, fault.error)
        return strike(fault, self._world.clock)

    def _answered(self, record: CallRecord, arguments: Arguments, token: str) -> Response:
        """The method's own answer; its outcome is written into the record."""
        method = METHODS.get(record.method)
        wait = None
        if method is not None and self._world.rules.tiers:
            wait = self._tiers.take(record.method, method.tier, str(arguments.values.get("channel", "")))
        if wait is not None:
            record.outcome = "429"
            return rate_limited(wait)
        try:
            answer = self._run(record.method, arguments, token)
        except Refused as refused:
            record.outcome = refused.error
            answer = {"ok": False, "error": refused.error, **refused.details}
        else:
            record.outcome = "ok"
            record.effect = True
        record.answer = {key: answer[key] for key in ("ts", "error", "channel") if key in answer}
        response = json_answer(answer)
        response.headers["Date"] = formatdate(time.time() + self._world.rules.clock_ahead, usegmt=True)
        if self._world.install.scopes is not None:
            response.headers["X-OAuth-Scopes"] = ",".join(self._world.install.scopes)
        return response

    def _run(self, name: str, arguments: Arguments, token: str) -> Json:
        world = self._world
        method = METHODS.get(name)
        if method is None or name in world.rules.absent_methods:
            raise Refused("unknown_method", req_method=name)
        if not token:
            raise Refused("not_authed")
        if token not in (world.install.token, *world.install.more_tokens, world.install.app_token):
            raise Refused("invalid_auth")
        if method.app_level != (token == world.install.app_token):
            raise Refused("not_allowed_token_type")
        if world.install.token_state != "live":
            raise Refused(world.install.token_state)
        provided = world.install.scopes
        if provided is not None and method.scopes:
            wanted = needed(method, world, arguments)
            granted = [scope for scope in wanted if scope in provided]
            if not granted:
                raise Refused("missing_scope", needed=wanted[0], provided=",".join(provided))
            world.install.used_scopes.add(granted[0])
        return method.handler(world, arguments)
