"""Texts of every kind for the drawing tests."""

from hypothesis import strategies as st

from simulators.demo.document import (
    Block,
    Buttons,
    Code,
    Heading,
    Item,
    Paragraph,
    Plan,
    Post,
    Quote,
    Rule,
    Span,
    Table,
    Task,
    Text,
)

MARKDOWN = """# Title

Some *words* and `code`.

1. one
   - deep
2. two

- [x] done

```python
if a:
    b()
```

> said

---

| A | B |
|---|--:|
| 1 | 2 |
"""
letters = st.text(
    st.one_of(
        st.sampled_from("ab c\n\t日本語かな한글،مé-.|`*_\u0301\u200d👩\ufe0f\x1b\x07"),
        st.characters(codec="utf-8"),
    ),
    max_size=40,
)
marks = st.frozensets(st.sampled_from(["bold", "italic", "code", "strike", "link", "mention"]), max_size=2)
texts: st.SearchStrategy[Text] = st.lists(st.builds(Span, letters, marks), max_size=4).map(tuple)
_leaves: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, texts),
    st.builds(Heading, st.integers(1, 6), texts),
    st.builds(Code, letters, st.sampled_from(["", "python"])),
    st.builds(
        Table,
        st.lists(st.lists(texts, max_size=3).map(tuple), max_size=3).map(tuple),
        st.sampled_from([(), ("left", "center", "right")]),
    ),
    st.builds(
        Task,
        letters,
        st.sampled_from(["pending", "in_progress", "complete", "error"]),
        letters,
        letters,
        st.lists(letters, max_size=2).map(tuple),
    ),
    st.builds(Plan, letters),
    st.builds(Buttons, st.lists(letters, max_size=3).map(tuple)),
    st.just(Rule()),
)
blocks: st.SearchStrategy[Block] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Item, st.sampled_from(["•", "12."]), st.lists(inner, max_size=3).map(tuple)),
        st.builds(Quote, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
posts = st.builds(
    Post,
    letters,
    st.booleans(),
    st.lists(blocks, max_size=5).map(tuple),
    st.booleans(),
    st.booleans(),
    st.lists(letters, max_size=2).map(tuple),
)


def text(said: str, *marked: str) -> Text:
    return (Span(said, frozenset(marked)),)  # type: ignore[arg-type]
