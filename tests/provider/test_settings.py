import dataclasses
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import SettingsError
from provider.settings import Settings, read_settings

SECRET = "8f742231b10e8888abcd99edf00d85a5"
FORM = yaml.safe_load((Path(__file__).parents[2] / "provider" / "slack.yaml").read_text("utf-8"))["settings"]
NAMES = [setting["name"] for setting in FORM]


def problems(raw: dict[str, object]) -> list[str]:
    return [problem.setting for problem in read_settings(raw).problems]


@pytest.mark.parametrize("raw", [{}, dict.fromkeys(NAMES), dict.fromkeys(NAMES, "")])
def test_empty_settings_give_the_defaults_without_a_problem(raw: dict[str, object]) -> None:
    assert read_settings(raw) == Settings()


def test_form_shows_the_defaults_of_the_code() -> None:
    defaults = Settings()
    for setting in FORM:
        if "default" in setting:
            assert str(getattr(defaults, setting["name"])) == str(setting["default"]), setting["name"]


def test_setting_of_the_form_is_always_read() -> None:
    read = {field.name for field in dataclasses.fields(Settings)}
    renamed = {"app": "app_id", "signing_secret": "signing_secrets", "dify_api_key": "dify_api_keys"}
    assert {renamed.get(name, name) for name in NAMES} | {"app_inputs", "problems"} == read


def test_full_form_is_read_without_a_problem() -> None:
    found = read_settings(
        {
            "app": {"app_id": "a-1", "inputs": {"tone": "kind"}, "files": []},
            "bot_token": " xoxb-1-2-abc\n",
            "signing_secret": f"{SECRET}  {'0' * 32} {SECRET}",
            "reply_style": "edit",
            "follow_threads": False,
            "direct_messages": "false",
            "dm_conversation": "per_thread",
            "allowed_channels": "C0123, G0456 D0789 #Help",
            "allowed_users": "U0123,W0456,S0123, @Support Anna@Example.com",
            "guests": "no",
            "open_channels": "C0123",
            "slack_connect": True,
            "trusted_bots": "B0123 B0456",
            "reaction_trigger": " :Robot_Face: ",
            "channel_apps": "C0123 = app-a, C0456=app-b, ~Legal = app-c,",
            "show_progress": "FALSE",
            "show_sources": "true",
            "conversation_days": " 7 ",
            "language": "pt-BR",
            "setup_key": "open sesame",
            "internal_url": "http://plugin-daemon:5002/",
            "redis_url": "rediss://:word@redis:6379/1",
        }
    )
    assert found.problems == ()
    assert (found.app_id, dict(found.app_inputs)) == ("a-1", {"tone": "kind"})
    assert found.bot_token == found.require_token() == "xoxb-1-2-abc"
    assert found.signing_secrets == (SECRET, "0" * 32)
    assert (found.reply_style, found.dm_conversation, found.language) == ("edit", "per_thread", "pt-BR")
    assert (found.follow_threads, found.direct_messages, found.slack_connect) == (False, False, True)
    assert (found.show_progress, found.show_sources, found.conversation_days) == (False, True, 7)
    assert found.allowed_channels == {"C0123", "G0456", "D0789", "#help"}
    assert found.allowed_users == {"U0123", "W0456", "S0123", "@support", "anna@example.com"}
    assert not found.guests
    assert found.open_channels == {"C0123"}
    assert (found.app_names, found.app_for("C0789", "legal")) == (["legal"], "app-c")
    assert found.trusted_bots == {"B0123", "B0456"}
    assert found.reaction_trigger == "robot_face"
    assert [found.app_for(channel) for channel in ("C0123", "C0456", "C0789")] == ["app-a", "app-b", "a-1"]
    assert (found.setup_key, found.internal_url) == ("open sesame", "http://plugin-daemon:5002")
    assert found.redis_url == "rediss://:word@redis:6379/1"


