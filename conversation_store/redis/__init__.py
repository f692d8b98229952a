"""The store on Redis, and what processes tell each other through Redis."""
