"""Markdown as Hypothesis draws it: mostly what breaks scanners, cut anywhere."""

from dataclasses import replace

from hypothesis import strategies as st

from slack_reply.markdown.parts import Limits
from slack_reply.writers import edited_message, single_post, streamed_message

NATIVE, EDIT = streamed_message.LIMITS, edited_message.LIMITS
PROFILES = {"native": NATIVE, "edit": EDIT, "refused": replace(single_post.MODEST, whole=False)}

FRAGMENTS = (
    *("a", "word ", "longer word", "\n", "\n\n", "  ", "    ", "\t", "- ", "1. ", "> ", "# ", "## H\n"),
    *(
        "```",
        "```py\n",
        "~~~",
        "`",
        "``",
        "code line;\n",
        "**",
        "*",
        "_",
        "__",
        "~~",
        "[",
        "](",
        "]",
        "(",
        ")",
    ),
    *("![", "](https://x.y/z)", "https://a.b/c_d", "<", ">", "<!channel>", "<@U1>", "<https://e|g>", "!"),
    *(
        "<https://ok.com>",
        "<me@x.org>",
        "&",
        "&lt;",
        "&amp;",
        "\\",
        "|",
        "|---|\n",
        "| 1 | 2 |\n",
        "---\n",
        "===",
    ),
    *("| a | b |\n|---|---|\n", "你好", "。", "😀", "👩‍👩‍👧", "🇩🇪", "e\u0301", "\r\n", "x " * 10, "y" * 90),
    *(
        "List<String>",
        "a<b",
        "- [ ] ",
        "- [x] task\n",
        "$x_1$",
        "</b>",
        "<br>",
        "\u200b",
        "\ud800",
        "NO_REPLY",
    ),
)
markdown = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)

limits = st.builds(
    Limits,
    size=st.sampled_from([300, 500, 1000]),
    measure=st.sampled_from([len, lambda text: len(text.encode())]),
    tables=st.booleans(),
    reserve=st.sampled_from([0, 20]),
)
