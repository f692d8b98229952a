"""What every writer keeps to, whichever way it writes: one contract, run over all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_reply.snapshot import Snapshot
from tests.slack_reply.keeping_slack import KeepingSlack, writer

METHODS = ("stream", "edit", "post")
TEXT = "One sentence. Another **bold** one, with `code`.\n\n- a\n- b\n\nThe end."
LONG = "A sentence of a long answer, which needs several messages.\n\n" * 400


def seen(slack: KeepingSlack) -> str:
    """All text that the thread holds, without blanks."""
    parts = [text for look in slack.messages for kind, text in look if kind == "markdown"]
    return "".join("".join(parts).split())


@pytest.mark.parametrize("method", METHODS)
class TestWriter:
    def test_method_is_the_one_it_was_made_for(self, method: str) -> None:
        assert writer(method, KeepingSlack())[0].method == method

    def test_nothing_is_visible_before_the_first_write(self, method: str) -> None:
        one, _ = writer(method, KeepingSlack())
        assert (one.message_ts, list(one.messages)) == ("", [])

    def test_finished_text_is_whole_and_in_one_message_if_it_fits(self, method: str) -> None:
        slack = KeepingSlack()
        one, _ = writer(method, slack)
        assert one.finish(lambda: Snapshot(TEXT)) is None
        assert seen(slack) == "".join(TEXT.split())
        assert len(slack.messages) == len(one.messages) == 1
        assert one.message_ts == one.messages[-1]

    def test_long_text_goes_on_in_further_messages(self, method: str) -> None:
        slack = KeepingSlack()
        one, _ = writer(method, slack)
        assert one.finish(lambda: Snapshot(LONG)) is None
        assert seen(slack) == "".join(LONG.split())
        assert len(slack.messages) == len(one.messages) > 1

    def test_growing_text_is_a_beginning_of_the_finished_one(self, method: str) -> None:
        slack = KeepingSlack()
        one, _ = writer(method, slack)
        for size in (20, 40, len(TEXT) - 5):
            one.show(lambda size=size: Snapshot(TEXT[:size]))  # type: ignore[misc]
        one.finish(lambda: Snapshot(TEXT))
        whole = "".join(TEXT.split())
        assert seen(slack) == whole
        texts = [
            "".join("".join(text for kind, text in state.look if kind == "markdown").split())
            for state in slack.states
        ]
        bare = [text.rstrip("*`…") for text in texts]
        assert all(whole.startswith(text) for text in bare)

    def test_text_that_is_finished_twice_is_written_once(self, method: str) -> None:
        slack = KeepingSlack()
        one, _ = writer(method, slack)
        one.finish(lambda: Snapshot(TEXT))
        one.finish(lambda: Snapshot(TEXT))
        assert seen(slack) == "".join(TEXT.split())

    @given(cuts=st.lists(st.integers(0, len(TEXT)), max_size=6))
    def test_end_is_the_same_however_the_text_came(self, method: str, cuts: list[int]) -> None:
        slack, at_once = KeepingSlack(), KeepingSlack()
        one, _ = writer(method, slack)
        for size in sorted(cuts):
            one.show(lambda size=size: Snapshot(TEXT[:size]))  # type: ignore[misc]
        one.finish(lambda: Snapshot(TEXT))
        writer(method, at_once)[0].finish(lambda: Snapshot(TEXT))
        assert seen(slack) == seen(at_once)
