"""Build a study of any place: ask public services step by step, keep what came, go on later."""
