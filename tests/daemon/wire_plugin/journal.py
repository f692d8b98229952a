"""What happened after the client had gone: lines of JSON in the file that WIRE_JOURNAL names."""

import json
import os
from pathlib import Path
from typing import Any


def note(**facts: Any) -> None:
    with Path(os.environ["WIRE_JOURNAL"]).open("a", encoding="utf-8") as journal:
        journal.write(json.dumps(facts) + "\n")
