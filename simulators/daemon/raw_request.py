"""The request as the plugin gets it: Go's net/http writes the daemon's copy of it.

Source: docs/platform/dify.md#endpoint-requests.
"""

import re
import string
from urllib.parse import quote, quote_plus, unquote_plus

from simulators.http1.messages import Request

BODY_LIMIT = 10 * 1024 * 1024
ORIGINAL_HOST = "X-Original-Host"
HOOK_URL = "Dify-Hook-Url"
HOOK_ID = "Dify-Hook-Id"
_REMOVED = frozenset(
    {
        "X-Forwarded-For",
        "X-Real-Ip",
        "X-Forwarded",
        "X-Original-Forwarded-For",
        "X-Original-Url",
        ORIGINAL_HOST,
    }
)
_WRITTEN_BY_GO = frozenset({"Host", "User-Agent", "Content-Length", "Transfer-Encoding", "Trailer"})
_TOKEN = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


def canonical(name: str) -> str:
    """Spell a header's name as Go does: x-slack-signature becomes X-Slack-Signature."""
    if not set(name) <= _TOKEN:
        return name
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))


def encode_query(query: str) -> str:
    """Parse and write again, sorted by name; pairs that Go cannot parse are lost."""
    pairs = []
    for pair in query.split("&"):
        if pair and ";" not in pair and not _BROKEN_ESCAPE.search(pair):
            name, _, value = pair.partition("=")
            pairs.append((unquote_plus(name), unquote_plus(value)))
    pairs.sort(key=lambda item: item[0])
    return "&".join(f"{quote_plus(name, safe='')}={quote_plus(value, safe='')}" for name, value in pairs)


def raw_request(request: Request, hook_id: str, path: str) -> bytes:
    """Write the copy that goes to the plugin, hex-encoded later; `path` is what follows the hook's id."""
    headers: dict[str, list[str]] = {}
    for name, value in request.headers:
        headers.setdefault(canonical(name), []).append(value)
    host = request.get("x-original-host") or request.get("host")
    for name in _REMOVED:
        headers.pop(name, None)
    headers[HOOK_ID] = [hook_id]
    if not headers.get(HOOK_URL, [""])[0]:
        scheme = "https" if request.get("x-forwarded-proto") == "https" else "http"
        headers[HOOK_URL] = [f"{scheme}://{host}/e/{hook_id}{path}"]
    target = quote(path, safe="/$&+,:;=@~") + (f"?{query}" if (query := encode_query(request.query)) else "")
    agent = headers.get("User-Agent", ["Go-http-client/1.1"])[0]
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"User-Agent: {agent}"] if agent else []
    framing, body = _frame(request.method, request.body)
    lines += framing
    lines += [f"{n}: {v}" for n in sorted(headers) if n not in _WRITTEN_BY_GO for v in headers[n]]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _frame(method: str, body: bytes) -> tuple[list[str], bytes]:
    """An empty body of a POST or PUT goes out chunked: Go takes its length for unknown."""
    if body:
        return [f"Content-Length: {len(body)}"], body
    if method in _BODILESS:
        return [], b""
    return ["Transfer-Encoding: chunked"], b"0\r\n\r\n"
