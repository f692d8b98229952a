"""An answer takes at most twenty messages; a longer one goes on in a file, or is said to be incomplete."""

from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage
from slack_reply.snapshot import MOST_MESSAGES
from tests.conversations.answers import flat, long_text
from tests.conversations.turn_log import log_of
from tests.conversations.world import CAROL, World
from turns.answer.answer_state import MOST_TEXT
from turns.answer.progress import MOST_CARDS
from turns.files.rest_file import NAME
from wording import Say, say
from wording.en import EN
from wording.ja import JA

STYLES = ["stream", "edit", "post"]
LONG = long_text(300_000)
IN_FILE = say("en", Say.REST_IN_FILE, name=NAME)


def messages_of(answers: list[SeenMessage]) -> list[SeenMessage]:
    """The messages that have text."""
    return [answer for answer in answers if not answer.files]


def files_of(answers: list[SeenMessage]) -> list[dict[str, Any]]:
    return [file for answer in answers for file in answer.files]


def content_of(world: World, file: dict[str, Any]) -> str:
    """The content of the file, read as a member would read it."""
    request = Request(file["url_private_download"], headers={"Authorization": f"Bearer {world.slack.token}"})
    with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
        return str(answer.read().decode())


def answered_with_a_file(world: World) -> list[SeenMessage]:
    """Our messages, once the file is there, which comes after the text."""
    root = world.ask("Everything")
    world.answers(root, count=3)
    world.wait(lambda: files_of(world.slack.answers(world.channel, root)))
    return world.answers(root, count=3)


def whole(world: World, answers: list[SeenMessage], note: str) -> str:
    """The text of the messages and then the text of the file, as a member reads them."""
    [file] = files_of(answers)
    shown = "\n\n".join(message.text for message in messages_of(answers))
    assert shown.count(note) == 1
    return flat(shown.replace(f"> {note}", "")) + " " + flat(content_of(world, file))


