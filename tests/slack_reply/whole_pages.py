"""All pages of a text, for the laws of paging; the product itself only goes on behind a page it has shown."""

from slack_reply.markdown.pages.pages import pages_after
from slack_reply.markdown.parts import Limits, Page


def paginate(text: str, limits: Limits, *, final: bool, cut: int | None = None) -> tuple[Page, ...]:
    """`cut` is the end of a page at which a writer began a new message."""
    return pages_after(text, 0, limits, final=final, cut=cut)
