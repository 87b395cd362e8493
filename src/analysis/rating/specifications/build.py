"""From observations to specifications: every defensible combination, each computation once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.data import regions
from analysis.errors import AnalysisError, one_of
from analysis.rating.specifications.choices import (
    DENSITIES,
    INDICATORS,
    NON_BORDER_DENSITY,
    PER_HEAD,
    POPULATION,
    SKOVORODINO,
    STATISTIC,
    STRATA,
    TRANSFORM,
)
from analysis.stats.coefficients import obstacle
from analysis.stats.ranks import Floats, Integers, doubled_midranks
from analysis.stats.shapley import NOT_APPLICABLE

Options = Mapping[str, str]
# What was computed, whatever the options were called: statistic, regions, strata, covariate
Key = tuple[str, tuple[str, ...], tuple[int, ...] | None, tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class Specification:
    """One computation.

    Attributes
    ----------
    statistic : str
        Coefficient.
    members : tuple of int
        Positions of the regions used, among the subset's.
    regions : tuple of str
        Their ISO codes.
    strata : tuple of int or None
        Stratum of each region used.
    covariate : ndarray of float64, shape (n,)
        Values on all regions of the subset; outside `members` they are not used.
    options : tuple of mapping
        Every combination of options that ends in this computation, the first being its label.
    """

    statistic: str
    members: tuple[int, ...]
    regions: tuple[str, ...]
    strata: tuple[int, ...] | None
    covariate: Floats
    options: tuple[Options, ...]

    @property
    def region_set(self) -> str:
        """Name of the regions actually used."""
        return regions.region_set(self.regions)


@dataclass(frozen=True)
class Universe:
    """All specifications of one edition and subset.

    Attributes
    ----------
    edition, subset : str
        What was asked for.
    regions : tuple of str
        Regions over which the rating is permuted.
    score : ndarray of float64, shape (n,)
        Their scores.
    specifications : tuple of Specification
        Each computation once.
    combinations : int
        Option combinations they stand for, those without a result included.
    without_result : tuple of (options, sentence)
        Combinations the data do not allow, and why.
    """

    edition: str
    subset: str
    regions: tuple[str, ...]
    score: Floats
    specifications: tuple[Specification, ...]
    combinations: int
    without_result: tuple[tuple[Options, str], ...] = field(default=())


def build(observations: pd.DataFrame, *, edition: str, subset: str) -> Universe:
    """Every specification of an edition over a subset of regions.

    Parameters
    ----------
    observations : pandas.DataFrame
        Columns ``region, indicator, period, value`` at least; the score under the indicator
        ``score`` with the edition as its period.
    edition : str
        ``II`` or ``III``.
    subset : {"far_east", "border"}
        Regions over which the rating is permuted.

    Returns
    -------
    Universe
        Specifications in the order of the choices, copies joined.

    Raises
    ------
    AnalysisError
        If the edition or the subset is not known, or a region of the subset has no score.
    """
    codes = regions.codes(regions.subset(subset))
    values = _by_period(observations, codes)
    editions = [period for indicator, period in values if indicator == "score"]
    if edition not in editions:
        raise one_of("edition", edition, sorted(editions))
    score = values["score", edition]
    if np.isnan(score).any():
        missing = ", ".join(code for code, value in zip(codes, score, strict=True) if np.isnan(value))
        raise AnalysisError(f"Edition {edition} has no score for {missing}; the whole subset must be scored.")
    border = np.array([regions.by_code(code).has_china_border for code in codes])
    found: dict[Key, tuple[Specification, list[Options]]] = {}
    failed: list[tuple[Options, str]] = []
    count = 0
    for options, covariate in _combinations(values, subset, border):
        count += 1
        specification = _specification(options, covariate, score, border, codes)
        if isinstance(specification, str):
            failed.append((options, specification))
        else:
            found.setdefault(_key(specification), (specification, []))[1].append(options)
    specifications = tuple(
        Specification(
            first.statistic, first.members, first.regions, first.strata, first.covariate, tuple(alike)
        )
        for first, alike in found.values()
    )
    return Universe(edition, subset, codes, score, specifications, count, tuple(failed))


def latest_only(universe: Universe) -> Universe:
    """Rank specifications with each indicator in its latest year, and the combinations that lead to them."""
    last: dict[str, str] = {}
    for specification in universe.specifications:
        for options in specification.options:
            name = options["indicator"]
            last[name] = max(last.get(name, ""), options["period"])

    def is_kept(options: Options) -> bool:
        return options["period"] == last.get(options["indicator"]) and options["statistic"] != "pearson_r"

    kept = tuple(
        replace(each, options=kept_options)
        for each in universe.specifications
        if (kept_options := tuple(filter(is_kept, each.options)))
    )
    failed = tuple(item for item in universe.without_result if is_kept(item[0]))
    count = sum(len(each.options) for each in kept) + len(failed)
    return replace(universe, specifications=kept, combinations=count, without_result=failed)


def _by_period(observations: pd.DataFrame, codes: Sequence[str]) -> dict[tuple[str, str], Floats]:
    """Values on the subset's regions by indicator and period; NaN where there is no figure."""
    here = observations[observations["region"].isin(codes)]
    table = here.pivot_table(index="region", columns=["indicator", "period"], values="value", observed=True)
    table = table.reindex(list(codes))
    return {
        (str(name[0]), str(name[1])): table[name].to_numpy(dtype=np.float64)
        for name in table.columns.to_list()
    }


