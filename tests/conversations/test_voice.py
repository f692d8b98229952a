"""Voice clips: what is said in them is the question, and stands as a quote above the answer."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.dify.versions import VERSIONS
from simulators.recordings import recording
from simulators.slack.seen import SeenMessage
from tests.conversations.world import ANNA, BEN, Via, World
from wording import Say, say
from wording.en import EN

HEARS: dict[str, Any] = {"speech_to_text": {"enabled": True}}
TAKES_SOUND: dict[str, Any] = {
    "file_upload": {"enabled": True, "number_limits": 3, "allowed_file_types": ["audio"]}
}
in_each_version = pytest.mark.parametrize("version", sorted(VERSIONS))


@pytest.fixture
def via() -> Via:
    return "api"


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """An app that hears. After each test only Slack's own host has seen the token."""
    use(world)
    yield world
    assert set(world.slack.token_hosts()) <= {urlsplit(world.slack.url).netloc}
    assert world.slack.open_streams() == []


def use(world: World, mode: str = "advanced-chat", form: list[Any] | None = None, **parameters: Any) -> str:
    """Make the hook's app one of this kind, which hears unless `parameters` say otherwise."""
    app_id: str = world.dify.app(f"{world.app_id}-{mode}", mode, form=form, **{**HEARS, **parameters})
    world.configure(app={"app_id": app_id, "inputs": {}})
    return app_id


def quoted(words: str, answer: str) -> str:
    return f"> 🎤 {words}\n\n{answer}"


def not_heard(reason: Say, name: str = "audio_message.webm") -> str:
    return say("en", Say.NOT_HEARD, name=name, reason=EN[reason])


def queries(world: World) -> list[str]:
    return [record["query"] for record in world.dify.invocations()]


def only_answer(world: World, root: str) -> SeenMessage:
    [answer] = world.answers(root)
    assert answer.live_tokens == []
    return answer


@in_each_version
def test_clip_in_a_mention_is_the_question(world: World, version: str) -> None:
    root = world.ask("", files=[world.slack.add_clip("How far is the moon?")])
    said = "You said: How far is the moon?"
    assert only_answer(world, root).text == quoted("How far is the moon?", said)
    [asked] = world.dify.invocations()
    assert (asked["query"], asked["files"], asked["outcome"]) == ("How far is the moon?", [], "done")
    [heard] = world.dify.recordings()
    user = f"slack:{world.slack.team_id}:{ANNA}"
    assert (heard["user"], heard["name"], heard["mimetype"]) == (user, "audio_message.m4a", "audio/m4a")
    assert world.dify.service_uploads() == []


@pytest.mark.parametrize("mode", ["chat", "agent-chat", "workflow", "completion", "agent"])
def test_clip_reaches_each_kind_of_app_as_words(world: World, mode: str) -> None:
    form = [variable("query", "paragraph", required=True)] if mode in {"workflow", "completion"} else []
    app_id = use(world, mode, form)
    world.dify.script(script.say("Far."), app_id)
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    assert only_answer(world, root).text == quoted("How far?", "Far.")
    [asked] = world.dify.invocations()
    assert (asked["inputs"]["query"] if form else asked["query"]) == "How far?"


@pytest.mark.parametrize("kind", ["webm", "m4a", "mp4"])
def test_clip_alone_in_a_direct_message_is_a_question(world: World, kind: str) -> None:
    channel = world.slack.dm_channel(ANNA)
    root = world.slack.dm(ANNA, "", files=[world.slack.add_clip("How far?", kind)])
    [answer] = world.answers(root, channel=channel)
    assert answer.text == quoted("How far?", "You said: How far?")
    assert world.dify.recordings()[0]["mimetype"] == "audio/m4a"


def test_typed_words_come_before_those_of_the_clip(world: World) -> None:
    root = world.ask("Answer in one word:", files=[world.slack.add_clip("How far?")])
    assert only_answer(world, root).text.startswith("> 🎤 How far?\n\nYou said: Answer in one word:")
    assert queries(world) == ["Answer in one word:\n\nHow far?"]


