"""What follows from events of Slack that ask nothing."""

from contextlib import suppress
from dataclasses import dataclass

from errors import SettingsError
from turns.endpoint_request import EndpointRequest
from turns.services import Services


@dataclass(frozen=True, slots=True)
class SideEvents:
    """For one request. No method raises."""

    services: Services
    endpoint: EndpointRequest

    def interaction_arrived(self) -> None:
        """Remember that presses reach the hook. The first time in a process, this waits for the storage."""
        with suppress(SettingsError):
            self.services.presses(self.endpoint, self.endpoint.store(self.services.stores)).note()

    def group_changed(self, team_id: str, group_id: str) -> None:
        """Read the members of a user group anew before they count again. Returns at once."""
        with suppress(SettingsError):
            self.services.groups.changed(self.services.api(self.endpoint, team_id), group_id)
