"""Runs the scenes on the simulators with the real plugin, and draws the threads and the set-up page."""

import sys
import time
from pathlib import Path

from simulators.demo.document import ThreadView
from simulators.demo.talk import NoAnswerError, Talk
from simulators.launch import ROOT
from simulators.stack import Stack
from tools.pictures.scenes import SCENES, Scene
from tools.pictures.setup_states import pictures
from tools.pictures.sheet import Moment, sheet

FOLDER = ROOT / "_assets"
SCALE = 0.5  # wall seconds per design second


def drawn(stack: Stack, scene: Scene) -> str:
    """The picture of a scene."""
    return sheet(scene.title, played(stack, scene), scene.width)


def played(stack: Stack, scene: Scene) -> list[Moment]:
    """The thread at the scene's moments."""
    views: list[tuple[float, ThreadView]] = []

    def show(view: ThreadView) -> None:
        if not views or views[-1][1] != view:
            views.append((time.monotonic(), view))

    Talk.begin(stack, scene.channel, scene.mode).ask(scene.question, scene.steps, show)
    return [Moment(caption, moment(views, share)) for caption, share in scene.moments]


def moment(views: list[tuple[float, ThreadView]], share: float) -> ThreadView:
    """The view at that share of the time; at 0 the first that shows that the bot is at work."""
    if share == 0.0:
        return next(view for _, view in views if view.status)
    begin, end = views[0][0], views[-1][0]
    return [view for at, view in views if at <= begin + share * (end - begin)][-1]


def told(path: Path) -> None:
    """Say what was written."""
    sys.stdout.write(f"{path.relative_to(ROOT)} ({path.stat().st_size:,} bytes)\n")


def main() -> None:
    """Write all pictures and say which."""
    stack = Stack.start(SCALE)
    try:
        for scene in SCENES:
            path = FOLDER / scene.file
            path.write_text(drawn(stack, scene))
            told(path)
        for name, picture in pictures(stack):
            path = FOLDER / name
            path.write_bytes(picture)
            told(path)
    except NoAnswerError as error:
        sys.exit(f"{error} The plugin's log ends so:\n{stack.daemon.log()[-3000:]}")
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
