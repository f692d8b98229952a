"""The pictures that the README shows are there, small, and shown."""

from xml.etree import ElementTree as ET

import pytest

from simulators.demo.document import ThreadView
from simulators.launch import ROOT
from simulators.stack import Stack
from tools.pictures.__main__ import FOLDER, drawn, moment
from tools.pictures.scenes import SCENES
from tools.pictures.setup_states import FILES, SIZE

SCALE = 0.05


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file)
def test_a_picture_is_small_whole_and_in_the_readme(scene) -> None:  # type: ignore[no-untyped-def]
    path = FOLDER / scene.file
    assert path.stat().st_size < 60_000
    root = ET.fromstring(path.read_text())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert f"](_assets/{scene.file})" in (ROOT / "README.md").read_text()
    shown = " ".join(root.itertext())
    assert all(word in shown for word in scene.question.split())
    lines = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [line for line in lines if line != line.strip(" ")] == [], "a browser drops these blanks"


@pytest.mark.parametrize("file", FILES)
def test_a_picture_of_the_set_up_page_is_small_and_in_the_readme(file: str) -> None:
    content = (FOLDER / file).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(content[16:20]) == SIZE[0]
    assert len(content) < 130_000
    assert f"](_assets/{file})" in (ROOT / "README.md").read_text()


def test_the_agents_run_is_what_the_simulated_slack_holds() -> None:
    """Drawn at its end alone, it is the same picture every time."""
    [scene] = [scene for scene in SCENES if {share for _, share in scene.moments} == {1.0}]
    stack = Stack.start(SCALE)
    try:
        picture = drawn(stack, scene)
    finally:
        stack.stop()
    assert picture == (FOLDER / scene.file).read_text(), "make pictures draws it anew"
    shown = " ".join(ET.fromstring(picture).itertext())
    for kind in ("Read the incident log", "Umbra Labs", "GROUP BY", "Sources", "Incident 2041"):
        assert all(word in shown for word in kind.split()), kind


def test_a_moment_is_the_latest_view_of_its_time() -> None:
    views = [
        (10.0 + number, ThreadView("team", (), "" if number == 0 else f"{number}")) for number in range(5)
    ]
    assert [moment(views, share).status for share in (0.0, 0.3, 0.5, 1.0)] == ["1", "1", "2", "4"]
