"""From an assessment to a plan: the sites of a study as a problem of choice, and its answer."""
