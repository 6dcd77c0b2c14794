"""Choose sites for micro data centres whose waste heat replaces gas, and say why and how sure."""

from importlib.metadata import version

__version__ = version("siteselect")
