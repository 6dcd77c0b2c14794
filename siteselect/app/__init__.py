"""The planner's app: a thin face over an assessment."""
