"""The examples of CommonMark's specification are tried only where a copy of it is named."""

import os

from tests.slack_reply.specification import VARIABLE

collect_ignore = [] if os.environ.get(VARIABLE) else ["test_specification.py"]
