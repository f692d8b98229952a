"""The objects that all turns of a process share to reach Slack and Dify, and the objects of one turn."""

from dataclasses import dataclass
from functools import partial

from urllib3 import PoolManager

from clock import Clock
from conversation_store import Presses, ThreadKey, ThreadRecord, ThreadStore
from dify_app import AppCache, DifyApp, RunOptions, addresses, fetch_file, file_bases
from job import Job
from message import Message
from provider import Environment
from slack_api import Channels, FilesOrigin, Pool, RateLimiter, SlackApi, SlackFiles, Users
from slack_reply import Interrupted, NativeSupport, Reply, ReplyTarget, Slack, StatusLine, Written
from turns.answer import Asking, Greeting, TurnContext, Welcomer
from turns.endpoint_request import EndpointRequest
from turns.files import Attachments, ProducedFiles, RestFile, Transfers
from turns.files import produced as produced_files
from turns.prompt import Author, PromptBuilder, ThreadReading, Visibility
from turns.report import TurnReport
from turns.throttle import BotIdentities, Installation
from wording import Say, language_for, say

FILES_AT_ONCE = 4  # files that a process holds in memory at once, on their way in or out
FILES_OF_A_HOOK = 3  # how many of these files may be of one hook


class Services:
    """One per process. `holder` names the process in the threads' records."""

    def __init__(self, clock: Clock, env: Environment, holder: str) -> None:
        self._clock = clock
        self._env = env
        self._holder = holder
        self._origin = FilesOrigin(env.slack_files_url)
        self._dify = PoolManager(maxsize=FILES_AT_ONCE)
        self._transfers = Transfers(FILES_AT_ONCE, FILES_OF_A_HOOK)
        self._pool = Pool(clock)
        self._budget = RateLimiter(clock)
        self._support = NativeSupport(clock)
        self._written = Written()
        self._users = Users(clock)
        self.channels = Channels(clock)
        self._bots = BotIdentities(clock)
        self._apps = AppCache(clock)
        self._pressed: set[str] = set()

    def api(self, endpoint: EndpointRequest, team_id: str) -> SlackApi:
        """The Slack client of the hook's bot. Raises SettingsError without a token."""
        return SlackApi(
            endpoint.settings.require_token(),
            base_url=self._env.slack_api_url,
            pool=self._pool,
            clock=self._clock,
            budget=self._budget,
            team_id=team_id,
        )

    def installation(self, endpoint: EndpointRequest, team_id: str) -> Installation:
        """Tells which workspace the hook's token belongs to."""
        return Installation(self._bots, self.api(endpoint, team_id), self._clock)

    def interrupted(self, endpoint: EndpointRequest, key: ThreadKey, record: ThreadRecord) -> Interrupted:
        """The note that a turn of this thread was interrupted, in the language of the member who asked there last."""
        api, setting = self.api(endpoint, key.team_id), endpoint.settings.language
        bot = self._bots.of(api)
        asked = record.followers[-1:] if setting == "auto" else ()
        language = language_for(setting, *(self._users.one(api, user).locale for user in asked))
        return Interrupted(api, bot.bot_id if bot else "", say(language, Say.INTERRUPTED))

    def context(
        self, endpoint: EndpointRequest, store: ThreadStore, job: Job, key: ThreadKey, report: TurnReport
    ) -> TurnContext:
        """The objects that the turn of this job works with."""
        settings, message = endpoint.settings, job.message
        api = self.api(endpoint, message.team_id)
        target = _place(message, api.account)
        user = partial(self._users.one, api)
        bases = file_bases(self._env.dify_files_urls, job.hook_url)
        options = RunOptions(web_url=self._env.dify_web_url, owns=lambda url: bool(addresses(url, bases)))
        inputs = settings.inputs_for(key.app_id)
        app = DifyApp(endpoint.session.app, key.app_id, inputs, self._apps, options, scope=endpoint.id)
        author = Author(message, user, partial(self._users.many, api), settings.language)
        status = StatusLine(api, message.channel, message.root_ts, self._clock)
        produced = ProducedFiles(
            self._files(endpoint, api),
            target,
            lambda url: fetch_file(
                self._dify, addresses(url, bases), self._clock, most=produced_files.MOST_BYTES
            ),
            options.owns,
            self._transfers.of(endpoint.id),
            self._clock,
        )
        rest = RestFile(self._files(endpoint, api), target, self._transfers.of(endpoint.id), self._clock)
        slack = Slack(api, self._budget, self._support, self._written, self._clock)
        reply = Reply(slack, target, settings.reply_style)
        presses = Presses(store, endpoint.id, self._pressed)
        welcomer = Welcomer(app, author, inputs, presses)
        return TurnContext(
            message=message,
            key=key,
            store=store,
            app=app,
            reply=reply,
            status=status,
            author=author,
            asking=Asking(
                app,
                author,
                self._prompt_builder(endpoint, message, author, app),
                produced,
                status,
                report,
                job.received,
                self._clock,
            ),
            produced=produced,
            rest=rest,
            greeting=Greeting(message, key, store, author, welcomer, presses, reply),
            clock=self._clock,
            holder=self._holder,
            received=job.received,
            show_sources=settings.show_sources,
            api=api,
            show_progress=settings.show_progress,
            leg=job.continuation,
        )

    def _prompt_builder(
        self, endpoint: EndpointRequest, message: Message, author: Author, app: DifyApp
    ) -> PromptBuilder:
        settings, api = endpoint.settings, self.api(endpoint, message.team_id)
        files = self._files(endpoint, api)
        return PromptBuilder(
            app,
            author,
            Visibility(
                message,
                self.installation(endpoint, message.team_id),
                settings.allowed_users,
                settings.slack_connect,
            ),
            ThreadReading(api, message, self._clock),
            Attachments(files, endpoint.session.file, app, self._transfers.of(endpoint.id), self._clock),
        )

    def _files(self, endpoint: EndpointRequest, api: SlackApi) -> SlackFiles:
        return SlackFiles(api, endpoint.settings.require_token(), pool=self._pool, origin=self._origin)


@dataclass(frozen=True, slots=True)
class EndingsOfEndpoint:
    """Makes the notes that tell threads of a hook that their turns were interrupted. For one request."""

    services: Services
    endpoint: EndpointRequest

    def of(self, key: ThreadKey, record: ThreadRecord) -> Interrupted:
        """The note for this thread, in the language of the member who asked last there."""
        return self.services.interrupted(self.endpoint, key, record)


def _place(message: Message, account: str) -> ReplyTarget:
    return ReplyTarget(
        account=account,
        channel=message.channel,
        channel_type="im" if message.is_dm else message.channel_type,
        thread_ts=message.root_ts,
        trigger_ts=message.ts,
        user=message.user,
        user_team=message.user_team or message.team_id,
        bot_user=message.bot_user_id,
    )
