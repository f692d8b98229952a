from benchmarks.rivals import BUFFER
from benchmarks.texts import (
    CROSS,
    LATENCIES,
    MIDDLE_LATENCY,
    MIDDLE_SPEED,
    PHASES,
    PIECE,
    SPEEDS,
    shortened,
    words,
)


def test_cross_has_each_speed_and_each_latency_once() -> None:
    assert len(set(CROSS)) == len(CROSS) == len(SPEEDS) + len(LATENCIES) - 1
    assert {speed for speed, latency in CROSS if latency == MIDDLE_LATENCY} == set(SPEEDS)
    assert {latency for speed, latency in CROSS if speed == MIDDLE_SPEED} == set(LATENCIES)


def test_answer_is_longer_than_the_buffer_of_chat_stream() -> None:
    assert all(len("".join(words(speed))) > BUFFER for speed in SPEEDS)


def test_answers_of_the_phases_end_at_different_times_within_a_pace() -> None:
    for speed in SPEEDS:
        gap, every = PIECE / speed, words(speed)
        ends = [len(shortened(every, phase, gap)) * gap for phase in range(PHASES)]
        assert len(set(ends)) == PHASES
        assert 0.8 <= ends[0] - ends[-1] <= 1.2
