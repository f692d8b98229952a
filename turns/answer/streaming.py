"""Decides when to show which part of the answer while the app still speaks."""

from collections.abc import Iterator

from gevent.event import Event

from slack_reply import Snapshot, first_word, may_be_silent, stop_button
from turns.answer.answer_state import AnswerState
from turns.answer.turn_context import TurnContext
from wording import Say

# A page holds back text that could still become markup. While nothing was written yet, each event of the app is looked
# at, since it may bring the end of the first word. Each look reads the whole text, so for a text with more characters
# than FEW the looks are FIRST_LOOK seconds apart.
FEW = 400
FIRST_LOOK = 0.1
LONG_WORD = 20  # characters after which the end of a word is not waited for: not every script has blanks
FIRST_CARD = 2.0  # seconds before steps without any text are shown: many answers come sooner


class Streaming:
    """Shows the answer of one turn."""

    def __init__(self, context: TurnContext, state: AnswerState) -> None:
        self._context = context
        self._state = state
        self._deadline = 0.0
        self._told = 0  # the changes of the steps that the status line tells; 0: it tells nothing

    def show(self, deadline: float) -> Iterator[None]:
        """Show the answer until it is whole, or the clock's `now` is `deadline`; yields each time something was shown.

        Raises what `Reply.show` raises.
        """
        clock, reply, state = self._context.clock, self._context.reply, self._state
        self._deadline, due = deadline, 0.0
        while not state.over:
            left = deadline - clock.now()
            if left <= 0:
                return
            if reply.method == "post":  # nothing is shown before the end, but the status line tells the steps
                self._tell()
                clock.wait(state.stepped, left)
                state.stepped.clear()
                continue
            pause = due - clock.now()
            if pause > 0:
                if clock.wait(self._worth_waking(), min(pause, left)):
                    due = 0.0
                continue
            patience = left if reply.message_ts else min(left, FIRST_CARD)
            came = clock.wait(state.changed, patience)
            state.changed.clear()
            if state.over or not self._has_something() or (came and self._is_in_first_word()):
                continue
            began = clock.now()  # the time that Slack takes is part of the pace
            reply.show(self)
            self._tell()
            due = began + self._pause()
            yield

    def _pause(self) -> float:
        """Seconds from the beginning of one look to the next one."""
        if self._context.reply.message_ts:
            return self._context.reply.pace
        return 0.0 if len(self._state.text) <= FEW else FIRST_LOOK

    def _worth_waking(self) -> Event:
        """The event that ends a pause early: the end, or the first words if only cards were shown so far."""
        state = self._state
        shows_cards = self._context.reply.method == "stream" and bool(state.progress.began)
        return state.speaks if shows_cards and not state.speaks.is_set() else state.finished

    def _has_something(self) -> bool:
        """Whether there is something to show. Until then, Slack's status line tells what the app does."""
        context, state = self._context, self._state
        self._tell()
        if not may_be_silent(state.text):
            return True
        if not context.show_progress or context.reply.method != "stream" or not state.progress.began:
            return False
        return bool(context.reply.message_ts) or context.clock.epoch() - context.received >= FIRST_CARD

    def _is_in_first_word(self) -> bool:
        """Whether a stream would begin with cards alone now: its first word would then wait for the next append."""
        state = self._state
        text = state.text if len(state.text) <= LONG_WORD else ""
        in_word = len(text.split()) == 1 and not first_word(text)
        return in_word and not self._context.reply.message_ts and bool(state.progress.began)

    def _tell(self) -> None:
        """Let Slack's status line tell what the app does while no text comes; over a growing text it is empty."""
        context, progress, state = self._context, self._state.progress, self._state
        shown = bool(context.reply.message_ts) and not may_be_silent(state.text)
        if context.show_progress and (progress.waits(len(state.shown)) if shown else progress.steps):
            if self._told != progress.changes:  # an event of text changes no word of the line
                self._told, say = progress.changes, context.author.say
                context.status.show(progress.status(say), progress.about(say))
        elif shown:
            self._told = 0
            context.status.show("")

    def is_over(self) -> bool:
        """Whether the answer has ended or its time is over, so that `Reply.finish` is next."""
        return self._state.over or self._context.clock.now() >= self._deadline

    def snapshot(self) -> Snapshot:
        """What to show now. If the answer may still turn out to be silence, only its steps."""
        state = self._state
        text = "" if may_be_silent(state.text) else state.shown
        say, progress = self._context.author.say, state.progress
        controls = (stop_button(say(Say.STOP), self._context.message.team_id),)
        if not self._context.show_progress:
            return Snapshot(text, controls=controls)
        line = progress.line(say, len(text))
        cards = progress.cards(say)
        return Snapshot(text, cards, line, say(Say.CONTINUED), say(Say.STEPS), controls=controls)
