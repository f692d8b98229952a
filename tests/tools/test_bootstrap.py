"""The bootstrap on machines of many kinds: each is a folder of programs that stand in for Python and uv."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

BOOTSTRAP = Path(__file__).parents[2] / "tools" / "bootstrap"

SHIM = 'echo "pyenv: python3.12: command not found" >&2; exit 127'
OLD = 'case "$3" in *"(3, 12)"*) exit 1;; *executable*) echo "$0";; esac'
NEW = 'case "$3" in *executable*) echo "$0";; esac'
# Has no pip, and makes a venv whose pip brings a uv.
WITHOUT_PIP = f"""{NEW}
if [ "$1 $2" = "-m pip" ]; then
    echo "No module named pip" >&2
    exit 1
fi
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    cat > "$3/bin/python" <<'PIP'
#!/bin/sh
printf '#!/bin/sh\\necho own > synced\\n' > "${{0%/*}}/uv"
chmod +x "${{0%/*}}/uv"
PIP
    chmod +x "$3/bin/python"
fi"""
# As Debian packs it: no ensurepip, so no environment with pip in it, but a pip of its own.
DEBIANS = f"""case "$3" in *ensurepip*) exit 1;; esac
{NEW}
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    echo "The virtual environment was not created successfully because ensurepip is not available." >&2
    exit 1
fi
if [ "$1 $2" = "-m pip" ]; then
    while [ "$1" != --target ]; do shift; done
    mkdir -p "$2/bin"
    printf '#!/bin/sh\\necho own > synced\\n' > "$2/bin/uv"
    chmod +x "$2/bin/uv"
fi"""
UV = 'echo "$UV_PYTHON_DOWNLOADS $*" > synced'
BROKEN = "echo no way to the index >&2; exit 2"


@dataclass
class Machine:
    root: Path

    def has(self, path: str, text: str) -> Path:
        program = self.root / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        return program

    def run(self) -> subprocess.CompletedProcess[str]:
        project = self.root / "project"
        (project / "tools").mkdir(parents=True, exist_ok=True)
        shutil.copy(BOOTSTRAP, project / "tools" / "bootstrap")
        return subprocess.run(
            ["/bin/sh", project / "tools" / "bootstrap"],
            env={"PATH": f"{self.root}/bin:{self.root}/system", "HOME": str(self.root / "home")},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def synced(self) -> str:
        return (self.root / "project" / "synced").read_text()

    @property
    def uv(self) -> Path:
        return (self.root / "project" / ".tools" / "bin" / "uv").resolve()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("dirname", "mkdir", "ln", "rm", "tail", "cat", "chmod"):
        found = shutil.which(name)
        assert found
        (tmp_path / "system").mkdir(exist_ok=True)
        (tmp_path / "system" / name).symlink_to(found)
    return Machine(tmp_path)


def test_a_python_under_pyenv_is_found_behind_a_shim_that_fails(machine: Machine) -> None:
    machine.has("bin/python3.12", SHIM)
    machine.has("bin/python3", OLD)
    machine.has("bin/python", OLD)
    python = machine.has("home/.pyenv/versions/3.12.1/bin/python3", NEW)
    uv = machine.has("bin/uv", UV)
    assert machine.run().returncode == 0
    assert machine.synced == f"never sync --quiet --frozen --compile-bytecode --python {python}\n"
    assert machine.uv == uv


def test_the_python_on_the_path_comes_first(machine: Machine) -> None:
    python = machine.has("bin/python3", NEW)
    machine.has("home/.pyenv/versions/3.12.1/bin/python3", NEW)
    machine.has("bin/uv", UV)
    assert machine.run().returncode == 0
    assert f"--python {python}\n" in machine.synced


@pytest.mark.parametrize("uv_on_the_path", [None, BROKEN])
@pytest.mark.parametrize("python", [WITHOUT_PIP, DEBIANS])
def test_without_a_uv_that_works_a_pinned_one_is_installed(
    machine: Machine, python: str, uv_on_the_path: str | None
) -> None:
    machine.has("bin/python3.12", python)
    if uv_on_the_path:
        machine.has("bin/uv", uv_on_the_path)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.synced == "own\n"
    assert machine.uv.is_relative_to(machine.root / "project" / ".tools")


@pytest.mark.parametrize("uv_on_the_path", [False, True])
def test_a_python_that_debian_took_venv_from_is_good_enough(
    machine: Machine, *, uv_on_the_path: bool
) -> None:
    python = machine.has("bin/python3", DEBIANS)
    if uv_on_the_path:
        machine.has("bin/uv", UV)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.synced == (
        f"never sync --quiet --frozen --compile-bytecode --python {python}\n" if uv_on_the_path else "own\n"
    )


def test_it_is_quiet_but_for_one_line_the_first_time(machine: Machine) -> None:
    machine.has("bin/python3.12", NEW)
    machine.has("bin/uv", f"mkdir -p .venv; {UV}")
    first, again = machine.run(), machine.run()
    assert first.stderr.count("\n") == 1
    assert (first.stdout, again.stdout, again.stderr) == ("", "", "")


def test_when_nothing_helps_it_says_what_was_tried(machine: Machine) -> None:
    machine.has("bin/python3.12", f'{NEW}\nif [ "$1" = -m ]; then {BROKEN}; fi')
    done = machine.run()
    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert "no way to the index" in done.stderr
