"""The shelf of layers: one file a layer, each declaring its contract as `LAYER`."""
