"""Checks the locked dependencies for known vulnerabilities, where the network lets it.

    python -m tools.audit

Fails when one is known. Where the database cannot be asked, one line says so, and nothing fails: the same tree would
pass on one machine and not on the next.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".tools" / "bin" / "uv"
NOTHING_KNOWN, VULNERABLE = 0, 1
"""What `uv audit` ends with; anything else means that it could not look."""


def audited(command: list[str]) -> int:
    """Run the audit; the exit code of this check."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - ours
        code, said = done.returncode, done.stdout + done.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        code, said = -1, type(error).__name__
    if code == NOTHING_KNOWN:
        print("No vulnerability is known of the locked dependencies.")  # noqa: T201
        return 0
    if code == VULNERABLE:
        print(said)  # noqa: T201
        return 1
    cause = said.strip().splitlines()[-1].strip() if said.strip() else f"exit code {code}"
    print(f"Not checked: the locked dependencies, for known vulnerabilities ({cause}).")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(audited([str(UV), "audit", "--frozen"]))
