"""The work of a request that answers a private question: its author alone sees the answer, once it is whole.

The answer goes through the `response_url` of the command, since it is then shown where the bot is no member too
(docs/platform/slack.md#response-urls). What is private has a conversation of its own, of one member in one channel.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import gevent
from gevent.event import Event

from conversation_store import ResilientStore, ThreadKey, ThreadRecord
from errors import SlackError, SlackRefused, StoreError
from job import Job, PrivateJob
from slack_reply import is_silent, message_pages, share_button
from turns.answer import AnswerState, Ending, TurnContext, below
from turns.endpoint_request import EndpointRequest
from turns.limits import TURN_SECONDS
from turns.notices.refusal_notice import refusal_of
from turns.private_answers import PrivateAnswer
from turns.prompt import RESET_WORDS, is_one_of
from turns.recent_turns import PastTurn
from turns.report import TurnReport, logger, where
from turns.services import Services
from wording import Say

PAGES = 3  # messages of an answer: a response URL takes five posts, and the first one says that the bot works


@dataclass(frozen=True, slots=True)
class PrivateRun:
    """For one request. `held` frees the request's share of the process at the end."""

    services: Services
    endpoint: EndpointRequest
    store: ResilientStore
    job: PrivateJob
    held: AbstractContextManager[object]
    released: Event = field(default_factory=Event)

    def run(self) -> None:
        """Never raises: after any error the member is told."""
        job, message = self.job, self.job.message
        with self.held:
            key = replace(self.endpoint.key(message), thread=f"private {message.user}")
            report = TurnReport(message.team_id, message.channel, message.ts, key.app_id, method="private")
            report.question = len(message.text)
            self.services.recent.begun(self.endpoint.id)
            context = self.services.context(
                self.endpoint, self.store, Job(message, job.hook_url, job.received), key, report
            )
            context.status.leave()  # a status line would show to others that somebody asked
            try:
                self._run(context, key, report)
            except Exception as error:  # noqa: BLE001 - the member must hear of any failure
                logger.error("a private question broke: %s", where(error))
                report.outcome = "broke"
                self._tell(context, Say.UNEXPECTED)
            finally:
                context.produced.drop()
                self._keep(context, report)
        logger.info("%s", report.line())

    def _keep(self, context: TurnContext, report: TurnReport) -> None:
        """Count the question among the hook's turns. No ack: Slack had it before the question was handed off."""
        now = self.services.clock.epoch()
        report.measure(context.api)
        report.total = now - self.job.received
        self.services.recent.ended(self.endpoint.id, PastTurn.of(report, self.job.message, now))

    def _run(self, context: TurnContext, key: ThreadKey, report: TurnReport) -> None:
        services, message = self.services, self.job.message
        rules = services.rules(self.endpoint, context.api)
        refused = services.throttle.turned_away(message, key, services.installation(context.api), rules)
        name, names = message.app_name, context.app_names
        if refused is not None:
            report.outcome = refused.why
            self._tell(context, refusal_of(refused.rule) if refused.rule else refused.say or Say.RATE_LIMITED)
        elif name and name not in names:
            report.outcome = str(Say.UNKNOWN_APP)
            listed = " ".join(f"~{one}" for one in names)
            self._tell(context, Say.UNKNOWN_APP, name=f"~{name}", names=listed)
        elif is_one_of(RESET_WORDS, context.author.query):
            report.outcome = str(Say.RESET_DONE)
            self._remember(key, "", "plugin", "")
            self._tell(context, Say.RESET_DONE)
        else:
            self._show(context, self._asked(context, key), report)

    def _asked(self, context: TurnContext, key: ThreadKey) -> AnswerState:
        """The whole answer of the app, as far as it comes in time."""
        state, record = AnswerState(), ThreadRecord()
        with suppress(StoreError):
            record = self.store.get(key) or record
        reading = gevent.spawn(context.asking.run, state, record)
        state.finished.wait(timeout=self.services.clock.wall(TURN_SECONDS))
        if not state.over:
            context.asking.stop(state, reading)
        if state.conversation_id:
            self._remember(key, state.conversation_id, state.via, state.user)
        # No form has buttons here: the text says what is asked, and where the form is answered in Dify.
        state.paused = tuple(replace(paused, form=None) for paused in state.paused)
        return state

    def _show(self, context: TurnContext, state: AnswerState, report: TurnReport) -> None:
        say, produced = context.author.say, context.produced
        ending = Ending(
            state,
            in_time=state.over,
            show_sources=context.show_sources,
            links=produced.links,
            brings_files=produced.any,
        )
        text = "" if is_silent(state.text) and ending.trouble is None else ending.text(context.author)
        shown = below(text, [say(Say.PRIVATE_FILES)]) if produced.any else text
        report.outcome, report.conversation = ending.outcome, state.conversation_id
        report.characters = len(shown)
        pages, end = message_pages(shown or say(Say.NO_TEXT), PAGES)
        under: list[Mapping[str, Any]] = []
        if end is not None:
            under.append(_small(say(Say.PRIVATE_CUT)))
        if (
            ending.outcome == "answered"
            and text
            and self.services.presses(self.endpoint, self.store).arrive()
        ):
            message = self.job.message
            kept = PrivateAnswer(self.endpoint.id, message.user, message.text, text[:end])
            name = self.services.private_answers.keep(kept)
            under.append(share_button(say(Say.SHARE), message.team_id, name))
        self._post(pages, under, say(Say.PRIVATE_CUT) if end is not None else "")
        report.first_text = self.services.clock.epoch() - self.job.received

    def _post(
        self, pages: Sequence[Mapping[str, Any]], under: Sequence[Mapping[str, Any]], plain_end: str
    ) -> None:
        """Show the messages, the last one with the blocks `under`.

        Once Slack refuses blocks, all that is left goes as plain text: the URL takes too few posts to try both ways for
        each message. `plain_end` says in words what the blocks `under` would have said.
        """
        urls, url, plain = self.services.response_urls, self.job.response_url, False
        for number, page in enumerate(pages, 1):
            is_last = number == len(pages)
            if not plain:
                try:
                    urls.show(url, {**page, "blocks": [*page["blocks"], *(under if is_last else ())]})
                except SlackRefused:
                    plain = True
            if plain:
                urls.tell(url, f"{page['text']}\n\n{plain_end}" if is_last and plain_end else page["text"])

    def _tell(self, context: TurnContext, key: Say, **values: str) -> None:
        with suppress(SlackError):
            self.services.response_urls.tell(self.job.response_url, context.author.say(key, **values))

    def _remember(self, key: ThreadKey, conversation_id: str, via: str, user: str) -> None:
        """A store that fails costs the memory of the conversation, never the answer."""

        def change(record: ThreadRecord) -> ThreadRecord:
            return record.with_conversation(conversation_id, "api" if via == "api" else "", user)

        try:
            self.store.update(key, change)
        except StoreError:
            logger.warning("the record of a private conversation could not be written")


def _small(text: str) -> Mapping[str, Any]:
    return {"type": "context", "elements": [{"type": "plain_text", "text": text, "emoji": False}]}
