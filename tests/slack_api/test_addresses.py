import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import SettingsError
from slack_api.files import FilesOrigin

REAL = FilesOrigin("https://files.slack.com")
PATHS = ["/files-pri/T1-F1/a.txt", "/files-pri/T1-F1/download/a%20b.txt?x=1#y", "", "/ü/b c"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "head", ["https://files.slack.com", "HTTPS://Files.Slack.com", "https://files.slack.com:443"]
)
def test_slacks_own_addresses(head: str, path: str) -> None:
    assert REAL.is_origin_of(head + path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "files.slack.com/a",
        "//files.slack.com/a",
        "http://files.slack.com/a",
        "ftp://files.slack.com/a",
        "https://files.slack.com:80/a",
        "https://files.slack.com:8443/a",
        "https://files.slack.com:/a",
        "https://files.slack.com:x/a",
        "https://user@files.slack.com/a",
        "https://user:pw@files.slack.com/a",
        "https://files.slack.com@evil.example/a",
        "https://files.slack.com:443@evil.example/a",
        "https://evil.example/files.slack.com",
        "https://evil.example#files.slack.com",
        "https://evil.example?files.slack.com",
        "https://files.slack.com.evil.example/a",
        "https://evilfiles.slack.com/a",
        "https://files.slack.com./a",
        "https://files-slack.com/a",
        "https://slack.com/a",
        "https://files.slack.com\\@evil.example/a",
        "https://evil.example\\.files.slack.com/a",
        "https:\\\\files.slack.com/a",
        "https:///files.slack.com/a",
        "https://files.slack.com\x00.evil.example/a",
        "https://files.slack.com/a\r\nHost: evil.example",
        "https://fi\tles.slack.com/a",
        " https://files.slack.com/a",
        "https://files.slack.com%2eevil.example/a",
        "https://files。slack.com/a",
        "https://ﬁles.slack.com/a",
        "https://[files.slack.com]/a",
        "https://[::1/a",
        "https://127.0.0.1/a",
    ],
)
def test_look_alikes_are_not_slack(url: str) -> None:
    assert not REAL.is_origin_of(url)


@given(st.text(alphabet="abcfilesk.com:/@\\#?%443 []", max_size=40))
def test_nothing_between_scheme_and_path_may_differ(authority: str) -> None:
    url = f"https://{authority}"
    bare = authority.partition("/")[0].partition("?")[0].partition("#")[0]
    assert not REAL.is_origin_of(url) or bare in {"files.slack.com", "files.slack.com:443"}


@given(st.text(max_size=10), st.text(max_size=10))
def test_no_prefix_and_no_suffix_of_the_host_passes(before: str, after: str) -> None:
    owned = REAL.is_origin_of(f"https://{before}files.slack.com{after}/a")
    assert not owned or (before == "" and (after in {"", ":443"} or after[0] in "/?#"))


def test_loopback_is_for_tests_with_its_own_port() -> None:
    local = FilesOrigin("http://127.0.0.1:8080/")
    assert local.is_origin_of("http://127.0.0.1:8080/files-pri/x")
    for other in (
        "http://127.0.0.1/x",
        "http://127.0.0.1:8081/x",
        "https://127.0.0.1:8080/x",
        "http://localhost:8080/x",
    ):
        assert not local.is_origin_of(other)
    assert FilesOrigin("http://[::1]:8080").is_origin_of("http://[::1]:8080/x")


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "files.slack.com",
        "http://files.slack.com",
        "https://files.slack.com:8443",
        "https://u@files.slack.com",
        "ftp://127.0.0.1",
    ],
)
def test_an_origin_that_would_leak_is_no_setting(setting: str) -> None:
    with pytest.raises(SettingsError):
        FilesOrigin(setting)
