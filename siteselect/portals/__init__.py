"""Open data portals: the only room that asks the network."""
