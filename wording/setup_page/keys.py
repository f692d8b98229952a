"""The texts of the set-up page. A new text needs a key here and a line in each catalogue of this folder."""

from enum import StrEnum, auto


class SetupText(StrEnum):
    """The keys, in the order of the page. A comment says what the text is for and names its placeholders.

    Text between backticks is shown as code. Names of pages and buttons of Slack's and Dify's stay as these show them.
    """

    TITLE = auto()
    INTRODUCTION = auto()

    ADDRESS = auto()  # a heading, as are the other steps
    ADDRESS_HELP = auto()
    ADDRESS_LABEL = auto()
    ADDRESS_UNKNOWN = auto()
    ADDRESS_OF_ONE_NETWORK = auto()
    ADDRESS_WRONG = auto()  # what was typed into the field is no address of an endpoint
    NO_SCRIPT = auto()

    CREATE = auto()
    NAME_LABEL = auto()  # `count` of characters that a name may have
    COLOUR_LABEL = auto()
    STAYS_HERE = auto()  # beside both
    CHOOSE = auto()
    STANDARD = auto()  # a variant's title; its help says what it promises and what it costs
    STANDARD_HELP = auto()
    MENTIONS_ONLY = auto()
    MENTIONS_ONLY_HELP = auto()
    SOCKET_MODE = auto()
    SOCKET_MODE_HELP = auto()
    AGENT = auto()
    AGENT_HELP = auto()
    SCOPES = auto()  # the heading of a list
    EVENTS = auto()  # the heading of a list
    CREATE_LINK = auto()
    MANIFEST_LABEL = auto()
    COPY = auto()
    COPIED = auto()
    COPY_HELP = auto()
    DESCRIPTION = auto()  # of the Slack app, as Slack shows it to members: at most 139 characters

    INSTALL = auto()
    INSTALL_HELP = auto()
    SECRETS = auto()
    SECRETS_TOKEN = auto()
    SECRETS_SIGNING = auto()
    SECRETS_VERIFY = auto()
    ASK = auto()
    ASK_INVITE = auto()
    ASK_QUESTION = auto()

    CHECK = auto()
    CHECK_HELP = auto()
    CHECK_LINK = auto()
    LOCKED = auto()
    LOCKED_HELP = auto()
    PAUSED = auto()
    PAUSED_HELP = auto()
    BACK = auto()

    REPORT = auto()  # the heading of the self-check
    REPORT_HELP = auto()
    UNSEEN = auto()  # a line of which nothing is known
    SEEN = auto()  # `when` is a time
    AGO_SECONDS = auto()  # `count`
    AGO_MINUTES = auto()  # `count`
    AGO_HOURS = auto()  # `count`
    SETTING_WRONG = auto()  # `cure` is in English
    TOKEN = auto()  # the title of a line, as are the following short ones
    TOKEN_OK = auto()  # `bot` and `team` are names
    TOKEN_MISSING = auto()
    TOKEN_REFUSED = auto()  # `error` is a code of Slack
    SLACK_AWAY = auto()
    SECRET = auto()
    SECRET_MISSING = auto()
    SECRET_OK = auto()  # `when` is a time
    SECRET_WRONG = auto()  # `when` is a time
    SECRET_UNSEEN = auto()
    SAME_APP = auto()
    SAME_APP_OK = auto()
    OTHER_APP = auto()  # `token` and `events` are ids of apps
    OTHER_TEAM = auto()  # `token` and `events` are ids of workspaces
    SCOPE_OK = auto()
    SCOPE_MISSING = auto()  # `lost` is a text of a LOST_ key
    LOST_MENTIONS = auto()  # what fails without a scope: app_mentions:read
    LOST_WRITE = auto()  # chat:write
    LOST_IM = auto()  # im:history
    LOST_MPIM = auto()  # mpim:history
    LOST_MPIM_READ = auto()  # mpim:read
    LOST_CHANNELS = auto()  # channels:history
    LOST_GROUPS = auto()  # groups:history
    LOST_USERS = auto()  # users:read
    LOST_FILES_READ = auto()  # files:read
    LOST_FILES_WRITE = auto()  # files:write
    SCOPES_UNKNOWN = auto()
    EVENT = auto()  # `name` of an event
    BUTTONS = auto()
    APP = auto()  # `name` is the id of an app
    APP_OK = auto()  # `kind`
    APP_MISSING = auto()
    APP_REFUSED = auto()  # `reason` is a word of ours
    DIFY_AWAY = auto()
    INPUT = auto()  # `name` of a variable and `app`
    BY_ADMIN = auto()  # how a required input is filled
    BY_SLACK = auto()
    BY_DEFAULT = auto()
    BY_QUESTION = auto()
    BY_FILE = auto()
    BY_NOTHING = auto()
    HAND_OFF = auto()
    HAND_OFF_OK = auto()  # `route` is an address
    HAND_OFF_FAILED = auto()
    STORAGE = auto()
    STORAGE_OK = auto()  # `name` of the storage
    STORAGE_FULL = auto()
    STORAGE_AWAY = auto()  # `name` of the storage
    FILES = auto()
    FILES_UNSET = auto()
    STREAM = auto()
    STREAM_OK = auto()  # `when` is a time
    CLOCK = auto()
    CLOCK_OK = auto()  # `count` of seconds
    CLOCK_OFF = auto()  # `count` of seconds
    VERSION = auto()
    VERSION_OK = auto()  # `version`
    VERSION_BROKEN = auto()  # `version`
    VERSION_UNKNOWN = auto()
    CONNECTIONS = auto()  # the name of a variable in Dify’s environment, the same in each language
    CONNECTIONS_NEEDED = auto()  # `count` of answers, `needed` connections

    HISTORY = auto()  # the heading of how the last turns went
    HISTORY_EMPTY = auto()
    OF_A_DAY = auto()  # the heading of sums
    IGNORED = auto()  # the heading of sums
    TIME = auto()  # a column, as are the next ones
    CHANNEL = auto()
    KIND = auto()
    OUTCOME = auto()
    METHOD = auto()
    TO_ACK = auto()
    TO_TEXT = auto()
    TO_END = auto()
    RETRIES = auto()
    RULE = auto()  # the heading of a form
    RULE_HELP = auto()
    MEMBER = auto()
    RULE_BUTTON = auto()
    NO_CHANNEL = auto()  # `name` as it was typed
    NO_MEMBER = auto()  # `name` as it was typed
    ANSWERING_APP = auto()  # `app` and the name of a `setting`
    BY_MENTION = auto()  # the title of a line: how the member asks
    BY_REPLY = auto()
    BY_MESSAGE = auto()
    ANSWERED = auto()
    FOLLOWED = auto()
    REFUSED_OFF = auto()  # `setting` that decides
    REFUSED_LIST = auto()  # `setting` that decides, `id` that it lacks
    REFUSED_EXTERNAL = auto()
    REFUSED_BOT = auto()
    REFUSED_OTHER = auto()  # `reason` is a word of ours
