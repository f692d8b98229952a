"""What a process holds, and what each of its requests gets of it: the only place where the parts meet."""

from wiring.container import container

__all__ = [
    "container",
]
