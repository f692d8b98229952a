from typing import Any

import pytest

from benchmarks.rivals import EDITS, STREAM, STREAM_EAGER
from benchmarks.rows import AUTOMATIC, EDIT_STYLE, STREAM_STYLE, STREAMED, Row, every, table

RIVALS = STREAM, STREAM_EAGER, EDITS


def ack(load: str, endpoint: str, p50: float) -> dict[str, Any]:
    return {"load": load, "endpoint": endpoint, "p50": p50, "p95": 2 * p50}


def text(way: str, first: float, last: float, speed: int = 60, latency: float = 0.2) -> dict[str, Any]:
    return {"way": way, "speed": speed, "latency": latency, "first_text": first, "last_text": last}


def stale(way: str, answers: int, p50: float, refused: int = 0, missing: int = 0) -> dict[str, Any]:
    ages = {f"{who}_{share}": p50 for who in ("asker", "colleague") for share in ("p50", "p95")}
    best = {"best_p50": 1.0, "best_p95": 1.0, "ratio_p50": p50, "ratio_p95": p50}
    return {"way": way, "answers": answers, "refused": refused, "missing": missing, **ages, **best}


def cost(turns: int, cpu: float, memory: float) -> dict[str, Any]:
    absolute = {"cpu": 100 * cpu, "floor_cpu": 100.0, "memory": 10 * memory, "floor_memory": 10.0}
    return {"turns": turns, "cpu_ratio": cpu, "memory_ratio": memory, "per_call": 1.0, **absolute}


def found(rows: list[Row], words: str) -> Row:
    [row] = [row for row in rows if words in row.figure]
    return row


def test_row_says_whether_its_aim_is_met() -> None:
    assert Row("It", "1 s", "2 s", 0.5, 1.0).markdown() == "| It | 1 s | 2 s | 0.50 | ≤ 1 | yes |"
    assert Row("It", "3 s", "2 s", 1.5, 1.0).markdown() == "| It | 3 s | 2 s | 1.50 | ≤ 1 | **no** |"
    assert Row("It", "25", "1", 25.0, 20.0, least=True).met()
    assert Row("It", "1 s", "").markdown() == "| It | 1 s |  |  |  |  |"


def test_table_has_a_line_for_each_row_below_its_head() -> None:
    head, rule, line = table([Row("It", "1 s", "2 s", 0.5)]).splitlines()
    assert head.count("|") == line.count("|") == rule.count("|")


def test_ack_is_held_against_the_endpoint_that_returns_at_once() -> None:
    endpoints = {"returns at once": 2.0, "one request of its own": 4.0, "Slack Bridge": 7.0}
    rows = every({"acks": [ack("idle", endpoint, p50) for endpoint, p50 in endpoints.items()]})
    row = found(rows, "idle, p50, to an endpoint that returns")
    assert (row.ratio, row.aim, row.met()) == (3.5, 3.0, False)
    assert found(rows, "hands on").ratio == 1.75


def test_first_text_is_held_against_rivals_of_its_own_kind() -> None:
    times = {STREAM_STYLE: 0.3, EDIT_STYLE: 0.5, STREAM: 4.5, STREAM_EAGER: 0.2, EDITS: 0.25}
    rows = every({"texts": [text(way, first, 0.3) for way, first in times.items()]})
    firsts = [row for row in rows if row.figure.startswith("First text") and row.aim]
    assert [(round(row.ratio or 0, 3), row.met()) for row in firsts] == [
        (0.067, True),
        (1.5, False),
        (2.0, False),
    ]


@pytest.mark.parametrize(("ours", "met"), [(0.2040, True), (0.2051, False)])
def test_first_text_is_no_later_than_a_rivals_if_both_are_printed_alike(ours: float, *, met: bool) -> None:
    times = {STREAM_STYLE: ours, EDIT_STYLE: 0.2, STREAM: 4.5, STREAM_EAGER: 0.2001, EDITS: 0.2}
    rows = every({"texts": [text(way, first, 0.3) for way, first in times.items()]})
    [row] = [row for row in rows if "First text, stream to chat_stream, buffer 1" in row.figure]
    assert row.met() is met


def test_last_text_may_take_two_round_trips_and_a_tenth_of_a_second() -> None:
    ways = (STREAM_STYLE, EDIT_STYLE, *RIVALS)
    rows = every({"texts": [text(way, 1.0, 0.25) for way in ways]})
    row = found(rows, "Last text, edit, 60")
    assert (row.other, row.ratio, row.met()) == ("0.50 s", 0.5, True)


@pytest.mark.parametrize(("answers", "aim"), [(1, 1.3), (50, 1.3), (200, None)])
def test_staleness_has_an_aim_up_to_fifty_answers(answers: int, aim: float | None) -> None:
    ways = (AUTOMATIC, STREAMED, *RIVALS)
    rows = every({"staleness": [stale(way, answers, 1.2) for way in ways]})
    assert found(rows, "streams, asker's view, p95").aim == aim


def test_a_single_429_of_ours_misses_the_aim() -> None:
    ways = {AUTOMATIC: 1, STREAMED: 0, STREAM: 5, STREAM_EAGER: 6, EDITS: 7}
    rows = every({"staleness": [stale(way, 10, 1.0, refused) for way, refused in ways.items()]})
    row = found(rows, "429s")
    assert (row.ours, row.other, row.met()) == ("1", "5 / 6 / 7", False)


def test_answer_that_never_began_misses_an_aim() -> None:
    ways = (AUTOMATIC, STREAMED, *RIVALS)
    assert "never began" not in str(every({"staleness": [stale(way, 10, 1.0) for way in ways]}))
    row = found(every({"staleness": [stale(way, 10, 1.0, missing=1) for way in ways]}), "never began")
    assert (row.ours, row.met()) == ("2", False)


def test_costs_are_held_against_the_floor_for_each_crowd_and_against_each_other_from_ten_turns_on() -> None:
    rows = every({"cost": [cost(1, 9.0, 9.0), cost(10, 1.1, 1.0), cost(100, 0.6, 1.3), cost(400, 0.5, 1.6)]})
    assert [row.figure for row in rows if row.figure.startswith("Memory per open turn")] == [
        "Memory per open turn, 10 open turns",
        "Memory per open turn, 100 open turns",
        "Memory per open turn, 400 open turns",
        "Memory per open turn, 10 to 400 open turns: largest to smallest",
    ]


def test_costs_are_flat_if_an_event_costs_alike_however_many_turns_are_open() -> None:
    rows = every({"cost": [cost(10, 1.0, 1.0) | {"cpu": 100.0}, cost(400, 1.0, 1.0) | {"cpu": 116.0}]})
    row = found(rows, "Processor per event, 10 to 400")
    assert (row.ours, row.other, row.met()) == ("116 µs", "100 µs", False)


def test_long_answer_is_held_against_the_shortest() -> None:
    sizes = {5_000: 10.0, 20_000: 30.0, 80_000: 11.0}
    rows = every({"long": [{"characters": size, "each_50_characters": cost} for size, cost in sizes.items()]})
    assert [(row.ratio, row.met()) for row in rows] == [(1.1, True)]


def test_section_that_was_not_measured_has_no_rows() -> None:
    assert every({"machine": {"python": "3.12.1", "cores": 2}}) == []
