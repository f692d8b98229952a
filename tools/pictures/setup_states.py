"""Takes pictures of the set-up page in each of its states, from the real page in a real browser.

The simulated Slack and Dify bring the page into its states, as an admin would. The browser knows the endpoint under a
public name, so that no picture shows an address of this machine.
"""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from selenium.webdriver import Chrome

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.slack.workspace import ANNA, BEN, Workspace
from simulators.stack import MANIFEST, Stack
from tools.pictures.browser import browser

HOST = "dify.example.com"
KEY = "a key for the pictures"
FILES = (
    *("setup-begin.png", "setup-red.png", "setup-green.png", "setup-history.png", "setup-rule.png"),
    "setup-paused.png",
)
SIZE = (700, 900)  # CSS pixels
TALLEST = 860
ALL_FAULTS = 944  # down to the missing scope
PATIENCE = 60.0  # wall seconds
_PUBLIC = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  walker.currentNode.data = walker.currentNode.data.replaceAll(arguments[0], arguments[1]);
}
"""
_CLIP = """
const from = arguments[0] ? document.querySelector(arguments[0]) : document.body;
const to = arguments[1] ? document.querySelector(arguments[1]) : null;
const top = arguments[0] ? from.getBoundingClientRect().top + scrollY - 8 : 0;
const end = to ? to.getBoundingClientRect().top + scrollY - 8 : document.body.scrollHeight;
return [top, end - top];
"""


@dataclass
class SetUp:
    """An endpoint without any secret, and its page in a browser."""

    stack: Stack
    page: Chrome
    hook: str
    settings: dict[str, Any]

    def configure(self, **settings: Any) -> None:
        """Fill in settings of the endpoint."""
        self.settings |= settings
        self.stack.daemon.change_hook(self.hook, self.settings)

    def picture(self, query: str, begin: str = "", end: str = "", *, tallest: int = TALLEST) -> bytes:
        """The page, from the element `begin` to the one before `end`; both are CSS selectors, "" for all of it."""
        path = urlsplit(self.hook).path
        self.page.get(f"http://{HOST}{path}/slack/setup?{query}")
        # The simulated Slack reaches the endpoint under an address of this machine.
        self.page.execute_script(_PUBLIC, self.hook, f"https://{HOST}{path}")
        top, height = self.page.execute_script(_CLIP, begin, end)
        clip = {"x": 0, "y": top, "width": SIZE[0], "height": min(height, tallest), "scale": 1}
        asked = {"format": "png", "clip": clip, "captureBeyondViewport": True}
        shot = self.page.execute_cdp_cmd("Page.captureScreenshot", asked)
        return base64.b64decode(shot["data"])

    def open_with_key(self, key: str = KEY) -> None:
        """Let the browser send this setup key from now on."""
        told = base64.b64encode(f"admin:{key}".encode()).decode()
        self.page.execute_cdp_cmd("Network.enable", {})
        header = {"headers": {"Authorization": f"Basic {told}"}}
        self.page.execute_cdp_cmd("Network.setExtraHTTPHeaders", header)


def pictures(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """The file name of each picture with its PNG."""
    slack, app = stack.slack, stack.dify.app("handbook", "advanced-chat")
    slack.reset()
    settings: dict[str, Any] = {"app": {"app_id": app, "inputs": {}}}
    hook = stack.daemon.add_hook(settings)
    resolve = f"--host-resolver-rules=MAP {HOST}:80 {urlsplit(hook).netloc}"
    with browser(SIZE, resolve, "--hide-scrollbars", "--force-device-scale-factor=1") as page:
        made = SetUp(stack, page, hook, settings)
        yield "setup-begin.png", made.picture("lang=en", "h1", "#mentions-only")
        made.open_with_key()
        slack.configure(manifest=MANIFEST.read_text("utf-8").replace("- files:read", "#"))
        yield "setup-red.png", with_faults(made)
        slack.configure(manifest=MANIFEST.read_text("utf-8"))
        yield "setup-green.png", all_well(made)
        yield "setup-history.png", made.picture("check=1", "#rule ~ h2", "#rule ~ h2 ~ h2")
        yield "setup-rule.png", which_rule(made)
        made.open_with_key(
            "a wrong key"
        )  # the browser would ask for another one, and shows no page meanwhile
        yield "setup-paused.png", after_wrong_keys(made)


def with_faults(made: SetUp) -> bytes:
    """A wrong signing secret, a missing scope, and an app that nobody can ask."""
    slack, dify = made.stack.slack, made.stack.dify
    asks = dify.app("travel-desk", "advanced-chat", form=[variable("country", required=True)])
    made.configure(
        app={"app_id": asks, "inputs": {}},
        bot_token=slack.token,
        signing_secret="0123456789abcdef" * 2,
        setup_key=KEY,
    )
    slack.configure(events_url=f"{made.hook}/slack/events")
    slack.mention(slack.add_channel("travel"), ANNA, "Where do I file expenses?", retries=False)
    time.sleep(2)
    return made.picture("check=1", "h1", "#rule", tallest=ALL_FAULTS)


def all_well(made: SetUp) -> bytes:
    """The same once all is mended and the bot was asked in each way."""
    slack, dify = made.stack.slack, made.stack.dify
    urls = {f"{name}_url": f"{made.hook}/slack/{name}" for name in ("events", "interactions", "commands")}
    slack.configure(**urls)
    made.configure(app={"app_id": "handbook", "inputs": {}}, signing_secret=slack.signing_secret)
    dify.app("handbook", "advanced-chat", opening_statement="Hello!", suggested_questions=["Travel?"])
    channel, private = slack.add_channel("help"), slack.add_channel("board", kind="group")
    group = slack.add_channel("group", kind="mpim")
    dm = slack.dm_channel(ANNA)
    for number, question in enumerate(("Where do I file expenses?", "Who is on call?", "What is new?")):
        dify.script(
            script.say("It is in the handbook, chapter 4.", seconds=1.0 + number), "handbook", times=1
        )
        answered(slack, channel, slack.mention(channel, ANNA, question))
    answered(slack, private, slack.mention(private, BEN, "What was decided?"))
    answered(slack, group, slack.say(group, BEN, slack.mentioning("Lunch?")))
    answered(slack, dm, slack.dm(ANNA, "How many days off have I left?"))
    root = slack.mention(channel, ANNA, "")
    answered(slack, channel, root)
    slack.press(channel, slack.answers(channel, root)[0].ts, ANNA, "ask_0")
    slack.command(channel, ANNA, "/dify", "help")
    slack.open_home()
    slack.invite(slack.add_channel("new", bot=False), ANNA)
    for kind in ("tokens_revoked", "app_uninstalled"):
        slack.event({"type": kind})
    wait(lambda: len(slack.ephemeral()) > 1)
    time.sleep(4)
    return made.picture("check=1", "h1", "#rule")


def which_rule(made: SetUp) -> bytes:
    """A guest who is not answered, in a channel that is open by its name."""
    slack = made.stack.slack
    slack.add_user("gil", real_name="Gil Costa", is_restricted=True)
    slack.add_channel("travel-desk")
    made.configure(guests=False, open_channels="#travel-desk")
    query = urlencode({"channel": "#travel-desk", "member": "Gil Costa"})
    return made.picture(query, "#rule", "#rule ~ h2")


def after_wrong_keys(made: SetUp) -> bytes:
    """The page once ten wrong keys have come."""
    for _ in range(10):
        made.picture("check=1")
    return made.picture("check=1", "h1")


def answered(slack: Workspace, channel: str, root: str) -> None:
    """Wait for the answer."""
    slack.wait_answer(channel, root, PATIENCE)


def wait(look: Callable[[], object]) -> None:
    """Wait until the look is true."""
    until = time.monotonic() + PATIENCE
    while not look() and time.monotonic() < until:
        time.sleep(0.2)
