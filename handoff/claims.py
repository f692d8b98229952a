"""Knows which jobs this process has claimed. The thread's record tells all processes, a moment later."""

from cachetools import TTLCache

from clock import Clock
from job import Job, SweepJob

# Slack's last regular retry comes after six minutes (docs/platform/slack.md#event-retries).
KEPT_SECONDS = 900.0


def claim_name(hook_id: str, job: Job | SweepJob) -> str:
    """The name of this job and continuation among the claims of the process."""
    return f"{hook_id}/{job.job_id}#{job.continuation}"


class Claims:
    """One per process. A claim ends after `seconds`. It is confirmed once the thread's record holds a claim, too."""

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
