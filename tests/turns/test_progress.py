from dify_app.answer import Step, TextDelta, TextReplaced, Thought
from turns.growing import Growing
from turns.progress import THOUGHTS
from wording import Language, Say, say


def words(key: Say, **values: str) -> str:
    return say(Language.EN, key, **values)


def after(*events: Step | TextDelta | TextReplaced | Thought) -> Growing:
    growing = Growing()
    for event in events:
        growing.take(event)
    return growing


SEARCH = Step("s", "Search", "running", "tool")
FOUND = Step("s", "Search", "done", "tool", "3 documents")


def test_steps_are_cards_where_they_began() -> None:
    growing = after(TextDelta("Looking."), SEARCH, FOUND, Step("w", "Write", "running"))
    cards = growing.progress.cards(words)
    assert [(card.id, card.title, card.state, card.at, card.output) for card in cards] == [
        ("s", "Search", "done", 8, "3 documents"),
        ("w", "Write", "running", 8, ""),
    ]


def test_at_the_end_nothing_runs() -> None:
    growing = after(SEARCH, Thought("hm"))
    assert {card.state for card in growing.progress.cards(words, "failed")} == {"failed", "done"}
    assert {card.state for card in growing.progress.cards(words, "done")} == {"done"}


def test_rounds_are_counted_in_the_title() -> None:
    growing = after(Step("i", "Read", "running", rounds=2))
    assert growing.progress.cards(words)[0].title == "Read, round 2"


def test_thoughts_are_one_card_that_is_over_when_something_follows() -> None:
    growing = after(Thought("I "), Thought("see."))
    [card] = growing.progress.cards(words)
    assert (card.id, card.title, card.state, card.details) == (THOUGHTS, "Thoughts", "running", "I see.")
    growing.take(TextDelta("Hello"))
    growing.take(Thought(" Or not."))
    [card] = growing.progress.cards(words)
    assert (card.at, card.state, card.details) == (0, "running", "I see. Or not.")
    growing.take(SEARCH)
    assert growing.progress.cards(words)[0].state == "done"
    assert after(Thought(" \n")).progress.cards(words) == ()


def test_the_line_tells_what_goes_on_while_the_text_stands_still() -> None:
    growing = after(TextDelta("Looking."), SEARCH)
    assert growing.progress.line(words, len(growing.text)) == "Running Search…"
    growing.take(Step("s", "Search", "failed", "tool"))
    assert growing.progress.line(words, len(growing.text)) == "Search failed"
    growing.take(TextDelta(" On I go."))
    assert growing.progress.line(words, len(growing.text)) == ""


def test_the_status_names_the_step_that_began_last() -> None:
    assert after(SEARCH, Step("w", "Write", "running")).progress.status(words) == "is running Write…"
    assert after(FOUND).progress.status(words) == "is thinking…"


def test_what_an_agent_says_behind_a_tool_is_a_paragraph_of_its_own() -> None:
    assert after(TextDelta("Looking."), SEARCH, FOUND, TextDelta("Found.")).text == "Looking.\n\nFound."
    assert after(TextDelta("Looking."), SEARCH, TextDelta("\nFound.")).text == "Looking.\nFound."
    assert after(SEARCH, TextDelta("Found.")).text == "Found."
    node = Step("n", "Node", "running", "node")
    assert after(TextDelta("Half a "), node, TextDelta("word")).text == "Half a word"
    assert after(TextDelta("Bad"), SEARCH, TextReplaced("Good"), TextDelta(".")).text == "Good."
