from tests.simulators.slack.conftest import Slack, refusal

MANIFEST = """
oauth_config: {scopes: {bot: [chat:write, users:read, "app_mentions:read", "files:read"]}}
settings: {event_subscriptions: {bot_events: [app_mention], request_url: "URL"}, socket_mode_enabled: SOCKET}
"""


def manifest(url: str, *, socket_mode: bool = False) -> str:
    return MANIFEST.replace("URL", url).replace("SOCKET", str(socket_mode).lower())


def test_challenge_goes_to_the_address_of_the_manifest(slack: Slack) -> None:
    sent = slack.workspace.create_app(manifest(f"{slack.workspace.url}/nowhere"))
    assert sent is not None
    assert (sent.kind, sent.attempts[0].status) == ("url_verification", 404)


def test_socket_mode_sends_nothing_over_http(slack: Slack) -> None:
    assert slack.workspace.create_app(manifest("http://127.0.0.1:9/", socket_mode=True)) is None
    slack.workspace.mention("C0GENERAL", "U0ANNA000", "hello")
    assert slack.workspace.deliveries() == []


def test_scopes_that_were_needed_are_counted(slack: Slack) -> None:
    slack.workspace.create_app(manifest(f"{slack.workspace.url}/nowhere"))
    assert slack.workspace.used_scopes() == set()
    slack.client.auth_test()
    slack.client.users_info(user="U0ANNA000")
    assert (
        refusal(lambda: slack.client.reactions_add(channel="C0GENERAL", timestamp="1.0", name="x"))
        == "missing_scope"
    )
    assert slack.workspace.used_scopes() == {"users:read"}
    slack.workspace.mention("C0GENERAL", "U0ANNA000", "hello")
    assert slack.workspace.used_scopes() == {"users:read", "app_mentions:read"}


def test_bots_info_names_the_app_behind_the_token(slack: Slack) -> None:
    bot = slack.client.auth_test()["bot_id"]
    assert slack.client.bots_info(bot=bot)["bot"]["app_id"] == slack.workspace.app_id
    slack.workspace.configure(token_app_id="A0ANOTHER")
    assert slack.client.bots_info(bot=bot)["bot"]["app_id"] == "A0ANOTHER"
    assert refusal(lambda: slack.client.bots_info(bot="B0NOBODY")) == "bot_not_found"
