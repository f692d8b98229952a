"""The documents that an answer is based on are listed under it: once each, only a few, and harmless."""

import re

import pytest

from simulators.dify import script
from tests.conversations.answers import flat, long_text
from tests.conversations.world import World

TEXT = long_text(600)
STYLES = ["stream", "edit", "post"]


def answered(world: World, *sources: tuple[str, str | None], style: str = "auto", text: str = TEXT) -> str:
    world.configure(reply_style=style)
    world.dify.script(
        script.say(text, seconds=5) + script.sources(*sources, content="secret chunk"), world.app_id
    )
    [answer] = world.answers(world.ask("How?"))
    assert answer.live_tokens == []
    assert "secret chunk" not in str([call.arguments for call in world.slack.calls()])
    assert flat(answer.text).startswith(flat(text))
    return answer.text.removeprefix(text).strip()


@pytest.mark.parametrize("style", STYLES)
def test_sources_are_named_once_each_in_the_order_of_citation(world: World, style: str) -> None:
    shown = answered(
        world,
        ("Handbook.pdf", None),
        ("Prices", "https://docs.example/prices?a=1&b=2"),
        ("Handbook.pdf", None),
        style=style,
    )
    assert shown == "**Sources:** Handbook.pdf · [Prices](https://docs.example/prices?a=1&b=2)"


@pytest.mark.parametrize("style", STYLES)
def test_sources_beyond_five_are_counted(world: World, style: str) -> None:
    names = [f"Doc {n}" for n in range(8)]
    shown = answered(world, *[(name, None) for name in names], style=style)
    assert shown == f"**Sources:** {' · '.join(names[:5])} · +3 more"


@pytest.mark.parametrize("style", STYLES)
def test_sources_are_left_out_when_the_admin_wants_none(world: World, style: str) -> None:
    world.configure(show_sources=False)
    assert answered(world, ("Handbook.pdf", "https://docs.example"), style=style) == ""


def test_sources_are_left_out_when_there_are_none(world: World) -> None:
    assert answered(world) == ""


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://x.example/a",
        "//x.example",
        "upload_file",
        "https://x .example",
    ],
)
def test_source_links_only_to_a_web_address(world: World, url: str) -> None:
    assert answered(world, ("Handbook", url)) == "**Sources:** Handbook"


@pytest.mark.parametrize(
    "name",
    [
        "<!channel>",
        "<@U0BEN0000> said",
        "<https://evil.example|https://good.example>",
        "[a](https://evil.example)",
        "**bold** _x_ `code` ~y~",
        "# no heading\n\n- no list",
        "a | b\n---|---",
        "![x](https://evil.example/p.png)",
    ],
)
@pytest.mark.parametrize("style", STYLES)
def test_source_name_is_shown_as_plain_text(world: World, name: str, style: str) -> None:
    shown = answered(world, (name, "https://docs.example/a"), style=style)
    assert "\n" not in shown
    assert shown.startswith("**Sources:** [")
    assert shown.endswith("](https://docs.example/a)")
    assert "<!" not in shown
    assert re.search(r"(?<!\\)\]\(https://evil", shown) is None


def test_sources_are_in_the_members_language(world: World) -> None:
    aki = world.slack.add_user("aki", locale="ja-JP")
    world.slack.join(world.channel, aki)
    world.dify.script(script.say(TEXT) + script.sources(*[(f"D{n}", None) for n in range(6)]), world.app_id)
    text = world.answer(world.ask("How?", user=aki))
    assert text.endswith("**出典:** D0 · D1 · D2 · D3 · D4 · ほか 1 件")