def test_clips_of_a_message_are_all_heard_in_order(world: World) -> None:
    root = world.ask("", files=[world.slack.add_clip(words) for words in ("How far?", "And back?")])
    assert only_answer(world, root).text.startswith("> 🎤 How far? And back?\n\n")
    assert queries(world) == ["How far?\n\nAnd back?"]


def test_follow_up_in_the_thread_may_be_a_clip_without_a_mention(world: World) -> None:
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    world.answers(root)
    world.slack.say(world.channel, ANNA, "", thread_ts=root, files=[world.slack.add_clip("And back?")])
    world.answers(root, count=2)
    world.ask("typed", thread_ts=root)
    third = world.answers(root, count=3)[2]
    assert third.text == "You said: typed"
    first, second, last = world.dify.invocations()
    assert [first["query"], second["query"], last["query"]] == ["How far?", "And back?", "typed"]
    assert {one["conversation_id"] for one in (first, second, last)} == {first["conversation_id"]}


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_each_writer_shows_the_quote_above_a_growing_answer(world: World, style: str) -> None:
    world.configure(reply_style=style)
    words = ["The moon is far away. "] * 3 + ["Very far. "] * 3
    world.dify.script(script.pieces(*words, gap=2.0), world.settings["app"]["app_id"])
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    answer = only_answer(world, root)
    assert answer.text == quoted("How far?", "".join(words).rstrip())
    states = [state.text for state in world.states(answer.ts) if state.text]
    assert all(state.startswith("> 🎤 How far?\n\nThe") for state in states)
    assert len(states) > 1 or style == "post"


def test_words_of_a_clip_can_ping_nobody_and_break_no_markup(world: World) -> None:
    words = "<!channel> <@U0BEN0000> # *bold* `code`\n> more\n```\n<https://evil.example|bank.example>"
    root = world.ask("", files=[world.slack.add_clip(words)])
    answer = only_answer(world, root)
    quote, _, rest = answer.text.partition("\n\n")
    assert quote.startswith("> 🎤 &lt;!channel&gt;")
    assert r"\*bold\*" in quote
    assert rest.startswith("You said:")
    assert queries(world) == [words]


def test_long_words_are_cut_in_the_quote_alone(world: World) -> None:
    app_id = use(world)
    world.dify.script(script.say("Yes."), app_id)
    words = "word " * 400
    root = world.ask("", files=[world.slack.add_clip(words)])
    quote, _, rest = only_answer(world, root).text.partition("\n\n")
    assert (len(quote) < 600, quote.endswith("…"), rest) == (True, True, "Yes.")
    assert queries(world) == [words.strip()]


def test_silent_app_shows_no_quote(world: World) -> None:
    app_id = use(world)
    world.dify.script(script.say("NO_REPLY"), app_id)
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    world.dify.wait_ended(1)
    world.settle(5)
    assert world.slack.answers(world.channel, root) == []


def test_quote_stands_above_the_note_of_a_failure(world: World) -> None:
    app_id = use(world)
    world.dify.script(script.fail("boom"), app_id)
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    assert only_answer(world, root).text == quoted("How far?", EN[Say.RUN_FAILED])


def test_app_that_takes_sound_gets_the_clip_too(world: World) -> None:
    use(world, **TAKES_SOUND)
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    assert only_answer(world, root).text == quoted("How far?", "You said: How far?")
    [asked] = world.dify.invocations()
    [upload] = world.dify.service_uploads()
    assert [(file["type"], file["upload_file_id"]) for file in asked["files"]] == [("audio", upload["id"])]


@in_each_version
def test_app_that_does_not_hear_gets_the_clip_as_any_file(world: World, version: str) -> None:
    use(world, speech_to_text={"enabled": False})
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    left_out = say("en", Say.FILE_LEFT_OUT, name="audio_message.webm", reason=EN[Say.FILE_NO_VARIABLE])
    assert only_answer(world, root).text == left_out
    assert (queries(world), world.dify.recordings()) == ([], [])
    use(world, "chat", speech_to_text={"enabled": False}, **TAKES_SOUND)
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    only_answer(world, root)
    assert len(world.dify.invocations()[-1]["files"]) == 1


