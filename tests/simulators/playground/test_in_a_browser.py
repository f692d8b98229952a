"""A whole conversation on the playground's page, in a browser, with the real plugin behind it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from simulators.playground.playground import Playground
from simulators.slack.workspace import ANNA, BEN
from tools.pictures.browser import PHONE, browser
from wording import Say
from wording.en import EN

SCALE = 0.4
PATIENCE = 60.0
DESKTOP = (1440, 900)


@pytest.fixture(scope="module")
def playground() -> Iterator[Playground]:
    running = Playground.start(SCALE)
    yield running
    running.stop()


class Page:
    """The page as its reader uses it."""

    def __init__(self, chrome: Chrome, playground: Playground) -> None:
        self.chrome = chrome
        self.playground = playground
        chrome.set_window_size(*DESKTOP)
        chrome.get(playground.url)
        self.wait(lambda: chrome.find_elements(By.CSS_SELECTOR, "#channel textarea"), "the page")
        self.wait(lambda: "runs" in self.text("#hood .plugin"), "the plugin")

    def wait[T](self, look: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            try:
                if found := look():
                    return found
            except StaleElementReferenceException:
                pass  # drawn anew in between
            time.sleep(0.05)
        shown = self.chrome.find_element(By.TAG_NAME, "body").text
        raise AssertionError(
            f"{what} did not come; the page says:\n{shown}\n{self.playground.stack.daemon.log()[-2000:]}"
        )

    def text(self, selector: str) -> str:
        return str(
            self.chrome.execute_script(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent).join('\\n')",
                selector,
            )
        )

    def click(self, selector: str) -> None:
        def clicked() -> bool:
            self.chrome.find_element(By.CSS_SELECTOR, selector).click()
            return True

        self.wait(clicked, f"a click at {selector}")

    def choose(self, selector: str, file: Path) -> None:
        def chosen() -> bool:
            self.chrome.find_element(By.CSS_SELECTOR, selector).send_keys(str(file))
            return True

        self.wait(chosen, f"the file at {selector}")

    def app(self, name: str) -> None:
        Select(self.chrome.find_element(By.ID, "app")).select_by_value(f"app-{name}")
        self.wait(lambda: self.playground_app() == f"app-{name}", "the app")

    def playground_app(self) -> str:
        return str(self.chrome.execute_script("return document.getElementById('app').value"))

    def say(self, where: str, text: str) -> None:
        def said() -> bool:
            area = self.chrome.find_element(By.ID, f"composer-{where}")
            area.clear()  # the page may have been drawn anew between the keys
            area.send_keys(text)
            if area.get_attribute("value") != text:
                return False
            area.send_keys(Keys.ENTER)
            return True

        self.wait(said, f"“{text}” in the composer")

    def ask(self, text: str) -> None:
        """A question that begins a thread."""
        self.click("[data-place=C0GENERAL]")
        self.say("channel", f"@Dify Bot {text}")
        self.wait(lambda: self.text("#thread .message .text").count(text) > 0, "the question in its thread")

    def seen(self, viewer: str = ANNA) -> str:
        """What the app's messages say in the thread, as the viewer sees it."""
        return self.text(f"[data-viewer={viewer}] .message:has(.badge) .text")

    def wait_seen(self, piece: str, viewer: str = ANNA) -> None:
        self.wait(lambda: piece in self.seen(viewer), f"“{piece}” for {viewer}")

    def buttons(self, beginning: str) -> list[Any]:
        """The thread's buttons whose ids begin so, the latest last."""
        selector = f"[data-viewer={ANNA}] button[data-focus^='{beginning}']"
        return self.chrome.find_elements(By.CSS_SELECTOR, selector)

    def press(self, beginning: str) -> None:
        def pressed() -> bool:
            if found := self.buttons(beginning):
                self.chrome.execute_script("arguments[0].click()", found[-1])
            return bool(found)

        self.wait(pressed, f"a button {beginning}")

    def fill(self, text: str) -> None:
        """Fill in the open modal and send it."""
        self.wait(lambda: self.chrome.find_elements(By.CSS_SELECTOR, "dialog.modal textarea"), "the modal")
        self.chrome.find_element(By.CSS_SELECTOR, "dialog.modal textarea").send_keys(text)
        self.click("dialog.modal button[type=submit]")
        self.wait(lambda: not self.chrome.find_elements(By.CSS_SELECTOR, "dialog.modal"), "the closed modal")

    def both(self) -> None:
        self.click("#viewers [value=both]")

    def as_anna(self) -> None:
        self.click(f"#viewers [value={ANNA}]")


@pytest.fixture(scope="module")
def page(playground: Playground) -> Iterator[Page]:
    with browser() as chrome:
        yield Page(chrome, playground)
        logged = chrome.get_log("browser")  # type: ignore[no-untyped-call]
        assert [entry for entry in logged if entry["level"] == "SEVERE"] == []


