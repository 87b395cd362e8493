"""The specification curve of the rating: every estimate with its exact p, the joint tests, and what to beware of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analysis import stats
from analysis.data import regions
from analysis.data.messages import Message, _
from analysis.errors import AnalysisError, one_of
from analysis.rating.associations import label_of, regions_used
from analysis.rating.specifications.choices import CHOICE_COLUMNS, INDICATORS
from analysis.rating.specifications.declaration import declaration

# the fewest border regions that make a coefficient by themselves
MIN_BORDER = 3
# of scores with too many orders to be listed; the smallest joint p is then one in ten thousand
RESAMPLES = 9_999

WARNINGS = (
    _("A share of specifications is not a probability: specifications are choices, not draws."),
    _(
        "Choices that are not equivalent should not be averaged over (Del Giudice and Gangestad 2021): read the "
        "curve by what was chosen, not by its middle."
    ),
    _("Dependence on China, volumes of trade, investment and border crossings are different questions."),
    _("Leaving a region out is influence, not a choice among equals; it stands beside the curve, not in it."),
)


@dataclass(frozen=True, eq=False)
class Multiverse:
    """All defensible specifications of one edition, with their joint inference.

    Attributes
    ----------
    edition : str
        Edition of the rating.
    subset : str or tuple of str
        Regions over which it is permuted: the name of a set, or their codes.
    found : DeclaredMultiverse
        Specifications and tests; the cases are regions by ISO code.
    """

    edition: str
    subset: str | tuple[str, ...]
    found: stats.DeclaredMultiverse

    @property
    def null(self) -> Message:
        """The joint null hypothesis, named."""
        if self.found.sampling[0] is not None:
            return _(
                "Joint null: the scores of edition {edition} are exchangeable over all {n:d} regions; the rating is permuted once for "
                "all specifications. It has too many arrangements to be listed: a joint p counts {arrangements:d} of them, drawn at random, "
                "the observed one among them.",
                edition=self.edition,
                n=len(self.found.cases),
                arrangements=self.found.joint.arrangements,
            )
        return _(
            "Joint null: the scores of edition {edition} are exchangeable over all {n:d} regions; the rating is permuted once for "
            "all specifications, over all {arrangements:d} distinct arrangements.",
            edition=self.edition,
            n=len(self.found.cases),
            arrangements=self.found.joint.arrangements,
        )

    @property
    def counts(self) -> Message:
        """Count of specifications, as found."""
        found, without = len(self.found.specifications), len(self.found.without_result)
        return _(
            "{specifications:d} different specifications for edition {edition}, from {combinations:d} combinations of options: {copies:d} "
            "repeat another's computation and count once, {without:d} cannot be computed.",
            specifications=found,
            edition=self.edition,
            combinations=self.found.combinations,
            copies=self.found.combinations - found - without,
            without=without,
        )

    def latest(self) -> Multiverse:
        """The primary curve: rank coefficients with each indicator in its latest year."""
        options = [each for one in self.found.specifications for each in one.options]
        last = {each["indicator"]: each["period"] for each in sorted(options, key=lambda o: o["period"])}

        def is_primary(taken: stats.declared.Options) -> bool:
            return taken["statistic"] != "pearson_r" and taken["period"] == last.get(taken["indicator"])

        return replace(self, found=self.found.restricted(is_primary))

    def every_combination(self) -> pd.DataFrame:
        """One row a combination of options, those that end in one computation included.

        Returns
        -------
        pandas.DataFrame
            Columns of the choices, then ``n, estimate, p_exact, p_min``.
        """
        rows = self._exact(self.found.frame(every=True))
        return rows[[*CHOICE_COLUMNS, "n", "estimate", "p_exact", "p_min"]].reset_index(drop=True)

    def table(self) -> pd.DataFrame:
        """The curve: one row a specification, by rising estimate within a coefficient.

        Returns
        -------
        pandas.DataFrame
            Options are those of the first combination; ``combinations`` counts all. ``regions_used``
            names the set of `regions`.
        """
        rows = self._exact(self.found.frame()).join(self.found.influence())
        used = {place: self._codes(place) for place in rows.index}
        rows = rows.assign(
            edition=self.edition,
            subset=label_of(self.subset),
            rank=range(1, len(rows) + 1),
            regions_used=[regions_used(used[place], self.subset) for place in rows.index],
            regions=[" ".join(used[place]) for place in rows.index],
        )
        first = ["edition", "subset", "rank", *CHOICE_COLUMNS, "regions_used", "n", "estimate"]
        tests = ["arrangements", "p_exact", "p_min", "p_joint", "p_maxt", "p_minp"]
        last = ["loo_low", "loo_high", "most_influential", "combinations", "regions"]
        return rows[[*first, *tests, *last]].reset_index(drop=True)

    def families(self) -> pd.DataFrame:
        """One row for the specifications of one set of regions and coefficient, tested together.

        Returns
        -------
        pandas.DataFrame
            As :meth:`analysis.stats.DeclaredMultiverse.summary`, with ``region_set`` for ``cases``.
        """
        first = [next(iter(places)) for places in self.found.families.values()]
        used = [regions_used(self._codes(place), self.subset) for place in first]
        return self.found.summary().drop(columns="cases").assign(region_set=used)

    def shares(self) -> dict[str, dict[str, float]]:
        """Shapley shares of the choices, each by itself; for each coefficient."""
        return self.found.shares(_SHARED, interactions=False)

    def shares_with_interactions(self) -> dict[str, dict[str, float]]:
        """The same for one year an indicator, with what two choices do together shared between them."""
        return self.found.shares([name for name in _SHARED if name != "period"])

    def _exact(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows with ``p_exact``, missing where the coefficient's own p is of a sample."""
        exact = [self.found.associations[place].p_exact for place in rows.index]
        return rows.assign(p_exact=pd.Series(exact, index=rows.index, dtype=float))

    def _codes(self, place: int) -> tuple[str, ...]:
        return tuple(self.found.cases[member] for member in self.found.specifications[place].members)


