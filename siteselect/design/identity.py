"""Work that is done once for a layer, whoever asks: tables as keys of a cache."""

from __future__ import annotations

from typing import Any


class Same:
    """A thing as a key: the same only as itself, so that equal studies never meet.

    Layers are never changed once they are read, so that what is made of one holds as long as it.
    """

    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        """Say whether it is a key of the same thing."""
        return isinstance(other, Same) and self.thing is other.thing

    def __hash__(self) -> int:
        """Give a hash by which keys of one thing meet."""
        return id(self.thing)
