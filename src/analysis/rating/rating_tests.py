"""Questions to the rating: each answered with its numbers, and with what the numbers cannot show.

Every question ends in the same reservation in one form or another: the people who gave the score
also chose the events and wrote the entry, and they saw the old score while doing so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis import stats
from analysis.data import formats, indicators, package, rating_tables, regions
from analysis.data.messages import Message, _, joined, number
from analysis.errors import AnalysisError
from analysis.rating.document import SCORES, TIERS, tier_of
from analysis.rating.test_texts import WORDS
from analysis.stats import Association, GroupComparison, SquareTableTest

# the last year with population and investment of all 83 regions
SIZE_PERIOD = "2024"
# 9,999 gives a p of 0.05 a standard error of 0.002
RESAMPLES = 9_999
SEED = 20260607

Floats = NDArray[np.float64]
STATISTIC_NAMES = {
    "kendall_tau_b": _("Kendall's tau-b"),
    "spearman_rho": _("Spearman's rho"),
    "somers_d": _("Somers' D"),
    "gamma": _("Goodman and Kruskal's gamma"),
    "pearson_r": _("Pearson's r"),
}


@dataclass(frozen=True)
class TestRow:
    """One number of an answer.

    Attributes
    ----------
    subject, statistic : dict
        What it is about and what it is,
    n : int
        Regions.
    estimate : float or None
        The number; None where it cannot be had.
    p : float or None
        Two-sided p; None where there is no test.
    p_kind : {'exact', 'sampled', 'asymptotic', ''}
        How p was got.
    p_min : float or None
        Smallest p the test could have given.
    loo_low, loo_high : float or None
        Range of the estimate with one region left out.
    """

    subject: Message
    statistic: Message
    n: int
    estimate: float | None
    p: float | None = None
    p_kind: str = ""
    p_min: float | None = None
    loo_low: float | None = None
    loo_high: float | None = None


@dataclass(frozen=True)
class TestResult:
    """One question with its answer.

    Attributes
    ----------
    id : str
        Identifier.
    question, answer, limit : dict
        The question, the answer with its numbers, and what it cannot show,
    rows : tuple of TestRow
        Every number.
    """

    id: str
    question: Message
    rows: tuple[TestRow, ...]
    answer: Message
    limit: Message


@cache
def _frame() -> pd.DataFrame:
    printed = package.read("rating-scores").set_index("region")
    counts = rating_tables.dictionary_counts()
    codes = printed.index.tolist()
    table = pd.DataFrame(
        {
            "score": printed["score"].astype(int),
            "previous_score": printed["previous_score"].astype(int),
            "district": [regions.by_code(code).district for code in codes],
            "border": [regions.by_code(code).has_china_border for code in codes],
            "population": indicators.values("population", SIZE_PERIOD, codes),
            "investment": indicators.values("investment", SIZE_PERIOD, codes),
        },
        index=printed.index,
    )
    table["change"] = table["score"] - table["previous_score"]
    lengths = rating_tables.lengths().reindex(codes)
    codings = counts.reindex(codes).add_prefix("coded_")
    share = rating_tables.realised_share(counts).reindex(codes)
    return pd.concat([table, lengths, codings, share], axis=1)


def frame() -> pd.DataFrame:
    """Scores of 83 regions in editions II and III beside what their entries and economies are like.

    Returns
    -------
    pandas.DataFrame
        Indexed by region in print order: ``score, previous_score, change``; ``district``, ``border``
        (with China); ``population`` (thousand) and ``investment`` (million RUB) of 2024;
        ``statements, words, numbers, stalled, stalled_unknown`` of the entry; ``coded_*`` counts and
        ``realised_share`` (0-1) by the dictionary.
    """
    return _frame().copy()


def p_text(value: float | None) -> Message:
    """Write ``p = 0.034`` or ``p < 0.001``; ``p: —`` where there is none."""
    return Message(f"p: {formats.MISSING}") if value is None else Message("{p:P}", {"p": value})


def _range(estimates: Sequence[float | None]) -> tuple[float | None, float | None]:
    known = [value for value in estimates if value is not None and not np.isnan(value)]
    return (min(known), max(known)) if known else (None, None)


def _without_one(score: Floats, covariate: Floats) -> tuple[float | None, float | None]:
    """Range of Spearman's rho with one region left out; no test is run, as 83 of them would take a minute."""
    kept = [np.arange(len(score)) != i for i in range(len(score))]
    return _range([partial_rho(score[keep], covariate[keep], ()) for keep in kept])


