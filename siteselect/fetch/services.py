"""Where public services are asked, unless the environment names another address for one."""

from __future__ import annotations

from collections.abc import Mapping

from siteselect.operators.directory import portals
from siteselect.portals.providers import providers


def variable(provider: str) -> str:
    """Name the environment variable that moves a provider to another address."""
    return f"SITESELECT_{provider.upper()}_URL"


def addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """Read the other addresses that an environment names, for mirrors and tests."""
    names = [*providers(), *portals()]
    found = {name: environment.get(variable(name), "").strip() for name in names}
    return {name: url.rstrip("/") for name, url in found.items() if url}
