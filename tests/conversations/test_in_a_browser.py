"""An admin goes from an empty endpoint to the first answer in a browser, as the set-up page says."""

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.conversations.world import World
from tests.support.setup_pages import KEY
from tools.pictures.browser import browser
from wording import SetupText, setup_text

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


def test_admin_goes_from_an_empty_endpoint_to_the_first_answer(empty: World) -> None:
    base = empty.hook.replace("127.0.0.1", "localhost")
    with browser() as page:
        page.get(f"{empty.hook}/slack/setup")
        assert fits_a_phone(page)
        # the name, the colour and another name of the same host, in the browser alone
        type_into(page, "name", NAME)
        type_into(page, "colour", COLOUR)
        type_into(page, "address", f"{base}/slack/setup")
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
        copy = page.find_element(By.CSS_SELECTOR, "details[open] button")
        copy.click()
        empty.wait(lambda: copy.text == said(SetupText.COPIED))

        created = empty.slack.create_app(json.dumps(manifest))
        assert created is not None
        assert created.state == "accepted"
        token, secret = empty.slack.token, empty.slack.signing_secret
        empty.configure(bot_token=token, signing_secret=secret, setup_key=KEY)

        parts = urlsplit(empty.hook)
        page.get(f"{parts.scheme}://admin:{quote(KEY)}@{parts.netloc}{parts.path}/slack/setup?check=1")
        before = checks(page)
        assert before[said(SetupText.TOKEN)] == "green"
        assert before[said(SetupText.SECRET)] == "unseen"
        assert "red" not in before.values()
        assert fits_a_phone(page)

        assert empty.answer(empty.ask("Hello")) == "You said: Hello"
        page.get(f"{empty.hook}/slack/setup")  # the browser keeps the key
        after = checks(page)
        for title in (SetupText.SECRET, SetupText.SAME_APP):
            assert after[said(title)] == "green"
        assert after[said(SetupText.EVENT, name="app_mention")] == "green"
        assert "red" not in after.values()
        page.find_element(By.ID, "channel").send_keys(empty.channel)
        page.find_element(By.ID, "member").send_keys("U0ANNA000")
        page.find_element(By.CSS_SELECTOR, "form button").click()
        rule = page.find_element(By.CSS_SELECTOR, "ul.rule").text
        assert said(SetupText.ANSWERED) in rule
        logged = page.get_log("browser")  # type: ignore[no-untyped-call]
        refused = [entry for entry in logged if "Content Security Policy" in str(entry)]
        assert refused == []
