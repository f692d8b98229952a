"""The time limits of one turn (docs/architecture.md#d1-hand-off), in seconds."""

REQUEST_SECONDS = 600.0  # from the first byte of its answer, then the daemon ends a request
TURN_SECONDS = REQUEST_SECONDS - 20.0  # then a turn ends itself, and marks its answer as cut
WAIT_SECONDS = 120.0  # that a turn waits for its thread in one request: its answer needs the rest
HEARTBEAT_SECONDS = 10.0
RUN_REQUESTS = 6
"""In so many requests one run is read, where Dify tells how it goes on: some 58 minutes."""

# How long a turn of another process may still run, if nothing tells whether that process lives. When its answer is
# visible, the turn has less than one request's life left, and one more for each fresh request that went on with it;
# before that, it may wait behind a full queue.
LONGEST_VISIBLE = REQUEST_SECONDS + 60.0
LONGEST_AT_ALL = 7 * REQUEST_SECONDS
