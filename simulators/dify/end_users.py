"""The end users of the Service API: one row for each app and `user` (docs/platform/dify-service-api.md#end-users)."""

import uuid
from dataclasses import dataclass

from clock import Clock

INSERTS = 0.3  # design seconds between the look for a row and the new row


@dataclass(frozen=True, slots=True)
class EndUser:
    """One row. Conversations, messages and files belong to its id."""

    row_id: str
    app_id: str
    session_id: str


class EndUsers:
    """All rows. Nothing keeps two first calls from making two; then the newer one counts from now on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: list[EndUser] = []

    def get_or_create(self, app_id: str, user: str) -> EndUser:
        """The row that counts for this user of the app."""
        found = next(
            (row for row in reversed(self._rows) if (row.app_id, row.session_id) == (app_id, user)), None
        )
        if found is None:
            self._clock.sleep(INSERTS)
            found = EndUser(str(uuid.uuid4()), app_id, user)
            self._rows.append(found)
        return found

    def by_id(self, row_id: str) -> EndUser | None:
        """The row of this id."""
        return next((row for row in self._rows if row.row_id == row_id), None)

    def list(self) -> list[EndUser]:
        """All rows, oldest first."""
        return list(self._rows)
