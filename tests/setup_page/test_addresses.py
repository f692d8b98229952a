import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setup_page.addresses import PLACEHOLDER, base_address, is_of_one_network

HOOK = "/e/abcdefghijklmnop"


@pytest.mark.parametrize(
    ("hook_url", "base"),
    [
        ("https://dify.example.com/e/abcdefghijklmnop/slack/setup", f"https://dify.example.com{HOOK}"),
        ("http://dify.example.com/e/abcdefghijklmnop/slack/setup", f"https://dify.example.com{HOOK}"),
        (
            "https://Dify.Example.com:8443/e/abcdefghijklmnop/slack/setup",
            f"https://dify.example.com:8443{HOOK}",
        ),
        ("https://a.example.com/dify/e/abcdefghijklmnop/slack/setup", f"https://a.example.com/dify{HOOK}"),
        ("http://127.0.0.1:5002/e/hook0001/slack/metrics", "http://127.0.0.1:5002/e/hook0001"),
        ("http://[::1]:5002/e/hook0001/slack/setup", "http://[::1]:5002/e/hook0001"),
    ],
)
def test_address_of_an_endpoint_is_read(hook_url: str, base: str) -> None:
    assert base_address(hook_url) == base


@pytest.mark.parametrize(
    "hook_url",
    [
        "",
        "dify.example.com/e/abc/slack/setup",
        "ftp://dify.example.com/e/abc/slack/setup",
        "javascript://dify.example.com/e/abc/slack/setup",
        "https://dify.example.com/slack/setup",
        "https://dify.example.com/e/abc/slack/setup?next=https://evil.example.com",
        "https://admin@dify.example.com/e/abc/slack/setup",
        "https://dify.example.com:port/e/abc/slack/setup",
        'https://dify.example.com"onload=x/e/abc/slack/setup',
        "https://dify.example.com/e/<b>/slack/setup",
        f"https://dify.example.com/{'a' * 600}/e/abc/slack/setup",
    ],
)
def test_any_other_address_counts_as_none(hook_url: str) -> None:
    assert base_address(hook_url) == ""


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_address_never_holds_a_character_with_a_meaning(host: str, path: str, hook: str) -> None:
    for hook_url in (f"https://{host}{path}/e/{hook}/slack/setup", f"https://{host}", host):
        assert not set(base_address(hook_url)) & set("<>\"'&`{}\\ \n\r\t\x00")


SAFE = re.compile(
    r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]+)?(/[A-Za-z0-9._~-]+)*/e/[A-Za-z0-9_-]{1,64}", re.ASCII
)
HOSTS = st.text(max_size=40) | st.sampled_from(
    [
        *("dify.example.com", "dify.example.com:8443", "[::1]", "[::1%25x]", "a@b.example", "a.example\\b"),
        *("a.example/x?y=1#", "a.example\r\nX-Y: z", "<b>.example", 'a.example"onload=x', "аpple.example"),
    ]
)
PARTS = st.text(max_size=20) | st.sampled_from(
    ["", "/..", "/%2e%2e", "//evil.example", "/a/b", "<i>", "?x", "#"]
)


@given(st.lists(st.tuples(HOSTS, PARTS, PARTS), min_size=50, max_size=50))
@settings(max_examples=100)
def test_any_of_5000_host_headers_gives_a_plain_address_or_none(said: list[tuple[str, str, str]]) -> None:
    for host, path, hook in said:
        for hook_url in (
            f"https://{host}{path}/e/{hook}/slack/setup",
            f"http://{host}/e/abc{hook}/slack/setup",
        ):
            base = base_address(hook_url)
            assert base == "" or SAFE.fullmatch(base)
            assert not base or (urlsplit(base).hostname or "") in hook_url.lower()


def test_placeholder_has_the_form_of_an_address() -> None:
    assert base_address(f"{PLACEHOLDER}/slack/setup") == PLACEHOLDER


@pytest.mark.parametrize(
    "host",
    ["localhost", "dify", "127.0.0.1", "10.0.0.5", "192.168.1.4:8080", "[::1]", "dify.local", "a.internal"],
)
def test_host_of_one_network_is_known(host: str) -> None:
    assert is_of_one_network(f"https://{host}{HOOK}")


@pytest.mark.parametrize("host", ["dify.example.com", "8.8.8.8", "xn--bcher-kva.example"])
def test_public_host_is_not_of_one_network(host: str) -> None:
    assert not is_of_one_network(f"https://{host}{HOOK}")