def _tested(subject: Message, found: Association, score: ArrayLike, covariate: ArrayLike) -> TestRow:
    """Row of a rank association, with its leave-one-out range."""
    low: float | None = None
    high: float | None = None
    if found.statistic == "spearman_rho":
        low, high = _without_one(np.asarray(score, float), np.asarray(covariate, float))
    elif found.cannot is None:
        low, high = _range(stats.estimates_without_each(found.statistic, score, covariate))
    return TestRow(
        subject,
        STATISTIC_NAMES[found.statistic],
        found.n,
        found.estimate,
        found.p,
        "" if found.p is None else ("exact" if found.p_exact is not None else "sampled"),
        found.p_min,
        low,
        high,
    )


def _compared(subject: Message, found: GroupComparison) -> TestRow:
    test = found.association
    return TestRow(
        subject,
        _("Probability of superiority"),
        found.inside + found.outside,
        found.superiority,
        test.p,
        "" if test.p is None else ("exact" if test.p_exact is not None else "sampled"),
        test.p_min,
    )


def answered(
    name: str,
    rows: Sequence[TestRow],
    values: Mapping[str, float | None],
    p_values: Mapping[str, float | None] | None = None,
    words: Mapping[str, Message] | None = None,
) -> TestResult:
    """Fill the answer of `analysis.rating.test_texts` with the numbers of a run.

    Parameters
    ----------
    name : str
        Key of ``WORDS``.
    rows : sequence of TestRow
        Every number.
    values : dict
        Numbers of the answer by place: whole numbers as they are, others with two decimals.
    p_values, words : dict
        Probabilities and words of the answer by place.
    """
    said = WORDS[name]
    shown = {place: _shown(value) for place, value in values.items()}
    probabilities = {place: p_text(value) for place, value in (p_values or {}).items()}
    answer = replace(said.answer, values={**shown, **probabilities, **(words or {})})
    return TestResult(name, said.question, tuple(rows), answer, said.limit)


def _shown(value: float | None) -> Message | str:
    if value is None or np.isnan(value):
        return formats.MISSING
    return number(value, 0 if isinstance(value, int) else 2)


def _mean_row(subject: Message, values: Floats) -> TestRow:
    return TestRow(subject, _("Mean change"), len(values), float(values.mean()))


# Change between the editions

BOTH = _("Editions II and III")


def change(table: pd.DataFrame) -> TestResult:
    """Transition between the editions: shift, symmetry, equal margins, agreement.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``score`` and ``previous_score``, one row a region.
    """
    before, after = table["previous_score"].to_numpy(), table["score"].to_numpy()
    moved = stats.signed_rank(before, after)
    counts = stats.transition_table(before, after, SCORES)
    tests = stats.bowker(counts), stats.stuart_maxwell(counts)
    kappa = stats.weighted_kappa(counts).estimate
    alpha = stats.krippendorff_alpha(np.array([before, after], dtype=float)).estimate
    n = len(table)
    shift = _("Signed-rank V")
    rows = [
        TestRow(BOTH, shift, n, moved.statistic, moved.p_exact, "exact", moved.p_min),
        *(_square_row(test, n) for test in tests),
        TestRow(BOTH, _("Cohen's kappa, quadratic weights"), n, kappa),
        TestRow(BOTH, _("Krippendorff's alpha, ordinal"), n, alpha),
    ]
    return answered(
        "change",
        rows,
        {"rose": moved.rose, "fell": moved.fell, "kept": moved.kept, "kappa": kappa},
        {"p_shift": moved.p_exact, "p_symmetry": tests[0].p},
    )


_SQUARE_NAMES = {
    "bowker": _("Bowker's chi-squared"),
    "stuart_maxwell": _("Stuart-Maxwell chi-squared"),
}


def _square_row(test: SquareTableTest, n: int) -> TestRow:
    kind = "" if test.p is None else "exact" if test.p_exact is not None else "sampled"
    return TestRow(BOTH, _SQUARE_NAMES[test.name], n, test.statistic, test.p, kind)


TIER_WORDS: dict[str, Message] = {
    "high": _("high (7-10)"),
    "moderate": _("moderate (4-6)"),
    "low": _("low (1-3)"),
}


