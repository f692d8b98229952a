"""One endpoint with many actions.

The daemon loses chunks that come at once with the first: SETTLE keeps them apart.
"""

import gc
import json
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dify_plugin import Endpoint
from dify_plugin.config.logger_format import plugin_logger_handler
from werkzeug import Request, Response

SETTLE = 0.05
Settings = Mapping[str, Any]

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)
logger.addHandler(plugin_logger_handler)


class Run(Endpoint):  # type: ignore[misc]
    def _invoke(self, r: Request, values: Settings, settings: Settings) -> Response:
        found = getattr(self, "do_" + values["action"])(r, settings)
        return (
            found if isinstance(found, Response) else Response(json.dumps(found), mimetype="application/json")
        )

    def do_echo(self, r: Request, settings: Settings) -> Any:
        return {
            "method": r.method,
            "path": r.path,
            "query": r.query_string.decode(),
            "headers": dict(r.headers),
            "body": r.get_data().hex(),
            "settings": dict(settings),
            "pid": os.getpid(),
        }

    def do_size(self, r: Request, settings: Settings) -> Any:
        return {"size": len(r.get_data())}

    def do_environment(self, r: Request, settings: Settings) -> Any:
        return {
            name: os.environ.get(name)
            for name in ("INSTALL_METHOD", "SERVER_PORT", "DIFY_INNER_API_URL", "EXTRA")
        }

    def do_process(self, r: Request, settings: Settings) -> Any:
        """What a process is born with. The kinds of its open files are their targets without numbers."""
        libraries = (sys.prefix, sys.base_prefix)
        files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
        return {
            "argv": sys.argv,
            "path": sys.path,
            "folder": str(Path.cwd()),
            "environment": dict(os.environ),
            "parent": os.getppid(),
            "group": os.getpgid(0),
            "own modules": sorted(
                name for name, file in files.items() if file and not file.startswith(libraries)
            ),
            "streams": [
                [one.fileno(), one.encoding, one.line_buffering]
                for one in (sys.stdin, sys.stdout, sys.stderr)
            ],
            "garbage": [gc.isenabled(), *gc.get_threshold()],
            "signals": [
                str(signal.getsignal(one)) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)
            ],
            "chance": random.random(),
        }

    def do_storage(self, r: Request, settings: Settings) -> Any:
        """Body: a list of [op, key, value?]; gives a list of results, errors as {"error": text}."""
        out = []
        for op, key, *value in json.loads(r.get_data()):
            try:
                if op == "get":
                    out.append(self.session.storage.get(key).decode())
                elif op == "set":
                    out.append(self.session.storage.set(key, value[0].encode()))
                else:
                    out.append(getattr(self.session.storage, op)(key))
            except Exception as error:  # noqa: BLE001 - its text is the answer
                out.append({"error": str(error)})
        return out

    def do_ask(self, r: Request, settings: Settings) -> Response:
        """Body: arguments of chat.invoke; streams each event as a line, an exception as {"raised": text}."""
        arguments = {"app_id": settings["app"]["app_id"], "inputs": {}, "response_mode": "streaming"}
        arguments |= json.loads(r.get_data())

        def lines() -> Iterator[str]:
            yield "{}\n"
            time.sleep(SETTLE)
            try:
                for event in self.session.app.chat.invoke(**arguments):
                    yield json.dumps(event) + "\n"
            except Exception as error:  # noqa: BLE001 - its text is the answer
                yield json.dumps({"raised": str(error)}) + "\n"

        return Response(lines(), mimetype="application/x-ndjson")

    def do_ask_quietly(self, r: Request, settings: Settings) -> Any:
        """Like ask, in one piece at the end."""
        return {"lines": [json.loads(line) for line in self.do_ask(r, settings).response]}

    def do_form(self, r: Request, settings: Settings) -> Any:
        try:
            return self.session.app.fetch_app(settings["app"]["app_id"])
        except Exception as error:  # noqa: BLE001 - its text is the answer
            return {"raised": str(error)}

    def do_upload(self, r: Request, settings: Settings) -> Any:
        try:
            return self.session.file.upload("note.txt", r.get_data(), "text/plain").model_dump(mode="json")
        except Exception as error:  # noqa: BLE001 - its text is the answer
            return {"raised": str(error)}

    def do_drip(self, r: Request, settings: Settings) -> Response:
        """Body: [count, seconds between, bytes]."""
        count, gap, size = json.loads(r.get_data())

        def drops() -> Iterator[bytes]:
            for _ in range(count):
                yield b"." * size
                time.sleep(gap)

        return Response(drops(), status=201, headers={"X-Kind": "drip"})

    def do_sleep(self, r: Request, settings: Settings) -> Any:
        time.sleep(json.loads(r.get_data()))
        return {"slept": True}

    def do_raise(self, r: Request, settings: Settings) -> Response:
        def broken() -> Iterator[bytes]:
            if r.get_data() == b"x":
                yield b"first"
                time.sleep(SETTLE)
            raise RuntimeError("broken generator")

        return Response(broken())

    def do_empty(self, r: Request, settings: Settings) -> Response:
        return Response(status=204)

    def do_log(self, r: Request, settings: Settings) -> Any:
        logger.info("said %s", "so")
        print("plain line")  # noqa: T201 - the channel under test
        print("to stderr", file=sys.stderr, flush=True)  # noqa: T201
        return {}

    def do_long_line(self, r: Request, settings: Settings) -> Response:
        return Response(b"x" * int(r.get_data()))

    def do_set_later(self, r: Request, settings: Settings) -> Response:
        """Answer at once; a storage write follows in the same session after the response's end."""

        def late() -> Iterator[bytes]:
            yield b"now"

        import gevent

        gevent.spawn_later(0.3, self.session.storage.set, "late", b"never")
        return Response(late())
