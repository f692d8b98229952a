"""The work of a request that shows a member what no message asked for: the Home tab, or a hello in a channel."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

from gevent.event import Event

from conversation_store import ResilientStore, ThreadKey
from dify_app import AppForm
from errors import BridgeError, DifyError, StoreError
from job import NoticeJob
from message import Message, moment
from provider import Ruling
from slack_api import SlackApi
from turns.endpoint_request import EndpointRequest
from turns.notices.home_view import OpenQuestion, home_view, refusal_view
from turns.notices.refusal_notice import refusal_of
from turns.report import logger, where
from turns.services import Services
from wording import Say, language_for, say

_HELLO = "hello"
_SAID = "1.000001"
_MEMBER_RULES = {"allowed_users", "guests", "slack_connect"}


@dataclass(frozen=True, slots=True)
class NoticeRun:
    """For one request. `held` frees the request's share of the process at the end."""

    services: Services
    endpoint: EndpointRequest
    store: ResilientStore
    job: NoticeJob
    held: AbstractContextManager[object]
    released: Event = field(default_factory=Event)

    def run(self) -> None:
        """Never raises: a notice that fails is only missing."""
        with self.held:
            try:
                self._run()
            except BridgeError as error:
                logger.warning("a notice could not be shown: %s", type(error).__name__)
            except Exception as error:  # noqa: BLE001 - nobody waits for a notice
                logger.error("a notice broke: %s", where(error))

    def _run(self) -> None:
        job = self.job
        api = self.services.api(self.endpoint, job.team_id)
        here = Message(
            job.team_id, job.channel, _SAID, "command", user=job.user, user_team=job.user_team or job.team_id
        )
        if job.is_hello and not self._is_first_hello():
            return
        rules = self.services.rules(self.endpoint, api)
        ruling = rules.ruling(here)
        locale = self.services.users.many(api, [job.user])[job.user].locale
        speak = partial(say, language_for(self.endpoint.settings.language, locale))
        if job.is_hello:
            hello = Say.HELLO_OPEN if rules.is_open(here) else Say.HELLO
            api.post_ephemeral(job.channel, job.user, speak(hello if ruling.answered else refusal_of(ruling)))
        else:
            self._publish(api, ruling, speak)

    def _is_first_hello(self) -> bool:
        """Whether the bot has not said hello in this channel before, as far as the store knows."""
        key = ThreadKey(self.endpoint.id, _HELLO, self.job.team_id, self.job.channel, _HELLO)
        return self.store.claim(key, _SAID, lambda record: record) is not None

    def _publish(self, api: SlackApi, ruling: Ruling, speak: "partial[str]") -> None:
        """Publish the Home tab, unless it shows the same already."""
        if not ruling.answered and ruling.settings[0] in _MEMBER_RULES:
            view = refusal_view(speak(refusal_of(ruling)))
        else:
            direct = self.endpoint.settings.direct_messages
            view = home_view(self._form(), self._open_questions(), speak, direct_messages=direct)
        if view["private_metadata"] != self.job.shown:
            api.publish_home(self.job.user, view)

    def _form(self) -> AppForm:
        endpoint, job = self.endpoint, self.job
        app_id, user = endpoint.settings.app_for(""), f"slack:{job.team_id}:{job.user}"
        try:
            return self.services.app(endpoint, app_id, user, endpoint.url).form()
        except DifyError:
            return AppForm()

    def _open_questions(self) -> list[OpenQuestion]:
        """The member's questions that are being answered now, the oldest first."""
        try:
            listed = self.store.in_flight(self.endpoint.id)
        except StoreError:
            return []
        job = self.job
        mine = {
            (turn.key.channel, turn.ts)
            for turn in listed
            if turn.user == job.user and turn.key.team_id == job.team_id
        }
        asked = sorted((moment(ts)[0], channel) for channel, ts in mine)
        return [OpenQuestion(channel, seconds) for seconds, channel in asked]
