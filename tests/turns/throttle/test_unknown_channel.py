"""Two processes get the two events of a mention in a group direct message: only one of the events is answered."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.record import InFlight, ThreadKey, ThreadRecord
from message import Message, Source
from slack_api.retry import HASTY, PATIENT, Patience
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from turns.recovery.claim import Claim
from turns.throttle.unknown_channel import OTHER_EVENT, UnknownChannel, is_in_doubt

KEY = ThreadKey("hook", "app", "T1", "G1", "1.000001")
MENTION = Message("T1", "G1", "1.000001", "app_mention", user="U1", text="hi")


@dataclass
class Waiting(FakeClock):
    """Calls `meanwhile` during each sleep."""

    meanwhile: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        FakeClock.__init__(self)

    def sleep(self, seconds: float) -> None:
        self.meanwhile()
        super().sleep(seconds)


@dataclass
class Processes:
    clock: Waiting = field(default_factory=Waiting)
    storage: FakeDifyStorage = field(default_factory=FakeDifyStorage)
    patience: list[Patience] = field(default_factory=list)

    def store(self) -> Buckets:
        return Buckets(BucketState(), self.storage, self.clock, 30)

    def claim_of(self, holder: str) -> Claim:
        return Claim(self.store(), KEY, MENTION, holder, self.clock)

    def unknown_channel(
        self,
        message: Message = MENTION,
        *,
        group: bool | None = True,
        direct_messages: bool = True,
        allowed_channels: frozenset[str] = frozenset(),
    ) -> UnknownChannel:
        def is_group_dm(_api: object, _channel: str, _scopes: object, patience: Patience) -> bool | None:
            self.patience.append(patience)
            return group

        channels = cast(
            "Any", SimpleNamespace(is_group_dm=is_group_dm, learn=is_group_dm, recalled=lambda *_: group)
        )
        installation = cast("Any", SimpleNamespace(scopes=frozenset))

        return UnknownChannel(
            message,
            direct_messages,
            allowed_channels,
            channels,
            cast("Any", None),
            installation,
            self.store(),
            KEY,
            "a",
            self.clock,
        )

    def record(self) -> ThreadRecord:
        return self.store().get(KEY) or ThreadRecord()


@pytest.mark.parametrize(
    "message",
    [
        replace(MENTION, source="message", channel_type="mpim"),
        replace(MENTION, channel_type="channel"),
        replace(MENTION, channel="D1"),
        replace(MENTION, source="button", channel_type="mpim"),
    ],
)
def test_message_in_a_channel_of_known_type_goes_on_at_once(message: Message) -> None:
    processes = Processes()
    assert processes.unknown_channel(message, direct_messages=False).not_answered() == ""
    assert (processes.clock.slept, processes.patience) == ([], [])


def test_mention_in_a_channel_goes_on_at_once() -> None:
    processes = Processes()
    assert processes.unknown_channel(group=False, direct_messages=False).not_answered() == ""
    assert processes.clock.slept == []


@pytest.mark.parametrize(
    ("source", "direct_messages", "patience"),
    [
        ("app_mention", True, [HASTY]),
        ("app_mention", False, [PATIENT]),
        ("button", True, []),
        ("button", False, []),
        ("message", True, []),
    ],
)
def test_slack_is_asked_only_when_the_answer_matters(
    source: Source, direct_messages: bool, patience: list[Patience]
) -> None:
    processes = Processes()
    message = replace(MENTION, source=source)
    processes.unknown_channel(message, group=False, direct_messages=direct_messages).not_answered()
    assert processes.patience == patience


def test_only_a_mention_is_in_doubt() -> None:
    assert is_in_doubt(MENTION)
    assert not is_in_doubt(replace(MENTION, source="button"))
    assert not is_in_doubt(replace(MENTION, channel_type="channel"))


def test_mention_without_another_event_is_answered() -> None:
    processes = Processes()
    assert processes.claim_of("a").claim() is not None
    assert processes.unknown_channel().not_answered() == ""
    assert sum(processes.clock.slept) >= OTHER_EVENT


def test_mention_gives_way_to_a_claim_that_overwrote_its_own() -> None:
    processes = Processes()
    processes.claim_of("a").claim()
    note = InFlight("1.000001", 1.0, "b")
    processes.clock.meanwhile = lambda: processes.store().update(KEY, lambda known: known.with_open(note))
    assert processes.unknown_channel().not_answered() == "its other event is answered"
    processes.claim_of("a").leave()
    assert [turn.holder for turn in processes.record().open] == ["b"]


def test_mention_gives_way_to_a_claim_that_its_own_overwrote() -> None:
    processes = Processes()
    ours = processes.claim_of("a")
    ours.claim(in_doubt=True)
    processes.clock.meanwhile = processes.claim_of("b").list_open
    assert processes.unknown_channel().not_answered() == "its other event is answered"
    ours.leave()
    assert processes.record().open == ()
    assert [one.holder for one in ours.store.in_flight("hook")] == ["b"]


def test_mention_is_answered_when_the_store_is_broken() -> None:
    processes = Processes()
    processes.storage.error = Exception("the storage is away")
    assert processes.unknown_channel().not_answered() == ""


@pytest.mark.parametrize(
    ("source", "direct_messages", "patience"),
    [
        ("app_mention", True, [HASTY]),
        ("app_mention", False, [PATIENT]),
        ("button", True, []),
        ("button", False, [PATIENT]),
        ("message", True, []),
    ],
)
def test_type_is_looked_up_only_when_it_matters(
    source: Source, direct_messages: bool, patience: list[Patience]
) -> None:
    processes = Processes()
    message = replace(MENTION, source=source)
    processes.unknown_channel(message, direct_messages=direct_messages).look_up()
    assert processes.patience == patience
