from simulators.demo.printable import one_line, printable


def test_nothing_that_steers_a_terminal_gets_through() -> None:
    assert printable("a\x1b[2Jb\x07\rc\x9bd\te\nf") == "a[2Jbcd    e\nf"


def test_a_name_is_one_line() -> None:
    assert one_line("a\nb\tc") == "a b    c"
