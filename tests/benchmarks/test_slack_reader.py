import json

import pytest

from benchmarks.side_by_side_markdown import FIGURES, ROOT, answers, changed, judged, ours, read, refused
from benchmarks.slack_reader import read_blocks, read_markdown, read_mrkdwn
from tests.slack_reply.meaning import CODE_LESS


@pytest.mark.parametrize(
    ("mrkdwn", "text"),
    [
        ("*bold*, _italic_ and ~struck~", "bold, italic and struck"),
        ("2 * 3 * 4, snake_case_name, a*b*c", "2 * 3 * 4, snake_case_name, a*b*c"),
        ("<https://a.example|words> &amp; <https://b.example>", "words & https://b.example"),
        ("•   item\n&gt; quoted", "item\nquoted"),
        ("a &lt; b and `a<b>`", f"a < b and a{CODE_LESS}b>"),
        ("**重要：**この", "**重要：**この"),
    ],
)
def test_mrkdwn_is_read_as_slack_shows_it(mrkdwn: str, text: str) -> None:
    assert read_mrkdwn(mrkdwn).text == text


def test_live_tokens_count_outside_code_only() -> None:
    text = "<!channel> `<!here>` <@U012AB3CD>\n```\n<!everyone>\n```"
    assert read_mrkdwn(text).pings == ["<!channel>", "<@U012AB3CD>"]
    assert read_markdown(text).pings == ["<!channel>", "<@U012AB3CD>"]
    assert read_markdown("&lt;!channel&gt;").pings == []
    assert read_blocks(
        [{"type": "rich_text", "elements": [{"type": "broadcast", "range": "here"}]}]
    ).pings == ["@here"]


def test_links_of_each_form_are_found() -> None:
    link = ("words", "https://a.example")
    assert read_mrkdwn("<https://a.example|words>").links == [link]
    assert read_markdown("[words](https://a.example)").links == [link]
    element = {"type": "link", "text": "words", "url": "https://a.example"}
    assert read_blocks([{"type": "rich_text", "elements": [element]}]).links == [link]


def test_text_that_is_lost_counts_as_changed() -> None:
    answer = "**Two** words:\n\n- one\n- two\n"
    assert not changed(answer, read([{"text": "*Two* words:\n• one\n• two"}]).text)
    assert changed(answer, read([{"text": "*Two* words:\n• one"}]).text)


def test_message_of_too_many_blocks_counts_as_refused() -> None:
    assert refused({"blocks": [{"type": "divider"}] * 51}) == "invalid_blocks"
    assert refused({"text": "a"}) == ""


def test_hundred_answers_become_messages_without_a_live_token_or_a_disguise() -> None:
    texts = answers()
    figures = judged("this plugin", "", texts, map(ours, texts.values()))
    assert len(texts) == 100
    assert (figures.pings, figures.disguised, figures.refused) == (0, 0, 0)


def test_figures_of_the_readme_are_those_of_the_last_run() -> None:
    readme = (ROOT / "README.md").read_text()
    for row in json.loads(FIGURES.read_text())["converters"]:
        columns = " | ".join(
            str(row[kind]) for kind in ("changed", "markup", "pings", "disguised", "refused")
        )
        assert f"| {row['name']} {row['version']}".rstrip() + f" | {columns} |" in readme
