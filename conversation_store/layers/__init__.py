"""What lies between a turn and its storage: cache, fallback, memory for outages."""
