"""A real plugin daemon in the place of the simulated one: `make test-daemon` (facts: docs/platform/dify.md)."""
