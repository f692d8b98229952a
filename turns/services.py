"""The objects that all turns of a process share to reach Slack and Dify, and the objects of one turn."""

import hashlib
from dataclasses import dataclass, replace
from functools import partial

from cachetools import TTLCache
from urllib3 import PoolManager

from clock import Clock
from conversation_store import Presses, ProcessStores, ThreadKey, ThreadRecord, ThreadStore
from dify_app import (
    ApiWay,
    AppCache,
    BaseAddresses,
    ClosedWays,
    DifyApp,
    FirstCalls,
    OpenForms,
    PluginWay,
    RunOptions,
    ServiceApi,
    Ways,
    addresses,
    base_addresses,
    fetch_file,
    file_bases,
)
from job import Job
from provider import Environment
from slack_api import (
    ChannelNames,
    Channels,
    FilesOrigin,
    Pool,
    RateLimiter,
    ResponseUrls,
    SlackApi,
    SlackFiles,
    UserGroups,
    Users,
)
from slack_reply import (
    BlockSupport,
    Interrupted,
    LeftOff,
    NativeSupport,
    Reply,
    ReplyTarget,
    Slack,
    StatusLine,
    TableSupport,
    Written,
    above,
)
from tls import shared_context
from turns.answer import (
    Asking,
    AskingAgain,
    FollowUps,
    Forms,
    Greeting,
    RatingOffer,
    TurnContext,
    Welcomer,
)
from turns.asked_questions import AskedQuestions
from turns.endpoint_request import EndpointRequest
from turns.files import Attachments, ProducedFiles, Recordings, RestFile, Transfers
from turns.files import produced as produced_files
from turns.ordering import ThreadQueues
from turns.private_answers import PrivateAnswers
from turns.prompt import Author, PromptBuilder, ThreadReading, Visibility
from turns.recent_turns import RecentTurns
from turns.report import AckTimes, TurnReport
from turns.throttle import BotIdentities, Installation, RuleCheck, Throttle
from wording import Say, language_for, say

FILES_AT_ONCE = 4  # files that a process holds in memory at once, on their way in or out
PEOPLE_REFUSED = 20_000  # people who are remembered, so that each is told once a day that a rule refuses them
DAY = 86_400.0
FILES_OF_A_HOOK = 3  # how many of these files may be of one hook


