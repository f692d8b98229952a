"""No link of a model leads elsewhere than it says, whoever reads the Markdown that we send.

The reader here is a parser of CommonMark that is not ours. It reads what is sent as a whole, so that what our own
scanner takes for two lines, or for too long, is one link for it where it can be one.
"""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markdown_source import LONGEST_FENCE
from slack_reply.markdown.parts import Limits, Markdown
from slack_reply.markdown.reader import escape
from slack_reply.writers.single_post import LIMITS
from tests.slack_reply.whole_pages import paginate
from tests.support.disguised import disguised

BANK, EVIL = "https://bank.example", "https://evil.example"

FORMS = {
    "markup": f"[**{BANK}**]({EVIL}/a)",
    "markup inside": f"[https://ba*nk.exa*mple]({EVIL})",
    "code": f"[`{BANK}`]({EVIL})",
    "bare domain": f"[bank.com]({EVIL})",
    "bare domain in a sentence": f"[go to bank.example now]({EVIL})",
    "zero width": f"[https://bank\u200b.example]({EVIL})",
    "full width": f"[\uff42\uff41\uff4e\uff4b\uff0e\uff43\uff4f\uff4d]({EVIL})",
    "slashes before a domain": f"[//bank.com]({EVIL})",
    "slash before a domain": f"[/bank.com/login]({EVIL})",
    "dash and slash before a domain": f"[-/bank.example]({EVIL})",
    "dot and slash before a domain": f"[./bank.com]({EVIL})",
    "word and slashes before a domain": f"[a//bank.example]({EVIL})",
    "underscore in a domain": "[my_bank.example](https://mybank.example)",
    "underscores in a domain": "[my__bank.example](https://mybank.example)",
    "underscore before a domain": "[_bank.example](https://bank.example)",
    "underscore behind a domain": "[https://bank.example_](https://bank.example)",
    "underscore before a dot of a domain": "[my_.bank.example](https://my.bank.example)",
    "escaped underscore in a domain": "[my\\_bank.example](https://mybank.example)",
    "escape and slash before a domain": f"[a\\*/bank.com]({EVIL})",
    "mark and slash before a domain": f"[a~/bank.com]({EVIL})",
    "bracket behind a domain": f"[bank.example[b]]({EVIL})",
    "bracket behind an address": f"[{BANK}[b]]({EVIL})",
    "dash behind a domain": f"[bank.com-]({EVIL})",
    "dash and word behind a domain": f"[bank.com-login]({EVIL})",
    "broken scheme before a domain": f"[https:<!--//bank.example]({EVIL})",
    "slashes before the name of a file that is a domain": f"[//bank.md]({EVIL}/bank.md)",
    "wide stop": f"[bank\u3002com]({EVIL})",
    "entity": f"[bank&#46;com]({EVIL})",
    "escape": f"[bank\\.com]({EVIL})",
    "name that is too long for a domain": f"[{'bank' * 20}.com]({EVIL})",
    "mail": f"[help@bank.com]({EVIL})",
    "target on the next line": f"[{BANK}](\n{EVIL})",
    "title on the next line": f'[{BANK}]({EVIL}\n"title")',
    "title over lines": f'[{BANK}]({EVIL} "a\nb")',
    "label over lines": f"[https://bank\n.example]({EVIL})",
    "scheme and host on two lines": f"[https \n  ://bank]({EVIL})",
    "scheme and host around a hard break": f"[https  \n://bank]({EVIL})",
    "scheme and host around a backslash and a line's end": f"[https\\\n://bank]({EVIL})",
    "scheme and host on two quote lines": f"> [https \n>  ://bank]({EVIL})",
    "label over quote lines": f"> [https://bank.example\n> or so]({EVIL})",
    "target over quote lines": f"> [{BANK}](\n> {EVIL})",
    "label over list lines": f"- [bank.example\n  or so]({EVIL})",
    "reference": f"[{BANK}][1]\n\n[1]: {EVIL}",
    "collapsed reference": f"[bank.com][]\n\n[bank.com]: {EVIL}",
    "shortcut reference": f"[bank.com]\n\n[bank.com]: {EVIL}",
    "reference in a quote": f"> [bank.com]: {EVIL}\n\n[bank.com]",
    "reference over lines": f"[bank.com]:\n{EVIL}\n\n[bank.com]",
    "reference whose label is over lines": f"[bank.com\nx]: {EVIL}\n\n[bank.com x]",
    "long label": f"[{BANK} {'word ' * 80}]({EVIL})",
    "long target": f"[{BANK}]({EVIL}/{'a' * 2100})",
    "deep parentheses": f"[{BANK}]({EVIL}/(a(b(c))))",
    "behind a long code span": f"`{'x' * 700}` [{BANK}]({EVIL})`",
    "behind a code span over many lines": "`" + "x\n" * 30 + f"` [{BANK}]({EVIL})`",
    "image": f"![{BANK}]({EVIL})",
    "image in a link": f"[![{BANK}](https://img.example/a.png)]({EVIL})",
    "user": f"[{BANK}](https://bank.example@evil.example)",
    "brackets in the label": f"[[{BANK}]]({EVIL})",
    "deep brackets in the label": f"[a [b [{BANK}]]]({EVIL})",
    "heading": f"# [{BANK}]({EVIL})",
    "behind a run of ticks": "`" * (LONGEST_FENCE + 5) + f"\n[{BANK}]({EVIL})",
    "file that is a domain": f"[readme.com]({EVIL}/readme.com)",
}
# No links as they are, but what stands between the label and the address is not shown.
BECOMING = {
    "tag before the target": f"[{BANK}]</p>({EVIL})",
    "tags before the target": f"[{BANK}]</p><details>({EVIL})",
    "link that leads nowhere before the target": f"[{BANK}][](data:,x)({EVIL})",
    "tag with nothing in it before the target": f"[{BANK}]<u></p></u>({EVIL})",
    "tag before a definition's colon": f"[bank.com]</p>: {EVIL}\n\n[bank.com]",
}
ALL = FORMS | BECOMING


