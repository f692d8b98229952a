"""What takes minutes: run on demand by `make soak`."""
