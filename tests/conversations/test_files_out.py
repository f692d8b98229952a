"""Files that the app makes come into the thread once, after the text; a file on another host stays a link."""

import socket
from typing import Any

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage
from tests.conversations.answers import flat, long_text
from tests.conversations.world import World
from wording import Say, say
from wording.en import EN

PNG = b"\x89PNG\r\n" + b"y" * 500
TEXT = long_text(900)


def made(world: World, name: str = "chart.png", mimetype: str = "image/png", content: bytes = PNG) -> str:
    """The signed address of a file on Dify, without a host, as Dify's default set-up in Docker gives it."""
    url = world.dify.add_file(name, mimetype, content)
    return url[url.index("/files/") :]


def image(url: str) -> dict[str, Any]:
    """The image as the `files` of an end event name it."""
    return {"url": url, "type": "image", "filename": "a.png"}


def app_of(world: World, mode: str) -> str:
    form = [{"text-input": {"variable": "query", "label": "query", "required": True}}]
    app = world.dify.app(f"{world.app_id}-{mode}", mode, form=form if mode == "workflow" else [])
    world.configure(app={"app_id": app, "inputs": {}})
    return app


def thread(world: World, root: str, count: int) -> list[SeenMessage]:
    """Our messages in the thread: texts and files."""
    return world.answers(root, count=count)


def files_of(messages: list[SeenMessage]) -> list[str]:
    return [file["name"] for message in messages for file in message.files]


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_file_comes_after_the_text(world: World, style: str) -> None:
    world.configure(reply_style=style)
    app = app_of(world, "chat")
    world.dify.script(script.file(made(world)) + script.say(TEXT, seconds=20), app)
    text, file = thread(world, world.ask("Draw"), 2)
    assert flat(text.text) == flat(TEXT)
    assert text.files == []
    assert file.files[0]["name"].endswith(".png")
    assert file.files[0]["size"] == len(PNG)
    assert file.ts > text.ts
    assert world.slack.open_streams() == []


@pytest.mark.parametrize(
    ("mode", "steps"),
    [
        ("chat", lambda url: script.file(url) + script.say("Here.")),
        ("agent-chat", lambda url: script.say("Here.") + script.file(url)),
        ("chat", lambda url: script.say("Here.") + script.end_files(image(url))),
        ("advanced-chat", lambda url: script.say("Here.") + script.end_files(image(url))),
        ("workflow", lambda url: script.say("Here.") + script.end_files(image(url))),
        ("advanced-chat", lambda url: script.say(f"Here. ![a chart]({url})", seconds=5)),
    ],
)
def test_file_is_brought_from_every_event_that_may_name_it(world: World, mode: str, steps: Any) -> None:
    app = app_of(world, mode)
    world.dify.script(steps(made(world)), app)
    text, file = thread(world, world.ask("Draw"), 2)
    assert text.text.strip() == "Here."
    assert "/files/" not in text.seen
    assert file.files[0]["name"].endswith(".png")


def test_file_named_by_several_events_comes_once(world: World) -> None:
    url = made(world)
    absolute = f"{world.dify.url}{url}"
    world.dify.script(
        script.say(f"Here.\n\n![chart]({url})\n", seconds=5)
        + script.end_files({"url": absolute, "type": "image", "filename": "chart.png"}),
        world.app_id,
    )
    root = world.ask("Draw")
    thread(world, root, 2)
    world.settle(10)
    assert len(files_of(world.slack.answers(world.channel, root))) == 1


def test_several_files_come_in_their_order(world: World) -> None:
    names = ["one.csv", "two.pdf", "three.png"]
    files = [
        {"url": made(world, name, kind, name.encode()), "type": "document", "filename": name}
        for name, kind in zip(names, ["text/csv", "application/pdf", "image/png"], strict=True)
    ]
    world.dify.script(script.say("Three.") + script.end_files(*files), world.app_id)
    assert files_of(thread(world, world.ask("Make"), 4)) == names


