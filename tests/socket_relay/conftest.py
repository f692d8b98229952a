from collections.abc import Iterator

import pytest

from tests.socket_relay.hook import Hook, a_hook


@pytest.fixture
def hook() -> Iterator[Hook]:
    with a_hook() as made:
        yield made
