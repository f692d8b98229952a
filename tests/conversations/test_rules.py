"""Each rule of the admin from both sides, at the wire: who is answered, by which app, and who is told why not."""

import pytest

from simulators.slack.seen import SeenMessage
from tests.conversations.world import ANNA, BEN, CAROL, World
from wording import Say, say
from wording.en import EN

MANY = [f"U{number:07d}" for number in range(5_000)]
SCOPES = (
    "app_mentions:read",
    "chat:write",
    "im:history",
    "channels:history",
    "channels:read",
    "mpim:read",
    "users:read",
)


def manifest(*more: str) -> str:
    scopes = [*SCOPES, *more]
    events = ["app_mention", "message.im", "message.channels", "message.mpim", "subteam_members_changed"]
    listed = "".join(f"\n      - {scope}" for scope in scopes)
    subscribed = "".join(f"\n      - {event}" for event in events)
    events_of = f"settings:\n  event_subscriptions:\n    bot_events:{subscribed}"
    return f"oauth_config:\n  scopes:\n    bot:{listed}\n{events_of}\n"


def queries(world: World) -> list[str]:
    world.settle(5)
    return [record["query"] for record in world.dify.invocations()]


def refused(world: World, text: str, user: str, key: Say, *, language: str = "en") -> SeenMessage:
    """Ask in the channel, see that only the author is told why there is no answer, and return that text."""
    before = len(world.slack.ephemeral())
    root = world.ask(text, user=user)
    world.wait(lambda: len(world.slack.ephemeral()) > before)
    told = world.slack.ephemeral()[-1]
    assert (told.text, told.ephemeral_for) == (say(language, key), user)
    assert world.slack.answers(world.channel, root) == []
    assert all(text not in query for query in queries(world))
    return told


def test_guest_is_answered_only_if_guests_are(world: World) -> None:
    guest = world.slack.add_user("gil", is_ultra_restricted=True)
    channel = world.slack.add_channel("with-a-guest")
    world.channel = channel
    assert "may I?" in world.answer(world.ask("may I?", user=guest))
    world.configure(guests=False)
    refused(world, "and now?", guest, Say.NO_GUESTS)
    assert "as a member" in world.answer(world.ask("as a member", user=ANNA))


def test_nobody_is_answered_where_slack_does_not_tell_guests_from_members(world: World) -> None:
    world.slack.fault("users.info", "error", error="missing_scope", times=None)
    world.configure(guests=False)
    refused(world, "hello", ANNA, Say.RULE_UNKNOWN)
    assert "give the Slack app the scope users:read" in world.daemon.log()


def test_rule_that_slack_answers_late_does_not_delay_the_ack(world: World) -> None:
    world.slack.configure(manifest=manifest("usergroups:read"))
    world.slack.add_group("support", [ANNA])
    for method in ("users.info", "usergroups.list", "usergroups.users.list"):
        world.slack.fault(method, "stall", seconds=4.0)
    world.configure(guests=False, allowed_users="@support")
    root = world.ask("as Anna")
    assert "as Anna" in world.answer(root)
    [delivery] = world.deliveries("app_mention", ts=root)
    assert [attempt.status for attempt in delivery.attempts] == [200]
    assert delivery.attempts[0].ms < 4.0 * world.scale * 1000
    assert world.slack.calls("usergroups.users.list")


def test_allowed_members_are_found_by_address(world: World) -> None:
    world.slack.configure(manifest=manifest("users:read.email"))
    dora = world.slack.add_user("dora", email="Dora@Example.com")
    eve = world.slack.add_user("eve", foreign=True, email="dora@example.com")
    world.channel = world.slack.add_channel("addresses", ext_shared=True)
    world.configure(allowed_users="dora@example.com", slack_connect=True)
    assert "as Dora" in world.answer(world.ask("as Dora", user=dora))
    refused(world, "as Ben", BEN, Say.NOT_ALLOWED)
    refused(world, "as somebody with the same address", eve, Say.NOT_ALLOWED)


def test_address_allows_nobody_without_its_scope(world: World) -> None:
    world.slack.configure(manifest=manifest())
    dora = world.slack.add_user("dora", email="dora@example.com")
    world.channel = world.slack.add_channel("addresses")
    world.configure(allowed_users="dora@example.com")
    refused(world, "as Dora", dora, Say.NOT_ALLOWED)


