"""Rows of the design tables that say several columns at once: works, lorry, noise, diversity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.design.reach import BY_ROUTE
from siteselect.report.design_rows import Site, Told, Writer, figure, flag, number, text
from siteselect.report.rounding import in_column_unit, percent

if TYPE_CHECKING:
    from siteselect.report.wording import Say

GROUNDS = ("verge", "footway", "carriageway")
PERIODS = ("day", "evening", "night")
WORTH_SAYING_M = 0.05
"""Shorter stretches would read 0 m."""
WORTH_SAYING_DB = 0.5
"""Less than this taken by screens would read 0 dB."""


# Electricity


def stand_in(site: Site, say: Say) -> str:
    """Say where a primary substation stands in for a local supply point."""
    return say("design.words.stand_in") if flag(site, "supply_local") is False else ""


def supply_date(site: Site, say: Say) -> str:
    """Say of when the data on the supply point are."""
    date = text(site, "supply_source_date")
    return say("design.words.data_of", date=date) if date else ""


def primary_class(site: Site, say: Say) -> str:
    """Give the class of the operator, which is in its own thresholds."""
    rag = text(site, "primary_rag")
    return say("design.words.class", rag=rag) if rag else ""


def upstream(site: Site, say: Say) -> Told:
    """Say what limits the supply on the way up, and what is left there at least."""
    limit, rag = text(site, "upstream_limit"), text(site, "upstream_rag")
    left = number(site, "upstream_after_pod_kva")
    known = bool(limit or rag) or left is not None
    note = ""
    if left is not None:
        note = say("design.words.least", value=in_column_unit(left, "upstream_after_pod_kva"))
    return limit or say("design.words.no_limit" if known else "unknown"), note


def cable_ground(site: Site, say: Say) -> Told | None:
    """Split the length of the cable by the ground it lies in."""
    lengths = {ground: number(site, f"connection_{ground}_m") for ground in GROUNDS}
    parts = [
        say(f"design.ground.{ground}", value=in_column_unit(length, f"connection_{ground}_m"))
        for ground, length in lengths.items()
        if length is not None and length >= WORTH_SAYING_M
    ]
    return (", ".join(parts), "") if parts else None


def transformer(site: Site, say: Say) -> Told:
    """Give the rating of a new transformer, or say that none is needed."""
    if number(site, "transformer_kva") is not None:
        return figure(site, "transformer_kva", say), ""
    low_voltage = str(site.get("connection_option", "")).startswith("lv_")
    return say("design.words.no_transformer" if low_voltage else "unknown"), ""


def reinforcement(site: Site, say: Say) -> Told:
    """Say whether the network must be reinforced, and who would pay what."""
    needed = flag(site, "reinforcement_needed")
    word = {None: "unknown", True: "yes_word", False: "no_word"}[needed]
    whole = number(site, "reinforcement_whole_gbp")
    if needed is False:
        return say(word), say("design.words.as_far_as_known")
    if whole is None:
        return say(word), say("design.words.cost_unknown") if needed else ""
    paid = figure(site, "reinforcement_gbp", say)
    cost = in_column_unit(whole, "reinforcement_whole_gbp")
    return say(word), say("design.words.reinforcement", whole=cost, paid=paid)


def redundancy(site: Site, say: Say) -> Told:
    """Say what happens when the feed fails; the source stands in small print."""
    sentence, mark, source = text(site, "redundancy").partition(" [")
    if not sentence:
        return say("unknown"), ""
    return sentence[:1].upper() + sentence[1:], f"[{source}" if mark else ""


def open_points(site: Site, _: Say) -> Told | None:
    """Say what choice, cost and time leave open."""
    note = text(site, "connection_note")
    return (note, "") if note else None


# Fibre


def round_trip(site: Site, say: Say) -> Told:
    """Give the round trip with its part of the budget, and what it rests on."""
    share = number(site, "rtt_budget_share")
    budget = "" if share is None else say("design.words.budget", value=percent(share))
    return figure(site, "rtt_ms", say), "; ".join(filter(None, (budget, text(site, "rtt_basis"))))


def diversity_step(column: str) -> Writer:
    """Make the writer of a step of the ladder of diversity, with its meaning."""

    def write(site: Site, say: Say) -> Told:
        step = number(site, column)
        if step is None:
            return say("unknown"), ""
        note = say(f"design.steps.step_{step:.0f}")
        shared = number(site, "diversity_shared_m")
        if column == "diversity_possible" and shared:
            length = in_column_unit(shared, "diversity_shared_m")
            note = f"{note}; {say('design.words.shared', value=length)}"
        return say("design.words.step", step=f"{step:.0f}"), note

    return write


def evidence(site: Site, say: Say) -> Told | None:
    """Say what both steps rest on."""
    told = text(site, "diversity_evidence")
    return (told, "") if told else (say("unknown"), "")


# Noise


def margin(site: Site, say: Say) -> str:
    """Give the uncertainty beside the margin."""
    spread = number(site, "noise_uncertainty_db")
    if spread is None:
        return say("design.words.no_accuracy")
    return say("design.words.either_way", value=in_column_unit(spread, "noise_uncertainty_db"))


def screened(site: Site, say: Say) -> str:
    """Say what screens take from the level."""
    free, behind = number(site, "receptor_open_dba"), number(site, "receptor_level_dba")
    if free is None or behind is None or free - behind < WORTH_SAYING_DB:
        return ""
    taken = in_column_unit(free - behind, "screened_db")
    return say("design.words.screened", value=taken)


def limits(site: Site, say: Say) -> Told:
    """Give the limits by time of day, and where they come from."""
    parts = [
        say(f"design.words.by_{period}", value=figure(site, f"{period}_limit_dba", say))
        for period in PERIODS
        if number(site, f"{period}_limit_dba") is not None
    ]
    return ", ".join(parts) or say("unknown"), text(site, "limit_basis")


# Access


def street_width(site: Site, say: Say) -> str:
    """Give the width of the street, or say that it is not mapped."""
    if number(site, "road_width_m") is None:
        return say("design.words.no_width")
    return say("design.words.wide", value=figure(site, "road_width_m", say))


def lorry_from(site: Site, say: Say) -> str:
    """Say from where the lorry is followed and how long it takes, or why it does not arrive."""
    basis = text(site, "delivery_basis")
    if basis != BY_ROUTE:
        return basis
    time = figure(site, "delivery_min", say)
    return say("design.words.lorry_from", road=text(site, "delivery_from"), value=time)


def detour(site: Site, say: Say) -> Told | None:
    """Say how much longer the limits make the lorry's way; nothing where it does not arrive."""
    share = number(site, "delivery_detour_share")
    if share is None:
        return None
    return (say("none") if share == 0 else say("design.words.longer", value=percent(share))), ""


def lorry_stop(site: Site, say: Say) -> Told:
    """Name the limit that binds most, and say how much of the way anybody has mapped."""
    known = number(site, "delivery_limits_known_share")
    note = "" if known is None else say("design.words.mapped_share", value=percent(known))
    if text(site, "delivery_block"):
        return text(site, "delivery_block"), note
    arrived = flag(site, "lorry_reaches") is True
    return say("design.words.nothing_mapped" if arrived else "unknown"), note


def last_mile(site: Site, say: Say) -> Told:
    """Give the least width of the end of the way, and what else is mapped there."""
    return figure(site, "last_mile_width_m", say), text(site, "last_mile_limits")


# Ground


def flood(site: Site, say: Say) -> Told:
    """Give the flood band in words."""
    band = site.get("flood_band")
    known = isinstance(band, str) and band
    return say(f"design.flood.{band}" if known else "design.rows.uncovered"), ""
