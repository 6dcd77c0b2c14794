"""What is fetched, in order; the first two are essential."""

from siteselect.fetch import boundary, constraints, fibre, openstreetmap, supply, weather
from siteselect.fetch.step import Step

STEPS: tuple[Step, ...] = (
    boundary.STEP,
    openstreetmap.STEP,
    supply.STEP,
    fibre.STEP,
    constraints.STEP,
    constraints.FLOOD,
    weather.STEP,
)
