from typing import Any, cast

from simulators.daemon.declaration import declare
from simulators.daemon.hooks import Hooks

SECRET = declare({"author": "a", "name": "b"}, {"settings": [{"name": "token", "type": "secret-input"}]})


class DifyOfTests:
    """Encrypts nothing; the settings are changed while the first call runs."""

    def __init__(self) -> None:
        self.hooks = Hooks(cast("Any", self))
        self.calls = 0

    def body(self, _what: str, members: dict[str, Any], **_written: str) -> dict[str, Any]:
        return members

    def nested(self, _path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        if self.calls == 1:
            self.hooks.set("hook", {"token": "new"}, None)
        return dict(body["data"])


def test_settings_changed_while_they_are_encrypted_count_for_the_next_request() -> None:
    dify = DifyOfTests()
    dify.hooks.set("hook", {"token": "old"}, None)
    hook = dify.hooks.get("hook")
    assert hook is not None
    assert dify.hooks.opened(hook, SECRET) == {"token": "old"}
    assert dify.hooks.opened(hook, SECRET) == {"token": "new"}
    assert dify.hooks.opened(hook, SECRET) == {"token": "new"}
    assert dify.calls == 5  # two encryptions, three decryptions