@pytest.mark.parametrize("name", ["@support", "id"])
def test_allowed_members_are_found_in_a_group_of_5000(world: World, name: str) -> None:
    world.slack.configure(manifest=manifest("usergroups:read"))
    group = world.slack.add_group("Support", [*MANY, ANNA])
    world.slack.add_group("other", [BEN])
    world.configure(allowed_users="@support" if name == "@support" else group)
    assert "as Anna" in world.answer(world.ask("as Anna"))
    refused(world, "as Ben", BEN, Say.NOT_ALLOWED)
    assert len(world.slack.calls("usergroups.users.list")) == 1
    world.slack.regroup(group, [*MANY, BEN])
    assert world.wait(lambda: [one for one in world.slack.deliveries() if one.state == "accepted"])
    world.settle(2)
    assert "now a member" in world.answer(world.ask("now a member", user=BEN))
    refused(world, "no member any more", ANNA, Say.NOT_ALLOWED)


def test_group_allows_nobody_without_its_scope(world: World) -> None:
    world.slack.configure(manifest=manifest())
    world.slack.add_group("support", [ANNA])
    world.configure(allowed_users=f"{BEN}, @support")
    assert "as Ben" in world.answer(world.ask("as Ben", user=BEN))
    refused(world, "as Anna", ANNA, Say.RULE_UNKNOWN)


def test_allowed_channels_are_found_by_name(world: World) -> None:
    world.configure(allowed_channels="#help-desk")
    refused(world, "in another channel", ANNA, Say.NOT_IN_CHANNEL)
    world.channel = world.slack.add_channel("help-desk")
    assert "in the right one" in world.answer(world.ask("in the right one"))
    group = world.slack.add_channel("group", kind="mpim")
    root = world.slack.say(group, BEN, world.slack.mentioning("in a group"))
    assert "in a group" in world.answer(root, channel=group)


def test_direct_messages_that_are_off_are_refused_to_the_author_alone(world: World) -> None:
    world.configure(direct_messages=False)
    dm = world.slack.dm_channel(ANNA)
    root = world.slack.dm(ANNA, "hello")
    world.wait(world.slack.ephemeral)
    [told] = world.slack.ephemeral()
    assert (told.text, told.ephemeral_for) == (EN[Say.NO_DIRECT_MESSAGES], ANNA)
    assert world.slack.answers(dm, root) == []
    assert queries(world) == []


def test_member_of_another_organisation_is_told_alone_that_only_ours_are_answered(world: World) -> None:
    world.channel = world.slack.add_channel("shared", ext_shared=True)
    eve = world.slack.add_user("eve", foreign=True)
    world.slack._do("membership", channel=world.channel, user=eve)
    refused(world, "hello", eve, Say.NO_OUTSIDERS)
    world.configure(slack_connect=True)
    assert "hello again" in world.answer(world.ask("hello again", user=eve))


def test_colleague_of_the_organisation_is_no_outsider_and_may_be_a_guest(world: World) -> None:
    world.slack.configure(enterprise_id="E0OURS")
    colleague = world.slack.add_user("cleo", team_id="T0COLLEAG", enterprise_id="E0OURS")
    guest = world.slack.add_user("gus", team_id="T0COLLEAG", enterprise_id="E0OURS", is_restricted=True)
    world.channel = world.slack.add_channel("grid", ext_shared=True)
    world.configure(guests=False)
    assert "as a colleague" in world.answer(world.ask("as a colleague", user=colleague))
    refused(world, "as a guest", guest, Say.NO_GUESTS)


def test_refused_member_is_told_once_a_day_in_the_thread_and_in_the_members_language(world: World) -> None:
    world.configure(allowed_users=ANNA)
    root = world.ask("the first")
    world.answers(root)
    world.ask("me too", user=CAROL, thread_ts=root)
    [told] = world.wait(world.slack.ephemeral)
    assert (told.text, told.thread_ts) == (say("ja", Say.NOT_ALLOWED), root)
    for number in range(3):
        world.ask(f"again {number}", user=CAROL)
    world.ask("Ben, too", user=BEN)
    world.wait(lambda: len(world.slack.ephemeral()) == 2)
    assert [one.ephemeral_for for one in world.slack.ephemeral()] == [CAROL, BEN]
    assert len(queries(world)) == 1


def test_thread_of_refused_people_is_not_told_to_the_app(world: World) -> None:
    world.slack.configure(manifest=manifest("usergroups:read"))
    world.slack.add_group("support", [ANNA])
    guest = world.slack.add_user("gil", is_restricted=True)
    world.channel = world.slack.add_channel("mixed")
    world.configure(allowed_users=f"@support, {guest}", guests=False)
    root = world.slack.say(world.channel, BEN, "a stranger's order")
    world.slack.say(world.channel, guest, "a guest's order", thread_ts=root)
    world.slack.say(world.channel, ANNA, "a colleague's remark", thread_ts=root)
    world.ask("what now?", thread_ts=root)
    world.answers(root)
    [query] = queries(world)
    assert "a colleague's remark" in query
    assert "order" not in query


