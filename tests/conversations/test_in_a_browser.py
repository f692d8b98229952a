"""An admin goes from an empty endpoint to the first answer in a browser, as the set-up page says."""

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from simulators.dify.apps import variable
from tests.conversations.world import ANNA, BEN, World
from tests.support.setup_pages import KEY
from tools.pictures.browser import browser
from wording import SetupText, setup_text

# What Slack sends when the app is removed: nobody sees that while setting it up.
FAREWELL = ("app_uninstalled", "tokens_revoked")
PACE = 5.0  # seconds that a person takes for one action
MOST = 300.0
NAME = "Ask Legal"
COLOUR = "#8a1c7c"


def said(key: SetupText, **values: object) -> str:
    return setup_text("en", key, **values)


def type_into(page: Chrome, field: str, value: str) -> None:
    """Put the value into a field and let the page know, as typing does; a colour cannot be typed."""
    element = page.find_element(By.ID, field)
    page.execute_script(
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'));", element, value
    )


def linked(page: Chrome) -> dict[str, Any]:
    """The manifest in the link of the variant that is open."""
    link = page.find_element(By.CSS_SELECTOR, "details[open] a.first").get_attribute("href") or ""
    found: dict[str, Any] = json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0])
    return found


def checks(page: Chrome) -> dict[str, str]:
    """The state of each line of the self-check, by its title."""
    lines = page.find_elements(By.CSS_SELECTOR, "ul.checks li")
    return {line.find_element(By.TAG_NAME, "b").text: line.get_attribute("class") or "" for line in lines}


def fits_a_phone(page: Chrome) -> bool:
    return bool(page.execute_script("return document.documentElement.scrollWidth <= window.innerWidth"))


class Admin:
    """Counts what a person does, in the browser and beside it."""

    def __init__(self, page: Chrome) -> None:
        self.page = page
        self.actions = 0

    def does(self, *actions: str) -> None:
        self.actions += len(actions)

    def opens(self, address: str) -> None:
        self.does("open")
        self.page.get(address)

    def types(self, field: str, value: str) -> None:
        self.does("type")
        type_into(self.page, field, value)

    def clicks(self, selector: str) -> WebElement:
        self.does("click")
        element = self.page.find_element(By.CSS_SELECTOR, selector)
        element.click()
        return element


def use_all(world: World) -> None:
    """Do once what the bot is made for."""
    slack, file = world.slack, world.slack.add_file("plan.txt", b"hello")
    world.answer(world.ask("What is in it?", files=[file]))
    world.answer(slack.dm(ANNA, "Hello"), channel=slack.dm_channel())
    group, private = (slack.add_channel(kind, kind=kind) for kind in ("mpim", "group"))
    world.answer(slack.say(group, BEN, slack.mentioning("All of us")), channel=group)
    about = slack.say(private, BEN, "A remark")
    assert slack.shortcut(private, about, ANNA).status == 200
    world.answers(about, channel=private, count=2)
    slack.say(world.channel, BEN, "Another remark")
    slack.command(world.channel, ANNA, "/dify", "help")
    slack.open_home()
    slack.invite(slack.add_channel("new", bot=False), ANNA)
    world.wait(lambda: slack.home().get("blocks") and len(slack.ephemeral()) == 2)


def makes_a_manifest(admin: Admin, base: str) -> dict[str, Any]:
    """Give the bot a name, a colour and another name of its host, in the browser alone; the manifest of the link."""
    page = admin.page
    assert fits_a_phone(page)
    admin.types("name", NAME)
    admin.types("colour", COLOUR)
    admin.types("address", f"{base}/slack/setup")
    manifest = linked(page)
    area = page.find_element(By.CSS_SELECTOR, "details[open] textarea")
    assert json.loads(area.get_attribute("value") or "") == manifest
    assert manifest["display_information"]["name"] == NAME
    assert manifest["display_information"]["background_color"] == COLOUR
    assert manifest["features"]["bot_user"]["display_name"] == "ask-legal"
    assert manifest["settings"]["event_subscriptions"]["request_url"] == f"{base}/slack/events"
    assert manifest["features"]["slash_commands"][0]["url"] == f"{base}/slack/commands"
    assert "@ask-legal" in page.find_element(By.TAG_NAME, "main").text
    type_into(page, "address", "javascript:alert(1)")
    assert page.find_element(By.ID, "address-wrong").is_displayed()
    assert linked(page) == manifest
    copy = admin.clicks("details[open] button")
    WebDriverWait(page, 10).until(lambda _: copy.text == said(SetupText.COPIED))
    return manifest


def test_admin_goes_from_an_empty_endpoint_to_the_first_answer(empty: World) -> None:
    base = empty.hook.replace("127.0.0.1", "localhost")
    app = empty.dify.app(f"{empty.app_id}-files", form=[variable("files", "file-list", max_length=5)])
    empty.configure(app={"app_id": app, "inputs": {}})
    with browser() as page:
        admin = Admin(page)
        admin.does("install the plugin", "create the endpoint", "choose the app", "type a setup key", "save")
        admin.opens(f"{empty.hook}/slack/setup")
        manifest = makes_a_manifest(admin, base)
        admin.does("click the link", "choose the workspace", "create the app", "install it", "allow it")
        created = empty.slack.create_app(json.dumps(manifest))
        assert created is not None
        assert created.state == "accepted"
        assert created.attempts[-1].body == created.body["challenge"]
        admin.does("copy the token", "copy the secret", "open the settings", "paste both", "save", "retry")
        token, secret = empty.slack.token, empty.slack.signing_secret
        empty.configure(bot_token=token, signing_secret=secret, setup_key=KEY)

        parts = urlsplit(empty.hook)
        admin.opens(f"{parts.scheme}://admin:{quote(KEY)}@{parts.netloc}{parts.path}/slack/setup?check=1")
        before = checks(page)
        assert before[said(SetupText.TOKEN)] == "green"
        assert before[said(SetupText.SECRET)] == "unseen"
        assert "red" not in before.values()
        assert fits_a_phone(page)

        admin.does("open Slack", "invite the bot", "ask")
        assert empty.answer(empty.ask("Hello")) == "You said: Hello"
        assert admin.actions * PACE < MOST
        admin.opens(f"{empty.hook}/slack/setup")  # the browser keeps the key
        after = checks(page)
        for title in (SetupText.SECRET, SetupText.SAME_APP):
            assert after[said(title)] == "green"
        assert after[said(SetupText.EVENT, name="app_mention")] == "green"
        assert "red" not in after.values()
        use_all(empty)
        page.get(f"{empty.hook}/slack/setup")
        left = {title for title, state in checks(page).items() if state != "green"}
        assert left == {said(SetupText.EVENT, name=name) for name in FAREWELL}
        page.find_element(By.ID, "channel").send_keys(empty.channel)
        page.find_element(By.ID, "member").send_keys("U0ANNA000")
        page.find_element(By.CSS_SELECTOR, "form button").click()
        rule = WebDriverWait(page, 10).until(lambda _: page.find_element(By.CSS_SELECTOR, "ul.rule"))
        assert said(SetupText.ANSWERED) in rule.text
        logged = page.get_log("browser")  # type: ignore[no-untyped-call]
        refused = [entry for entry in logged if "Content Security Policy" in str(entry)]
        assert refused == []
