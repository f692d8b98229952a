"""The examples of CommonMark's specification, which is no part of the project, from a copy on this machine.

    COMMONMARK_SPEC=/path/to/spec.json make soak ARGS="tests/slack_reply/test_specification.py"

The copy is `spec.txt`, in which an example stands between lines of 32 backticks, or `spec.json`, a list of objects
with a `markdown`. Without the variable there are no examples, and `test_specification.py` is not collected.
"""

import json
import os
import re
from pathlib import Path

import pytest

VARIABLE = "COMMONMARK_SPEC"
_EXAMPLE = re.compile(r"^`{32} example[^\n]*\n(.*?)^\.\n.*?^`{32}$", re.DOTALL | re.MULTILINE)


def specification() -> list[str]:
    """The Markdown of each example, in their order. Raises UsageError if the variable names no file, or a wrong one."""
    named = os.environ.get(VARIABLE)
    if not named:
        return []
    path = Path(named)
    if not path.is_file():
        raise pytest.UsageError(f"{VARIABLE} names {named}, which is no file")
    text = path.read_text("utf-8")
    found = (
        [str(one["markdown"]) for one in json.loads(text)]
        if path.suffix == ".json"
        else _EXAMPLE.findall(text)
    )
    if not found:
        raise pytest.UsageError(f"{named}, named by {VARIABLE}, holds no examples")
    return [example.replace("→", "\t") for example in found]