@pytest.mark.parametrize(
    "url",
    [
        "rediss://:word@redis/0?ssl_cert_reqs=none&ssl_ca_certs=/etc/ca.pem",
        "redis://redis?db=3&protocol=3",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_redis_address_may_hold_the_options_that_redis_knows(url: str) -> None:
    found = read_settings({"redis_url": url})
    assert (found.redis_url, found.problems) == (url, ())


def test_secrets_never_show_in_the_repr() -> None:
    shown = repr(
        read_settings(
            {
                "app": {"app_id": "a", "inputs": {"key": "hidden-1"}},
                "bot_token": "xoxb-hidden-2",
                "signing_secret": "hidden-3",
                "setup_key": "hidden-4",
                "redis_url": "redis://:hidden-5@redis",
            }
        )
    )
    assert "hidden" not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reply_style", "telegraph"),
        ("reply_style", 7),
        ("dm_conversation", "weekly"),
        ("language", "klingon"),
        ("show_progress", 2),
        ("show_sources", {}),
        ("conversation_days", "0"),
        ("conversation_days", "3651"),
        ("conversation_days", "a month"),
        ("conversation_days", "²"),
        ("conversation_days", "9" * 5000),
        ("conversation_days", True),
        ("conversation_days", 1.5),
        ("internal_url", "plugin-daemon:5002"),
        ("internal_url", "ftp://daemon"),
        ("internal_url", "http://user:word@daemon"),
        ("internal_url", "http://[::1"),
        ("internal_url", "http://daemon:port"),
        ("internal_url", "http://daemon/e?x=1"),
        ("internal_url", 5002),
        ("redis_url", "http://redis"),
        ("redis_url", "redis://"),
        ("redis_url", "redis://redis:port"),
        ("redis_url", 6379),
        ("redis_url", "redis://redis/0?ssl_cert_reqs=none"),
        ("redis_url", "rediss://redis/0?ssl_verify=0"),
        ("redis_url", "redis://redis/0?socket_timeout=60"),
        ("redis_url", "redis://redis/0?nonsense"),
    ],
)
def test_cosmetic_mistake_is_named_and_the_default_is_used(name: str, value: object) -> None:
    found = read_settings({name: value})
    assert [problem.setting for problem in found.problems] == [name]
    assert dataclasses.replace(found, problems=()) == Settings()
    assert found.problems[0].cure.endswith(".")


@pytest.mark.parametrize("value", ["maybe", "tru", 3, [True], {"on": True}])
@pytest.mark.parametrize("name", ["slack_connect", "guests", "direct_messages", "follow_threads"])
def test_switch_that_gives_access_is_off_when_unreadable(name: str, value: object) -> None:
    assert getattr(read_settings({name: value}), name) is False
    assert problems({name: value}) == [name]


@pytest.mark.parametrize("name", ["allowed_channels", "allowed_users", "open_channels"])
@pytest.mark.parametrize(
    "value",
    [
        "#",
        "general, random",
        "@",
        "Sales",
        "@ann@example@com",
        "#<help>",
        "c0123abcd",
        42,
        ["C0123", "U0123"],
        {},
        ",",
        " , ;\n",
        ";",
        "、",
        "，；",
        "|",
        "\u200b",
    ],
)
def test_list_that_cannot_be_read_admits_nobody(name: str, value: object) -> None:
    allowed = getattr(read_settings({name: value}), name)
    assert allowed
    assert not allowed & {"C0123", "U0123", "C0123ABCD", "U0123ABCD"}
    assert problems({name: value}) == [name]


@pytest.mark.parametrize("name", ["allowed_channels", "allowed_users"])
@pytest.mark.parametrize("value", [None, "", " ", "\n\t", "\u3000"])
def test_blank_list_admits_everybody(name: str, value: object) -> None:
    assert getattr(read_settings({name: value}), name) == frozenset()
    assert problems({name: value}) == []


def test_list_is_separated_by_commas_of_other_scripts_too() -> None:
    assert read_settings({"allowed_users": "U0123、U0456，W0789；"}).allowed_users == {
        "U0123",
        "U0456",
        "W0789",
    }
    assert read_settings({"channel_apps": "C0123=a、C0456=b，"}).channel_apps == {"C0123": "a", "C0456": "b"}


def test_readable_part_of_a_list_counts() -> None:
    assert "C0123ABCD" in read_settings({"allowed_channels": "#general, C0123ABCD"}).allowed_channels


