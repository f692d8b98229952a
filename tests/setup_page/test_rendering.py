import base64
import hashlib
import json
import re
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setup_page import report
from setup_page.addresses import PLACEHOLDER
from setup_page.app_manifest import VARIANTS
from setup_page.history import Bar, History
from setup_page.rendering import (
    LANGUAGES,
    AdminReport,
    PageAnswer,
    locked_answer,
    paused_answer,
    report_answer,
    setup_answer,
)
from tests.support.html_outline import Outline
from wording import SetupText, setup_text

BASE = "https://dify.example.com/e/abcdefghijklmnop"
CODES = [code for code, _ in LANGUAGES]
EVERY = pytest.mark.parametrize("language", CODES)
NASTY = st.sampled_from(
    [
        '"><script>alert(1)</script>',
        "'><img src=x onerror=y>",
        "{{7*7}}",
        "</textarea>",
        "javascript:",
        "&lt;",
        "`",
    ]
)
STRANGE = st.text(max_size=60) | st.tuples(st.text(max_size=20), NASTY, st.text(max_size=20)).map("".join)


def directives(answer: PageAnswer) -> dict[str, list[str]]:
    rules = (rule.split() for rule in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in rules}


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@EVERY
def test_page_is_whole_in_each_language(language: str) -> None:
    answer = setup_answer(language, BASE)
    outline = Outline(answer.body)
    assert answer.status == 200
    assert outline.named("html") == [{"lang": language}]
    for text in (SetupText.TITLE, SetupText.AGENT_HELP, SetupText.SECRETS_VERIFY):
        assert setup_text(language, text) in outline.text
    assert [attributes["id"] for attributes in outline.named("details")] == [
        variant.name for variant in VARIANTS
    ]
    assert len(outline.named("h2")) == 6


@pytest.mark.parametrize("answer", [setup_answer("en", BASE), locked_answer("en"), paused_answer("en", 12.3)])
def test_browser_runs_only_our_script_and_loads_nothing(answer: PageAnswer) -> None:
    rules = directives(answer)
    assert rules["default-src"] == ["'none'"]
    assert rules["frame-ancestors"] == rules["base-uri"] == ["'none'"]
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        for text in re.findall(f"<{tag}>(.*?)</{tag}>", answer.body, re.DOTALL):
            assert rules[rule] == [hash_of(text)]
    outline = Outline(answer.body)
    assert not {"img", "link", "iframe", "object", "base", "form"} & {tag for tag, _ in outline.tags}
    names = {name for _, attributes in outline.tags for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in {"style", "src", "srcdoc"}]
    assert answer.headers["Cache-Control"] == "no-store"


def test_link_and_text_hold_the_same_manifest_with_the_endpoints_addresses() -> None:
    body = setup_answer("en", BASE).body
    links = [
        a["href"] or ""
        for a in Outline(body).named("a")
        if (a["href"] or "").startswith("https://api.slack.com")
    ]
    assert len(links) == len(VARIANTS)
    for link in links:
        manifest = json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0])
        assert json.dumps(manifest, indent=2) in "".join(Outline(body).texts)
        if not manifest["settings"]["socket_mode_enabled"]:
            assert manifest["settings"]["event_subscriptions"]["request_url"] == f"{BASE}/slack/events"


def test_unknown_address_is_said_and_a_placeholder_stands_in_the_manifest() -> None:
    outline = Outline(setup_answer("en", "").body)
    assert setup_text("en", SetupText.ADDRESS_UNKNOWN) in outline.text
    assert f"{PLACEHOLDER}/slack/events" in outline.text
    assert next(field for field in outline.named("input") if field["id"] == "address")["value"] == ""


def test_address_of_one_network_is_warned_of() -> None:
    warning = setup_text("en", SetupText.ADDRESS_OF_ONE_NETWORK)
    assert warning in Outline(setup_answer("en", "http://127.0.0.1:5002/e/hook0001").body).text
    assert warning not in Outline(setup_answer("en", BASE).body).text


def test_locked_page_asks_the_browser_for_the_key() -> None:
    answer = locked_answer("en")
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (
        401,
        'Basic realm="Slack Bridge", charset="UTF-8"',
    )
    paused = paused_answer("en", 12.3)
    assert (paused.status, paused.headers["Retry-After"]) == (429, "13")


MARKS = re.compile("⟦[^⟧]*⟧")


def around(body: str) -> str:
    """The page without its links and without what stands between the marks."""
    return MARKS.sub("⟦⟧", re.sub('href="[^"]*"', "href", body))


@given(st.lists(STRANGE, min_size=50, max_size=50), st.sampled_from(CODES))
@settings(max_examples=100)
def test_any_of_5000_texts_as_an_address_stays_a_value(texts: list[str], language: str) -> None:
    """Even if the reading of addresses let everything through, the page would be safe."""
    unmarked = (text.translate(dict.fromkeys(map(ord, "⟦⟧"), "")) for text in texts)
    body = setup_answer(language, "".join(f"⟦{text}⟧" for text in unmarked)).body
    assert around(body) == around(setup_answer(language, "⟦⟧" * len(texts)).body)
    assert not set("".join(MARKS.findall(body))) & set("<>\"'")


def report_of(texts: list[str]) -> AdminReport:
    """A report with each text in one of the places where a name of Slack's, Dify's or an admin's can stand."""
    first, second, third, *rest = texts
    marked = [f"⟦{text}⟧" for text in rest]
    lines = [
        report.red(title, report.text(SetupText.SCOPE_MISSING, lost=said)) for title, said in pairwise(marked)
    ]
    shown = History([marked], [Bar(0, 0, 1, 1)], [(marked[0], 1)], [(marked[1], 2)])
    rule = [report.green(SetupText.CHANNEL, report.text(SetupText.NO_MEMBER, name=f"⟦{third}⟧"))]
    return AdminReport(lines, shown, f"⟦{first}⟧", f"⟦{second}⟧", rule)


@given(st.lists(STRANGE, min_size=50, max_size=50), st.sampled_from(CODES))
@settings(max_examples=100)
def test_any_of_5000_names_in_the_report_stays_a_value(texts: list[str], language: str) -> None:
    unmarked = [text.translate(dict.fromkeys(map(ord, "⟦⟧"), "")) for text in texts]
    body = report_answer(language, BASE, report_of(unmarked)).body
    assert around(body) == around(report_answer(language, BASE, report_of([""] * len(texts))).body)
    assert not set("".join(MARKS.findall(body))) & set("<>\"'")
