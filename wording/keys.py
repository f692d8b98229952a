"""What the bot may say in its own name. To add a sentence: one key here, one line in each catalogue.

A catalogue is complete or the tests fail. What each key is for, and what its placeholders are, stands beside it.
"""

from enum import StrEnum, auto


class Say(StrEnum):
    """The keys of the catalogues, grouped by where their text appears."""

    # The status line. Slack writes the bot's name before it: "Bot is thinking…". Plain text.
    THINKING = auto()
    WAITING = auto()
    """Another message of the thread is being answered first."""
    RUNNING_STEP = auto()
    """`title` of a node or tool."""
    READING_FILES = auto()
    READING_THREAD = auto()

    # Progress: task cards, and the one line above an edited answer.
    RUNNING = auto()
    """`title` of a node or tool."""
    STEP_FAILED = auto()
    """`title` of a node or tool."""
    THOUGHTS = auto()
    """The title of the card that holds what a model thought."""
    ROUND = auto()
    """`title` of an iteration or loop, `number` of its round."""
    MORE_STEPS = auto()
    """The title of the card that stands for all steps behind the first ones: `count`, and `title` of the latest."""

    # Instead of an answer, without any trouble.
    GREETING = auto()
    SUGGESTIONS = auto()
    """Heading of the app's suggested questions."""
    RESET_DONE = auto()
    NO_TEXT = auto()
    """The app ended well and said nothing."""

    # Under an answer.
    SOURCES = auto()
    """Heading."""
    MORE = auto()
    """`count` of the sources left out."""
    PAUSED = auto()
    """The app waits for a person's input; its form's text stands above."""
    CONTINUED = auto()
    """The answer goes on in the next message."""
    TIME_CUT = auto()
    TURN_LIMIT = auto()
    """With and without a partial answer above it."""
    INCOMPLETE = auto()
    CUT_SHORT = auto()
    """The app failed after part of its answer was written."""
    INTERRUPTED = auto()
    """The plugin or the daemon went away in the middle of the turn."""
    QUESTION_CUT = auto()
    """`count` of its characters that the app was given: its variable takes no more."""
    ANSWER_TOO_LONG = auto()
    """The app went on past what is kept of one answer, and nobody reads on."""
    REST_IN_FILE = auto()
    """The thread takes no more of the answer; `name` of the file that holds the rest."""
    REST_LEFT_OUT = auto()
    """The same without a file: it could not be brought to Slack."""
    REST_NEEDS_SCOPE = auto()
    """The same, because the scope `files:write` is not granted."""
    FILE_LOST = auto()
    """`name` of a file the app produced that could not be brought to Slack."""
    FILE_LEFT_OUT = auto()
    """`name` of the member's file, `reason`: the text of one of the FILE_ keys at the end."""

    # What the app is told beside the member's words.
    ONLY_FILES = auto()
    """Instead of words, for a message that is nothing but files; `name` holds their names."""
    THREAD_BEFORE = auto()
    """Heading of what others said in the thread before the bot was called."""
    THREAD_SINCE = auto()
    """The same, for what they said since its last answer."""
    THREAD_ASKS = auto()
    """Between that and the question; `name` of the member."""
    MARK_APP = auto()
    """Behind the name of another app that wrote into the thread."""
    MARK_EXTERNAL = auto()
    """Behind the name of a member of another organisation."""

    # Trouble with the app: mirrors errors.DifyError.
    APP_MISCONFIGURED = auto()
    INPUT_MISSING = auto()
    """`variable` of the app's form."""
    FILE_NEEDED = auto()
    """The same for a variable that takes files."""
    UNSUPPORTED_APP = auto()
    PROVIDER_TROUBLE = auto()
    RUN_FAILED = auto()
    DIFY_UNAVAILABLE = auto()
    SILENT = auto()
    UNEXPECTED = auto()
    """Something that is not in the error tree."""

    # Not now, or not here.
    QUEUE_FULL = auto()
    RATE_LIMITED = auto()
    BUDGET_USED_UP = auto()
    """The thread had as many turns as one may have in that time."""

    # Why a file was left out: the `reason` of errors.FileRefused. They complete FILE_LEFT_OUT.
    FILE_TOO_LARGE = auto()
    FILE_TOO_MANY = auto()
    FILE_WRONG_TYPE = auto()
    FILE_EMPTY = auto()
    FILE_NO_VARIABLE = auto()
    """The app's form has no file variable."""
    FILE_NO_URL = auto()
    FILE_LOGIN_PAGE = auto()
    """Slack sent its login page: the scope files:read is missing (docs/platform/slack.md#file-download)."""
    FILE_FOREIGN_HOST = auto()
    """The address is not Slack's own, or leads elsewhere."""
    FILE_EXTERNAL = auto()
    FILE_DELETED = auto()
    FILE_SHARED_ELSEWHERE = auto()
    """A Slack Connect stub."""
    FILE_STALLED = auto()
    FILE_TRUNCATED = auto()
    FILE_DOWNLOAD_FAILED = auto()
    FILE_UPLOAD_UNSET = auto()
    """INTERNAL_FILES_URL is not set in Dify (docs/platform/dify.md#files-address)."""
    FILE_UPLOAD_REFUSED = auto()
