"""A draft report of a made edition, in Russian and English: what a machine can write, and what it leaves open.

The draft holds the tables and the sentences that follow from the scores. What only people can say,
the events and the reasons, it lists as still to be written.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import jinja2

from analysis import paths
from analysis.data import formats, regions
from analysis.data.messages import Message, Name, _
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import one_of
from analysis.publish.words import text
from analysis.rating.document import TIERS, tier_of
from analysis.rating.edition import MadeEdition, Scored

_TIERS = {
    "high": _("High productivity (10-7)"),
    "moderate": _("Moderate productivity (6-4)"),
    "low": _("Low productivity (3-1)"),
}


def draft_report(made: MadeEdition, language: Language) -> str:
    """Write a draft report of a made edition.

    Parameters
    ----------
    made : MadeEdition
        As `analysis.rating.edition.make_edition` gives it.
    language : {'en', 'ru'}
        Language of the report.

    Returns
    -------
    str
        One HTML page that needs nothing from outside; every text in it is escaped.

    Raises
    ------
    AnalysisError
        If the language is not known.
    """
    if language not in LANGUAGES:
        raise one_of("language", language, LANGUAGES)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("analysis.publish", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    tiers = [
        {
            "name": _TIERS[tier],
            "entries": [_row(entry, language) for entry in made.entries if entry.tier == tier],
        }
        for tier in TIERS
    ]
    return environment.get_template("edition_draft.html").render(
        made=made,
        language=language,
        say=partial(text, language=language),
        _=lambda key, **values: text(Message(key, values), language),
        tiers=tiers,
        changes=[_change(entry) for entry in made.changed()],
        departures=[item.sentence() for item in made.departures or ()],
    )


def write_drafts(made: MadeEdition, folder: Path) -> tuple[Path, ...]:
    """Write the draft in both languages: ``draft-<edition>.<language>.html``.

    Returns
    -------
    tuple of Path
        The files, English first.

    Raises
    ------
    AnalysisError
        If the folder cannot be written.
    """
    return tuple(
        paths.write_text(folder / f"draft-{made.label}.{language}.html", draft_report(made, language))
        for language in LANGUAGES
    )


def _row(entry: Scored, language: Language) -> dict[str, Any]:
    same = entry.lowest == entry.highest
    return {
        "position": entry.position,
        "name": text(_name(entry), language),
        "score": entry.score,
        "previous": formats.MISSING if entry.previous_score is None else entry.previous_score,
        "given": entry.score if same else f"{entry.lowest}–{entry.highest}",
    }


def _name(entry: Scored) -> Name:
    # the Russian edition prints the names it is ordered by
    return Name(regions.by_code(entry.region).name("en"), entry.name)


def _change(entry: Scored) -> Message:
    assert entry.previous_score is not None  # only compared regions change
    crossed = tier_of(entry.previous_score) != entry.tier
    values = {
        "name": _name(entry),
        "before": entry.previous_score,
        "after": entry.score,
        "tier": _(", into another tier") if crossed else "",
    }
    if entry.score > entry.previous_score:
        return _("{name} rises from {before} to {after}{tier}.", **values)
    return _("{name} falls from {before} to {after}{tier}.", **values)
