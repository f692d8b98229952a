"""No text at all breaks a law of a growing answer (tests/slack_reply/fuzz.py).

Here 5,000 texts, each with one writer's limits and some of its states. On demand 100,000, each with the limits of all
writers and all of its states; FUZZ_TEXTS is another number, FUZZ_SEED draws other texts.
"""

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from tests.slack_reply.fuzz import LIMITS, failures, shortest, texts, tried

ROOT = Path(__file__).parents[2]
SEEDS, TEXTS, STEP = 5, 1_000, 5
MANY = int(os.environ.get("FUZZ_TEXTS", "100000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_thousand_mutilated_texts_break_no_law(seed: int) -> None:
    assert list(failures(TEXTS, seed, STEP)) == []


@pytest.mark.soak
def test_many_mutilated_texts_break_no_law_at_any_character() -> None:
    processes = os.cpu_count() or 1
    command = [sys.executable, "-m", "tests.slack_reply.fuzz", "--texts", str(-(-MANY // processes))]
    running = [
        subprocess.Popen(
            [*command, "--seed", f"{100 * SEED + number}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for number in range(processes)
    ]
    found = [json.loads(line) for one in running for line in one.communicate()[0].splitlines()]
    assert found == []
    assert [one.returncode for one in running] == [0] * processes


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("*|\n```b`", "stream"),
        ("<@https://bank.example&<https://evil.example|bank.example>](http://&", "stream"),
        ("은\u200dhttp://", "stream"),
        ("~~|\n```<`", "stream"),
        ("1. ___ /", "stream"),
        ("<!here>data:image/png;base64,AAAA![a](https://a.example/i.png)$x_1", "stream"),
        ("xt]evil.example)r](httpevil.exa\u200bmple)r](hpevil.example)r](https://", "stream"),
        ("|N\n|-\n|\n|\n<", "edit"),
        ("||h\n|-|-\n|\n|\n |", "edit"),
        ("|||\n|-|-\n|\n|\n\xa0m", "edit"),
        ("[/k.example](s)", "stream"),
        ("\\\n<details> d", "stream"),
        ("<p>~~~\n```\n好a", "stream"),
        ("<p>    a\n\nb", "stream"),
        ("*&nbsp;**", "stream"),
        ("a&nbsp;**b**", "stream"),
        ("a<p>```\nb", "stream"),
        ("***口\n - 宿", "stream"),
        ("|||\n|-|-\n[b]:", "stream"),
        ("|||\n|-|-\n[b]: https://b.example\n[c", "edit"),
        (
            "ample|c>\n===\n## H\n\n    <#C1|x>[httank.example](https://evil.example)<https://e|g>&",
            "small stream",
        ),
        ("\\\n= '\n\t\\", "stream"),
        ("  - 3\n   - 4\n    -", "stream"),
        (" - c\n\n  t\n2.", "edit"),
        ("m<br>1. x", "edit"),
        ("<br>___\t>", "stream"),
        ("1<br><details>1. 한", "stream"),
        ("</BR>", "edit"),
        ("y" * 83 + "<!subteam^S1>https://bank.example___<details>http://", "stream"),
        ("**<p>**：*", "small edit"),
        ("行<details>**、**認**", "edit"),
        ("<em>m</em>を", "stream"),
        ("*&nbsp;*w", "edit"),
        ("1**\U0001f3fd**", "small edit"),
        ("*渋**ハ\n - 新", "edit"),
        ("___\u00a0", "stream"),
        ("l\n1.     \\", "edit"),
        ("&#3;", "edit"),
        ("[`]()", "edit"),
        ("[](< \\\ne>", "stream"),
        ("[ |\n ]B", "stream"),
        ("p```\n```。`", "stream"),
        ("<http://o>\r\n`", "edit"),
        ("-\n[1]:http://\n<br>", "edit"),
        (".\n>[", "stream"),
        ("[t.example](()：)", "stream"),
        ("[a/k.example](a)", "stream"),
        ("<http://은.com>t", "stream"),
        ("&0;<*| 1 | 2 |\n\n- \n<!" + "y" * 59 + "<http\\\n#", "small stream"),
        ("[http://e](t)", "edit"),
        ("~~：~</p>~。~~", "stream"),
        (".\n*<details>\U0001f469", "stream"),
        ("(<details>\r\n#i", "stream"),
        ("a<br>1.</p>x", "stream"),
        ("> #</p>x", "stream"),
        (">]\n></p>> e", "stream"),
        ("`\n    >`", "stream"),
        ("<ps:&lt;>", "stream"),
        (">\n    >2>\nru", "stream"),
        (">>\n>     >：>\n|a", "edit"),
        (">\n    >\n    >\\>\n>|", "edit"),
        ("\\**要：**\\\n\n~", "stream"),
        (f"https://a[https://bank.example](https://evil.example){'y' * 100}\U0001f600", "small edit"),
        ("- item\nt:\n    steps:\n      - uses: cheh      - uses: chehind an it", "small edit"),
        ("[bank.example]</p>(https://evil.example)", "edit"),
        ("data:image/png;base64,AAAA$$<@U1>data:image/png;base64,AAAA</p>!<e@x.g>", "stream"),
        ("~~）~~~旧~~", "stream"),
        ('"\t<i><details> </i>', "stream"),
        ("a <u>&nbsp;x</u>y", "edit"),
        ("a\n<i> x</i> b", "stream"),
        ("a [ x](data:a) b", "stream"),
        ("a [![ x](data:a)](data:b) c", "edit"),
        ("a [<i> x</i>](data:b) c", "stream"),
        ("y" * 300 + "\n===\n    <me@x.org>-", "small edit"),
        ("y" * 300 + "\n=== \n    [bank.example](https://evil.example)-", "small stream"),
        ("[[a][b]](h)", "stream"),
        ("[a[][] **c**](https://d.example)", "edit"),
        ("[-/k.example](h)", "stream"),
        ("[https:<!--//bank.example](https://evil.example)", "stream"),
        ("：**行*等*&*\n - 下", "stream"),
        ("：****重**\n>[t", "stream"),
        ("**備**、**行*<p>*、", "stream"),
        ("：*行**：\n - 下", "edit"),
        ("1.   \n    <\ntt", "stream"),
        ("[k.example[b]](h)", "stream"),
        ("[k.com-](h)", "stream"),
        (">**。*\n - ）", "stream"),
        ("）**步*\n）**：**", "stream"),
        ("- *** *」*b", "stream"),
        ("<lt:@|>", "stream"),
        ("** *\n -", "stream"),
        ("_ _ _\n -", "stream"),
        ("[k.m\ns](e)", "stream"),
        ("[`](`]()", "stream"),
        ("[`[a](b)`](c)", "stream"),
        ("[`] x`](u)", "stream"),
        ('*"\n1. <details>\n;*', "stream"),
        ("*<b>x</b> (*", "edit"),
        ("<summary>y</summary>1. a", "stream"),
        ("<summary>y</summary>&#32;1. a", "edit"),
        ("x\n<u> </u>1. x", "stream"),
        ("&#32;   *x*", "stream"),
        ("x\n    - <br>- u", "stream"),
        ("_<u> </u> ;_", "stream"),
        ("[*`]()*", "edit"),
        (
            "# ith `cمرحبًا\n### `cمرحبًا! اكتملت **عملية النشر**ps://evil.example/lo",
            "small stream",
        ),
        ("**x**<summary>y</summary>*[ ](data:)&#32; -", "stream"),
        ("[k.exampl\te](s)", "stream"),
        ("- a\n\n      [bank.example](https://evil.example) " + "word " * 100, "small edit"),
        ("`\n<style `\n```\nf c", "stream"),
        ("<http:&lt;>", "stream"),
        ("[http \n://a](:)", "stream"),
        ("~~~ ~\ns", "stream"),
        ("http://[档]()", "stream"),
        (f"[{'y' * 64}.com](h)", "stream"),
        ("-\t```\n\te\n-", "stream"),
        ("<i><y></i><details>：_", "stream"),
        ("<i>x</i><u>y</u> z_", "stream"),
        ("<i>x</i>&#65; z_", "stream"),
        ("s\n1. <details>\\\n`", "stream"),
        ("*http://*.Բ🇪", "stream"),
        ("- \n>x\n\n\n## a\n\n1. b\n     - 6\n      -", "small stream"),
        ("|h\n-:\n`\n`p`", "stream"),
        ("> |h\n> -:\n> `\n> `p`", "edit"),
        ("\r>`", "stream"),
        ("http://2%D7す", "stream"),
        ("<http:_:_>", "stream"),
        ("[http://a\u597d**e](e)\u306f**", "stream"),
        ("[1]:http://\na|b\n-|-\n[1]\n\\", "stream"),
        ("[1]:http://\n|a|b\n|-|-\n|[1]\n|x", "stream"),
        ("[](\tdata:)", "edit"),
        ("x\n1.     d", "stream"),
        ("\u0301\n-     t", "stream"),
        ("- ```\n[1]:http://\n    -", "edit"),
        ("http://(http://e%22\uff50", "stream"),
        ("`__http://a\U0001f1e9_", "stream"),
        ("[S[](]())", "stream"),
        ("![S[](]())", "edit"),
        ("[a[b](c]d) e](f)", "edit"),
        ("*<tp:*>", "stream"),
        ("_<hs:___>", "edit"),
        ("<ts:[]()>", "edit"),
        ("<p@e.example.m>", "stream"),
        ("- - [1]:http://\ny", "stream"),
        ("1) [1]:http://\nd\n2)", "stream"),
        ("|e\n-:\n`|2", "stream"),
        ("\ufe0f", "edit"),
        ("[1]:http://\n\t[k.example](h)", "stream"),
        ("a [1]\n\n[1]: https://a.example\n    [k.example](h)\n    x", "edit"),
        (f"{'w ' * 40}\n\n# T\n\n|a|b\n|--|--\n|cd\n|{'word ' * 30}|\n", "small edit"),
        ("# <p>「\n    \\<@", "stream"),
        ("# a<br>b\n    \\<@", "edit"),
        (f"<b{'N' * 57}AAAA\u00a0http://", "stream"),
        ("[1]: http://a\n[2]: http://b\n    [k.example](h)\n\n[2]", "edit"),
        ("# a<p>b\n[2]: http://b\n[1]: http://b\n    [k.example](h)\n\n[2]", "edit"),
        ("=\n>[b]:http://\n\n--", "edit"),
        ("[[]: ]\n h", "stream"),
        ("![](/g.example.png)", "stream"),
        ('- <p>c\n\n    ```\n  " i', "stream"),
        ("**]\n<br>]**：**", "stream"),
        (f"{'word ' * 79}\n\n<br>\n\n{'word ' * 30}", "small edit"),
        (
            (
                "\u200d~<https://evil.example|nk.example>\n- `<@\nta:image/png;base64,AAAA\n---\n"
                "<http*<https://evil.examplek.example>- [ ] **重要：**<@）*"
            ),
            "small stream",
        ),
        (">*```\n>*\n*```", "edit"),
        ("1\n\n<details>\n-\n    [k.example](h)", "stream"),
        ("1\n\n\ufeff\n-\n    [k.example](h)", "stream"),
        ("1\n\n\ufeff\n-\n<", "stream"),
        ("# <br>_!\n|\n「_", "small edit"),
        ("é\n\u00a0\n=\n$", "stream"),
        ("<p>\n-\n    `<`", "edit"),
        ("*<details>*😀*両*", "stream"),
        ("[서](\r\n)", "edit"),
        ("[서](\r\nhttps://docs.example/ko)를", "stream"),
        ("[ex__ample.com](example.com)", "edit"),
        ("- 5\n\n[1]:http://\n  4\n    -", "edit"),
        ("|||\n|-|-\n[x]:/s", "stream"),
        ("     >\n   - 4\n    -", "small edit"),
        ("[exampl_e.com](s://example.com)", "small stream"),
        ("`\n*\n```p`", "edit"),
        ("[](javascript: ())", "stream"),
        (")\n    <p><", "edit"),
        ("<sup>2</sup>.", "edit"),
        ("[d](data:((a))) e", "stream"),
        ("&eacute;_п_", "stream"),
        ("[_example.com](h://example.com)", "edit"),
        ("[ ]((\u00a0)", "small edit"),
        ("|||\n|-|-\n<details>\n=\n&nbsp;", "small stream"),
        ("[l]\n\n[l]:http://~~n\ni~~", "stream"),
        ("\n[|b\n-|-\n\te s", "stream"),
        ("- |||\n  -|-\n    ```\n  b c", "stream"),
        (f"1. {'word ' * 20}\n{'more ' * 60}\n2.", "small stream"),
        ("-\n  -    ```\n      -", "edit"),
        (">- ```\n>  c\n>\n>     > c", "edit"),
        ("* ]\n\n[l]:http://\n    i\n    * C", "stream"),
        (
            (
                "ng;base64,AAAA<a href='https://a.example/x'>\n\nName | <!channel>`[^1]: note\n"
                "\ufeff\\\n# \n===\n`"
            ),
            "small stream",
        ),
    ],
)
def test_text_that_was_found_breaks_no_law(text: str, limits: str) -> None:
    assert tried(text, LIMITS[limits], list(range(1, len(text) + 1))) is None


def test_texts_of_a_seed_are_the_same_each_time() -> None:
    assert list(islice(texts(3), 50)) == list(islice(texts(3), 50))
    assert len(set(islice(texts(3), 200))) > 190


def test_failing_text_is_made_short() -> None:
    text = "Some words, and **bold** ones.\n\n" * 5 + "a [b](c) d"
    assert shortest(text, lambda shorter: "[b](c)" in shorter) == "[b](c)"
