import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from conversation_store.codec import record_fields, record_from
from conversation_store.record import (
    DAY,
    DM_SILENCE,
    FOLLOWERS_KEPT,
    HANDLED_KEPT,
    WAITING_KEPT,
    InFlight,
    OpenForm,
    ThreadKey,
    ThreadRecord,
    as_of,
    merged,
)

THREAD = ThreadKey("hook", "app", "T1", "C1", "1.000001")
DM = replace(THREAD, channel="D1", thread="")


def test_digest_is_flat_stable_and_tells_fields_apart() -> None:
    assert THREAD.digest() == ThreadKey("hook", "app", "T1", "C1", "1.000001").digest()
    assert len(THREAD.digest()) == 64
    assert int(THREAD.digest(), 16)
    assert ThreadKey("a", "bc", "", "", "").digest() != ThreadKey("ab", "c", "", "", "").digest()


def test_digest_is_the_one_of_earlier_releases() -> None:
    assert THREAD.digest().startswith("98a1607152ab0628")


@given(st.lists(st.integers(0, 60).map(str), max_size=80))
def test_handled_are_the_last_twenty_different_ones(times: list[str]) -> None:
    record = ThreadRecord()
    for ts in times:
        record = record.with_handled(ts)
    latest = list(dict.fromkeys(reversed(times)))[:HANDLED_KEPT]
    assert record.handled == tuple(reversed(latest))


def test_message_is_before_the_first_claimed_one_as_long_as_that_one_is_remembered() -> None:
    assert not ThreadRecord().is_before_the_first("9.000001")
    record = ThreadRecord().with_handled("10.000001").with_handled("9.000002")
    assert record.is_before_the_first("9.000001")
    assert not any(map(record.is_before_the_first, ("9.000002", "10.000000", "11.000001")))
    for number in range(20, 20 + HANDLED_KEPT):
        record = record.with_handled(f"{number}.000001")
    assert not record.is_before_the_first("9.000001")


def test_follower_who_asks_again_is_kept() -> None:
    record = ThreadRecord().with_follower("U0")
    for number in range(1, 120):
        record = record.with_follower(f"U{number}").with_follower("U0")
    assert len(record.followers) == FOLLOWERS_KEPT
    assert record.followers[-2:] == ("U119", "U0")


def test_end_of_a_turn_leaves_other_turns_open() -> None:
    record = ThreadRecord().with_in_flight(InFlight("2", 0.0, "p"))
    assert record.without_in_flight("1") == record.with_handled("1")
    assert record.without_in_flight("2") == ThreadRecord(handled=("2",))


def test_claim_that_is_given_back_leaves_no_trace_in_its_thread() -> None:
    record = ThreadRecord().with_handled("1").with_open(InFlight("1", 0.0, "p"))
    claimed = record.with_handled("2").with_open(InFlight("2", 0.0, "p"))
    assert claimed.without_handled("2") == record
    alone = ThreadRecord().with_handled("1").with_open(InFlight("1", 0.0, "p"))
    assert alone.without_handled("1") == ThreadRecord()


def test_open_turns_are_the_running_one_and_those_behind_it() -> None:
    one, two, three = (InFlight(ts, 0.0, "p") for ts in "123")
    record = ThreadRecord().with_open(one).with_open(two).with_open(three)
    assert (record.in_flight, record.waiting) == (one, (two, three))
    assert record.open == (one, two, three)
    assert record.open_turn("2") == two
    assert record.open_turn("4") is None
    held_elsewhere = replace(two, holder="q")
    assert record.with_open(held_elsewhere).open == (one, three, held_elsewhere)
    assert record.with_open(replace(one, holder="q")).in_flight == replace(one, holder="q")


def test_turn_that_begins_to_run_keeps_the_other_open_turns() -> None:
    one, two, three = (InFlight(ts, 0.0, "p") for ts in "123")
    record = ThreadRecord(in_flight=one, waiting=(two, three)).with_in_flight(two)
    assert (record.in_flight, set(record.waiting)) == (two, {one, three})
    assert record.without_in_flight("1").without_in_flight("2").open == (three,)


def test_waiting_turns_are_bounded() -> None:
    record = ThreadRecord()
    for number in range(100):
        record = record.with_open(InFlight(str(number), 0.0, "p"))
    assert len(record.waiting) == WAITING_KEPT
    assert record.open_turn("0") is not None


def test_as_of_in_a_thread() -> None:
    record = ThreadRecord("c", ("1",), updated=100.0)
    assert as_of(THREAD, record, 100.0 + DAY - 1, 1) == record
    assert as_of(THREAD, record, 100.0 + DAY, 1) is None
    assert as_of(THREAD, ThreadRecord(updated=100.0), 100.0, 1) is None


def test_as_of_in_a_dm() -> None:
    record = ThreadRecord("c", ("1",), None, ("U1",), "2", updated=100.0)
    assert as_of(DM, record, 100.0 + DM_SILENCE - 1, 30) == record
    assert as_of(DM, record, 100.0 + DM_SILENCE, 30) == replace(record, conversation_id="")
    assert as_of(DM, record, 100.0 + 30 * DAY, 30) is None


