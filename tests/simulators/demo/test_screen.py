import io

import pytest

from simulators.demo.screen import Screen
from simulators.demo.wrapping import piece


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_only_what_is_settled_is_written_without_control_codes() -> None:
    out = io.StringIO()
    screen = Screen(out, {"TERM": "xterm"})
    screen.draw([(piece("for now", "bold"),)])
    screen.settle([(piece("for good", "bold"),), ()])
    assert out.getvalue() == "for good\n\n"


def test_a_terminal_is_redrawn_in_place() -> None:
    out = Terminal()
    screen = Screen(out, {"TERM": "xterm", "NO_COLOR": "1"})
    screen.draw([(piece("one"),), (piece("two"),)])
    assert "\x1b[2F" not in out.getvalue()
    screen.settle([(piece("three"),)])
    assert out.getvalue().endswith("\x1b[2Fthree\x1b[K\n\x1b[J\x1b[?25h")


def test_what_was_typed_is_drawn_over() -> None:
    out = Terminal()
    screen = Screen(out, {"TERM": "xterm"})
    screen.take_back(2)
    screen.draw([(piece("one"),)])
    assert "\x1b[2Fone" in out.getvalue()


def test_of_a_frame_higher_than_the_window_its_end_is_drawn_and_all_of_it_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LINES", "3")
    monkeypatch.setenv("COLUMNS", "50")
    out = Terminal()
    screen = Screen(out, {"TERM": "xterm", "NO_COLOR": "1"})
    lines = [(piece(str(number)),) for number in range(5)]
    screen.draw(lines)
    assert out.getvalue() == "\x1b[?25l3\x1b[K\n4\x1b[K\n\x1b[J"
    screen.settle(lines)
    assert "\x1b[2F0\x1b[K\n1" in out.getvalue()


def test_colours_only_where_they_are_wanted() -> None:
    for environment, coloured in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False)):
        out = Terminal()
        Screen(out, environment).settle([(piece("a", "bold"),)])
        assert ("\x1b[1ma\x1b[0m" in out.getvalue()) is coloured


def test_a_dumb_terminal_is_none() -> None:
    assert not Screen(Terminal(), {"TERM": "dumb"}).live
