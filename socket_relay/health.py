"""`GET /healthz`: 200 while a link to Slack is open, otherwise 503."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Protocol


class Connected(Protocol):
    """Whose health is told."""

    @property
    def connected(self) -> bool:
        """Whether a link to Slack is open."""


def serve_health(host: str, port: int, of: Connected) -> ThreadingHTTPServer:
    """Listen, in a thread of its own; `server_address` of what is returned says where. Raises OSError."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            up = of.connected
            status, told = (200 if up else 503, {"connected": up}) if self.path == "/healthz" else (404, {})
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A look at the health is no news."""

    server = ThreadingHTTPServer((host, port), Handler)
    Thread(target=server.serve_forever, daemon=True, name="health").start()
    return server
