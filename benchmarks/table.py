"""`make bench`: acks, costs, and first and last texts, each written into benchmarks/results/ as soon as it is measured.

`python -m benchmarks` measures the crowds of turns as well, which takes longer.
"""

from benchmarks import acks, cost, texts
from benchmarks.results import write


def write_acks() -> None:
    """The ack against an endpoint that returns at once."""
    found = acks.figures()
    bars = {f"{one.load}: {one.endpoint}": one.ratio_p50 for one in found}
    write("acks", "Event in to 200 out, against an endpoint that returns at once", _rows(found), bars, 3.0)


def write_cost() -> None:
    """Processor and memory against a bare hand-off."""
    found = cost.figures()
    bars = {f"processor, {one.turns} open": one.cpu_ratio for one in found}
    write("cost", "Processor time per event, against a bare hand-off", _rows(found), bars, 1.2)
    bars = {f"memory, {one.turns} open": one.memory_ratio for one in found}
    write("memory", "Memory per open turn, against a bare hand-off", _rows(found), bars, 1.5)


def write_texts() -> None:
    """First text, in multiples of Slack's latency, of each way at the middle of the grid."""
    found = texts.figures()
    middle = texts.MIDDLE_SPEED, texts.MIDDLE_LATENCY
    bars = {one.way: one.first_text for one in found if (one.speed, one.latency) == middle}
    write("texts", f"Seconds to the first text, {middle[0]} characters a second", _rows(found), bars)


def _rows(found: list[acks.Ack] | list[cost.Cost] | list[texts.Shown]) -> list[dict[str, object]]:
    return [one._asdict() for one in found]


if __name__ == "__main__":
    write_acks()
    write_cost()
    write_texts()
