"""The forms that a paused run waits for (Dify 1.13 and later, docs/platform/dify-service-api.md#forms). Pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dify_app.answer import FormAction, FormInput, FormStyle, HumanForm, Paused
from json_fields import mapping_of, mappings_of, text_of, texts_of

_LONGEST_ID = 64  # characters; Dify's ids are UUIDs, its tokens shorter than this
_MOST_INPUTS = 20
# The mark of a form's field in the form's Markdown: {{#$output.name#}}
_FIELD = re.compile(r"\{\{#\$output\.([^#{}\n]{1,100})#\}\}")
_TEXTS = frozenset({"text_input", "text-input", "paragraph"})
_STYLES: Mapping[str, FormStyle] = {"primary": "primary", "danger": "danger", "destructive": "danger"}


def paused_form(data: Mapping[str, Any], web_url: str) -> Paused:
    """The form of a run that waits for a person, out of `human_input_required`.

    Dify serves the form at `/form/<token>` of its web app, whose base is `web_url` (Dify's APP_WEB_URL). `where` is
    empty if this base is not known or Dify gave no token; the member then finds the form in Dify itself.
    """
    token = text_of(data, "form_token")
    where = f"{web_url.rstrip('/')}/form/{quote(token, safe='')}" if token and web_url else ""
    actions = (text_of(action, "title", "id") for action in mappings_of(data, "actions"))
    text = _FIELD.sub(r"`\1`", text_of(data, "form_content"))
    return Paused(text, where, text_of(data, "node_title"), tuple(filter(None, actions)), _form(data, token))


def _form(data: Mapping[str, Any], token: str) -> HumanForm | None:
    """None for a form that needs a file, or a choice that Dify does not list, or that has no token or no action."""
    form_id = text_of(data, "form_id")
    actions = tuple(
        FormAction(
            text_of(action, "id"),
            text_of(action, "title", "id"),
            _STYLES.get(text_of(action, "button_style"), ""),
        )
        for action in mappings_of(data, "actions")
        if text_of(action, "id")
    )
    raw = mappings_of(data, "inputs")
    inputs = [_input(one, mapping_of(data, "resolved_default_values")) for one in raw]
    known = [one for one in inputs if one is not None]
    fits = len(known) == len(raw) <= _MOST_INPUTS and 0 < len(form_id) <= _LONGEST_ID >= len(token)
    return HumanForm(form_id, token, actions, tuple(known)) if token and actions and fits else None


def _input(raw: Mapping[str, Any], defaults: Mapping[str, Any]) -> FormInput | None:
    name, kind = text_of(raw, "output_variable_name"), text_of(raw, "type")
    if not name:
        return None
    if kind == "select":
        options = texts_of(mapping_of(raw, "option_source"), "value")
        return FormInput(name, options=options) if options else None
    if kind not in _TEXTS:
        return None
    given = mapping_of(raw, "default")
    constant = text_of(given, "value") if text_of(given, "type") == "constant" else ""
    return FormInput(name, text_of(defaults, name) or constant)
