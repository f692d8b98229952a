"""The sentences that the bot may say in its own name. A new sentence needs a key here and a line in each catalogue.

A value stands in a code span, unless it never comes from outside; which values these are, and which keys are titles,
headings or status lines, stands at the top of tests/wording/test_catalogues.py.
"""

from enum import StrEnum, auto


class Say(StrEnum):
    """The keys, grouped by where their text appears. A comment says what the text is for and names its placeholders."""

    # The status line. Slack writes the bot's name before it: "Bot is thinking…". Plain text.
    THINKING = auto()
    WAITING = auto()  # another message of the thread is being answered first
    RUNNING_STEP = auto()  # `title` is the title of a node or tool
    READING_FILES = auto()
    LISTENING = auto()  # a recording becomes words
    READING_THREAD = auto()

    # Progress: the plan of task cards, and the lines that tell what a long wait is about.
    STEPS = auto()  # the title of the plan
    RUNNING = auto()  # `title` is the title of a node or tool
    STEP_FAILED = auto()  # `title` is the title of a node or tool
    THOUGHTS = auto()  # the title of the card that holds what a model thought
    ROUND = auto()  # `title` of an iteration or loop, and `number` of its round
    MORE_STEPS = auto()  # the card of all steps after the first ones: `count` of these, `title` of the latest

    # Instead of an answer, without any trouble.
    GREETING = auto()
    SUGGESTIONS = auto()  # the heading of the app's suggested questions
    HELLO = auto()  # to the inviter alone, when the bot is invited to a channel
    HELLO_OPEN = auto()  # the same as HELLO, in an open channel
    HOME_WHAT = auto()  # headings and texts of the Home tab: what the bot can do
    HOME_HOW = auto()  # how to start
    HOME_START = auto()
    HOME_START_DIRECT = auto()  # only where direct messages are on
    HOME_OPEN = auto()  # the member's questions that are being answered
    HOME_OPEN_DIRECT = auto()  # in place of a channel's name
    HOME_PRIVACY_TITLE = auto()
    HOME_PRIVACY = auto()
    RESET_DONE = auto()
    AGAIN_NOTHING = auto()  # the question that is to be asked again cannot be found
    AGAIN_NOT_YOURS = auto()  # to a member alone who would ask the question of another one again
    NO_TEXT = auto()  # the app ended without an error and said nothing

    # Under an answer.
    SOURCES = auto()  # the heading of the sources
    MORE = auto()  # `count` of the sources that are not shown
    PAUSED = auto()  # the app waits for a person's input; the text of its form stands above
    FORM_WAITS = auto()  # above the buttons of a form that the app waits for; `title` of the form
    FORM_OR_DIFY = auto()  # behind FORM_WAITS, until a first press has shown that presses arrive
    FORM_DONE = auto()  # in place of the buttons: `title` of the form, the `action`, the member's `name`
    FORM_ANSWERED = auto()  # in place of the buttons, and to a member alone: it was answered before; `title`
    FORM_EXPIRED = auto()  # the same; `title`
    FORM_GONE = auto()  # the same; `title`
    FORM_UNNAMED = auto()  # in place of the title of a form that has none
    FORM_INVALID = auto()  # to the member alone: Dify did not take what was filled in; `title` of the form
    FORM_SENT = auto()  # the answer to the form was sent, and the app goes on in Dify alone
    FORM_SEND = auto()  # the label of the button that sends a form
    FORM_CANCEL = auto()  # the label of the button that closes a form
    CONTINUED = auto()  # the answer goes on in the next message
    TIME_CUT = auto()
    TURN_LIMIT = auto()  # the bot says this with and without a partial answer above
    RUN_LIMIT = auto()  # the same, of an answer that went on for about an hour
    INCOMPLETE = auto()
    CUT_SHORT = auto()  # the app failed after part of its answer was written
    INTERRUPTED = auto()  # the plugin or the daemon stopped in the middle of the turn
    STOPPED = auto()  # a member stopped the answer; stands alone too, if nothing was written yet
    STOPPED_BY = auto()  # the same, with the name of the member as `person`, without markup
    QUESTION_CUT = auto()  # `count` of the question's characters that the app was given, as many as it takes
    ANSWER_TOO_LONG = auto()  # the app went on beyond the longest answer that is kept; the rest is not read
    REST_IN_FILE = auto()  # the thread takes no more of the answer; `name` of the file that holds the rest
    REST_LEFT_OUT = auto()  # the same as REST_IN_FILE, but the file could not be brought to Slack
    REST_NEEDS_SCOPE = auto()  # the same as REST_LEFT_OUT, because the scope `files:write` is not granted
    FILE_LOST = auto()  # `name` of a file that the app made and that could not be brought to Slack
    FILE_LEFT_OUT = auto()  # `name` of the member's file; `reason` is the text of a FILE_ key from the end
    NOT_HEARD = auto()  # the same as FILE_LEFT_OUT, for a recording that gave no words

    # Feedback on an answer: the labels of its buttons, the form, and what the voter is told alone.
    FEEDBACK_GOOD = auto()
    FEEDBACK_BAD = auto()
    FEEDBACK_ARRIVED = auto()
    FEEDBACK_LOST = auto()
    REASON_TITLE = auto()  # this and the next two: at most 24 characters
    REASON_SEND = auto()
    REASON_CLOSE = auto()
    REASON_QUESTION = auto()
    REASON_ARRIVED = auto()

    # What the app is told beside the member's words.
    ONLY_FILES = auto()  # in place of the question in a message that has only files; `name` holds their names
    THREAD_BEFORE = auto()  # the heading of what others said before the bot was called
    THREAD_SINCE = auto()  # the heading of what others said since the bot's last answer
    THREAD_ASKS = auto()  # stands between what others said and the question; `name` of the member who asks
    MARK_APP = auto()  # stands after the name of another app that wrote into the thread
    MARK_EXTERNAL = auto()  # stands after the name of a member of another organisation

    # Trouble with the app: mirrors errors.DifyError.
    APP_MISCONFIGURED = auto()
    DIFY_BROKEN = auto()  # the version of Dify
    INPUT_MISSING = auto()  # `variable` is the name of a variable in the app's form
    FILE_NEEDED = auto()  # the same as INPUT_MISSING for a variable that takes files
    UNSUPPORTED_APP = auto()
    API_REFUSED = auto()  # Dify refuses the setting `dify_api_key`, and the app cannot be asked without a key
    COMPLETION_APP = auto()  # Dify fails at every call of such an app (docs/platform/dify.md#completion-apps)
    PROVIDER_TROUBLE = auto()
    RUN_FAILED = auto()
    DIFY_UNAVAILABLE = auto()
    DIFY_BUSY = auto()  # no worker took the run in time, or the app has all the runs that it may have
    SILENT = auto()
    UNEXPECTED = auto()  # an error that is not in the tree of `errors.py`

    # The button under an answer that grows, and why an answer was not stopped: to the member alone.
    STOP = auto()
    NOTHING_TO_STOP = auto()
    MAY_NOT_STOP = auto()
    CANNOT_STOP_HERE = auto()  # another process writes the answer, and there is no Redis

    # Not now, or not here.
    THREAD_DELETED = auto()  # under the part of an answer whose thread has lost its root
    PLACE_GONE = auto()  # to the author alone, in the channel
    QUEUE_FULL = auto()
    RATE_LIMITED = auto()
    BUDGET_USED_UP = auto()  # the thread had as many turns as a thread may have in that time
    NOT_ALLOWED = (
        auto()
    )  # to a member whom the setting allowed_users does not name; to the author alone, like the next ones
    NO_GUESTS = auto()
    NO_OUTSIDERS = auto()
    NOT_IN_CHANNEL = auto()
    NO_DIRECT_MESSAGES = auto()
    RULE_UNKNOWN = auto()  # Slack does not tell what a rule needs to know
    BUSY = auto()  # to the author of a command alone
    NOT_TAKEN = auto()  # Slack will not send the question again
    NOT_SET_UP = auto()  # the bot's token is missing or dead
    NOT_INVITED = auto()  # to the author of a command or a shortcut alone
    COMMAND_HELP = auto()  # `command` is the slash command
    PRIVATE_WORKING = auto()  # at once, to the author alone, of a private question
    PRIVATE_CUT = auto()  # under a private answer that is cut
    PRIVATE_FILES = auto()  # under a private answer whose files are not shown
    SHARE = auto()  # the label of the button under a private answer
    SHARED = auto()  # in place of a private answer that was shared
    PRIVATE_GONE = auto()  # to who shares an answer that is not kept any more
    RESET_ELSEWHERE = auto()  # for a reset by command in a channel
    UNFOLLOWED = auto()
    REACTION_EMPTY = auto()  # to who reacted to a message with the emoji that asks
    UNKNOWN_APP = auto()  # `name` is what stands behind ~, `names` the names that there are

    # Why a file was left out: the `reason` of errors.FileRefused. They complete FILE_LEFT_OUT and
    # NOT_HEARD.
    FILE_TOO_LARGE = auto()
    FILE_TOO_MANY = auto()
    FILE_WRONG_TYPE = auto()
    FILE_EMPTY = auto()
    FILE_NO_VARIABLE = auto()  # the app's form has no file variable
    FILE_NO_URL = auto()
    FILE_LOGIN_PAGE = auto()  # the scope files:read is missing (docs/platform/slack.md#file-download)
    FILE_FOREIGN_HOST = auto()  # the address is not Slack's own, or redirects to another host
    FILE_EXTERNAL = auto()
    FILE_DELETED = auto()
    FILE_SHARED_ELSEWHERE = auto()  # the message holds only a Slack Connect stub of the file
    FILE_STALLED = auto()
    FILE_TRUNCATED = auto()
    FILE_DOWNLOAD_FAILED = auto()
    FILE_UPLOAD_UNSET = auto()  # INTERNAL_FILES_URL is not set in Dify (docs/platform/dify.md#files-address)
    FILE_UPLOAD_REFUSED = auto()
    FILE_NOT_OWNED = auto()  # the upload belongs to another end user (docs/platform/dify.md#tool-file-owner)
    FILE_NO_WORDS = auto()  # a recording in which nothing was said (docs/platform/dify-service-api.md#voice)
    FILE_NO_SPEECH_MODEL = auto()
    FILE_SPEECH_LATE = auto()
    FILE_SPEECH_FAILED = auto()
