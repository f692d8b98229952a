"""Files of a message reach the app; a file that cannot is named with the reason, and only Slack sees the token."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulators.dify.apps import variable
from simulators.slack.seen import SeenMessage
from tests.conversations.world import ANNA, BEN, World
from wording import Say, say
from wording.en import EN

PDF = b"%PDF-1.7 " + b"x" * 2000
PNG = b"\x89PNG\r\n" + b"y" * 500


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The world, with a check after each test that only Slack's own host saw the token."""
    yield world
    assert set(world.slack.token_hosts()) <= {urlsplit(world.slack.url).netloc}


def takes_files(world: World, *form: dict[str, Any], mode: str = "advanced-chat", **parameters: Any) -> str:
    """Give the app this form; without a form, it takes a list of files of any type. Returns the app's id."""
    fields = list(form) or [variable("files", "file-list", max_length=5)]
    app = world.dify.app(f"{world.app_id}-files", mode, form=fields, **parameters)
    world.configure(app={"app_id": app, "inputs": {}})
    return app


def uploaded(world: World) -> dict[str, tuple[str, bytes]]:
    """Name and content of the files that the app got, by id."""
    files = [*world.dify.uploads(), *world.dify.service_uploads()]
    return {one["id"]: (one["name"], bytes.fromhex(one["hex"])) for one in files}


def got(world: World, name: str = "files") -> list[tuple[str, str, bytes]]:
    """Type, name and content of the files in the last call."""
    value = world.dify.invocations()[-1]["inputs"].get(name) or []
    files, known = value if isinstance(value, list) else [value], uploaded(world)
    method, name_of_id = (
        ("tool_file", "tool_file_id") if world.via == "plugin" else ("local_file", "upload_file_id")
    )
    assert {file["transfer_method"] for file in files} <= {method}
    return [(file["type"], *known[file[name_of_id]]) for file in files]


def note(name: str, reason: Say) -> str:
    return say("en", Say.FILE_LEFT_OUT, name=name, reason=EN[reason])


def only_answer(world: World, root: str) -> SeenMessage:
    [answer] = world.answers(root)
    assert world.slack.open_streams() == []
    return answer


@pytest.mark.both_ways
def test_file_reaches_the_app_in_the_variable_of_its_type(world: World) -> None:
    takes_files(
        world,
        variable("picture", "file", allowed_file_types=["image"]),
        variable("papers", "file-list", allowed_file_types=["document"], max_length=3),
    )
    files = [
        world.slack.add_file("plan.pdf", PDF, "application/pdf"),
        world.slack.add_file("photo.png", PNG, "image/png"),
        world.slack.add_file("notes.txt", b"hello"),
    ]
    answer = only_answer(world, world.ask("What is in these?", files=files))
    assert answer.text == "You said: What is in these?"
    assert got(world, "picture") == [("image", "photo.png", PNG)]
    assert got(world, "papers") == [("document", "plan.pdf", PDF), ("document", "notes.txt", b"hello")]


def test_voice_clip_snippet_and_page_reach_the_app_by_type(world: World) -> None:
    takes_files(world)
    page = b"<!doctype html><html><body>Hi</body></html>"
    files = [
        world.slack.add_file(
            "audio_message.mp4", b"sound", "video/mp4", overrides={"subtype": "slack_audio"}
        ),
        world.slack.add_file("Untitled", b"print()", "text/plain", overrides={"mode": "snippet"}),
        world.slack.add_file("page.html", page, "text/html"),
    ]
    only_answer(world, world.ask("What is in these?", files=files))
    assert got(world) == [
        ("audio", "audio_message.mp4", b"sound"),
        ("document", "Untitled", b"print()"),
        ("document", "page.html", page),
    ]


@pytest.mark.both_ways
@pytest.mark.parametrize("mode", ["chat", "agent-chat", "workflow"])
def test_file_reaches_every_kind_of_app(world: World, mode: str) -> None:
    form = [variable("query"), variable("paper", "file")] if mode == "workflow" else []
    takes_files(world, *(form or [variable("paper", "file")]), mode=mode)
    only_answer(world, world.ask("Read", files=[world.slack.add_file("a.pdf", PDF, "application/pdf")]))
    assert got(world, "paper") == [("document", "a.pdf", PDF)]


