"""What the demo's chatflow says: one answer with all that Markdown has, then something for whatever is asked."""

from simulators.dify.script import Steps, fail, node, own_nodes, say, sources, wait

QUESTION = "How do we roll out release 4.2, and who does what?"
PLAN = """# Rolling out release 4.2

Nothing leaves the building before the migration has run **twice** on a copy of production. The order, as the handbook \
has it:

1. **Freeze** `main` on Monday and tag the candidate. From then on only fixes with a review by two people go in.
2. **Rehearse** the migration against last night's backup:
   - compare the row counts of every table before and after,
   - keep the log, and note how long each step took.
3. **Ship** to one region, watch it for a day, then go on to the others.

| Step | Who | When | Done if |
|---|---|---|---|
| Freeze | Anna | Monday | the tag is signed |
| Rehearsal | Ben | Tuesday | counts are equal |
| First region | Carol | Wednesday | errors stay below 0.1 % |
| All regions | Carol | Thursday | nobody calls |

This is the check that Ben runs after each rehearsal. It compares the tables one by one and names those that differ:

```python
def differing(before: Counts, after: Counts) -> list[str]:
    \"\"\"The tables whose row counts are not equal.\"\"\"
    tables = before.keys() | after.keys()
    return sorted(t for t in tables if before.get(t) != after.get(t))
```

> If a step takes more than twice as long as in the rehearsal, stop, and call whoever is on duty. A late release is \
annoying; a half-migrated database is worse.

Going back takes *ten minutes* as long as the old columns are there, so they stay until the week after. I can write \
the announcement for the customers next, if you like. Just ask here in the thread.
"""
SECONDS = 14.0  # of the plan's text, which is edited every 3 s; the nodes before it come on top
HINT = "Ask on in this thread. Try `table`, `code`, `long` or `fail` in it; `quit` ends."

_TABLE = """Here it is:

| Region | Requests | Errors |
|---|---:|---:|
| Europe | 120,400 | 0.02 % |
| Asia | 98,120 | 0.05 % |
| America | 143,870 | 0.03 % |
"""
_CODE = """Something like this should do:

```python
from collections import Counter

words = Counter(open("thread.txt").read().split())
print(words.most_common(5))
```

Run it with `python words.py`.
"""
_PARAGRAPH = (
    "Point {n}: every answer longer than one message of Slack goes on in the next one, cut between paragraphs, never "
    "inside of a code block that is not closed and opened again. This one is here to show it.\n\n"
)


def opening() -> Steps:
    """The main job: two nodes of the flow, the plan over fourteen seconds, and the documents it rests on."""
    return (
        own_nodes()
        + node("Search the handbook", "knowledge-retrieval", seconds=0.7)
        + node("Ask the calendar", "tool", seconds=0.5, outputs={"text": "Ben and Carol are in all week"})
        + node("Write the plan", inside=say(PLAN, seconds=SECONDS))
        + sources(("Release handbook", "https://wiki.example.com/release"), ("On-call calendar", None))
    )


def reply(query: str, conversation_id: str) -> Steps:
    """What is said to a follow-up in the conversation of that id."""
    asked = query.lower()
    if "fail" in asked or "error" in asked:
        return say("Let me look into that. First I would", seconds=1.0) + fail("the demo was asked to fail")
    if "long" in asked:
        return say("".join(_PARAGRAPH.format(n=n) for n in range(1, 61)), seconds=10.0)
    for word, text in (("table", _TABLE), ("code", _CODE)):
        if word in asked:
            return wait(0.5) + say(text, seconds=2.5)
    answer = say(_echo(query, conversation_id), seconds=2.5)
    return (
        own_nodes()
        + node("Think it over", "question-classifier", seconds=0.8)
        + node("Answer", inside=answer)
    )


def _echo(query: str, conversation_id: str) -> str:
    return (
        f"You asked:\n\n> {query}\n\nI am only a script: a real chatflow would answer now. It could do so without "
        f"asking back, because the bridge called it in conversation `{conversation_id}` again. A thread is a "
        "conversation, and nobody has to repeat what was said.\n"
    )
