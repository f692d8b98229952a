"""The clocks of one turn (docs/architecture.md#d1-hand-off): the daemon ends a request 600 s after its first byte."""

REQUEST_SECONDS = 600.0
# A turn ends itself, honestly marked, before the daemon does it for us.
TURN_SECONDS = REQUEST_SECONDS - 20.0
# A turn that waited this long for its thread goes on in a fresh request, so that its answer has the time it needs.
WAIT_SECONDS = 120.0
HEARTBEAT_SECONDS = 10.0

# What a turn of another process may still be doing, when nobody can tell whether that process lives: once its
# answer is visible, the turn has less than a request's life left; before, it may wait for a full queue
# (turns/ordering/thread_queue.py).
LONGEST_VISIBLE = REQUEST_SECONDS + 60.0
LONGEST_AT_ALL = 7 * REQUEST_SECONDS
