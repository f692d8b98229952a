"""The pictures of what was measured, by file name."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks import svg
from benchmarks.rivals import EDITS, STREAM, STREAM_EAGER
from benchmarks.rows import AUTOMATIC, EDIT_STYLE, MIDDLE, STREAM_STYLE, STREAMED, Measured

OVERVIEW = "overview.svg"
WITH_COLLEAGUES = 10  # answers at once in the overview
OURS, PLAIN, LAST = 0, 1, 5
FOLD = "\u00d7"
COLOURS = {STREAM: 2, STREAM_EAGER: 3, EDITS: 4}


def drawn(measured: Measured) -> dict[str, str]:
    """Each picture for which there are figures."""
    makers = {
        OVERVIEW: (("texts", "staleness"), overview),
        "texts.svg": (("texts",), lambda found: texts(found["texts"])),
        "staleness.svg": (("staleness",), lambda found: staleness(found["staleness"])),
        "acks.svg": (("acks",), lambda found: acks(found["acks"])),
        "cost.svg": (("cost",), lambda found: costs(found["cost"])),
        "connection.svg": (("connection",), lambda found: connection(found["connection"])),
        "long.svg": (("long",), lambda found: long_answers(found["long"])),
    }
    return {
        name: draw(measured)
        for name, (needed, draw) in makers.items()
        if all(section in measured for section in needed)
    }


def overview(measured: Measured) -> str:
    """What members notice, against what people write today."""
    firsts = {
        one["way"]: one["first_text"] for one in measured["texts"] if (one["speed"], one["latency"]) == MIDDLE
    }
    ways = [AUTOMATIC, STREAM, STREAM_EAGER, EDITS]
    many = max(one["answers"] for one in measured["staleness"] if one["answers"] <= WITH_COLLEAGUES)
    stale = {one["way"]: one for one in measured["staleness"] if one["answers"] == many}
    return svg.bars(
        "Slack Bridge and three other ways to show an app's answer",
        [
            svg.Bars("Seconds until the first text stands", list(_first_bars(firsts))),
            svg.Bars(
                f"Seconds by which a colleague's text is old, {many} answers at once under Slack's rates",
                [_bar(way, stale[way]["colleague_p50"], "s") for way in ways],
            ),
            svg.Bars(
                "Calls that Slack refused meanwhile (429)",
                [_bar(way, stale[way]["refused"], "") for way in ways],
            ),
        ],
    )


def _first_bars(firsts: Mapping[str, float]) -> Iterator[svg.Bar]:
    for way in (STREAM_STYLE, EDIT_STYLE, STREAM, STREAM_EAGER, EDITS):
        yield _bar(way, firsts[way], "s")


def _bar(way: str, value: float, unit: str) -> svg.Bar:
    told = f"{value:.2f}" if isinstance(value, float) else str(value)
    return svg.Bar(way, value, f"{told} {unit}".strip(), OURS if way.startswith("Slack Bridge") else PLAIN)


def texts(found: Sequence[Measured]) -> str:
    """First and last text over the time that Slack takes, at the middle speed."""
    delays = sorted({one["latency"] for one in found if one["speed"] == MIDDLE[0]})
    ways = (STREAM_STYLE, OURS), (EDIT_STYLE, LAST), *COLOURS.items()

    def panel(title: str, member: str) -> svg.Lines:
        times = {(one["way"], one["latency"]): one[member] for one in found if one["speed"] == MIDDLE[0]}
        of = [
            svg.Line(way, [max(0.01, times[way, delay]) for delay in delays], colour) for way, colour in ways
        ]
        places = [f"{delay * 1000:g} ms" for delay in delays]
        return svg.Lines(title, places, of, " s", logarithmic=True)

    return svg.lines(
        f"How long text takes, by the time of a call to Slack ({MIDDLE[0]} characters a second)",
        [panel("From the app's first piece", "first_text"), panel("From the app's last piece", "last_text")],
    )


def staleness(found: Sequence[Measured]) -> str:
    """The age of the text over the number of answers, as the asker and as a colleague see it."""
    crowds = sorted({one["answers"] for one in found})
    times = {(one["way"], one["answers"]): one for one in found}
    ways = (AUTOMATIC, OURS), (STREAMED, LAST), *COLOURS.items()

    def panel(title: str, viewer: str) -> svg.Lines:
        of = [
            svg.Line(way, [times[way, many][f"{viewer}_p50"] for many in crowds], colour)
            for way, colour in ways
        ]
        ideal = [times[AUTOMATIC, many]["best_p50"] for many in crowds]
        return svg.Lines(
            title,
            [str(many) for many in crowds],
            [*of, svg.Line("the best schedule for the asker", ideal, PLAIN, dashed=True)],
            " s",
            logarithmic=True,
        )

    return svg.lines(
        "How old the shown text is, by the number of answers at once",
        [
            panel("What the asker sees (median)", "asker"),
            panel("What a colleague sees (median)", "colleague"),
        ],
    )


def acks(found: Sequence[Measured]) -> str:
    """Medians, one panel for each load."""
    loads = dict.fromkeys(one["load"] for one in found)
    return svg.bars(
        "Event in to 200 out, milliseconds",
        [
            svg.Bars(
                load.capitalize(),
                [_bar(one["endpoint"], one["p50"], "ms") for one in found if one["load"] == load],
                3 * next(one["p50"] for one in found if one["load"] == load),
                f"aim: 3 {FOLD}",
            )
            for load in loads
        ],
    )


def costs(found: Sequence[Measured]) -> str:
    """Ratios to the floor over the number of open turns."""
    places = [str(one["turns"]) for one in found]
    processor = [one["cpu_ratio"] for one in found]
    memory = [one["memory_ratio"] if one["turns"] > 1 else None for one in found]
    return svg.lines(
        "What an open turn costs, in multiples of a bare hand-off",
        [
            _ratios("Processor per event", places, processor, 1.2),
            _ratios("Memory per open turn", places, memory, 1.5),
        ],
    )


def _ratios(title: str, places: Sequence[str], ratios: Sequence[float | None], aim: float) -> svg.Lines:
    ours = svg.Line("Slack Bridge", ratios, OURS)
    return svg.Lines(title, places, [ours], f" {FOLD}", aims={f"aim: {aim:g} {FOLD}": aim})


def connection(one: Measured) -> str:
    """A call with and without the pool."""
    return svg.bars(
        "A call to a Slack that is 50 ms away",
        [
            svg.Bars(
                "Milliseconds",
                [
                    svg.Bar("kept-alive connections", one["pooled"], f"{one['pooled']:.0f} ms", OURS),
                    svg.Bar("a connection for each call", one["fresh"], f"{one['fresh']:.0f} ms"),
                ],
            ),
            svg.Bars(
                "Calls per TLS handshake",
                [
                    svg.Bar(
                        "kept-alive connections", one["per_handshake"], f"{one['per_handshake']:g}", OURS
                    ),
                    svg.Bar("a connection for each call", 1.0, "1"),
                ],
            ),
        ],
    )


def long_answers(found: Sequence[Measured]) -> str:
    """The cost of a character over the length of the answer."""
    places = [f"{one['characters'] // 1000} kB" for one in found]
    members = [name for name in found[0] if name != "characters"]
    of = [
        svg.Line(f"shown {member.replace('_', ' ')}", [one[member] for one in found], (OURS, LAST)[number])
        for number, member in enumerate(members)
    ]
    return svg.lines(
        "What a character of a growing answer costs, by the answer's length",
        [svg.Lines("Microseconds of processor time for each character", places, of, " µs")],
    )
