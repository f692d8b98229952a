from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.stream.outputs import readable

FILE = {"dify_model_identity": "__dify__file__", "url": "/files/x"}


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ({}, ""),
        ({"text": "as *it* is\n\n- x"}, "as *it* is\n\n- x"),
        ({"text": "x", "empty": "", "none": None, "nothing": []}, "x"),
        ({"n": 3}, "3"),
        ({"ok": True, "n": 1.5}, "- **ok**: true\n- **n**: 1.5"),
        ({"list": ["a", "b"]}, "- a\n- b"),
        ({"who": {"name": "Ann", "age": 3}}, "- **name**: Ann\n- **age**: 3"),
        ({"a": ["x", {"b": 1}], "c": "d"}, "- **a**:\n  - x\n  - …\n    - **b**: 1\n- **c**: d"),
        ({"a": "one\ntwo\n\nthree", "b": 1}, "- **a**: one\n  two\n\n  three\n- **b**: 1"),
        ({"text": "x", "file": FILE, "files": [FILE]}, "x"),
        ({"files": [FILE]}, ""),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "- **b**:\n  - **c**:\n    - **d**:\n      - **e**: 1"),
    ],
)
def test_outputs_become_readable_markdown(outputs: dict[str, Any], expected: str) -> None:
    assert readable(outputs) == expected


CODE = "```py\nx = 1\n```"
TABLE = "a | b\n--|--\n1 | 2"


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ({"code": CODE, "note": "hi"}, f"**code**:\n\n{CODE}\n\n- **note**: hi"),
        ({"note": "hi", "code": CODE}, f"- **note**: hi\n\n**code**:\n\n{CODE}"),
        ({"a": CODE, "b": TABLE}, f"**a**:\n\n{CODE}\n\n**b**:\n\n{TABLE}"),
        ({"a": "# One\nTwo", "b": 1}, "**a**:\n\n# One\nTwo\n\n- **b**: 1"),
        ({"a": "- x\n- y\n", "b": 1}, "**a**:\n\n- x\n- y\n\n- **b**: 1"),
        ({"a": "```\nx", "b": 1}, "**a**:\n\n```\nx\n```\n\n- **b**: 1"),
        ({"all": [CODE, "x"]}, f"{CODE}\n\n- x"),
        (
            {"a": {"code": CODE}, "b": 1},
            "- **a**:\n  - **code**:\n\n    ```py\n    x = 1\n    ```\n\n- **b**: 1",
        ),
        ({"a": "# One", "b": "1 | 2\nand more"}, "- **a**: # One\n- **b**: 1 | 2\n  and more"),
    ],
)
def test_output_with_markup_of_several_lines_stays_whole(outputs: dict[str, Any], expected: str) -> None:
    assert readable(outputs) == expected


def test_long_block_is_not_cut_inside() -> None:
    code = "```\n" + "x\n" * 300 + "```"
    assert code in readable({"a": code, "b": 1})


def test_value_below_the_deepest_level_is_json() -> None:
    deep: Any = "x"
    for _ in range(6):
        deep = {"k": deep}
    assert readable({"a": deep, "b": 1}).splitlines()[3].strip() == '- **k**: `{"k": {"k": {"k": "x"}}}`'


def test_long_list_is_cut() -> None:
    lines = readable({"list": [str(number) for number in range(500)]}).splitlines()
    assert len(lines) == 201
    assert lines[-1] == "- …"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=4), json_values, max_size=4))
def test_any_outputs_can_be_read(outputs: dict[str, Any]) -> None:
    assert isinstance(readable(outputs), str)


def test_outputs_nested_very_deep_do_no_harm() -> None:
    deep: list[Any] = ["x"]
    for _ in range(100_000):
        deep = [deep]
    assert isinstance(readable({"a": deep, "b": 1}), str)
