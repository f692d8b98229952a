import zipfile
from pathlib import Path

from tests.daemon.packing import pack


def test_every_file_but_compiled_ones(tmp_path: Path) -> None:
    folder = tmp_path / "plugin"
    (folder / "endpoints" / "__pycache__").mkdir(parents=True)
    (folder / "manifest.yaml").write_text("name: a")
    (folder / "endpoints" / "a.py").write_text("")
    (folder / "endpoints" / "__pycache__" / "a.pyc").write_text("")
    with zipfile.ZipFile(pack(folder, tmp_path / "a.difypkg")) as archive:
        assert archive.namelist() == ["endpoints/a.py", "manifest.yaml"]
        assert archive.read("manifest.yaml") == b"name: a"