def test_most_forms_are_disguises_when_they_are_sent_as_they_are() -> None:
    found = [form for form, text in FORMS.items() if disguised(text)]
    assert len(found) >= len(FORMS) - 6, set(FORMS) - set(found)


@pytest.mark.parametrize("form", ALL)
def test_link_that_reads_as_another_address_names_the_real_one(form: str) -> None:
    for text in (ALL[form], f"Before.\n\n{ALL[form]}\n\nBehind.", f"- {ALL[form]}"):
        assert disguised(escape(text)) == [], escape(text)


@pytest.mark.parametrize("form", ALL)
def test_no_page_of_a_growing_text_disguises_a_link(form: str) -> None:
    text = f"Some words.\n\n{ALL[form]} and more.\n\nThe end."
    step = max(1, len(text) // 60)
    for length in range(0, len(text) + step, step):
        for page in paginate(text[:length], LIMITS, final=length >= len(text)):
            for part in page.parts:
                assert isinstance(part, Markdown)
                assert disguised(part.text) == []


@pytest.mark.parametrize(
    "label", ["the docs", "README.md", "e.g. this", "v1.2.3", "Node.js", "foo.bar()", "3.14", "a.b"]
)
def test_label_that_is_no_address_stays(label: str) -> None:
    assert escape(f"[{label}](https://x.example/README.md)") == f"[{label}](https://x.example/README.md)"


@pytest.mark.parametrize("label", ["../index.md", "./index.md", "/y/index.md", "y/index.md", "a/b.com"])
def test_label_that_is_a_path_stays(label: str) -> None:
    assert escape(f"[{label}](https://x.example/y/index.md)") == f"[{label}](https://x.example/y/index.md)"


@pytest.mark.parametrize(
    "label", ["_x.example_", "__x.example__ now", "**_x.example_**", "_at https://x.example_"]
)
def test_emphasized_label_that_names_its_own_address_stays(label: str) -> None:
    assert escape(f"[{label}](https://x.example)") == f"[{label}](https://x.example)"


PIECES = st.sampled_from(
    [
        *("[", "](", ")", "]", "[]", "][", "]:", ": ", "(", "\n", "\n\n", "\n> ", "\n- ", "    ", "\\"),
        *("`", "``", "```", "~~~", "*", "_", "**", "~~", "!", "<", ">", "&#46;", "\u200b", " ", '"', "'"),
        *(BANK, EVIL, "bank.com", "evil.example/a", "x", "word ", "1", "| a |", "|---|", "# "),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_text_disguises_a_link(text: str) -> None:
    assert disguised(escape(text)) == []


SMALL = Limits(size=60, measure=len, tables=False)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_cut_between_messages_disguises_a_link(text: str) -> None:
    for page in paginate(text, SMALL, final=True):
        assert disguised("".join(part.text for part in page.parts)) == []


@pytest.mark.parametrize(
    "text",
    [
        f"bank.exam[ple]({EVIL})",
        f"**bank.exam**[ple]({EVIL})",
        f"bank&#46;exam[ple]({EVIL})",
        f"www.bank.[com]({EVIL})",
        f"[bank.exam](https://x.example)[ple]({EVIL})",
        f"bank.exam![ple]({EVIL}/a.png)",
        f"https://bank.exam[ple/login]({EVIL})",
        f"bank.c[om]({EVIL})",
    ],
)
def test_label_that_goes_on_with_a_word_before_it_shows_where_the_link_goes(text: str) -> None:
    assert "evil.example" in html.unescape(escape(text).split("](https://evil")[0])


@pytest.mark.parametrize(
    "text",
    [
        f"See example.com [1]({EVIL}) for more.",
        f"As example.com[1]({EVIL}) says.",
        f"bank.example[/login]({BANK}/login)",
        f"The end.[1]({EVIL})",
        f"Straßen[karte]({EVIL})",
    ],
)
def test_label_that_only_follows_a_word_stays_as_it_is(text: str) -> None:
    assert escape(text) == text
