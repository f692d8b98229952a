"""`make demo-terminal`: starts everything, lets a member ask the bot, and then whoever sits at the terminal."""

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import NoReturn

from simulators.demo.answers import HINT, PLAN, QUESTION, opening, reply
from simulators.demo.document import ThreadView
from simulators.demo.drawing import draw_thread
from simulators.demo.screen import Screen
from simulators.demo.talk import NoAnswerError, Talk
from simulators.http1.control import ControlError
from simulators.slack.seen import SeenMessage
from simulators.stack import Stack

PROMPT = "Anna Berg ▸ "
ENDS = {"quit", "exit", ":q"}


def main() -> int:
    """The exit code: 0 if all that was asked was answered."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr] # it is a TextIOWrapper
    screen = Screen(sys.stdout)
    screen.say("Starting a Slack, a Dify and a plugin daemon, all simulated, and in it the plugin …")
    try:
        with _running() as stack:
            return _demonstrate(stack, screen)
    except KeyboardInterrupt:
        return 130
    except (ControlError, RuntimeError) as error:
        sys.stderr.write(f"It did not start: {error}\n")
        return 1


def _demonstrate(stack: Stack, screen: Screen) -> int:
    talk = Talk.begin(stack, "releases")
    try:
        answers = _shown(screen, partial(talk.ask, QUESTION, opening()))
        _check(answers)
        screen.say("")
        screen.say(str(talk.figures()))
        if sys.stdin.isatty():
            _go_on(talk, screen)
    except NoAnswerError as error:
        sys.stderr.write(f"{error}\nThe plugin's log ends so:\n{stack.daemon.log()[-3000:]}\n")
        return 1
    return 0


def _go_on(talk: Talk, screen: Screen) -> None:
    """Whatever is typed is asked, until `quit`, the end of input, or Ctrl-C."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - lets the line be edited; not everywhere
    screen.say(HINT)
    for text in _typed(screen):
        _shown(screen, partial(talk.ask, text, reply(text, talk.conversation_id())))


def _typed(screen: Screen) -> Iterator[str]:
    while True:
        screen.say("")
        try:
            text = input(PROMPT)
        except EOFError:
            screen.say("")
            return
        if text.strip().lower() in ENDS:
            return
        if text.strip():
            screen.take_back(PROMPT + text)
            yield text.strip()


def _shown(
    screen: Screen, ask: Callable[[Callable[[ThreadView], None]], list[SeenMessage]]
) -> list[SeenMessage]:
    """Ask, with the thread drawn as it changes, and left on the screen as it is in the end."""
    last: list[ThreadView] = []
    with screen.following() as draw:

        def show(view: ThreadView) -> None:
            if [view] != last:
                last[:] = [view]
                draw(draw_thread(view))

        return ask(show)


def _check(answers: list[SeenMessage]) -> None:
    """Raises NoAnswerError unless the plan's beginning and its end are there."""
    seen = " ".join(" ".join(answer.seen for answer in answers).split())
    first, end = PLAN.split("\n")[0].lstrip("# "), " ".join(PLAN.split())[-60:]
    if first not in seen or end not in seen:
        raise NoAnswerError(f"The answer is not the one that the app gave: {seen[:200]} …")


@contextlib.contextmanager
def _running() -> Iterator[Stack]:
    stack = Stack.start(1.0)
    try:
        yield stack
    finally:
        stack.stop()


def _end(number: int, frame: object) -> NoReturn:
    del frame
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
