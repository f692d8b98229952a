"""Who is in the workspace: members, guests, people of other organisations, bots."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class User:
    """`team_id` differs from the workspace's for members of another organisation.

    Source: docs/platform/slack.md#slack-connect.

    `enterprise_id` is that of the organisation they belong to, "" for none. A guest of a single channel
    (`is_ultra_restricted`) is `is_restricted` too (docs/platform/slack.md#guests).
    """

    id: str
    name: str
    real_name: str
    team_id: str
    locale: str = "en-US"
    tz: str = "Europe/Amsterdam"
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    email: str = ""
    enterprise_id: str = ""

    def profile(
        self, home_team: str, home_enterprise: str, *, include_locale: bool, include_email: bool = True
    ) -> dict[str, Any]:
        """`users.info`'s user object; the locale comes only when asked for, as at Slack.

        The e-mail address comes only with the scope `users:read.email` (docs/platform/slack.md#guests).
        """
        enterprise = home_enterprise if self.team_id == home_team else self.enterprise_id
        user: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": 3600,
            "profile": {
                "real_name": self.real_name,
                "real_name_normalized": self.real_name,
                "display_name": self.name,
                "display_name_normalized": self.name,
                "team": self.team_id,
            },
            "is_admin": False,
            "is_owner": False,
            "is_restricted": self.is_restricted or self.is_ultra_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_stranger": self.team_id != home_team,
            "updated": 1_760_000_000,
        }
        if enterprise:  # docs/platform/slack.md#enterprise-grid
            del user["team_id"]
            user["is_stranger"] = enterprise != home_enterprise
            user["enterprise_user"] = {
                "id": self.id,
                "enterprise_id": enterprise,
                "enterprise_name": "Somewhere",
                "teams": [self.team_id],
            }
        if include_email and self.email:
            user["profile"]["email"] = self.email
        if include_locale:
            user["locale"] = self.locale
        return user
