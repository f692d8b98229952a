"""The table: what was measured as rows of figure, ours, floor or rival, ratio, aim, and whether the aim is met."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.rivals import EDITS, STREAM, STREAM_EAGER

HEAD = "| Figure | Ours | Floor or rival | Ratio | Aim | Met |\n|---|--:|--:|--:|--:|---|"
AUTOMATIC, STREAMED = "Slack Bridge, automatic", "Slack Bridge, streams"
STREAM_STYLE, EDIT_STYLE = "Slack Bridge, stream", "Slack Bridge, edit"
MIDDLE = 60, 0.2  # characters a second, seconds to Slack: where first texts have aims
SHARED = 50  # answers at once up to which staleness has an aim
FLAT = 10  # open turns from which on costs are to be flat
FLAT_WITHIN = 1.15

type Measured = Mapping[str, Any]
"""By section: the members of benchmarks/results/figures.json."""


class Row(NamedTuple):
    """`ratio` is ours to the other, None where there is none; `aim` is the largest good ratio, None for no aim.

    An aim with a `least` is the smallest good ratio.
    """

    figure: str
    ours: str
    other: str
    ratio: float | None = None
    aim: float | None = None
    least: bool = False

    def met(self) -> bool:
        """Whether the ratio reaches the aim. There must be an aim."""
        assert self.ratio is not None
        assert self.aim is not None
        return self.ratio >= self.aim if self.least else self.ratio <= self.aim

    def markdown(self) -> str:
        """The row of the table."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        aim = "" if self.aim is None else f"{'≥' if self.least else '≤'} {self.aim:g}"
        met = "" if self.aim is None else ("yes" if self.met() else "**no**")
        return f"| {self.figure} | {self.ours} | {self.other} | {ratio} | {aim} | {met} |"


def table(rows: Sequence[Row]) -> str:
    """All rows, in Markdown."""
    return "\n".join([HEAD, *(row.markdown() for row in rows)])


def every(measured: Measured) -> list[Row]:
    """The rows of all sections that were measured."""
    sections: dict[str, Callable[[Any], Iterator[Row]]] = {
        "acks": acks,
        "waits": waits,
        "texts": texts,
        "staleness": staleness,
        "cost": costs,
        "connection": connection,
        "long": long_answers,
    }
    return [row for name, rows in sections.items() if name in measured for row in rows(measured[name])]


def acks(found: Sequence[Measured]) -> Iterator[Row]:
    """Against both floors."""
    times = {(one["load"], one["endpoint"]): one for one in found}
    for load in dict.fromkeys(one["load"] for one in found):
        ours = times[load, "Slack Bridge"]
        for share, aim in (("p50", 3.0), ("p95", None)):
            floor = times[load, "returns at once"][share]
            yield Row(
                f"Event in to 200 out, {load}, {share}, to an endpoint that returns at once",
                _ms(ours[share]),
                _ms(floor),
                ours[share] / floor,
                aim,
            )
        floor = times[load, "one request of its own"]["p50"]
        yield Row(
            "The same, p50, to an endpoint that hands on to itself",
            _ms(ours["p50"]),
            _ms(floor),
            ours["p50"] / floor,
        )


def waits(found: Sequence[Measured]) -> Iterator[Row]:
    """Times alone."""
    for one in found:
        yield Row(f"Event in until Dify is asked, 200 ms to Slack: {one['name']}", _s(one["asked_p50"]), "")


def texts(found: Sequence[Measured]) -> Iterator[Row]:
    """Each of our styles against the rivals of its kind; last texts against two calls of Slack and 100 ms."""
    times = {(one["way"], one["speed"], one["latency"]): one for one in found}
    for speed, latency in dict.fromkeys((one["speed"], one["latency"]) for one in found):
        where = f"{speed} characters/s, {latency * 1000:g} ms to Slack"
        for ours, rival, aim in (
            (STREAM_STYLE, STREAM, 0.1),
            (STREAM_STYLE, STREAM_EAGER, 1.0),
            (EDIT_STYLE, EDITS, 1.0),
        ):
            one, other = times[ours, speed, latency], times[rival, speed, latency]
            figure = f"First text, {_style(ours)} to {rival}, {where}"
            own_aim = aim if (speed, latency) == MIDDLE else None
            yield _seconds(figure, one["first_text"], other["first_text"], own_aim)
        for ours in (STREAM_STYLE, EDIT_STYLE):
            last = times[ours, speed, latency]["last_text"]
            yield _seconds(f"Last text, {_style(ours)}, {where}", last, 2 * latency + 0.1, 1.0)
        for rival in (STREAM, STREAM_EAGER, EDITS):
            ours = EDIT_STYLE if rival == EDITS else STREAM_STYLE
            one, other = times[ours, speed, latency], times[rival, speed, latency]
            figure = f"Last text, {_style(ours)} to {rival}, {where}"
            yield _seconds(figure, one["last_text"], other["last_text"])


