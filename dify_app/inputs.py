"""Which value goes into which variable of the app's form. This module does no I/O.

The admin's values from the app selector come first. Facts about the Slack message fill the declared text variables
of the same names that are still empty. Files go where `uploads.py` placed them. Dify fills in the form's defaults
itself, but only for variables that are not required: a required variable without a value gets its default here.

The query of an app without conversations (workflow, completion) goes into a text variable that is still empty: the
one with a usual name, in the order below; else the first required one; else the first one.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dify_app.form import FILE_KINDS, TEXT_KINDS, AppForm, Variable
from dify_app.uploads import PlacedFile
from errors import InputMissing

THREAD = "slack_thread"
"""The variable that takes what other members said before. It is cut at its beginning: the newest messages matter."""

_QUERY_NAMES = (
    "query",
    "question",
    "user_query",
    "user_question",
    "input",
    "user_input",
    "text",
    "input_text",
    "message",
    "prompt",
    "content",
)
_NEXT_MESSAGE = re.compile(r"\n(?! )")


def known_values(
    form: AppForm, admin: Mapping[str, Any], context: Mapping[str, str], files: Iterable[PlacedFile] = ()
) -> dict[str, Any]:
    """The values that do not come from the query; a variable that has no value is left out."""
    values: dict[str, Any] = {}
    for variable in form.variables:
        value, fact = admin.get(variable.name), context.get(variable.name, "")
        offered = variable.kind == "select" and fact in variable.options
        if is_empty(value) and (offered or variable.kind in TEXT_KINDS):
            value = fact
        if not is_empty(value):
            values[variable.name] = _cut(variable, value)
        elif variable.required and variable.kind in TEXT_KINDS and variable.name in context:
            values[variable.name] = ""  # Slack has no value for this fact, and an empty text says so
    for file in files:
        value = file.value()
        values[file.variable] = [*values.get(file.variable, []), value] if file.many else value
    return values


def query_variable(form: AppForm, values: Mapping[str, Any]) -> Variable | None:
    """The variable that takes the query of an app without conversations; None if no text variable is left."""
    texts = (variable for variable in form.variables if variable.kind in TEXT_KINDS)
    free = [text for text in texts if text.name not in values and not text.name.startswith("slack_")]
    by_name = {variable.name.lower(): variable for variable in reversed(free)}
    usual = [by_name[name] for name in _QUERY_NAMES if name in by_name]
    required = [variable for variable in free if variable.required]
    return next(iter(usual or required or free), None)


def with_query(form: AppForm, values: Mapping[str, Any], query: str) -> dict[str, Any]:
    """The same values with the query in its variable, cut to the variable's length."""
    variable = query_variable(form, values)
    return {**values, variable.name: _cut(variable, query)} if variable else dict(values)


def checked(form: AppForm, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values and the defaults of required variables. Raises InputMissing for the first one that has no value."""
    complete = dict(values)
    for variable in form.variables:
        if not variable.required or variable.name in complete:
            continue
        if is_empty(variable.default):
            raise InputMissing(variable.name, takes_files=variable.kind in FILE_KINDS)
        complete[variable.name] = variable.default
    return complete


def is_empty(value: Any) -> bool:
    """Whether an input of this value is as good as none; 0 and False are values."""
    return value in (None, "", [], {})


def _cut(variable: Variable, value: Any) -> Any:
    limit = variable.max_length
    if variable.kind not in TEXT_KINDS or not isinstance(value, str) or limit is None:
        return value
    return _newest(value, limit) if variable.name == THREAD else value[:limit]


def _newest(thread: str, limit: int) -> str:
    """The latest messages that fit whole, or else the beginning of the last one.

    A message begins at the left edge and its further lines are indented, so the text must not begin inside a message.
    """
    begins = [0, *(found.end() for found in _NEXT_MESSAGE.finditer(thread))]
    begin = next((begin for begin in begins if len(thread) - begin <= limit), begins[-1])
    return thread[begin : begin + limit]
