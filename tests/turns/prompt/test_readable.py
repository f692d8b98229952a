import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turns.prompt.readable import mentioned, readable

NAMES = {"U2": "Ann", "U3": "R&amp;D <bot>"}


def read(text: str) -> str:
    return readable(text, "UBOT", lambda user: NAMES.get(user, ""))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<@UBOT> hello", "hello"),
        ("<@UBOT>: hello", "hello"),
        ("<@UBOT>, hello", "hello"),
        ("<@UBOT> :wave: hello", ":wave: hello"),
        ("hello <@UBOT>", "hello"),
        ("<@UBOT>，你好", "你好"),
        ("<@UBOT>：你好", "你好"),
        ("<@UBOT>、それは？", "それは？"),
        ("问 <@UBOT>，好", "问，好"),
        ("问 <@UBOT>。", "问。"),
        ("ask <@UBOT> this", "ask this"),
        ("ask <@UBOT>, then <@UBOT>.", "ask, then."),
        ("x<@UBOT|bot>y", "x y"),
        ("<@UBOT>\nhello", "hello"),
        ("one\n<@UBOT> two\nthree <@UBOT>\nfour", "one\ntwo\nthree\nfour"),
        ("<@UBOT>", ""),
        (" <@UBOT> <@UBOT|b>, ", ""),
        ("", ""),
        ("  keep   blanks\n    of code ", "keep   blanks\n    of code"),
    ],
)
def test_our_mention_is_left_out(text: str, said: str) -> None:
    assert read(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<@U2> and <@U2|old name>", "@Ann and @Ann"),
        ("<@U9|zoe> <@U8>", "@zoe @U8"),
        ("<@U3>", "@R&amp;D <bot>"),
        ("<#C1|general> <#C2|> <#C3>", "#general #C2 #C3"),
        ("<https://a.b/c?x=1&amp;y=2>", "https://a.b/c?x=1&y=2"),
        ("<https://a.b/c|the page>", "the page (https://a.b/c)"),
        ("<http://a.b|a.b>", "http://a.b"),
        ("<https://a.b/|https://a.b/>", "https://a.b/"),
        ("<mailto:a@b.c|a@b.c> <mailto:a@b.c|write>", "a@b.c write (a@b.c)"),
        ("<tel:+4912|+4912>", "+4912"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@ops>", "@ops"),
        ("<!subteam^S1> <!subteam^S2|>", "@S1 @S2"),
        ("<!date^1392734382^{date_num}^https://x|2014-02-18>", "2014-02-18"),
        ("<!new^thing|a &amp; b>", "a & b"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt; &amp;amp; &nbsp; &#60;", "&lt; &amp; &nbsp; &#60;"),
        ("&lt;@UBOT&gt;", "<@UBOT>"),
        ("a < b > c <", "a  b  c <"),
        ("<>", ""),
    ],
)
def test_slack_entity_becomes_readable(text: str, said: str) -> None:
    assert read(text) == said


def test_name_of_a_user_is_asked_once() -> None:
    asked: list[str] = []

    def names(user: str) -> str:
        asked.append(user)
        return ""

    readable("<@U2> <@U2|x> <@UBOT> <@U4>", "UBOT", names)
    assert asked == ["U2", "U4"]


def test_our_mention_stays_when_the_bot_user_is_unknown() -> None:
    assert readable("<@UBOT> hi", "", lambda _: "") == "@UBOT hi"


@given(st.text())
def test_escaped_text_is_read_as_it_was_typed(text: str) -> None:
    """Slack escapes three characters; the app must read what people typed."""
    text = text.replace("\x00", "")
    assert read(html.escape(text, quote=False)) == text.strip()


@given(st.text(st.sampled_from("<>@#!|^&;ltgamp UBOT2C:/,\n\x00"), max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    said = read(text)
    assert "\x00" not in said
    assert said == said.strip()


@given(st.lists(st.sampled_from(["<@UBOT>", " ", "a", "\n", "bc", ", "]), max_size=12))
def test_only_blanks_are_lost_around_our_mention(parts: list[str]) -> None:
    letters = re.sub(r"[\s,]", "", "".join(part for part in parts if part != "<@UBOT>"))
    assert re.sub(r"[\s,]", "", read("".join(parts))) == letters


@pytest.mark.parametrize(
    "piece", ["<", "<@U", "<@UBOT>", "<@UBOT|", " ", "&", "&amp;", "<!date^", "<a|", "\x00", "\n <@UBOT>"]
)
def test_long_text_is_read_in_linear_time(piece: str) -> None:
    """Each text would take minutes if the time were quadratic in its length."""
    read(piece * 200_000)


@given(st.text(st.sampled_from("<@UB|>!#a &\n"), max_size=60))
def test_user_whose_name_is_asked_is_among_the_mentioned(text: str) -> None:
    asked: list[str] = []
    readable(text, "", lambda user: asked.append(user) or "")  # type: ignore[func-returns-value]
    assert asked == list(mentioned(text))
