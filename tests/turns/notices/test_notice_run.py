from contextlib import nullcontext
from typing import Any

import pytest

from conversation_store import OpenTurn, ThreadKey
from dify_app import AppForm
from job import NoticeJob
from simulators.slack.workspace import ANNA, BEN, CAROL, GENERAL
from tests.turns.notices.conftest import Around
from turns import EndpointRequest
from turns.notices import NoticeRun
from wording import Say, say
from wording.en import EN

FORM = AppForm(opening_statement="I know the rules.", suggested_questions=("Travel?",))


@pytest.fixture(autouse=True)
def form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dify_app.app.DifyApp.form", lambda _: FORM)


def run(around: Around, endpoint: EndpointRequest, user: str = ANNA, hello_in: str = "", **more: Any) -> None:
    channel = hello_in or around.slack.dm_channel(user)
    job = NoticeJob(around.slack.team_id, user, channel, is_hello=bool(hello_in), number="1", **more)
    store = endpoint.store(around.services.stores)
    NoticeRun(around.services, endpoint, store, job, nullcontext()).run()


def shown(around: Around, user: str = ANNA) -> str:
    return "\n".join(block["text"]["text"] for block in around.slack.home(user)["blocks"])


def test_home_is_published_only_when_it_changed(around: Around) -> None:
    endpoint = around.endpoint()
    run(around, endpoint)
    assert "I know the rules." in shown(around)
    seen = around.slack.home()["private_metadata"]
    run(around, endpoint, shown=seen)
    assert len(around.slack.calls("views.publish")) == 1
    run(around, around.endpoint(direct_messages=False), shown=seen)
    assert EN[Say.HOME_START_DIRECT] not in shown(around)
    run(around, endpoint, user=CAROL)
    assert say("ja", Say.HOME_PRIVACY) in shown(around, CAROL)


def test_home_shows_the_members_own_open_questions(around: Around) -> None:
    endpoint = around.endpoint()
    team, store = around.slack.team_id, endpoint.store(around.services.stores)
    for user, ts, owner in (
        (ANNA, "17.000001", team),
        (BEN, "18.000001", team),
        (ANNA, "19.000001", "T0OTHER00"),
    ):
        key = ThreadKey("hook", "app", owner, GENERAL, ts)
        store.note_in_flight(OpenTurn(key, ts, "here", 1.0, user=user))
    run(around, endpoint)
    assert shown(around).count(f"<#{GENERAL}>") == 1
    assert "<!date^17^" in shown(around)


def test_home_of_a_refused_member_tells_nothing_of_the_app(around: Around) -> None:
    run(around, around.endpoint(allowed_users=frozenset({BEN})))
    assert shown(around) == EN[Say.NOT_ALLOWED]


def test_home_that_slack_does_not_take_is_no_error(around: Around) -> None:
    around.slack.configure(manifest="features:\n  app_home:\n    home_tab_enabled: false\n")
    run(around, around.endpoint())
    assert around.slack.home() == {}


def test_inviter_gets_a_hello_once_per_channel(around: Around) -> None:
    endpoint = around.endpoint(allowed_channels=frozenset({GENERAL}), open_channels=frozenset({GENERAL}))
    closed = around.slack.add_channel("closed")
    for channel in (GENERAL, GENERAL, closed):
        run(around, endpoint, user=BEN, hello_in=channel)
    told = [(one.channel, one.ephemeral_for, one.text) for one in around.slack.ephemeral()]
    assert told == [(GENERAL, BEN, EN[Say.HELLO_OPEN]), (closed, BEN, EN[Say.NOT_IN_CHANNEL])]
    other = around.slack.add_channel("other")
    run(around, around.endpoint(), user=BEN, hello_in=other)
    assert around.slack.ephemeral()[2].text == EN[Say.HELLO]
