"""Sound from plant to window: octave bands, propagation, screens, sources and how to rate them."""
