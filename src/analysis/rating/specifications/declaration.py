"""The study's specifications as choices of a multiverse: which options apply when, and what each does to the table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
import pandas as pd

from analysis.rating.specifications.choices import DENSITIES, PER_HEAD, STATISTIC
from analysis.stats.declared import Choice, Declared, Options, Step

# the values rho can take grow with the cube of the cases; over more they are too many for a joint null
MOST_FOR_RHO = 24


def declaration(
    figures: pd.DataFrame, covariates: Iterable[str], home: str, *, mixed: bool
) -> dict[str, Choice]:
    """Choices of the study for :func:`analysis.stats.multiverse`, in the order they are taken.

    The table they work on has a row a region and the columns ``score`` and ``border`` (whether the
    region borders China).

    Parameters
    ----------
    figures : pandas.DataFrame
        A row a region, a column an indicator and period, written as a covariate is: ``exports:2021``.
    covariates : iterable of str
        Those of its columns that are compared with the score.
    home : str
        Name of the set that all regions of the table make.
    mixed : bool
        Whether there are regions of both kinds, so that the border regions can be taken alone and the
        border held fixed.

    Returns
    -------
    dict of str to choice
        Options of each, or a function of the options taken that gives those that apply.
    """
    periods: dict[str, list[str]] = {}
    for name, period in (each.split(":") for each in covariates):
        periods.setdefault(name, []).append(period)
    return {
        "indicator": dict.fromkeys(periods, as_it_is),
        "period": lambda taken: {
            period: partial(take, figures[f"{taken['indicator']}:{period}"])
            for period in periods[taken["indicator"]]
        },
        "population": partial(_population, figures),
        "skovorodino": partial(_skovorodino, figures),
        "non_border_density": lambda taken: (
            {"missing": as_it_is, "zero": zero_without_border}
            if mixed and taken["indicator"] in DENSITIES
            else {}
        ),
        "statistic": [
            option.id
            for option in STATISTIC.options
            if option.id != "spearman_rho" or len(figures) <= MOST_FOR_RHO
        ],
        "region_set": {home: as_it_is, **({"border": border_only} if mixed else {})},
        "transform": _transform,
        "strata": partial(_strata, mixed),
    }


def _population(figures: pd.DataFrame, taken: Options) -> Declared:
    if taken["indicator"] != PER_HEAD:
        return {}
    before = f"population_year_end:{int(taken['period']) - 1}"
    options: dict[str, Step] = {"annual_average": as_it_is}
    if before in figures:
        # million roubles over thousands of people: thousands of roubles a head, hence the factor
        options["previous_year_end"] = partial(
            take, 1000 * figures[f"investment:{taken['period']}"] / figures[before]
        )
    return options


def _skovorodino(figures: pd.DataFrame, taken: Options) -> Declared:
    without = f"{taken['indicator']}_without_skovorodino:{taken['period']}"
    if taken["indicator"] not in DENSITIES or without not in figures:
        return {}
    return {"counted": as_it_is, "left_out": partial(take, figures[without])}


def _transform(taken: Options) -> Declared:
    if taken["statistic"] != "pearson_r":
        return {}
    # zero has no logarithm, and among the border regions nothing is filled in
    zero = taken["non_border_density"] == "zero"
    return {"level": as_it_is} if zero else {"level": as_it_is, "log": logarithm}


def _strata(mixed: bool, taken: Options) -> Declared:
    if taken["statistic"] == "pearson_r":
        return {}
    # among regions of one kind there is nothing to stratify by
    alone = {"none": as_it_is}
    return alone if taken["region_set"] == "border" or not mixed else {**alone, "border": hold_border_fixed}


def as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    """The option that changes nothing."""
    return table


def take(values: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """Make `values` the covariate."""
    return table.assign(covariate=values)


def zero_without_border(table: pd.DataFrame) -> pd.DataFrame:
    """Write zero where a region has no border and so no density."""
    return table.assign(covariate=table["covariate"].where(table["border"], table["covariate"].fillna(0.0)))


def logarithm(table: pd.DataFrame) -> pd.DataFrame | None:
    """Natural logarithm of a covariate that is above zero everywhere."""
    positive = (table["covariate"].dropna() > 0).all()
    return table.assign(covariate=np.log(table["covariate"])) if positive else None


def border_only(table: pd.DataFrame) -> pd.DataFrame:
    """Leave the regions at the border."""
    return table[table["border"]]


def hold_border_fixed(table: pd.DataFrame) -> pd.DataFrame:
    """Border regions and others as strata; one in which the covariate does not vary says nothing and is left out."""
    values = table["covariate"]
    kinds = [kind for kind in (table["border"], ~table["border"]) if len(values[kind].dropna().unique()) > 1]
    if len(kinds) == 2:
        return table.assign(strata=table["border"])
    # one kind of region only: permuting within it is permuting all of it
    return table[kinds[0]] if kinds else table[:0]