def test_file_of_a_direct_message_reaches_the_app(world: World) -> None:
    takes_files(world)
    root = world.slack.dm(ANNA, "Read", files=[world.slack.add_file("a.pdf", PDF, "application/pdf")])
    world.answers(root, channel=world.slack.dm_channel(ANNA))
    assert got(world) == [("document", "a.pdf", PDF)]


@pytest.mark.both_ways
def test_message_with_only_a_file_is_asked_with_the_files_name(world: World) -> None:
    takes_files(world)
    only_answer(world, world.ask("", files=[world.slack.add_file("a.pdf", PDF, "application/pdf")]))
    assert world.dify.invocations()[-1]["query"] == "Please look at what I attached: `a.pdf`."
    assert got(world) == [("document", "a.pdf", PDF)]


def test_message_with_only_a_file_is_not_asked_if_the_app_takes_no_file(world: World) -> None:
    root = world.ask("", files=[world.slack.add_file("a.pdf", PDF, "application/pdf")])
    assert only_answer(world, root).text == note("a.pdf", Say.FILE_NO_VARIABLE)
    assert world.dify.invocations() == []


def test_file_is_looked_up_when_the_mention_event_lacks_the_file(world: World) -> None:
    takes_files(world)
    for words in (" Read", ""):
        text = f"<@{world.slack.bot_user}>{words}"
        file = world.slack.add_file("a.pdf", PDF, "application/pdf")
        ts = world.slack.say(world.channel, ANNA, text, files=[file], only=["nothing"])
        world.slack.event(
            {
                "type": "app_mention",
                "user": ANNA,
                "text": text,
                "ts": ts,
                "channel": world.channel,
                "event_ts": ts,
            }
        )
        only_answer(world, ts)
        assert got(world) == [("document", "a.pdf", PDF)]


@pytest.mark.both_ways
def test_file_of_the_first_message_comes_along_with_the_first_mention(world: World) -> None:
    takes_files(world)
    root = world.slack.say(
        world.channel, BEN, "The plan", files=[world.slack.add_file("a.pdf", PDF, "application/pdf")]
    )
    world.ask("Sum it up", thread_ts=root, files=[world.slack.add_file("b.txt", b"more")])
    world.answers(root)
    assert got(world) == [("document", "b.txt", b"more"), ("document", "a.pdf", PDF)]
    world.ask("Shorter", thread_ts=root)
    world.answers(root, count=2)
    assert got(world) == []


def test_required_file_is_taken_from_the_first_message_each_time(world: World) -> None:
    takes_files(world, variable("paper", "file", required=True))
    root = world.ask("Sum it up", files=[world.slack.add_file("a.pdf", PDF, "application/pdf")])
    world.answers(root)
    world.ask("Shorter", thread_ts=root)
    world.answers(root, count=2)
    assert got(world, "paper") == [("document", "a.pdf", PDF)]


def test_required_file_that_is_missing_is_asked_for(world: World) -> None:
    takes_files(world, variable("paper", "file", required=True))
    assert only_answer(world, world.ask("Sum it up")).text == say("en", Say.FILE_NEEDED, variable="paper")
    assert world.dify.invocations() == []


@pytest.mark.both_ways
def test_file_is_left_out_if_the_app_has_no_file_variable(world: World) -> None:
    files = [world.slack.add_file(name, b"text") for name in ("a.txt", "b.txt")]
    answer = only_answer(world, world.ask("Read", files=files))
    assert answer.text.startswith("You said: Read\n\n> ")
    assert answer.text.endswith(note("a.txt, b.txt", Say.FILE_NO_VARIABLE))
    assert world.slack.downloads() == {}


@pytest.mark.both_ways
def test_file_beyond_the_forms_count_size_or_type_is_left_out(world: World) -> None:
    takes_files(
        world,
        variable("papers", "file-list", allowed_file_types=["document"], max_length=2),
        system_parameters={"file_size_limit": 1, "workflow_file_upload_limit": 10},
    )
    files = [
        world.slack.add_file("huge.pdf", b"x" * 1_100_000, "application/pdf"),
        world.slack.add_file("one.pdf", PDF, "application/pdf"),
        world.slack.add_file("photo.png", PNG, "image/png"),
        world.slack.add_file("two.pdf", PDF, "application/pdf"),
        world.slack.add_file("three.pdf", PDF, "application/pdf"),
    ]
    text = only_answer(world, world.ask("Read", files=files)).text
    assert [name for _, name, _ in got(world, "papers")] == ["one.pdf", "two.pdf"]
    assert note("huge.pdf", Say.FILE_TOO_LARGE) in text
    assert note("photo.png", Say.FILE_WRONG_TYPE) in text
    assert note("three.pdf", Say.FILE_TOO_MANY) in text


