"""Says by what each required variable of an app's form is filled, before any question comes. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from dify_app.form import FILE_KINDS, TEXT_KINDS, AppForm, Variable
from dify_app.inputs import is_empty, query_variable


class FilledBy(Enum):
    """What fills a variable."""

    ADMIN = auto()
    SLACK = auto()
    DEFAULT = auto()
    QUESTION = auto()
    FILE = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Covered:
    """One required variable."""

    name: str
    by: FilledBy


def coverage(
    form: AppForm, admin: Mapping[str, Any], facts: Collection[str], *, keeps_conversations: bool
) -> list[Covered]:
    """The required variables, in the form's order. `facts` are the names of the variables that Slack fills.

    The question goes into a variable only if the app keeps no conversations.
    """
    known = {name: value for name, value in admin.items() if not is_empty(value)}
    asked = None if keeps_conversations else query_variable(form, known)

    def by(variable: Variable) -> FilledBy:
        if variable.name in known:
            return FilledBy.ADMIN
        if variable.name in facts and variable.kind in TEXT_KINDS:
            return FilledBy.SLACK
        if asked is not None and variable.name == asked.name:
            return FilledBy.QUESTION
        if not is_empty(variable.default):
            return FilledBy.DEFAULT
        return FilledBy.FILE if variable.kind in FILE_KINDS else FilledBy.NOTHING

    return [Covered(variable.name, by(variable)) for variable in form.variables if variable.required]
