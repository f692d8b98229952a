from turns.gate import Gate


def test_above_the_cap_there_is_no_room() -> None:
    gate = Gate(cap=2)
    assert gate.enter("a")
    assert gate.enter("b")
    assert not gate.enter("c")
    gate.leave("a")
    assert gate.enter("c")
    assert gate.open == 2


def test_a_message_is_counted_once_from_its_hand_off_to_its_end() -> None:
    gate = Gate(cap=1)
    assert gate.enter("a")  # the event hands it off
    assert gate.enter("a")  # the turn answers it
    gate.leave("a")
    assert gate.open == 1
    assert not gate.enter("b")
    gate.leave("a")
    assert gate.enter("b")


def test_it_knows_whom_it_carries() -> None:
    gate = Gate()
    gate.enter("a")
    gate.enter("a")
    gate.leave("a")
    assert gate.carries("a")
    gate.leave("a")
    assert not gate.carries("a")