BAD: list[tuple[str, dict[str, Any], Say]] = [
    ("too large by header", {"declared": 30_000_000}, Say.FILE_TOO_LARGE),
    ("too large by body", {"variant": "oversized", "excess": 25_000_000}, Say.FILE_TOO_LARGE),
    ("empty", {"data": b""}, Say.FILE_EMPTY),
    ("no url", {"overrides": {"url_private": None, "url_private_download": None}}, Say.FILE_NO_URL),
    ("login page", {"variant": "login"}, Say.FILE_LOGIN_PAGE),
    (
        "login page in place of the file",
        {
            "data": b"<!DOCTYPE html>\n<html><head><title>Sign in | Slack</title></head></html>",
            "mimetype": "text/html",
            "declared": 2009,
            "overrides": {"mimetype": "application/pdf"},
        },
        Say.FILE_LOGIN_PAGE,
    ),
    ("redirect to another host", {"variant": "redirect_foreign"}, Say.FILE_FOREIGN_HOST),
    ("redirect loop", {"variant": "redirect_loop"}, Say.FILE_DOWNLOAD_FAILED),
    ("stalled", {"variant": "stall", "stall": 90.0}, Say.FILE_STALLED),
    ("stalled in the middle", {"variant": "stall_middle", "stall": 90.0}, Say.FILE_STALLED),
    ("truncated", {"variant": "truncated"}, Say.FILE_TRUNCATED),
    ("Slack's own trouble", {"variant": "status_500"}, Say.FILE_DOWNLOAD_FAILED),
    ("external", {"overrides": {"mode": "external", "is_external": True}}, Say.FILE_EXTERNAL),
    ("a document of Slack's", {"overrides": {"mode": "canvas"}}, Say.FILE_WRONG_TYPE),
]


@pytest.mark.parametrize(
    ("data", "reason"), [(case[1], case[2]) for case in BAD], ids=[case[0] for case in BAD]
)
def test_bad_file_is_named_with_its_reason(world: World, data: dict[str, Any], reason: Say) -> None:
    takes_files(world)
    options = {"data": PDF, "mimetype": "application/pdf"} | data
    bad = world.slack.add_file("bad.pdf", **options)
    good = world.slack.add_file("good.txt", b"good")
    text = only_answer(world, world.ask("Read", files=[bad, good])).text
    assert text.startswith("You said: Read")
    assert note("bad.pdf", reason) in text
    assert [name for _, name, _ in got(world)] == ["good.txt"]


FOREIGN = {
    "another host": "https://evil.example/files-pri/T1-F1/bad.pdf",
    "a look-alike host": "https://files.slack.com.evil.example/files-pri/T1-F1/bad.pdf",
    "a host that ends alike": "https://evilfiles.slack.com/files-pri/T1-F1/bad.pdf",
    "not encrypted": "http://files.slack.com/files-pri/T1-F1/bad.pdf",
    "user info": "http://{host}@evil.example/files-pri/T1-F1/bad.pdf",
    "user info before the host": "http://evil.example@{host}/files-pri/T1-F1/bad.pdf",
    "another port": "http://{name}:1/files-pri/T1-F1/bad.pdf",
    "the other server of the double": "{foreign}/files-pri/T1-F1/bad.pdf",
    "no web address": "file:///etc/passwd",
    "a line break": "http://{host}/files-pri/T1-F1/bad.pdf\r\nHost: evil.example",
    "a backslash": "http://{host}\\@evil.example/files-pri/T1-F1/bad.pdf",
}


@pytest.mark.parametrize("address", FOREIGN.values(), ids=FOREIGN)
def test_token_goes_to_no_other_address(world: World, address: str) -> None:
    takes_files(world)
    here = urlsplit(world.slack.url)
    url = address.format(host=here.netloc, name=here.hostname, foreign=world.slack.foreign_url)
    file = world.slack.add_file(
        "bad.pdf", PDF, "application/pdf", overrides={"url_private": url, "url_private_download": url}
    )
    text = only_answer(world, world.ask("Read", files=[file])).text
    assert note("bad.pdf", Say.FILE_FOREIGN_HOST) in text
    assert got(world) == []
    assert world.slack.downloads() == {}