def staleness(found: Sequence[Measured]) -> Iterator[Row]:
    """Against the best schedule, and against the rivals as the asker and as a colleague see them."""
    figures = {(one["way"], one["answers"]): one for one in found}
    for answers in dict.fromkeys(one["answers"] for one in found):
        many = f"{answers} answer{'s' if answers > 1 else ''}"
        aim = 1.3 if answers <= SHARED else None
        for way in (STREAMED, AUTOMATIC):
            ours = figures[way, answers]
            for share in ("p50", "p95"):
                yield Row(
                    f"Age of the text, {_style(way)}, asker's view, {share}, {many}, to the best schedule",
                    _s(ours[f"asker_{share}"]),
                    _s(ours[f"best_{share}"]),
                    ours[f"ratio_{share}"],
                    aim,
                )
        ours = figures[AUTOMATIC, answers]
        for rival in (STREAM, STREAM_EAGER, EDITS):
            other = figures[rival, answers]
            for viewer in ("asker", "colleague"):
                figure = f"Age of the text, automatic, {viewer}'s view, p50, {many}, to {rival}"
                yield _seconds(figure, ours[f"{viewer}_p50"], other[f"{viewer}_p50"])
        if missing := ours["missing"] + figures[STREAMED, answers]["missing"]:
            yield Row(f"Answers that never began, {many}, both styles", str(missing), "", float(missing), 0.0)
        refused = ours["refused"] + figures[STREAMED, answers]["refused"]
        rivals = " / ".join(
            str(figures[rival, answers]["refused"]) for rival in (STREAM, STREAM_EAGER, EDITS)
        )
        yield Row(
            f"429s, {many}, both styles; buffer 256 / buffer 1 / an edit each second",
            str(refused),
            rivals,
            float(refused),
            0.0,
        )


def costs(found: Sequence[Measured]) -> Iterator[Row]:
    """Against the floor, and whether the plugin's own costs are flat.

    The ratios to the floor are not: the floor's cost of an event grows with the open turns, and its memory for each
    shrinks. A single turn's memory is less than what a process's memory grows by at a time.
    """
    for one in found:
        many = f"{one['turns']} open turn{'s' if one['turns'] > 1 else ''}"
        yield Row(
            f"Processor per event of the app, Slack's calls included, {many}",
            f"{one['cpu']:.0f} µs",
            f"{one['floor_cpu']:.0f} µs",
            one["cpu_ratio"],
            1.2,
        )
        yield Row(f"Processor per call of Slack beyond the floor, {many}", f"{one['per_call']:.2f} ms", "")
        if one["turns"] >= FLAT:
            yield Row(
                f"Memory per open turn, {many}",
                f"{one['memory']:.0f} KiB",
                f"{one['floor_memory']:.0f} KiB",
                one["memory_ratio"],
                1.5,
            )
    crowds = [one for one in found if one["turns"] >= FLAT]
    if len(crowds) < 2:
        return
    span = f"{crowds[0]['turns']} to {crowds[-1]['turns']} open turns"
    for name, member, form in (
        ("Processor per event", "cpu", "{:.0f} µs"),
        ("Memory per open turn", "memory", "{:.0f} KiB"),
    ):
        values = [one[member] for one in crowds]
        most, least = max(values), min(values)
        if least > 0:
            told = form.format(most), form.format(least)
            yield Row(f"{name}, {span}: largest to smallest", *told, most / least, FLAT_WITHIN)


def connection(one: Measured) -> Iterator[Row]:
    """The plugin's handshakes; a call over the pool against a call of slack_sdk, which connects for each."""
    yield Row("Calls of Slack per TLS handshake", f"{one['per_handshake']:g}", "1", one["per_handshake"])
    pooled, fresh = one["pooled"], one["fresh"]
    yield Row("A call, 50 ms round trip, with the pool and without", _ms(pooled), _ms(fresh), one["ratio"])
    pooled, fresh = one["pooled_cpu"], one["fresh_cpu"]
    told = f"{pooled:.2f} ms", f"{fresh:.2f} ms"
    yield Row("Processor per call, with the pool and without", *told, ratio=pooled / fresh)


def long_answers(found: Sequence[Measured]) -> Iterator[Row]:
    """The longest answer against the shortest."""
    short, *_, longest = found
    for member in [name for name in short if name != "characters"]:
        size = f"{longest['characters'] // 1000} kB to {short['characters'] // 1000} kB"
        yield Row(
            f"Processor per character of a whole answer, shown {member.replace('_', ' ')}, {size}",
            f"{longest[member]:.1f} µs",
            f"{short[member]:.1f} µs",
            longest[member] / short[member],
            1.15,
        )


def _seconds(figure: str, ours: float, other: float, aim: float | None = None) -> Row:
    """A time with an aim counts to a hundredth of a second, as it is printed: no state is noted more exactly."""
    ratio = ours / other if aim is None else round(ours, 2) / round(other, 2)
    return Row(figure, _s(ours), _s(other), ratio, aim)


def _style(way: str) -> str:
    return way.removeprefix("Slack Bridge, ")


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms"


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"
