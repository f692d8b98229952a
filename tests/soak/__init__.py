"""Tests that take minutes; they run only on demand, by `make soak`."""
