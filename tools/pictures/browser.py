"""A headless Chromium, as Debian packs it, for pictures and tests of pages that people open."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

PHONE = (390, 844)  # CSS pixels


def program(name: str) -> str:
    """The path of a program. Raises FileNotFoundError, which says what to install."""
    found = shutil.which(name)
    if found is None:
        install = "sh tools/debian chromium:chromium chromedriver:chromium-driver"
        raise FileNotFoundError(f"{name} is not on this machine: {install}")
    return found


@contextmanager
def browser(size: tuple[int, int] = PHONE, *arguments: str) -> Iterator[Chrome]:
    """A browser of its own, in English, which ends with the block. `arguments` are those of Chromium."""
    options = ChromeOptions()
    options.binary_location = program("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--lang=en",
        "--no-proxy-server",
        *arguments,
    ):
        options.add_argument(argument)
    options.add_argument(f"--window-size={size[0]},{size[1]}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options, Service(program("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()
