"""Keeps the reason of a failure out of the answer: the SDK would answer HTTP 500 with the exception's text."""

from collections.abc import Callable

from werkzeug import Response

from errors import SettingsError
from turns import logger, where


def discreet[**P](answer: Callable[P, Response]) -> Callable[P, Response]:
    """If `answer` raises, write to the log and return an empty 503, so that Slack sends again."""

    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return answer(*args, **kwargs)
        except SettingsError as error:
            logger.error("%s", error)
        except Exception as error:  # noqa: BLE001 - a caller must not see any exception's text
            logger.error("an endpoint broke: %s", where(error))
        return Response(status=503, content_type="text/plain; charset=utf-8")

    return guarded
