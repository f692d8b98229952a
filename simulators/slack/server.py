"""The double as one HTTP server."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

from gevent.pywsgi import WSGIServer
from werkzeug.wrappers import Request, Response

from clock import Clock
from simulators.http1.control_api import PATH, serve_control
from simulators.slack.arguments import Arguments
from simulators.slack.connection import KEY, Handler, hang_up
from simulators.slack.control import commands
from simulators.slack.double import Double
from simulators.slack.options import Options
from simulators.slack.strikes import Dropped, strike
from simulators.slack.uploads import receive_upload


class SlackServer:
    """`url`, without a slash at the end, is known once it is started."""

    def __init__(self, options: Options | None = None, clock: Clock | None = None) -> None:
        self._options = options or Options()
        self.double = Double(self._options, clock)
        self._commands = commands(self.double)
        files = self.double.files
        self._areas: dict[str, Callable[[str, Request], Response]] = {
            "api": self.double.web_api.serve,
            "files-pri": files.serve,
            "files-tmb": files.serve_mp4,
            "upload": self._upload,
            "actions": self._respond,
            "login": files.login,
            "foreign": files.foreign,
        }
        address = (self._options.host, self._options.port)
        self._http = WSGIServer(address, self, handler_class=Handler, log=None, error_log=None, backlog=2048)

    def add_area(self, name: str, serve: Callable[[str, Request], Response]) -> None:
        """Let `serve` answer what lies under `/name/`; it gets the rest of the path."""
        self._areas[name] = serve

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.double.world.url

    def start(self) -> None:
        """Listen."""
        self._http.init_socket()
        # head and body are two writes: without this, keep-alive clients wait 40 ms for the second
        self._http.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._http.start()
        port = self._http.server_port
        self.double.world.url = f"http://{self._options.host}:{port}"
        # the same listener under another name is another host to whoever guards the token
        self.double.files.foreign_url = f"http://localhost:{port}"

    def serve_forever(self) -> None:
        """Until the process ends."""
        self._http.serve_forever()

    def stop(self) -> None:
        """Close the listener and stop deliveries."""
        self.double.deliveries.reset()
        self._http.stop(timeout=0.1)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        request = Request(environ)
        area, _, rest = request.path.lstrip("/").partition("/")
        if area == "link" or request.path == PATH:
            if area == "link":
                self.double.socket_mode.serve(request, environ[KEY])
            else:
                serve_control(environ[KEY], self._commands)
            hang_up(environ)
            return Response(status=500)(environ, start_response)
        request.get_data(cache=True)
        serve = self._areas.get(area)
        self.double.files.notice(request)
        try:
            response = Response("not found", 404) if serve is None else serve(rest, request)
        except Dropped:
            hang_up(environ)
            response = Response(status=500)
        return response(environ, start_response)

    def _upload(self, path: str, request: Request) -> Response:
        """The bytes of a file; faults of the method "upload" strike here, `ts` being the file's id."""
        data, file_id = request.get_data(), path.rpartition("/")[2]
        fault = self.double.faults.take("upload", Arguments({"ts": file_id}))
        if fault is not None:
            struck = strike(fault, self.double.world.clock)
            if struck is not None:
                return struck
        if receive_upload(self.double.world, file_id, data):
            return Response(f"OK - {len(data)}")
        return Response("bad upload", 400)

    def _respond(self, path: str, request: Request) -> Response:
        status, text = self.double.interactions.respond(path.rpartition("/")[2], request.get_data())
        return Response(text, status)
