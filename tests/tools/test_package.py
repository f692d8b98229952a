import os
import random
import time
import zipfile
from pathlib import Path

import pytest

from tests.support.layout import MAY_IMPORT
from tools import marketplace
from tools.marketplace import MAX_BYTES
from tools.package import (
    PackageError,
    export_requirements,
    make_package,
    package_name,
    packaged_files,
    read_package,
    stage,
    write_by_cli,
    write_by_rules,
    write_zip,
)

ROOT = Path(__file__).parents[2]
REPO = "https://github.com/somebody/bridge"
PARTS = {part if (ROOT / part).is_dir() else f"{part}.py" for part in MAY_IMPORT}
MUST_ENTER = PARTS | {
    *("manifest.yaml", "README.md", "PRIVACY.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "uv.lock"),
    *("_assets", "readme"),
}


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    root = tmp_path / "plugin"
    for path, text in {
        "manifest.yaml": "name: a-plugin\nversion: 1.2.3\n",
        "main.py": "print()",
        "tests/test_main.py": "",
        "deep/tests/kept.py": "",
        "deep/__pycache__/kept.pyc": "",
        ".env": "KEY=secret",
        ".git/config": "",
        ".difyignore": "# comment\n\n/.*\n/tests/\n__pycache__/\n*.py[cod]\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_the_repository_packs_the_plugin_and_nothing_else() -> None:
    assert {path.split("/")[0] for path in packaged_files(ROOT)} == MUST_ENTER


def test_ignored_files_and_folders_stay_out(plugin: Path) -> None:
    assert sorted(packaged_files(plugin)) == ["deep/tests/kept.py", "main.py", "manifest.yaml"]


def test_the_name_says_what_it_is(plugin: Path) -> None:
    assert package_name(plugin) == "a-plugin-1.2.3.difypkg"


def test_a_package_is_its_files_and_the_pinned_requirements(plugin: Path, tmp_path: Path) -> None:
    uv = script(tmp_path / "uv", 'echo "six==1.17.0"')
    write_by_rules(plugin, tmp_path / "p.difypkg", uv)
    with zipfile.ZipFile(tmp_path / "p.difypkg") as archive:
        assert archive.namelist() == ["deep/tests/kept.py", "main.py", "manifest.yaml", "requirements.txt"]
        assert archive.read("requirements.txt") == b"six==1.17.0\n"
        assert archive.read("main.py") == b"print()"


def test_the_same_files_give_the_same_bytes(plugin: Path, tmp_path: Path) -> None:
    uv = script(tmp_path / "uv", "echo six")
    write_by_rules(plugin, tmp_path / "one", uv)
    for path in plugin.rglob("*"):
        os.utime(path, (time.time(), 1_000_000_000))
    write_by_rules(plugin, tmp_path / "two", uv)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_requirements_file_of_the_plugins_own_wins(plugin: Path, tmp_path: Path) -> None:
    (plugin / "requirements.txt").write_text("mine")
    write_by_rules(plugin, tmp_path / "p", script(tmp_path / "uv", "echo six"))
    with zipfile.ZipFile(tmp_path / "p") as archive:
        assert archive.read("requirements.txt") == b"mine"


def test_more_than_the_daemon_takes_is_refused_naming_the_largest(tmp_path: Path) -> None:
    large = random.Random(1).randbytes(1024) * (MAX_BYTES // 1024)
    write_zip({"large.bin": large}, tmp_path / "fits")
    with pytest.raises(PackageError, match=r"large\.bin, small"):
        write_zip({"small": b"1", "large.bin": large}, tmp_path / "does-not")


def test_a_failing_export_says_why(plugin: Path, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="the lock is old"):
        export_requirements(plugin, script(tmp_path / "uv", "echo the lock is old >&2; exit 2"))


def test_difys_own_program_is_given_the_folder_and_our_uv(plugin: Path, tmp_path: Path) -> None:
    cli = script(tmp_path / "dify", 'echo "$@ with $UV_PATH" > "$5"')
    write_by_cli(str(cli), plugin, tmp_path / "p", tmp_path / "uv")
    assert (tmp_path / "p").read_text().split() == [
        *("plugin", "package", str(plugin), "--output_path", str(tmp_path / "p")),
        *("with", str(tmp_path / "uv")),
    ]


def test_difys_own_program_failing_says_why(plugin: Path, tmp_path: Path) -> None:
    cli = script(tmp_path / "dify", "echo no manifest; exit 1")
    with pytest.raises(PackageError, match="no manifest"):
        write_by_cli(str(cli), plugin, tmp_path / "p", tmp_path / "uv")


def test_this_repository_breaks_no_rule_of_the_marketplace(tmp_path: Path) -> None:
    """What only a publisher can say is filled in here; nothing else may be left."""
    root, manifest = tmp_path / "root", (ROOT / "manifest.yaml").read_text("utf-8")
    stage(ROOT, root)
    filled = manifest.replace("author: slack-bridge", f"author: somebody\nrepo: {REPO}\ncontact: a@b.example")
    (root / "manifest.yaml").write_text(filled, "utf-8")
    stage(root, tmp_path / "staged")
    contents = {
        path: (tmp_path / "staged" / path).read_bytes() for path in packaged_files(tmp_path / "staged")
    }
    contents["requirements.txt"] = export_requirements(ROOT, ROOT / ".tools" / "bin" / "uv")
    assert marketplace.check(contents) == marketplace.Findings((), ())


def test_each_readme_of_the_package_ends_with_the_publishers_addresses(plugin: Path, tmp_path: Path) -> None:
    (plugin / "manifest.yaml").write_text(f"name: a\nversion: 1.2.3\nrepo: {REPO}\ncontact: a@b.example\n")
    (plugin / "README.md").write_text("# A\n")
    (plugin / "readme").mkdir()
    (plugin / "readme" / "README_ja_JP.md").write_text("# い\n")
    stage(plugin, tmp_path / "staged")
    assert (
        tmp_path / "staged" / "README.md"
    ).read_text() == f"# A\n\nSource: <{REPO}> · Contact: <a@b.example>\n"
    assert f"ソースコード: <{REPO}>" in (tmp_path / "staged" / "readme" / "README_ja_JP.md").read_text()


def test_readme_stays_itself_while_nobody_publishes(plugin: Path, tmp_path: Path) -> None:
    (plugin / "README.md").write_text("# A\n")
    stage(plugin, tmp_path / "staged")
    assert (tmp_path / "staged" / "README.md").read_text() == "# A\n"
    assert sorted(packaged_files(tmp_path / "staged")) == sorted(packaged_files(plugin))


def test_readme_of_the_package_shows_no_picture_that_is_not_in_it(plugin: Path, tmp_path: Path) -> None:
    (plugin / "_assets").mkdir(exist_ok=True)
    (plugin / "_assets" / "in.svg").write_text("<svg/>")
    shown = "![In](_assets/in.svg)", "![Elsewhere](https://x.example/a.svg)"
    (plugin / "README.md").write_text(
        "\n\n".join(["# A", *shown, "![Out](benchmarks/results/out.svg)", "End.\n"])
    )
    stage(plugin, tmp_path / "staged")
    assert (tmp_path / "staged" / "README.md").read_text() == "\n\n".join(["# A", *shown, "End.\n"])


def test_package_that_breaks_a_rule_is_refused_with_its_sentences(plugin: Path, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"(?s)breaks rules.*PRIVACY\.md is missing"):
        make_package(plugin, tmp_path / "p", script(tmp_path / "uv", "echo six==1.17.0"), None)


def test_publisher_is_told_what_to_fill_in_and_the_package_is_there(tmp_path: Path) -> None:
    found = make_package(ROOT, tmp_path / "p", ROOT / ".tools" / "bin" / "uv", None)
    assert [line.partition(":")[0] for line in found.for_publisher] == ["author", "repo", "contact"]
    assert "readme/README_pt_BR.md" in read_package(tmp_path / "p")
