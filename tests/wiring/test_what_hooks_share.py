"""Lists every map that a process keeps for all hooks, and says for each what separates the hooks in it.

A new map fails this test until the list says how its keys belong to one hook.
"""

from collections import Counter, deque
from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

from cachetools import Cache

from provider.environment import Environment
from wiring.container import Container

OURS = (
    "clock",
    "conversation_store",
    "dify_app",
    "handoff",
    "provider",
    "setup_page",
    "slack_api",
    "slack_events",
    "slack_reply",
    "turns",
    "wiring",
)
HOOK = "the hook's id is in the key"
THREAD = "the thread's key, or a hash of it, begins with the hook's id"
TOKEN = "the key holds a hash of the bot token"
REQUEST = "the key is a random number of this process, which nobody else is told"
KEPT_APART = {
    "RecordCache.records": THREAD,
    "ProcessMemory._latest": THREAD,
    "ProcessMemory._unsaved": THREAD,
    "ProcessMemory._claims": THREAD,
    "ProcessMemory._given_back": THREAD,
    "ProcessStores._breakers": HOOK,
    "ProcessStores._redis": "the key is an address with its password, from the settings of one hook",
    "ProcessStores._presences": "the same",
    "ProcessStores._stops": "the same",
    "OpenTurnLists.hooks": HOOK,
    "OpenTurnLists.locks": "a number, by the hash of a hook: it is held for one call of the storage",
    "BucketState.locks": "a number, by the hash of a thread: it is held for one call of the storage",
    "FilesOrigin._authorities": "it never changes: the spellings of Slack's own files host",
    "Relay._working": HOOK,
    "Relay._unheard": HOOK,
    "Capacity._names": HOOK,
    "Claims._taken": HOOK,
    "ClaimsAhead._arrives_here": HOOK,
    "ClaimsAhead._open": HOOK,
    "Refusals._reasons": HOOK,
    "ChannelTypes._heard": HOOK,
    "ProblemLog._told": HOOK,
    "Acceptances._unheard": REQUEST,
    "CancellationRegistry._running": REQUEST,
    "CancellationRegistry._ended": REQUEST,
    "CancellationRegistry._deleted": HOOK,
    "ThreadQueues._queues": THREAD,
    "Throttle._foreign": HOOK,
    "SlidingWindow._accounts": "the hook's id, or a thread's hash, is in the key",
    "AckTimes._seconds": HOOK,
    "SweepSchedule._due": HOOK,
    "RateLimiter._lines": TOKEN,
    "NativeSupport._workspaces": TOKEN,
    "NativeSupport._channels": TOKEN,
    "TableSupport._refused": TOKEN,
    "BlockSupport._refused": TOKEN,
    "AskedQuestions._kept": "the hook's id, or a thread's hash, is in the key",
    "Votes._ballots": HOOK,
    "PrivateAnswers._kept": "each answer names its hook, and is given to that hook alone",
    "Written._known": TOKEN,
    "ChannelNames._known": TOKEN,
    "ChannelNames._failed": TOKEN,
    "ChannelNames._asking": TOKEN,
    "UserGroups._known": TOKEN,
    "UserGroups._fresh": TOKEN,
    "UserGroups._failed": TOKEN,
    "UserGroups._asking": TOKEN,
    "UserGroups._changes": TOKEN,
    "Services.refused_today": HOOK,
    "_Answers._known": TOKEN,
    "_Answers._failed": TOKEN,
    "_Answers._running": TOKEN,
    "BotIdentities._known": TOKEN,
    "BotIdentities._failed": TOKEN,
    "BotIdentities._fresh": TOKEN,
    "BotIdentities._asking": TOKEN,
    "AppCache._forms": HOOK,
    "AppCache.kinds": HOOK,
    "BaseAddresses._found": "the key is a list of addresses, and what is kept is which of them answers",
    "FirstCalls._known": HOOK,
    "FirstCalls._running": HOOK,
    "ClosedWays._errors": HOOK,
    "Services._pressed": HOOK,
    "OrphanLocks._locks": THREAD,
    "FinishedTurns._names": THREAD,
    "Transfers._hooks": HOOK,
    "RecentTurns._hooks": HOOK,
    "SeenRequests._hooks": HOOK,
    "KeyGuard._wrong": HOOK,
    "KeyGuard._paused_until": HOOK,
}


def remembered(root: object) -> Iterator[str]:
    """Each map, set and cache that lives as long as the object, as `Class.attribute`."""
    seen: set[int] = set()
    queue: deque[Any] = deque([root])
    while queue:
        one = queue.popleft()
        if id(one) in seen or type(one).__module__.partition(".")[0] not in OURS:
            continue
        seen.add(id(one))
        slots = [name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())]
        for name in {*getattr(one, "__dict__", {}), *slots}:
            value = getattr(one, name, None)
            if isinstance(value, dict | set | list | deque | Cache | Counter | WeakValueDictionary):
                yield f"{type(one).__name__}.{name}"
            queue.append(value)


def test_everything_a_process_remembers_is_separate_for_each_hook() -> None:
    assert set(remembered(Container(Environment()))) - set(KEPT_APART) == set()


def test_list_names_only_existing_attributes() -> None:
    assert set(KEPT_APART) - set(remembered(Container(Environment()))) == set()
