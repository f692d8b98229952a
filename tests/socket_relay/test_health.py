from types import SimpleNamespace

import httpx

from socket_relay.health import serve_health


def test_health_follows_the_link() -> None:
    state = SimpleNamespace(connected=False)
    server = serve_health("127.0.0.1", 0, state)
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        with httpx.Client(trust_env=False) as client:
            assert client.get(f"{url}/healthz").status_code == 503
            state.connected = True
            found = client.get(f"{url}/healthz")
            assert (found.status_code, found.json()) == (200, {"connected": True})
            assert client.get(f"{url}/other").status_code == 404
    finally:
        server.shutdown()
        server.server_close()
