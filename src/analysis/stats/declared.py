"""A multiverse over any table: every declared combination of choices, and joint tests of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.stats.arrangements import listable
from analysis.stats.coefficients import associate, estimates_without_each, obstacle
from analysis.stats.errors import StatisticsError, one_of
from analysis.stats.joint_inference import KERNELS, Family, JointResult, joint_inference
from analysis.stats.pearson import pearson_r, product_moment
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
Declared = Sequence[str | None] | Mapping[str, Step]
Choice = Declared | Callable[[Options], Declared]


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
        Values on all cases; NaN where there is none, outside the members of no account.
    options : tuple of mapping
        Combinations of options that end in this computation, the first being its label.
    """

    statistic: str
    members: tuple[int, ...]
    strata: tuple[int, ...] | None
    covariate: Floats
    options: tuple[Options, ...]


@dataclass(frozen=True, eq=False)
class WholeFamily:
    """All rank specifications as one family (Simonsohn, Simmons and Nelson 2020).

    Attributes
    ----------
    size, significant : int
        Specifications, and those whose p under the joint null is at most the level, of the sign that
        more of these have.
    p_significant : float
        Joint p of so many.
    median, p_median : float
        Median estimate and its joint p.
    p_smallest : float
        Joint p of the smallest p (min-p).
    """

    size: int
    significant: int
    p_significant: float
    median: float
    p_median: float
    p_smallest: float


