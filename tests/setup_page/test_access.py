import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setup_page.access import PAUSE, WRONG_KEYS, Access, KeyGuard, is_key, password_of
from tests.fake_clock import FakeClock

KEY = "correct horse battery staple"


def basic(key: str, user: str = "admin") -> str:
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def judge(guard: KeyGuard, key: str, hook: str = "hook", known: str | None = KEY) -> Access:
    return guard.judge(hook, known, basic(key))


def test_right_key_opens_whatever_the_user_is(clock: FakeClock) -> None:
    guard = KeyGuard(clock)
    assert judge(guard, KEY) is Access.OPEN
    assert guard.judge("hook", KEY, basic(KEY, "")) is Access.OPEN
    assert guard.judge("hook", "clé:日本", basic("clé:日本")) is Access.OPEN


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic %%%",
        "Basic /w==",
        f"Bearer {KEY}",
        basic(""),
        basic(KEY + " "),
        basic(KEY[:-1]),
        KEY,
    ],
)
def test_anything_else_is_locked(header: str, clock: FakeClock) -> None:
    assert KeyGuard(clock).judge("hook", KEY, header) is Access.LOCKED


@pytest.mark.parametrize("known", [None, ""])
@pytest.mark.parametrize("given", ["", "None", "x"])
def test_nothing_opens_a_hook_without_a_key(known: str | None, given: str, clock: FakeClock) -> None:
    assert judge(KeyGuard(clock), given, known=known) is Access.LOCKED


def test_ten_wrong_keys_in_a_minute_close_even_for_the_right_one(clock: FakeClock) -> None:
    guard = KeyGuard(clock)
    assert [judge(guard, "wrong") for _ in range(WRONG_KEYS)] == [Access.LOCKED] * WRONG_KEYS
    assert judge(guard, KEY) is Access.PAUSED
    assert judge(guard, KEY, hook="another") is Access.OPEN
    assert 0 < guard.pause_left("hook") <= PAUSE
    clock.sleep(PAUSE + 1)
    assert judge(guard, KEY) is Access.OPEN


def test_wrong_keys_far_apart_are_no_reason_to_pause(clock: FakeClock) -> None:
    guard = KeyGuard(clock)
    for _ in range(3 * WRONG_KEYS):
        assert judge(guard, "wrong") is Access.LOCKED
        clock.sleep(PAUSE / (WRONG_KEYS - 1) + 0.1)
    assert judge(guard, KEY) is Access.OPEN


def test_request_without_a_key_is_not_counted(clock: FakeClock) -> None:
    guard = KeyGuard(clock)
    for _ in range(5 * WRONG_KEYS):
        assert guard.judge("hook", KEY, "") is Access.LOCKED
    assert judge(guard, KEY) is Access.OPEN


@given(st.text(max_size=200))
def test_header_is_read_without_raising(header: str) -> None:
    for text in (header, f"Basic {header}"):
        password_of(text)
        assert not is_key(password_of(text), "a key that no example holds")


@given(st.text(max_size=50), st.text(max_size=50).filter(lambda user: ":" not in user))
def test_password_is_read_as_it_was_typed(password: str, user: str) -> None:
    assert password_of(basic(password, user)) == password