def test_answer_of_only_a_file_is_one_message_with_the_file(world: World) -> None:
    world.dify.script(script.end_files(image(made(world))), world.app_id)
    [file] = thread(world, world.ask("Draw"), 1)
    assert files_of([file]) == ["a.png"]
    assert file.text == ""


def test_file_comes_after_the_cards_of_an_answer_without_text(world: World) -> None:
    world.configure(reply_style="stream")
    world.dify.script(
        script.node("Draw the chart", "tool", seconds=15) + script.end_files(image(made(world))), world.app_id
    )
    [work, file] = thread(world, world.ask("Draw"), 2)
    assert ("Draw the chart", "complete") in [(task["title"], task["status"]) for task in work.tasks]
    assert {task["status"] for task in work.tasks} == {"complete"}
    assert files_of([file]) == ["a.png"]
    assert world.slack.open_streams() == []


def test_file_is_fetched_while_the_text_still_comes(world: World) -> None:
    """Its address is valid for 300 s (docs/platform/dify.md#files-out); this text takes as long as Dify allows."""
    app = app_of(world, "chat")
    world.dify.script(script.file(made(world)) + script.say(TEXT, seconds=230, per_second=2), app)
    messages = world.answers(world.ask("Draw"), count=2, timeout=40)
    assert len(files_of(messages)) == 1
    calls = world.slack.calls()
    stored = next(call for call in calls if call.method == "files.getUploadURLExternal")
    shared = next(call for call in calls if call.method == "files.completeUploadExternal")
    assert stored.design < shared.design - 150


def test_text_does_not_wait_for_a_slow_upload(world: World) -> None:
    world.slack.fault("files.completeUploadExternal", "stall", seconds=12.0, times=1)
    world.dify.script(
        script.say(TEXT, seconds=5) + script.end_files(image(made(world))),
        world.app_id,
    )
    root = world.ask("Draw")
    [text, *_] = thread(world, root, 1)
    assert flat(text.text).startswith(flat(TEXT))
    [upload] = world.slack.calls("files.completeUploadExternal")
    whole = [state.design for state in world.states(text.ts) if flat(state.text) == flat(TEXT)]
    assert min(whole) <= upload.design


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_file_that_slack_does_not_take_is_named_as_lost(world: World, style: str, method: str) -> None:
    world.configure(reply_style=style)
    world.slack.fault(method, "error", error="missing_scope", times=None)
    world.dify.script(
        script.say(TEXT, seconds=10)
        + script.sources(("Handbook", None))
        + script.end_files(image(made(world))),
        world.app_id,
    )
    answers = world.answers(world.ask("Draw"))
    seen = "\n\n".join(answer.text for answer in answers)
    assert flat(seen).startswith(flat(TEXT))
    assert seen.count(say("en", Say.FILE_LOST, name="a.png")) == 1
    assert files_of(answers) == []
    assert world.slack.open_streams() == []


@pytest.mark.parametrize("after", [False, True])
def test_file_whose_upload_broke_off_is_not_sent_again_and_called_lost_only_if_it_is(
    world: World, after: bool
) -> None:
    world.slack.fault("files.completeUploadExternal", "drop", after=after, times=1)
    world.dify.script(script.say("Here.") + script.end_files(image(made(world))), world.app_id)
    root = world.ask("Draw")
    lost = say("en", Say.FILE_LOST, name="a.png")

    def settled() -> bool:
        ours = world.slack.answers(world.channel, root)
        return bool(files_of(ours)) if after else any(lost in message.text for message in ours)

    world.wait(settled)
    answers = world.answers(root)
    assert files_of(answers) == (["a.png"] if after else [])
    assert any(lost in answer.text for answer in answers) is not after
    assert len(world.slack.calls("files.completeUploadExternal")) == 1


