"""What happens after a request that Slack signed: a turn owns the message before the ack, or a sweep may begin."""

import uuid
from dataclasses import dataclass

import gevent

from errors import HandoffError
from handoff.hand_off import HandOff
from job import Job, SweepJob
from turns import AckTimes, EndpointRequest, SweepSchedule


@dataclass(frozen=True, slots=True)
class EventHandOff:
    """Hands off the message of one request of Slack's."""

    endpoint: EndpointRequest
    hand_off: HandOff
    acks: AckTimes
    sweeps: SweepSchedule

    def hand(self, job: Job) -> None:
        """Return once a turn owns the message.

        Raises HandoffError, and SettingsError while the settings let nobody answer: Slack must not be acked then.
        """
        self.endpoint.can_answer(job.message)
        self.hand_off.hand(job)
        self.acks.note(self.endpoint.id, job)
        self.sweep_if_due()  # the claim on this message may be a dead process's

    def sweep_if_due(self) -> None:
        """Hand off a sweep if one is due: the sweep looks for turns of dead processes. Returns at once.

        This is for genuine requests of Slack's that begin no turn, since a turn would make the sweep itself.
        """
        if self.endpoint.settings.bot_token and self.sweeps.take(self.endpoint.id):
            gevent.spawn(self._hand_sweep)

    def _hand_sweep(self) -> None:
        try:
            self.hand_off.hand(SweepJob(uuid.uuid4().hex))
        except HandoffError:
            self.sweeps.soon(self.endpoint.id)