def growth(page: Page, end: str) -> dict[str, list[str]]:
    """The different texts that each viewer saw until both have seen the end."""
    seen: dict[str, list[str]] = {ANNA: [], BEN: []}
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and not all(texts and end in texts[-1] for texts in seen.values()):
        for viewer, texts in seen.items():
            now = page.seen(viewer)
            if now and texts[-1:] != [now]:
                texts.append(now)
        time.sleep(0.05)
    return seen


def test_answer_grows_for_both_in_a_channel_and_follow_ups_need_no_mention(page: Page) -> None:
    page.app("chatflow")
    page.ask("How do we roll out release 4.2?")
    page.both()
    seen = growth(page, "On-call calendar")
    for texts in seen.values():
        assert "On-call calendar" in texts[-1]
        assert len(texts) >= 4
    assert page.text("[data-viewer=U0BEN0000] .task.complete .task-title").count("Search the handbook") == 1
    assert "Rehearsal" in page.text("[data-viewer=U0BEN0000] .table")
    assert "def differing" in page.text("[data-viewer=U0BEN0000] pre")
    page.as_anna()
    page.say("thread", "And then?")
    page.wait(lambda: page.seen().count("On-call calendar") == 2, "the answer to the follow-up")
    hood = page.text("#hood .lines")
    for piece in (
        "app_mention",
        "ack 200",
        "turn",
        "owned after",
        "Chatflow (api)",
        "node_started",
        "chat.update",
    ):
        assert piece in hood
    assert "chat.update" in page.text("#hood .budget")


def test_streamed_answer_grows_for_its_asker_alone(page: Page) -> None:
    page.app("chatbot")
    page.chrome.execute_script("document.querySelectorAll('#hood details').forEach(e => e.open = true)")
    Select(page.chrome.find_element(By.CSS_SELECTOR, ".ways select")).select_by_value("stream")
    page.wait(lambda: page.text(".ways option[selected]") == "stream", "the setting")
    page.ask("Do you stream?")
    page.both()
    seen = growth(page, "and I remember it")
    assert len(seen[ANNA]) >= 4
    assert len(seen[BEN]) <= 2
    assert seen[ANNA][-1] == seen[BEN][-1]
    page.as_anna()
    Select(page.chrome.find_element(By.CSS_SELECTOR, ".ways select")).select_by_value("auto")


def test_file_reaches_the_app(page: Page, playground: Playground, tmp_path: Path) -> None:
    page.app("chatbot")
    page.ask("Hello")
    page.wait_seen("and I remember it")
    file = tmp_path / "report.txt"
    file.write_text("42 errors")
    page.choose("#thread input[type=file]", file)
    page.wait(lambda: "report.txt" in page.text("#thread .held"), "the attached file")
    page.say("thread", "What is in it?")
    page.wait(lambda: page.seen().count("and I remember it") == 2, "the answer about the file")
    assert page.text("#thread .file") == "report.txt"
    assert [one["name"] for one in playground.stack.dify.service_uploads()] == ["report.txt"]


def test_direct_message_streams_and_the_colleague_sees_none_of_it(page: Page) -> None:
    page.app("chatbot")
    page.click("[data-place^=D]")
    page.say("channel", "Hello in private")
    page.wait_seen("and I remember it")
    page.both()
    page.wait(lambda: "is not in this conversation" in page.text(f"[data-viewer={BEN}] .status"), "the note")
    assert page.text(f"[data-viewer={BEN}] .message") == ""
    page.as_anna()


def test_slash_command_is_answered_to_its_member_alone(page: Page) -> None:
    page.click("[data-place=C0GENERAL]")
    page.say("channel", "/dify help")
    page.wait(lambda: "Only visible to you" in page.text("#channel .ephemeral"), "the ephemeral message")
    page.click(f"#viewers [value={BEN}]")
    page.wait(lambda: "Ben Okafor" in page.text("#channel h2"), "Ben's view")
    assert page.text("#channel .ephemeral") == ""
    page.as_anna()


def test_home_tab_is_shown(page: Page) -> None:
    page.click("[data-place=home]")
    page.wait(lambda: len(page.text("#channel .home")) > 100, "the Home tab")
    page.click("[data-place=C0GENERAL]")


def test_shortcut_asks_about_a_message(page: Page) -> None:
    page.app("chatbot")
    page.click("[data-place=C0GENERAL]")
    page.chrome.execute_script(
        "document.querySelector('#channel .message [data-focus=\"Ask about this\"]').click()"
    )
    page.wait(
        lambda: page.text("#channel .message:first-child .replies"), "the answer in the message's thread"
    )
    page.click("#channel .message:first-child .replies")
    page.wait_seen("and I remember it")


