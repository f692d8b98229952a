import json
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks import results
from benchmarks.pictures import drawn
from benchmarks.rows import every
from benchmarks.table import SECTIONS

STALE = "bench was run anew: `python -m benchmarks.table` writes the table, the pictures and the README"


def test_committed_results_are_of_a_whole_run() -> None:
    measured = results.read()
    assert set(SECTIONS) <= set(measured)
    assert {one["answers"] for one in measured["staleness"]} == {1, 10, 50, 200}
    assert {one["turns"] for one in measured["cost"]} == {1, 10, 100, 400}


def test_table_and_pictures_are_those_of_the_figures() -> None:
    wanted = results.files(results.read())
    assert {path.name: path.read_text() for path in results.FOLDER.iterdir()} == wanted, STALE


def test_readme_tells_the_figures_of_the_results() -> None:
    readme = results.README.read_text()
    for name in results.BLOCKS:
        assert all(readme.count(mark) == 1 for mark in results.marks(name))
    assert results.with_blocks(readme, results.read()) == readme, STALE


def test_pictures_are_small_and_well_formed() -> None:
    pictures = drawn(results.read())
    assert len(pictures) == 7
    for picture in pictures.values():
        assert ET.fromstring(picture).tag.endswith("svg")
        assert len(picture) < 30_000


def test_readme_has_each_row_with_an_aim() -> None:
    block = results.block("long", results.read())
    aimed = [row for row in every(results.read()) if row.aim is not None]
    assert len(aimed) > 30
    assert all(row.markdown() in block for row in aimed)


def test_written_folder_holds_nothing_of_an_earlier_run(tmp_path: Path) -> None:
    (tmp_path / "old.svg").write_text("<svg/>")
    results.write({"machine": {"python": "3.12.1", "cores": 2}}, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figures.json", "table.md"]
    assert results.read(tmp_path) == json.loads((tmp_path / "figures.json").read_text())


def test_blocks_are_replaced_and_all_else_stays() -> None:
    begin, end = results.marks("long")
    short = "".join(results.marks("short"))
    text = f"Before.\n\n{short}\n\nBetween.\n\n{begin}\n\nold\n\n{end}\n\nBehind.\n"
    once = results.with_blocks(text, results.read())
    assert once.startswith("Before.\n\n")
    assert once.endswith(f"{end}\n\nBehind.\n")
    assert "Between." in once
    assert "\nold\n" not in once
    assert results.with_blocks(once, results.read()) == once
