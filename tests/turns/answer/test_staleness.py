"""How old the shown text is while answers share Slack's rates, in virtual time, against the best possible schedule.

Everything between the app's words and Slack's HTTP is real: the streaming, the reply with its writers, the limiter.
"""

import json
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from statistics import mean
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dify_app.answer import Step, TextDelta
from slack_api import APPEND, START, STOP, UPDATE, Bounds, RateLimiter, SlackApi
from slack_api.pool import HttpResponse
from slack_reply import NativeSupport, Reply, ReplyTarget, Slack, Snapshot, TableSupport, Written
from slack_reply.optional_blocks import BlockSupport
from slack_reply.reply import Style
from tests.slack_api.virtual_time import VirtualTime
from turns.answer.answer_state import AnswerState
from turns.answer.streaming import Streaming

LATENCY = 0.2
APART = 3.25  # seconds between two questions: 20 streams may begin in a minute
DOCUMENTED = {START: 20, STOP: 20, APPEND: 100, UPDATE: 50}
WORD = re.compile(r"w(\d+)\b")


class StrictSlack:
    """Answers after LATENCY seconds, and allows exactly the documented calls in any minute."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self.shown: dict[str, dict[int, float]] = defaultdict(dict)
        """By channel: when each word was shown first."""
        self.begun: dict[str, float] = {}
        """By channel: when the first text was shown."""
        self._appended: dict[str, str] = defaultdict(str)
        self.calls: dict[str, int] = defaultdict(int)

    def exchange(
        self, _verb: str, url: str, _headers: Mapping[str, str], body: bytes | None, _bounds: Bounds
    ) -> HttpResponse:
        method, given = url.rpartition("/")[2], json.loads(body or b"{}")
        self._count(method)
        self._time.sleep(LATENCY)
        self.calls[method] += 1
        channel = str(given["channel"])
        chunks = [chunk for name in ("chunks", "blocks") for chunk in given.get(name) or ()]
        text = "".join(str(chunk.get("text", "")) for chunk in chunks)
        if text.strip():
            self.begun.setdefault(channel, self._time.now())
        # A chunk may begin within a word
        self._appended[channel] = f"{self._appended[channel]}{text}" if given.get("chunks") else text
        for word in WORD.findall(self._appended[channel]):
            self.shown[channel].setdefault(int(word), self._time.now())
        answer = {"ok": True, "ts": given.get("ts") or "2.000001", "channel": channel}
        answer["message"] = {"thread_ts": given.get("thread_ts", "")}
        return HttpResponse(200, {}, json.dumps(answer).encode())

    def _count(self, method: str) -> None:
        now, calls = self._time.now(), self._calls[method]
        while calls and calls[0] <= now - 60:
            calls.popleft()
        calls.append(now)
        assert len(calls) <= DOCUMENTED.get(method, 1000), f"{method} would be answered with 429"


@dataclass
class Answer:
    """One answer, which begins `at` and speaks for `seconds`, `pace` words a second.

    It stays short of the last quarter of its message, where text may be held back for the end of a paragraph. An
    `idle` app says nothing more after its first words.
    """

    number: int
    at: float
    seconds: float
    pace: float = 5.0
    idle: bool = False
    said: list[float] = field(default_factory=list)
    state: AnswerState = field(default_factory=AnswerState)

    @property
    def channel(self) -> str:
        return f"C{self.number}"

    def speak(self, time: VirtualTime) -> None:
        """The app's words. What an idle app sends instead changes nothing that is shown."""
        until = time.now() + self.seconds
        while time.now() < until:
            if self.idle and len(self.said) > self.pace:
                self.state.take(Step(f"s{time.now()}", "Search", "running"))
            else:
                self.said.append(time.now())
                self.state.take(TextDelta(f"w{len(self.said) - 1} "))
            time.sleep(1 / self.pace)
        self.state.end()


