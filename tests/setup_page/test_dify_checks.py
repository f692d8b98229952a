import pytest

from setup_page.dify_checks import FILES_UNSET, connections_line, files_line
from setup_page.report import CheckState
from turns import PastTurn, TurnsOfHook
from wording import SetupText

GREEN, RED, UNSEEN = CheckState


def turn(ended: float, files: int = 0, left_out: str = "", outcome: str = "answered") -> PastTurn:
    return PastTurn(ended, "C1", "channel", outcome, "edit", files=files, left_out=left_out)


@pytest.mark.parametrize(
    ("turns", "state"),
    [
        ([], UNSEEN),
        ([turn(1.0)], UNSEEN),
        ([turn(1.0, 2)], GREEN),
        ([turn(1.0, 1, FILES_UNSET)], RED),
        ([turn(1.0, 1, FILES_UNSET), turn(2.0)], RED),
        ([turn(1.0, 1, FILES_UNSET), turn(2.0, 1)], GREEN),
        ([turn(1.0, 1), turn(2.0, 1, FILES_UNSET)], RED),
        ([turn(1.0, 1, FILES_UNSET), turn(2.0, 1, "file_too_large")], RED),
        ([turn(1.0, 1, outcome="rate_limited")], UNSEEN),
    ],
)
def test_last_question_with_files_tells_whether_dify_takes_them(
    turns: list[PastTurn], state: CheckState
) -> None:
    kept = TurnsOfHook()
    kept.turns.extend(turns)
    assert files_line(kept, 10.0).state is state


def test_connections_are_two_for_each_answer_that_was_open_at_once_and_some_to_spare() -> None:
    assert connections_line(TurnsOfHook()).state is UNSEEN
    line = connections_line(TurnsOfHook(at_once=7))
    assert (line.state, line.text.key) == (GREEN, SetupText.CONNECTIONS_NEEDED)
    assert dict(line.text.values) == {"count": 7, "needed": 24}