def test_remark_whose_event_comes_after_the_mention_below_is_no_question(world: World) -> None:
    root = world.slack.say(world.channel, BEN, "a talk of people")
    remark = world.slack.say(world.channel, ANNA, "a remark", thread_ts=root, delay=60.0)
    world.ask("what now?", thread_ts=root)
    world.answers(root)
    assert not world.slack.deliveries("message", ts=remark)[0].attempts
    world.wait(lambda: world.slack.deliveries("message", ts=remark)[0].state == "accepted")
    [query] = queries(world)
    assert "what now?" in query


def test_open_channel_answers_each_message_that_begins_a_thread(world: World) -> None:
    world.configure(open_channels=world.channel)
    root = world.slack.say(world.channel, ANNA, "no mention here")
    assert "no mention here" in world.answer(root)
    world.slack.say(world.channel, ANNA, "a follow-up", thread_ts=root)
    assert "a follow-up" in world.answer(root, count=2)
    world.slack.say(world.channel, BEN, "a remark of somebody else", thread_ts=root)
    world.slack.bot_says(world.channel, "an alert")
    world.slack.workflow_says(world.channel, "a form")
    mention = world.ask("a mention")
    assert "a mention" in world.answer(mention)
    assert len(queries(world)) == 3
    other = world.slack.add_channel("not-open")
    world.slack.say(other, ANNA, "not for the bot")
    assert len(queries(world)) == 3


def test_channel_is_open_by_its_name_and_its_authors_are_followed_there_alone(world: World) -> None:
    world.configure(open_channels="#help-desk")
    root = world.slack.say(world.channel, ANNA, "a remark in another channel")
    world.slack.say(world.channel, ANNA, "and one more", thread_ts=root)
    world.channel = world.slack.add_channel("help-desk")
    root = world.slack.say(world.channel, ANNA, "no mention here")
    assert "no mention here" in world.answer(root)
    world.slack.say(world.channel, ANNA, "a follow-up", thread_ts=root)
    assert "a follow-up" in world.answer(root, count=2)
    assert len(queries(world)) == 2
    assert len(world.slack.calls("conversations.info")) == 2


def test_message_in_a_channel_whose_name_slack_tells_late_is_answered_when_it_comes_again(
    world: World,
) -> None:
    world.configure(open_channels="#help-desk")
    world.channel = world.slack.add_channel("help-desk")
    world.slack.fault("conversations.info", "stall", seconds=20.0)
    root = world.slack.say(world.channel, ANNA, "no mention here")
    assert "no mention here" in world.answer(root)
    [delivery] = [one for one in world.deliveries(ts=root) if one.kind == "message"]
    assert delivery.state == "accepted"
    assert len(delivery.attempts) > 1


def test_channel_is_not_open_where_slack_does_not_tell_its_name(world: World) -> None:
    world.slack.configure(manifest=manifest().replace("- channels:read", "- reactions:read"))
    world.configure(open_channels="#help-desk")
    world.channel = world.slack.add_channel("help-desk")
    world.slack.say(world.channel, ANNA, "no mention here")
    assert queries(world) == []
    assert "a mention" in world.answer(world.ask("a mention"))


def test_question_that_begins_with_a_name_asks_that_app_and_replies_stay_with_it(world: World) -> None:
    legal = world.dify.app("app-legal", "advanced-chat")
    world.configure(channel_apps=f"~legal={legal}")
    root = world.ask("~legal may I?")
    assert "may I?" in world.answer(root)
    world.slack.say(world.channel, ANNA, "and tomorrow?", thread_ts=root)
    world.answers(root, count=2)
    world.ask("a mention without a name", thread_ts=root)
    world.answers(root, count=3)
    world.slack.say(world.channel, ANNA, "stays with the usual one", thread_ts=root)
    world.answers(root, count=4)
    asked = [(record["app_id"], record["query"]) for record in world.dify.invocations()]
    assert [app for app, _ in asked] == [legal, legal, world.app_id, world.app_id]
    assert asked[0][1] == "may I?"
    dm = world.slack.dm(ANNA, "~Legal in private")
    world.answers(dm, channel=world.slack.dm_channel(ANNA))
    assert world.dify.invocations()[-1]["app_id"] == legal


def test_name_that_no_app_has_gets_the_names(world: World) -> None:
    world.configure(channel_apps="~legal=a-1, ~hr=a-2")
    root = world.ask("~law may I?")
    assert world.answer(root) == say("en", Say.UNKNOWN_APP, name="~law", names="~hr ~legal")
    world.configure(channel_apps="")
    assert "~law may I?" in world.answer(world.ask("~law may I?"))
    assert len(queries(world)) == 1
