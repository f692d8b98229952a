"""Who belongs to the user groups that the settings name (docs/platform/slack.md#user-groups)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import gevent
from cachetools import LRUCache, TTLCache

from clock import Clock
from errors import SlackError, SlackRefused
from slack_api.client import SlackApi

FRESH = 600.0  # seconds after which Slack is asked again, while the old members count
KEEP = 3600.0  # seconds for which old members count at most
KEEP_FAILURE = 60.0
PATIENCE = 15.0  # seconds that a question waits for members that are not known yet
PATIENCE_WALL_FLOOR = 1.0  # wall seconds
GROUPS = 2_000  # of all workspaces
MOST_MEMBERS = 100_000  # of one group; later ones do not count
AGAIN = 3  # times that a group is read that changes all the while

type _Place = tuple[str, str]
"""The token's account (SlackApi.account), and the group as the settings name the group."""


@dataclass(frozen=True, slots=True)
class _Group:
    """`id` is "" for a handle that no group of the workspace has."""

    id: str
    members: frozenset[str]


class UserGroups:
    """One per process; never raises. A group is named by its id or its `@handle` in lower case.

    Members are read in the background, again after FRESH seconds, and at once after Slack told of a change.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: TTLCache[_Place, _Group] = TTLCache(GROUPS, KEEP, timer=clock.now)
        self._fresh: TTLCache[_Place, None] = TTLCache(GROUPS, FRESH, timer=clock.now)
        self._failed: TTLCache[_Place, None] = TTLCache(GROUPS, KEEP_FAILURE, timer=clock.now)
        self._asking: dict[str, gevent.Greenlet[..., None]] = {}
        self._changes: LRUCache[str, int] = LRUCache(GROUPS)

    def of(
        self, api: SlackApi, user: str, groups: Collection[str], team_id: str = ""
    ) -> frozenset[str] | None:
        """Those of the groups that the user belongs to; None if the user is in none, and one could not be read.

        An organisation's token needs the workspace `team_id`. This may wait for PATIENCE seconds.
        """
        until = self._clock.now() + PATIENCE
        while self._ask(api, groups, team_id) and self._missing(api, groups) and self._clock.now() < until:
            left = self._clock.wall(until - self._clock.now(), at_least=PATIENCE_WALL_FLOOR)
            self._asking[api.account].join(timeout=left)
        return self.known(api, user, groups)

    def known(self, api: SlackApi, user: str, groups: Collection[str]) -> frozenset[str] | None:
        """The same, by what Slack has told before. Asks nobody."""
        found = {group: self._known.get((api.account, group)) for group in groups}
        of = frozenset(group for group, known in found.items() if known and user in known.members)
        return None if not of and None in found.values() else of

    def changed(self, api: SlackApi, group_id: str) -> None:
        """The members of this group changed: what is known of the group counts no more."""
        self._changes[api.account] = self._changes.get(api.account, 0) + 1
        for place, group in list(self._known.items()):
            if place[0] == api.account and group.id == group_id:
                self._known.pop(place, None)
                self._fresh.pop(place, None)

    def _missing(self, api: SlackApi, groups: Iterable[str]) -> list[str]:
        """Those that nothing is known of and that may be asked about."""
        places = ((api.account, group) for group in groups)
        return [place[1] for place in places if place not in self._known and place not in self._failed]

    def _ask(self, api: SlackApi, groups: Iterable[str], team_id: str) -> bool:
        """Begin to read what is not fresh, unless this runs already. Whether Slack is being asked."""
        if api.account in self._asking:
            return True
        places = [(api.account, group) for group in groups]
        wanted = [place[1] for place in places if place not in self._fresh and place not in self._failed]
        if wanted:
            self._asking[api.account] = gevent.spawn(self._read, api, wanted, team_id)
        return bool(wanted)

    def _read(self, api: SlackApi, groups: Sequence[str], team_id: str) -> None:
        try:
            handles = any(group.startswith("@") for group in groups)
            ids = (
                {f"@{handle.casefold()}": group_id for handle, group_id in api.user_groups(team_id)}
                if handles
                else {}
            )
            for group in groups:
                self._read_one(api, group, ids.get(group, "") if group.startswith("@") else group, team_id)
        except SlackError:
            self._failed.update(dict.fromkeys((api.account, group) for group in groups))
        finally:
            self._asking.pop(api.account, None)

    def _read_one(self, api: SlackApi, group: str, group_id: str, team_id: str) -> None:
        """Read the members, and once more if Slack tells meanwhile that a group has changed."""
        place = (api.account, group)
        for _ in range(AGAIN):
            changes = self._changes.get(api.account, 0)
            members = self._members(api, group_id, team_id)
            if changes == self._changes.get(api.account, 0):
                break
        self._known[place], self._fresh[place] = _Group(group_id, frozenset(members)), None

    def _members(self, api: SlackApi, group_id: str, team_id: str) -> Sequence[str]:
        """The members' ids; none for a group that the workspace does not have, or has disabled."""
        try:
            return api.users_of_group(group_id, team_id)[:MOST_MEMBERS] if group_id else ()
        except SlackRefused as error:
            if error.error == "no_such_subteam":
                return ()
            raise
