import gevent
import pytest

from clock import Clock
from dify_app.service_api.first_calls import FirstCalls


class Calls:
    """Counts how many calls are inside at once."""

    def __init__(self) -> None:
        self.first = FirstCalls(Clock(0.001))
        self.inside = self.most = 0

    def call(self, app: str = "app", user: str = "U1", *, fails: bool = False) -> None:
        with self.first.alone(app, user):
            self.inside += 1
            self.most = max(self.most, self.inside)
            gevent.sleep(0.01)
            self.inside -= 1
            if fails:
                raise ValueError("no answer")


def test_first_call_of_a_user_is_alone_and_later_ones_are_not() -> None:
    calls = Calls()
    gevent.joinall([gevent.spawn(calls.call) for _ in range(2)], raise_error=True)
    assert calls.most == 1
    gevent.joinall([gevent.spawn(calls.call) for _ in range(3)], raise_error=True)
    assert calls.most == 3


def test_first_calls_of_other_users_and_apps_do_not_wait() -> None:
    calls = Calls()
    names = [("app", "U1"), ("app", "U2"), ("other", "U1")]
    gevent.joinall([gevent.spawn(calls.call, *name) for name in names], raise_error=True)
    assert calls.most == 3


def test_call_after_a_failed_first_one_is_alone_too() -> None:
    calls = Calls()
    with pytest.raises(ValueError, match="no answer"):
        calls.call(fails=True)
    gevent.joinall([gevent.spawn(calls.call) for _ in range(2)], raise_error=True)
    assert calls.most == 1


def test_call_does_not_wait_for_ever_for_the_first_one() -> None:
    calls = Calls()
    held = calls.first.alone("app", "U1")
    held.__enter__()
    gevent.spawn(calls.call).get(timeout=5)
    assert calls.most == 1