class Services:
    """One per process. `holder` names the process in the threads' records."""

    def __init__(self, clock: Clock, env: Environment, holder: str, stores: ProcessStores) -> None:
        self.clock = clock
        self.holder = holder
        self.stores = stores
        self.acks = AckTimes(clock)
        self.recent = RecentTurns(clock)
        self.asked = AskedQuestions(clock)
        self.private_answers = PrivateAnswers(clock)
        self.queues = ThreadQueues()
        self.throttle = Throttle(clock)
        self.channels = Channels(clock)
        self.channel_names = ChannelNames(clock)
        self.groups = UserGroups(clock)
        self.refused_today: TTLCache[str, None] = TTLCache(PEOPLE_REFUSED, DAY, timer=clock.now)
        self._env = env
        self._origin = FilesOrigin(env.slack_files_url)
        self._dify = PoolManager(maxsize=FILES_AT_ONCE, ssl_context=shared_context())
        self._transfers = Transfers(FILES_AT_ONCE, FILES_OF_A_HOOK)
        self._pool = Pool(clock)
        self._budget = RateLimiter(clock)
        self.response_urls = ResponseUrls(self._pool, env.slack_api_url)
        self._support = NativeSupport(clock)
        self._tables = TableSupport(clock)
        self._blocks = BlockSupport(clock)
        self._written = Written()
        self.users = Users(clock)
        self.bots = BotIdentities(clock)
        self._apps = AppCache(clock)
        self._service_api = ServiceApi(clock)
        self._addresses = BaseAddresses(self._service_api, clock)
        self._first_calls = FirstCalls(clock)
        self._closed_ways = ClosedWays(clock)
        self._pressed: set[str] = set()

    def api(self, endpoint: EndpointRequest, team_id: str) -> SlackApi:
        """The Slack client of the hook's bot. Raises SettingsError without a token."""
        return SlackApi(
            endpoint.settings.require_token(),
            base_url=self._env.slack_api_url,
            pool=self._pool,
            clock=self.clock,
            budget=self._budget,
            team_id=team_id,
        )

    def app(
        self,
        endpoint: EndpointRequest,
        app_id: str,
        user: str,
        hook_url: str,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
    ) -> DifyApp:
        """An app of the hook, for one request.

        `user` owns what begins over the Service API (docs/platform/dify-service-api.md#end-users). `hook_url` may tell
        where Dify is.
        """
        inputs = endpoint.settings.inputs_for(app_id)
        return DifyApp(self._ways(endpoint, app_id, user, hook_url), inputs, self._apps, options)

    def api_way(self, endpoint: EndpointRequest, app_id: str, user: str, hook_url: str) -> ApiWay | None:
        """The Service API of an app of the hook, for this end user; None where there is no key of the app."""
        ways = self._ways(endpoint, app_id, user, hook_url)
        return ways.api if isinstance(ways.api, ApiWay) else None

    def presses(self, endpoint: EndpointRequest, store: ThreadStore) -> Presses:
        """Whether presses of buttons reach the hook, for one request."""
        return Presses(store, endpoint.id, self._pressed)

    def installation(self, api: SlackApi) -> Installation:
        """The bot of the client's token."""
        return Installation(self.bots, self.users, api, self.clock)

    def rules(self, endpoint: EndpointRequest, api: SlackApi) -> RuleCheck:
        """The check of the hook's rules for its members and channels."""
        installation = self.installation(api)
        return RuleCheck(endpoint.settings, installation, self.channels, self.channel_names, self.groups)

    def context(
        self, endpoint: EndpointRequest, store: ThreadStore, job: Job, key: ThreadKey, report: TurnReport
    ) -> TurnContext:
        """The objects that the turn of this job works with."""
        settings, message = endpoint.settings, job.message
        api = self.api(endpoint, message.team_id)
        target = ReplyTarget(
            account=api.account,
            channel=message.channel,
            channel_type="im" if message.is_dm else message.channel_type,
            thread_ts=message.root_ts,
            trigger_ts=message.ts,
            user=message.user,
            user_team=message.user_team or message.team_id,
            bot_user=message.bot_user_id,
        )
        bases = file_bases(self._env.dify_files_urls, job.hook_url)
        options = RunOptions(web_url=self._env.dify_web_url, owns=lambda url: bool(addresses(url, bases)))
        inputs = settings.inputs_for(key.app_id)
        user = f"slack:{key.team_id}:{job.message.author}"
        app = self.app(endpoint, key.app_id, user, job.hook_url, options)
        author = Author(message, partial(self.users.recalled, api), settings.language)
        status = StatusLine(api, message.channel, message.root_ts, self.clock, author)
        transfers = self._transfers.of(endpoint.id)
        files = SlackFiles(api, settings.require_token(), pool=self._pool, origin=self._origin)
        produced = ProducedFiles(
            files,
            target,
            lambda url: fetch_file(
                self._dify, addresses(url, bases), self.clock, most=produced_files.MOST_BYTES
            ),
            options.owns,
            transfers,
            self.clock,
        )
        prompt_builder = PromptBuilder(
            app,
            author,
            Visibility(message, self.installation(api), self.rules(endpoint, api)),
            ThreadReading(api, message, self.clock),
            Attachments(files, app, transfers, self.clock),
            Recordings(files, app, transfers, self.clock),
        )
        slack = Slack(api, self._budget, self._support, self._tables, self._written, self.clock, self._blocks)
        run = job.run
        left = (
            None
            if run is None
            else LeftOff(
                run.messages, run.unfinished, run.begin, run.sure, above(run.quote, run.text)[: run.begin]
            )
        )
        reply = Reply(slack, target, settings.reply_style, left_off=left)
        presses = self.presses(endpoint, store)
        forms = Forms(message, key, store, api, app, author, reply, presses, job.form)
        welcomer = Welcomer(app, author, inputs, presses)
        return TurnContext(
            message=message,
            key=key,
            store=store,
            reply=reply,
            status=status,
            author=author,
            asking=Asking(
                app, author, prompt_builder, produced, status, report, job.received, self.clock, forms, run
            ),
            produced=produced,
            rest=RestFile(files, target, transfers, self.clock),
            forms=forms,
            greeting=Greeting(message, key, store, author, welcomer, presses, reply),
            rating=RatingOffer(message, key.app_id, app, author, presses),
            follow_ups=FollowUps(message, key, store, author, app, presses, reply, api),
            again=AskingAgain(message, key, author, self.asked, api),
            asked=self.asked,
            clock=self.clock,
            holder=self.holder,
            received=job.received,
            show_sources=settings.show_sources,
            api=api,
            show_progress=settings.show_progress,
            continuation=job.continuation,
            run=run,
            app_names=settings.app_names,
            usual_key=endpoint.key(replace(message, app_name="")) if message.app_name else None,
        )

    def _ways(self, endpoint: EndpointRequest, app_id: str, user: str, hook_url: str) -> Ways:
        """The ways to an app: the Service API too, where the admin gave a key of the app."""
        session, name = endpoint.session, f"{endpoint.id}/{app_id}"
        plugin = PluginWay(session.app, session.file, app_id, name)
        api_key = endpoint.settings.api_key_for(app_id)
        named = endpoint.settings.dify_api_url or ""
        bases = base_addresses(named, self._env.dify_inner_url, hook_url, self._env.known_hosts)
        open_forms = OpenForms(self._service_api, self._addresses, bases)
        if api_key is None:
            return Ways(plugin, self._closed_ways, open_forms=open_forms)
        digest = hashlib.sha256(f"{api_key} {bases}".encode()).hexdigest()
        api = ApiWay(
            self._service_api,
            self._addresses,
            self._first_calls,
            self.clock,
            bases,
            api_key,
            user,
            f"{name}/{digest}",
        )
        return Ways(plugin, self._closed_ways, api, open_forms=open_forms)


@dataclass(frozen=True, slots=True)
class EndingsOfEndpoint:
    """Makes the notes that tell threads of a hook that their turns were interrupted. For one request."""

    services: Services
    endpoint: EndpointRequest

    def of(self, key: ThreadKey, record: ThreadRecord) -> Interrupted:
        """The note for this thread, in the language of the member who asked last there."""
        api, setting = self.services.api(self.endpoint, key.team_id), self.endpoint.settings.language
        bot = self.services.bots.of(api)
        asked = record.followers[-1:] if setting == "auto" else ()
        language = language_for(setting, *(self.services.users.one(api, user).locale for user in asked))
        return Interrupted(api, bot.bot_id if bot else "", say(language, Say.INTERRUPTED))
