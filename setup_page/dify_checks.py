"""What Dify says of the apps, and what the plugin itself reaches: lines of the self-check. Only apps are asked."""

from collections.abc import Iterator
from typing import Final

from dify_app import DifyApp, FilledBy, is_broken
from errors import ApiRefused, CompletionApp, DifyError, DifyUnavailable
from provider import Settings
from setup_page.report import CheckLine, ago, green, red, text, unseen
from turns import FACTS, TurnsOfHook
from wording import SetupText

ANSWERED: Final = "answered"
FILES_UNSET: Final = "file_upload_unset"
INTERNAL_FILES: Final = "http://api:5001"
INTERNAL_URL: Final = "http://plugin-daemon:5002"
API_URL: Final = "http://api:5001/v1"
MOST_BY_DEFAULT: Final = 10  # requests that Dify's API container serves at once
SPARE: Final = 10
_BY: Final = {
    FilledBy.ADMIN: SetupText.BY_ADMIN,
    FilledBy.SLACK: SetupText.BY_SLACK,
    FilledBy.DEFAULT: SetupText.BY_DEFAULT,
    FilledBy.QUESTION: SetupText.BY_QUESTION,
    FilledBy.FILE: SetupText.BY_FILE,
    FilledBy.NOTHING: SetupText.BY_NOTHING,
}
_FACTS: Final = (*FACTS, "slack_thread")


def setting_lines(settings: Settings) -> Iterator[CheckLine]:
    """Each setting that cannot be read. The cures are in English."""
    for problem in settings.problems:
        yield red(problem.setting, text(SetupText.SETTING_WRONG, cure=problem.cure))


def app_lines(app_id: str, app: DifyApp) -> Iterator[CheckLine]:
    """Whether Dify lets the bot ask this app, and what fills its required variables. Asks Dify."""
    title = text(SetupText.APP, name=app_id)
    try:
        app.form_now()
        kind = app.kind()
        covered = app.coverage(_FACTS)
    except CompletionApp:
        yield red(title, text(SetupText.APP_REFUSED, reason="completion"))
    except DifyUnavailable:
        yield red(title, text(SetupText.DIFY_AWAY))
    except DifyError as error:
        yield red(title, text(SetupText.APP_REFUSED, reason=error.kind))
    else:
        yield green(title, text(SetupText.APP_OK, kind=kind or "?"))
        for variable in covered:
            name = text(SetupText.INPUT, name=variable.name, app=app_id)
            line = red if variable.by is FilledBy.NOTHING else green
            yield line(name, text(_BY[variable.by]))


def key_lines(app_id: str, app: DifyApp) -> Iterator[CheckLine]:
    """Whether Dify takes the app's API key, and whose app it is of; nothing without a key. Asks Dify."""
    title = text(SetupText.API_KEY, name=app_id)
    try:
        found = app.owner_of_key()
    except ApiRefused as error:
        off = error.kind == "api_off"
        yield red(title, text(SetupText.KEY_OFF if off else SetupText.KEY_REFUSED))
    except DifyUnavailable:
        yield red(title, text(SetupText.KEY_AWAY, example=API_URL))
    except DifyError as error:
        yield red(title, text(SetupText.APP_REFUSED, reason=error.kind))
    else:
        if found is not None:
            values = {"name": found.name or "?", "mode": found.mode or "?"}
            if found.is_same is False:
                yield red(title, text(SetupText.KEY_OTHER_APP, **values))
            else:
                yield green(title, text(SetupText.KEY_OK, **values))


def hand_off_line(*, tried: bool, route: str) -> CheckLine:
    """Whether the plugin reaches its own endpoint, and at which address. `tried`: a hand-off was tried just now."""
    if route:
        return green(SetupText.HAND_OFF, text(SetupText.HAND_OFF_OK, route=route))
    if not tried:
        return unseen(SetupText.HAND_OFF)
    return red(SetupText.HAND_OFF, text(SetupText.HAND_OFF_FAILED, example=INTERNAL_URL))


def files_line(turns: TurnsOfHook, now: float) -> CheckLine:
    """Whether Dify took the files of the last question that brought some; what an app refuses tells nothing."""
    for turn in reversed(turns.turns):
        if turn.left_out == FILES_UNSET:
            return red(SetupText.FILES, text(SetupText.FILES_UNSET, example=INTERNAL_FILES))
        if turn.files and not turn.left_out and turn.outcome == ANSWERED:
            return green(SetupText.FILES, text(SetupText.FILES_OK, when=ago(now - turn.ended)))
    return unseen(SetupText.FILES)


def version_line(version: str) -> CheckLine:
    """Which version Dify is, and whether plugins work in it."""
    if not version:
        return unseen(SetupText.VERSION, text(SetupText.VERSION_UNKNOWN))
    if is_broken(version):
        return red(SetupText.VERSION, text(SetupText.VERSION_BROKEN, version=version))
    return green(SetupText.VERSION, text(SetupText.VERSION_OK, version=version))


def connections_line(turns: TurnsOfHook) -> CheckLine:
    """How many requests Dify has to serve at once: an answer is one to its end, and a hand-off one for a moment."""
    if not turns.at_once:
        return unseen(SetupText.CONNECTIONS)
    needed = 2 * turns.at_once + SPARE
    said = text(SetupText.CONNECTIONS_NEEDED, count=turns.at_once, needed=needed)
    return green(SetupText.CONNECTIONS, said)
