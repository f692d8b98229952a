import json

import pytest

from dify_app.answer import Step, StepState, TextDelta, TextReplaced, Thought
from slack_reply.writers.streamed_message import fitted, weight
from turns.answer.answer_state import AnswerState
from turns.answer.progress import FURTHER, MOST_BYTES, MOST_CARDS, MOST_REMEMBERED, MOST_THOUGHT, THOUGHTS
from wording import Language, Say, say


def words(key: Say, **values: str) -> str:
    return say(Language.EN, key, **values)


def after(*events: Step | TextDelta | TextReplaced | Thought) -> AnswerState:
    state = AnswerState()
    for event in events:
        state.take(event)
    return state


SEARCH = Step("s", "Search", "running", "tool")
FOUND = Step("s", "Search", "done", "tool", "3 documents")


def test_step_is_a_card_at_the_place_where_it_began() -> None:
    state = after(TextDelta("Looking."), SEARCH, FOUND, Step("w", "Write", "running"))
    cards = state.progress.cards(words)
    assert [(card.id, card.title, card.state, card.at, card.output) for card in cards] == [
        ("s", "Search", "done", 8, "3 documents"),
        ("w", "Write", "running", 8, ""),
    ]


def test_no_step_runs_after_the_end() -> None:
    state = after(SEARCH, Thought("hm"))
    assert {card.state for card in state.progress.cards(words, "failed")} == {"failed", "done"}
    assert {card.state for card in state.progress.cards(words, "done")} == {"done"}


def test_rounds_are_counted_in_the_title() -> None:
    state = after(Step("i", "Read", "running", rounds=2))
    assert state.progress.cards(words)[0].title == "Read, round 2"


def test_thoughts_are_one_card_that_ends_when_something_follows() -> None:
    state = after(Thought("I "), Thought("see."))
    [card] = state.progress.cards(words)
    assert (card.id, card.title, card.state, card.details) == (THOUGHTS, "Thoughts", "running", "I see.")
    state.take(TextDelta("Hello"))
    state.take(Thought(" Or not."))
    [card] = state.progress.cards(words)
    assert (card.at, card.state, card.details) == (0, "running", "I see. Or not.")
    state.take(SEARCH)
    assert state.progress.cards(words)[0].state == "done"
    assert after(Thought(" \n")).progress.cards(words) == ()


def test_line_names_the_running_step_while_the_text_does_not_grow() -> None:
    state = after(TextDelta("Looking."), SEARCH)
    assert state.progress.line(words, len(state.text)) == "Running Search…"
    state.take(Step("s", "Search", "failed", "tool"))
    assert state.progress.line(words, len(state.text)) == "Search failed"
    state.take(TextDelta(" On I go."))
    assert state.progress.line(words, len(state.text)) == ""


def test_status_names_the_step_that_began_last() -> None:
    assert after(SEARCH, Step("w", "Write", "running")).progress.status(words) == "is running Write…"
    assert after(FOUND).progress.status(words) == "is thinking…"


def test_text_after_a_tool_call_begins_a_new_paragraph() -> None:
    assert after(TextDelta("Looking."), SEARCH, FOUND, TextDelta("Found.")).text == "Looking.\n\nFound."
    assert after(TextDelta("Looking."), SEARCH, TextDelta("\nFound.")).text == "Looking.\nFound."
    assert after(SEARCH, TextDelta("Found.")).text == "Found."
    node = Step("n", "Node", "running", "node")
    assert after(TextDelta("Half a "), node, TextDelta("word")).text == "Half a word"
    assert after(TextDelta("Bad"), SEARCH, TextReplaced("Good"), TextDelta(".")).text == "Good."


def steps(count: int, state: StepState = "done", output: str = "") -> list[Step]:
    return [Step(str(number), f"Step {number}", state, output=output) for number in range(count)]


