"""The scripted apps that can answer in the playground: one of each kind that behaves in its own way."""

from dataclasses import dataclass

from simulators.demo.answers import opening, reply
from simulators.dify.control import DifyControl
from simulators.dify.script import Steps, fail, node, own_nodes, pause, say, sources, thought, wait

HELLO = """Hello! I am a **chatbot**, and only a script. You asked:

> {query}

Try `table`, `code` or `long`, attach a file, or ask on in the thread: it is conversation `{conversation_id}`, and I \
remember it.
"""
AGENT = """The error rate in **Europe** doubled at *14:05*, right after release 4.2 went out:

| Region | Before | After |
|---|---:|---:|
| Europe | 0.02 % | 0.04 % |
| Asia | 0.05 % | 0.05 % |

1. Roll back in Europe.
2. Compare the counts with the script from the handbook:

```python
print(differing(before, after))
```

Shall I write the announcement?
"""
DRAFT = "I wrote the announcement for the customers. Before it leaves, **somebody has to say yes**.\n\n"
SENT = "It is on its way to 1,204 customers."
SLOW = "Now I have thought about it long enough. The answer is **42**, and it took its time."
NOTE = [{"type": "paragraph", "output_variable_name": "note", "default": {"type": "constant", "value": ""}}]
YES_NO = [
    {"id": "yes", "title": "Send it", "button_style": "primary"},
    {"id": "no", "title": "Keep it", "button_style": "default"},
]


@dataclass(frozen=True, slots=True)
class Scripted:
    """`mode` is the kind of the app in Dify; `hint` what to ask it."""

    app_id: str
    mode: str
    title: str
    hint: str
    steps: Steps


def scripted() -> tuple[Scripted, ...]:
    """All of them; the first one answers at the beginning."""
    return (
        Scripted(
            "app-chatbot", "chat", "Chatbot", "Say hello, or: table, code, long", say(HELLO, seconds=3.0)
        ),
        Scripted(
            "app-agent", "agent-chat", "Agent with tools", "Why are there more errors in Europe?", _agent()
        ),
        Scripted("app-chatflow", "advanced-chat", "Chatflow", "How do we roll out release 4.2?", opening()),
        Scripted("app-pausing", "advanced-chat", "Asks a person", "Write to the customers", _pausing()),
        Scripted("app-failing", "chat", "Fails", "Anything: it breaks halfway", _failing()),
        Scripted("app-slow", "advanced-chat", "Slow", "Anything: it thinks for 20 s", _slow()),
    )


def make_apps(dify: DifyControl) -> dict[str, Scripted]:
    """Put the apps with their scripts into a simulated Dify."""
    upload = {"enabled": True, "allowed_file_types": ["document", "image"], "number_limits": 3}
    for app in scripted():
        dify.app(
            app.app_id,
            app.mode,
            file_upload=upload | {"image": {"enabled": True, "number_limits": 3}},
            suggested_questions_after_answer={"enabled": True},
        )
        dify.script(app.steps, app.app_id)
    for word in ("table", "code", "long"):
        dify.script(reply(word, ""), "app-chatbot", when=word)
    return {app.app_id: app for app in scripted()}


def _agent() -> Steps:
    return (
        thought("metrics", '{"region": "Europe"}', thought="I look at the errors by region.", after=0.6)
        + thought("metrics", '{"region": "Europe"}', observation="0.02 % before, 0.04 % after", after=1.0)
        + thought("releases", '{"since": "14:00"}', thought="Did anything change?", after=0.4)
        + thought("releases", '{"since": "14:00"}', observation="4.2 at 14:05", after=1.2)
        + say(AGENT, seconds=8.0)
    )


def _pausing() -> Steps:
    return (
        own_nodes()
        + node("Write the announcement", seconds=0.6)
        + say(DRAFT, seconds=1.5)
        + pause("May I send it?", "Announcement", actions=YES_NO, inputs=NOTE)
        + say(SENT, seconds=1.0)
    )


def _failing() -> Steps:
    return say("Let me look into that. First I would", seconds=2.0) + fail("the model is overloaded")


def _slow() -> Steps:
    return (
        own_nodes()
        + node("Read everything", "knowledge-retrieval", seconds=8.0)
        + node("Think about it", "code", seconds=8.0)
        + wait(4.0)
        + node("Answer", inside=say(SLOW, seconds=4.0))
        + sources(("A long book", None))
    )