def test_file_that_dify_does_not_give_is_named_as_lost(world: World) -> None:
    url = made(world).replace("sign=", "sign=0")
    world.dify.script(
        script.say("Here.") + script.end_files(image(url)),
        world.app_id,
    )
    root = world.ask("Draw")
    lost = say("en", Say.FILE_LOST, name="a.png")
    world.wait(lambda: any(lost in message.text for message in world.slack.answers(world.channel, root)))


def test_answer_of_only_a_lost_file_names_the_file(world: World) -> None:
    world.dify.script(
        script.end_files({"url": "/files/tools/gone.png?sign=0", "type": "image", "filename": "a.png"}),
        world.app_id,
    )
    [answer] = thread(world, world.ask("Draw"), 1)
    assert answer.text == say("en", Say.FILE_LOST, name="a.png")


def test_file_on_another_host_stays_a_link(world: World) -> None:
    app = app_of(world, "chat")
    world.dify.script(
        script.file("https://cdn.example/chart.png?a=1&b=2")
        + script.say("See ![the picture](https://img.example/p.png) too."),
        app,
    )
    root = world.ask("Draw")
    [answer] = thread(world, root, 1)
    assert "https://img.example/p.png" in answer.text
    assert "[chart.png](https://cdn.example/chart.png?a=1&b=2)" in answer.text
    world.settle(5)
    assert files_of(world.slack.answers(world.channel, root)) == []
    assert world.slack.calls("files.*") == []


PRINTED = [
    "{dify}/console/api/apps?/files/tools/x.png",
    "{dify}@evil.example/files/tools/x.png",
    "http://169.254.169.254/files/tools/x.png",
    "http://127.0.0.1:1/files/tools/x.png",
    "//evil.example/files/tools/x.png",
    "/files/tools/../../inner/api/fetch/app/info",
    "{dify}/inner/api/fetch/app/info",
]


@pytest.mark.parametrize("address", PRINTED)
def test_address_that_the_app_printed_is_not_fetched(world: World, address: str) -> None:
    """A model can be made to print any address; only files on Dify's own paths are fetched."""
    url = address.format(dify=world.dify.url)
    world.dify.script(script.say(f"Look: ![x]({url}) and {url} .", seconds=2), world.app_id)
    root = world.ask("Draw")
    [answer] = thread(world, root, 1)
    assert "Look:" in answer.text
    world.settle(5)
    assert world.slack.calls("files.*") == []


def test_server_that_the_app_names_is_not_called(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/files/tools/x.png"
        world.dify.script(
            script.say(f"Look: ![x]({url})", seconds=2) + script.end_files(image(url)), world.app_id
        )
        thread(world, world.ask("Draw"), 1)
        world.settle(5)
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_file_of_a_silent_answer_is_not_brought(world: World) -> None:
    world.dify.script(
        script.say("NO_REPLY") + script.end_files(image(made(world))),
        world.app_id,
    )
    root = world.ask("Draw")
    world.dify.wait_ended(1)
    world.settle(20)
    assert world.slack.answers(world.channel, root) == []


def test_number_of_files_of_an_answer_is_bounded(world: World) -> None:
    files = [
        {"url": made(world, f"{n}.txt", "text/plain", b"x"), "type": "document", "filename": f"{n}.txt"}
        for n in range(12)
    ]
    world.dify.script(script.say("Many.") + script.end_files(*files), world.app_id)
    root = world.ask("Make")
    lost = say("en", Say.FILE_LOST, name="10.txt, 11.txt")
    world.wait(lambda: any(lost in message.text for message in world.slack.answers(world.channel, root)))
    assert files_of(world.slack.answers(world.channel, root)) == [f"{n}.txt" for n in range(10)]


def test_file_of_an_app_that_fails_later_is_brought(world: World) -> None:
    app = app_of(world, "chat")
    world.dify.script(script.file(made(world)) + script.say(TEXT, seconds=5) + script.drop(), app)
    text, file = thread(world, world.ask("Draw"), 2)
    assert EN[Say.INCOMPLETE] in text.text
    assert len(file.files) == 1
