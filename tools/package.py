"""`make package`: the plugin as `dist/<name>-<version>.difypkg`, which Dify installs.

By Dify's own `dify` program where it is on the PATH, otherwise the same plain zip by its rules: what
`.difyignore` names stays out, `requirements.txt` is exported beside `uv.lock`, times are fixed and names
sorted, and the whole is at most 50 MiB before compression (docs/platform/dify.md#packages).
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import yaml
from pathspec import GitIgnoreSpec

MAX_BYTES: Final = 50 * 1024 * 1024
REQUIREMENTS: Final = "requirements.txt"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE: Final = 0o100644
_EXPORT: Final = (
    *("export", "--frozen", "--format", "requirements.txt", "--no-group", "dev"),
    *("--no-emit-project", "--no-hashes", "--no-header", "--no-annotate"),
)


class PackageError(Exception):
    """The package cannot be made; the text says why."""


def package_name(root: Path) -> str:
    """`<name>-<version>.difypkg` of the manifest."""
    manifest = yaml.safe_load((root / "manifest.yaml").read_text("utf-8"))
    return f"{manifest['name']}-{manifest['version']}.difypkg"


def packaged_files(root: Path) -> Iterator[str]:
    """The files that enter, as paths from the root with `/`; an ignored folder is not looked into."""
    spec = GitIgnoreSpec.from_lines((root / ".difyignore").read_text("utf-8").splitlines())
    for folder, names, files in os.walk(root):
        here = Path(folder).relative_to(root)
        names[:] = sorted(name for name in names if not spec.match_file(f"{(here / name).as_posix()}/"))
        for file in files:
            path = (here / file).as_posix()
            if not spec.match_file(path):
                yield path


def export_requirements(root: Path, uv: Path) -> bytes:
    """The pinned requirements, for daemons that install from a pip mirror; the CLI exports the same."""
    found = subprocess.run([uv, *_EXPORT], cwd=root, capture_output=True, check=False)  # noqa: S603 - our own uv
    if found.returncode:
        raise PackageError(f"uv export failed: {found.stderr.decode(errors='replace').strip()}")
    return found.stdout


def write_zip(contents: Mapping[str, bytes], package: Path) -> None:
    """Write the same bytes for the same contents, whenever and wherever."""
    size = sum(map(len, contents.values()))
    if size > MAX_BYTES:
        largest = sorted(contents, key=lambda path: -len(contents[path]))[:5]
        raise PackageError(f"{size} bytes are more than {MAX_BYTES}; the largest files: {', '.join(largest)}")
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(contents):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = _REGULAR_FILE << 16
            archive.writestr(entry, contents[path])


def write_by_rules(root: Path, package: Path, uv: Path) -> None:
    """Package without Dify's program."""
    contents = {path: (root / path).read_bytes() for path in packaged_files(root)}
    contents.setdefault(REQUIREMENTS, export_requirements(root, uv))
    write_zip(contents, package)


def write_by_cli(cli: str, root: Path, package: Path, uv: Path) -> None:
    """Package with Dify's program, which also validates the manifest."""
    command = [cli, "plugin", "package", str(root), "--output_path", str(package)]
    environment = os.environ | {"UV_PATH": str(uv.absolute())}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 - Dify's own
    if done.returncode or not package.is_file():
        raise PackageError(
            f"dify plugin package failed: {(done.stderr + done.stdout).decode(errors='replace').strip()}"
        )


def main() -> None:
    """Write the package and say where it is."""
    root = Path(__file__).resolve().parents[1]
    package = root / "dist" / package_name(root)
    package.parent.mkdir(exist_ok=True)
    package.unlink(missing_ok=True)
    uv = root / ".tools" / "bin" / "uv"
    cli = shutil.which("dify")
    try:
        if cli:
            write_by_cli(cli, root, package, uv)
        else:
            write_by_rules(root, package, uv)
    except PackageError as error:
        sys.exit(str(error))
    how = "by the dify CLI" if cli else "without the dify CLI"
    sys.stdout.write(f"{package.relative_to(root)} ({package.stat().st_size:,} bytes, {how})\n")


if __name__ == "__main__":
    main()
