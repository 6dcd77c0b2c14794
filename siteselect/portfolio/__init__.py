"""A set of sites, not the best sites one by one: what they share limits what they can be."""
