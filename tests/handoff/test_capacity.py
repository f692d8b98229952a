from handoff.capacity import Capacity


def test_above_the_cap_there_is_no_room() -> None:
    gate = Capacity(cap=2)
    assert gate.enter("a")
    assert gate.enter("b")
    assert not gate.enter("c")
    gate.leave("a")
    assert gate.enter("c")
    assert gate.open == 2


def test_a_message_is_counted_once_from_its_hand_off_to_its_end() -> None:
    gate = Capacity(cap=1)
    assert gate.enter("a")  # the event hands it off
    assert gate.enter("a")  # the turn answers it
    gate.leave("a")
    assert gate.open == 1
    assert not gate.enter("b")
    gate.leave("a")
    assert gate.enter("b")


def test_it_knows_whom_it_carries() -> None:
    gate = Capacity()
    gate.enter("a")
    gate.enter("a")
    gate.leave("a")
    assert gate.carries("a")
    gate.leave("a")
    assert not gate.carries("a")


def fill(gate: Capacity, hook: str, most: int = 1_000) -> int:
    """As many messages as the process takes of this hook."""
    return next(number for number in range(most) if not gate.enter(f"{hook}/T1/C1/{gate.open}.{number}"))


def test_hook_alone_may_fill_the_whole_cap() -> None:
    assert fill(Capacity(cap=400), "one") == 400


def test_full_process_still_has_room_for_hooks_that_hold_less_than_their_share() -> None:
    gate = Capacity(cap=400)
    fill(gate, "hostile")
    taken = [fill(gate, hook) for hook in ("one", "two", "three")]
    assert all(number >= 10 for number in taken), taken
    assert gate.open <= 500
    assert fill(gate, "hostile") == 0


def test_hook_that_held_all_shares_what_becomes_free() -> None:
    gate = Capacity(cap=8)
    names = [f"hostile/{number}" for number in range(8)]
    assert all(map(gate.enter, names))
    assert gate.enter("one/1")
    for name in names[:2]:
        gate.leave(name)
    assert gate.enter("one/2")
    assert not gate.enter("hostile/9")


def test_hook_that_left_counts_no_more() -> None:
    gate = Capacity(cap=4)
    gate.enter("one/1")
    gate.leave("one/1")
    assert fill(gate, "two") == 4