def regression_to_mean(table: pd.DataFrame) -> TestResult:
    """Change by the tier of the old score, and the slopes both ways in time.

    Regression to the mean runs both ways (Galton 1886): with equal spread the slope of new on old
    scores and that of old on new are the same. A forward slope below the backward one is a narrowing
    beyond it.
    """
    before, after = table["previous_score"].to_numpy(float), table["score"].to_numpy(float)
    if np.ptp(before) == 0 or np.ptp(after) == 0:
        raise AnalysisError(
            "Every region has the same score in an edition, so nothing can regress to a mean."
        )
    covariance = float(np.cov(before, after)[0, 1])
    slopes = {
        "forward": covariance / float(before.var(ddof=1)),
        "backward": covariance / float(after.var(ddof=1)),
    }
    slope = _("Slope")
    rows = [
        TestRow(_("New score on old"), slope, len(table), slopes["forward"]),
        TestRow(_("Old score on new"), slope, len(table), slopes["backward"]),
    ]
    tiers = np.array([tier_of(int(score)) for score in before])
    present = [tier for tier in TIERS if (tiers == tier).any()]
    by_tier = [
        _mean_row(
            _("Old score {tier}", tier=TIER_WORDS[tier]),
            (after - before)[tiers == tier],
        )
        for tier in present
    ]
    means = joined(
        [
            joined([TIER_WORDS[tier], _shown(row.estimate)], " ")
            for tier, row in zip(present, by_tier, strict=True)
        ],
        "; ",
    )
    return answered("regression_to_mean", [*rows, *by_tier], slopes, words={"means": means})


@dataclass(frozen=True)
class SpreadTest:
    """Whether paired scores spread differently in two editions.

    ``before`` and ``after`` are standard deviations, ``p_exact`` the two-sided p over all
    ``2 ** changed`` exchanges of the two scores within regions.
    """

    n: int
    changed: int
    before: float
    after: float
    p_exact: float


def spread_test(before: ArrayLike, after: ArrayLike) -> SpreadTest:
    """Exact paired test of equal spread.

    Pitman (1939) and Morgan (1939) test equal variances of pairs by the covariance of sum and
    difference. Under the null that the two scores of a region may be exchanged, every sign of its
    difference is equally likely, and the covariance is the signed sum of d_i (s_i - mean s): its
    distribution is built up region by region in whole numbers.

    Parameters
    ----------
    before, after : array_like of int, shape (n,)
        Scores of the same regions.

    Raises
    ------
    AnalysisError
        If a score is no whole number or lengths differ.
    """
    first, second = np.asarray(before), np.asarray(after)
    if first.shape != second.shape or (first != np.round(first)).any() or (second != np.round(second)).any():
        raise AnalysisError("Spread is compared between whole scores of the same regions in both editions.")
    first, second = first.astype(np.int64), second.astype(np.int64)
    n = len(first)
    total = first + second
    weights = np.abs((second - first) * (n * total - total.sum()))
    observed = abs(int(((second - first) * (n * total - total.sum())).sum()))
    ways = {0: 1}
    for weight in weights[weights > 0].tolist():
        following: dict[int, int] = {}
        for value, count in ways.items():
            for reached in (value - weight, value + weight):
                following[reached] = following.get(reached, 0) + count
        ways = following
    extreme = sum(count for value, count in ways.items() if abs(value) >= observed)
    return SpreadTest(
        n,
        int((first != second).sum()),
        float(first.std(ddof=1)),
        float(second.std(ddof=1)),
        extreme / sum(ways.values()),
    )


EDITIONS = (_("Edition II"), _("Edition III"))
_VERDICTS = {-1: _("narrowed"), 0: _("stayed"), 1: _("widened")}


