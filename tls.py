"""The TLS context of the process: to make one takes 22 ms and 1 MiB (docs/platform/slack.md#sdk-connections).

All HTTP clients share the context, and trust whom the machine trusts. None of them speaks anything but HTTP/1.1.
"""

import ssl
from functools import cache

shared_context = cache(ssl.create_default_context)
