"""A multiverse over any table: every declared combination of choices, and joint tests of all of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.stats.coefficients import associate, obstacle
from analysis.stats.errors import StatisticsError, one_of
from analysis.stats.joint_inference import KERNELS, Family, JointResult, joint_inference
from analysis.stats.pearson import pearson_r
from analysis.stats.ranks import Floats, checked_levels, checked_series, checked_strata, doubled_midranks
from analysis.stats.results import Association
from analysis.stats.shapley import NOT_APPLICABLE, shapley_shares
from analysis.stats.testing import checked_level

if TYPE_CHECKING:
    import pandas as pd

STATISTICS = (*KERNELS, "pearson_r")
COVARIATE, STRATA, STATISTIC = "covariate", "strata", "statistic"

Step = Callable[["pd.DataFrame"], "pd.DataFrame | None"]
Options = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class DeclaredSpecification:
    """One computation, with every combination of options that ends in it.

    Attributes
    ----------
    statistic : str
        Coefficient.
    members : tuple of int
        Positions of the cases used, in the table.
    strata : tuple of int or None
        Stratum of each case used.
    covariate : ndarray of float64, shape (n,)
        Values on all cases; NaN outside the members.
    options : tuple of mapping
        Combinations of options that end in this computation, the first being its label.
    """

    statistic: str
    members: tuple[int, ...]
    strata: tuple[int, ...] | None
    covariate: Floats
    options: tuple[Options, ...]


@dataclass(frozen=True, eq=False)
class DeclaredMultiverse:
    """Every declared specification, each computed once, and their joint inference.

    Attributes
    ----------
    specifications : tuple of DeclaredSpecification
        In the order of the choices.
    associations : tuple of Association
        Each with its own null: its cases, its strata.
    joint : JointResult
        Every p under one permutation of the score for all specifications. ``medians`` and
        ``significant`` are by (statistic, cases).
    families : mapping of (statistic, cases) to positions
        Specifications of one statistic on one set of cases.
    combinations : int
        Combinations of options, those without a result included.
    without_result : tuple of (options, sentence)
        Combinations that the data do not allow, and why.
    shares : mapping of statistic to mapping of choice to float
        Shapley shares of the spread of estimates, two-way interactions of choices among them.
    """

    specifications: tuple[DeclaredSpecification, ...]
    associations: tuple[Association, ...]
    joint: JointResult
    families: Mapping[Family, Sequence[int]]
    combinations: int
    without_result: tuple[tuple[Options, str], ...] = field(default=(), repr=False)
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def p_all(self) -> float | None:
        """Joint p of all rank specifications: the smallest p adjusted over all of them (min-p)."""
        known = self.joint.p_minp[~np.isnan(self.joint.p_minp)]
        return float(known.min()) if len(known) else None

    def frame(self) -> pd.DataFrame:
        """The curve as a table: one row a specification, by rising estimate within a statistic.

        Returns
        -------
        pandas.DataFrame
            A column a choice (the first combination of options), then ``n, estimate, p, p_min, p_joint,
            p_maxt, p_minp, combinations``.
        """
        import pandas as pd

        rows = [
            {
                **specification.options[0],
                "n": found.n,
                "estimate": found.estimate,
                "p": found.p,
                "p_min": found.p_min,
                "p_joint": self.joint.p_joint[place],
                "p_maxt": self.joint.p_maxt[place],
                "p_minp": self.joint.p_minp[place],
                "combinations": len(specification.options),
            }
            for place, (specification, found) in enumerate(
                zip(self.specifications, self.associations, strict=True)
            )
        ]
        return pd.DataFrame(rows).sort_values([STATISTIC, "estimate"], ignore_index=True, kind="stable")


def multiverse(
    data: pd.DataFrame,
    choices: Mapping[str, Sequence[str | None] | Mapping[str, Step]],
    statistic: str | Sequence[str] = "kendall_tau_b",
    *,
    score: str,
    alpha: float = 0.05,
    resamples: int | None = None,
    seed: int | None = None,
) -> DeclaredMultiverse:
    """Compute every combination of declared choices, and test all of them jointly.

    The score is permuted once for all specifications, over all its distinct arrangements (Simonsohn,
    Simmons and Nelson 2020, "Specification curve analysis"; Westfall and Young 1993). Combinations
    that end in the same computation count once. Not every choice is equivalent, and a share of
    specifications is not a probability (Del Giudice and Gangestad 2021).

    Parameters
    ----------
    data : pandas.DataFrame
        One row a case, under an index without repetition.
    choices : mapping of name to options
        ``covariate`` (needed): names of columns. ``strata``: names of columns, None for no strata.
        Any other choice: a mapping of option to a function that takes the table and returns it
        changed (rows left out, covariates transformed), or None where the option does not apply;
        functions work in the order of the choices and leave the score alone.
    statistic : str or sequence of str
        ``kendall_tau_b``, ``spearman_rho``, ``pearson_r``; several make a choice of them.
    score : str
        Column of the score.
    alpha : float
        Level for counting significant specifications.
    resamples, seed : int, optional
        Sample so many arrangements, where all of them are too many to be listed.

    Returns
    -------
    DeclaredMultiverse
        Specifications, their own tests, the joint tests, and shares of the choices.

    Raises
    ------
    StatisticsError
        If a choice, column or statistic is not known, an option changes the score, no specification can
        be computed, or the arrangements are too many to be listed and `resamples` is left out.
    """
    checked_level(alpha, "alpha")
    statistics = (statistic,) if isinstance(statistic, str) else tuple(statistic)
    for name in statistics:
        if name not in STATISTICS:
            raise one_of("statistic", name, STATISTICS)
    _check_columns(data, choices, score)
    values = checked_series(data[score].to_numpy(), "score")
    found: dict[Any, tuple[DeclaredSpecification, list[Options]]] = {}
    failed: list[tuple[Options, str]] = []
    count = 0
    for options, frame in _combinations(data, choices, score):
        for name in statistics:
            if name == "pearson_r" and options.get(STRATA, "none") != "none":
                continue
            count += 1
            _place({**options, STATISTIC: name}, frame, data, values, found, failed)
    if not found:
        raise StatisticsError("No combination of these choices can be computed.")
    specifications = tuple(
        DeclaredSpecification(first.statistic, first.members, first.strata, first.covariate, tuple(alike))
        for first, alike in found.values()
    )
    families = _families(specifications)
    joint = joint_inference(values, specifications, families, alpha=alpha, resamples=resamples, seed=seed)
    associations = tuple(_association(values, specification) for specification in specifications)
    shares = _shares(specifications, associations, [name for name in choices])
    return DeclaredMultiverse(specifications, associations, joint, families, count, tuple(failed), shares)


def _check_columns(data: pd.DataFrame, choices: Mapping[str, Any], score: str) -> None:
    if not data.index.is_unique:
        raise StatisticsError("The table's index repeats a case; every case needs a name of its own.")
    if COVARIATE not in choices:
        raise StatisticsError("The choices name no covariate; give the columns to try under 'covariate'.")
    if STATISTIC in choices:
        raise StatisticsError("The statistic is an argument of its own, not one of the choices.")
    named = [score, *choices[COVARIATE], *(name for name in choices.get(STRATA, ()) if name is not None)]
    for column in named:
        if column not in data.columns:
            raise one_of("column", column, data.columns)
    for name, options in choices.items():
        if name not in (COVARIATE, STRATA) and not (
            isinstance(options, Mapping) and all(callable(step) for step in options.values())
        ):
            raise StatisticsError(f"The choice {name!r} is no mapping of options to functions of the table.")
        if not options:
            raise StatisticsError(f"The choice {name!r} has no options.")


def _combinations(
    data: pd.DataFrame, choices: Mapping[str, Any], score: str
) -> Iterator[tuple[Options, pd.DataFrame]]:
    """Options and changed table of every combination that applies."""
    steps = [name for name in choices if name not in (COVARIATE, STRATA)]
    for picked in itertools.product(*(choices[name] for name in choices)):
        chosen = dict(zip(choices, picked, strict=True))
        frame: pd.DataFrame | None = data
        for name in steps:
            assert frame is not None
            frame = choices[name][chosen[name]](frame.copy())
            if frame is None:
                break
        if frame is None:
            continue
        kept = frame.index.isin(data.index).all() and frame.index.is_unique
        if not kept or not frame[score].equals(data[score].loc[frame.index]):
            raise StatisticsError(
                f"The options {chosen} change the score or the cases' names; both must stay."
            )
        yield {name: "none" if option is None else str(option) for name, option in chosen.items()}, frame


def _place(
    options: Options,
    frame: pd.DataFrame,
    data: pd.DataFrame,
    score: Floats,
    found: dict[Any, tuple[DeclaredSpecification, list[Options]]],
    failed: list[tuple[Options, str]],
) -> None:
    """Add one combination to the computation it ends in, or to those without a result."""
    covariate = frame[options[COVARIATE]].reindex(data.index).to_numpy(dtype=np.float64, na_value=np.nan)
    covariate = np.where(np.isfinite(covariate), covariate, np.nan)
    labels: list[Any] | None = None
    if options.get(STRATA, "none") != "none":
        labels = frame[options[STRATA]].reindex(data.index).tolist()
    used = np.flatnonzero(~np.isnan(covariate))
    if labels is not None:
        # a stratum of one contributes nothing
        codes = checked_strata([labels[place] for place in used], len(used))
        used = used[np.bincount(codes, minlength=1)[codes] > 1]
    members = tuple(used.tolist())
    strata = None if labels is None else checked_strata([labels[place] for place in members], len(members))
    cannot = obstacle(score[used], covariate[used], strata)
    if cannot is not None:
        failed.append((options, str(cannot)))
        return
    levels = checked_levels(covariate[used], "covariate")
    if options[STATISTIC] in KERNELS:
        covariate = covariate.copy()
        covariate[used] = levels
    values = covariate[used] if options[STATISTIC] == "pearson_r" else doubled_midranks(levels)
    groups = None if strata is None else tuple(strata.tolist())
    specification = DeclaredSpecification(options[STATISTIC], members, groups, covariate, ())
    key = options[STATISTIC], members, groups, tuple(values.tolist())
    found.setdefault(key, (specification, []))[1].append(options)


def _families(specifications: Sequence[DeclaredSpecification]) -> dict[Family, list[int]]:
    """Positions by statistic and set of cases; sets of one size are numbered."""
    sets: dict[int, list[tuple[int, ...]]] = {}
    families: dict[Family, list[int]] = {}
    for place, specification in enumerate(specifications):
        alike = sets.setdefault(len(specification.members), [])
        if specification.members not in alike:
            alike.append(specification.members)
        number = alike.index(specification.members)
        name = f"{len(specification.members)} cases" + (f" ({number + 1})" if number else "")
        families.setdefault((specification.statistic, name), []).append(place)
    return families


def _association(score: Floats, specification: DeclaredSpecification) -> Association:
    members = list(specification.members)
    pair = score[members], specification.covariate[members]
    if specification.statistic == "pearson_r":
        return pearson_r(*pair)
    return associate(specification.statistic, *pair, specification.strata)


def _shares(
    specifications: Sequence[DeclaredSpecification], associations: Sequence[Association], names: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Shares for each statistic: coefficients of different scale are not pooled."""
    shares = {}
    for statistic in dict.fromkeys(s.statistic for s in specifications):
        rows = [
            (found.estimate, 1 / len(s.options), options)
            for s, found in zip(specifications, associations, strict=True)
            if s.statistic == statistic
            for options in s.options
        ]
        estimates, weights = (np.array([row[i] for row in rows], dtype=np.float64) for i in (0, 1))
        factors = {name: [row[2].get(name, NOT_APPLICABLE) for row in rows] for name in names}
        shares[statistic] = shapley_shares(estimates, weights, factors, interactions=True)
    return shares
