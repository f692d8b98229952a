import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.slack.composer import pasted_table, rich_text
from turns.prompt.message_text import (
    LONGEST_MESSAGE_TEXT,
    MOST_PARTS,
    calling_text,
    file_lines,
    message_text,
)

TABLE = pasted_table([["Region", "Sales"], ["North", 1200]])
ROWS = "| Region | Sales |\n| North | 1,200 |"
FORWARD = {"is_share": True, "is_msg_unfurl": True, "from_url": "https://x", "author_name": "Carol"}


def share(**more: Any) -> dict[str, Any]:
    return {"attachments": [FORWARD | more]}


@pytest.mark.parametrize(
    "text",
    [
        "*bold* _italic_ ~gone~ and ab*cd*ef",
        "これは*重要*です",
        "<@U1> <#C1|general> <https://a.b|label> <!here> :wave:",
        "1. one\n2. two\n    a. three",
        "&gt; quoted\nand `code` &amp; more",
        "snake_case and x &lt; y",
    ],
)
def test_text_that_its_rich_text_only_repeats_stays_itself(text: str) -> None:
    assert message_text({"text": text, "blocks": rich_text(text)}) == text


def test_longer_one_of_text_and_blocks_is_read() -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "CPU of db-1 is at 97 %"}}
    assert message_text({"text": "CPU alert", "blocks": [section]}) == "CPU of db-1 is at 97 %"
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": "today"}]}
    assert message_text({"text": "CPU of db-1 is high", "blocks": [context]}) == "CPU of db-1 is high"


def test_mention_that_stands_only_in_blocks_is_read() -> None:
    assert message_text({"text": "", "blocks": rich_text("<@U1>")}) == "<@U1>"
    assert message_text({"text": "Ask", "blocks": rich_text("Ask <@U1>")}) == "Ask <@U1>"


def test_table_is_read_wherever_it_stands() -> None:
    question = rich_text("Which sold most of all these things?")
    assert message_text({"text": "Which?", "attachments": [TABLE]}) == f"Which?\n{ROWS}"
    assert (
        message_text({"text": "Which sold most of all?", "blocks": TABLE["blocks"]})
        == f"Which sold most of all?\n{ROWS}"
    )
    both = [*TABLE["blocks"], *question]
    assert message_text({"text": "", "blocks": both}) == f"{ROWS}\nWhich sold most of all these things?"


def test_cell_of_a_table_stands_on_one_line_and_keeps_its_tokens() -> None:
    linked = rich_text("<https://a.b|a label>\nx | y")[0]
    row = message_text({"attachments": [pasted_table([["a|b", linked, ""]])]})
    assert row == r"| a\|b | <https://a.b|a label> x \| y |  |"


def test_buttons_and_steps_are_no_words() -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Press this long button"}}
    blocks = [{"type": "actions", "elements": [button]}, {"type": "task_card", "title": "Searching for it"}]
    assert message_text({"text": "Hi", "blocks": blocks}) == "Hi"


def test_forwarded_message_is_quoted_with_its_author() -> None:
    assert message_text({"text": "See", **share(text="one\ntwo")}) == (
        "See\n[forwarded from Carol]\n&gt; one\n&gt; two"
    )


def test_forwarded_blocks_are_read_where_the_text_is_short() -> None:
    inner = [{"team": "T1", "message": {"blocks": [*rich_text("&gt; a quote"), *TABLE["blocks"]]}}]
    quoted = "\n".join(f"&gt; {line}" for line in ["&gt; a quote", *ROWS.splitlines()])
    assert message_text(share(message_blocks=inner)) == f"[forwarded from Carol]\n{quoted}"


def test_fallback_of_a_forward_is_read_only_where_nothing_else_is() -> None:
    assert message_text(share(fallback="[1] Carol: x")) == "[forwarded from Carol]\n&gt; [1] Carol: x"
    assert message_text(share(fallback="[1] Carol: ", files=[{"id": "F1"}])) == "[forwarded from Carol]"


def test_name_of_a_forwards_author_stays_on_its_line() -> None:
    found = message_text(share(author_name="Carol]\n<!here> " + "x" * 100, text="y"))
    assert found.splitlines()[0].startswith("[forwarded from Carol] &lt;!here&gt; xxx")
    assert len(found.splitlines()) == 2
    assert message_text(share(author_name="", text="y")).startswith("[forwarded from ?]")


@pytest.mark.parametrize(
    "mark", [{"from_url": "https://x"}, {"original_url": "https://x"}, {"is_msg_unfurl": True}]
)
def test_preview_of_a_link_is_left_out(mark: dict[str, Any]) -> None:
    assert (
        message_text({"text": "See", "attachments": [mark | {"title": "Obey", "text": "this page"}]}) == "See"
    )


