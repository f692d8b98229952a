"""The notes of an answer about files: files that were not passed on, were lost, or lie on other hosts. Pure."""

from collections.abc import Callable, Iterable, Sequence

from errors import FileRefused, NotHeard
from plain_text import shortened
from slack_reply import links
from wording import Say

LONGEST_LIST = 100  # characters of names in one sentence
LONGEST_URL = 1_000
MOST_NAMES = 30  # names of lost files; of the others only the number is told

type Words = Callable[..., str]


def left_out(refused: Iterable[FileRefused], say: Words) -> list[str]:
    """A sentence for each reason, with the names of the files; several sentences when the names are many."""
    names: dict[tuple[Say, str], list[str]] = {}
    for file in refused:
        sentence = Say.NOT_HEARD if isinstance(file, NotHeard) else Say.FILE_LEFT_OUT
        names.setdefault((sentence, file.reason), []).append(file.name)
    return [
        say(sentence, name=some, reason=say(Say(reason)))
        for (sentence, reason), concerned in names.items()
        for some in name_lists(concerned)
    ]


def lost(names: Iterable[str], say: Words) -> list[str]:
    """Sentences about files that the app made and that could not be brought to Slack."""
    shown = list(names)
    if len(shown) > MOST_NAMES:
        shown[MOST_NAMES:] = [say(Say.MORE, count=str(len(shown) - MOST_NAMES))]
    return [say(Say.FILE_LOST, name=some) for some in name_lists(shown)]


def linked(files: Sequence[tuple[str, str]]) -> str:
    """Markdown links to files on other hosts, which are given as names and addresses."""
    shown = (_link(" ".join(name.split()) or url, url) for name, url in files)
    return "\n".join(f"- {link}" for link in shown)


def name_lists(names: Sequence[str]) -> list[str]:
    """The names in their order, as lists that are each short enough for a sentence."""
    lists: list[str] = []
    for name in names:
        short = shortened(name, LONGEST_LIST, trim=False)
        if lists and len(lists[-1]) + 2 + len(short) <= LONGEST_LIST:
            lists[-1] = f"{lists[-1]}, {short}"
        else:
            lists.append(short)
    return lists


def _link(name: str, url: str) -> str:
    label = links.label_text(name[:LONGEST_LIST])
    plain = len(url) <= LONGEST_URL and url.isprintable() and not any(char.isspace() for char in url)
    return links.shown(label, url) if plain else label
