import json
import random
import zlib
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation_store.codec import (
    LONGEST,
    compressed,
    decompressed,
    dump,
    record_fields,
    record_from,
    turn_from,
)
from conversation_store.record import (
    FOLLOWERS_KEPT,
    HANDLED_KEPT,
    WAITING_KEPT,
    InFlight,
    OpenTurn,
    ThreadKey,
    ThreadRecord,
)
from json_fields import parsed

slack_times = st.builds("{}.{:06d}".format, st.integers(1, 10**12 - 1), st.integers(0, 10**6 - 1))
odd_times = st.text(min_size=1, max_size=20)
ids = st.text(st.sampled_from("UW0123456789ABC"), min_size=1, max_size=13)
texts = st.text(max_size=20)
in_flights = st.builds(
    InFlight,
    texts,
    st.floats(0, 2**40),
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
    updated=st.floats(0, 2**40),
    waiting=st.lists(in_flights, max_size=WAITING_KEPT).map(tuple),
    unasked=st.lists(slack_times | odd_times, max_size=HANDLED_KEPT).map(tuple),
    via=st.sampled_from(["", "api"]),
    user=st.just("") | ids.map("slack:T1:{}".format),
)
names = [
    "conversation_id",
    "handled",
    "in_flight",
    "followers",
    "last_answer_ts",
    "updated",
    "waiting",
    "ts",
    "started",
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.sampled_from(names), inner, max_size=6),
)


@given(records)
def test_record_comes_back_as_it_was_written(record: ThreadRecord) -> None:
    assert record_from(parsed(dump(record_fields(record)))) == record


@given(texts, st.floats(0, 2**40), st.booleans())
def test_open_turn_comes_back_as_it_was_written(text: str, started: float, in_doubt: bool) -> None:
    turn = OpenTurn(ThreadKey("hook", text, "T1", "C1", ""), text, "p1", started, in_doubt)
    assert turn_from(parsed(dump(asdict(turn)))) == turn


@given(json_values)
def test_anything_is_read_without_an_error_and_can_be_written_again(value: object) -> None:
    dump(record_fields(record_from(value)))
    turn_from(value)
    decompressed(dump(value).encode())
    decompressed(zlib.compress(dump(value).encode()))


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", "1", "[" * 100_000, b"\xff", '{"v":9}', '{"in_flight":[1,2]}']
)
def test_broken_text_is_an_empty_record(text: str | bytes) -> None:
    assert record_from(parsed(text)) == ThreadRecord()
    assert turn_from(parsed(text)) is None


def test_record_of_release_0_1_0_is_an_empty_record() -> None:
    assert (
        record_from(parsed('{"c":"v55cr8f8SBLqnbW5bbm4cA","h":"hpc4f6wfk,2w5c","u":1763881234}'))
        == ThreadRecord()
    )
    assert decompressed(b'{"0123456789abcdef":[30,{"c":"~x","u":1763881234}]}') == []


def test_unknown_field_is_passed_over() -> None:
    assert record_from({"conversation_id": "x", "z": [1]}) == ThreadRecord("x")


def test_too_long_text_is_left_out() -> None:
    long = "x" * (LONGEST + 1)
    turn = InFlight("1.000001", 1.0, "p1")
    record = ThreadRecord(long, ("1.000001", long), replace(turn, message_ts=long), ("U1", long), long, 1.0)
    kept = ThreadRecord("", ("1.000001",), turn, ("U1",), "", 1.0)
    assert record_from(record_fields(record)) == kept


def test_half_a_unicode_pair_costs_no_other_record() -> None:
    """Dify's and Slack's JSON may hold half a pair; strict JSON writers refuse half a pair."""
    fields = record_fields(ThreadRecord("\ud800"))
    assert decompressed(compressed([fields, {"a": 1}], 1000)) == [fields, {"a": 1}]


@given(st.lists(st.text(max_size=30), max_size=40), st.integers(10, 600))
def test_compressed_keeps_the_first_items_within_the_limit(items: list[str], limit: int) -> None:
    content = compressed(items, limit)
    kept = decompressed(content)
    assert len(content) <= limit
    assert kept == items[: len(kept)]
    if len(compressed(items, 10**6)) <= limit:
        assert kept == items


def test_compressed_uses_its_limit() -> None:
    items = [random.Random(number).randbytes(20).hex() for number in range(1000)]
    assert len(compressed(items, 4000)) >= 3500


def test_record_is_plain_json() -> None:
    text = dump(record_fields(ThreadRecord("é")))
    assert json.loads(text) == {"conversation_id": "é"}
    assert text.isascii()


def test_record_of_an_earlier_release_was_begun_by_the_plugin_way() -> None:
    found = record_from({"conversation_id": "c-1", "updated": 5.0})
    assert (found.conversation_id, found.via, found.user) == ("c-1", "", "")


def test_way_and_user_of_the_plugin_way_take_no_bytes() -> None:
    assert set(record_fields(ThreadRecord("c-1", updated=5.0))) == {"conversation_id", "updated"}
