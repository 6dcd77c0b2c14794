"""The decision floor: fixed-scale values, swing weights, ranking with intervals, explanation."""