@pytest.mark.parametrize(
    "value",
    [
        "C0123",
        "C0123=",
        "=app",
        "general=app",
        "C0123=a=b",
        "C0123=a, C0123=b",
        "C0123=a b",
        7,
        {"C0123": "a"},
        ",",
        *(" ; ,", "、", "\u200b"),
    ],
)
def test_unreadable_channel_apps_give_no_channel_an_app(value: object) -> None:
    found = read_settings({"app": {"app_id": "main"}, "channel_apps": value})
    for channel in ("C0123", "C0999"):
        with pytest.raises(SettingsError) as unsure:
            found.app_for(channel)
        assert unsure.value.setting == "channel_apps"


@pytest.mark.parametrize(
    "value", [None, "", {}, {"app_id": ""}, {"app_id": None}, "app", ["app"], {"inputs": {}}]
)
def test_missing_app_names_the_setting(value: object) -> None:
    with pytest.raises(SettingsError) as missing:
        read_settings({"app": value}).app_for("C0123")
    assert missing.value.setting == "app"


@pytest.mark.parametrize(
    "value", [None, "", "  ", "xoxp-1", "xapp-1", "bot", "xoxb-", "xoxb-1 2", "xoxb-é", 5]
)
def test_unusable_token_names_the_setting(value: object) -> None:
    found = read_settings({"bot_token": value})
    assert found.bot_token is None
    with pytest.raises(SettingsError) as missing:
        found.require_token()
    assert missing.value.setting == "bot_token"


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        (None, ()),
        ("", ()),
        (" \n", ()),
        ("xoxb-1-2", ()),
        ("sécret", ()),
        (5, ()),
        ("short", ()),
        (f"Signing Secret {SECRET}", (SECRET,)),
        (f"{SECRET}0", ()),
    ],
)
def test_signing_secret_of_another_shape_counts_as_missing(value: object, secrets: tuple[str, ...]) -> None:
    assert read_settings({"signing_secret": value}).signing_secrets == secrets


def test_unusable_signing_secret_that_is_a_plain_word_is_shown() -> None:
    (problem,) = read_settings({"signing_secret": "short"}).problems
    assert problem.setting == "signing_secret"
    assert "something of 5 characters" in str(problem)  # a word may be a password


@pytest.mark.parametrize("word", [SECRET[:31], SECRET + "x", "xoxb-1-2", "abcdef", "s3cret", "é" * 8])
def test_word_that_may_be_part_of_a_secret_is_described_by_its_length_alone(word: str) -> None:
    (problem,) = read_settings({"signing_secret": f"Secret: {word} {SECRET}"}).problems
    assert '"Secret:"' in str(problem)
    assert word not in str(problem)
    assert SECRET not in str(problem)
    assert f"something of {len(word)} characters" in str(problem)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150)
@given(raw=st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_settings_reading_never_fails_and_never_gives_more_access(raw: dict[str, object]) -> None:
    found = read_settings(raw)
    assert all(found.signing_secrets)
    for name in ("allowed_channels", "allowed_users"):
        value = raw.get(name, "")
        if value is not None and (not isinstance(value, str) or value.strip()):
            assert getattr(found, name)
    if raw.get("slack_connect") is not True:
        assert not found.slack_connect or str(raw["slack_connect"]).strip().lower() in {
            "true",
            "yes",
            "on",
            "1",
        }


def test_trusted_bot_that_is_no_bot_id_is_named_and_matches_no_bot() -> None:
    found = read_settings({"trusted_bots": "B0123, my workflow, U0456"})
    [problem] = found.problems
    assert problem.setting == "trusted_bots"
    assert "B0123ABCD" in str(problem)
    assert found.trusted_bots == {"B0123", "?my", "?workflow", "?U0456"}
    assert read_settings({"trusted_bots": " , "}).trusted_bots == {"?"}
    assert "" not in read_settings({}).trusted_bots


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("robot_face", "robot_face"),
        (":robot_face:", "robot_face"),
        ("wave::skin-tone-2", "wave"),
        (":wave::skin-tone-2:", "wave"),
        ("thumbsup", "+1"),
        ("+1::skin-tone-6", "+1"),
        (":-1:", "-1"),
        ("質問", "質問"),
        ("", ""),
        (None, ""),
    ],
)
def test_emoji_that_asks_has_the_name_that_events_give_it(given: object, name: str) -> None:
    found = read_settings({"reaction_trigger": given})
    assert (found.reaction_trigger, found.problems) == (name, ())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("🤖", "not its picture"),
        ("eyes, wave", "the name of one emoji"),
        ("robot face", "the name of one emoji"),
        (":", "the name of one emoji"),
        ("a" * 65, "the name of one emoji"),
        (7, "the name of one emoji"),
        ("x", "x stops answers"),
        (":octagonal_sign:", "octagonal_sign stops answers"),
    ],
)
def test_emoji_that_cannot_ask_is_named_and_none_asks(given: object, told: str) -> None:
    found = read_settings({"reaction_trigger": given})
    [problem] = found.problems
    assert (found.reaction_trigger, problem.setting) == ("", "reaction_trigger")
    assert told in str(problem)