@dataclass(frozen=True, eq=False)
class DeclaredMultiverse:
    """Every declared specification, each computed once, and their joint inference.

    Attributes
    ----------
    cases : tuple
        Names of the cases: the table's index.
    score : ndarray of float64, shape (n,)
        What is permuted, over all cases, whichever of them a specification uses.
    specifications : tuple of DeclaredSpecification
        In the order of the choices.
    associations : tuple of Association
        Each with its own null: its cases, its strata.
    joint : JointResult
        Every p under one permutation of the score for all specifications. ``medians`` and
        ``significant`` are by (statistic, cases).
    families : mapping of (statistic, cases) to positions
        Specifications of one statistic on one set of cases.
    without_result : tuple of (options, sentence)
        Combinations that the data do not allow, and why.
    alpha : float
        Level for counting significant specifications.
    sampling : tuple
        Number and seed of the sampled arrangements; None for all of them.
    """

    cases: tuple[Any, ...]
    score: Floats
    specifications: tuple[DeclaredSpecification, ...]
    associations: tuple[Association, ...]
    joint: JointResult
    families: Mapping[Family, Sequence[int]]
    without_result: tuple[tuple[Options, str], ...] = field(default=(), repr=False)
    alpha: float = 0.05
    sampling: tuple[int | None, int | None] = (None, None)

    @property
    def combinations(self) -> int:
        """Combinations of options, those without a result included."""
        return sum(len(each.options) for each in self.specifications) + len(self.without_result)

    @property
    def p_all(self) -> float | None:
        """Joint p of all rank specifications: the smallest p adjusted over all of them (min-p)."""
        known = self.joint.p_minp[~np.isnan(self.joint.p_minp)]
        return float(known.min()) if len(known) else None

    def whole(self) -> WholeFamily:
        """Test all rank specifications as one family, whatever their cases and coefficient.

        Raises
        ------
        StatisticsError
            If there is no rank specification.
        """
        ranked = [each for each in self.specifications if each.statistic in KERNELS]
        if not ranked:
            raise StatisticsError("There is no rank specification to test.")
        name, (resamples, seed) = ("all",), self.sampling
        joint = joint_inference(
            self.score, ranked, {name: range(len(ranked))}, alpha=self.alpha, resamples=resamples, seed=seed
        )
        return WholeFamily(
            len(ranked), *joint.significant[name], *joint.medians[name], float(joint.p_minp.min())
        )

    def restricted(self, keep: Callable[[Options], bool]) -> DeclaredMultiverse:
        """The combinations of options that `keep` lets pass, tested anew as a multiverse of their own.

        Raises
        ------
        StatisticsError
            If none of them can be computed.
        """
        kept = [
            (replace(each, options=options), found)
            for each, found in zip(self.specifications, self.associations, strict=True)
            if (options := tuple(filter(keep, each.options)))
        ]
        failed = tuple(each for each in self.without_result if keep(each[0]))
        return _tested(self.cases, self.score, dict(kept), failed, self.alpha, self.sampling)

    def shares(
        self, names: Sequence[str] | None = None, *, interactions: bool = True
    ) -> dict[str, dict[str, float]]:
        """Shapley shares of the spread of estimates by choice, for each statistic.

        Coefficients of different scale are not pooled. A computation weighs one, shared among the
        combinations that end in it.

        Parameters
        ----------
        names : sequence of str, optional
            Choices to share among; all but the statistic if left out. A choice that follows from
            another (one year an indicator) is better left out.
        interactions : bool
            As in :func:`shapley_shares`.

        Returns
        -------
        dict of statistic to dict of choice to float
            Empty for a statistic whose estimates do not vary.
        """
        every = self.frame(every=True, order=False)
        if names is None:
            names = [name for name in self.specifications[0].options[0] if name != STATISTIC]
        return {
            str(statistic): shapley_shares(
                rows["estimate"].to_numpy(dtype=np.float64),
                1 / rows["combinations"].to_numpy(dtype=np.float64),
                {name: rows[name].tolist() for name in names},
                interactions=interactions,
            )
            for statistic, rows in every.groupby(STATISTIC, sort=False)
        }

    def frame(self, *, every: bool = False, order: bool = True) -> pd.DataFrame:
        """The curve as a table: one row a specification, by rising estimate within a statistic.

        Parameters
        ----------
        every : bool
            One row a combination of options instead, those that end in one computation included.
        order : bool
            False for the order of the choices.

        Returns
        -------
        pandas.DataFrame
            A column a choice (the first combination of options), then ``n, estimate, arrangements, p,
            p_min, p_joint, p_maxt, p_minp, combinations``. The index is the position in
            `specifications`.
        """
        import pandas as pd

        rows = [
            {
                "place": place,
                **options,
                "n": found.n,
                "estimate": found.estimate,
                "arrangements": found.arrangements,
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
            for options in (specification.options if every else specification.options[:1])
        ]
        table = pd.DataFrame(rows).set_index("place").rename_axis(index=None)
        if not order:
            return table
        known = list(dict.fromkeys(each.statistic for each in self.specifications))
        rising = table.sort_values("estimate", kind="stable")
        return rising.sort_values(STATISTIC, key=lambda names: names.map(known.index), kind="stable")

    def influence(self) -> pd.DataFrame:
        """Smallest and largest coefficient with one case left out, and the case that moves it most.

        Returns
        -------
        pandas.DataFrame
            Columns ``loo_low, loo_high, most_influential``, missing where no coefficient is left;
            the index is the position in `specifications`.
        """
        import pandas as pd

        rows = []
        for specification, found in zip(self.specifications, self.associations, strict=True):
            without = np.array(_leave_one_out(self.score, specification), dtype=np.float64)
            known = without[~np.isnan(without)]
            estimate = np.nan if found.estimate is None else found.estimate
            shift = np.nan_to_num(np.abs(without - estimate))
            rows.append(
                {
                    "loo_low": known.min() if len(known) else None,
                    "loo_high": known.max() if len(known) else None,
                    "most_influential": self.cases[specification.members[int(shift.argmax())]]
                    if len(known)
                    else None,
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> pd.DataFrame:
        """The families, each tested as a whole (Simonsohn, Simmons and Nelson 2020).

        Returns
        -------
        pandas.DataFrame
            Columns ``statistic, cases, size``; ``reachable`` and ``significant`` (specifications whose
            own p could be, and is, at most the level); ``smallest_p_maxt``; ``median, p_median``;
            ``significant_one_sign, p_significant`` (by the p under the joint null and the sign that
            more of these have; missing for Pearson's r).
        """
        import pandas as pd

        rows = []
        for name, places in self.families.items():
            found = [self.associations[place] for place in places]
            median, p_median = self.joint.medians[name]
            one_sign, p_significant = self.joint.significant.get(name, (None, None))
            rows.append(
                {
                    "statistic": name[0],
                    "cases": name[1],
                    "size": len(found),
                    "reachable": sum(each.can_reach(self.alpha) for each in found),
                    "significant": sum(each.p is not None and each.p <= self.alpha for each in found),
                    "smallest_p_maxt": self.joint.p_maxt[list(places)].min(),
                    "median": median,
                    "p_median": p_median,
                    "significant_one_sign": one_sign,
                    "p_significant": p_significant,
                }
            )
        return pd.DataFrame(rows)


def multiverse(
    data: pd.DataFrame,
    choices: Mapping[str, Choice],
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
        Decisions in the order they are taken. Options are functions under their names: each takes
        the table and returns it changed (rows left out, columns made or transformed; the score stays),
        or None where the option does not apply. The options of ``covariate`` and ``strata`` may
        be names of columns instead (None: no strata), those of ``statistic`` are names of coefficients.
        Without named covariates the steps make a column ``covariate``; the functions of ``strata``
        make a column ``strata``, or none for no strata.
        A choice may also be a function of the options taken so far that returns its options; where it
        returns none, the choice is ``not_applicable``.
    statistic : str or sequence of str
        ``kendall_tau_b``, ``spearman_rho``, ``pearson_r``: the last choice, where `choices` has none of
        this name. Pearson's r knows no strata and is left out with them.
    score : str
        Column of the score.
    alpha : float
        Level for counting significant specifications.
    resamples, seed : int, optional
        Sample so many arrangements, where all of them are too many to be listed.

    Returns
    -------
    DeclaredMultiverse
        Specifications, their own tests, and the joint tests.

    Raises
    ------
    StatisticsError
        If a choice, column or statistic is not known, an option changes the score, no specification can
        be computed, or the arrangements are too many to be listed and `resamples` is left out.
    """
    checked_level(alpha, "alpha")
    if not data.index.is_unique:
        raise StatisticsError("The table's index repeats a case; every case needs a name of its own.")
    _column(data, score)
    values = checked_series(data[score].to_numpy(), "score")
    if STATISTIC not in choices:
        choices = {**choices, STATISTIC: (statistic,) if isinstance(statistic, str) else tuple(statistic)}
    found: dict[Any, tuple[DeclaredSpecification, list[Options]]] = {}
    failed: list[tuple[Options, str]] = []
    for options, columns, frame in _combinations(data, {}, {}, list(choices.items())):
        if options[STATISTIC] == "pearson_r" and columns.get(STRATA) is not None:
            continue
        covariate, labels = _read(frame, data, score, columns, options)
        _place(options, covariate, labels, values, found, failed)
    computed = {replace(first, options=tuple(alike)): None for first, alike in found.values()}
    is_listed = listable(np.unique(values, return_counts=True)[1].tolist())
    sampling = (None, None) if is_listed else (resamples, seed)
    return _tested(tuple(data.index), values, computed, tuple(failed), alpha, sampling)


def _column(data: pd.DataFrame, name: str) -> None:
    if name not in data.columns:
        raise one_of("column", name, data.columns)


def _combinations(
    frame: pd.DataFrame,
    options: Mapping[str, str],
    columns: Mapping[str, str | None],
    choices: Sequence[tuple[str, Choice]],
) -> Iterator[tuple[Options, Mapping[str, str | None], pd.DataFrame]]:
    """Options, columns of covariate and strata, and changed table of every combination that applies.

    Each option is applied once for all combinations that follow it.
    """
    if not choices:
        yield options, columns, frame
        return
    (name, choice), *later = choices
    declared = choice(options) if callable(choice) else choice
    if not declared:
        if not callable(choice):
            raise StatisticsError(f"The choice {name!r} has no options.")
        yield from _combinations(frame, {**options, name: NOT_APPLICABLE}, columns, later)
    elif isinstance(declared, Mapping):
        if name == STATISTIC:
            raise StatisticsError(
                "The options of 'statistic' are names of coefficients, not functions of the table."
            )
        for option, step in declared.items():
            if not callable(step):
                raise StatisticsError(f"The option {option!r} of {name!r} is no function of the table.")
            changed = step(frame.copy())
            if changed is not None:
                made = name if name == STRATA and STRATA in changed.columns else None
                of_step = {**columns, name: made} if name == STRATA else columns
                yield from _combinations(changed, {**options, name: str(option)}, of_step, later)
    else:
        _check_names(name, declared, frame)
        for column in declared:
            label = "none" if column is None else str(column)
            yield from _combinations(frame, {**options, name: label}, {**columns, name: column}, later)


def _check_names(choice: str, names: Sequence[str | None], frame: pd.DataFrame) -> None:
    """Options that are names: of coefficients or of columns, in the choices that have such."""
    if choice not in (COVARIATE, STRATA, STATISTIC):
        raise StatisticsError(f"The choice {choice!r} is no mapping of options to functions of the table.")
    for name in names:
        if choice == STATISTIC and name not in STATISTICS:
            raise one_of("statistic", name, STATISTICS)
        if choice != STATISTIC and not (choice == STRATA and name is None):
            _column(frame, str(name))


def _read(
    frame: pd.DataFrame, data: pd.DataFrame, score: str, columns: Mapping[str, str | None], options: Options
) -> tuple[Floats, list[Any] | None]:
    """Covariate of all cases (NaN where there is none) and their strata, from a finished table."""
    places = data.index.get_indexer(frame.index)
    same = (places >= 0).all() and frame.index.is_unique
    if not same or score not in frame.columns or not frame[score].equals(data[score].iloc[places]):
        raise StatisticsError(
            f"The options {dict(options)} change the score or the cases' names; both must stay."
        )
    column = columns.get(COVARIATE) or COVARIATE
    if column not in frame.columns:
        raise StatisticsError(
            "The choices name no covariate; give the columns to try under 'covariate', or make one of that name."
        )
    covariate = np.full(len(data), np.nan)
    covariate[places] = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    covariate[~np.isfinite(covariate)] = np.nan
    grouped = columns.get(STRATA)
    if grouped is None:
        return covariate, None
    labels: list[Any] = [None] * len(data)
    for place, label in zip(places.tolist(), frame[grouped].tolist(), strict=True):
        labels[place] = label
    return covariate, labels


def _place(
    options: Options,
    covariate: Floats,
    labels: list[Any] | None,
    score: Floats,
    found: dict[Any, tuple[DeclaredSpecification, list[Options]]],
    failed: list[tuple[Options, str]],
) -> None:
    """Add one combination to the computation it ends in, or to those without a result."""
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
    statistic = options[STATISTIC]
    values = covariate[used] if statistic == "pearson_r" else doubled_midranks(levels)
    groups = None if strata is None else tuple(strata.tolist())
    specification = DeclaredSpecification(statistic, members, groups, covariate, ())
    key = statistic, members, groups, tuple(values.tolist())
    found.setdefault(key, (specification, []))[1].append(options)


def _tested(
    cases: tuple[Any, ...],
    score: Floats,
    computed: Mapping[DeclaredSpecification, Association | None],
    failed: tuple[tuple[Options, str], ...],
    alpha: float,
    sampling: tuple[int | None, int | None],
) -> DeclaredMultiverse:
    """Specifications with their joint tests; their own tests are made where they are not at hand."""
    if not computed:
        raise StatisticsError("No combination of these choices can be computed.")
    specifications, (resamples, seed) = tuple(computed), sampling
    families = _families(specifications)
    joint = joint_inference(score, specifications, families, alpha=alpha, resamples=resamples, seed=seed)
    associations = tuple(
        known or joint.pearson.get(place) or _association(score, specification)
        for place, (specification, known) in enumerate(computed.items())
    )
    return DeclaredMultiverse(
        cases, score, specifications, associations, joint, families, failed, alpha, sampling
    )


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


def _leave_one_out(score: Floats, specification: DeclaredSpecification) -> list[float | None]:
    """Coefficient without each case used; None where none is left."""
    members = np.array(specification.members)
    pair = score[members], specification.covariate[members]
    if specification.statistic != "pearson_r":
        return estimates_without_each(specification.statistic, *pair, specification.strata)
    without = [[np.delete(values, place) for values in pair] for place in range(len(members))]
    return [None if obstacle(*each) is not None else product_moment(*each) for each in without]
