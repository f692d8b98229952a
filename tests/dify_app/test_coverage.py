import pytest

from dify_app.coverage import Covered, FilledBy, coverage
from dify_app.form import AppForm, Variable

FACTS = ("slack_user_id",)


def covered(variable: Variable, *, chats: bool = True, **admin: object) -> FilledBy:
    [found] = coverage(AppForm((variable,)), admin, FACTS, keeps_conversations=chats)
    assert found.name == variable.name
    return found.by


@pytest.mark.parametrize(
    ("variable", "by"),
    [
        (Variable("style", "text-input", required=True), FilledBy.ADMIN),
        (Variable("slack_user_id", "text-input", required=True), FilledBy.SLACK),
        (Variable("tone", "select", required=True, default="short"), FilledBy.DEFAULT),
        (Variable("paper", "file", required=True), FilledBy.FILE),
        (Variable("slack_user_id", "number", required=True), FilledBy.NOTHING),
        (Variable("tone", "text-input", required=True), FilledBy.NOTHING),
    ],
)
def test_required_variable_is_filled_by(variable: Variable, by: FilledBy) -> None:
    assert covered(variable, style="short") is by


def test_empty_value_of_the_admin_fills_nothing() -> None:
    assert covered(Variable("tone", "text-input", required=True), tone="") is FilledBy.NOTHING


def test_question_fills_a_variable_only_where_no_conversation_is_kept() -> None:
    query = Variable("query", "paragraph", required=True)
    assert covered(query, chats=False) is FilledBy.QUESTION
    assert covered(query, chats=True) is FilledBy.NOTHING


def test_variables_that_are_not_required_are_left_out() -> None:
    form = AppForm((Variable("a", "text-input"), Variable("b", "text-input", required=True)))
    assert coverage(form, {"b": "x"}, FACTS, keeps_conversations=True) == [Covered("b", FilledBy.ADMIN)]
