"""The choices an analyst could defend, declared as data.

A choice is listed with the reason for each of its options; where it has no effect on what is
computed it does not multiply specifications.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from analysis.data import indicators, regions
from analysis.data.messages import Message, Name, _
from analysis.stats import NOT_APPLICABLE


@dataclass(frozen=True)
class Option:
    """One way to decide.

    Attributes
    ----------
    id : str
        Name in tables.
    name : Message or Name
        What readers see.
    reason : Message
        What it means and why it can be defended, in sentences.
    """

    id: str
    name: Message | Name
    reason: Message


@dataclass(frozen=True)
class Choice:
    """A decision with more than one defensible outcome.

    Attributes
    ----------
    id : str
        Name of the column in the curve's table.
    name : Message
        What readers see.
    options : tuple of Option
        Ways to decide.
    applies : Message
        Where it makes a difference; elsewhere it is ``not applicable``.
    """

    id: str
    name: Message
    options: tuple[Option, ...]
    applies: Message


STATISTIC = Choice(
    "statistic",
    _("Coefficient"),
    (
        Option(
            "kendall_tau_b",
            _("Kendall's tau-b"),
            _(
                "Pairs of regions that score and figure order alike, less those they order differently, corrected for ties. Made for an "
                "ordered category with many ties, as a score is."
            ),
        ),
        Option(
            "spearman_rho",
            _("Spearman's rho"),
            _(
                "Correlation of the midranks. The usual coefficient of the field, so that other studies can be compared; pairs far apart in "
                "rank weigh more."
            ),
        ),
        Option(
            "pearson_r",
            _("Pearson's r"),
            _(
                "Correlation of the numbers themselves. Common, but it takes every step of the score for equally large, which nobody has "
                "shown; it stands in the tables only."
            ),
        ),
    ),
    _("everywhere"),
)
REGION_SET = Choice(
    "region_set",
    _("Set of regions"),
    (
        Option(
            "far_east",
            _("Far East"),
            _(
                "The Far Eastern Federal District, all its regions that have the figure: the district that the paper and the question are about."
            ),
        ),
        Option(
            "border",
            _("border regions"),
            _(
                "Only the regions at the border with China: crossings into China exist nowhere else, and like is compared with like. Few regions, so "
                "only a very strong association shows."
            ),
        ),
    ),
    _("where at least three regions of the set lie at the border and others do not"),
)
STRATA = Choice(
    "strata",
    _("Within border and others"),
    (
        Option(
            "none",
            _("all compared"),
            _("Every region is compared with every other: do score and figure go together at all?"),
        ),
        Option(
            "border",
            _("border held fixed"),
            _(
                "Border regions are compared with border regions, others with others: do they go together beyond what lying at the border "
                "goes with? A stratum in which the figure does not vary says nothing and is left out."
            ),
        ),
    ),
    _("rank coefficients over regions of both kinds"),
)
TRANSFORM = Choice(
    "transform",
    _("Transform"),
    (
        Option(
            "level",
            _("as published"),
            _("The figure as it was published: equal amounts count as equal steps."),
        ),
        Option(
            "log",
            _("logarithm"),
            _(
                "Its natural logarithm: equal ratios count as equal steps, and one very large region does not decide alone."
            ),
        ),
    ),
    _("Pearson's r with figures above zero; ranks are the same either way"),
)
SKOVORODINO = Choice(
    "skovorodino",
    _("Skovorodino"),
    (
        Option(
            "counted",
            _("counted"),
            _("All points of the public list of 2026, as the list counts them."),
        ),
        Option(
            "left_out",
            _("left out"),
            _(
                "Without Skovorodino in the Amur region: a special-purpose point need not be what a count of crossings for trade means."
            ),
        ),
    ),
    _("densities of crossings of 2026"),
)
NON_BORDER_DENSITY = Choice(
    "non_border_density",
    _("Density without a border"),
    (
        Option(
            "missing",
            _("density missing without a border"),
            _("Points per kilometre of no border are not defined; the regions at the border remain."),
        ),
        Option(
            "zero",
            _("density zero without a border"),
            _(
                "A region without a border has no crossing, hence zero, and all regions take part. The figure then also tells who has a border."
            ),
        ),
    ),
    _("densities of crossings over regions of both kinds"),
)
POPULATION = Choice(
    "population",
    _("Population"),
    (
        Option(
            "annual_average",
            _("annual average"),
            _("Over the year's average population: those who lived there while the money was spent."),
        ),
        Option(
            "previous_year_end",
            _("end of the year before"),
            _(
                "Over the population at the end of the year before: known when the year begins, and not moved by the year's own migration."
            ),
        ),
    ),
    _("investment per head"),
)
ORENBURG = Choice(
    "orenburg",
    _("Orenburg's score"),
    (
        Option("5", Name("5", "5"), _("As printed beside the region; it is what is computed with here.")),
        Option(
            "4",
            Name("4", "4"),
            _(
                "The score of the group that the region is printed in; the document does not say which is meant."
            ),
        ),
    ),
    _("sets with the Orenburg region; none of the Far East"),
)

CHOICES = (
    STATISTIC,
    REGION_SET,
    STRATA,
    TRANSFORM,
    SKOVORODINO,
    NON_BORDER_DENSITY,
    POPULATION,
    ORENBURG,
)

DENSITIES = ("crossing_density_established", "crossing_density_functioning")
PER_HEAD = "investment_per_head"
# Covariates of the study, each in every year it has figures for, and the question each stands for
INDICATORS = {
    "china_share": _("Dependence: how much of the region's foreign trade is with China."),
    "exports": _("Volume: what the region sells abroad, to all countries."),
    "imports": _("Volume: what the region buys abroad, from all countries."),
    "trade_turnover": _("Volume: exports and imports together, with all countries."),
    "china_turnover": _("Volume of trade with China: share times turnover, as it is published nowhere."),
    "investment": _("Volume of investment from all sources, Chinese or not."),
    PER_HEAD: _("Investment from all sources, the size of the region taken out."),
    "crossing_density_established": _("Crossings that exist by law, per length of the border."),
    "crossing_density_functioning": _("Crossings that work, per length of the border."),
}
# Columns of the curve's table that say what was chosen
CHOICE_COLUMNS = (
    "indicator",
    "period",
    *(choice.id for choice in CHOICES if choice is not ORENBURG),
)


def choice_name(choice: str) -> Message:
    """Name of a choice, or of one of the columns that say what was chosen."""
    return {"indicator": _("Indicator"), "period": _("Year")}.get(choice) or next(
        known.name for known in CHOICES if known.id == choice
    )


def option_name(choice: str, option: str) -> Message | Name:
    """Name of one way to decide; a year is its own name.

    Parameters
    ----------
    choice, option : str
        Identifiers, as in the rows of a multiverse.
    """
    if choice == "indicator":
        return Name(**indicators.indicator(option).name)
    if option == NOT_APPLICABLE:
        return _("makes no difference")
    if choice == "region_set" and option in regions.DISTRICT_NAMES:
        return Name(**regions.DISTRICT_NAMES[option])
    for known in CHOICES:
        for each in known.options:
            if (known.id, each.id) == (choice, option):
                return each.name
    if choice == "region_set":
        return _("all 83 regions") if option == "all" else _("the regions listed")
    return Name(option, option)


def explained(used: Iterable[str], home: str = "far_east") -> pd.DataFrame:
    """The choices and their options for a reader.

    Parameters
    ----------
    used : iterable of str
        Indicators of a multiverse; one of a reader's own is said to be that.
    home : str
        Name of the set of regions over which the rating is permuted.

    Returns
    -------
    pandas.DataFrame
        One row an option: ``choice, name, option, option_name, reason, applies``; the words are
        messages.
    """
    own = _("An indicator asked for beside those of the study.")
    indicator = Choice(
        "indicator",
        choice_name("indicator"),
        tuple(
            Option(name, option_name("indicator", name), INDICATORS.get(name, own))
            for name in dict.fromkeys([*filter(set(used).__contains__, INDICATORS), *used])
        ),
        _("everywhere"),
    )
    asked = _("All regions asked for that have the figure.")
    sets = {option.id: option for option in REGION_SET.options}
    within = dict.fromkeys((home, "border"))  # a set of border regions is one option
    region_set = replace(
        REGION_SET,
        options=tuple(
            sets.get(name) or Option(name, option_name("region_set", name), asked) for name in within
        ),
    )
    choices = [indicator, *(region_set if choice is REGION_SET else choice for choice in CHOICES)]
    return pd.DataFrame(
        [
            {
                "choice": choice.id,
                "name": choice.name,
                "option": option.id,
                "option_name": option.name,
                "reason": option.reason,
                "applies": choice.applies,
            }
            for choice in choices
            for option in choice.options
        ]
    )
