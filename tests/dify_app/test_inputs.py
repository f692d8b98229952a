from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.form import AppForm, Variable
from dify_app.inputs import checked, known_values, query_variable, with_query
from dify_app.uploads import PlacedFile
from errors import InputMissing


def form(*variables: Variable) -> AppForm:
    return AppForm(variables)


def text(name: str, **more: Any) -> Variable:
    return Variable(name, "text-input", **more)


def test_slack_fact_fills_only_a_variable_that_the_admin_left_empty() -> None:
    asked = form(text("slack_user_id"), text("slack_channel_id"), text("tone"))
    admin = {"slack_user_id": "fixed", "slack_channel_id": "", "undeclared": "x"}
    context = {"slack_user_id": "U1", "slack_channel_id": "C1", "slack_team_id": "T1"}
    assert known_values(asked, admin, context) == {"slack_user_id": "fixed", "slack_channel_id": "C1"}


def test_slack_fact_fills_only_a_variable_that_takes_its_text() -> None:
    asked = form(
        Variable("slack_user_id", "number"),
        Variable("slack_channel_id", "select", options=("C1",)),
        Variable("slack_team_id", "select", options=("T9",)),
        Variable("slack_thread", "paragraph"),
    )
    context = {
        "slack_user_id": "U1",
        "slack_channel_id": "C1",
        "slack_team_id": "T1",
        "slack_thread": "so far",
    }
    assert known_values(asked, {}, context) == {"slack_channel_id": "C1", "slack_thread": "so far"}


def test_text_is_cut_to_the_length_of_its_variable() -> None:
    asked = form(text("slack_user_name", max_length=3))
    assert known_values(asked, {}, {"slack_user_name": "abcdef"}) == {"slack_user_name": "abc"}


@pytest.mark.parametrize(
    ("limit", "kept"),
    [
        (100, "ann: one\n  eve: more\nben: two"),
        (28, "ben: two"),
        (9, "ben: two"),
        (8, "ben: two"),
        (6, "ben: t"),
    ],
)
def test_thread_keeps_its_latest_messages_and_begins_with_a_whole_one(limit: int, kept: str) -> None:
    thread = "ann: one\n  eve: more\nben: two"
    asked = form(text("slack_thread", max_length=limit))
    assert known_values(asked, {}, {"slack_thread": thread}) == {"slack_thread": kept}


def test_fact_that_slack_lacks_is_an_empty_text_and_no_missing_input() -> None:
    asked = form(text("slack_thread", required=True))
    values = known_values(asked, {}, {"slack_thread": ""})
    assert checked(asked, values) == {"slack_thread": ""}
    assert query_variable(asked, {}) is None


def test_files_go_into_the_variables_where_they_were_placed() -> None:
    asked = form(Variable("one", "file"), Variable("many", "file-list"))
    placed = [
        PlacedFile("one", many=False, kind="image", file_id="1"),
        PlacedFile("many", many=True, kind="document", file_id="2"),
        PlacedFile("many", many=True, kind="image", file_id="3"),
    ]
    values = known_values(asked, {}, {}, placed)
    assert values["one"] == {"type": "image", "transfer_method": "tool_file", "tool_file_id": "1"}
    assert [value["tool_file_id"] for value in values["many"]] == ["2", "3"]


def test_admins_own_list_is_not_changed_by_files() -> None:
    admin = {"many": [{"tool_file_id": "0"}]}
    placed = PlacedFile("many", many=True, kind="image", file_id="1")
    known_values(form(Variable("many", "file-list")), admin, {}, [placed])
    assert len(admin["many"]) == 1


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ([text("topic")], "topic"),
        ([text("topic"), text("Question")], "Question"),
        ([text("input"), text("query")], "query"),
        ([text("a"), text("b", required=True), text("c", required=True)], "b"),
        ([text("a"), Variable("b", "paragraph")], "a"),
        ([text("slack_user_id"), Variable("n", "number"), Variable("f", "file")], None),
        ([], None),
    ],
)
def test_query_goes_into_the_first_suitable_variable(variables: list[Variable], expected: str | None) -> None:
    found = query_variable(form(*variables), {})
    assert (found.name if found else None) == expected


def test_query_does_not_replace_a_value() -> None:
    asked = form(text("query"), text("topic", max_length=3))
    assert with_query(asked, {"query": "fixed"}, "abcdef") == {"query": "fixed", "topic": "abc"}
    assert with_query(form(), {"x": 1}, "abc") == {"x": 1}


def test_required_variable_gets_its_default_or_is_named() -> None:
    asked = form(text("a"), text("b", required=True, default="B"), text("c", required=True))
    assert checked(asked, {"c": "C"}) == {"b": "B", "c": "C"}
    with pytest.raises(InputMissing) as found:
        checked(asked, {})
    assert found.value.variable == "c"


names = st.sampled_from(["query", "topic", "slack_thread", "docs", "n"])
variables = st.builds(
    Variable,
    names,
    st.sampled_from(["text-input", "paragraph", "select", "number", "file", "checkbox", "json_object"]),
    required=st.booleans(),
    max_length=st.none() | st.integers(1, 5),
)


@given(
    st.lists(variables, max_size=5, unique_by=lambda variable: variable.name),
    st.dictionaries(names, st.text(max_size=9)),
    st.text(max_size=9),
)
def test_inputs_hold_nothing_undeclared_and_nothing_too_long(
    declared: list[Variable], admin: dict[str, str], query: str
) -> None:
    asked = form(*declared)
    values = with_query(asked, known_values(asked, admin, {"slack_thread": query}), query)
    by_name = {variable.name: variable for variable in declared}
    assert set(values) <= set(by_name)
    for name, value in values.items():
        limit = by_name[name].max_length
        assert limit is None or by_name[name].kind not in {"text-input", "paragraph"} or len(value) <= limit
