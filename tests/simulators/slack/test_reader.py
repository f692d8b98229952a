from hypothesis import given
from hypothesis import strategies as st

from simulators.slack.messages import Json
from simulators.slack.reader import live_tokens, raw_text, seen, seen_parts

NAMES = {"U1A": "anna", "C1A": "general"}


def name(found: str) -> str:
    return NAMES.get(found, found)


def test_tokens_are_shown_as_slack_shows_them() -> None:
    sent = "<@U1A> in <#C1A> or <#C1A|other>: <https://a.b|site> <https://a.b> <!channel> <!subteam^S1|@team>"
    assert seen(sent, name) == "@anna in #general or #other: site https://a.b @channel @team"


def test_entities_become_characters_once() -> None:
    assert seen("a &lt;b&gt; &amp;amp; &amp;lt;", name) == "a <b> &amp; &lt;"


def test_live_tokens_of_every_kind_are_found() -> None:
    sent = "<!here> <!date^1^x|y> <@U1A> <@U1A|anna> <#C1A> <http://x|y> <https://x> <mailto:a@b|c> <tel:1>"
    assert len(live_tokens(sent)) == 9


def test_what_is_no_token_is_not_live() -> None:
    assert live_tokens("List<String> a < b > c <!--x--> <b> <@> <U1A> &lt;!channel> <! channel>") == []


@given(st.text(alphabet="<>&!@#|UC1A htps:/lt;gmp", max_size=40))
def test_escaped_text_is_never_live_and_reads_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert live_tokens(escaped) == []
    assert seen(escaped, name) == text


def test_a_message_is_read_without_its_buttons() -> None:
    table = {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]],
    }
    parts: list[Json] = [
        {"kind": "markdown", "text": "Hello"},
        {
            "kind": "task",
            "id": "t",
            "title": "Search",
            "status": "complete",
            "details": "",
            "output": "<!here>",
        },
        {
            "kind": "blocks",
            "blocks": [table, {"type": "actions", "elements": [{"type": "button", "text": "Go"}]}],
        },
        {"kind": "blocks", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<@U1A>"}}]},
        {"kind": "blocks", "blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "foot"}]}]},
    ]
    assert seen_parts(parts, name) == "Hello\na\tb\n@anna\nfoot"
    assert live_tokens(raw_text(parts)) == ["<!here>", "<@U1A>"]