@in_each_version
def test_app_whose_hearing_was_switched_off_meanwhile_gets_the_clip_as_any_file(
    world: World, version: str
) -> None:
    only_answer(world, world.ask("typed"))  # the plugin has read that the app hears
    world.dify.app(world.settings["app"]["app_id"], "advanced-chat")
    root = world.ask("Well?", files=[world.slack.add_clip("How far?")])
    left_out = say("en", Say.FILE_LEFT_OUT, name="audio_message.webm", reason=EN[Say.FILE_NO_VARIABLE])
    assert only_answer(world, root).text == f"You said: Well?\n\n> {left_out}"
    assert len(world.dify.recordings()) == 1
    only_answer(world, world.ask("Well?", files=[world.slack.add_clip("How far?")]))
    assert len(world.dify.recordings()) == 1  # it was learned


def test_without_a_key_a_clip_is_any_file(world: World) -> None:
    world.configure(dify_api_key="")
    root = world.ask("Well?", files=[world.slack.add_clip("How far?")])
    text = only_answer(world, root).text
    assert text.startswith("You said: Well?\n\n> ")
    assert EN[Say.FILE_NO_VARIABLE] in text
    assert [one["via"] for one in world.dify.invocations()] == ["plugin"]
    assert world.dify.recordings() == []


FAULTS = {
    "provider_not_initialize": Say.FILE_NO_SPEECH_MODEL,
    "provider_not_support_speech_to_text": Say.FILE_NO_SPEECH_MODEL,
    "provider_quota_exceeded": Say.FILE_SPEECH_FAILED,
    "completion_request_error": Say.FILE_SPEECH_FAILED,
    "internal_server_error": Say.FILE_SPEECH_FAILED,
}


@pytest.mark.parametrize(("fault", "reason"), FAULTS.items())
def test_fault_of_the_model_is_told_and_a_typed_question_goes_on(
    world: World, fault: str, reason: Say
) -> None:
    world.dify.speech(fault)
    assert only_answer(world, world.ask("", files=[world.slack.add_clip("x")])).text == not_heard(reason)
    assert queries(world) == []
    root = world.ask("Well?", files=[world.slack.add_clip("x")])
    assert only_answer(world, root).text == f"You said: Well?\n\n> {not_heard(reason)}"
    assert len(world.dify.recordings()) == 2  # never sent again


def test_model_that_takes_too_long_is_told(world: World) -> None:
    world.dify.speech(seconds=100.0)
    root = world.ask("Well?", files=[world.slack.add_clip("How far?")])
    assert not_heard(Say.FILE_SPEECH_LATE) in only_answer(world, root).text


def test_clip_without_words_is_told(world: World) -> None:
    root = world.ask("", files=[world.slack.add_clip("")])
    assert only_answer(world, root).text == not_heard(Say.FILE_NO_WORDS)
    assert queries(world) == []


def test_recording_that_is_too_large_or_of_another_type_is_told(world: World) -> None:
    root = world.ask("", files=[world.slack.add_clip("x", "m4a", declared=31_000_000)])
    assert only_answer(world, root).text == not_heard(Say.FILE_TOO_LARGE, "audio_message.m4a")
    ogg = world.slack.add_file("a.ogg", recording("x", "ogg"), "audio/ogg")
    assert only_answer(world, world.ask("", files=[ogg])).text == not_heard(Say.FILE_WRONG_TYPE, "a.ogg")
    assert queries(world) == []


def test_clip_that_slack_does_not_give_is_told(world: World) -> None:
    root = world.ask("Well?", files=[world.slack.add_clip("x", variant="login")])
    assert not_heard(Say.FILE_LOGIN_PAGE) in only_answer(world, root).text
    assert queries(world) == ["Well?"]


def test_service_api_that_is_away_leaves_the_clip_to_the_plugin_way(world: World) -> None:
    only_answer(world, world.ask("typed"))
    world.dify.revoke_keys(world.settings["app"]["app_id"])
    root = world.ask("Well?", files=[world.slack.add_clip("How far?")])
    text = only_answer(world, root).text
    assert text.startswith("You said: Well?\n\n> ")
    assert EN[Say.FILE_NO_VARIABLE] in text
    assert [one["via"] for one in world.dify.invocations()] == ["api", "plugin"]