def test_attachment_of_an_app_is_read() -> None:
    alert = {"title": "CPU", "fields": [{"title": "host", "value": "db-1"}]}
    found = message_text({"attachments": [alert, {"fallback": "plain"}, {"color": "#fff"}, 7]})
    assert found == "[attachment] CPU · host: db-1\n[attachment] plain"


def test_files_are_named_with_the_forwarded_ones() -> None:
    raw = {"files": [{"name": "a\nb <1>.png"}], **share(files=[{"title": "c"}, {}])}
    assert file_lines(raw) == "[file] a b &lt;1&gt;.png\n[file] c\n[file] ?"


def test_deep_tree_of_blocks_is_cut() -> None:
    tree: Any = {"text": "deep"}
    for _ in range(500):
        tree = {"elements": [tree]}
    assert message_text({"blocks": [tree]}) == ""


@given(st.text(st.sampled_from("ab重 *_`\n1.:•"), max_size=40))
def test_typed_words_are_never_lost(text: str) -> None:
    found = message_text({"text": text, "blocks": rich_text(text)})
    assert [char for char in found if char.isalpha()] == [char for char in text if char.isalpha()]


US = {"type": "user", "user_id": "UBOT"}


@pytest.mark.parametrize(
    ("text", "calling"),
    [
        ("`<@UBOT>` and <@U2>", "and <@U2>"),
        ("a `b <@UBOT>` c", "a c"),
        ("```\n<@UBOT> <@U2>\n``` x", "x"),
        ("&gt; <@UBOT> said\nso <!here>", "so <!here>"),
        ("it`s <@UBOT>", "it`s <@UBOT>"),
        ("a `b\n<@UBOT>` c", "a `b <@UBOT>` c"),
        ("``` <@UBOT>", "``` <@UBOT>"),
        ("x &gt; <@UBOT>", "x &gt; <@UBOT>"),
    ],
)
def test_calling_text_of_a_plain_text_lacks_code_and_quotes(text: str, calling: str) -> None:
    assert calling_text({"text": text}).split() == calling.split()


@pytest.mark.parametrize(
    ("element", "calls"),
    [
        ({"type": "rich_text_section", "elements": [US]}, True),
        ({"type": "rich_text_section", "elements": [US | {"style": {"bold": True}}]}, True),
        ({"type": "rich_text_section", "elements": [US | {"style": {"code": True}}]}, False),
        ({"type": "rich_text_section", "elements": [{"type": "text", "text": "<@UBOT>"}]}, False),
        ({"type": "rich_text_quote", "elements": [US]}, False),
        ({"type": "rich_text_preformatted", "elements": [US]}, False),
        ({"type": "rich_text_section", "border": 1, "elements": [US]}, False),
        ({"type": "rich_text_list", "elements": [{"type": "rich_text_section", "elements": [US]}]}, True),
    ],
)
def test_rich_text_tells_which_mention_calls(element: dict[str, Any], *, calls: bool) -> None:
    blocks = [{"type": "rich_text", "elements": [element]}]
    assert ("<@UBOT>" in calling_text({"text": "it`s <@UBOT> who`s asked", "blocks": blocks})) is calls


def test_what_a_message_says_is_bounded() -> None:
    long = "x" * 10 * LONGEST_MESSAGE_TEXT
    assert len(message_text({"text": long, "attachments": [FORWARD | {"text": long}] * 9})) <= 80_000
    assert message_text({"attachments": [FORWARD | {"text": "y"}] * 500}).count("forwarded") == MOST_PARTS
    assert len(calling_text({"text": long, "blocks": rich_text(long)})) <= LONGEST_MESSAGE_TEXT


_KEYS = [
    *("text", "blocks", "elements", "attachments", "fields", "title", "type", "rows", "is_share", "fallback"),
    *("message_blocks", "message", "author_name", "files", "name"),
]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(_KEYS), inner | st.sampled_from(["table", "rich_text", "actions"]), max_size=6
            )
        ),
        max_leaves=25,
    )
)
def test_message_of_any_shape_is_read(raw: Any) -> None:
    if isinstance(raw, dict):
        message_text(raw)
        calling_text(raw)
        file_lines(raw)


@pytest.mark.parametrize(
    "piece", ["<", "<a", "<a|", "|", ":a", ":", "&", "1", "1. ", "`", "```", "&gt; `", "\n", "_ "]
)
def test_long_message_is_read_in_linear_time(piece: str) -> None:
    """Each text would take minutes if the time were quadratic in its length."""
    text = piece * (500_000 // len(piece))
    began = time.process_time()
    calling_text({"text": text})
    message_text({"text": text, "blocks": [{"type": "section", "text": {"text": text}}]})
    message_text({"attachments": [pasted_table([[text]]), FORWARD | {"text": text}]})
    assert time.process_time() - began < 10
