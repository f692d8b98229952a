import pytest

from errors import Forged, Malformed
from message import Message
from slack_events.admission import Reason
from slack_events.envelope import Deleted, Event, GroupChanged, HomeOpened, Invited, Other, Removed
from slack_events.seen_requests import SeenRequests
from tests.fake_clock import FakeClock

MESSAGE = Message("T1", "C1", "1.000001", "message", channel_type="channel", user="U1", api_app_id="A1")
SIGNED = {"x-slack-signature": "v0=1"}


@pytest.fixture
def seen() -> SeenRequests:
    return SeenRequests(FakeClock())


def test_hook_of_which_nothing_came_has_seen_nothing(seen: SeenRequests) -> None:
    found = seen.of("hook")
    assert (found.genuine, found.forged, found.app_id, dict(found.kinds)) == (None, None, "", {})


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("im", "message.im"),
        ("mpim", "message.mpim"),
        ("channel", "message.channels"),
        ("group", "message.groups"),
    ],
)
def test_message_is_noted_under_the_name_of_its_subscription(
    seen: SeenRequests, kind: str, name: str
) -> None:
    seen.event("hook", Event(Message("T1", "C1", "1.000001", "message", channel_type=kind, api_app_id="A1")))
    found = seen.of("hook")
    assert list(found.kinds) == [name]
    assert (found.app_id, found.team_id) == ("A1", "T1")
    assert found.genuine == FakeClock().epoch()


def test_other_genuine_requests_keep_what_is_known_of_the_app(seen: SeenRequests) -> None:
    seen.event("hook", Event(MESSAGE))
    for envelope in (Deleted("C1", "1.0"), Removed("T1", "app_uninstalled"), Other("reaction_added")):
        seen.event("hook", envelope)
    seen.event("hook", HomeOpened("T1", "U1", "D1", ""))
    seen.event("hook", Invited("T1", "U1", "C1"))
    seen.event("hook", GroupChanged("T1", "S1"))
    seen.interaction("hook", "")
    seen.command("hook", "")
    found = seen.of("hook")
    assert found.app_id == "A1"
    assert set(found.kinds) == {
        "message.channels",
        "app_uninstalled",
        "reaction_added",
        "app_home_opened",
        "member_joined_channel",
        "subteam_members_changed",
        "interactivity",
        "commands",
    }


def test_number_of_kinds_is_bounded(seen: SeenRequests) -> None:
    for number in range(1_000):
        seen.event("hook", Other(f"kind_{number}"))
    assert len(seen.of("hook").kinds) == 40


def test_request_with_a_signature_that_does_not_fit_is_noted_apart(seen: SeenRequests) -> None:
    seen.refused("hook", Forged("no valid signature"), {})
    seen.refused("hook", Malformed("no JSON"), SIGNED)
    assert seen.of("hook").forged is None
    seen.refused("hook", Forged("no valid signature"), SIGNED)
    assert seen.of("hook").forged is not None
    assert seen.of("hook").genuine is None


def test_reasons_are_counted_for_each_hook(seen: SeenRequests) -> None:
    seen.ignored("hook", Reason.BOT)
    seen.ignored("hook", Reason.BOT)
    assert seen.of("hook").ignored == {Reason.BOT: 2}
    assert seen.of("another").ignored == {}


def test_last_address_of_a_genuine_request_is_kept_and_a_huge_one_is_cut(seen: SeenRequests) -> None:
    for url in ("https://a.example.com/e/1/slack/events", "https://b.example.com/e/1/slack/events"):
        seen.came("hook", url)
    assert seen.of("hook").url == url
    seen.came("hook", "https://" + "a" * 9_000)
    assert len(seen.of("hook").url) < 600
    assert "aaa" not in repr(seen.of("hook"))