# the estimates of one coefficient are shared among the other choices
_SHARED = [name for name in CHOICE_COLUMNS if name != "statistic"]


def multiverse(
    observations: pd.DataFrame,
    *,
    edition: str = "III",
    subset: str | Sequence[str] = "far_east",
    covariates: Sequence[str] = (),
    alpha: float = 0.05,
) -> Multiverse:
    """Every defensible specification of the rating against its covariates, and their joint tests.

    Parameters
    ----------
    observations : pandas.DataFrame
        The tidy table of observations: ``region, indicator, period, value`` at least; the score under
        the indicator ``score`` with the edition as its period.
    edition : {"II", "III"}
        Edition of the rating; editions are never pooled.
    subset : str or sequence of str
        Regions over which the rating is permuted, as in :func:`analysis.data.regions.resolve`.
    covariates : sequence of str
        Indicators with their years, ``["retail:2023"]``; the study's own, in every year, if left out.
    alpha : float
        Level for counting.

    Returns
    -------
    Multiverse
        The curve and its joint inference; a joint p is exact where the arrangements can be listed.

    Raises
    ------
    AnalysisError
        If edition, regions or a covariate are not known, a region has no score, alpha is not between 0 and
        1, or nothing can be computed.
    """
    if not 0 < alpha < 1:
        raise AnalysisError(f"alpha is {alpha!r}; it must lie between 0 and 1.")
    codes = regions.codes(regions.resolve(subset))
    figures = _figures(observations, codes)
    table = _scores(figures, edition)
    home = subset if isinstance(subset, str) else tuple(subset)
    everyone = [
        name for indicator in INDICATORS for name in sorted(figures) if name.split(":")[0] == indicator
    ]
    chosen = [name for name in covariates or everyone if name in figures]
    mixed = MIN_BORDER <= table["border"].sum() < len(table)
    choices = declaration(figures, chosen, label_of(home), mixed=mixed)
    try:
        found = stats.multiverse(table, choices, score="score", alpha=alpha, resamples=RESAMPLES)
    except stats.StatisticsError as error:
        raise AnalysisError(
            f"No specification can be computed for edition {edition} over {label_of(home)}: {error}"
        ) from None
    return Multiverse(edition, home, found)


def _figures(observations: pd.DataFrame, codes: tuple[str, ...]) -> pd.DataFrame:
    """A row a region, a column an indicator and period; NaN where there is no figure."""
    here = observations[observations["region"].isin(codes)]
    table = here.pivot_table(index="region", columns=["indicator", "period"], values="value", observed=True)
    table.columns = [f"{indicator}:{period}" for indicator, period in table.columns]
    return table.reindex(list(codes)).astype(float)


def _scores(figures: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Columns ``score`` and ``border`` (whether the region borders China)."""
    editions = sorted(name.split(":")[1] for name in figures if name.startswith("score:"))
    if edition not in editions:
        raise one_of("edition", edition, editions)
    score = figures[f"score:{edition}"]
    if score.isna().any():
        missing = ", ".join(score.index[score.isna()])
        raise AnalysisError(f"Edition {edition} has no score for {missing}; the whole subset must be scored.")
    border = [regions.by_code(code).has_china_border for code in figures.index]
    return pd.DataFrame({"score": score, "border": border})
