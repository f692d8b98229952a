"""The architecture page names files that exist, and its way of a message is short enough."""

import re
from pathlib import Path

from tools import file_index

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
MOST_HOPS = 20
_FILE = re.compile(r"`((?:[a-z_]+/)+(?:[a-z_]+\.(?:py|yaml))?)`")
_METHOD = re.compile(r"`([A-Z]\w+)\.(\w+)`")


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The rows of the section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_each_file_that_the_page_names_exists() -> None:
    named = set(_FILE.findall(PAGE))
    assert len(named) > 60
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_way_of_a_message_is_short_and_its_methods_exist() -> None:
    hops = rows("The way of a message")
    assert [row[0] for row in hops] == [str(number) for number in range(1, len(hops) + 1)]
    assert len(hops) <= MOST_HOPS
    for _, file, happens, _ in hops:
        source = (ROOT / file.strip("`")).read_text()
        for owner, method in _METHOD.findall(happens):
            assert f"class {owner}" in source
            assert f"def {method}(" in source


def test_way_of_a_turn_passes_wiring_once() -> None:
    behind = [row[1] for row in rows("The way of a message")][7:]
    assert not [file for file in behind if "wiring/" in file]


def test_each_question_has_one_file() -> None:
    questions = rows("Twenty questions")
    assert len(questions) >= 20
    assert all(len(_FILE.findall(answer)) == 1 for _, answer in questions)


def test_list_of_every_file_is_up_to_date() -> None:
    """`make format` writes the list."""
    assert file_index.with_index(PAGE) == PAGE
    assert len(rows("Every file")) == len(file_index.modules()) > 100
    assert not [row for row in rows("Every file") if len(row[1]) < 10]
