from simulators.http1.messages import Request


def test_request() -> None:
    request = Request("POST", "/a%20b?q=1", [("X-One", "two"), ("x-one", "three")])
    assert (request.method, request.path, request.query) == ("POST", "/a b", "q=1")
    assert request.get("x-one") == "two"
    assert request.headers == [("X-One", "two"), ("x-one", "three")]