def test_further_steps_share_one_card() -> None:
    state = after(*steps(MOST_CARDS), TextDelta("So far."), *steps(2_500)[MOST_CARDS:])
    *alone, further = state.progress.cards(words)
    assert [card.title for card in alone] == [f"Step {number}" for number in range(MOST_CARDS)]
    count = 2_500 - MOST_CARDS
    assert (further.id, further.state, further.at) == (FURTHER, "running", len("So far."))
    assert further.title == f"{count} more steps, the latest: Step 2499"
    assert state.progress.cards(words, "done")[-1].state == "done"


@pytest.mark.parametrize(("last", "shown"), [("running", "failed"), ("done", "done"), ("failed", "done")])
def test_card_of_further_steps_fails_when_the_run_fails_in_one(last: StepState, shown: StepState) -> None:
    state = after(*steps(70), Step("late", "Late", last))
    assert state.progress.cards(words, "failed")[-1].state == shown


def test_changed_further_step_is_counted_once() -> None:
    state = after(*steps(MOST_CARDS + 1), Step("late", "Late", "running"), Step("late", "Late", "done"))
    assert state.progress.cards(words)[-1].title == "2 more steps, the latest: Late"


def test_number_of_cards_is_smaller_when_they_are_long() -> None:
    """However long their texts are, about four messages of a stream hold all cards."""
    state = after(*(Step(str(n), "名" * 100, "done", output="漢" * 200) for n in range(MOST_CARDS)))
    cards = state.progress.cards(words)
    assert 20 < len(cards) < MOST_CARDS
    assert sum(weight(fitted(card)) for card in cards) < MOST_BYTES + 3_000


def test_number_of_steps_that_are_remembered_is_bounded() -> None:
    state = after(*steps(MOST_CARDS + MOST_REMEMBERED + 500))
    assert len(state.progress.steps) == len(state.progress.began) == MOST_CARDS + MOST_REMEMBERED
    *alone, further = state.progress.cards(words)
    assert [card.id for card in alone] == [str(number) for number in range(MOST_CARDS)]
    assert further.title.startswith(f"{MOST_REMEMBERED + 500} more steps")


def test_line_and_status_name_further_steps() -> None:
    state = after(*steps(MOST_CARDS + 5), Step("late", "Late", "running"))
    assert state.progress.line(words, 0) == "Running Late…"
    assert state.progress.status(words) == "is running Late…"


def test_thought_is_kept_only_as_far_as_it_is_shown() -> None:
    state = after(Thought(" \n" * 5_000), *(Thought("I think. ") for _ in range(10_000)))
    [card] = state.progress.cards(words)
    assert card.details.startswith("I think. I think.")
    assert len(state.progress.thought) < 2 * MOST_THOUGHT


def test_long_wait_is_about_the_steps_that_run_and_then_about_those_before() -> None:
    state = after(
        FOUND, Step("r", "Read", "failed"), Step("w", "Write", "running"), Step("d", "Draw", "done")
    )
    assert state.progress.about(words) == ("Running Write…", "✓ Draw", "Read failed", "✓ Search")


def test_one_step_alone_needs_no_lines_beside_the_status() -> None:
    assert after(SEARCH).progress.about(words) == ()


def test_text_waits_for_a_step_that_began_at_its_end() -> None:
    state = after(SEARCH, TextDelta("Looking."))
    assert not state.progress.waits(len(state.text))
    state.take(Step("r", "Read", "running"))
    assert state.progress.waits(len(state.text))
    state.take(Step("r", "Read", "done"))
    assert not state.progress.waits(len(state.text))


def test_steps_go_on_in_another_request() -> None:
    before = after(TextDelta("Looking."), SEARCH, Step("w", "Write", "running"), Thought("hm"))
    later = AnswerState()
    later.progress.take_up(json.loads(json.dumps(before.progress.carried())))
    later.take(FOUND)
    cards = later.progress.cards(words)
    assert [(card.title, card.state, card.at, card.output) for card in cards] == [
        ("Search", "done", 8, "3 documents"),
        ("Write", "running", 8, ""),
    ]
