"""The main job on the simulators, in a terminal: `python -m simulators.demo`, or `make demo`."""
