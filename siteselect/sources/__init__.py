"""The shelf of sources: one file a format or provider, each declaring itself as `SOURCE`."""
