"""The thread sees the answer grow: when to show what of it, while the app still speaks."""

from collections.abc import Iterator

from gevent.event import Event

from slack_reply.silence import may_be_silent
from slack_reply.view import View
from turns.answer.answer_state import AnswerState
from turns.answer.turn_context import TurnContext
from wording import Say

# Text that could still turn into markup is held back by the page: look again soon, nothing was written yet.
FIRST_LOOK = 0.1
# Work alone is shown only when it takes so long: many an answer is there before.
FIRST_CARD = 2.0


class Streaming:
    """For one turn."""

    def __init__(self, desk: TurnContext, growing: AnswerState) -> None:
        self._desk = desk
        self._growing = growing
        self._deadline = 0.0

    def show(self, deadline: float) -> Iterator[None]:
        """Show what comes until all has come, or until the turn's time is over; yields whenever something was shown.

        `deadline` is the clock's `now`. Raises what `Reply.show` raises.
        """
        clock, reply, growing = self._desk.clock, self._desk.reply, self._growing
        self._deadline, due = deadline, 0.0
        while not growing.over:
            left = deadline - clock.now()
            if left <= 0:
                return
            pause = due - clock.now()
            if pause > 0:
                if self._worth_waking().wait(timeout=clock.wall(min(pause, left))):
                    self._deadline, due = deadline, 0.0
                continue
            patience = left if reply.message_ts else min(left, FIRST_CARD)
            growing.changed.wait(timeout=clock.wall(patience))
            growing.changed.clear()
            if growing.over or not self._has_something():
                continue
            reply.show(self)
            due = clock.now() + (reply.pace if reply.message_ts else FIRST_LOOK)
            yield

    def _worth_waking(self) -> Event:
        """What ends a pause early: the end, and after cards alone the first words."""
        growing = self._growing
        cards_alone = (
            self._desk.reply.method == "stream" and growing.progress.began and not growing.speaks.is_set()
        )
        return growing.speaks if cards_alone else growing.finished

    def _has_something(self) -> bool:
        """Whether there is something to show; until then the line under the thread tells what goes on."""
        desk, growing = self._desk, self._growing
        if not may_be_silent(growing.text):
            return True
        if not desk.show_progress:
            return False
        if growing.progress.steps:
            desk.status.show(growing.progress.status(desk.asker.say))
        if desk.reply.method != "stream" or not growing.progress.began:
            return False
        return bool(desk.reply.message_ts) or desk.clock.epoch() - desk.received >= FIRST_CARD

    def is_over(self) -> bool:
        """Whether `Reply.finish` is wanted by now."""
        return self._growing.over or self._desk.clock.now() >= self._deadline

    def snapshot(self) -> View:
        """What to show now; of an answer that may turn out silent nothing but the work."""
        growing = self._growing
        text = "" if may_be_silent(growing.text) else growing.text
        if not self._desk.show_progress:
            return View(text)
        say, progress = self._desk.asker.say, growing.progress
        return View(text, progress.cards(say), progress.line(say, len(text)), say(Say.CONTINUED))
