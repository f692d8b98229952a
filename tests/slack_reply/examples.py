"""Our own examples in the order of the CommonMark specification, a group for each of its constructs, more than it has.

A copy of the specification itself can be tried too: see tests/slack_reply/specification.py.
"""

from collections.abc import Callable

from tests.slack_reply.specification import specification

GROUPS: dict[str, tuple[str, ...]] = {
    "tabs": ("\tfoo\tbar", "  - foo\n\n\tbar", ">\t\tfoo", "-\t\tfoo", "#\tFoo", "*\t*\t*\t"),
    "precedence": ("- `one\n- two`", "* * *\n- * x"),
    "thematic breaks": (
        "***\n---\n___",
        "+++",
        "--\n**\n__",
        " ***\n   ***",
        "- foo\n***\n- bar",
        "Foo\n---\nbar",
    ),
    "atx headings": (
        "# a\n###### b",
        "####### no",
        "#5 bolt\n\n#hashtag",
        "## foo ##\n  ###   bar    ###",
        "#\n## ",
    ),
    "setext headings": ("Foo *bar*\n===", "Foo\nbar\n---", "    Foo\n---", "> Foo\n---", "- Foo\n---", "==="),
    "indented code": (
        "    a\n      b",
        "  - foo\n\n    bar",
        "    <a/>\n    *hi*\n\n    - one",
        "Foo\n    bar",
    ),
    "fenced code": (
        "```\n<\n >\n```",
        "~~~\n<\n >\n~~~",
        "``\nfoo\n``",
        "````\naaa\n```\n``````",
        "```",
        "> ```\n> aaa\n\nbbb",
        "   ```\n   aaa\n   ```",
        "``` ```\naaa",
        "~~~ aa ``` ~~~\nfoo\n~~~",
        "```ruby startline=3 $%@#$\ndef foo(x)\n```",
    ),
    "html": (
        "<div>\n*hello*\n</div>",
        "<!-- a -->\n*b*",
        "<?php\n?>",
        '<a href="x">y</a>',
        "<![CDATA[\nx\n]]>",
    ),
    "paragraphs": ("aaa\n\nbbb", "aaa\n             bbb", "aaa     \nbbb     ", "\n\n  aaa\n\n\n# b"),
    "block quotes": (
        "> # Foo\n> bar\n> baz",
        "># Foo\n>bar",
        "> bar\nbaz\n> foo",
        "> - foo\n- bar",
        ">>> foo\n> bar",
    ),
    "list items": (
        "1.  A\n\n        code\n\n    > q",
        "- one\n\n two",
        "-foo\n2.bar",
        "10) foo\n   - bar",
        "-\n  foo",
    ),
    "lists": (
        "- foo\n- bar\n+ baz",
        "1. a\n2. b\n3) c",
        "- a\n - b\n  - c",
        "* a\n  > b\n\n  ```\n  c\n  ```\n* d",
    ),
    "backslashes": (
        r"\!\"\#\$\%\&\'\(\)\*\+",
        r"\<br/> not a tag",
        r"\\*emphasis*",
        "foo\\\nbar",
        r"`` \[\` ``",
    ),
    "entities": (
        "&nbsp; &amp; &copy; &AElig;",
        "&#35; &#1234; &#0;",
        "&#X22; &#XD06;",
        "&x; &#; &ThisIsNotDefined;",
    ),
    "code spans": (
        "`foo`",
        "`` foo ` bar ``",
        "`foo\\`bar`",
        "*foo`*`",
        "```foo``",
        "`foo",
        '`<a href="`">`',
    ),
    "emphasis": (
        "*foo bar*",
        "a * foo bar*",
        "foo*bar*",
        "_foo_bar_baz_",
        "**foo*bar*baz**",
        "***foo** bar*",
        "*foo**bar*",
        "**foo [*bar*](/url)**",
        "*a `*`*",
        "**a<https://foo.bar/?q=**>",
        "пристаням_стремятся_",
        "*(**foo**)*",
    ),
    "links": (
        '[link](/uri "title")',
        "[link](</my uri>)",
        "[link](foo(and(bar)))",
        "[a](b)c)",
        "[link](\\(foo\\))",
        "[link] (/uri)",
        "[link [bar](/u)",
        "[foo`](/uri)`",
        "[foo]: /url 'title'\n\n[foo]",
        "[bar][foo\\!]",
    ),
    "images": (
        '![foo](/url "title")',
        'My ![foo bar](/p.jpg  "t"   )',
        "!\\[foo]",
        "\\![foo](x)",
        "![[foo]](x)",
    ),
    "autolinks": (
        "<https://foo.bar.baz>",
        "<https://foo.bar/baz bim>",
        "< https://foo.bar >",
        "<foo@bar.example.com>",
    ),
    "raw html": ("<a><bab><c2c>", "<33> <__>", "</a></foo >", "foo <!-- x -- y -->", '<a href="\\"">'),
    "line breaks": ("foo  \nbaz", "foo\\\nbaz", "foo       \n     bar", "*foo  \nbar*", "### foo\\"),
    "text": ("hello $.;'there", "Foo χρῆν", "Multiple     spaces"),
}


def _lines(example: str, prefix: str, first: str = "") -> str:
    begun, *rest = example.split("\n")
    return "\n".join([(first or prefix) + begun, *(prefix + line for line in rest)])


# Each construct by itself, in what can hold it, between paragraphs, and once more behind itself.
PLACES: dict[str, Callable[[str], str]] = {
    "alone": str,
    "in a quote": lambda example: _lines(example, "> "),
    "in a bullet": lambda example: _lines(example, "  ", "- "),
    "in a number": lambda example: _lines(example, "   ", "1. "),
    "between paragraphs": lambda example: f"Above.\n\n{example}\n\nBelow.",
    "twice": lambda example: f"{example}\n\n{example}",
}
EXAMPLES = [place(example) for group in GROUPS.values() for example in group for place in PLACES.values()]
EXAMPLES += specification()
