import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_reply.markdown import tokens
from tests.slack_reply.law import is_live

LIVE = [
    *(
        "<!channel>",
        "<!subteam^S1|x>",
        "<@U1>",
        "<@W1|n>",
        "<#C1>",
        "<http://x|y>",
        "<HTTPS://x>",
        "<mailto:a@b>",
    ),
    *("<!here|x>", "<!date^1^{date}|x>", "<ht\u200btps://x>", "<!chan\u200bnel>", "<@U\u2060123>"),
    *("<tel:1>", "<slack://x|y>", "<\u200b!here>", "<\x00@U1>", "<\u2060https://x>"),
]
HARMLESS = [
    "List<String>",
    "a<b",
    "<div>",
    "std::vector<std::string>",
    "1 << 2",
    "< !x",
    "<-",
    "x <= y",
    "<T: Clone>",
    "Task<HttpResponseMessage>",
    "#include <http_parser.h>",
    "<!DOCTYPE html>",
    "<!-- comment -->",
    "List<@NonNull String>",
    "a<!b",
]


@pytest.mark.parametrize("text", LIVE)
def test_live_tokens_are_known_and_defused(text: str) -> None:
    assert is_live(text)
    assert not is_live(tokens.inside_code(text))
    assert not is_live(tokens.outside_code(text))


@pytest.mark.parametrize("text", HARMLESS)
def test_code_without_tokens_stays_itself(text: str) -> None:
    assert tokens.inside_code(text) == text


def test_brackets_are_escaped_outside_of_code_and_ampersands_are_not() -> None:
    assert tokens.outside_code("a<b>c & d &lt;") == "a&lt;b&gt;c & d &lt;"


@given(begun=st.text("<!@#htps:/mailo+.-x "), more=st.text("<!@#htps:/mailo+.-x "))
def test_decided_code_is_not_changed_by_more_text(begun: str, more: str) -> None:
    sure = tokens.decided(begun)
    whole = tokens.inside_code(begun + more)
    assert whole.startswith(tokens.inside_code(begun[:sure]))


@pytest.mark.parametrize("unseen", "\u00ad\u034f\u061c\u180e\u200b\u2060\u3164\ufe0f\ufeff\U000e0001\x00\x1f")
def test_invisible_character_does_not_hide_a_token(unseen: str) -> None:
    assert is_live(f"<{unseen}!channel>")
    assert tokens.inside_code(f"<{unseen}!channel>").startswith("&lt;")
