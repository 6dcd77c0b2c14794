"""What can be undone: moments before, now, and after; bounded, and free of the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

KEPT = 50
"""Moments before now that are kept."""


@dataclass(frozen=True, slots=True)
class History(Generic[T]):
    """Moments of one session, each a whole; the last of `past` and the first of `future` are next.

    Two moments that are equal are one: what changes nothing is nothing to undo.
    """

    now: T
    past: tuple[T, ...] = ()
    future: tuple[T, ...] = ()


def changed(history: History[T], now: T) -> History[T]:
    """Go on to another moment; what was undone before is forgotten, and so is the far past."""
    if now == history.now:
        return history
    return History(now, (*history.past, history.now)[-KEPT:])


def corrected(history: History[T], now: T) -> History[T]:
    """Put another moment in the place of this one, as if this one had never been."""
    return History(now, history.past, history.future)


def undone(history: History[T]) -> History[T]:
    """Go back one moment, where there is one."""
    if not history.past:
        return history
    *before, now = history.past
    return History(now, tuple(before), (history.now, *history.future))


def redone(history: History[T]) -> History[T]:
    """Take back an undoing, where there was one."""
    if not history.future:
        return history
    now, *after = history.future
    return History(now, (*history.past, history.now)[-KEPT:], tuple(after))
