"""The work of a request that a reaction brought: it reads the message and hands on the question about it.

A reaction names a message, but neither its words nor its thread (docs/platform/slack.md#reaction-events). So the
reaction is claimed by itself, and the question, once its thread is known, as any other: in the thread's record.
"""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

import gevent
from gevent.event import Event

from conversation_store import ResilientStore, ThreadRecord
from errors import HandoffError, SlackError, SlackRefused, StoreError
from job import Job, ReactionJob
from json_fields import id_of, text_of
from message import Message, known_files
from slack_api import AuthInfo, SlackApi, UserInfo
from turns.endpoint_request import EndpointRequest
from turns.notices.question_place import why_not
from turns.notices.refusal_notice import RefusalNotice
from turns.prompt import Raw, message_text, with_app_name
from turns.recovery import Claim
from turns.report import logger, where
from turns.services import Services
from wording import Say

_GONE = frozenset({"thread_not_found", "message_not_found"})


class TakesJobs(Protocol):
    """Posts a job to ourselves."""

    def hand(self, job: Job, *, awaited: bool = True) -> None:
        """Return once the job is owned. Raises HandoffError. `awaited`: Slack has no ack yet."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nothing is asked. `why` is for the log, `say` for who reacted alone, in the thread `thread_ts` ("": channel)."""

    why: str
    say: Say | None = None
    thread_ts: str = ""


@dataclass(frozen=True, slots=True)
class ReactionRun:
    """For one request. `held` frees the request's share of the process at the end."""

    services: Services
    endpoint: EndpointRequest
    store: ResilientStore
    job: ReactionJob
    claim: Claim
    hand_off: TakesJobs
    held: AbstractContextManager[object]
    released: Event = field(default_factory=Event)

    def run(self) -> None:
        """Never raises: after any error the member is told."""
        with self.held:
            try:
                found = self._run()
            except Exception as error:  # noqa: BLE001 - the member must hear of any failure
                logger.error("a reaction broke: %s", where(error))
                found = NotAsked("broke", Say.UNEXPECTED)
            with suppress(StoreError):
                self.claim.leave()
        if found is not None:
            self._tell(found)

    def _run(self) -> NotAsked | None:
        message, services = self.job.message, self.services
        if services.asked.of(self.endpoint.id, message.channel, message.thread_ts) is not None:
            return NotAsked("asked before")
        api = services.api(self.endpoint, message.team_id)
        looking = gevent.spawn(services.users.one, api, message.user)
        try:
            raw = api.message(message.channel, message.thread_ts)
        except SlackError as error:
            return _unreadable(error)
        question = self._question(api, raw, looking.get())
        return question if isinstance(question, NotAsked) else self._ask(api, question)

    def _question(self, api: SlackApi, raw: Raw, person: UserInfo) -> Message | NotAsked:
        """The message as a question of who reacted."""
        message, ts = self.job.message, self.job.message.thread_ts
        bot = self.services.installation(api).bot()
        if not raw or text_of(raw, "subtype") == "tombstone":
            return NotAsked("the message is deleted")
        if _is_ours(raw, message, bot):
            return NotAsked("on a message of ours")
        if person.is_bot:
            return NotAsked("by an app")
        root = id_of(raw, "thread_ts")
        question = replace(
            message,
            ts=ts,
            thread_ts="" if root == ts else root,
            user_team=_team(person, message, bot),
            text=message_text(raw),
            files=known_files(raw),
        )
        place = question.root_ts if question.is_reply else ""
        if not person.known:
            logger.warning("a reaction asks nothing, since Slack does not tell members from apps: users:read")
            return NotAsked("who reacted is unknown", Say.RULE_UNKNOWN, place)
        if not (question.text.strip() or question.files):
            return NotAsked("the message is empty", Say.REACTION_EMPTY, place)
        return with_app_name(question, self.endpoint.settings.app_names)

    def _ask(self, api: SlackApi, question: Message) -> NotAsked | None:
        """Hand the question on, unless it was asked before or is refused; a refused one can be asked later."""
        services, key = self.services, self.endpoint.key(question)
        place, record = question.root_ts if question.is_reply else "", ThreadRecord()
        with suppress(StoreError):
            record = self.store.get(key, fresh=True) or record
        ruling = services.rules(self.endpoint, api).ruling(question)
        if not ruling.answered:
            RefusalNotice(services, self.endpoint).refused(question, ruling)
            return NotAsked(f"refused by {ruling.settings[0]}")
        if record.has_ended(question.ts) and question.ts in record.unasked:
            # Whoever wrote it was refused, and is not the one who asks now: a turn of another name.
            question = replace(question, ts=self.job.message.ts, thread_ts=question.root_ts)
        elif question.ts in record.handled:
            return NotAsked("asked before")
        if services.throttle.foresees_refusal(question, key, services.installation(api)):
            return NotAsked("rate limited", Say.RATE_LIMITED, place)
        try:
            self.hand_off.hand(Job(question, self.job.hook_url, self.job.received), awaited=False)
        except HandoffError:
            return NotAsked("not taken", Say.BUSY, place)
        return None

    def _tell(self, found: NotAsked) -> None:
        message = self.job.message
        logger.info("a reaction in %s asks nothing: %s", message.channel, found.why)
        if found.say is not None:
            notice = RefusalNotice(self.services, self.endpoint)
            notice.tell(message.team_id, message.channel, message.user, found.say, found.thread_ts)


def _unreadable(error: SlackError) -> NotAsked:
    if isinstance(error, SlackRefused) and error.error in _GONE:
        return NotAsked("the message is deleted")
    logger.warning("the message that a reaction is on cannot be read: %s", error)
    return NotAsked("the message cannot be read", why_not(error))


def _is_ours(raw: Raw, message: Message, bot: AuthInfo | None) -> bool:
    ids = {message.bot_user_id, *((bot.user_id, bot.bot_id) if bot else ())} - {""}
    app_id = id_of(raw, "app_id")
    return bool({id_of(raw, "user"), id_of(raw, "bot_id")} & ids) or (app_id == message.api_app_id != "")


def _team(person: UserInfo, message: Message, bot: AuthInfo | None) -> str:
    """The workspace of who reacted; of a colleague whose workspace Slack leaves out, ours.

    Source: docs/platform/slack.md#enterprise-grid.
    """
    is_colleague = bot is not None and person.enterprise_id == bot.enterprise_id != ""
    return person.team_id or (message.team_id if is_colleague else person.enterprise_id)