def gap(table: pd.DataFrame) -> TestResult:
    """Whether the gap between leaders and outsiders grew between the editions (trend 12).

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``score`` and ``previous_score``, one row a region.

    Raises
    ------
    AnalysisError
        As `spread_test`.
    """
    test = spread_test(table["previous_score"], table["score"])
    quarter = max(1, len(table) // 4)
    gaps = [_quarters_apart(table[name].to_numpy(float), quarter) for name in ("previous_score", "score")]
    deviation = _("Standard deviation")
    apart = _("Top quarter less bottom quarter")
    rows = [
        TestRow(EDITIONS[0], deviation, test.n, test.before),
        TestRow(EDITIONS[1], deviation, test.n, test.after, test.p_exact, "exact"),
        *(TestRow(name, apart, 2 * quarter, value) for name, value in zip(EDITIONS, gaps, strict=True)),
    ]
    return answered(
        "gap",
        rows,
        {"before": test.before, "after": test.after, "gap_before": gaps[0], "gap_after": gaps[1]},
        {"p": test.p_exact},
        {"verdict": _VERDICTS[int(np.sign(test.after - test.before))]},
    )


def _quarters_apart(scores: Floats, quarter: int) -> float:
    ordered = np.sort(scores)
    return float(ordered[-quarter:].mean() - ordered[:quarter].mean())


def far_east_gain(table: pd.DataFrame) -> TestResult:
    """Whether the Far East gained on the rest between the editions.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``change`` and ``district``, one row a region.
    """
    inside = (table["district"] == "far_eastern").to_numpy()
    found = stats.compare_groups(table["change"], inside)
    changes = table["change"].to_numpy(float)
    rows = [
        _mean_row(_("Far East"), changes[inside]),
        _mean_row(_("Other regions"), changes[~inside]),
        _compared(_("Change, Far East against the rest"), found),
    ]
    return answered(
        "far_east_gain",
        rows,
        {"inside": rows[0].estimate, "outside": rows[1].estimate},
        {"p": found.association.p},
    )


# Length and content


def partial_rho(score: ArrayLike, covariate: ArrayLike, controls: Sequence[ArrayLike]) -> float:
    """Spearman's rho of score and covariate with several controls held.

    The correlation of what is left of the midranks of both after least squares on the midranks of
    the controls (with one control, the usual first-order formula).

    Parameters
    ----------
    score, covariate : array_like, shape (n,)
        One number a region.
    controls : sequence of array_like, shape (n,) each
        What is held.

    Returns
    -------
    float
        NaN where the controls determine either side. It carries no p: given such controls scores
        are not exchangeable.
    """
    ranked = [
        pd.Series(np.asarray(values)).rank().to_numpy(float) for values in (score, covariate, *controls)
    ]
    design = np.column_stack([np.ones(len(ranked[0])), *ranked[2:]])
    left = [values - design @ np.linalg.lstsq(design, values, rcond=None)[0] for values in ranked[:2]]
    norms = [float(np.linalg.norm(values)) for values in left]
    # what least squares leaves of a determined side is rounding error
    if min(norms) < 1e-9 * len(design):
        return float("nan")
    return float(left[0] @ left[1] / (norms[0] * norms[1]))


def _partial_row(subject: Message, table: pd.DataFrame, covariate: str, controls: Sequence[str]) -> TestRow:
    def estimate(part: pd.DataFrame) -> float:
        return partial_rho(part["score"], part[covariate], [part[name] for name in controls])

    low, high = _range([estimate(table.drop(index=code)) for code in table.index])
    return TestRow(
        subject,
        _("Partial Spearman's rho"),
        len(table),
        estimate(table),
        loo_low=low,
        loo_high=high,
    )


CONTENT = ("coded_realised", "coded_intended", "realised_share")
CONTENT_WORDS: dict[str, Message] = {
    "coded_realised": _("realised statements"),
    "coded_intended": _("intended statements"),
    "realised_share": _("realised share"),
}
SIZE = ("population", "investment")


def length(table: pd.DataFrame) -> TestResult:
    """Whether the score follows the length of the entry rather than its content.

    With and without third measures of the region's size (population and investment of 2024).
    """
    direct = stats.spearman_rho(table["score"], table["words"])
    subject = _("Score and words")
    held = _partial_row(
        _("Score and words, population and investment held"),
        table,
        "words",
        SIZE,
    )
    contents = {name: _content_rows(table, name) for name in CONTENT}
    rows = [
        _tested(subject, direct, table["score"], table["words"]),
        held,
        *(row for pair in contents.values() for row in pair),
        *_logit_rows(table),
    ]
    values = {
        "direct": direct.estimate,
        "held": held.estimate,
        "realised": contents["coded_realised"][1].estimate,
        "intended": contents["coded_intended"][1].estimate,
    }
    return answered("length", rows, values)


def _content_rows(table: pd.DataFrame, name: str) -> tuple[TestRow, TestRow]:
    """Score and one measure of content, alone and with the length of the entry held."""
    words = CONTENT_WORDS[name]
    known = table.dropna(subset=[name])
    found = stats.spearman_rho(known["score"], known[name])
    return (
        _tested(_("Score and {words}", words=words), found, known["score"], known[name]),
        _partial_row(
            _("Score and {words}, words held", words=words),
            known,
            name,
            ("words",),
        ),
    )


def _logit_rows(table: pd.DataFrame) -> list[TestRow]:
    """Ordered logit of the score on length, size and the realised share."""
    known = table.dropna(subset=["realised_share"])
    names = [
        _("log words"),
        _("log population"),
        _("log investment"),
        _("realised share, per 10 points"),
    ]
    columns = np.column_stack(
        [np.log(known[name].to_numpy(float)) for name in ("words", *SIZE)]
        + [known["realised_share"].to_numpy(float) * 10]
    )
    model = stats.ordered_logit(known["score"], columns, [name.key for name in names])
    statistic = _("Ordered logit, change of log odds")
    if model.cannot is not None:
        return [
            TestRow(_("All together"), statistic, len(known), None),
        ]
    return [
        TestRow(name, statistic, model.n, value, p, "asymptotic")
        for name, value, p in zip(names, model.coefficients, model.p_values, strict=True)
    ]


def stalls(table: pd.DataFrame) -> TestResult:
    """Whether stalls go with a falling score.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``change``, ``previous_score``, ``words``, ``stalled`` and ``stalled_unknown`` (statements), one row
        a region.
    """
    counted = stats.spearman_rho(table["change"], table["stalled"])
    has_stall = (table["stalled"] > 0).to_numpy()
    compared = stats.compare_groups(table["change"], has_stall)
    held = partial_change(table)
    changes = table["change"].to_numpy(float)
    subject = _("Change and stalled statements")
    subject_held = _("Change and stalled statements, words and old score held")
    against = _("Change, entries with a stall against others")
    partial = _("Partial Spearman's rho")
    rows = [
        _tested(subject, counted, table["change"], table["stalled"]),
        TestRow(subject_held, partial, len(table), held),
        _compared(against, compared),
        _mean_row(_("Entries with a stall"), changes[has_stall]),
        _mean_row(_("Entries without"), changes[~has_stall]),
        TestRow(
            _("Entries with text whose italics are lost"),
            _("Regions"),
            len(table),
            float((table["stalled_unknown"] > 0).sum()),
        ),
    ]
    values = {
        "direct": counted.estimate,
        "held": held,
        "with_stall": rows[3].estimate,
        "without": rows[4].estimate,
    }
    return answered("stalls", rows, values, {"p": counted.p})


def partial_change(table: pd.DataFrame) -> float:
    """Spearman's rho of change and stalls with the entry's length and the old score held.

    Parameters
    ----------
    table : pandas.DataFrame
        As in `stalls`.
    """
    return partial_rho(table["change"], table["stalled"], [table["words"], table["previous_score"]])


# Geography


def border_and_district(table: pd.DataFrame) -> TestResult:
    """Scores at the border with China and by federal district.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``score``, ``district`` and ``border``, one row a region.

    Raises
    ------
    AnalysisError
        As `district_effect`.
    """
    far_east = table["district"] == "far_eastern"
    inside, without = table[far_east], table[~far_east]
    at_border = stats.compare_groups(table["score"], table["border"].to_numpy(bool))
    within = stats.compare_groups(inside["score"], inside["border"].to_numpy(bool))
    rows = [
        _compared(_("Border regions against the rest"), at_border),
        _compared(_("Border regions of the Far East against its rest"), within),
        _district_row(_("Districts, all regions"), table),
        _district_row(_("Districts without the Far East"), without),
    ]
    places = ("everywhere", "inside", "effect", "rest")
    return answered(
        "border_and_district",
        rows,
        {place: row.estimate for place, row in zip(places, rows, strict=True)}
        | {"chance": _by_chance(table), "chance_rest": _by_chance(without)},
        {f"p_{place}": row.p for place, row in zip(places, rows, strict=True)},
    )


def _by_chance(table: pd.DataFrame) -> float:
    """Mean of epsilon-squared over all arrangements of the scores: many districts take a part of the variance anyway."""
    return (table["district"].nunique() - 1) / (len(table) - 1)


def _district_row(subject: Message, table: pd.DataFrame) -> TestRow:
    effect, p = district_effect(table["score"], table["district"])
    statistic = _("Epsilon-squared of ranks")
    return TestRow(subject, statistic, len(table), effect, p, "sampled", 1 / (RESAMPLES + 1))


def district_effect(score: pd.Series, district: pd.Series) -> tuple[float, float]:
    """Kruskal-Wallis epsilon-squared of groups and its sampled permutation p.

    Returns
    -------
    (float, float)
        H * (n + 1) / (n**2 - 1) with ties corrected, that is the share of the variance of midranks
        between groups (Tomczak and Tomczak 2014); p as (b + 1) / (B + 1) (Phipson and Smyth 2010).

    Raises
    ------
    AnalysisError
        If every region has the same score.
    """
    ranks = score.rank().to_numpy(float)
    ranks = ranks - ranks.mean()
    total = float(ranks @ ranks)
    if total == 0:
        raise AnalysisError(
            "Every region has the same score, so there is no variance for districts to explain."
        )
    member = pd.get_dummies(district).to_numpy(float)
    sizes = member.sum(axis=0)

    def between(rows: Floats) -> Floats:
        return ((rows @ member) ** 2 / sizes).sum(axis=1)

    generator = np.random.default_rng(SEED)
    shuffled = generator.permuted(np.tile(ranks, (RESAMPLES, 1)), axis=1)
    observed = float(between(ranks[None])[0])
    # equal arrangements may differ by rounding
    exceeding = int((between(shuffled) >= observed * (1 - 1e-12)).sum())
    return observed / total, (exceeding + 1) / (RESAMPLES + 1)


CONVERSION_WORDS: dict[str, Message] = {
    "realised": _("Score and share realised"),
    "moving": _("Score and share realised or under way"),
    "open": _("Score and number of open initiatives"),
}


def conversion_and_score(table: pd.DataFrame) -> TestResult:
    """Whether Far Eastern regions that carry out more of what they announced score higher.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``score`` and ``district``, indexed by region.
    """
    scores = table.loc[table["district"] == "far_eastern", "score"]
    shares = rating_tables.conversions().reindex(scores.index)
    rows = {
        name: _tested(words, stats.kendall_tau_b(scores, shares[name]), scores, shares[name])
        for name, words in CONVERSION_WORDS.items()
    }
    return answered(
        "conversion_and_score",
        list(rows.values()),
        {name: row.estimate for name, row in rows.items()},
        {f"p_{name}": row.p for name, row in rows.items()},
    )


QUESTIONS = (
    change,
    regression_to_mean,
    gap,
    far_east_gain,
    length,
    stalls,
    border_and_district,
    conversion_and_score,
)


def answers() -> tuple[TestResult, ...]:
    """Every question answered for editions II and III, in order."""
    table = frame()
    return tuple(question(table) for question in QUESTIONS)


P_KINDS: dict[str, Message | str] = {
    "exact": _("exact"),
    "sampled": _("sampled"),
    "asymptotic": _("asymptotic"),
    "": formats.MISSING,
}


def as_frame(findings: Sequence[TestResult]) -> pd.DataFrame:
    """Every number of several answers, one row each.

    Parameters
    ----------
    findings : sequence of TestResult
        Answers.

    Returns
    -------
    pandas.DataFrame
        ``question``, ``n``, ``estimate``, two-sided ``p`` with ``p_kind`` and ``p_min``, ``loo_low``, ``loo_high``;
        ``subject`` and ``statistic`` as messages. NaN where there is no number.
    """
    rows = [(finding.id, row) for finding in findings for row in finding.rows]
    numbers = {
        name: [np.nan if value is None else value for value in (getattr(row, name) for _name, row in rows)]
        for name in ("estimate", "p", "p_min", "loo_low", "loo_high")
    }
    return pd.DataFrame(
        {
            "question": [name for name, _row in rows],
            "n": [row.n for _name, row in rows],
            "estimate": numbers["estimate"],
            "p": numbers["p"],
            "p_kind": [row.p_kind for _name, row in rows],
            "p_min": numbers["p_min"],
            "loo_low": numbers["loo_low"],
            "loo_high": numbers["loo_high"],
            "subject": [row.subject for _name, row in rows],
            "statistic": [row.statistic for _name, row in rows],
            "kind": [P_KINDS[row.p_kind] for _name, row in rows],
        }
    )


def notes(findings: Sequence[TestResult]) -> list[Message]:
    """Question, answer and reservation of each finding, for the lines under a table."""
    return [joined([finding.question, finding.answer, finding.limit], " ") for finding in findings]
