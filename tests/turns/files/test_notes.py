from hypothesis import given
from hypothesis import strategies as st

from errors import FileRefused
from turns.files.notes import LONGEST_LIST, left_out, linked, lost, name_lists
from wording import Say, say


def words(key: Say, **values: object) -> str:
    return say("en", key, **values)


def test_each_reason_has_one_sentence() -> None:
    refused = [
        FileRefused("a.txt", "file_empty"),
        FileRefused("b.txt", "file_stalled"),
        FileRefused("c.txt", "file_empty"),
    ]
    assert left_out(refused, words) == [
        "I couldn't pass on `a.txt, c.txt`: it is empty.",
        "I couldn't pass on `b.txt`: the download took too long.",
    ]


def test_no_refusal_gives_no_sentence() -> None:
    assert left_out([], words) == []
    assert lost([], words) == []
    assert linked([]) == ""


def test_link_is_markdown_that_cannot_be_broken() -> None:
    assert linked([("a [b]", "https://x.example/a(1)")]) == r"- [a \[b\]](https://x.example/a(1))"
    assert linked([("a", "https://x.example/a)!")]) == "- [a](https://x.example/a%29!)"
    assert linked([("", "https://x.example/a")]).endswith("](https://x.example/a)")
    assert linked([("a", "https://x.example/" + "a" * 2000)]) == "- a"
    assert linked([("a", "https://x.example/a b")]) == "- a"


@given(st.lists(st.text(min_size=1, max_size=150), max_size=30))
def test_name_lists_hold_every_name_and_fit_a_sentence(names: list[str]) -> None:
    lists = name_lists(names)
    assert all(len(some) <= LONGEST_LIST for some in lists)
    joined = ", ".join(lists)
    assert all((name if len(name) <= LONGEST_LIST else name[:90]) in joined for name in names)


def test_lost_files_above_the_limit_are_counted() -> None:
    notes = lost([f"{number}.txt" for number in range(1_000)], words)
    assert len(notes) < 6
    assert "29.txt, +970 more" in notes[-1]
