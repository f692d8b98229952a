"""A real plugin daemon in the place of the simulated one: `make test-daemon` (field/dify.md §0b)."""
