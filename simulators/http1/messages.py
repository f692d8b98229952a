"""A request as a value: no sockets here."""

from dataclasses import dataclass, field
from urllib.parse import unquote


@dataclass(slots=True)
class Request:
    """A request as it came; header names keep their spelling, `get` ignores case."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    _index: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.headers:
            self._index.setdefault(name.lower(), value)

    def get(self, name: str, default: str = "") -> str:
        """Give the first value of a header, by its lower-case name."""
        return self._index.get(name, default)

    @property
    def path(self) -> str:
        """Decoded, without the query."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """As sent, without the question mark."""
        return self.target.partition("?")[2]
