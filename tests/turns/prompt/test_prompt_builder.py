from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest

from conversation_store.record import ThreadRecord
from dify_app.uploads import PlacedFile
from errors import FileRefused, NotHeard
from message import Message
from slack_api.identity import UserInfo
from tests.turns.installations import installation, rules
from turns.files.recordings import Heard
from turns.prompt.author import Author
from turns.prompt.prompt_builder import Prompt, PromptBuilder
from turns.prompt.thread_excerpt import Raw, Visibility
from wording import Say, say
from wording.en import EN

OURS = installation()

ROOT, MINE = "1.000000", "9.000000"
FILE = {"id": "F1", "name": "a.txt"}
OTHER = {"id": "F2", "name": "b.txt"}
BEGUN = ThreadRecord(conversation_id="c-1", handled=("3.000000", MINE), last_answer_ts="4.000000")
NEW = ThreadRecord(handled=(MINE,))


class App:
    forgets = False


class Reading:
    """A thread whose messages are given."""

    def __init__(self, *raws: dict[str, Any]) -> None:
        self.raws = raws
        self.asked: list[str] = []

    def after(self, ts: str) -> Sequence[Raw]:
        self.asked.append(ts)
        return [raw for raw in self.raws if not ts or raw["ts"] > ts]

    def message(self) -> Raw:
        return next((raw for raw in self.raws if raw["ts"] == MINE), {})

    def root(self) -> Raw:
        return next((raw for raw in self.raws if raw["ts"] == ROOT), {})


class Attachments:
    """Passes on every file except those named `bad`."""

    def __init__(self, *, wanted: bool = True, required: bool = False) -> None:
        self._wanted, self._required = wanted, required

    def wanted(self) -> bool:
        return self._wanted

    def required(self) -> bool:
        return self._required

    def bring(self, files: Sequence[Mapping[str, Any]]) -> list[PlacedFile | FileRefused]:
        return [
            PlacedFile("files", many=True, kind="document", file_id=file["id"])
            if self._wanted and file["name"] != "bad"
            else FileRefused(file["name"], "file_no_variable")
            for file in files
        ]


class Recordings:
    """Hears the words that a file holds as `words`; a file without words has a reason."""

    def __init__(self) -> None:
        self.alone: list[bool] = []

    def wanted(self) -> bool:
        return True

    def listen(
        self, files: Sequence[Mapping[str, Any]], working: Callable[[Say], None], *, alone: bool
    ) -> list[Heard]:
        self.alone.append(alone)
        if any("words" in file for file in files):
            working(Say.LISTENING)
        return [
            file.get("words") or (NotHeard(file["name"], "file_no_words") if "words" in file else None)
            for file in files
        ]


def said(ts: str, user: str = "UBEN", text: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"ts": ts, "user": user, "text": text, "team": "T1", **more}


def message(**more: Any) -> Message:
    facts: dict[str, Any] = {
        "channel": "C1",
        "ts": MINE,
        "source": "app_mention",
        "thread_ts": ROOT,
        "user": "UANNA",
    }
    return Message(**({"team_id": "T1", "bot_user_id": "UBOT", "text": "<@UBOT> Why?"} | facts | more))


def people(ids: Iterable[str]) -> Mapping[str, UserInfo]:
    return {user: UserInfo(user, user[1:].lower()) for user in ids}


def prompt_builder(
    asked: Message,
    reading: Reading | None = None,
    attachments: Attachments | None = None,
    app: App | None = None,
) -> PromptBuilder:
    author = Author(asked, people, "en")
    return PromptBuilder(
        app or App(),  # type: ignore[arg-type]
        author,
        Visibility(asked, OURS, rules(OURS)),
        reading or Reading(),  # type: ignore[arg-type]
        attachments or Attachments(),  # type: ignore[arg-type]
        Recordings(),  # type: ignore[arg-type]
    )


def prompt_of(given: PromptBuilder, record: ThreadRecord = NEW) -> tuple[Prompt, list[Say]]:
    working: list[Say] = []
    return given.write(record, working.append), working


def test_question_without_a_thread_is_only_its_words() -> None:
    reading = Reading()
    found, working = prompt_of(prompt_builder(message(thread_ts=""), reading, Attachments(wanted=False)))
    assert (found.query, found.preface, found.files, working) == ("Why?", "", (), [])
    assert found.context["slack_thread"] == ""
    assert reading.asked == []


def test_first_question_in_a_thread_brings_the_whole_thread() -> None:
    reading = Reading(said(ROOT), said("2.000000", "UBOT", "Mine"), said(MINE, "UANNA", "<@UBOT> Why?"))
    found, working = prompt_of(prompt_builder(message(), reading))
    assert (
        found.preface == f"{EN[Say.THREAD_BEFORE]}\nben: Hello\n\n{say('en', Say.THREAD_ASKS, name='anna')}\n"
    )
    assert found.context["slack_thread"] == "ben: Hello"
    assert working == [Say.READING_THREAD]


