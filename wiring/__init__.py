"""Makes what a process shares and what each request needs. Only this folder knows all the parts."""

from wiring.container import container

__all__ = [
    "container",
]
