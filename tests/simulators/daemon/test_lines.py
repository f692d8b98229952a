import json

from hypothesis import given
from hypothesis import strategies as st

from simulators.daemon.lines import Replies, request_line


def test_request() -> None:
    message = json.loads(request_line("s", "e", b"\x00GET", {"a": {"b": "<"}}))
    assert (message["session_id"], message["endpoint_id"], message["event"]) == ("s", "e", "request")
    assert message["data"] == {
        "action": "invoke_endpoint",
        "raw_http_request": b"\x00GET".hex(),
        "settings": {"a": {"b": "<"}},
        "type": "endpoint",
        "user_id": "",
    }


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_replies_are_one_line_of_json(text: str, data: dict[str, str]) -> None:
    replies = Replies("session", "endpoint", "request")
    lines = [
        replies.stream(json.dumps(data).encode()),
        replies.struct(data),
        replies.error(text),
        replies.end(),
    ]
    found = [json.loads(line)["data"] for line in lines]
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines)
    assert {reply["backwards_request_id"] for reply in found} == {"request"}
    assert [reply["event"] for reply in found] == ["response", "response", "error", "end"]
    assert found[0]["data"] == found[1]["data"] == data
    assert found[2]["message"] == text
