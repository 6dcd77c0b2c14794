"""The dossier: all documents of one site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siteselect.documents.checklist import checklist
from siteselect.documents.known import known_of
from siteselect.documents.permits import packs_of, permits
from siteselect.documents.records import Dossier
from siteselect.documents.statements import evidence, statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siteselect.compliance.packs import RulePack
    from siteselect.study import Study


def dossier(
    study: Study,
    sites: pd.DataFrame,
    site_id: str,
    findings: pd.DataFrame,
    *,
    packs: Sequence[RulePack] | None = None,
    illustrative: bool = False,
) -> Dossier:
    """Fill the documents of one site.

    Parameters
    ----------
    study : the study.
    sites : the table of sites, with the design.
    site_id : the site.
    findings : findings of all sites, or of this one.
    packs : the study's rule packs; left out, those of them that are shipped.
    illustrative : whether any layer was invented for a demonstration.

    Notes
    -----
    Nothing is made up: a line takes its figures from the table of sites, the study or a rule, and
    what none of them says becomes a question with the name of those to ask.
    """
    known = known_of(study, sites, site_id)
    found = findings[findings["site_id"] == site_id]
    listed = permits(known, found, packs_of(study.packs) if packs is None else packs)
    return Dossier(
        site_id=str(site_id),
        name=str(sites.loc[site_id, "name"] or site_id),
        illustrative=illustrative,
        country_known=known["country"].value is not None,
        permits=listed,
        statements=statements(known, found),
        evidence=evidence(found),
        checklist=checklist(known, listed),
    )
