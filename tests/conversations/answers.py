"""Texts of answers that apps give in the conversations."""

REALISTIC = """# Rolling out the release

Here is what I would do, in this order:

1. Freeze `main` on Monday and tag the candidate.
2. Run the migration against a copy of production:
   - check the row counts,
   - keep the log.
3. Ship to one region, then to all.

| Step | Who | When |
|---|---|---|
| Freeze | Anna | Monday |
| Migration | Ben | Tuesday |
| Ship | Carol | Wednesday |

```python
def migrate(rows: list[Row]) -> int:
    return sum(1 for row in rows if row.ok and row.id < 10)
```

> Ask before you skip a step.

"""


def long_text(
    characters: int, *, line: str = "Sentence number {n} says a little more about the matter. "
) -> str:
    """Plain paragraphs of about that many characters."""
    parts, size, n = [], 0, 0
    while size < characters:
        n += 1
        part = line.format(n=n) + ("\n\n" if n % 8 == 0 else "")
        parts.append(part)
        size += len(part)
    return "".join(parts).strip()


def flat(text: str) -> str:
    """The text with each run of white space as one blank, since splitting a text may change its white space."""
    return " ".join(text.split())
