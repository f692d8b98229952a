"""The playground with an app of one's own; a second simulated Dify takes the place of the real one."""

from simulators.dify.control import DifyControl
from simulators.dify.script import say
from simulators.launch import launched
from simulators.playground.playground import Playground
from simulators.slack.workspace import ANNA, GENERAL

SCALE = 0.2


def test_own_app_answers_over_its_service_api() -> None:
    with launched("simulators.dify", "--inner-key", "k", "--time-scale", str(SCALE)) as own:
        dify = DifyControl(own.url)
        app = dify.app("mine", "advanced-chat")
        dify.script(say("From an app of my own."), app)
        playground = Playground.start(SCALE, real=(f"{dify.url}/v1", dify.api_key(app)))
        try:
            slack = playground.stack.slack
            root = slack.mention(GENERAL, ANNA, "Who are you?")
            wanted = ["From an app of my own."]
            # An edited answer is no stream, so between two edits it may look as if it had ended
            slack.wait_for(lambda: [it.text for it in slack.ended_answers(GENERAL, root)] == wanted, 30)
            [asked] = dify.invocations()
            assert (asked["query"], asked["via"]) == ("Who are you?", "api")
            assert playground.stack.dify.invocations() == []
        finally:
            playground.stop()
