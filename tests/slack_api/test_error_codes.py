import re
from itertools import combinations
from pathlib import Path

from slack_api import error_codes as outcome

SETS = {name: value for name, value in vars(outcome).items() if isinstance(value, frozenset)}


def test_code_of_one_method_means_one_thing_to_a_writer() -> None:
    parts = {"TOKEN_DEAD", "THREAD_GONE", "TOO_LONG"}
    of_a_stop = {"STOP_STANDS"}
    of_tables = {"MAYBE_TABLES", "OF_TABLES"}  # they say what else an unfit message may have
    alone = {name: codes for name, codes in SETS.items() if name not in parts | of_a_stop | of_tables}
    for (one, mine), (other, theirs) in combinations(alone.items(), 2):
        assert not mine & theirs, (one, other)


def test_a_dead_token_can_not_post() -> None:
    assert outcome.TOKEN_DEAD < outcome.CANNOT_POST


def test_too_long_message_is_unfit() -> None:
    assert outcome.TOO_LONG < outcome.UNFIT


def test_refused_tables_are_an_unfit_message_and_perhaps_what_other_codes_say() -> None:
    assert outcome.OF_TABLES < outcome.MAYBE_TABLES
    assert outcome.OF_TABLES < outcome.UNFIT


def test_nothing_can_be_posted_where_the_thread_is_gone() -> None:
    assert outcome.THREAD_GONE < outcome.CANNOT_POST


def test_codes_look_like_slacks() -> None:
    assert Path(outcome.__file__).exists()
    for codes in SETS.values():
        assert codes
        assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)
