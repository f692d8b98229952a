from conversation_store import ThreadKey
from message import Message
from tests.fake_clock import FakeClock
from turns.asked_questions import MOST_CHARACTERS, REMEMBERED, AskedQuestions

KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")
QUESTION = Message("T1", "C1", "1.000001", "app_mention", user="U1", text="How far?")


def test_last_question_is_that_of_the_member_in_the_conversation() -> None:
    asked = AskedQuestions(FakeClock())
    asked.asked(KEY, QUESTION)
    assert asked.last(KEY, "U1") == QUESTION
    assert asked.last(KEY, "U2") is None
    assert asked.last(ThreadKey("other", "app", "T1", "C1", "1.000001"), "U1") is None


def test_answer_and_quote_lead_to_their_question() -> None:
    asked = AskedQuestions(FakeClock())
    asked.asked(KEY, QUESTION)
    asked.answered("hook", QUESTION, ["2.000002"])
    assert asked.of("hook", "C1", "2.000002") == asked.of("hook", "C1", "1.000001") == QUESTION
    assert asked.of("other", "C1", "2.000002") is None


def test_memory_has_a_bound_and_a_question_that_is_too_long_is_not_kept() -> None:
    asked = AskedQuestions(FakeClock())
    asked.asked(KEY, Message("T1", "C1", "1.000001", "message", user="U9", text="x" * (MOST_CHARACTERS + 1)))
    assert asked.last(KEY, "U9") is None
    for number in range(20):
        asked.asked(
            KEY,
            Message("T1", "C1", f"{number}.000001", "message", user=f"U{number}", text="x" * 1_000_000),
        )
    assert asked.last(KEY, "U0") is None
    assert asked.last(KEY, "U19") is not None


def test_question_is_forgotten_after_a_day() -> None:
    clock = FakeClock()
    asked = AskedQuestions(clock)
    asked.asked(KEY, QUESTION)
    clock.advance(REMEMBERED + 1)
    assert asked.last(KEY, "U1") is None
