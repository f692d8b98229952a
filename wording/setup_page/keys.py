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
