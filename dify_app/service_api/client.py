"""One HTTP client for all calls of the Service API. The key goes to the given base alone: no redirect is followed."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import httpx

from clock import Clock
from dify_app.service_api.refusals import refusal
from errors import (
    ApiAway,
    ApiRefused,
    AppMisconfigured,
    DifyError,
    DifyUnavailable,
    FormRefused,
    ProviderTrouble,
)
from json_fields import parsed
from tls import shared_context

CONNECT = 5.0  # seconds
READ = 45.0  # seconds without any byte: Dify sends a keep-alive about every 10 s
ANSWER = 8.0  # seconds without any byte of an answer that is no stream
UPLOAD = 60.0
LISTENING = 60.0  # seconds without any byte while a model listens to a recording
SUGGESTING = 20.0  # seconds without any byte while a model thinks of questions, for which nobody waits
STOP = 4.0
FLOOR = 1.0  # wall seconds: no time-out is shorter, since scaled time makes no machine faster
LONGEST_ANSWER = 2 * 1024 * 1024  # bytes of an answer that is no stream
_CONNECTIONS = 500  # more than the turns of a process
_KEPT = 20
_IDLE = 1.5  # wall seconds: Dify's server closes an idle connection after 2 s
# No byte of the request has left this machine.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)

for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)  # below that, httpcore logs headers


class ServiceApi:
    """One per process. No proxy is used, since the base is mostly an inner address.

    Source: docs/platform/dify-service-api.md#base-address.

    All calls raise DifyError: ApiAway and ApiRefused mean that nothing can have run.
    """

    def __init__(self, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self._clock = clock
        self._http = httpx.Client(
            transport=transport,
            verify=shared_context(),
            trust_env=False,
            follow_redirects=False,
            timeout=self._timeout(ANSWER),
            limits=httpx.Limits(
                max_connections=_CONNECTIONS, max_keepalive_connections=_KEPT, keepalive_expiry=_IDLE
            ),
        )
        # The hooks of a process share the client, and a cookie is a memory that no hook asked for.
        self._http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def is_there(self, base: str) -> bool:
        """Whether the Service API answers at this base. No key is sent.

        Source: docs/platform/dify-service-api.md#version-and-kind.
        """
        try:
            found = self._json(self._request("GET", f"{base}/"))
        except DifyError:
            return False
        return "server_version" in found or "api_version" in found

    def get(self, base: str, key: str, path: str) -> dict[str, Any]:
        """The JSON of a call that changes nothing. Each failure to get any answer is ApiAway."""
        try:
            return self._json(self._request("GET", f"{base}/{path}", key))
        except DifyUnavailable as error:
            raise ApiAway(error.kind) from error

    def suggested(self, base: str, key: str, user: str, message_id: str) -> dict[str, Any]:
        """What Dify suggests to ask after a message of this user."""
        url, timeout = f"{base}/messages/{message_id}/suggested", self._timeout(SUGGESTING)
        return self._json(self._request("GET", url, key, params={"user": user}, timeout=timeout))

    def rate(self, base: str, key: str, message_id: str, vote: Mapping[str, Any]) -> None:
        """Rate a message. `vote` has a rating, a content and the user whose message it is."""
        self._json(self._request("POST", f"{base}/messages/{message_id}/feedbacks", key, json=dict(vote)))

    def conversation(self, base: str, key: str, user: str, conversation_id: str) -> None:
        """Look for the conversation of this user. Raises ConversationLost if Dify does not have it."""
        query = {"user": user, "conversation_id": conversation_id, "limit": "1"}
        request = self._http.build_request("GET", f"{base}/messages", headers=_headers(key), params=query)
        self._json(self._send(request, conversation_id))

    def stop(self, base: str, key: str, path: str, user: str) -> None:
        """Stop a run. Dify answers with a success, whether a run was stopped or not."""
        timeout = self._timeout(STOP)
        self._json(self._request("POST", f"{base}/{path}", key, json={"user": user}, timeout=timeout))

    def upload(self, base: str, key: str, user: str, file: tuple[str, bytes, str]) -> dict[str, Any]:
        """Upload (name, content, type) as a file of this user (docs/platform/dify-service-api.md#service-files)."""
        return self._send_file(f"{base}/files/upload", key, user, file, UPLOAD)

    def transcribe(self, base: str, key: str, user: str, file: tuple[str, bytes, str]) -> dict[str, Any]:
        """The text of a recording (name, content, type) of this user (docs/platform/dify-service-api.md#voice)."""
        return self._send_file(f"{base}/audio-to-text", key, user, file, LISTENING)

    def _send_file(
        self, url: str, key: str, user: str, file: tuple[str, bytes, str], patience: float
    ) -> dict[str, Any]:
        timeout = self._timeout(patience)
        return self._json(
            self._request("POST", url, key, files={"file": file}, data={"user": user}, timeout=timeout)
        )

    @contextmanager
    def stream(self, base: str, key: str, path: str, body: Mapping[str, Any]) -> Iterator[Iterator[bytes]]:
        """The bytes of a run, as they come. Leave the context to hang up."""
        request = self._http.build_request(
            "POST", f"{base}/{path}", headers=_headers(key), json=dict(body), timeout=self._timeout(READ)
        )
        with closing(self._send(request, str(body.get("conversation_id") or ""))) as response:
            kind = response.headers.get("Content-Type", "")
            if kind.partition(";")[0].strip().lower() != "text/event-stream":
                raise DifyUnavailable("api_no_stream")  # whatever this is, it may have passed the call on
            yield self._pieces(response)

    @contextmanager
    def follow(self, base: str, key: str, user: str, run_id: str) -> Iterator[Iterator[bytes]]:
        """The events of a run of this user from now on (docs/platform/dify-service-api.md#run-events)."""
        url, timeout = f"{base}/workflow/{quote(run_id, safe='')}/events", self._timeout(READ)
        request = self._http.build_request(
            "GET", url, headers=_headers(key), params={"user": user}, timeout=timeout
        )
        with closing(self._send(request)) as response:
            yield self._pieces(response)

    def answer_form(self, base: str, key: str, token: str, body: Mapping[str, Any]) -> None:
        """Answer a form of the key's app. Raises FormRefused for a form that takes no answer, or not this one."""
        self._answer(f"{base}/form/human_input", token, body, key)

    def answer_openly(self, base: str, token: str, body: Mapping[str, Any]) -> None:
        """The same by the route that needs no key. `base` is that of the Service API on the same server."""
        self._answer(f"{base.removesuffix('/v1')}/api/form/human_input", token, body)

    def _answer(self, path: str, token: str, body: Mapping[str, Any], key: str = "") -> None:
        try:
            self._body(self._request("POST", f"{path}/{quote(token, safe='')}", key, json=dict(body)))
        except (AppMisconfigured, ProviderTrouble) as error:
            if isinstance(error, ApiRefused):
                raise
            # 404 for a form that is not there, 429 for too many answers at once; neither is about the app.
            raise (
                DifyUnavailable("form_limit")
                if isinstance(error, ProviderTrouble)
                else FormRefused("form_gone")
            ) from None

    def _request(self, method: str, url: str, key: str = "", **more: Any) -> httpx.Response:
        return self._send(self._http.build_request(method, url, headers=_headers(key), **more))

    def _send(self, request: httpx.Request, conversation_id: str = "") -> httpx.Response:
        """A response whose status is a success, its body not read yet."""
        try:
            response = self._http.send(request, stream=True)
        except _NEVER_SENT as error:
            raise ApiAway(type(error).__name__) from None
        except (httpx.HTTPError, OSError) as error:
            raise DifyUnavailable(f"api_{type(error).__name__}") from None
        if response.is_success:
            return response
        raise refusal(response.status_code, self._body(response), conversation_id)

    def _json(self, response: httpx.Response) -> dict[str, Any]:
        found = parsed(self._body(response))
        if not isinstance(found, dict):
            raise ApiAway("api_not_there")
        return found

    def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        with closing(response):
            for piece in self._pieces(response):
                body += piece
                if len(body) > LONGEST_ANSWER:
                    raise DifyUnavailable("api_too_long")
        return bytes(body)

    @staticmethod
    def _pieces(response: httpx.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_bytes()
        except (httpx.HTTPError, OSError) as error:
            raise DifyUnavailable(f"api_{type(error).__name__}") from None

    def _timeout(self, read: float) -> httpx.Timeout:
        clock = self._clock
        return httpx.Timeout(clock.wall(read, at_least=FLOOR), connect=clock.wall(CONNECT, at_least=FLOOR))


def _headers(key: str) -> dict[str, str]:
    # Compressed events would wait in a proxy until there are more of them.
    return {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {key}"} if key else {})}
