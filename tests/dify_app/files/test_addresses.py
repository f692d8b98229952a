import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.files.addresses import addresses, file_bases, is_signed

BASES = ("http://api:5001", "https://dify.example/base")
TOOL = "/files/tools/0f1e-2d.png?timestamp=1&nonce=a&sign=b%3D"


def test_file_bases_keep_the_order_of_the_environment_and_end_with_the_hook() -> None:
    named = ["http://api:5001/", "", "not a url", "http://api:5001"]
    assert file_bases(named, "https://dify.example/e/hook/slack/events?x=1") == (
        "http://api:5001",
        "https://dify.example",
    )
    assert file_bases([], "") == ()
    assert file_bases(["ftp://x", "http://user@x", "http://x?y"], "file:///etc") == ()


def test_relative_address_is_tried_on_every_base() -> None:
    assert addresses(TOOL, BASES) == (f"http://api:5001{TOOL}", f"https://dify.example/base{TOOL}")
    assert addresses(TOOL, ()) == ()


def test_absolute_address_of_dify_is_tried_on_the_nearest_base_first() -> None:
    assert addresses(f"https://dify.example/base{TOOL}", BASES) == addresses(TOOL, BASES)


@pytest.mark.parametrize(
    "url",
    [
        "/files/tools/a.png",
        "/files/0f1e2d3c-aaaa/file-preview?timestamp=1",
        "/files/0f1e2d3c-aaaa/image-preview",
        "http://api:5001/files/tools/a.png",
    ],
)
def test_address_of_a_dify_file_is_fetched(url: str) -> None:
    assert addresses(url, BASES)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.png",
        "files/tools/a.png",
        "//evil.example/files/tools/a.png",
        "http://evil.example/files/tools/a.png",
        "http://api:5001.evil.example/files/tools/a.png",
        "http://api:5002/files/tools/a.png",
        "https://api:5001/files/tools/a.png",
        "http://api:5001@evil.example/files/tools/a.png",
        "http://x@api:5001/files/tools/a.png",
        "http://API:5001/inner/api/invoke/app",
        "https://dify.example/files/tools/a.png",
        "https://dify.example/baseline/files/tools/a.png",
        "/inner/api/invoke/app",
        "/files/upload/for-plugin",
        "/files/tools/../../inner/api",
        "/files/tools/..%2f..%2finner",
        "/files/tools/a.png/../b",
        "/files//tools/a.png",
        "\\\\evil.example\\files",
        "/files/tools/a b.png",
        "/files/tools/a.png#x",
        "/files/tools/ä.png",
        "javascript:/files/tools/a.png",
        "data:/files/tools/a.png",
        "http://[::1/files/tools/a.png",
        "http://api:99999/files/tools/a.png",
        "/files/tools/" + "a" * 3000,
        "/files/tools/a.png\nHost: x",
    ],
)
def test_address_that_is_not_difys_own_is_never_fetched(url: str) -> None:
    assert addresses(url, BASES) == ()


@given(st.text(alphabet="htps:/@.apievl5001files\\?#%tools-x ", max_size=60))
def test_fetched_address_always_lies_under_a_base(url: str) -> None:
    for address in addresses(url, BASES):
        assert address.startswith((f"{BASES[0]}/files/", f"{BASES[1]}/files/"))


def test_signed_address_is_recognised_on_any_host() -> None:
    assert is_signed(TOOL)
    assert is_signed(f"https://anywhere.example/base{TOOL}")
    assert not is_signed("/files/tools/a.png")
    assert not is_signed("https://a.example/x.png?sign=b")
    assert not is_signed(f"https://a.example/x.png?of={TOOL}")
