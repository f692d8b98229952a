"""Reads an event of a run that waits for a person (Dify 1.13 and later, docs/platform/dify.md#human-input-events)."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dify_app.answer import Paused
from json_fields import mapping_of, mappings_of, text_of

# The mark of a form's field in the form's Markdown: {{#$output.name#}}
_FIELD = re.compile(r"\{\{#\$output\.([^#{}\n]{1,100})#\}\}")


def paused_form(event: Mapping[str, Any], web_url: str) -> Paused:
    """The form of a `human_input_required` event.

    Dify serves the form at `/form/<token>` of its web app, whose base is `web_url` (Dify's APP_WEB_URL). `where` is
    empty if this base is not known or Dify gave no token; the member then finds the form in Dify itself.
    """
    data = mapping_of(event, "data")
    token = text_of(data, "form_token")
    where = f"{web_url.rstrip('/')}/form/{quote(token, safe='')}" if token and web_url else ""
    actions = (text_of(action, "title", "id") for action in mappings_of(data, "actions"))
    text = _FIELD.sub(r"`\1`", text_of(data, "form_content"))
    return Paused(text, where, text_of(data, "node_title"), tuple(filter(None, actions)))
