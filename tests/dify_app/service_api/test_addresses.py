import pytest

from dify_app.service_api.addresses import BaseAddresses, base_addresses
from errors import ApiAway
from tests.dify_app.still_clock import StillClock

INNER, HOOK = "http://api:5001", "https://dify.example.com/e/abc/slack/events"


class Probed:
    def __init__(self, *there: str) -> None:
        self.there = set(there)
        self.asked: list[str] = []

    def is_there(self, base: str) -> bool:
        self.asked.append(base)
        return base in self.there


def test_address_that_the_admin_named_is_the_only_one() -> None:
    assert base_addresses("https://x/v1", INNER, HOOK, {"dify.example.com"}) == ("https://x/v1",)


def test_inner_address_comes_before_the_hooks_host() -> None:
    found = base_addresses("", INNER, HOOK, {"dify.example.com"})
    assert found == ("http://api:5001/v1", "https://dify.example.com/v1")


@pytest.mark.parametrize(
    "hook", [HOOK, "ftp://dify.example.com/e/x", "http://u:p@127.0.0.1/e/x", "nonsense", ""]
)
def test_host_that_nobody_named_gets_no_key(hook: str) -> None:
    assert base_addresses("", "", hook, {"other.example.com"}) == ()


def test_hook_of_this_machine_counts() -> None:
    assert base_addresses("", "", "http://127.0.0.1:5002/e/x", ()) == ("http://127.0.0.1:5002/v1",)


def test_first_address_at_which_dify_answers_is_remembered() -> None:
    probed = Probed("b", "c")
    addresses = BaseAddresses(probed, StillClock())
    assert [addresses.find(("a", "b", "c")) for _ in range(3)] == ["b"] * 3
    assert probed.asked == ["a", "b"]
    addresses.forget(("a", "b", "c"))
    probed.there = {"c"}
    assert addresses.find(("a", "b", "c")) == "c"


def test_named_address_is_taken_as_it_is() -> None:
    probed = Probed()
    assert BaseAddresses(probed, StillClock()).find(("a",)) == "a"
    assert probed.asked == []


@pytest.mark.parametrize("bases", [(), ("a", "b")])
def test_no_address_is_a_service_api_that_is_away(bases: tuple[str, ...]) -> None:
    with pytest.raises(ApiAway):
        BaseAddresses(Probed(), StillClock()).find(bases)
