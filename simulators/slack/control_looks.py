"""Control calls that show the state and wait for it to change."""

import time
from collections import Counter
from dataclasses import asdict

from simulators.slack.double import Double
from simulators.slack.messages import Json
from simulators.slack.posting import expire
from simulators.slack.viewers import seen_by
from simulators.slack.views import call_view, delivery_view, message_view, state_view

LONGEST_WAIT = 30.0


class Looks:
    """Each public method is a call of the control API; none changes more than what time has."""

    def __init__(self, double: Double) -> None:
        self._double = double
        self._world = double.world

    def thread(self, channel: str, ts: str) -> list[Json]:
        """The root and its replies."""
        return [message_view(self._world, message) for message in self._world.channels[channel].thread(ts)]

    def ended_answers(self, channel: str, ts: str) -> list[Json]:
        """Our own messages in the thread; none while one of them streams or the status line stands."""
        ours = [view for view in self.thread(channel, ts) if view["ours"]]
        busy = any(view["streaming"] for view in ours) or self.statuses(channel, ts)["current"]
        return [] if busy else ours

    def messages(self, channel: str, deleted: bool = False) -> list[Json]:
        """Everything in a channel, threads included."""
        every = self._world.channels[channel].messages.values()
        return [message_view(self._world, message) for message in every if deleted or not message.deleted]

    def home(self, user: str) -> Json:
        """The member's Home tab; empty if none was published."""
        view: Json = self._world.homes.get(user, {})
        return view

    def modals(self, user: str) -> list[Json]:
        """The views that the member has open, the oldest first."""
        return [modal.view for modal in self._world.modals.values() if modal.user == user]

    def used_scopes(self) -> list[str]:
        """The scopes that a call, an event or a download needed and had, since the manifest was read."""
        return sorted(self._world.install.used_scopes)

    def ephemeral(self) -> list[Json]:
        """What was shown to one member only."""
        return [message_view(self._world, message) for message in self._world.ephemeral]

    def states(self, channel: str, ts: str) -> list[Json]:
        """Everything a message ever looked like."""
        message = self._world.channels[channel].messages[ts]
        return [state_view(self._world, state) for state in message.states]

    def seen_by(self, user: str, channel: str, ts: str) -> list[Json]:
        """Everything a message looked like to one member."""
        place = self._world.channels[channel]
        message = place.messages[ts]
        expire(self._world, message)
        return [state_view(self._world, state) for state in seen_by(self._world, place, message, user)]

    def state_counts(self, channel: str) -> dict[str, int]:
        """How many states each of our messages has, by ts: for benchmarks, which need no texts."""
        ours = self._world.install.bot_id
        every = self._world.channels[channel].messages.values()
        return {message.ts: len(message.states) for message in every if message.bot_id == ours}

    def open_streams(self) -> list[Json]:
        """Streams that were never stopped, expired ones that nobody repaired among them."""
        views = [
            message_view(self._world, m) for m in self._world.all_messages() if m.stream and not m.deleted
        ]
        return [view for view in views if view["streaming"] or view["broken"]]

    def statuses(self, channel: str, thread: str) -> Json:
        """The status line shown now, and all it said."""
        line = self._world.channels[channel].statuses.get(thread)
        if line is None:
            return {"current": "", "history": []}
        now, lifetime = self._world.design(), self._world.rules.status_seconds
        line.settle(time.time(), now, lifetime)
        return {"current": line.current(now, lifetime), "history": [asdict(state) for state in line.history]}

    def calls(self, method: str = "", since: int = 0) -> list[Json]:
        """Web API calls after the number `since`."""
        return [call_view(record) for record in self._double.calls.select(method, since)]

    def call_counts(self) -> dict[str, dict[str, int]]:
        """Method to outcome to number."""
        counts: dict[str, dict[str, int]] = {}
        for record in self._double.calls.select():
            outcomes = counts.setdefault(record.method, {})
            outcomes[record.outcome] = outcomes.get(record.outcome, 0) + 1
        return counts

    def deliveries(self, since: int = 0, kind: str = "", ts: str = "") -> list[Json]:
        """Deliveries after the number `since`, of one kind and of one message if given."""
        return [
            delivery_view(one)
            for one in self._double.deliveries.records[since:]
            if kind in {"", one.kind} and ts in {"", one.ts}
        ]

    def delivery_counts(self) -> dict[str, int]:
        """State to number: cheap, for thousands."""
        return dict(Counter(delivery.state for delivery in self._double.deliveries.records))

    def answer_counts(self, channel: str) -> dict[str, int]:
        """Thread to the number of our messages in it that stand: cheap, for thousands."""
        ours = self._world.install.bot_id
        every = self._world.channels[channel].messages.values()
        return dict(Counter(m.root() for m in every if m.bot_id == ours and not m.deleted))

    def token_hosts(self) -> dict[str, int]:
        """Hosts that saw the token, with counts."""
        return dict(self._double.files.token_hosts)

    def downloads(self) -> dict[str, int]:
        """File id to the number of requests for it."""
        return dict(self._double.files.downloads)

    def wait(self, since: int, timeout: float = LONGEST_WAIT) -> Json:
        """Until something changed after the count `since`; timeout in wall seconds, 30 at most."""
        return {"changes": self._world.changes.wait(since, min(timeout, LONGEST_WAIT))}
