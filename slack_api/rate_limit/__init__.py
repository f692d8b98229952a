"""One rate limiter for all calls of a process, fair between messages."""
