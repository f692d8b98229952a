"""An endpoint that breaks tells nobody why: the SDK would answer HTTP 500 with the exception's text in the body."""

from collections.abc import Callable

from werkzeug import Response

from errors import SettingsError
from turns import logger, where


def discreet(answer: Callable[[], Response]) -> Response:
    """The answer; if there is none, an empty 503, so that Slack asks again, and a line in the log."""
    try:
        return answer()
    except SettingsError as error:
        logger.error("%s", error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no stranger's business
        logger.error("an endpoint broke: %s", where(error))
    return Response(status=503, content_type="text/plain; charset=utf-8")
