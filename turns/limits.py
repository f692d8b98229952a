"""The time limits of one turn (docs/architecture.md#d1-hand-off), in seconds.

The daemon ends a request 600 s after the first byte of its answer.
"""

REQUEST_SECONDS = 600.0
# A turn ends itself, and marks its answer as cut, before the daemon would end the request.
TURN_SECONDS = REQUEST_SECONDS - 20.0
# A turn that waited this long for its thread goes on in a fresh request, so that its answer has the time it needs.
WAIT_SECONDS = 120.0
HEARTBEAT_SECONDS = 10.0

# How long a turn of another process may still run, if nothing tells whether that process lives. When its answer is
# visible, the turn has less than one request's life left; before that, it may wait behind a full queue
# (turns/ordering.py).
LONGEST_VISIBLE = REQUEST_SECONDS + 60.0
LONGEST_AT_ALL = 7 * REQUEST_SECONDS
