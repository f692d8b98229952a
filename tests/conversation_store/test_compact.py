import json
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation_store.compact import from_json, to_json, unpack
from conversation_store.record import FOLLOWERS_KEPT, HANDLED_KEPT, WAITING_KEPT, InFlight, ThreadRecord

slack_times = st.builds("{}.{:06d}".format, st.integers(1, 10**12 - 1), st.integers(0, 10**6 - 1))
odd_times = st.text(st.characters(codec="utf-8", exclude_characters=","), min_size=1, max_size=20)
ids = st.text(st.sampled_from("UW0123456789ABC"), min_size=1, max_size=13)
texts = st.text(max_size=20)
in_flights = st.builds(
    InFlight,
    texts,
    st.integers(0, 2**40).map(float),
    texts,
    st.sampled_from(["stream", "edit", "post", ""]),
    texts,
    texts,
    texts,
    st.integers(0, 100),
    st.lists(slack_times, max_size=5).map(tuple),
)
records = st.builds(
    ThreadRecord,
    conversation_id=st.uuids().map(str) | st.text(max_size=60),
    handled=st.lists(slack_times | odd_times, max_size=HANDLED_KEPT).map(tuple),
    in_flight=st.none() | in_flights,
    followers=st.lists(ids, max_size=FOLLOWERS_KEPT).map(tuple),
    last_answer_ts=slack_times | odd_times | st.just(""),
    updated=st.integers(0, 2**40).map(float),
    waiting=st.lists(in_flights, max_size=WAITING_KEPT).map(tuple),
    unasked=st.lists(slack_times | odd_times, max_size=HANDLED_KEPT).map(tuple),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=8) | st.dictionaries(st.sampled_from("chifaunw"), inner, max_size=6)
    ),
)


@given(records)
def test_what_was_packed_is_unpacked(record: ThreadRecord) -> None:
    assert from_json(to_json(record)) == record


@given(json_values)
def test_anything_else_is_read_without_an_error(value: object) -> None:
    record = unpack(value)
    assert from_json(to_json(record)) == replace(record, updated=float(int(record.updated)))


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", "1", "[" * 100_000, b"\xff", '{"v":9}', '{"i":[1,2]}']
)
def test_broken_text_is_an_empty_record(text: str | bytes) -> None:
    assert from_json(text) == ThreadRecord()


def test_an_unknown_field_is_passed_over() -> None:
    assert from_json('{"c":"~x","z":[1]}') == ThreadRecord("x")


def test_what_is_too_long_is_left_out() -> None:
    record = ThreadRecord(
        "x" * 500, ("1.000001", "y" * 500), followers=("U1", "U" * 500), last_answer_ts="z" * 500
    )
    assert from_json(to_json(record)) == ThreadRecord("", ("1.000001",), followers=("U1",))


def test_a_usual_record_takes_the_bytes_the_storage_is_sized_for() -> None:
    record = ThreadRecord(str(uuid.uuid4()), updated=1763881234.0).with_follower("U012ABCDEFG")
    for turn in range(5):
        record = record.with_handled(f"{1763881234 + 97 * turn}.{123456 + turn}")
    assert len(to_json(record.with_answer(record.handled[-1]))) <= 130
    for turn in range(5, 20):
        record = record.with_handled(f"{1763881234 + 97 * turn}.{123456 + turn}")
    assert len(to_json(record.with_answer(record.handled[-1]))) <= 240


def test_it_is_plain_json() -> None:
    assert json.loads(to_json(ThreadRecord("é"))) == {"c": "~é"}
    assert to_json(ThreadRecord("é")).isascii()
