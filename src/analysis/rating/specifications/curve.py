"""The specification curve: every estimate with its exact p, the joint tests, and what to beware of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.messages import Message, _
from analysis.errors import AnalysisError
from analysis.rating.specifications.build import Specification, Universe, build, latest_only
from analysis.rating.specifications.choices import CHOICE_COLUMNS, STATISTIC
from analysis.stats.coefficients import associate, coefficient, midranks_within, obstacle
from analysis.stats.joint_inference import Family, JointResult, joint_inference
from analysis.stats.pearson import pearson_r, product_moment
from analysis.stats.ranks import Integers
from analysis.stats.results import Association
from analysis.stats.shapley import shapley_shares

WARNINGS = (
    _("A share of specifications is not a probability: specifications are choices, not draws."),
    _(
        "Choices that are not equivalent should not be averaged over (Del Giudice and Gangestad 2021): read the "
        "curve by what was chosen, not by its middle."
    ),
    _("Dependence on China, volumes of trade, investment and border crossings are different questions."),
    _("Leaving a region out is influence, not a choice among equals; it stands beside the curve, not in it."),
)


@dataclass(frozen=True)
class CurvePoint:
    """One specification with its results.

    Attributes
    ----------
    specification : Specification
        What was computed.
    association : Association
        Estimate and exact p under the specification's own null (its regions, its strata).
    p_joint : float
        Exact p of the same coefficient when the rating is permuted over the whole subset, as the
        joint tests do.
    p_maxt : float
        Step-down max-T within region set and statistic.
    p_minp : float or None
        Step-down min-p over all rank specifications; None for Pearson's r.
    loo_low, loo_high : float or None
        Smallest and largest coefficient with one region left out.
    most_influential : str or None
        Region whose absence moves the coefficient most.
    """

    specification: Specification
    association: Association
    p_joint: float
    p_maxt: float
    p_minp: float | None
    loo_low: float | None
    loo_high: float | None
    most_influential: str | None

    @property
    def combinations(self) -> int:
        """Option combinations that end in this computation."""
        return len(self.specification.options)


@dataclass(frozen=True)
class FamilySummary:
    """The specifications of one region set and statistic.

    Attributes
    ----------
    region_set, statistic : str
        What they have in common.
    size : int
        Specifications, each once.
    significant, reachable : int
        With an exact p of at most alpha, and with a reachable p of at most alpha.
    median, p_median : float
        Median estimate, and its two-sided p under the joint null (Simonsohn, Simmons and Nelson
        2020).
    smallest_p_maxt : float
        Smallest adjusted p.
    significant_one_sign : int or None
        Specifications with a p under the joint null of at most alpha and the sign that more of these
        have; None for Pearson's r.
    p_significant : float or None
        p of so many under the joint null (Simonsohn, Simmons and Nelson 2020, their second test).
    """

    region_set: str
    statistic: str
    size: int
    significant: int
    reachable: int
    median: float
    p_median: float
    smallest_p_maxt: float
    significant_one_sign: int | None = None
    p_significant: float | None = None


@dataclass(frozen=True)
class WholeFamily:
    """All rank specifications tested at once (Simonsohn, Simmons and Nelson 2020).

    Attributes
    ----------
    size, significant : int
        Specifications, and those whose p under the joint null is at most the level, of the sign that more
        of these have.
    p_significant : float
        Joint p of so many.
    median, p_median : float
        Median estimate and its joint p.
    p_smallest : float
        Smallest min-p adjusted p: the joint p of the smallest p.
    """

    size: int
    significant: int
    p_significant: float
    median: float
    p_median: float
    p_smallest: float


@dataclass(frozen=True)
class Multiverse:
    """All defensible specifications of one edition, with their joint inference.

    Attributes
    ----------
    edition, subset : str
        What was asked for.
    alpha : float
        Level for counting.
    points : tuple of CurvePoint
        By rising estimate within statistic: the curve.
    families : tuple of FamilySummary
        One for each region set and statistic.
    combinations, copies : int
        Option combinations found, and how many of them repeat another's computation.
    without_result : tuple of (options, sentence)
        Combinations the data do not allow.
    arrangements : int
        Arrangements of the rating behind every joint p.
    regions : tuple of str
        Regions over which it was permuted.
    shares : dict of str to dict
        Shapley shares of the spread of estimates by choice, for each statistic.
    whole : WholeFamily or None
        Tests of all rank specifications at once, where they were asked for.
    """

    edition: str
    subset: str
    alpha: float
    points: tuple[CurvePoint, ...]
    families: tuple[FamilySummary, ...]
    combinations: int
    copies: int
    without_result: tuple[tuple[Any, str], ...]
    arrangements: int
    regions: tuple[str, ...]
    shares: dict[str, dict[str, float]]
    whole: WholeFamily | None = None

    @property
    def null(self) -> Message:
        """The joint null hypothesis, named."""
        return _(
            "Joint null: the scores of edition {edition} are exchangeable over all {n:d} regions; the rating is permuted once for "
            "all specifications, over all {arrangements:d} distinct arrangements.",
            edition=self.edition,
            n=len(self.regions),
            arrangements=self.arrangements,
        )

    @property
    def counts(self) -> Message:
        """Count of specifications, as found."""
        return _(
            "{specifications:d} different specifications for edition {edition}, from {combinations:d} combinations of options: {copies:d} "
            "repeat another's computation and count once, {without:d} cannot be computed.",
            specifications=len(self.points),
            edition=self.edition,
            combinations=self.combinations,
            copies=self.copies,
            without=len(self.without_result),
        )

    def every_combination(self) -> pd.DataFrame:
        """One row a combination of options, those that end in one computation included.

        Returns
        -------
        pandas.DataFrame
            Columns of the choices, then ``n``, ``estimate``, ``p_exact``, ``p_min``.
        """
        return pd.DataFrame(
            [
                {
                    **{name: options[name] for name in CHOICE_COLUMNS},
                    "n": point.association.n,
                    "estimate": point.association.estimate,
                    "p_exact": point.association.p_exact,
                    "p_min": point.association.p_min,
                }
                for point in self.points
                for options in point.specification.options
            ]
        )

    def rows(self) -> list[dict[str, Any]]:
        """The curve as a table: one row a specification, in the curve's order.

        Options are those of the first combination; ``combinations`` counts all.
        """
        return [self._row(rank, point) for rank, point in enumerate(self.points, start=1)]

    def _row(self, rank: int, point: CurvePoint) -> dict[str, Any]:
        options, found = point.specification.options[0], point.association
        return {
            "edition": self.edition,
            "subset": self.subset,
            "rank": rank,
            **{name: options[name] for name in CHOICE_COLUMNS},
            "regions_used": point.specification.region_set,
            "n": found.n,
            "estimate": found.estimate,
            "arrangements": found.arrangements,
            "p_exact": found.p_exact,
            "p_min": found.p_min,
            "p_joint": point.p_joint,
            "p_maxt": point.p_maxt,
            "p_minp": point.p_minp,
            "loo_low": point.loo_low,
            "loo_high": point.loo_high,
            "most_influential": point.most_influential,
            "combinations": point.combinations,
            "regions": " ".join(point.specification.regions),
        }


def multiverse(
    observations: pd.DataFrame,
    *,
    edition: str = "III",
    subset: str = "far_east",
    alpha: float = 0.05,
    latest: bool = False,
) -> Multiverse:
    """Every defensible specification of the rating against its covariates, and their joint tests.

    Parameters
    ----------
    observations : pandas.DataFrame
        The tidy table of observations: ``region, indicator, period, value`` at least.
    edition : {"II", "III"}
        Edition of the rating; editions are never pooled.
    subset : {"far_east", "border"}
        Regions over which the rating is permuted.
    alpha : float
        Level for counting.
    latest : bool
        Only rank coefficients with each indicator in its latest year: the primary curve.

    Returns
    -------
    Multiverse
        The curve and its joint inference; every p exact.

    Raises
    ------
    AnalysisError
        If edition or subset are not known, alpha is not between 0 and 1, or nothing can be computed.
    """
    if not 0 < alpha < 1:
        raise AnalysisError(f"alpha is {alpha!r}; it must lie between 0 and 1.")
    universe = build(observations, edition=edition, subset=subset)
    if latest:
        universe = latest_only(universe)
    if not universe.specifications:
        raise AnalysisError(
            f"No specification can be computed for edition {edition} over the subset {subset}."
        )
    joint = joint_inference(
        universe.score, universe.specifications, families(universe.specifications), alpha=alpha
    )
    points = tuple(_point(universe, joint, place) for place in range(len(universe.specifications)))
    order = [option.id for option in STATISTIC.options]
    curve = sorted(points, key=lambda p: (order.index(p.association.statistic), p.association.estimate))
    stand_for = sum(point.combinations for point in points)
    return Multiverse(
        edition=edition,
        subset=subset,
        alpha=alpha,
        points=tuple(curve),
        families=_families(points, joint, alpha),
        combinations=universe.combinations,
        copies=stand_for - len(points),
        without_result=universe.without_result,
        arrangements=joint.arrangements,
        regions=universe.regions,
        shares=_shares(points, latest),
        whole=_whole(universe, alpha) if latest else None,
    )


def families(specifications: Sequence[Specification]) -> dict[Family, list[int]]:
    """Positions of the specifications of each region set and statistic.

    Returns
    -------
    dict of (region set, statistic) to list of int
        Places in `specifications`.
    """
    found: dict[Family, list[int]] = {}
    for place, specification in enumerate(specifications):
        found.setdefault((specification.region_set, specification.statistic), []).append(place)
    return found


def _point(universe: Universe, joint: JointResult, place: int) -> CurvePoint:
    specification = universe.specifications[place]
    members = list(specification.members)
    score, covariate = universe.score[members], specification.covariate[members]
    if place in joint.pearson:
        found = joint.pearson[place]
    elif specification.statistic == "pearson_r":
        found = pearson_r(score, covariate)
    else:
        found = associate(specification.statistic, score, covariate, specification.strata)
    without = _leave_one_out(specification, universe)
    there = [value for value in without if value is not None]
    shifts = [
        0.0 if value is None or found.estimate is None else abs(value - found.estimate) for value in without
    ]
    minp = float(joint.p_minp[place])
    return CurvePoint(
        specification=specification,
        association=found,
        p_joint=float(joint.p_joint[place]),
        p_maxt=float(joint.p_maxt[place]),
        p_minp=None if np.isnan(minp) else minp,
        loo_low=min(there, default=None),
        loo_high=max(there, default=None),
        most_influential=specification.regions[int(np.argmax(shifts))] if there else None,
    )


def _leave_one_out(specification: Specification, universe: Universe) -> list[float | None]:
    """Coefficient without each region used; None where none is left."""
    found: list[float | None] = []
    for left_out in specification.members:
        members = [member for member in specification.members if member != left_out]
        score, covariate = universe.score[members], specification.covariate[members]
        strata: Integers | None = None
        if specification.strata is not None:
            kept = [
                s for m, s in zip(specification.members, specification.strata, strict=True) if m != left_out
            ]
            strata = np.array(kept, dtype=np.int64)
        if obstacle(score, covariate, strata) is not None:
            found.append(None)
        elif specification.statistic == "pearson_r":
            found.append(product_moment(score, covariate))
        else:
            x, y = midranks_within(score, strata), midranks_within(covariate, strata)
            found.append(coefficient(specification.statistic, x, y, strata))
    return found


def _families(points: tuple[CurvePoint, ...], joint: JointResult, alpha: float) -> tuple[FamilySummary, ...]:
    summaries = []
    for (name, statistic), (median, p_median) in joint.medians.items():
        members = [
            point
            for point in points
            if point.specification.region_set == name and point.specification.statistic == statistic
        ]
        exact = [point.association.p_exact for point in members]
        significant, p_significant = joint.significant.get((name, statistic), (None, None))
        summaries.append(
            FamilySummary(
                region_set=name,
                statistic=statistic,
                size=len(members),
                significant=sum(p is not None and p <= alpha for p in exact),
                reachable=sum(point.association.can_reach(alpha) for point in members),
                median=median,
                p_median=p_median,
                smallest_p_maxt=min(point.p_maxt for point in members),
                significant_one_sign=significant,
                p_significant=p_significant,
            )
        )
    return tuple(summaries)


def _whole(universe: Universe, alpha: float) -> WholeFamily:
    """Every rank specification as one family, whatever its regions and coefficient."""
    everything = ("whole",)
    places = range(len(universe.specifications))
    joint = joint_inference(universe.score, universe.specifications, {everything: places}, alpha=alpha)
    significant, p_significant = joint.significant[everything]
    median, p_median = joint.medians[everything]
    p_smallest = float(np.nanmin(joint.p_minp))
    return WholeFamily(len(places), significant, p_significant, median, p_median, p_smallest)


def _shares(points: tuple[CurvePoint, ...], with_interactions: bool) -> dict[str, dict[str, float]]:
    """Shapley shares for each statistic: coefficients of different scale are not pooled."""
    shares = {}
    for statistic in Counter(point.association.statistic for point in points):
        chosen = [point for point in points if point.association.statistic == statistic]
        # a computation weighs one, shared among the combinations that lead to it
        combinations = [(point, options) for point in chosen for options in point.specification.options]
        estimates = np.array([point.association.estimate for point, _ in combinations], dtype=np.float64)
        weights = np.array([1 / point.combinations for point, _ in combinations])
        factors = {
            name: [options[name] for _, options in combinations]
            for name in CHOICE_COLUMNS
            # in its latest year an indicator has one period
            if name not in ("statistic", *(("period",) if with_interactions else ()))
        }
        shares[statistic] = shapley_shares(estimates, weights, factors, interactions=with_interactions)
    return shares