def test_thread_is_told_from_the_last_question_on() -> None:
    reading = Reading(
        said("2.000000"), said("3.000000", "UANNA"), said("3.500000", text="New"), said(MINE, "UANNA")
    )
    found, working = prompt_of(prompt_builder(message(), reading), BEGUN)
    assert reading.asked == ["3.000000"]
    assert found.preface.startswith(f"{EN[Say.THREAD_SINCE]}\nben: New\n\n")
    assert working == []


def test_refused_message_is_told_as_new() -> None:
    reading = Reading(said("2.000000"), said("3.000000", "UANNA", "Too much"), said(MINE, "UANNA"))
    found, _ = prompt_of(
        prompt_builder(message(), reading),
        ThreadRecord("c-1", ("1.500000", "3.000000", MINE)).with_unasked("3.000000"),
    )
    assert reading.asked == ["1.500000"]
    assert found.preface.startswith(f"{EN[Say.THREAD_SINCE]}\nben: Hello\nanna: Too much\n\n")


def test_thread_is_told_from_the_last_answer_on_when_no_question_is_known() -> None:
    reading = Reading()
    prompt_of(
        prompt_builder(message(), reading), ThreadRecord(conversation_id="c-1", last_answer_ts="4.000000")
    )
    assert reading.asked == ["4.000000"]


def test_direct_message_is_not_read_back() -> None:
    reading = Reading(said(ROOT))
    found, _ = prompt_of(prompt_builder(message(channel="D1", channel_type="im", source="message"), reading))
    assert found.preface == ""
    assert reading.asked == []


def test_app_without_memory_is_told_our_own_messages() -> None:
    forgetful = App()
    forgetful.forgets = True
    reading = Reading(said(ROOT), said("2.000000", "UBOT", "Mine"))
    found, _ = prompt_of(prompt_builder(message(), reading, app=forgetful))
    assert found.context["slack_thread"] == "ben: Hello\nbot (app): Mine"


def test_whole_thread_is_told_when_the_conversation_is_lost() -> None:
    reading = Reading(
        said(ROOT, files=[OTHER]), said("3.000000", "UBOT", "Mine"), said("5.000000", text="New")
    )
    found = prompt_builder(message(), reading).write(BEGUN, lambda _: None, lost=True)
    assert found.preface.startswith(EN[Say.THREAD_BEFORE])
    assert found.context["slack_thread"] == "ben: Hello\n  [file] b.txt\nbot (app): Mine\nben: New"
    assert [file.file_id for file in found.files] == ["F2"]


def test_files_of_the_message_and_of_the_root_are_brought() -> None:
    reading = Reading(said(ROOT, files=[FILE, OTHER]))
    found, working = prompt_of(prompt_builder(message(files=(FILE,)), reading))
    assert [file.file_id for file in found.files] == ["F1", "F2"]
    assert found.passed == ("a.txt", "b.txt")
    assert working[-1] is Say.READING_FILES


@pytest.mark.parametrize(
    ("attachments", "files", "ids"),
    [
        (Attachments(), (), []),
        (Attachments(required=True), (), ["F2"]),
        (Attachments(required=True), (FILE,), ["F1"]),
    ],
)
def test_files_of_the_root_come_again_only_when_the_app_requires_files(
    attachments: Attachments, files: tuple[Any, ...], ids: list[str]
) -> None:
    reading = Reading(said(ROOT, files=[OTHER]))
    found, _ = prompt_of(prompt_builder(message(files=files, source="message"), reading, attachments), BEGUN)
    assert [file.file_id for file in found.files] == ids


def test_files_of_strangers_are_left_out() -> None:
    found, _ = prompt_of(prompt_builder(message(), Reading(said(ROOT, team="T9", files=[OTHER]))))
    assert found.files == ()


def test_refused_files_are_named_only_when_the_author_sent_them() -> None:
    reading = Reading(said(ROOT, files=[OTHER]))
    found, _ = prompt_of(prompt_builder(message(files=(FILE,)), reading, Attachments(wanted=False)))
    assert [file.name for file in found.left_out] == ["a.txt"]


def test_mention_without_words_and_files_is_looked_up() -> None:
    bare = message(text="<@UBOT>")
    assert prompt_builder(bare, Reading(said(MINE))).is_empty()
    given = prompt_builder(bare, Reading(said(MINE, files=[FILE])))
    assert not given.is_empty()
    found, _ = prompt_of(given)
    assert found.query == say("en", Say.ONLY_FILES, name="a.txt")


def test_query_is_empty_when_no_file_could_be_passed_on() -> None:
    bad = {"id": "F3", "name": "bad"}
    found, _ = prompt_of(prompt_builder(message(text="<@UBOT>", files=(bad,)), Reading()))
    assert found.query == ""
    assert [file.name for file in found.left_out] == ["bad"]


WORKFLOW = {"user": "", "bot_id": "B2"}
OURS_THEN = said("5.000000", "UBOT", "An answer", bot_id="B1")


