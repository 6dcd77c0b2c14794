"""The parts of a study, one file a part: what may be declared, its unit and its default."""
