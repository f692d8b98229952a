"""Tells a hand-off that its request is accepted where both are in one process: sooner than the answer's first byte."""

from typing import NamedTuple

import gevent
from gevent.queue import SimpleQueue

type Answer = tuple[str, int]
"""The route on which a request was sent, and the status of its answer."""

# Rounds of the event loop: in the first one the hand-off makes Slack's ack, in the second one the ack is written.
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
        """Tell the hand-off that the request's job is owned, and return once Slack's ack is written.

        The ack and the turn share one thread, and the turn begins with some milliseconds of computing. A hand-off in
        another process learns of the acceptance from the first byte of the answer.
        """
        if sent := self._unheard.pop(request, None):
            sent.answers.put(sent.acceptance)
            for _ in range(_ROUNDS):
                gevent.sleep(0)
