"""What one process knows of the jobs that it has taken on: its claims, how many turns are open, and their requests."""

from collections import Counter

from cachetools import LRUCache, TTLCache

from clock import Clock
from conversation_store import EndNote
from job import AnyJob
from turns import Place, StopRequest, TurnRequest

# Slack's last regular retry comes after six minutes (docs/platform/slack.md#event-retries).
KEPT_SECONDS = 900.0
# Each open turn costs the SDK one line reader, and in remote debugging every line is offered to every reader
# (docs/platform/dify.md#line-readers). 400 leaves room for 5 events a second each there, too.
OPEN_TURNS = 400
# A part of the cap, which hooks with less than their share get on top of it: one hook alone may fill the whole cap.
BESIDE = 0.25
ENDS_REMEMBERED = 2_000
DELETIONS_REMEMBERED = 10_000


def claim_name(hook_id: str, job: AnyJob) -> str:
    """The name of this job and continuation among the claims of the process."""
    return f"{hook_id}/{job.job_id}#{job.continuation}"


class Claims:
    """The jobs that this process has claimed. A claim ends after `seconds`.

    A claim is confirmed once the thread's record holds a claim, too, which tells all processes.
    """

    def __init__(self, clock: Clock, seconds: float = KEPT_SECONDS) -> None:
        self._taken: TTLCache[str, bool] = TTLCache(maxsize=100_000, ttl=seconds, timer=clock.now)

    def take(self, name: str) -> bool:
        """Claim this name. True for the first caller, False for every later one."""
        if name in self._taken:
            return False
        self._taken[name] = False
        return True

    def keep(self, name: str) -> None:
        """Confirm the claim: the thread's record holds one, ours or another process's."""
        self._taken[name] = True

    def is_taken(self, name: str) -> bool:
        """Whether this name is claimed and was not given back."""
        return name in self._taken

    def is_kept(self, name: str) -> bool:
        """Whether the claim is confirmed, so that the job need not be posted again."""
        return self._taken.get(name, False)

    def give_back(self, name: str) -> None:
        """End a claim that could not be confirmed: another request may claim the name."""
        self._taken.pop(name, None)


class Capacity:
    """Counts messages that are being handed off or answered. Above the cap, Slack gets 503 and sends again later.

    The hand-off and the turn of a message give the same name, `<hook>/<job_id>`, so the message counts once. No hook
    keeps another one out: above the cap, a hook with less than its share still finds some room.
    """

    def __init__(self, cap: int = OPEN_TURNS) -> None:
        self._cap = cap
        self._names: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many messages are being handed off or answered."""
        return len(self._names)

    def carries(self, name: str) -> bool:
        """Whether this message is being handed off or answered here."""
        return name in self._names

    def enter(self, name: str) -> bool:
        """Make room for this message; False when there is none. Each entry needs its `leave`."""
        if name not in self._names and not self._has_room(name):
            return False
        self._names[name] += 1
        return True

    def leave(self, name: str) -> None:
        """Undo one `enter`."""
        self._names[name] -= 1
        if not self._names[name]:
            del self._names[name]

    def _has_room(self, name: str) -> bool:
        if len(self._names) < self._cap:
            return True
        left = self._cap + int(self._cap * BESIDE) - len(self._names)
        hook = name.partition("/")[0] + "/"
        ours = sum(other.startswith(hook) for other in self._names)
        return ours < left  # so each hook takes half of the room that the hook before left


class CancellationRegistry:
    """Knows the request that each turn lives in, and cuts the turn when the daemon drops the request.

    After that the SDK answers no call (docs/platform/dify.md#request-lifetime). The relay gives each request its name.
    A turn is withdrawn when its question or its thread's root is deleted; the event may come before the turn begins.
    """

    def __init__(self, clock: Clock) -> None:
        self._running: dict[str, TurnRequest] = {}
        self._deleted: TTLCache[Place, None] = TTLCache(DELETIONS_REMEMBERED, KEPT_SECONDS, timer=clock.now)
        self._ended: LRUCache[str, None] = LRUCache(ENDS_REMEMBERED)

    def hold(self, request: str, turn: TurnRequest) -> None:
        """Note that a turn runs in this request, which may have ended already, or whose question may be deleted."""
        if request in self._ended:
            turn.cut()
        else:
            self._running[request] = turn
        for place in turn.places:
            if place in self._deleted:
                turn.withdraw(place)

    def release(self, request: str) -> None:
        """Forget the turn of this request: the turn has ended."""
        self._running.pop(request, None)

    def deleted(self, place: Place) -> None:
        """Note that the message at this place was deleted: its turns are withdrawn, also those that begin later."""
        self._deleted[place] = None
        for turn in list(self._running.values()):
            if place in turn.places:
                turn.withdraw(place)

    def meant_by(self, stop: StopRequest) -> list[TurnRequest]:
        """The turns of this process that a member wants to stop."""
        return [turn for turn in self._running.values() if turn.is_meant_by(stop)]

    def hear(self, note: EndNote) -> None:
        """Do what a process, perhaps another one, tells all processes."""
        place = (note.hook_id, note.channel, note.ts)
        if not note.user:
            self.deleted(place)
            return
        for turn in list(self._running.values()):
            if turn.places[0] == place:
                turn.stop(note.user)

    def ended(self, request: str) -> None:
        """Note that the request has ended. A turn of the request that still runs, or begins later, is cut."""
        self._ended[request] = None
        if turn := self._running.pop(request, None):
            turn.cut()
