"""Reference links, `[text][1]` with `[1]: https://…` elsewhere, lead where they were defined, in each writer.

A stream shows what it can append: links that were defined before. Posts, and edits at their end, show all links.
"""

from functools import partial
from itertools import pairwise

import pytest

from slack_reply.markdown import Reader, Table, page_arguments
from slack_reply.snapshot import Snapshot
from slack_reply.writers import edited_message, single_post, streamed_message
from tests.slack_reply.keeping_slack import KeepingSlack, writer
from tests.slack_reply.whole_pages import paginate
from tests.support.disguised import disguised

AFTER = "Read [the manual][1] and [the FAQ][].\n\n[1]: https://a.example/m 'T'\n[the faq]: <https://a.example/q>\n\nBye."
BEFORE = "[1]: https://a.example/m\n\nRead [the manual][1]."
LINKED = "Read [the manual](https://a.example/m) and [the FAQ](https://a.example/q).\n\nBye."
BANK, EVIL = "https://bank.example", "https://evil.example/login"


def sent(method: str, text: str, step: int = 1) -> KeepingSlack:
    slack = KeepingSlack()
    one, loose = writer(method, slack)
    for end in range(step, len(text), step):
        one.show(lambda end=end: Snapshot(text[:end]))  # type: ignore[misc]
    one.finish(lambda: Snapshot(text))
    loose.tidy()
    return slack


def last_of(method: str, text: str) -> str:
    return "|".join(shown for message in sent(method, text).messages for _, shown in message)


def whole(text: str) -> str:
    pages = paginate(text, single_post.LIMITS, final=True)
    return "".join(part.text for page in pages for part in page.parts)


def streamed(text: str) -> str:
    pages = paginate(text, streamed_message.LIMITS, final=True)
    return "".join(part.text for page in pages for part in page.parts)


@pytest.mark.parametrize("method", ["edit", "post"])
def test_reference_is_a_link_and_its_definition_is_not_shown(method: str) -> None:
    assert last_of(method, AFTER) == LINKED


def test_stream_shows_a_later_definition_and_its_reference_as_text() -> None:
    shown = last_of("stream", AFTER)
    assert shown.startswith(r"Read \[the manual][1] and \[the FAQ][].")
    assert r"\[1]: https://a.example/m 'T'" in shown
    assert "](https:" not in shown


def test_numbers_side_by_side_are_two_links() -> None:
    text = "[1]: https://a.example/1\n[2]: https://b.example/2\n\nSo.[1][2] and [x][2], [1][3]."
    shown = "So.[1](https://a.example/1)[2](https://b.example/2) and [x](https://b.example/2), [1](https://a.example/1)"
    assert whole(text) == f"{shown}[3]."
    assert streamed(text) == whole(text)


@pytest.mark.parametrize("method", ["stream", "edit", "post"])
def test_definition_before_its_reference_makes_a_link(method: str) -> None:
    assert last_of(method, BEFORE) == "Read [the manual](https://a.example/m)."


@pytest.mark.parametrize("method", ["stream", "edit"])
def test_growing_message_never_takes_back_what_it_shows(method: str) -> None:
    for text in (AFTER, BEFORE):
        *states, _ = [shown for state in sent(method, text).states for _, shown in state.look]
        assert all(later.startswith(state) for state, later in pairwise(states))


def test_edits_change_all_messages_of_an_answer_at_its_end() -> None:
    text = "Read [the manual][1].\n\n" + "Some words. " * 1_500 + "\n\n[1]: https://a.example/m"
    messages = sent("edit", text, 3_000).messages
    assert len(messages) > 1
    assert messages[0][0][1].startswith("Read [the manual](https://a.example/m).")
    assert "[1]" not in str(messages)
    assert messages == sent("edit", text, len(text)).messages


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a][]\n\n[A]: https://x.example", "[a](https://x.example)"),
        ("see [a]!\n\n[a]: https://x.example", "see [a](https://x.example)!"),
        ("so[^1].\n\n[^1]: https://x.example", "so[^1](https://x.example)."),
        ("![a][l]\n\n[l]: https://x.example/a.png", "[a](https://x.example/a.png)"),
        ("**[a][1]**\n\n[1]: mailto:a@x.example", "**[a](mailto:a@x.example)**"),
        ("<b>[a][1]</b>\n\n[1]: https://x.example", "**[a](https://x.example)**"),
        ("> [a][1]\n>\n> [1]: https://x.example", "> [a](https://x.example)\n>"),
        ("- [a][1]\n\n  [1]: https://x.example\n- b", "- [a](https://x.example)\n\n- b"),
        ("[a][1]\n\n[1]: https://x.example\n[1]: https://y.example", "[a](https://x.example)"),
        (
            "[a [b][1] c](https://y.example)\n\n[1]: https://x.example",
            r"\[a [b](https://x.example) c](https://y.example)",
        ),
    ],
)
def test_forms_of_references_are_links(text: str, shown: str) -> None:
    assert whole(text).rstrip("\n") == shown


