import io
import re

import pytest
from rich.text import Text

from simulators.demo.screen import Screen

RESTORED = "\x1b[?25h"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def window(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TERM": "xterm", "COLUMNS": "50", "LINES": "24", "NO_COLOR": ""}.items():
        monkeypatch.setenv(name, value)


def lines(out: io.StringIO) -> list[str]:
    """What such a terminal shows in the end."""
    rows, at = [""], 0
    for code, char in re.findall(r"\x1b\[\??(\d*[A-Za-z]|[\d;]*m)|([^\x1b])", out.getvalue()):
        if code.endswith("A"):
            at -= int(code[:-1])
            assert at >= 0
        elif code == "2K":
            rows[at] = ""
        elif char == "\n":
            at += 1
            rows += [""] * (at == len(rows))
        elif char and char != "\r":
            rows[at] += char
    return [row.rstrip() for row in rows]


def test_elsewhere_only_the_last_frame_is_written_without_control_codes() -> None:
    out = io.StringIO()
    with Screen(out).following() as draw:
        draw("for now")
        draw("for good")
    assert out.getvalue() == "for good\n"


def test_a_terminal_is_redrawn_in_place() -> None:
    out = Terminal()
    with Screen(out).following() as draw:
        draw("one\ntwo")
        assert lines(out) == ["one", "two"]
        draw("three")
        assert lines(out)[0] == "three"
    assert not any(lines(out)[1:])
    assert out.getvalue().endswith(RESTORED)


def test_a_frame_stays_and_the_cursor_is_shown_again_when_something_fails() -> None:
    out = Terminal()

    def fail() -> None:
        with Screen(out).following() as draw:
            draw("one")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert lines(out)[0] == "one"
    assert out.getvalue().endswith(RESTORED)


def test_what_was_typed_is_drawn_over() -> None:
    out = Terminal()
    screen = Screen(out)
    screen.say("before")
    screen.say("")
    out.write("> " + "x" * 50 + "\n")  # two rows of a window of 50
    out.seek(0)
    out.truncate()
    screen.take_back("> " + "x" * 50)
    assert out.getvalue() == "\x1b[1A\x1b[2K" * 3


def test_nothing_is_taken_back_where_nothing_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    for out in (io.StringIO(), Terminal()):
        Screen(out).take_back("> x")
        assert out.getvalue() == ""


def test_of_a_frame_higher_than_the_window_its_end_is_drawn_and_all_of_it_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LINES", "3")
    out = Terminal()
    with Screen(out).following() as draw:
        draw("0\n1\n2\n3\n4")
        assert [line for line in lines(out) if line] == ["3", "4"]
    assert lines(out)[:5] == ["0", "1", "2", "3", "4"]


def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    for unwanted in ("", "1"):
        monkeypatch.setenv("NO_COLOR", unwanted)
        out = Terminal()
        with Screen(out).following() as draw:
            draw(Text("a", "red"))
        assert ("\x1b[31ma" in out.getvalue()) is not bool(unwanted)


def test_a_dumb_terminal_gets_the_last_frame_without_control_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    with Screen(out).following() as draw:
        draw("for now")
        draw("for good")
    assert out.getvalue().strip() == "for good"


def test_no_line_is_wider_than_is_a_joy_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    out = io.StringIO()
    screen = Screen(out)
    screen.say("word " * 60)
    with screen.following() as draw:
        draw("word " * 60)
    assert max(map(len, out.getvalue().split("\n"))) <= 100