def test_inputs_of_the_default_app_go_to_no_other_app() -> None:
    found = read_settings(
        {"app": {"app_id": "main", "inputs": {"api_key": "k"}}, "channel_apps": "C1234=other"}
    )
    assert found.inputs_for(found.app_for("C9999")) == {"api_key": "k"}
    assert found.inputs_for(found.app_for("C1234")) == {}


class TestServiceApi:
    """The key of each app, and where it may go."""

    KEYS = "app-0123456789ab second=app-second-key-1"

    def test_key_without_an_app_id_is_the_default_apps(self) -> None:
        found = read_settings({"app": {"app_id": "main"}, "dify_api_key": self.KEYS})
        assert found.problems == ()
        assert found.api_key_for("main") == "app-0123456789ab"
        assert found.api_key_for("second") == "app-second-key-1"
        assert found.api_key_for("third") is None
        assert "app-0123456789ab" not in repr(found)
        assert read_settings({}).api_key_for("main") is None

    @pytest.mark.parametrize(
        "value",
        ["sk-123456789012", "app-a=", "=app-0123456789ab", "app-0123456789ab app-0123456789cd", "a b"],
    )
    def test_word_that_is_no_key_is_told_and_left_out(self, value: str) -> None:
        found = read_settings({"app": {"app_id": "main"}, "dify_api_key": value})
        [problem] = found.problems
        assert problem.setting == "dify_api_key"
        assert not any(word in str(problem) for word in value.split() if len(word) > 8)

    def test_address_ends_in_v1(self) -> None:
        for value in ("http://api:5001", "http://api:5001/v1/", "http://api:5001/v1"):
            assert read_settings({"dify_api_url": value}).dify_api_url == "http://api:5001/v1"

    @pytest.mark.parametrize("value", ["api:5001", "http://u:p@api/v1", "http://api/v1?x=1", "ftp://api"])
    def test_key_stays_here_while_its_address_is_unreadable(self, value: str) -> None:
        found = read_settings({"app": {"app_id": "main"}, "dify_api_key": self.KEYS, "dify_api_url": value})
        assert [problem.setting for problem in found.problems] == ["dify_api_url"]
        assert found.api_key_for("main") is None


def test_settings_of_the_next_request_are_the_same_object_until_they_change() -> None:
    raw = {"app": {"app_id": "app-1"}, "bot_token": "xoxb-1-abc", "guests": True}
    first = read_settings(dict(raw))
    assert read_settings(dict(raw)) is first
    assert read_settings({**raw, "guests": False}).guests is False
    assert read_settings({**raw, "guests": 1}) is not first


def test_settings_that_are_no_json_are_read_all_the_same() -> None:
    assert read_settings({"app": {"app_id": "app-1"}, "language": object()}).app_id == "app-1"


def test_problem_is_a_new_error_each_time_it_is_raised() -> None:
    settings = read_settings({"bot_token": "no token"})
    raised = []
    for _ in range(2):
        with pytest.raises(SettingsError) as error:
            settings.require_token()
        raised.append(error.value)
    assert raised[0] is not raised[1]
    assert all(problem.__traceback__ is None for problem in settings.problems)
