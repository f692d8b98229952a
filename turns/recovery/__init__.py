"""Claims each turn, finds turns whose process died, and ends them. A turn is never run again."""

from turns.recovery.claim import Claim
from turns.recovery.orphans import Orphans
from turns.recovery.process_identity import ProcessIdentity
from turns.recovery.recovery import Recovery, SweepRun, Work
from turns.recovery.sweep import SweepSchedule

__all__ = ["Claim", "Orphans", "ProcessIdentity", "Recovery", "SweepRun", "SweepSchedule", "Work"]
