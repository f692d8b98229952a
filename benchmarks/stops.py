"""How soon a run ends in Dify once a member stopped its answer.

In real time, with LATENCY seconds for each call to Slack. `python -m benchmarks.stops` writes benchmarks/stops.json.
"""

import json
import platform
import time
from pathlib import Path

from benchmarks.waits import LATENCY, Waits
from simulators.dify import script
from simulators.slack.workspace import ANNA, BEN

TIMES = 3
TALKS = 4.0  # seconds of an answer before it is stopped
FIGURES = Path(__file__).parent / "stops.json"
MEANS = {
    "edit": ("word", "button", "reaction", "slack", "deletion"),
    "stream": ("word", "reaction", "slack", "deletion"),
}
"""What can stop an answer of each style: only an edited message has a button."""


class Stops:
    """Answers without an end, one after the other, in one workspace."""

    def __init__(self, style: str) -> None:
        self.bench = Waits()
        dify = self.bench.dify
        key = {"dify_api_key": dify.api_key(self.bench.app), "dify_api_url": f"{dify.url}/v1"}
        self.bench.slack.configure(manifest="")  # Slack sends every event, reactions too
        self.bench.new_workspace(reply_style=style, **key)

    def seconds(self, means: str) -> float:
        """From what the member does to the end of the run."""
        slack, dify, channel = self.bench.slack, self.bench.dify, self.bench.channel
        dify.reset()
        words = script.say("one more word " * 100, seconds=60)
        dify.script(words + script.silence(), self.bench.app)
        root = slack.say(channel, BEN, "A thread")
        question = slack.mention(channel, ANNA, "Go on", thread_ts=root, only=["app_mention"])
        slack.wait_for(lambda: slack.answers(channel, root), 20)
        time.sleep(TALKS)
        began = time.time()
        match means:
            case "word":
                slack.mention(channel, ANNA, "stop", thread_ts=root)
            case "button":
                [shown] = slack.answers(channel, root)
                slack.press(channel, shown.ts, ANNA, "stop")
            case "reaction":
                slack.react(channel, ANNA, question, "octagonal_sign")
            case "slack":
                slack.stop_session(channel, ANNA, root)
            case _:
                slack.delete(channel, question)
        dify.wait_ended(1, timeout=60)
        [run] = dify.invocations()
        return float(run["ended"]) - began


def main() -> None:
    """Print the figures as they come, and write them."""
    found = []
    for style, every in MEANS.items():
        stops = Stops(style)
        try:
            for means in every:
                seconds = sorted(round(stops.seconds(means), 3) for _ in range(TIMES))
                found.append({"style": style, "means": means, "seconds": seconds})
                print(json.dumps(found[-1]), flush=True)
        finally:
            stops.bench.stack.stop()
    figures = {"python": platform.python_version(), "latency": LATENCY, "stops": found}
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
