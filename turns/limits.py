"""The time limits of one turn (docs/architecture.md#d1-hand-off), in seconds."""

REQUEST_SECONDS = 600.0  # from the first byte of its answer, then the daemon ends a request
TURN_SECONDS = REQUEST_SECONDS - 20.0  # then a turn ends itself, and marks its answer as cut
WAIT_SECONDS = 120.0  # that a turn waits for its thread in one request: its answer needs the rest
HEARTBEAT_SECONDS = 10.0

# How long a turn of another process may still run, if nothing tells whether that process lives. When its answer is
# visible, the turn has less than one request's life left; before that, it may wait behind a full queue.
LONGEST_VISIBLE = REQUEST_SECONDS + 60.0
LONGEST_AT_ALL = 7 * REQUEST_SECONDS