def test_robot_as_a_reaction_asks_about_a_message_in_its_thread(page: Page) -> None:
    page.app("chatbot")
    page.click("[data-place=C0GENERAL]")
    page.say("channel", "The build is red since noon.")
    message = "#channel .message:last-child"
    page.wait(lambda: "red since noon" in page.text(f"{message} .text"), "the message")
    page.chrome.execute_script(
        f"document.querySelector('{message} [aria-label=\"React with robot_face\"]').click()"
    )
    page.wait(lambda: page.text(f"{message} .replies"), "the answer in the message's thread")
    page.click(f"{message} .replies")
    page.wait_seen("and I remember it")


def test_stop_button_ends_the_answer_with_the_name_of_who_stopped(page: Page, playground: Playground) -> None:
    page.app("chatflow")
    page.ask("Go on until I say stop")
    page.wait_seen("Rolling out release")
    page.press("stop")
    page.wait_seen(EN[Say.STOPPED_BY].partition("{person}")[0])
    assert page.buttons("stop") == []
    assert "On-call calendar" not in page.seen()
    page.wait(playground.stack.dify.service_stops, "the stop at Dify")


def test_thumb_down_asks_for_a_reason_which_reaches_dify(page: Page, playground: Playground) -> None:
    page.app("chatbot")
    page.ask("Rate this")
    page.wait_seen("and I remember it")
    page.press("vote false")
    page.fill("It was too short")
    page.wait(lambda: EN[Say.REASON_ARRIVED] in page.text("#thread .ephemeral"), "the thanks")
    [vote] = playground.stack.dify.feedbacks()
    assert (vote["rating"], "It was too short" in vote["content"]) == ("dislike", True)


def test_form_is_answered_in_a_modal_and_the_app_goes_on(page: Page) -> None:
    page.app("pausing")
    page.ask("Write to the customers")
    page.wait_seen("somebody has to say yes")
    page.press("form_0")
    page.fill("Please in English")
    page.wait_seen("It is on its way to 1,204 customers.")
    assert page.buttons("form_") == []


def test_question_is_asked_again_by_the_shortcut(page: Page) -> None:
    page.app("chatbot")
    page.ask("Once more?")
    page.wait_seen("and I remember it")
    page.chrome.execute_script(
        "document.querySelector('#thread .message [data-focus=\"Ask again\"]').click()"
    )
    page.wait(lambda: page.seen().count("and I remember it") == 2, "the second answer")


@pytest.mark.parametrize(
    ("app", "pieces"),
    [
        ("agent", ("Roll back in Europe", "Shall I write the announcement?")),
        ("pausing", ("somebody has to say yes", "May I send it?")),
        ("slow", ("it took its time", "A long book")),
    ],
)
def test_each_app_answers_in_its_way(page: Page, app: str, pieces: tuple[str, ...]) -> None:
    page.app(app)
    page.ask(f"What do you say, {app}?")
    for piece in pieces:
        page.wait_seen(piece)


def test_failing_app_is_told_of_in_the_thread(page: Page) -> None:
    page.app("failing")
    page.ask("Break, please")
    page.wait_seen("Let me look into that")
    page.wait(
        lambda: (
            "Let me look" in page.seen()
            and len(page.seen()) > len("Let me look into that. First I would") + 20
        ),
        "the note",
    )
    assert "overloaded" not in page.seen()


def test_limited_writes_go_on_when_slack_takes_them_again(page: Page) -> None:
    page.app("chatbot")
    page.click("[data-switch=limited]")
    page.ask("Are you there?")
    page.wait(lambda: "429" in page.text("#hood .lines"), "a refused call")
    assert page.seen() == ""
    page.click("[data-switch=limited]")
    page.wait_seen("and I remember it")


def test_plugin_comes_back_after_a_kill_and_says_what_is_missing(page: Page) -> None:
    page.app("chatflow")
    page.ask("What happens if you die?")
    page.wait_seen("Rolling out release")
    page.click("#kill")
    page.wait(lambda: "down" in page.text("#hood .plugin"), "the end of the plugin")
    page.wait(lambda: "runs" in page.text("#hood .plugin"), "the plugin again")
    page.say("thread", "Are you back?")
    page.wait_seen("On-call calendar")
    page.wait_seen(EN[Say.INTERRUPTED])


def test_page_is_used_by_keyboard_and_fits_a_phone(page: Page) -> None:
    page.ask("Keyboard?")
    area = page.chrome.switch_to.active_element
    assert area.get_attribute("id") == "composer-thread"
    area.send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.chrome.find_element(By.ID, "thread").is_displayed(), "the closed thread")
    page.chrome.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": PHONE[0], "height": PHONE[1], "deviceScaleFactor": 1, "mobile": True},
    )
    wide = page.chrome.execute_script("return document.documentElement.scrollWidth")
    assert wide <= PHONE[0]
