from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from simulators.slack.messages import Json, Message, State, fold

TEXT = st.builds(lambda text: {"type": "markdown_text", "text": text}, st.text(max_size=8))
TASK = st.builds(
    lambda name, title: {"type": "task_update", "id": name, "title": title, "status": "pending"},
    st.sampled_from("ab"),
    st.text(max_size=4),
)
BLOCKS = st.just({"type": "blocks", "blocks": [{"type": "divider"}]})
LOGS = st.lists(TEXT | TASK | BLOCKS, max_size=12)


@given(LOGS)
def test_folding_loses_no_text(log: list[Json]) -> None:
    sent = "".join(chunk["text"] for chunk in log if chunk["type"] == "markdown_text")
    assert "".join(part["text"] for part in fold(log) if part["kind"] == "markdown") == sent


@given(LOGS)
def test_neighbouring_texts_are_one_part_and_tasks_appear_once(log: list[Json]) -> None:
    kinds = [part["kind"] for part in fold(log)]
    assert ("markdown", "markdown") not in pairwise(kinds)
    names = [part["id"] for part in fold(log) if part["kind"] == "task"]
    assert sorted(names) == sorted({chunk["id"] for chunk in log if chunk["type"] == "task_update"})


@given(LOGS, st.integers(0, 12))
def test_an_old_state_does_not_see_what_came_later(log: list[Json], count: int) -> None:
    before = fold(log[:count])
    state = State(0.0, 0.0, "m", log, min(count, len(log)), streaming=True)
    log.append({"type": "markdown_text", "text": "later"})
    assert state.parts() == before


def test_a_tasks_title_replaces_and_its_details_append() -> None:
    task = {"type": "task_update", "id": "t", "title": "one", "status": "in_progress", "details": "a"}
    log = [task, {"type": "markdown_text", "text": "x"}]
    log.append(task | {"title": "two", "status": "complete", "details": "b", "output": "done"})
    folded = fold(log)
    assert [part["kind"] for part in folded] == ["task", "markdown"]
    assert folded[0]["title"] == "two"
    assert folded[0]["status"] == "complete"
    assert folded[0]["details"] == "ab"
    assert folded[0]["output"] == "done"


def test_a_plan_has_one_title() -> None:
    log = [{"type": "plan_update", "title": "first"}, {"type": "plan_update", "title": "second"}]
    assert fold(log) == [{"kind": "plan", "title": "second"}]


def test_text_beside_blocks_is_their_fallback() -> None:
    log: list[Json] = [
        {"type": "blocks", "blocks": [{"type": "divider"}]},
        {"type": "fallback", "text": "words"},
    ]
    message = Message("C", "1.0", "", "U", log=log)
    assert message.text() == "words"
    assert message.blocks() == [{"type": "divider"}]
