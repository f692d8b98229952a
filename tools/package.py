"""`make package`: the plugin as `dist/<name>-<version>.difypkg`, which Dify installs, checked for the marketplace.

Who publishes the plugin stands in one place, the first lines of `manifest.yaml`: each README in the package gets the
address of the source and the contact from there. By Dify's own `dify` program where it is on the PATH, otherwise the
same plain zip by its rules: what `.difyignore` names stays out, `requirements.txt` is exported beside `uv.lock`, times
are fixed and names sorted, and the whole is at most 50 MiB before compression (docs/platform/dify.md#packages).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

import yaml
from pathspec import GitIgnoreSpec

from tools import marketplace
from tools.marketplace import MAX_BYTES

REQUIREMENTS: Final = "requirements.txt"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE: Final = 0o100644
_IGNORED: Final = ".difyignore"
_SOURCE: Final = {
    "en_US": ("Source", "Contact"),
    "ja_JP": ("ソースコード", "連絡先"),
    "zh_Hans": ("源代码", "联系方式"),
    "pt_BR": ("Código-fonte", "Contato"),
}
"""What the last line of a README says in each language."""
_PICTURE = re.compile(r"!\[[^]]*\]\(([^):]+)\)")
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


def stage(root: Path, folder: Path) -> None:
    """Copy what enters into a folder, and end each README there with the publisher's addresses."""
    for path in [_IGNORED, *packaged_files(root)]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, folder / path)
    manifest = yaml.safe_load((root / "manifest.yaml").read_text("utf-8"))
    for language, (source, contact) in _SOURCE.items():
        readme = folder / ("README.md" if language == "en_US" else f"readme/README_{language}.md")
        said = [(source, manifest.get("repo")), (contact, manifest.get("contact"))]
        line = " · ".join(f"{label}: <{address}>" for label, address in said if address)
        if readme.is_file():
            text = _without_absent_pictures(readme.read_text("utf-8"), readme.parent)
            readme.write_text(f"{text.rstrip()}\n\n{line}\n" if line else text, "utf-8")


def _without_absent_pictures(text: str, folder: Path) -> str:
    """The text without the paragraphs that are a picture which does not enter, such as those of the benchmarks."""
    paragraphs = text.split("\n\n")
    shown = [(paragraph, _PICTURE.fullmatch(paragraph)) for paragraph in paragraphs]
    return "\n\n".join(
        paragraph for paragraph, picture in shown if picture is None or (folder / picture[1]).is_file()
    )


def export_requirements(root: Path, uv: Path) -> bytes:
    """The pinned requirements, for daemons that install from a pip mirror; the CLI exports the same."""
    found = subprocess.run([uv, *_EXPORT], cwd=root, capture_output=True, check=False)  # noqa: S603 - our own uv
    if found.returncode:
        raise PackageError(f"uv export failed: {found.stderr.decode(errors='replace').strip()}")
    return found.stdout


def write_zip(contents: Mapping[str, bytes], package: Path | BytesIO) -> None:
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


def read_package(package: Path) -> dict[str, bytes]:
    """The files of a package by their paths."""
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def make_package(root: Path, package: Path, uv: Path, cli: str | None) -> marketplace.Findings:
    """Write the package, by Dify's program if `cli` names it, and check it.

    Raises PackageError where it cannot be made or breaks a rule of the marketplace.
    """
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder)
        stage(root, staged)
        if cli:
            write_by_cli(cli, staged, package, uv)
        else:
            write_by_rules(staged, package, uv)
    findings = marketplace.check(read_package(package))
    if findings.wrong:
        raise PackageError("\n".join(["The package breaks rules of Dify's marketplace:", *findings.wrong]))
    return findings


def main() -> None:
    """Write the package, say where it is and what is left to its publisher."""
    root = Path(__file__).resolve().parents[1]
    package = root / "dist" / package_name(root)
    package.parent.mkdir(exist_ok=True)
    package.unlink(missing_ok=True)
    cli = shutil.which("dify")
    try:
        findings = make_package(root, package, root / ".tools" / "bin" / "uv", cli)
    except PackageError as error:
        sys.exit(str(error))
    how = "by the dify CLI" if cli else "without the dify CLI"
    sys.stdout.write(f"{package.relative_to(root)} ({package.stat().st_size:,} bytes, {how})\n")
    if findings.for_publisher:
        lines = "\n".join(f"  {line}" for line in findings.for_publisher)
        sys.stdout.write(
            f"It installs. For the marketplace its publisher fills in, in manifest.yaml:\n{lines}\n"
        )


if __name__ == "__main__":
    main()
