"""Which turn of a thread runs next, in this process and between processes."""
