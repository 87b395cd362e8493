"""The choices an analyst could defend, declared as data.

A choice is listed with the reason for each of its options; where it has no effect on what is
computed it does not multiply specifications.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        What it means and why it can be defended.
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
    applies : str
        Where it makes a difference; elsewhere it is ``not applicable``.
    """

    id: str
    name: Message
    options: tuple[Option, ...]
    applies: str


STATISTIC = Choice(
    "statistic",
    _("Coefficient"),
    (
        Option(
            "kendall_tau_b",
            _("Kendall's tau-b"),
            _("Kendall's tau-b: counts pairs, made for an ordered category with ties"),
        ),
        Option(
            "spearman_rho",
            _("Spearman's rho"),
            _("Spearman's rho with midranks: the usual coefficient of the field"),
        ),
        Option(
            "pearson_r",
            _("Pearson's r"),
            _("Pearson's r: reads the score as a measurement; common, and the weakest assumption to defend"),
        ),
    ),
    "everywhere",
)
REGION_SET = Choice(
    "region_set",
    _("Set of regions"),
    (
        Option(
            "far_east",
            _("Far East"),
            _(
                "the Far Eastern Federal District, all its regions with a figure: the district the claim is about"
            ),
        ),
        Option(
            "border",
            _("border regions"),
            _("its five regions at the Chinese border: crossings exist only there"),
        ),
    ),
    "far_east subset; the border subset has no other",
)
STRATA = Choice(
    "strata",
    _("Within border and others"),
    (
        Option("none", _("all compared"), _("scores exchangeable over all regions")),
        Option(
            "border",
            _("border held fixed"),
            _("scores exchangeable among border regions and among the others: removes the border effect"),
        ),
    ),
    "rank statistics on regions of both kinds",
)
TRANSFORM = Choice(
    "transform",
    _("Transform"),
    (
        Option("level", _("as published"), _("the covariate as published")),
        Option("log", _("logarithm"), _("its natural logarithm: money figures are skewed")),
    ),
    "Pearson's r with a covariate above zero; rank statistics are the same either way",
)
SKOVORODINO = Choice(
    "skovorodino",
    _("Skovorodino"),
    (
        Option("counted", _("counted"), _("all points of the public list")),
        Option("left_out", _("left out"), _("without Skovorodino, a special-purpose point")),
    ),
    "crossing densities of 2026",
)
NON_BORDER_DENSITY = Choice(
    "non_border_density",
    _("Density without a border"),
    (
        Option(
            "missing",
            _("density missing without a border"),
            _("undefined where there is no border: points per kilometre of nothing"),
        ),
        Option(
            "zero",
            _("density zero without a border"),
            _("zero where there is no border: no points, no crossing"),
        ),
    ),
    "crossing densities over the district",
)
POPULATION = Choice(
    "population",
    _("Population"),
    (
        Option("annual_average", _("annual average"), _("divided by the year's average population")),
        Option(
            "previous_year_end",
            _("end of the year before"),
            _("divided by the population at the end of the year before (known when the year begins)"),
        ),
    ),
    "investment per head",
)
ORENBURG = Choice(
    "orenburg",
    _("Orenburg's score"),
    (
        Option("5", Name("5", "5"), _("Orenburg's score as printed")),
        Option("4", Name("4", "4"), _("the score of the group it is printed in")),
    ),
    "all 83 regions; the Far Eastern curve does not contain Orenburg",
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

# Covariates of the study: dependence on China, volumes of trade, investment, border crossings.
# Each is taken in every year it has figures for.
DENSITIES = ("crossing_density_established", "crossing_density_functioning")
PER_HEAD = "investment_per_head"
INDICATORS = (
    "china_share",
    "exports",
    "imports",
    "trade_turnover",
    "china_turnover",
    "investment",
    PER_HEAD,
    *DENSITIES,
)
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
