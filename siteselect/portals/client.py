"""The records of the network client: who asks, with which key, and what came back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from siteselect.errors import Fault, SourceError


class NotFoundError(SourceError):
    """The portal has no such thing: a caller may look for its new name in the catalogue."""


@dataclass(frozen=True, slots=True)
class Client:
    """How portals are asked. No secret is kept here.

    Parameters
    ----------
    cache : folder of the replies; made when first needed.
    user_agent : who asks, with a way to reach them: public portals want it.
    pause_s : shortest time between two requests to one host [s].
    tries : how often a request is made before a passing fault counts as lasting.
    timeout_s : longest silence of the portal [s].
    max_mb : largest reply that is accepted [million bytes].
    offline : whether only the cache is asked.
    refresh : whether the portal is asked even where the cache has a reply.
    longest_wait_s : longest wait that a portal may ask for before one gives up [s].
    sleep, clock : how time passes; tests pass their own.
    """

    cache: Path
    user_agent: str
    pause_s: float = 1.0
    tries: int = 4
    timeout_s: float = 60.0
    max_mb: float = 500.0
    offline: bool = False
    refresh: bool = False
    longest_wait_s: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    last_asked: dict[str, float] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Key:
    """Where a portal's key is found, and the header in which it travels. Not the key itself."""

    variable: str
    header: str = "Authorization"
    prefix: str = ""

    def headers(self) -> dict[str, str]:
        """Give the header with the key; nothing where the environment has none.

        Raises
        ------
        SourceError
            The variable holds something that cannot be a key; its value is not shown.
        """
        secret = os.environ.get(self.variable, "").strip()
        if not secret:
            return {}
        if not (secret.isascii() and secret.isprintable()):
            raise SourceError(
                Fault(
                    f"environment variable {self.variable}",
                    "holds characters that no key has",
                    "Copy the key again, without line breaks.",
                )
            )
        return {self.header: f"{self.prefix}{secret}"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Header names are lower case; only harmless headers are kept."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    retrieved_at: str
    from_cache: bool
