"""Tells a hand-off that its request is accepted where both are in one process: sooner than the answer's first byte."""

from typing import NamedTuple

import gevent
from gevent.queue import SimpleQueue

type Answer = tuple[str, int]
"""The route on which a request was sent, and the status of its answer."""

# The hand-off puts Slack's ack down in the first round of the event loop; the second one writes the ack.
_ROUNDS = 2


class _Sent(NamedTuple):
    """Where the hand-off waits, and the answer that tells the hand-off that the request is accepted."""

    answers: SimpleQueue[Answer]
    acceptance: Answer


class Acceptances:
    """The requests of this process that it has sent itself, and that it has heard nothing of yet. One per process."""

    def __init__(self) -> None:
        self._unheard: dict[str, _Sent] = {}

    def sent(self, request: str, answers: SimpleQueue[Answer], acceptance: Answer) -> None:
        """Note that this process sends a request of this name; `heard` must follow."""
        self._unheard[request] = _Sent(answers, acceptance)

    def heard(self, request: str) -> None:
        """Note that the request's answer has come, or that none will."""
        self._unheard.pop(request, None)

    def accept(self, request: str) -> None:
        """Tell the hand-off that the request's job is owned, and let Slack's ack be written before this returns.

        The hand-off in another process learns it from the first byte of the answer.
        """
        if sent := self._unheard.pop(request, None):
            sent.answers.put(sent.acceptance)
            for _ in range(_ROUNDS):
                gevent.sleep(0)
