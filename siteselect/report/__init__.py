"""Reports and exports of an assessment."""
