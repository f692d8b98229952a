import json
import time
from itertools import pairwise

from gevent.event import Event
from slack_sdk.signature import SignatureVerifier
from werkzeug.wrappers import Response

from simulators.slack.seen import SeenAttempt, SeenDelivery
from simulators.slack.workspace import ANNA, GENERAL
from tests.simulators.slack.conftest import App, Slack


def finished(slack: Slack) -> SeenDelivery:
    """The only delivery, once it is over."""

    def done() -> SeenDelivery | None:
        (one,) = slack.workspace.deliveries()
        return one if one.state != "pending" else None

    found = slack.workspace.wait_for(done)
    assert found is not None
    return found


def test_every_request_is_signed(slack: Slack, app: App) -> None:
    slack.ask()
    finished(slack)
    verifier = SignatureVerifier(slack.workspace.signing_secret)
    assert verifier.is_valid_request(app.bodies[0], dict(app.requests[0].headers))
    assert app.requests[0].path == "/events"
    assert "X-Slack-Retry-Num" not in app.requests[0].headers


def test_what_the_app_answered_is_kept(slack: Slack, app: App) -> None:
    app.answers.append(Response("fine", 202))
    slack.ask()
    delivery = finished(slack)
    (attempt,) = delivery.attempts
    assert (delivery.state, attempt.status, attempt.body) == ("accepted", 202, "fine")
    assert 0 < attempt.ms < 5_000


def test_three_retries_at_once_after_a_minute_and_after_five(slack: Slack, app: App) -> None:
    app.answers += [Response(status=500) for _ in range(9)]
    slack.ask()
    delivery = finished(slack)
    assert delivery.state == "given up"
    assert len(app.requests) == 4
    heads = [
        (r.headers.get("X-Slack-Retry-Num"), r.headers.get("X-Slack-Retry-Reason")) for r in app.requests
    ]
    assert heads == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    began = [attempt.design for attempt in delivery.attempts]
    assert [after - before for before, after in pairwise(began)] == [0, 60, 300]
    assert len(set(app.bodies)) == 1


def test_retries_end_with_the_first_success(slack: Slack, app: App) -> None:
    app.answers += [Response(status=503), Response("")]
    slack.ask()
    delivery = finished(slack)
    assert (delivery.state, len(delivery.attempts)) == ("accepted", 2)


def test_no_retry_can_be_asked_for(slack: Slack, app: App) -> None:
    app.answers.append(Response(status=500, headers={"X-Slack-No-Retry": "1"}))
    slack.ask()
    delivery = finished(slack)
    assert (delivery.state, len(delivery.attempts)) == ("refused", 1)


def test_retries_can_be_left_out(slack: Slack, app: App) -> None:
    app.answers.append(Response(status=500))
    slack.workspace.say(GENERAL, ANNA, "a", retries=False)
    assert len(finished(slack).attempts) == 1


def test_slack_hangs_up_and_tries_again(slack: Slack, app: App) -> None:
    slack.workspace.rules(patience_floor=0.5)  # wall seconds, enough for the second attempt on a busy machine
    held = Event()
    app.answers.append(held)
    slack.ask()
    delivery = finished(slack)
    held.set()
    late, again = delivery.attempts
    assert (late.failure, again.reason, again.failure) == ("http_timeout", "http_timeout", "")
    assert app.requests[1].headers["X-Slack-Retry-Reason"] == "http_timeout"


def test_nobody_listens(slack: Slack, app: App) -> None:
    slack.workspace.configure(events_url="http://127.0.0.1:1/events")
    slack.ask()
    delivery = finished(slack)
    assert [attempt.failure for attempt in delivery.attempts] == ["connection_failed"] * 4


def test_two_redirects_are_followed_and_no_third(slack: Slack, app: App) -> None:
    there = {"Location": "/elsewhere"}
    app.answers += [Response(status=302, headers=there), Response(status=301, headers=there), Response("")]
    slack.ask()
    assert finished(slack).attempts[0].status == 200
    app.answers += [Response(status=302, headers=there) for _ in range(3)]
    slack.workspace.reset()
    slack.workspace.say(GENERAL, ANNA, "a", retries=False)
    assert finished(slack).attempts[0].failure == "too_many_redirects"


def test_copies_look_like_retries_of_one_event(slack: Slack, app: App) -> None:
    slack.workspace.say(GENERAL, ANNA, "a", deliveries=4)
    slack.workspace.wait_for(lambda: len(app.requests) == 4)
    numbers = sorted(request.headers.get("X-Slack-Retry-Num", "0") for request in app.requests)
    assert numbers == ["0", "1", "2", "3"]
    assert len({json.loads(body)["event_id"] for body in app.bodies}) == 1


def test_copies_can_come_one_after_the_other(slack: Slack, app: App) -> None:
    slack.workspace.say(GENERAL, ANNA, "a", deliveries=3, spacing=1.0)
    slack.workspace.wait_for(lambda: slack.workspace.delivery_counts() == {"accepted": 3})
    assert sorted(slack.clock.slept) == [1.0, 2.0]


def test_a_delivery_can_come_again_later(slack: Slack, app: App) -> None:
    slack.ask()
    assert slack.workspace.again(finished(slack), retry=2) == 2
    slack.workspace.wait_for(lambda: slack.workspace.delivery_counts() == {"accepted": 2})
    assert app.requests[1].headers["X-Slack-Retry-Num"] == "2"
    assert app.bodies[0] == app.bodies[1]


def both_accepted(slack: Slack) -> tuple[SeenAttempt, SeenAttempt]:
    slack.workspace.wait_for(lambda: [d.state for d in slack.workspace.deliveries()] == ["accepted"] * 2)
    first, second = (one.attempts[0] for one in slack.workspace.deliveries())
    return first, second


def test_the_second_event_waits_for_the_first(slack: Slack, app: App) -> None:
    slack.workspace.mention(GENERAL, ANNA, "a")
    first, second = both_accepted(slack)
    assert second.at >= first.at + first.ms / 1000


def test_both_events_can_come_at_once(slack: Slack, app: App) -> None:
    held = Event()
    app.answers.append(held)
    slack.workspace.mention(GENERAL, ANNA, "a", order="at_once")
    slack.workspace.wait_for(lambda: len(app.requests) == 2)
    held.set()
    both_accepted(slack)


def test_the_url_is_verified(slack: Slack, app: App) -> None:
    app.answers.append(Response("abc", mimetype="text/plain"))
    delivery = slack.workspace.url_verification("abc")
    assert json.loads(app.bodies[0])["challenge"] == "abc"
    assert delivery.attempts[0].body == "abc"
    assert delivery.attempts[0].content_type.startswith("text/plain")


def test_a_rate_limited_app_hears_of_it_without_an_envelope(slack: Slack, app: App) -> None:
    slack.workspace.app_rate_limited()
    body = json.loads(app.bodies[0])
    assert body["type"] == "app_rate_limited"
    assert body["minute_rate_limited"] <= time.time()
    assert "event" not in body


def test_without_a_url_nothing_is_sent(slack: Slack) -> None:
    slack.ask()
    assert slack.workspace.deliveries() == []
    assert slack.workspace.event({"type": "app_uninstalled"}) == 0
