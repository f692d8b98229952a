"""The sentences that the bot may say in its own name. A new sentence needs a key here and a line in each catalogue.

The tests fail if a catalogue lacks a key. The text below a key says what the key is for and names its placeholders.
"""

from enum import StrEnum, auto


class Say(StrEnum):
    """The keys of the catalogues, grouped by where their text appears."""

    # The status line. Slack writes the bot's name before it: "Bot is thinking…". Plain text.
    THINKING = auto()
    WAITING = auto()
    """Another message of the thread is being answered first."""
    RUNNING_STEP = auto()
    """`title` is the title of a node or tool."""
    READING_FILES = auto()
    READING_THREAD = auto()

    # Progress: task cards, and the one line above an edited answer.
    RUNNING = auto()
    """`title` is the title of a node or tool."""
    STEP_FAILED = auto()
    """`title` is the title of a node or tool."""
    THOUGHTS = auto()
    """The title of the card that holds what a model thought."""
    ROUND = auto()
    """`title` of an iteration or loop, and `number` of its round."""
    MORE_STEPS = auto()
    """The title of the card for all steps after the first ones: `count` of these steps, and `title` of the latest."""

    # Instead of an answer, without any trouble.
    GREETING = auto()
    SUGGESTIONS = auto()
    """The heading of the app's suggested questions."""
    RESET_DONE = auto()
    NO_TEXT = auto()
    """The app ended without an error and said nothing."""

    # Under an answer.
    SOURCES = auto()
    """The heading of the sources."""
    MORE = auto()
    """`count` of the sources that are not shown."""
    PAUSED = auto()
    """The app waits for a person's input; the text of its form stands above this sentence."""
    CONTINUED = auto()
    """The answer goes on in the next message."""
    TIME_CUT = auto()
    TURN_LIMIT = auto()
    """The bot says this with and without a partial answer above."""
    INCOMPLETE = auto()
    CUT_SHORT = auto()
    """The app failed after part of its answer was written."""
    INTERRUPTED = auto()
    """The plugin or the daemon stopped in the middle of the turn."""
    QUESTION_CUT = auto()
    """`count` is the number of characters of the question that the app was given; its variable takes no more."""
    ANSWER_TOO_LONG = auto()
    """The app went on beyond the longest answer that is kept, and the rest is not read."""
    REST_IN_FILE = auto()
    """The thread takes no more of the answer; `name` is the name of the file that holds the rest."""
    REST_LEFT_OUT = auto()
    """The same as REST_IN_FILE, but the file could not be brought to Slack."""
    REST_NEEDS_SCOPE = auto()
    """The same as REST_LEFT_OUT, but the reason is that the scope `files:write` is not granted."""
    FILE_LOST = auto()
    """`name` of a file that the app made and that could not be brought to Slack."""
    FILE_LEFT_OUT = auto()
    """`name` of the member's file; `reason` is the text of one of the FILE_ keys at the end."""

    # What the app is told beside the member's words.
    ONLY_FILES = auto()
    """Takes the place of the question in a message that has only files; `name` holds the names of the files."""
    THREAD_BEFORE = auto()
    """The heading of what others said in the thread before the bot was called."""
    THREAD_SINCE = auto()
    """The heading of what others said in the thread since the bot's last answer."""
    THREAD_ASKS = auto()
    """Stands between what others said and the question; `name` is the name of the member who asks."""
    MARK_APP = auto()
    """Stands after the name of another app that wrote into the thread."""
    MARK_EXTERNAL = auto()
    """Stands after the name of a member of another organisation."""

    # Trouble with the app: mirrors errors.DifyError.
    APP_MISCONFIGURED = auto()
    INPUT_MISSING = auto()
    """`variable` is the name of a variable in the app's form."""
    FILE_NEEDED = auto()
    """The same as INPUT_MISSING for a variable that takes files."""
    UNSUPPORTED_APP = auto()
    PROVIDER_TROUBLE = auto()
    RUN_FAILED = auto()
    DIFY_UNAVAILABLE = auto()
    SILENT = auto()
    UNEXPECTED = auto()
    """An error that is not in the tree of `errors.py`."""

    # Not now, or not here.
    QUEUE_FULL = auto()
    RATE_LIMITED = auto()
    BUDGET_USED_UP = auto()
    """The thread had as many turns as a thread may have in that time."""

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
    """The address is not Slack's own, or redirects to another host."""
    FILE_EXTERNAL = auto()
    FILE_DELETED = auto()
    FILE_SHARED_ELSEWHERE = auto()
    """The message holds only a Slack Connect stub of the file."""
    FILE_STALLED = auto()
    FILE_TRUNCATED = auto()
    FILE_DOWNLOAD_FAILED = auto()
    FILE_UPLOAD_UNSET = auto()
    """INTERNAL_FILES_URL is not set in Dify (docs/platform/dify.md#files-address)."""
    FILE_UPLOAD_REFUSED = auto()
