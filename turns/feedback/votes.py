"""The last vote of each member on each answer, as far as this process has seen them. Pure but for its clock.

Dify keeps one vote for each answer (docs/platform/dify-service-api.md#feedback). So the votes of all members go there
as one: the rating of the last vote, and a line for each member.
"""

from dataclasses import dataclass, field, replace
from itertools import count

from cachetools import TTLCache
from gevent.lock import BoundedSemaphore

from clock import Clock
from dify_app import Rating

ANSWERS, REMEMBERED = 5_000, 86_400.0
"""How many answers' votes are kept, and for how many seconds after an answer's first vote."""
MOST_VOTERS = 20  # whose lines Dify gets: those who voted last
LONGEST_REASON = 1_000
LONGEST_NAME = 80

_SIGNS: dict[Rating, str] = {"like": "👍", "dislike": "👎"}


@dataclass(frozen=True, slots=True)
class Vote:
    """`number` puts votes in the order in which they came. `name` is the member's."""

    number: int
    rating: Rating
    name: str
    reason: str = ""


@dataclass(slots=True)
class Ballot:
    """The votes on one answer. `sending` is held by whoever tells Dify, and `told` is what Dify was told last."""

    votes: dict[str, Vote] = field(default_factory=dict)
    sending: BoundedSemaphore = field(default_factory=BoundedSemaphore)
    told: tuple[Rating, str] | None = None

    def cast(self, member: str, vote: Vote) -> bool:
        """Take a member's vote in place of an earlier one. False for a vote that says nothing new.

        A vote that repeats the rating and brings no reason leaves the reason that was given. A vote that a later one
        of the member has overtaken does not count.
        """
        known = self.votes.get(member)
        if known is not None and known.number > vote.number:
            return False
        if known is not None and known.rating == vote.rating and not vote.reason:
            vote = replace(vote, reason=known.reason)
        self.votes.pop(member, None)
        self.votes[member] = vote
        if len(self.votes) > MOST_VOTERS:
            del self.votes[next(iter(self.votes))]
        return known is None or (known.rating, known.reason) != (vote.rating, vote.reason)

    @property
    def whole(self) -> tuple[Rating, str]:
        """What Dify is to be told: the rating of the last vote, and who voted how and why."""
        latest = max(self.votes.values(), key=lambda vote: vote.number)
        if len(self.votes) == 1:
            return latest.rating, "\n".join(_line(member, vote) for member, vote in self.votes.items())
        lines = (f"{_SIGNS[vote.rating]} {_line(member, vote)}" for member, vote in self.votes.items())
        return latest.rating, "\n".join(lines)


class Votes:
    """One per process; the votes of each hook are apart."""

    def __init__(self, clock: Clock) -> None:
        self._ballots: TTLCache[tuple[str, str], Ballot] = TTLCache(ANSWERS, REMEMBERED, timer=clock.now)
        self._numbers = count(1)

    def number(self) -> int:
        """The number of a vote that has just come."""
        return next(self._numbers)

    def on(self, hook_id: str, message_id: str) -> Ballot:
        """The votes on Dify's message."""
        return self._ballots.setdefault((hook_id, message_id), Ballot())


def _line(member: str, vote: Vote) -> str:
    who = f"{' '.join(vote.name.split())[:LONGEST_NAME]} ({member})"
    return f"{who}: {' '.join(vote.reason.split())[:LONGEST_REASON]}" if vote.reason.strip() else who
