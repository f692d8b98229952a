"""Takes the README's picture of the playground: `python -m tools.pictures.playground` (Chromium)."""

import sys
import time

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from simulators.launch import ROOT
from simulators.playground.playground import Playground
from tools.pictures.browser import browser

PICTURE = ROOT / "_assets" / "playground.png"
SIZE = (1440, 960)  # CSS pixels
APP, QUESTION = "app-chatflow", "@Dify Bot How do we roll out release 4.2, and who does what?"
SECONDS = 5.5  # after the question: two steps are done, and the plan grows


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
        with browser(SIZE) as page:
            page.get(playground.url)
            ask(page)
            PICTURE.write_bytes(page.get_screenshot_as_png())
            sys.stdout.write(f"{PICTURE.relative_to(ROOT)} ({PICTURE.stat().st_size:,} bytes)\n")
    finally:
        playground.stop()


if __name__ == "__main__":
    main()