def test_merged_takes_the_later_conversation_and_all_claims() -> None:
    early = ThreadRecord("old", ("1", "2"), None, ("U1",), "1", updated=1.0)
    late = ThreadRecord("", ("2", "3"), None, ("U2",), "", updated=2.0)
    expected = ThreadRecord("", ("1", "2", "3"), None, ("U1", "U2"), "1", updated=2.0)
    assert merged(early, late) == merged(late, early) == expected
    assert merged(early, late, blind=True) == replace(expected, conversation_id="old")


def test_merged_keeps_what_the_app_was_not_asked() -> None:
    early = ThreadRecord(handled=("1", "2"), updated=1.0).with_unasked("2")
    late = ThreadRecord(handled=("3",), updated=2.0).with_unasked("3")
    assert merged(early, late).unasked == merged(late, early).unasked == ("2", "3")


def test_merged_keeps_what_is_open_for_one_and_has_not_ended_for_the_other() -> None:
    one, two, three = (InFlight(ts, 0.0, "p") for ts in "123")
    early = ThreadRecord(handled=("1", "2"), in_flight=one, waiting=(two,), updated=1.0)
    late = ThreadRecord(handled=("1", "3"), in_flight=three, updated=2.0)
    assert merged(early, late).open == merged(late, early).open == (three, two)
    unaware = ThreadRecord(handled=("3",), in_flight=three, updated=2.0)
    assert set(merged(early, unaware).open) == {one, two, three}
    assert merged(early, ThreadRecord(handled=("2",), updated=2.0)).in_flight == one


def test_merged_does_not_open_again_what_had_ended_for_the_earlier_write() -> None:
    one = InFlight("1", 0.0, "p")
    ended = ThreadRecord(handled=("1",), updated=1.0)
    late = ThreadRecord(handled=("1",), in_flight=one, updated=2.0)
    assert merged(ended, late).open == ()


def test_merged_turn_is_the_one_of_the_record_that_has_seen_more() -> None:
    taken = InFlight("1", 0.0, "p")
    shown, moved = replace(taken, message_ts="2"), replace(taken, holder="q", leg=1)
    for more in (shown, moved):
        early = ThreadRecord(handled=("1",), in_flight=more, updated=1.0)
        late = ThreadRecord(handled=("1",), in_flight=taken, updated=2.0)
        assert merged(early, late).open == (more,)
    assert merged(
        ThreadRecord(in_flight=taken, updated=1.0),
        ThreadRecord(in_flight=replace(taken, holder="q"), updated=2.0),
    ).open == (replace(taken, holder="q"),)


def test_turn_ends_in_a_record_that_did_not_know_of_its_claim() -> None:
    one = InFlight("1", 0.0, "p")
    taken = ThreadRecord(handled=("1", "2"), in_flight=one, updated=1.0)
    ended = replace(ThreadRecord().without_in_flight("1"), updated=2.0)
    assert merged(taken, ended).open == merged(taken, replace(ended, updated=0.0)).open == ()
    assert taken.without_in_flight("1").handled == ("1", "2")


def test_way_and_user_go_with_their_conversation() -> None:
    record = ThreadRecord().with_conversation("c-1", "api", "slack:T1:U1")
    assert (record.conversation_id, record.via, record.user) == ("c-1", "api", "slack:T1:U1")
    assert record.with_conversation("c-2") == ThreadRecord("c-2")
    early, late = replace(record, updated=1.0), ThreadRecord("c-2", updated=2.0)
    assert merged(early, late) == late
    blind = merged(early, ThreadRecord(updated=2.0), blind=True)
    assert (blind.conversation_id, blind.via, blind.user) == ("c-1", "api", "slack:T1:U1")
    forgotten = as_of(DM, replace(record, handled=("1.000001",), updated=1.0), 1.0 + DM_SILENCE, 30)
    assert forgotten == ThreadRecord(handled=("1.000001",), updated=1.0)


def test_form_that_one_record_closed_stays_closed_in_both() -> None:
    open_form = OpenForm("secret", "run-1", "api", "slack:T1:U1", "Mail")
    waiting = ThreadRecord(updated=1.0).with_form(open_form)
    closed = ThreadRecord(updated=2.0).with_form(replace(open_form, token="", answered="U2 yes"))
    for one, other in ((waiting, closed), (closed, waiting)):
        assert merged(one, other).form == closed.form
    assert merged(waiting, ThreadRecord(updated=3.0)).form == open_form


def test_form_is_kept_as_json_and_its_token_never_shown() -> None:
    record = ThreadRecord(updated=1.0).with_form(OpenForm("secret", "run-1", "api", "slack:T1:U1", "Mail"))
    assert record_from(json.loads(json.dumps(record_fields(record)))) == record
    assert "secret" not in repr(record)


def test_forms_of_other_channels_and_hooks_have_other_keys() -> None:
    key = ThreadKey("hook", "app", "T1", "C1", "1.0")
    others = [replace(key, hook_id="other"), replace(key, channel="C2"), replace(key, team_id="T2")]
    assert key.of_form("f1") == replace(key, thread="2.0", app_id="b").of_form("f1")
    assert len({one.of_form("f1").digest() for one in [key, *others]}) == 4
    assert key.of_form("f1") != key.of_form("f2")
