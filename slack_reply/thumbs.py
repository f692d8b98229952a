"""The two buttons under an answer by which members rate it. Pure.

Source: docs/platform/slack.md#feedback-buttons, docs/platform/slack.md#block-limits.
"""

from dataclasses import dataclass

from slack_reply.buttons import BLOCK
from slack_reply.snapshot import Blocks

VOTE = "vote"
"""The beginning of the buttons' ids."""


@dataclass(frozen=True, slots=True)
class Thumb:
    """`value` comes back with a press: at most 2,000 characters. `label` has at most 75."""

    value: str
    label: str


def thumbs(good: Thumb, bad: Thumb, team_id: str) -> tuple[Blocks, ...]:
    """Slack's own block, and a plainer one for workspaces that refuse it: the best comes first."""
    block_id = f"{BLOCK}{team_id}"
    native = {
        "type": "feedback_buttons",
        "action_id": VOTE,
        "positive_button": {"text": _plain(good.label), "value": good.value},
        "negative_button": {"text": _plain(bad.label), "value": bad.value},
    }
    plain = [
        {"type": "button", "action_id": f"{VOTE}_{name}", "text": _plain(sign), "value": thumb.value}
        | {"accessibility_label": thumb.label}
        for name, sign, thumb in (("good", "👍", good), ("bad", "👎", bad))
    ]
    return (
        ({"type": "context_actions", "block_id": block_id, "elements": [native]},),
        ({"type": "actions", "block_id": block_id, "elements": plain},),
    )


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": True}