@dataclass
class Workspace:
    """All answers of one workspace."""

    style: Style
    time: VirtualTime = field(default_factory=VirtualTime)

    def __post_init__(self) -> None:
        self.slack = StrictSlack(self.time)
        self._tables = TableSupport(self.time)
        self._budget, self._support, self._written = (
            RateLimiter(self.time),
            NativeSupport(self.time),
            Written(),
        )

    def run(self, answers: list[Answer]) -> None:
        for answer in answers:
            self.time.spawn(partial(answer.speak, self.time), at=answer.at)
            self.time.spawn(partial(self._show, answer), at=answer.at)
        self.time.run()

    def _show(self, answer: Answer) -> None:
        time = self.time
        api = SlackApi(
            "xoxb-1",
            base_url="https://slack.com/api/",
            pool=self.slack,
            clock=time,
            budget=self._budget,
            team_id="T1",
        )
        place = ReplyTarget(api.account, answer.channel, "channel", "1.0", "1.0", "U1", "T1")
        reply = Reply(
            Slack(api, self._budget, self._support, self._tables, self._written, time, BlockSupport(time)),
            place,
            self.style,
        )
        context = SimpleNamespace(
            clock=time,
            reply=reply,
            show_progress=False,
            received=time.epoch(),
            author=SimpleNamespace(say=str),
            message=SimpleNamespace(team_id="T1"),
            status=SimpleNamespace(show=lambda *_: None),
        )
        for _ in Streaming(cast("Any", context), answer.state).show(time.now() + 500):
            pass
        reply.finish(Snapshot(answer.state.text))
        reply.settle()
        reply.close()


def ages(workspace: Workspace, answers: list[Answer]) -> Iterator[tuple[float, int]]:
    """Of each word: the seconds until it was shown, and how many answers were being written meanwhile."""
    shown = [workspace.slack.shown[answer.channel] for answer in answers]
    spans = [(min(times.values()), max(times.values())) for times in shown]

    def alive(now: float) -> int:
        return max(1, sum(1 for begin, end in spans if begin <= now <= end))

    for answer, times in zip(answers, shown, strict=True):
        for number, said in enumerate(answer.said):
            yield times[number] - said, max(alive(said), alive(times[number]))


@pytest.mark.parametrize(
    ("style", "method", "count", "seconds"),
    [
        ("stream", APPEND, 1, 60.0),
        ("stream", APPEND, 10, 120.0),
        ("stream", APPEND, 50, 180.0),
        ("edit", UPDATE, 1, 60.0),
        ("edit", UPDATE, 10, 120.0),
    ],
)
def test_shown_text_is_nearly_as_new_as_the_rates_allow(
    style: Style, method: str, count: int, seconds: float
) -> None:
    """The best schedule of N answers writes each one every N intervals: a word waits for half of that in the mean."""
    pace = 20.0 if count == 1 else 2.0
    answers = [Answer(number, number * APART, seconds, pace) for number in range(count)]
    workspace = Workspace(style)
    workspace.run(answers)
    interval, found = 60 / DOCUMENTED[method], list(ages(workspace, answers))
    best = mean(many * interval / 2 + LATENCY for _, many in found)
    assert mean(age for age, _ in found) <= 1.3 * best
    # A word is shown once the next one begins, and the last text of another answer may come between.
    between = 1 / pace + (interval if count > 1 else 0.0)
    assert max(age - 1.3 * (many * interval + LATENCY) for age, many in found) <= between
    assert workspace.slack.calls[method] > 0.75 * seconds / interval


def test_answer_without_new_words_takes_no_calls_from_the_others() -> None:
    """An app that searches sends events all the time, and each of them may bring something to show."""
    speaking = [Answer(number, 0.0, 90.0) for number in range(5)]
    silent = [Answer(number, 0.0, 90.0, idle=True) for number in range(5, 8)]
    workspace = Workspace("stream")
    workspace.run([*speaking, *silent])
    found = [age for age, _ in ages(workspace, speaking)]
    best = len(speaking) * 60 / DOCUMENTED[APPEND] / 2 + LATENCY
    assert mean(found) <= 1.3 * best


@dataclass
class Tokens(Answer):
    """An app that sends these tokens, `pace` in a second."""

    tokens: tuple[str, ...] = ()

    def speak(self, time: VirtualTime) -> None:
        for token in self.tokens:
            self.said.append(time.now())
            self.state.take(TextDelta(token))
            time.sleep(1 / self.pace)
        time.sleep(30.0)
        self.state.end()


@pytest.mark.parametrize("style", ["stream", "edit"])
@pytest.mark.parametrize(
    ("tokens", "sure"),
    [
        (("w0 ", "stands"), 0),
        (("w", "0", " stands", " at", " once"), 2),
        (("**", "w0", "**", " stands"), 3),
        (("\n\n", "w0 stands and has words enough"), 1),
    ],
)
def test_first_text_is_shown_as_soon_as_the_first_word_is_whole(
    style: Style, tokens: tuple[str, ...], sure: int
) -> None:
    """`sure` is the token after which no later token can change how the first word looks."""
    answer = Tokens(0, 0.0, 30.0, pace=20.0, tokens=tokens)
    workspace = Workspace(style)
    workspace.run([answer])
    assert workspace.slack.begun["C0"] - answer.said[sure] <= LATENCY + 0.03
    assert 0 in workspace.slack.shown["C0"]
