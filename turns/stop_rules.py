"""Whether the admin's rules still let a member in who asks to stop an answer.

Source: docs/architecture.md#d12-the-member-is-in-control.
"""

from dataclasses import dataclass

import gevent

from errors import SettingsError, SlackError
from message import Message
from turns.endpoint_request import EndpointRequest
from turns.notices import refusal_of
from turns.report import logger, where
from turns.services import Services
from turns.stop_request import StopRequest
from wording import Say

BEFORE_ACK = 1.0  # seconds: Slack waits 3 s for its ack, and a stop is seen at Dify within 2 s
WALL_FLOOR = 0.5  # wall seconds: no wait is shorter, since scaled time makes no machine faster


@dataclass(frozen=True, slots=True)
class StopRules:
    """For one request. Only a rule that certainly says no refuses: who stops an answer was let in to ask before.

    A reaction and Slack's own Stop button do not name the member's workspace, so Slack may be asked for it
    (docs/platform/slack.md#stop-controls).
    """

    services: Services
    endpoint: EndpointRequest

    def refusal(self, request: StopRequest) -> Say | None:
        """The sentence for the member if a rule says no; None otherwise, or if Slack has not answered in time."""
        asking = gevent.spawn(self._refusal, request)
        asking.join(timeout=self.services.clock.wall(BEFORE_ACK, at_least=WALL_FLOOR))
        found: Say | None = asking.value
        return found

    def _refusal(self, request: StopRequest) -> Say | None:
        services = self.services
        try:
            api = services.api(self.endpoint, request.team_id)
            team = request.user_team
            if not team:
                person = services.users.one(api, request.user)
                team = person.team_id or person.enterprise_id or request.team_id
            message = Message(
                team_id=request.team_id,
                channel=request.channel,
                ts=request.at,
                source="button",
                thread_ts=request.thread_ts,
                user=request.user,
                user_team=team,
            )
            ruling = services.rules(self.endpoint, api).ruling(message)
        except (SettingsError, SlackError) as error:
            logger.warning("the rules for a stop could not be read: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the answer can be stopped all the same
            logger.error("the rules for a stop broke: %s", where(error))
        else:
            return None if ruling.answered or ruling.lacks else refusal_of(ruling)
        return None