def _combinations(
    values: Mapping[tuple[str, str], Floats], subset: str, border: np.ndarray
) -> Iterator[tuple[Options, Floats]]:
    """Options and covariate of every combination that makes sense, in the order of the choices."""
    for indicator in INDICATORS:
        for period in sorted(period for name, period in values if name == indicator):
            for chosen, covariate in _readings(values, indicator, period, subset, border):
                for region, statistic in itertools.product(_region_sets(subset), STATISTIC.options):
                    for strata, transform in _treatments(statistic.id, region, covariate):
                        yield (
                            {
                                "indicator": indicator,
                                "period": period,
                                "statistic": statistic.id,
                                "region_set": region,
                                "strata": strata,
                                "transform": transform,
                                **chosen,
                            },
                            np.log(covariate) if transform == "log" else covariate,
                        )


def _region_sets(subset: str) -> tuple[str, ...]:
    return ("far_east", "border") if subset == "far_east" else ("border",)


def _treatments(statistic: str, region: str, covariate: Floats) -> Iterator[tuple[str, str]]:
    """Strata and transform where each makes a difference."""
    if statistic != "pearson_r":
        # within the border regions there is nothing to stratify by
        for option in STRATA.options if region == "far_east" else STRATA.options[:1]:
            yield option.id, NOT_APPLICABLE
        return
    positive = bool((covariate[~np.isnan(covariate)] > 0).all())
    for option in TRANSFORM.options if positive else TRANSFORM.options[:1]:
        yield NOT_APPLICABLE, option.id


def _readings(
    values: Mapping[tuple[str, str], Floats], indicator: str, period: str, subset: str, border: np.ndarray
) -> Iterator[tuple[Options, Floats]]:
    """Defensible readings of one indicator in one year, with the options taken."""
    neutral = {
        "skovorodino": NOT_APPLICABLE,
        "non_border_density": NOT_APPLICABLE,
        "population": NOT_APPLICABLE,
    }
    if indicator == PER_HEAD:
        for option in POPULATION.options:
            covariate = _per_head(values, period, option.id)
            if covariate is not None:
                yield {**neutral, "population": option.id}, covariate
    elif indicator in DENSITIES:
        for chosen, covariate in _densities(values, indicator, period, subset, border):
            yield {**neutral, **chosen}, covariate
    else:
        yield neutral, values[indicator, period]


def _per_head(values: Mapping[tuple[str, str], Floats], period: str, population: str) -> Floats | None:
    if population == "annual_average":
        return values[PER_HEAD, period]
    before = values.get(("population_year_end", str(int(period) - 1)))
    # million roubles over thousands of people: thousands of roubles a head, hence the factor
    return None if before is None else 1000 * values["investment", period] / before


def _densities(
    values: Mapping[tuple[str, str], Floats], indicator: str, period: str, subset: str, border: np.ndarray
) -> Iterator[tuple[Options, Floats]]:
    without = values.get((f"{indicator}_without_skovorodino", period))
    sources = [(SKOVORODINO.options[0].id, values[indicator, period])]
    if without is not None:
        sources.append((SKOVORODINO.options[1].id, without))
    for counted, covariate in sources:
        label = counted if without is not None else NOT_APPLICABLE
        if subset == "border":
            yield {"skovorodino": label, "non_border_density": NOT_APPLICABLE}, covariate
            continue
        for option in NON_BORDER_DENSITY.options:
            filled = (
                np.where(border | ~np.isnan(covariate), covariate, 0.0) if option.id == "zero" else covariate
            )
            yield {"skovorodino": label, "non_border_density": option.id}, filled


def _specification(
    options: Options, covariate: Floats, score: Floats, border: np.ndarray, codes: Sequence[str]
) -> Specification | str:
    """The computation, or the sentence saying why there is none."""
    used = ~np.isnan(covariate)
    if options["region_set"] == "border":
        used &= border
    strata: Integers | None = None
    if options["strata"] == "border":
        used &= _informative(covariate, border, used)
        strata = border[used].astype(np.int64)
        # one kind of region only: permuting within it is permuting all of it
        strata = None if len(np.unique(strata)) < 2 else strata
    cannot = obstacle(score[used], covariate[used], strata)
    if cannot is not None:
        return str(cannot)
    members = np.flatnonzero(used)
    return Specification(
        options["statistic"],
        tuple(members.tolist()),
        tuple(codes[i] for i in members.tolist()),
        None if strata is None else tuple(strata.tolist()),
        covariate,
        (options,),
    )


def _informative(covariate: Floats, border: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Regions of strata in which the covariate varies; a constant stratum says nothing."""
    keep = np.zeros(len(used), dtype=bool)
    for kind in (border, ~border):
        inside = kind & used
        if len(np.unique(covariate[inside])) > 1:
            keep |= inside
    return keep


def _key(specification: Specification) -> Key:
    """What makes two computations the same: for rank statistics the midranks alone."""
    values = specification.covariate[list(specification.members)]
    if specification.statistic != "pearson_r":
        values = doubled_midranks(values).astype(np.float64)
    return specification.statistic, specification.regions, specification.strata, tuple(values.tolist())
