"""Takes the README's picture of the playground: `python -m tools.pictures.playground` (Chromium)."""

import sys
import time

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from simulators.launch import ROOT
from simulators.playground.playground import Playground

PICTURE = ROOT / "_assets" / "playground.png"
SIZE = "1440,960"
APP, QUESTION = "app-chatflow", "@Dify Bot How do we roll out release 4.2, and who does what?"
SECONDS = 5.5  # after the question: two steps are done, and the plan grows


def opened(url: str) -> Chrome:
    """A browser without a window."""
    options = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--lang=en", f"--window-size={SIZE}"):
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    page = Chrome(options, Service("/usr/bin/chromedriver"))
    page.get(url)
    return page


def ask(page: Chrome) -> None:
    """The chatflow is asked in #general, and both views of its answer are opened."""
    page.implicitly_wait(20)
    Select(page.find_element(By.ID, "app")).select_by_value(APP)
    page.find_element(By.ID, "composer-channel").send_keys(QUESTION, Keys.ENTER)
    page.find_element(By.CSS_SELECTOR, "#thread .message")
    page.find_element(By.CSS_SELECTOR, "#viewers [value=both]").click()
    time.sleep(SECONDS)


def main() -> None:
    """Write the picture and say which."""
    playground = Playground.start()
    try:
        page = opened(playground.url)
        try:
            ask(page)
            PICTURE.write_bytes(page.get_screenshot_as_png())
            sys.stdout.write(f"{PICTURE.relative_to(ROOT)} ({PICTURE.stat().st_size:,} bytes)\n")
        finally:
            page.quit()
    finally:
        playground.stop()


if __name__ == "__main__":
    main()
