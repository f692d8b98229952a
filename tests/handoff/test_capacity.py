from handoff.claims import Capacity


def test_message_above_the_cap_gets_no_room() -> None:
    capacity = Capacity(cap=2)
    assert capacity.enter("a")
    assert capacity.enter("b")
    assert not capacity.enter("c")
    capacity.leave("a")
    assert capacity.enter("c")
    assert capacity.open == 2


def test_message_is_counted_once_from_its_hand_off_to_its_end() -> None:
    capacity = Capacity(cap=1)
    assert capacity.enter("a")  # the event hands it off
    assert capacity.enter("a")  # the turn answers it
    capacity.leave("a")
    assert capacity.open == 1
    assert not capacity.enter("b")
    capacity.leave("a")
    assert capacity.enter("b")


def test_message_is_carried_until_its_last_leave() -> None:
    capacity = Capacity()
    capacity.enter("a")
    capacity.enter("a")
    capacity.leave("a")
    assert capacity.carries("a")
    capacity.leave("a")
    assert not capacity.carries("a")


def fill(capacity: Capacity, hook: str, most: int = 1_000) -> int:
    """Enter messages of this hook until there is no room. Returns their number."""
    return next(
        number for number in range(most) if not capacity.enter(f"{hook}/T1/C1/{capacity.open}.{number}")
    )


def test_single_hook_may_fill_the_whole_cap() -> None:
    assert fill(Capacity(cap=400), "one") == 400


def test_hook_below_its_share_gets_room_in_a_full_process() -> None:
    capacity = Capacity(cap=400)
    fill(capacity, "hostile")
    taken = [fill(capacity, hook) for hook in ("one", "two", "three")]
    assert all(number >= 10 for number in taken), taken
    assert capacity.open <= 500
    assert fill(capacity, "hostile") == 0


def test_freed_room_goes_to_the_hook_that_holds_less() -> None:
    capacity = Capacity(cap=8)
    names = [f"hostile/{number}" for number in range(8)]
    assert all(map(capacity.enter, names))
    assert capacity.enter("one/1")
    for name in names[:2]:
        capacity.leave(name)
    assert capacity.enter("one/2")
    assert not capacity.enter("hostile/9")


def test_hook_without_messages_is_not_counted() -> None:
    capacity = Capacity(cap=4)
    capacity.enter("one/1")
    capacity.leave("one/1")
    assert fill(capacity, "two") == 4
