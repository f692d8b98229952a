import pytest

from errors import SettingsError
from provider.environment import Environment, read_environment

SIMULATED = {"SLACK_API_URL": "http://127.0.0.1:9000/api/"}


def test_empty_environment_means_the_real_slack_without_time_scale() -> None:
    assert read_environment({}) == Environment()
    assert Environment().slack_api_url == "https://slack.com/api/"
    assert Environment().slack_files_url == "https://files.slack.com"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000/api", "http://localhost:9000/api/", "http://[::1]:9000/api"]
)
def test_slack_on_this_machine_may_be_plain_http(url: str) -> None:
    assert read_environment({"SLACK_API_URL": url}).slack_api_url == url.rstrip("/") + "/"


@pytest.mark.parametrize(
    "url",
    [
        "http://slack.com/api/",
        "http://127.0.0.1.evil.example/api/",
        "http://localhost.example/api/",
        "https://user:word@slack.com/api/",
        "https:///api/",
        "https://slack.com:99999/api/",
        "https://[::1/api/",
        "https://slack.com/api/?x=1",
        "ftp://slack.com/api/",
        "slack.com",
    ],
)
@pytest.mark.parametrize("name", ["SLACK_API_URL", "SLACK_FILES_URL"])
def test_address_the_token_must_not_go_to_is_refused(name: str, url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_environment({name: url})
    assert refused.value.setting == name


def test_time_scale_is_accepted_only_with_a_slack_on_this_machine() -> None:
    assert read_environment(SIMULATED | {"TIME_SCALE": "0.05"}).time_scale == 0.05
    for elsewhere in ({}, {"SLACK_API_URL": "https://slack-gov.com/api/"}):
        with pytest.raises(SettingsError, match="TIME_SCALE"):
            read_environment(elsewhere | {"TIME_SCALE": "0.05"})


def test_open_turns_is_accepted_only_with_a_slack_on_this_machine() -> None:
    assert read_environment(SIMULATED).open_turns is None
    assert read_environment(SIMULATED | {"OPEN_TURNS": "3"}).open_turns == 3
    with pytest.raises(SettingsError, match="OPEN_TURNS"):
        read_environment({"OPEN_TURNS": "3"})


@pytest.mark.parametrize("turns", ["0", "-1", "few", "1.5"])
def test_senseless_number_of_turns_is_refused(turns: str) -> None:
    with pytest.raises(SettingsError, match="OPEN_TURNS"):
        read_environment(SIMULATED | {"OPEN_TURNS": turns})


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf", "fast"])
def test_senseless_time_scale_is_refused(scale: str) -> None:
    with pytest.raises(SettingsError, match="TIME_SCALE"):
        read_environment(SIMULATED | {"TIME_SCALE": scale})


@pytest.mark.parametrize(
    ("text", "port"), [("", 5002), ("5999", 5999), ("0", 5002), ("70000", 5002), ("tcp://x", 5002)]
)
def test_port_of_the_daemon_has_a_default(text: str, port: int) -> None:
    assert read_environment({"SERVER_PORT": text}).server_port == port


def test_local_runtime_is_only_the_install_method_local() -> None:
    assert read_environment({"INSTALL_METHOD": "local"}).local_runtime
    assert not read_environment({"INSTALL_METHOD": "remote"}).local_runtime


def test_dify_file_bases_come_best_first_and_once() -> None:
    env = {
        "FILES_URL": "https://dify.example/",
        "DIFY_INNER_API_URL": "http://api:5001",
        "INTERNAL_FILES_URL": "http://api:5001/",
    }
    assert read_environment(env).dify_files_urls == ("http://api:5001", "https://dify.example")
    assert read_environment(env).dify_inner_url == "http://api:5001"
    assert read_environment({"DIFY_INNER_API_URL": "file:///etc"}).dify_inner_url == ""


def test_dify_web_address_is_a_web_address_or_empty() -> None:
    assert read_environment({"APP_WEB_URL": "https://dify.example/"}).dify_web_url == "https://dify.example"
    for given in ({}, {"APP_WEB_URL": ""}, {"APP_WEB_URL": "javascript:alert(1)"}):
        assert read_environment(given).dify_web_url == ""


def test_environment_keeps_no_other_variable() -> None:
    kept = repr(read_environment({"SERVER_KEY": "the-daemons-key", "DB_PASSWORD": "word"}))
    assert "the-daemons-key" not in kept
    assert "word" not in kept