@pytest.mark.parametrize(
    ("raws", "answers"),
    [
        ([said(ROOT), OURS_THEN], True),
        ([said(ROOT), OURS_THEN, said("6.000000", "UAPP", "Alert", bot_id="B3")], True),
        ([said(ROOT), OURS_THEN, said("6.000000", "UANNA", "by an app", bot_id="B3")], True),
        ([said(ROOT), OURS_THEN, said("6.000000", "USLACK", "joined")], True),
        ([said(ROOT), OURS_THEN, said("6.000000", team="T9")], True),
        ([said(ROOT), OURS_THEN, said("6.000000")], False),
        ([said(ROOT)], False),
        ([said(ROOT, "UAPP", "A form", bot_id="B2")], False),
        ([said(ROOT), said("9.500000", "UBOT", "later")], False),
        ([], True),
    ],
)
def test_app_answers_us_where_no_person_wrote_after_our_last_message(
    raws: list[dict[str, Any]], *, answers: bool
) -> None:
    asked = message(**WORKFLOW)
    assert prompt_builder(asked, Reading(*raws)).answers_us() is answers


def test_persons_and_new_threads_never_answer_us() -> None:
    reading = Reading(said(ROOT), OURS_THEN)
    assert not prompt_builder(message(), reading).answers_us()
    assert not prompt_builder(message(thread_ts="", **WORKFLOW), reading).answers_us()
    assert reading.asked == []


def test_files_that_the_root_forwards_are_brought() -> None:
    root = said(ROOT, attachments=[{"is_share": True, "text": "x", "files": [OTHER]}])
    found, _ = prompt_of(prompt_builder(message(), Reading(root)))
    assert [file.file_id for file in found.files] == ["F2"]


@pytest.mark.parametrize(
    ("asked", "record", "read"),
    [
        (message(thread_ts=ROOT), ThreadRecord(), [""]),
        (
            message(thread_ts=ROOT),
            ThreadRecord().with_conversation("c").with_answer("3.000000"),
            ["3.000000"],
        ),
        (message(files=(FILE,), thread_ts=""), ThreadRecord(), []),
        (message(thread_ts=ROOT, channel="D1", source="message", channel_type="im"), ThreadRecord(), []),
    ],
)
def test_what_is_read_ahead_is_what_the_prompt_reads(
    asked: Message, record: ThreadRecord, read: list[str]
) -> None:
    ahead, later = Reading(said(ROOT)), Reading(said(ROOT))
    prompt_builder(asked, ahead).read_ahead(record)
    prompt_builder(asked, later).write(record, lambda _: None)
    assert ahead.asked == read
    assert set(later.asked) <= set(ahead.asked)


CLIP = {"id": "F3", "name": "clip", "words": "How far is it?"}


def spoken(text: str, *files: dict[str, Any], wanted: bool = False) -> tuple[Prompt, list[Say]]:
    asked = message(thread_ts="", text=text, files=files)
    return prompt_of(prompt_builder(asked, attachments=Attachments(wanted=wanted)))


def test_words_of_a_recording_are_the_question_and_the_recording_is_not_passed_on() -> None:
    found, working = spoken("<@UBOT>", CLIP)
    assert (found.query, found.transcript, found.files, found.left_out) == (
        CLIP["words"],
        CLIP["words"],
        (),
        (),
    )
    assert working == [Say.LISTENING]


def test_typed_words_come_before_what_was_heard() -> None:
    found, _ = spoken("<@UBOT> Listen:", CLIP, {**CLIP, "id": "F4", "words": "And back?"})
    assert found.query == "Listen:\n\nHow far is it?\n\nAnd back?"
    assert found.transcript == "How far is it?\n\nAnd back?"


def test_recording_is_passed_on_too_if_the_app_takes_it() -> None:
    found, _ = spoken("<@UBOT>", CLIP, wanted=True)
    assert (found.query, [file.file_id for file in found.files]) == (CLIP["words"], ["F3"])


def test_recording_without_words_is_told_once_and_a_typed_question_goes_on() -> None:
    for wanted in (False, True):
        found, _ = spoken("<@UBOT> Why?", {**CLIP, "words": ""}, wanted=wanted)
        assert found.query == "Why?"
        assert [(type(one), one.reason) for one in found.left_out] == [(NotHeard, "file_no_words")]
    assert spoken("<@UBOT>", {**CLIP, "words": ""})[0].query == ""


def test_other_files_beside_a_recording_are_brought_or_told_as_ever() -> None:
    found, working = spoken("<@UBOT>", CLIP, FILE, wanted=True)
    assert [file.file_id for file in found.files] == ["F3", "F1"]
    assert working == [Say.LISTENING, Say.READING_FILES]
    found, _ = spoken("<@UBOT>", CLIP, FILE)
    assert [(one.name, one.reason) for one in found.left_out] == [("a.txt", "file_no_variable")]


def test_recordings_are_told_whether_the_message_has_words() -> None:
    for text, alone in (("<@UBOT>", True), ("<@UBOT> Why?", False)):
        given = prompt_builder(message(thread_ts="", text=text, files=(CLIP,)))
        prompt_of(given)
        assert given.recordings.alone == [alone]  # type: ignore[attr-defined]
