"""An answer arrives whole, and as it was meant, whatever it is made of: Slack refuses no message of it."""

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenCall
from tests.conversations.answers import flat
from tests.conversations.world import World
from wording import Say
from wording.en import EN

STYLES = ["stream", "edit", "post"]
PICTURE = f"data:image/png;base64,{'iVBORw0KGgo' * 4_000}"
ANSWERS = {
    "thirty headings": "".join(
        f"### {400 + n} Some Status\n\nThe server cannot do number {n}.\n\n" for n in range(30)
    ).strip(),
    "rules": "Some words.\n\n---\n\n" * 40 + "The end.",
    "japanese": "この設定は必ず確認してください。" * 700,
    "ampersands": "this && that " * 900 + "end",
}
MEANT = {
    "**重要：**この設定は必ず確認してください。": "**重要：\u200b**この設定は必ず確認してください。",
    "See <https://example.com/doc|the runbook>.<br>Then": "See [the runbook](https://example.com/doc).\nThen",
    f"Here: ![chart]({PICTURE}) it is.": "Here: chart it is.",
    f'Here: ![chart]({PICTURE} "Sales by month") it is.': "Here: chart it is.",
    "Use `Task<HttpResponseMessage>` and `#include <http_parser.h>`.": (
        "Use `Task<HttpResponseMessage>` and `#include <http_parser.h>`."
    ),
    "<think>\nI say this, and never close the tag.": "I say this, and never close the tag.",
    "<thinking>hm</thinking>Hello": "Hello",
    "\u200b\ufeff": EN[Say.NO_TEXT],
    "&nbsp;": EN[Say.NO_TEXT],
}
TABLE = "| Ticket | State |\n|---|---|\n| [OPS-12](https://example.com/OPS-12) | **open** |\n"


def refused(world: World, since: int) -> list[SeenCall]:
    """The calls to write a message that Slack refused."""
    calls = world.slack.calls("chat.*", since=since)
    return [call for call in calls if call.outcome not in {"ok", "429", ""}]


def last_call(world: World) -> int:
    return max((call.number for call in world.slack.calls("chat.*")), default=0)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ANSWERS)
def test_answer_is_whole_and_no_message_of_it_is_refused(world: World, style: str, name: str) -> None:
    since = last_call(world)
    world.configure(reply_style=style)
    world.dify.script(script.say(ANSWERS[name], seconds=5), world.app_id)
    answers = world.answers(world.ask("Go on"), count=3 if name == "ampersands" else 2)
    shown = "".join(flat(answer.text) for answer in answers)
    assert shown.replace(" ", "") == flat(ANSWERS[name]).replace(" ", "")
    assert refused(world, since) == []


@pytest.mark.parametrize("style", STYLES)
def test_answer_reads_as_it_was_meant(world: World, style: str) -> None:
    world.configure(reply_style=style)
    for number, (said, shown) in enumerate(MEANT.items()):
        world.dify.script(script.say(said, seconds=1), world.app_id, when=f"number {number}")
        assert world.answer(world.ask(f"number {number}")) == shown


@pytest.mark.parametrize("style", STYLES)
def test_cells_of_a_table_keep_their_links_and_bold_text(world: World, style: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(script.say(TABLE), world.app_id)
    [answer] = world.answers(world.ask("Which?"))
    [block] = [block for block in answer.blocks if block["type"] == "table"]
    link, bold = (cell["elements"][0]["elements"][0] for cell in block["rows"][1])
    assert (link["type"], link["url"], link["text"]) == ("link", "https://example.com/OPS-12", "OPS-12")
    assert (bold["text"], bold["style"]) == ("open", {"bold": True})


@pytest.mark.parametrize("style", STYLES)
def test_table_without_outer_pipes_is_a_table(world: World, style: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(
        script.say("These:\n\nName | State\n--- | ---\none | up\n\nBye.", seconds=1), world.app_id
    )
    [answer] = world.answers(world.ask("Which?"))
    [block] = [block for block in answer.blocks if block["type"] == "table"]
    assert [[cell["text"] for cell in row] for row in block["rows"]] == [["Name", "State"], ["one", "up"]]


@pytest.mark.parametrize("style", STYLES)
def test_answer_is_plainer_when_slack_refuses_its_blocks(world: World, style: str) -> None:
    """Slack takes nothing but text: the answer is whole all the same."""
    world.configure(reply_style=style)
    world.slack.fault("chat.startStream", "error", error="invalid_blocks", times=None)
    world.slack.fault("chat.postMessage", "error", error="invalid_blocks", times=2)
    text = "One two three.\n\n" * 60
    world.dify.script(script.say(text), world.app_id)
    answers = world.answers(world.ask("Say it"))
    assert " ".join(flat(answer.text) for answer in answers) == flat(text)


@pytest.mark.parametrize("style", STYLES)
def test_several_tables_are_refused_at_most_once_and_then_sent_in_messages_of_their_own(
    world: World, style: str
) -> None:
    world.slack.rules(several_tables=False)
    world.configure(reply_style=style)
    for most in (1, 0):
        since = last_call(world)
        world.dify.script(script.say(f"One.\n\n{TABLE}\nTwo.\n\n{TABLE}\nThe end."), world.app_id)
        answers = world.answers(world.ask("Both?"), count=2)
        assert [[b["type"] for b in one.blocks].count("table") for one in answers] == [1, 1]
        assert flat(answers[-1].text).endswith("The end.")
        assert len(refused(world, since)) <= most


@pytest.mark.parametrize(("taken", "kinds"), [(True, ["data_table"]), (False, [])])
def test_large_table_is_a_data_table_where_slack_takes_one_and_else_code(
    world: World, taken: bool, kinds: list[str]
) -> None:
    world.slack.rules(data_tables=taken)
    world.configure(reply_style="post")
    for most in (0 if taken else 1, 0):
        since = last_call(world)
        world.dify.script(script.say(TABLE + "| 1 | 2 |\n" * 150), world.app_id)
        [answer] = world.answers(world.ask("All?"))
        assert [block["type"] for block in answer.blocks] == kinds
        assert ("```" in answer.text) != taken
        assert len(refused(world, since)) <= most
