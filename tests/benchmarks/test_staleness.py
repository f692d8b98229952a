import pytest

from benchmarks.ages import Visible
from benchmarks.best_schedule import Kind
from benchmarks.rivals import EDITS, STREAM
from benchmarks.staleness import CROWDS, Crowd, Watched, figure, kind, shown
from simulators.slack.seen import SeenState

CROWD = Crowd(2, 3.0, 10.0, 2, 12, 0.5)


def state(at: float, text: str) -> SeenState:
    return SeenState(at, at, "chat.update", False, text, text, [], [], [])


def test_pieces_are_of_one_size_and_are_found_again() -> None:
    assert {len(piece) for piece in CROWD.pieces} == {12}
    text = "".join(CROWD.pieces[:7])
    assert shown([state(1.0, ""), state(2.0, text)]) == [Visible(1.0, 0), Visible(2.0, 7)]


def test_placeholder_of_a_stream_shows_no_piece() -> None:
    assert shown([state(1.0, "Thinking…")]) == [Visible(1.0, 0)]


def test_times_are_those_of_the_simulated_slack() -> None:
    """Half a second of the wall is a second there: what is shown 2 wall seconds later is 4 seconds old."""
    late = [Watched(at, [Visible(at + n / 4 + 2.0, n + 1) for n in range(20)], []) for at in (100.0, 101.5)]
    found = figure("Slack Bridge, streams", CROWD, late, 3)
    assert found.asker_p95 == pytest.approx(4.0, abs=0.1)
    assert found.colleague_p95 == pytest.approx(9.0, abs=0.3)
    assert found.best_p50 < 1.5
    assert (found.refused, found.missing) == (3, 0)


@pytest.mark.parametrize(
    ("way", "answers", "by"),
    [
        ("Slack Bridge, automatic", 1, "edit"),
        ("Slack Bridge, automatic", 10, "any"),
        ("Slack Bridge, streams", 10, "stream"),
        (STREAM, 10, "stream"),
        (EDITS, 10, "edit"),
    ],
)
def test_way_is_held_against_the_best_of_what_it_may_use(way: str, answers: int, by: Kind) -> None:
    assert kind(way, answers) == by


def test_no_answer_is_longer_than_the_text_of_an_edit() -> None:
    for crowd in (one for some in CROWDS for one in some):
        assert len("".join(crowd.pieces).encode()) <= 4_000
