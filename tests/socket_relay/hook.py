"""A hook of the test's own: answers as told, in turn, and keeps what came."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hook:
    """`answers`: status, content type, body and seconds to wait; the last one stands for all that follow.

    `taken`: the bodies that were answered by a 2xx.
    """

    url: str = ""
    answers: list[tuple[int, str, bytes, float]] = field(default_factory=lambda: [(200, "", b"", 0.0)])
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def a_hook() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.came.append((self.path, dict(self.headers), body))
            status, content_type, answer, seconds = hook.answers[0]
            if len(hook.answers) > 1:
                hook.answers.pop(0)
            time.sleep(seconds)
            if 200 <= status < 300:
                hook.taken.append(body)
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(answer)))
                if status == 302:
                    self.send_header("Location", f"{hook.url}/elsewhere")
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/e/abcdefgh"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
