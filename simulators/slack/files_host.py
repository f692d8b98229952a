"""The files host: bytes for whoever shows the token, a login page for everybody else.

Source: docs/platform/slack.md#file-download.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from werkzeug.wrappers import Request, Response

from simulators.slack.connection import hang_up
from simulators.slack.uploads import StoredFile
from simulators.slack.world import World

LOGIN = "<!DOCTYPE html>\n<html><head><title>Sign in | Slack</title></head><body>Sign in</body></html>"
CHUNK = 65_536
# how a file may be served; connect_stub, deleted and none are about the file's object only
VARIANTS = {
    "", "connect_stub", "deleted", "login", "redirect_foreign", "redirect_loop", "truncated", "stall",
    "stall_middle", "no_length", "oversized", "status_500",
}  # fmt: skip


class FilesHost:
    """`token_hosts` counts the hosts that were shown the token: there must be one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.token_hosts: Counter[str] = Counter()
        self.foreign_url = ""
        self.downloads: Counter[str] = Counter()

    def notice(self, request: Request) -> None:
        """Remember who was shown the token."""
        if self._world.install.token in request.headers.get("Authorization", ""):
            self.token_hosts[request.host] += 1

    def serve(self, path: str, request: Request) -> Response:
        """`path` is what follows /files-pri/."""
        file_id = path.partition("/")[0].rpartition("-")[2]
        return self._serve(file_id, self._world.files.get(file_id), request)

    def serve_mp4(self, path: str, request: Request) -> Response:
        """Slack's own MP4 of a recording; `path` is what follows /files-tmb/ (docs/platform/slack.md#voice-clips)."""
        file_id = path.partition("/")[0].split("-")[1]
        stored = self._world.files.get(file_id)
        mp4 = replace(stored, data=stored.mp4, mimetype="video/mp4") if stored and stored.mp4 else None
        return self._serve(file_id, mp4, request)

    def _serve(self, file_id: str, stored: StoredFile | None, request: Request) -> Response:
        self.downloads[file_id] += 1
        if stored is None or not stored.complete:
            return Response("not found", 404, mimetype="text/plain")
        if not self._admitted(request) or stored.variant == "login":
            return self._redirect(
                f"{self._world.url}/login?redir={request.path}", {"X-Slack-Meta": "?;acl_fail"}
            )
        return self._vary(stored, request)

    def login(self, _path: str, _request: Request) -> Response:
        """HTTP 200 with a page: the trap for careless downloaders."""
        return Response(LOGIN, 200, mimetype="text/html")

    def foreign(self, path: str, _request: Request) -> Response:
        """Somebody else's server, which would like the token."""
        return Response(f"foreign {path}", 200, mimetype="application/octet-stream")

    def _admitted(self, request: Request) -> bool:
        scopes = self._world.install.scopes
        shown = request.headers.get("Authorization", "") == f"Bearer {self._world.install.token}"
        granted = scopes is None or "files:read" in scopes
        if shown and granted:
            self._world.install.used_scopes.add("files:read")
        return shown and granted

    def _vary(self, stored: StoredFile, request: Request) -> Response:
        variant = stored.variant
        if variant == "redirect_foreign":
            return self._redirect(f"{self.foreign_url}/foreign/{stored.id}")
        if variant == "redirect_loop":
            return self._redirect(request.url)
        if variant == "status_500":
            return Response("upstream trouble", 500, mimetype="text/plain")
        if variant == "stall":
            self._world.clock.sleep(stored.stall)
        return self._bytes(stored, request)

    def _bytes(self, stored: StoredFile, request: Request) -> Response:
        """The body; `oversized` and `no_length` do not say how long it will be."""
        response = Response(self._pieces(stored, request), 200, mimetype=stored.mimetype)
        if stored.variant not in {"no_length", "oversized"}:
            response.content_length = len(stored.data)
        return response

    def _pieces(self, stored: StoredFile, request: Request) -> Iterator[bytes]:
        data, variant = stored.data, stored.variant
        if variant == "truncated":
            yield data[: len(data) // 2]
            hang_up(request.environ)
            return
        if variant == "stall_middle":
            yield data[: len(data) // 2]
            self._world.clock.sleep(stored.stall)
            data = data[len(data) // 2 :]
        for begin in range(0, len(data), CHUNK):
            yield data[begin : begin + CHUNK]
        if variant == "oversized":
            for _ in range(stored.excess // CHUNK + 1):
                yield b"x" * CHUNK

    def _redirect(self, location: str, headers: dict[str, str] | None = None) -> Response:
        return Response("", 302, {"Location": location, **(headers or {})})
