"""The shelf of criteria: one file a criterion, each declaring itself as `CRITERION`."""