@pytest.mark.parametrize("style", STYLES)
def test_answer_goes_on_in_a_file_when_it_takes_more_than_twenty_messages(world: World, style: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(script.say(LONG), world.app_id)
    answers = answered_with_a_file(world)
    assert len(messages_of(answers)) <= MOST_MESSAGES
    assert messages_of(answers)[-1].text.rstrip().endswith(IN_FILE)
    assert files_of(answers)[0]["name"] == NAME
    assert whole(world, answers, IN_FILE).split() == LONG.split()
    assert world.slack.open_streams() == []


@pytest.mark.parametrize("style", STYLES)
def test_answer_that_grows_slowly_goes_on_in_a_file_too(world: World, style: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(script.say(LONG, seconds=60, per_second=10), world.app_id)
    answers = answered_with_a_file(world)
    assert len(messages_of(answers)) <= MOST_MESSAGES
    assert whole(world, answers, IN_FILE).split() == LONG.split()
    assert world.slack.open_streams() == []


@pytest.mark.parametrize("style", STYLES)
def test_answer_of_just_twenty_messages_is_whole(world: World, style: str) -> None:
    """The last message holds text and no note."""
    pages = 11 if style == "stream" else 19  # the first eight streams start at once, and later ones must wait
    size = 8_900
    text = "\n\n".join(f"{number} " + "word " * (size // 5 - 10) for number in range(pages))
    world.configure(reply_style=style)
    world.dify.script(script.say(text), world.app_id)
    root = world.ask("Much")
    world.wait(lambda: log_of(world, root))
    answers = world.answers(root, count=10)
    assert len(answers) >= pages
    assert files_of(answers) == []
    assert " ".join(flat(answer.text) for answer in answers).split() == text.split()


def with_note(world: World, root: str, note: str) -> list[SeenMessage]:
    """The answer once it ends with the note, which comes after the try to bring a file."""
    world.wait(lambda: log_of(world, root))
    answers = world.answers(root, count=3)
    assert answers[-1].text.rstrip().endswith(note)
    return answers


@pytest.mark.parametrize("style", STYLES)
def test_rest_is_said_to_be_left_out_where_files_are_not_granted(world: World, style: str) -> None:
    world.slack.fault("files.getUploadURLExternal", "error", error="missing_scope", times=None)
    world.configure(reply_style=style)
    world.dify.script(script.say(LONG), world.app_id)
    answers = with_note(world, world.ask("Everything", user=CAROL), JA[Say.REST_NEEDS_SCOPE])
    assert len(answers) <= MOST_MESSAGES
    assert files_of(answers) == []


@pytest.mark.parametrize("style", STYLES)
def test_rest_is_said_to_be_left_out_where_slack_does_not_show_the_file(world: World, style: str) -> None:
    world.slack.fault("files.completeUploadExternal", "error", error="internal_error", times=None)
    world.configure(reply_style=style)
    world.dify.script(script.say(LONG), world.app_id)
    answers = with_note(world, world.ask("Everything"), EN[Say.REST_LEFT_OUT])
    assert len(answers) <= MOST_MESSAGES


def test_note_stands_before_other_notes_and_the_sources(world: World) -> None:
    world.dify.script(script.say(LONG) + script.sources(("Handbook", None)) + script.drop(), world.app_id)
    answers = answered_with_a_file(world)
    last = messages_of(answers)[-1].text
    assert last.index(IN_FILE) < last.index(EN[Say.INCOMPLETE])
    assert EN[Say.INCOMPLETE] in content_of(world, files_of(answers)[0])


def test_next_question_is_answered_soon_when_slack_is_slow(world: World) -> None:
    """Slack accepts every message, but slowly; the turn of the first answer ends in time all the same."""
    world.configure(reply_style="post")
    world.slack.fault("chat.postMessage", "stall", seconds=35.0, times=None)
    world.dify.script(script.say(LONG), world.app_id, times=1)
    root = world.ask("Everything")
    world.wait(lambda: world.slack.deliveries("app_mention", ts=root)[0].state == "accepted")
    world.ask("And now?", thread_ts=root)
    world.wait(lambda: "You said: And now?" in [one.text for one in world.slack.answers(world.channel, root)])
    *answers, next_one = world.slack.answers(world.channel, root)
    assert 15 < len(messages_of(answers)) <= 18  # 580 s, with one message every 35 s
    assert messages_of(answers)[-1].text.rstrip().endswith(IN_FILE)
    assert whole(world, answers, IN_FILE).split() == LONG.split()
    assert float(next_one.ts) > float(answers[-1].ts)


def test_thousands_of_steps_take_few_messages(world: World) -> None:
    world.configure(reply_style="stream")
    # Slow enough for a real daemon in scaled time: docs/platform/dify.md#lost-events
    steps = [step for n in range(2_500) for step in script.node(f"Step {n}", "code", seconds=0.05)]
    world.dify.script(steps + script.say("All done."), world.app_id)
    answers = world.answers(world.ask("Go"))
    assert len(answers) <= 3
    tasks = [task for answer in answers for task in answer.tasks]
    assert len(tasks) <= 70
    assert [task["title"] for task in tasks[:3]] == ["LLM", "Step 0", "Step 1"]
    assert {task["status"] for task in tasks} == {"complete"}
    further = say("en", Say.MORE_STEPS, count=str(2_501 - MOST_CARDS), title="Step 2499")
    assert [task["title"] for task in tasks].count(further) == 1
    assert answers[-1].text == "All done."
    assert world.slack.open_streams() == []


@pytest.mark.simulated
def test_stream_is_not_read_beyond_the_longest_answer_that_is_kept(world: World) -> None:
    piece = long_text(1_000_000)
    world.dify.script(
        [step for _ in range(12) for step in script.say(f"{piece}\n\n", after=2)] + script.wait(400),
        world.app_id,
    )
    answers = answered_with_a_file(world)
    last = messages_of(answers)[-1].text
    assert last.index(IN_FILE) < last.index(EN[Say.ANSWER_TOO_LONG])
    shown = sum(len(message.text.encode()) for message in messages_of(answers))
    kept = shown + len(content_of(world, files_of(answers)[0]).encode())
    assert abs(kept - MOST_TEXT) < 3_000