@pytest.mark.parametrize(
    "text",
    [
        "[a][1]\n\n[1]: value that is no address",
        "[a][1]\n\n[1]: /docs/guide",
        "[a][1]\n\n[1]: javascript:alert(1)",
        '[a][1]\n\n[1]: https://x.example "t" and more',
        "[a][1]\n[1]: https://x.example",
        "[a][1]\n\n- [1]: https://x.example",
        "[a][1]\n\n```\n[1]: https://x.example\n```",
        "[a][1]\n\n    [1]: https://x.example",
        "so[^1].\n\n[^1]: A note, see https://x.example.",
        "[a][2]\n\n[1]: https://x.example",
        r"\[a][1] `[a][1]`" + "\n\n- [1]: https://x.example",
    ],
)
def test_what_defines_no_address_stays_text(text: str) -> None:
    for shown in (whole(text), streamed(text)):
        assert shown.replace("\\", "") == text.replace("\\", "")


def test_definition_that_nothing_refers_to_is_shown() -> None:
    text = "Sources:\n\n[1]: https://x.example\n[2]: https://y.example 'Y'\n\nBye."
    assert whole(text).replace("\\", "") == text
    assert (
        streamed(text).replace("\\", "")
        == "Sources:\n\nBye.\n\n[1]: https://x.example\n[2]: https://y.example 'Y'"
    )
    assert streamed("[1]: https://x.example") == whole("[1]: https://x.example") == r"\[1]: https://x.example"


def test_definitions_of_a_stream_stay_together_where_one_is_needed() -> None:
    text = "So [a][1].\n\n[1]: https://x.example\n[2]: https://y.example\n\nBye."
    assert streamed(text).replace("\\", "") == text


def test_cell_of_a_table_has_the_link_of_its_reference() -> None:
    text = "| a |\n|---|\n| [b][1] |\n\n[1]: https://x.example"
    [page] = paginate(text, single_post.LIMITS, final=True)
    table, *_ = page.parts
    assert isinstance(table, Table)
    [run] = table.rows[1][0].runs
    assert (run.text, run.url) == ("b", "https://x.example")
    assert "rich_text" in str(page_arguments(page))


@pytest.mark.parametrize("text", ["[{0}][1]", "![{0}][1]", "[{0}]", "[go to {0} now][1]", "x.[com][1]"])
@pytest.mark.parametrize("place", ["{1}\n\n{0}", "{0}\n\n{1}"])
def test_reference_that_reads_as_another_address_names_the_real_one(text: str, place: str) -> None:
    link = text.format(BANK)
    name = BANK if text == "[{0}]" else "1"
    whole_text = place.format(link, f"[{name}]: {EVIL}")
    for shown in (whole(whole_text), streamed(whole_text)):
        assert disguised(shown) == []
    assert f"({EVIL})" in whole(whole_text)
    assert f"→ {EVIL}]" in whole(whole_text)


@pytest.mark.parametrize(
    "text", [AFTER, BEFORE, "x [1]\n\n[1]: https://a.example\n\n# H\n[2]: https://b.example\n\ny"]
)
def test_reader_that_remembers_reads_as_a_new_one(text: str) -> None:
    reader = Reader(edited_message.LIMITS)
    units = partial(reader.units, final=False)
    for end in range(len(text)):
        grown = [unit.text for unit in units(text[:end])]
        assert grown == [unit.text for unit in Reader(edited_message.LIMITS).units(text[:end], final=False)]
