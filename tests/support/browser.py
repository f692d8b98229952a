"""A headless Chromium, as Debian packs it, for the tests of pages that people open."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

PHONE = (390, 844)  # CSS pixels


def program(name: str) -> str:
    """The path of a program. Without it the test fails, and says what to install."""
    found = shutil.which(name)
    assert found, (
        f"{name} is not on this machine: sh tools/debian chromium:chromium chromedriver:chromium-driver"
    )
    return found


@contextmanager
def browser() -> Iterator[Chrome]:
    """A browser of its own, in English and of a phone's width, which ends with the block."""
    options = ChromeOptions()
    options.binary_location = program("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--lang=en", "--no-proxy-server"):
        options.add_argument(argument)
    options.add_argument(f"--window-size={PHONE[0]},{PHONE[1]}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options, Service(program("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()