def test_stub_of_a_connected_workspace_is_looked_up(world: World) -> None:
    takes_files(world)
    file = world.slack.add_file("a.pdf", PDF, "application/pdf", variant="connect_stub")
    only_answer(world, world.ask("Read", files=[file]))
    assert got(world) == [("document", "a.pdf", PDF)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [("file_deleted", Say.FILE_DELETED), ("access_denied", Say.FILE_SHARED_ELSEWHERE)],
)
def test_stub_that_slack_does_not_open_is_named_with_its_reason(
    world: World, error: str, reason: Say
) -> None:
    takes_files(world)
    world.slack.fault("files.info", "error", error=error, times=None)
    file = world.slack.add_file("a.pdf", PDF, "application/pdf", variant="connect_stub")
    text = only_answer(world, world.ask("Read", files=[file])).text
    assert note("file", reason) in text


def test_deleted_file_is_said_to_be_deleted(world: World) -> None:
    takes_files(world)
    file = world.slack.add_file("a.pdf", PDF, "application/pdf", variant="deleted")
    assert note("file", Say.FILE_DELETED) in only_answer(world, world.ask("Read", files=[file])).text


@pytest.mark.plugin_way
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\x00b\r\n\u202ec.txt", "abc.txt"),
        ("`<!channel>`.txt", None),
    ],
)
def test_file_name_with_a_path_or_control_characters_is_cleaned(
    world: World, name: str, kept: str | None
) -> None:
    takes_files(world)
    file = world.slack.add_file("x.txt", b"text", overrides={"name": name})
    only_answer(world, world.ask("Read", files=[file]))
    [(_, sent, _)] = got(world)
    assert sent == (kept or name)
    world.dify.refuse_uploads(400, "no")
    try:
        answer = only_answer(world, world.ask("Read", files=[file]))
    finally:
        world.dify.refuse_uploads()
    assert EN[Say.FILE_UPLOAD_REFUSED] in answer.text
    assert answer.live_tokens == []


@pytest.mark.plugin_way
@pytest.mark.parametrize("status", [400, 403, 500])
def test_upload_that_dify_refuses_is_named_with_its_reason(world: World, status: int) -> None:
    takes_files(world)
    world.dify.refuse_uploads(status, "Traceback: secret")
    try:
        text = only_answer(world, world.ask("Read", files=[world.slack.add_file("a.txt", b"text")])).text
    finally:
        world.dify.refuse_uploads()
    assert note("a.txt", Say.FILE_UPLOAD_REFUSED) in text
    assert "Traceback" not in text


@pytest.mark.plugin_way
def test_upload_is_left_out_while_difys_files_url_is_not_set(world: World) -> None:
    takes_files(world)
    world.dify.files_url("")
    try:
        text = only_answer(world, world.ask("Read", files=[world.slack.add_file("a.txt", b"text")])).text
    finally:
        world.dify.files_url(world.dify.url)
    assert text.startswith("You said: Read")
    assert note("a.txt", Say.FILE_UPLOAD_UNSET) in text


@pytest.mark.plugin_way
def test_question_is_answered_without_files_that_dify_cannot_find_again(world: World) -> None:
    """On Dify 1.16 the user who invokes may not be the one who uploaded (docs/platform/dify.md#tool-file-owner)."""
    takes_files(world)
    world.dify.foreign_uploads(foreign=True)
    try:
        text = only_answer(world, world.ask("Read", files=[world.slack.add_file("a.txt", b"text")])).text
    finally:
        world.dify.foreign_uploads(foreign=False)
    assert text.startswith("You said: Read")
    assert note("a.txt", Say.FILE_NOT_OWNED) in text
    assert len(world.dify.invocations()) == 2


@pytest.mark.plugin_way
def test_member_is_not_told_to_attach_a_file_that_dify_cannot_find_again(world: World) -> None:
    takes_files(world, variable("paper", "file", required=True))
    world.dify.foreign_uploads(foreign=True)
    try:
        text = only_answer(world, world.ask("Read", files=[world.slack.add_file("a.txt", b"text")])).text
    finally:
        world.dify.foreign_uploads(foreign=False)
    assert text == note("a.txt", Say.FILE_NOT_OWNED)
