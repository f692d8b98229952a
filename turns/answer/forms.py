"""Writes the forms of an app that waits for a person's answer. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from dify_app import Paused
from slack_reply import links
from turns.files import linked


def shown(forms: Sequence[Paused]) -> Iterator[str]:
    """Paragraphs of Markdown: each form's text, the possible answers, and the address where to answer."""
    for form in forms:
        if len(forms) > 1 and form.title and not form.where:
            yield f"**{_label(form.title)}**"
        yield form.text
        if len(form.actions) > 1:  # a single action says only that the form can be sent
            yield _choices(form.actions)
        if form.where:
            yield linked([(form.title, form.where)])


def _choices(actions: Iterable[str]) -> str:
    return " · ".join(f"**{_label(action)}**" for action in actions)


def _label(text: str) -> str:
    return links.label_text(" ".join(text.split()))
