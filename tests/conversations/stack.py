"""The programs that run during the conversations; the demo and the benchmarks start the same ones."""

from simulators.launch import ROOT
from simulators.stack import INNER_KEY, Daemon, SimulatedDaemon, Stack

__all__ = ["INNER_KEY", "ROOT", "Daemon", "SimulatedDaemon", "Stack"]
