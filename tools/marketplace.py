"""What Dify's marketplace asks of a package, and what of that only the publisher can say.

The rules are those of the marketplace's own checks (docs/platform/dify.md#marketplace), and a few of its review that a
program can see: translations, hosts named in PRIVACY.md, upper bounds of every dependency.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

import yaml
from packaging.requirements import Requirement
from packaging.version import Version

Contents = Mapping[str, bytes]
"""The package's files by their paths."""

MAX_BYTES: Final = 50 * 1024 * 1024
"""The daemon's and the marketplace's limit, before compression."""
MOST_FILES: Final = 5_000
OWN_AUTHOR: Final = "slack-bridge"
"""Stands in manifest.yaml until a publisher puts a name of their own there."""

_SOURCE_HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "gitee.com", "codeberg.org", "git.sr.ht")
_REPOSITORY = re.compile(
    rf"https?://(?:www\.)?(?:{'|'.join(map(re.escape, _SOURCE_HOSTS))})/[^\s)>\"]+", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_REQUIRED = (
    *("author", "name", "version", "type", "icon", "plugins", "privacy", "label.en_US", "description.en_US"),
    *("meta.version", "meta.arch", "meta.runner.language", "meta.runner.version", "meta.runner.entrypoint"),
    "meta.minimum_dify_version",
)
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){2}(-\w{1,16})?")
_TEMPLATE_ICON = b"DIFY_MARKETPLACE_TEMPLATE_ICON_DO_NOT_USE"
_TEMPLATE_PRIVACY = "please fill in the privacy policy"
_FENCED = re.compile(r"```.*?```", re.DOTALL)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_SECTIONS = {
    "how to set it up": ("install", "setup", "set up"),
    "how to use it": ("usage", "ask", "example"),
    "which credentials it needs": ("token", "secret", "api key"),
    "what it connects to": ("endpoint", "connection", "address"),
}
_LEAST_SDK = Version("0.9.0")
_STRAY_FOLDERS = {
    *("env", "venv", "node_modules", "build", "dist", "tests", "__pycache__", "pycache", "socket_relay"),
    *("simulators", "benchmarks", "tools"),
}
_STRAY_NAMES = {"Thumbs.db", "desktop.ini", "id_rsa", "Dockerfile", "Makefile"}
_STRAY_SUFFIXES = {
    *(".key", ".pem", ".p12", ".pfx", ".pyc", ".pyo", ".log", ".tmp", ".swp", ".swo", ".bak", ".sh", ".bin"),
    *(".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".difypkg"),
    *(".dll", ".dylib", ".exe", ".node", ".pyd", ".so"),
}
_BINARY = (b"\x7fELF", b"MZ", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba")
# Each form begins with a character and then looks back for a word, so that a search need not try each byte.
_SECRET = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|s(?<!\w.)k-[\w-]{20,}|g(?<!\w.)h[pousr]_\w{20,}"
    rb"|x(?<!\w.)ox[abprs]-[A-Za-z0-9-]{10,}|x(?<!\w.)app-[A-Za-z0-9-]{10,}|A(?<!\w.)KIA[0-9A-Z]{16}\b"
    rb"|e(?<!\w.)yJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Findings:
    """Sentences: what is wrong with the package, and what only the publisher can fill in."""

    wrong: tuple[str, ...]
    for_publisher: tuple[str, ...]


def check(contents: Contents) -> Findings:
    """All rules over a package's contents."""
    rules: tuple[Callable[[Contents], Iterator[str]], ...] = (
        *(_no_stray_file, _no_secret, _manifest, _icon, _version, _readme, _translations, _privacy),
        _dependencies,
    )
    wrong = tuple(sentence for rule in rules for sentence in rule(contents))
    return Findings(wrong, tuple(_left_to_the_publisher(manifest_of(contents))))


def manifest_of(contents: Contents) -> dict[str, Any]:
    """The manifest; empty where there is none."""
    return yaml.safe_load(_text(contents, "manifest.yaml")) or {}


def _left_to_the_publisher(manifest: dict[str, Any]) -> Iterator[str]:
    if manifest.get("author") in {None, "", OWN_AUTHOR}:
        yield "author: your name at the marketplace, of a-z, 0-9, - and _"
    if not manifest.get("repo"):
        yield f"repo: the address of the source, at one of {', '.join(_SOURCE_HOSTS)}"
    if not manifest.get("contact"):
        yield "contact: an e-mail address"


def _no_stray_file(contents: Contents) -> Iterator[str]:
    for path in contents:
        whole = PurePosixPath(path)
        hidden = [part for part in whole.parts if part.startswith(".")]
        folders = [part for part in whole.parts[:-1] if part in _STRAY_FOLDERS]
        if hidden or folders or whole.name in _STRAY_NAMES or whole.suffix.lower() in _STRAY_SUFFIXES:
            yield f"{path} does not belong into a package: name it in .difyignore"
        elif contents[path].startswith(_BINARY):
            yield f"{path} is a program"
    if len(contents) > MOST_FILES:
        yield f"{len(contents)} files are more than {MOST_FILES}"
    if (size := sum(map(len, contents.values()))) > MAX_BYTES:
        yield f"{size} bytes are more than {MAX_BYTES}"


def _no_secret(contents: Contents) -> Iterator[str]:
    for path, content in contents.items():
        if found := _SECRET.search(content):
            line = content.count(b"\n", 0, found.start()) + 1
            yield f"{path}:{line} holds what looks like a secret"


def _manifest(contents: Contents) -> Iterator[str]:
    manifest = manifest_of(contents)
    yield from (f"manifest.yaml has no {name}" for name in _REQUIRED if not _field(manifest, name))
    author = str(manifest.get("author", ""))
    if "dify" in author or "langgenius" in author:
        yield "manifest.yaml: author may not have dify or langgenius in it"
    if not re.fullmatch(r"[a-z0-9_-]{1,64}", author):
        yield "manifest.yaml: author is of a-z, 0-9, - and _, at most 64"
    if manifest.get("type") != "plugin":
        yield "manifest.yaml: type must be plugin"
    if (repo := manifest.get("repo")) and not _REPOSITORY.fullmatch(str(repo)):
        yield f"manifest.yaml: repo must be an address at one of {', '.join(_SOURCE_HOSTS)}"
    if (contact := manifest.get("contact")) and not _MAIL.fullmatch(str(contact)):
        yield "manifest.yaml: contact must be an e-mail address"


def _icon(contents: Contents) -> Iterator[str]:
    manifest = manifest_of(contents)
    for name in ("icon", "icon_dark"):
        icon = contents.get(f"_assets/{manifest.get(name)}", b"")
        if not icon.strip() or _TEMPLATE_ICON in icon:
            yield f"manifest.yaml: {name} must name a picture of the plugin's own in _assets/"


def _version(contents: Contents) -> Iterator[str]:
    version = str(manifest_of(contents).get("version", ""))
    project = tomllib.loads(_text(contents, "pyproject.toml")).get("project", {})
    if not _VERSION.fullmatch(version):
        yield "manifest.yaml: version must be three numbers"
    if project.get("version") != version:
        yield f"pyproject.toml has version {project.get('version')}, manifest.yaml {version}"
    if f"\n## [{version}]" not in _text(contents, "CHANGELOG.md"):
        yield f"CHANGELOG.md has no section for version {version}"


def _readme(contents: Contents) -> Iterator[str]:
    text = _text(contents, "README.md")
    if _CJK.search(_FENCED.sub("", text)):
        yield "README.md must be English: other languages have their files in readme/"
    lower = text.lower()
    for what, words in _SECTIONS.items():
        if not any(word in lower for word in words):
            yield f"README.md does not say {what}"
    if manifest_of(contents).get("repo") and not _REPOSITORY.search(text):
        yield "README.md does not name the address of the source"


def _translations(contents: Contents) -> Iterator[str]:
    languages = set(manifest_of(contents).get("label", {})) - {"en_US"}
    for path in sorted(f"readme/README_{language}.md" for language in languages):
        if not _text(contents, path).strip():
            yield f"{path} is missing"
    for path in contents:
        if re.fullmatch(r"README.+\.md", path):
            yield f"{path}: translations stand in readme/README_<language>.md"


def _privacy(contents: Contents) -> Iterator[str]:
    path = str(manifest_of(contents).get("privacy", "")).removeprefix("./")
    text = _text(contents, path)
    if not text.strip() or _TEMPLATE_PRIVACY in text.lower():
        yield "manifest.yaml: privacy must name a page in the package that is filled in"
    if "PRIVACY.md" not in contents:
        yield "PRIVACY.md is missing"
    for host in sorted(hosts_called(contents)):
        if not re.search(rf"(?<![\w.]){re.escape(host)}(?![\w.]*\w)", text):
            yield f"{path} does not name {host}, which the plugin calls"


def hosts_called(contents: Contents) -> set[str]:
    """The hosts of all addresses that stand whole in the code, without this machine and examples."""
    found = set[str]()
    for path, content in contents.items():
        if path.endswith(".py"):
            for text in _literals(ast.parse(content)):
                for address in re.findall(r"https?://[^\s'\"<>`)]+", text):
                    found.add(urlsplit(address).hostname or "")
    return {host for host in found if _is_named_host(host)}


def _is_named_host(host: str) -> bool:
    last = host.rpartition(".")[2]
    return "." in host and last.isalpha() and not re.search(r"(^|\.)example\.", host)


def _literals(tree: ast.AST) -> Iterator[str]:
    """Every text of the code that is no docstring and no statement of its own."""
    alone = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in alone:
            yield node.value


def _dependencies(contents: Contents) -> Iterator[str]:
    data = tomllib.loads(_text(contents, "pyproject.toml"))
    groups: dict[str, list[Any]] = {"dependencies": data.get("project", {}).get("dependencies", [])}
    groups |= data.get("project", {}).get("optional-dependencies", {}) | data.get("dependency-groups", {})
    for group, lines in groups.items():
        for line in (line for line in lines if isinstance(line, str)):  # and not the name of another group
            yield from _bounds(f"pyproject.toml, {group}", Requirement(line))
    for line in _text(contents, "requirements.txt").splitlines():
        if (wanted := line.partition(" #")[0].strip()) and not wanted.startswith("#"):
            yield from _bounds("requirements.txt", Requirement(wanted))


def _bounds(where: str, wanted: Requirement) -> Iterator[str]:
    if wanted.url:
        yield f"{where}: {wanted.name} comes from an address"
    operators = {specifier.operator for specifier in wanted.specifier}
    if not operators & {"<", "<=", "==", "===", "~="}:
        yield f"{where}: {wanted.name} has no upper bound"
    if wanted.name.replace("-", "_") == "dify_plugin":
        least = [Version(s.version) for s in wanted.specifier if s.operator in {">=", "==", "~="}]
        if not least or max(least) < _LEAST_SDK:
            yield f"{where}: dify_plugin must be {_LEAST_SDK} or later"


def _field(manifest: dict[str, Any], name: str) -> Any:
    found: Any = manifest
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _text(contents: Contents, path: str) -> str:
    return contents.get(path, b"").decode(errors="replace")