def test_other_sound_is_heard_where_it_is_the_whole_question(world: World) -> None:
    sound = world.slack.add_file("memo.mp3", recording("How far?", "mp3"), "audio/mpeg")
    assert only_answer(world, world.ask("", files=[sound])).text == quoted("How far?", "You said: How far?")
    assert world.dify.recordings()[0]["mimetype"] == "audio/mp3"
    root = world.ask("What is this?", files=[sound])
    assert EN[Say.FILE_NO_VARIABLE] in only_answer(world, root).text
    use(world, "chat", **TAKES_SOUND)
    only_answer(world, world.ask("", files=[sound]))
    assert world.dify.invocations()[-1]["query"] == "Please look at what I attached: `memo.mp3`."
    assert len(world.dify.recordings()) == 1


@in_each_version
def test_conversation_that_is_gone_costs_no_second_transcription(world: World, version: str) -> None:
    root = world.ask("one")
    world.answers(root)
    world.dify.forget_conversation(world.dify.invocations()[0]["conversation_id"])
    world.ask("", thread_ts=root, files=[world.slack.add_clip("How far?")])
    second = world.answers(root, count=2)[1]
    assert second.text.startswith("> 🎤 How far?\n\n")
    assert "How far?" in queries(world)[-1]
    assert len(world.dify.recordings()) == 1


def test_again_listens_anew(world: World) -> None:
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    world.answers(root)
    world.slack.say(world.channel, ANNA, "again", thread_ts=root)
    second = world.answers(root, count=2)[1]
    assert second.text == quoted("How far?", "You said: How far?")
    assert queries(world) == ["How far?", "How far?"]
    assert len(world.dify.recordings()) == 2


def test_clip_is_heard_as_the_user_who_opened_the_conversation(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    world.ask("", user=BEN, thread_ts=root, files=[world.slack.add_clip("How far?")])
    world.answers(root, count=2)
    assert world.dify.recordings()[0]["user"] == f"slack:{world.slack.team_id}:{ANNA}"


def test_word_that_is_said_is_a_question_and_no_command(world: World) -> None:
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    world.answers(root)
    for count, word in enumerate(("again", "stop", "reset"), 2):
        world.slack.say(world.channel, ANNA, "", thread_ts=root, files=[world.slack.add_clip(word)])
        world.answers(root, count=count)
    assert queries(world) == ["How far?", "again", "stop", "reset"]


def test_status_says_that_the_bot_listens(world: World) -> None:
    world.dify.speech(seconds=20.0)
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    world.answers(root)
    shown = [one["text"] for one in world.slack.status(world.channel, root).history]
    assert shown[:2] == [EN[Say.THINKING], EN[Say.LISTENING]]


def test_question_that_is_stopped_while_the_model_listens_is_not_asked(world: World) -> None:
    world.dify.speech(seconds=20.0)
    root = world.ask("", files=[world.slack.add_clip("How far?")])
    world.wait(world.dify.recordings)
    world.slack.say(world.channel, ANNA, "stop", thread_ts=root)
    assert only_answer(world, root).text == EN[Say.STOPPED_BY].format(person="anna")
    world.dify.speech()
    world.ask("typed", thread_ts=root)
    assert world.answers(root, count=2)[1].text.endswith("typed")
    assert len(queries(world)) == 1


def test_token_goes_to_no_other_address_of_a_clip(world: World) -> None:
    for address in (f"{world.slack.foreign_url}/files-tmb/T1-F1-a/a.mp4", "https://evil.example/a.mp4"):
        root = world.ask("Well?", files=[world.slack.add_clip("x", overrides={"aac": address})])
        assert not_heard(Say.FILE_FOREIGN_HOST) in only_answer(world, root).text
    assert world.slack.downloads() == {}


def test_clip_is_looked_up_when_the_mention_event_lacks_it(world: World) -> None:
    text = f"<@{world.slack.bot_user}> Well?"
    clip = world.slack.add_clip("How far?")
    ts = world.slack.say(world.channel, ANNA, text, files=[clip], only=["nothing"])
    event = {"type": "app_mention", "user": ANNA, "text": text, "ts": ts, "channel": world.channel}
    world.slack.event(event | {"event_ts": ts})
    assert only_answer(world, ts).text.startswith("> 🎤 How far?\n\n")
    assert queries(world) == ["Well?\n\nHow far?"]
