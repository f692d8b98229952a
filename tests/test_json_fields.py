import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from json_fields import (
    LONGEST_ID,
    count_of,
    first_mapping_of,
    id_of,
    mapping,
    mapping_of,
    mappings_of,
    parsed,
    text_of,
    texts_of,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
READERS = (mapping_of, mappings_of, first_mapping_of, text_of, id_of, texts_of, count_of)


@given(JSON)
def test_json_text_is_parsed_from_text_and_from_bytes(value: Any) -> None:
    text = json.dumps(value)
    assert json.dumps(parsed(text)) == json.dumps(parsed(text.encode())) == text


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, b"\xff", "null"])
def test_text_that_is_no_json_is_parsed_as_none(text: str | bytes) -> None:
    assert parsed(text) is None


@given(JSON)
def test_field_of_any_type_is_read_without_an_error(value: Any) -> None:
    source = {"a": value}
    assert isinstance(mapping(value), dict)
    assert isinstance(mapping_of(source, "a"), dict)
    assert all(isinstance(item, dict) for item in mappings_of(source, "a"))
    assert isinstance(first_mapping_of(source, "a"), dict)
    assert isinstance(text_of(source, "a"), str)
    assert isinstance(id_of(source, "a"), str)
    assert all(item.strip() for item in texts_of(source, "a"))
    count = count_of(source, "a")
    assert count is None or 0 <= count < 10**15


@pytest.mark.parametrize("read", READERS)
def test_missing_field_reads_as_an_empty_one(read: Any) -> None:
    assert not read({}, "a")
    assert read({}, "a") == read({"a": None}, "a")


def test_objects_are_read_as_they_are() -> None:
    assert mapping({"b": 1}) == mapping_of({"a": {"b": 1}}, "a") == {"b": 1}
    assert mapping([{"b": 1}]) == {}


def test_members_of_another_type_are_left_out_of_a_list_of_objects() -> None:
    assert mappings_of({"a": [{"b": 1}, "c", {"d": 2}, None]}, "a") == [{"b": 1}, {"d": 2}]
    assert mappings_of({"a": {"b": {}}}, "a") == []


def test_first_member_of_another_type_gives_an_empty_object() -> None:
    assert first_mapping_of({"a": [{"b": 1}, {"c": 2}]}, "a") == {"b": 1}
    assert first_mapping_of({"a": ["x", {"c": 2}]}, "a") == {}
    assert first_mapping_of({"a": []}, "a") == {}


def test_text_is_that_of_the_first_field_that_has_one() -> None:
    assert text_of({"a": "", "b": 5, "c": "x", "d": "y"}, "a", "b", "c", "d") == "x"
    assert text_of({"a": " "}, "a") == " "


def test_id_that_is_too_long_is_none() -> None:
    assert id_of({"a": "x" * LONGEST_ID}, "a") == "x" * LONGEST_ID
    assert id_of({"a": "x" * (LONGEST_ID + 1)}, "a") == ""


def test_blank_strings_are_left_out_of_a_list_of_texts() -> None:
    assert texts_of({"a": ["x", "", " ", 3, "y"]}, "a") == ("x", "y")
    assert texts_of({"a": "xy"}, "a") == ()


def test_counts_are_whole_numbers_from_zero_on() -> None:
    good = {"0": 0, "12": 12, "7.9": 7, '"15"': 15, '"007"': 7}
    for written, count in good.items():
        assert count_of({"a": json.loads(written)}, "a") == count, written
    for written in (
        "-1",
        "true",
        "1e15",
        "NaN",
        "Infinity",
        '"-1"',
        '"1.5"',
        '"²"',
        f'"{"9" * 16}"',
        "null",
        "[]",
    ):
        assert count_of({"a": json.loads(written)}, "a") is None, written
