"""A plugin's folder as a package: a plain zip, without a signature (docs/platform/dify.md#packages)."""

import zipfile
from pathlib import Path


def pack(folder: Path, package: Path) -> Path:
    """Writes every file of the folder except compiled Python."""
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(folder))
    return package
