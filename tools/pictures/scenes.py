"""What happens in the pictures: two apps, their questions and what they say."""

from dataclasses import dataclass

from simulators.dify.script import Steps, node, own_nodes, say, sources, thought, wait


@dataclass(frozen=True, slots=True)
class Scene:
    """`moments` are captions with the share of the time at which the thread is drawn; 1 is its end."""

    file: str
    title: str
    channel: str
    mode: str
    question: str
    steps: Steps
    moments: tuple[tuple[str, float], ...]
    width: float


_RELEASE = """**Friday, 10:00**, if the rehearsal went well. Until then:

1. Anna freezes `main` on **Monday**.
2. Ben rehearses the migration on Tuesday.
3. Carol ships to one region on Wednesday.

> If a step takes twice as long as in the rehearsal, stop and call whoever is on duty.

Going back takes *ten minutes*. I can write the announcement next: just ask here in the thread.
"""
_OUTAGE = """## Three customers saw errors

The replica fell behind at 02:14 and was back at 02:31. Everyone else was served from the cache.

| Customer | Failed requests | Share | Told |
|:---|---:|---:|:---:|
| Northwind | 1,204 | 3.1 % | yes |
| Umbra Labs | 318 | 0.9 % | no |
| Fjord Foods | 97 | 0.4 % | no |

This query finds them again, whenever you need it:

```sql
SELECT customer, count(*) AS failed
FROM requests
WHERE status >= 500 AND at BETWEEN '02:14' AND '02:31'
GROUP BY customer ORDER BY failed DESC;
```

I would write to **Umbra Labs** and **Fjord Foods** before noon. Shall I draft it?
"""


def _tool(name: str, said: str, seconds: float) -> Steps:
    return thought(name, "{}") + wait(seconds) + thought(name, "{}", said)


SCENES = (
    Scene(
        "growing-answer.svg",
        "A thread in Slack at three moments: a question and “is thinking…”, the answer half written, all of it",
        "releases",
        "advanced-chat",
        "When can we ship 4.2, and who does what?",
        own_nodes()
        + node("Search the handbook", "knowledge-retrieval", seconds=1.0)
        + node("Write the answer", inside=say(_RELEASE, seconds=7.0))
        + sources(("Release handbook", "https://wiki.example.com/release"), ("On-call calendar", None)),
        (("At once", 0.0), ("It grows", 0.7), ("Complete, and remembered", 1.0)),
        372.0,
    ),
    Scene(
        "agent-run.svg",
        "An agent's answer in Slack: cards for its steps, then text with a table, code and its sources",
        "operations",
        "agent-chat",
        "Who was hit by last night's outage?",
        _tool("Read the incident log", "replica lag from 02:14 to 02:31", 1.5)
        + _tool("Query the requests", "3 customers, 1,619 failed requests", 1.5)
        + _tool("Look up who was told", "1 of 3", 1.0)
        + say(_OUTAGE, seconds=6.0)
        + sources(("Incident 2041", "https://status.example.com/2041"), ("Customer contacts", None)),
        (("", 1.0),),
        680.0,
    ),
)
