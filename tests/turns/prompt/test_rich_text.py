from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turns.prompt.rich_text import escaped, quoted, rich_text


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def word(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, "style": style}


def block(*elements: object) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


@pytest.mark.parametrize(
    ("element", "said"),
    [
        (word("a < b & c"), "a &lt; b &amp; c"),
        (word("bold", bold=True), "bold"),
        (word("x < 1", code=True), "`x &lt; 1`"),
        ({"type": "user", "user_id": "U1"}, "<@U1>"),
        ({"type": "usergroup", "usergroup_id": "S1"}, "<!subteam^S1>"),
        ({"type": "channel", "channel_id": "C1"}, "<#C1>"),
        ({"type": "broadcast", "range": "here"}, "<!here>"),
        ({"type": "emoji", "name": "wave"}, ":wave:"),
        ({"type": "link", "url": "https://a.b/?x&y", "text": "a > b"}, "<https://a.b/?x&amp;y|a &gt; b>"),
        ({"type": "link", "url": "https://a.b"}, "<https://a.b|https://a.b>"),
        ({"type": "date", "timestamp": 1, "fallback": "1970"}, "1970"),
        ({"type": "color", "value": "#fff"}, "#fff"),
        ({"type": "new", "text": 7}, ""),
    ],
)
def test_element_is_written_in_slacks_notation(element: dict[str, Any], said: str) -> None:
    assert rich_text(block(section(element))) == said


def test_lists_quotes_and_code_keep_their_shape() -> None:
    items = [section(word("one")), section(word("two"))]
    found = rich_text(
        block(
            section(word("Look:\n")),
            {"type": "rich_text_list", "style": "bullet", "elements": items},
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 3, "elements": items},
            {"type": "rich_text_list", "style": "bullet", "border": 1, "elements": items[:1]},
            {"type": "rich_text_quote", "elements": [word("a\nb")]},
            {"type": "rich_text_preformatted", "elements": [word("x = 1\ny = 2")]},
        )
    )
    assert found.splitlines() == [
        *("Look:", "• one", "• two", "  4. one", "  5. two", "&gt; • one", "&gt; a", "&gt; b"),
        *("```", "x = 1", "y = 2", "```"),
    ]


def test_quotes_and_code_are_left_out_on_demand() -> None:
    quiet = [
        {"type": "rich_text_quote", "elements": [word("quote")]},
        {"type": "rich_text_preformatted", "elements": [word("code")]},
        {"type": "rich_text_list", "border": 1, "elements": [section(word("item"))]},
        {"type": "rich_text_list", "elements": [section(word("item", code=True), word(" said"))]},
        section(word("inline", code=True), word("aloud")),
    ]
    assert rich_text(block(*quiet), quiet=False).split() == ["•", "said", "aloud"]


def test_indent_of_a_list_is_bounded() -> None:
    items = {"type": "rich_text_list", "indent": 10**9, "elements": [section(word("x"))]}
    assert len(rich_text(block(items))) < 30


def test_quoted_text_has_a_mark_on_each_line() -> None:
    assert quoted("a\n\nb") == "&gt; a\n&gt; \n&gt; b"
    assert escaped("a & <b>") == "a &amp; &lt;b&gt;"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "elements", "text", "style", "code", "indent", "border", "url"])
                | st.text(max_size=5),
                inner
                | st.sampled_from(["rich_text_list", "rich_text_quote", "rich_text_section", "link", "user"]),
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_block_of_any_shape_is_read(raw: object) -> None:
    assert isinstance(rich_text({"type": "rich_text", "elements": raw}), str)
    assert isinstance(rich_text({"type": "rich_text", "elements": raw}, quiet=False), str)
