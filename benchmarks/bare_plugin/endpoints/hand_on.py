"""POST /bare/hand_on: hands its body on to /bare/turn through the daemon, and returns when the first byte has come.

A greenlet keeps the connection until the turn ends, since a reverse call lives only as long as its request.
"""

import os
from collections.abc import Mapping

import gevent
import urllib3
from dify_plugin import Endpoint
from gevent.queue import SimpleQueue
from werkzeug import Request, Response

HTTP = urllib3.PoolManager(num_pools=16, maxsize=64, block=False, retries=False)


class HandOnEndpoint(Endpoint):
    """Makes the one second request that an ack needs, and nothing else."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        accepted: SimpleQueue = SimpleQueue()
        hook = r.headers["Dify-Hook-Url"].split("/e/")[1].split("/")[0]
        url = f"http://127.0.0.1:{os.environ['SERVER_PORT']}/e/{hook}/bare/turn"
        gevent.spawn(_keep, url, r.get_data(), accepted)
        return Response("", accepted.get(), content_type="text/plain; charset=utf-8")


def _keep(url: str, body: bytes, accepted: SimpleQueue) -> None:
    timeout = urllib3.Timeout(connect=2.0, read=700.0)
    response = HTTP.request("POST", url, body=body, preload_content=False, retries=False, timeout=timeout)
    response.read1(1)
    accepted.put(response.status)
    while response.read1(64):
        pass
    response.close()
