from pathlib import Path

import pytest

from socket_relay.settings import RelaySettingsError, read_settings

TOKEN, SECRET, HOOK = (
    "xapp-1-A-2-b",
    "0123456789abcdef0123456789abcdef",
    "https://dify.example.com/e/abcdefgh",
)
GIVEN = {"SLACK_APP_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "HOOK_URL": HOOK}


def test_environment_is_enough() -> None:
    read = read_settings(GIVEN)
    assert (read.app_token, read.signing_secret, read.hook_url) == (TOKEN, SECRET, HOOK)
    assert read.slack_api_url == "https://slack.com/api/"
    assert (read.health_host, read.health_port) == ("127.0.0.1", 8080)


def test_file_fills_what_the_environment_lacks(tmp_path: Path) -> None:
    file = tmp_path / "relay.env"
    file.write_text(
        f"# ours\nexport SLACK_APP_TOKEN='{TOKEN}'\nHOOK_URL = https://other.example.com/e/x\nnonsense\n"
    )
    read = read_settings({"SLACK_SIGNING_SECRET": SECRET, "HOOK_URL": HOOK}, file)
    assert (read.app_token, read.hook_url) == (TOKEN, HOOK)


def test_secret_of_docker_is_the_content_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    files = {
        "SLACK_APP_TOKEN_FILE": str(tmp_path / "token"),
        "SLACK_SIGNING_SECRET_FILE": str(tmp_path / "secret"),
    }
    read = read_settings(files | {"HOOK_URL": HOOK})
    assert (read.app_token, read.signing_secret) == (TOKEN, SECRET)


@pytest.mark.parametrize("ending", ["", "/", "/slack/events", "/slack/events/", "/slack/interactions"])
def test_address_of_one_of_the_endpoints_is_cut_to_the_hooks(ending: str) -> None:
    assert read_settings(GIVEN | {"HOOK_URL": HOOK + ending}).hook_url == HOOK


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("SLACK_APP_TOKEN", ""), ("SLACK_APP_TOKEN", "xoxb-1-2-3")),
        *(
            ("SLACK_SIGNING_SECRET", ""),
            ("SLACK_SIGNING_SECRET", "x" * 32),
            ("SLACK_SIGNING_SECRET", SECRET[:31]),
        ),
        *(("HOOK_URL", ""), ("HOOK_URL", "dify.example.com/e/x"), ("HOOK_URL", "ftp://dify/e/x")),
        *(("HOOK_URL", f"{HOOK}?a=b"), ("HEALTH_ADDRESS", "8080"), ("HEALTH_ADDRESS", "host:0")),
        *(("HEALTH_ADDRESS", "host:x"), ("SLACK_APP_TOKEN_FILE", "/nowhere/at/all")),
    ],
)
def test_wrong_setting_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(RelaySettingsError, match=name) as caught:
        read_settings(GIVEN | {name: value})
    assert not value or name.endswith("_FILE") or f"{value!r}" not in str(caught.value)


def test_first_of_several_signing_secrets_signs() -> None:
    other = "f" * 32
    assert read_settings(GIVEN | {"SLACK_SIGNING_SECRET": f"old: {other} {SECRET}"}).signing_secret == other


def test_settings_show_no_secret_when_printed() -> None:
    shown = repr(read_settings(GIVEN))
    assert TOKEN not in shown
    assert SECRET not in shown
    assert HOOK not in shown
