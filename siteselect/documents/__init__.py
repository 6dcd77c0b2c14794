"""The documents a council needs of one site, filled from its design, its study and its findings."""
