"""Texts of others without what would steer a terminal or break a line of it."""

import unicodedata

_TAB = 4


def printable(text: str) -> str:
    """Without what would steer the terminal; tabs become blanks, line breaks stay."""
    tabless = text.replace("\t", " " * _TAB)
    return "".join(char for char in tabless if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})


def one_line(text: str) -> str:
    """The same for a name: line breaks become blanks."""
    return printable(text).replace("\n", " ")
