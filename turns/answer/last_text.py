"""The last writes of an answer: its whole text with notes, cards and thumbs, then its files."""

from dataclasses import dataclass, replace

from slack_reply import Blocks, Snapshot, Unreachable, is_silent
from turns.answer.answer_state import AnswerState
from turns.answer.ending import Ending, below
from turns.answer.given_up import GivenUp
from turns.answer.turn_context import TurnContext
from turns.files import notes as file_notes
from turns.files import rest_file as rest
from turns.report import TurnReport
from wording import Say

AFTER_TEXT = 5.0  # seconds that files get at least, however little time is left


@dataclass(frozen=True, slots=True)
class LastText:
    """For one answer, after its last event or at the end of its time."""

    context: TurnContext
    state: AnswerState
    given_up: GivenUp
    report: TurnReport

    def write(self, deadline: float) -> None:
        """Finish the messages of the answer. `deadline` is the clock's `now` at which the turn ends.

        Raises what `Reply.finish` raises.
        """
        context, state = self.context, self.state
        context.forms.offer(state)
        ending = Ending(
            state,
            in_time=state.over,
            show_sources=context.show_sources,
            links=context.produced.links,
            brings_files=context.produced.any,
            stopper=self.given_up.stopper(),
            answers_form=context.answers_form,
            is_long=context.run is not None,
        )
        self.report.outcome = ending.outcome
        if is_silent(state.text) and ending.trouble is None and not state.paused:
            self.report.outcome = "silent"
            context.reply.retract()
            return
        whole = self._whole(ending)
        thumbs = context.rating.blocks(state) if whole.text and self.given_up.withdrawn is None else ()
        # Thumbs stand in the last write alone; files may bring one more, which a post cannot take.
        later = bool(context.produced.any) and context.reply.method != "post"
        if whole.text or context.reply.message_ts:
            whole = self._shown(whole if later else replace(whole, below=thumbs), ending, deadline)
        if not context.forms.show(state):
            whole = replace(whole, text=below(whole.text, [context.author.say(Say.PAUSED)]))
            context.reply.finish(whole)
        if whole.text or context.reply.message_ts:
            context.status.show("")  # files may still take a while
        self._bring_files(whole, thumbs if later else (), deadline)
        self.report.note_first_text(context.since_received())

    def _whole(self, ending: Ending) -> Snapshot:
        context, say = self.context, self.context.author.say
        text = ending.text(context.author)
        self.report.characters = len(text)
        cards = self.state.progress.cards(say, ending.work) if context.show_progress else ()
        return Snapshot(text, cards, continued=say(Say.CONTINUED), plan=say(Say.STEPS) if cards else "")

    def _shown(self, whole: Snapshot, ending: Ending, deadline: float) -> Snapshot:
        """Show the answer. If it is too long for the thread, the rest comes as a file, and a note says so."""
        context = self.context
        end = context.reply.finish(whole)
        if end is None or self.given_up.withdrawn:
            return whole
        self.report.rest = len(whole.text) - end
        said = context.rest.bring(whole.text[end:], self._left(deadline))
        note = context.author.say(said, name=rest.NAME)
        short = replace(whole, text=ending.early(whole.text, end, note, context.author))
        context.reply.finish(short)
        return short

    def _bring_files(self, whole: Snapshot, thumbs: tuple[Blocks, ...], deadline: float) -> None:
        """Share the files of the app; then the thumbs come, and a note about files that could not be brought."""
        context = self.context
        # In a thread whose root is gone, Slack would put files into the channel.
        lost = () if self.given_up.withdrawn else context.produced.share(self._left(deadline))
        if not (lost or thumbs):
            return
        more = below(whole.text, file_notes.lost(lost, context.author.say)) if lost else whole.text
        try:
            context.reply.finish(replace(whole, text=more, below=thumbs))
        except Unreachable:
            if not whole.text:
                raise  # otherwise the answer is whole, and only a note about its files is missing

    def _left(self, deadline: float) -> float:
        return max(AFTER_TEXT, deadline - self.context.clock.now())
