"""What a post or an update carries, checked.

Source: docs/platform/slack.md#posting-errors, docs/platform/slack.md#text-limits.
"""

import unicodedata
from dataclasses import dataclass

from simulators.slack.arguments import Arguments
from simulators.slack.blocks import MARKDOWN_CHARS, check_blocks, check_expansion
from simulators.slack.messages import Json
from simulators.slack.refusals import Refused

POST_CHARS = 40_000
UPDATE_BYTES = 4_000
# Slack's guide says 16 KB (docs/platform/slack.md#message-metadata)
METADATA_CHARS = 16_000


@dataclass(slots=True, frozen=True)
class Content:
    """`blocks` is None when none were given, empty when they are to go; `truncated` warns the caller."""

    text: str
    markdown: str
    blocks: list[Json] | None
    metadata: Json | None
    truncated: bool = False

    def log(self) -> list[Json]:
        """As a message's log: text beside blocks is only their fallback."""
        if self.markdown:
            return [{"type": "markdown_text", "text": self.markdown}]
        if self.blocks:
            return [{"type": "blocks", "blocks": self.blocks}, {"type": "fallback", "text": self.text}]
        return [{"type": "text", "text": self.text}]


def read_content(arguments: Arguments, *, update: bool = False) -> Content:
    """Raises markdown_text_conflict, msg_too_long, no_text, and what blocks and metadata raise."""
    text, markdown = arguments.text("text"), arguments.text("markdown_text")
    raw = arguments.structure("blocks", "invalid_blocks")
    if markdown and (text or raw):
        raise Refused("markdown_text_conflict")
    # Whether an update takes longer Markdown than text is an open question (docs/platform/slack.md#open-questions).
    if len(markdown) > MARKDOWN_CHARS or (update and len((text + markdown).encode()) > UPDATE_BYTES):
        raise Refused("msg_too_long")
    blocks = None if raw is None else check_blocks(raw)
    if is_blank(text) and is_blank(markdown) and not blocks:
        raise Refused("no_text")
    if markdown:
        check_expansion([markdown], 1)
    return Content(
        text[:POST_CHARS], markdown, blocks, read_metadata(arguments), truncated=len(text) > POST_CHARS
    )


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing: blanks and invisible characters only."""
    return all(char.isspace() or unicodedata.category(char) in {"Cf", "Cc"} for char in text)


def read_metadata(arguments: Arguments) -> Json | None:
    """`{event_type, event_payload}` (docs/platform/slack.md#message-metadata)."""
    metadata = arguments.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if len(str(metadata)) > METADATA_CHARS:
        raise Refused("metadata_too_large")
    return metadata
