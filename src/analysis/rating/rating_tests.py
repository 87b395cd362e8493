"""Questions to the rating: each answered with its numbers, and with what the numbers cannot show.

Every question ends in the same reservation in one form or another: the people who gave the score
also chose the events and wrote the entry, and they saw the old score while doing so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis import stats
from analysis.data import formats, indicators, package, regions
from analysis.data.formats import Text
from analysis.data.regions import Language
from analysis.errors import AnalysisError
from analysis.rating import measures
from analysis.rating.document import SCORES, TIERS, tier_of
from analysis.rating.test_texts import WORDS, text
from analysis.stats import Association, GroupComparison, SquareTableTest

# the last year with population and investment of all 83 regions
SIZE_PERIOD = "2024"
# 9 999 gives a p of 0.05 a standard error of 0.002
RESAMPLES = 9_999
SEED = 20260607

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One number of an answer.

    Attributes
    ----------
    subject, statistic : dict
        What it is about and what it is, by language.
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

    subject: Text
    statistic: Text
    n: int
    estimate: float | None
    p: float | None = None
    p_kind: str = ""
    p_min: float | None = None
    loo_low: float | None = None
    loo_high: float | None = None


@dataclass(frozen=True)
class Finding:
    """One question with its answer.

    Attributes
    ----------
    id : str
        Identifier.
    question, answer, limit : dict
        The question, the answer with its numbers, and what it cannot show, by language.
    rows : tuple of Row
        Every number.
    """

    id: str
    question: Text
    rows: tuple[Row, ...]
    answer: Text
    limit: Text

    def sentence(self, language: Language) -> str:
        """The answer in ``en`` or ``ru``."""
        return self.answer[language]

    def cannot_show(self, language: Language) -> str:
        """What the answer cannot show, in ``en`` or ``ru``."""
        return self.limit[language]


@cache
def _frame() -> pd.DataFrame:
    printed = package.read("rating-scores").set_index("region")
    counts = measures.dictionary_counts()
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
    lengths = measures.lengths().reindex(codes)
    codings = counts.reindex(codes).add_prefix("coded_")
    share = measures.realised_share(counts).reindex(codes)
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


def p_text(value: float | None, language: Language) -> str:
    """Write ``p = 0.034`` or ``p < 0.001``; ``p: —`` where there is none."""
    if value is None:
        return f"p: {formats.MISSING}"
    shown = formats.p_value(value, language)
    return f"p {shown}" if shown.startswith("<") else f"p = {shown}"


def _range(estimates: Sequence[float]) -> tuple[float | None, float | None]:
    known = [value for value in estimates if not np.isnan(value)]
    return (min(known), max(known)) if known else (None, None)


def _without_one(score: Floats, covariate: Floats) -> tuple[float | None, float | None]:
    """Range of Spearman's rho with one region left out; no test is run, as 83 of them would take a minute."""
    kept = [np.arange(len(score)) != i for i in range(len(score))]
    return _range([partial_rho(score[keep], covariate[keep], ()) for keep in kept])


def _tested(subject: Text, found: Association, score: ArrayLike, covariate: ArrayLike) -> Row:
    """Row of a rank association, with its leave-one-out range."""
    low: float | None = None
    high: float | None = None
    if found.statistic == "spearman_rho":
        low, high = _without_one(np.asarray(score, float), np.asarray(covariate, float))
    elif found.cannot is None:
        influence = stats.leave_one_out(found.statistic, score, covariate)
        low, high = influence.loo_low, influence.loo_high
    return Row(
        subject,
        stats.STATISTIC_NAMES[found.statistic],
        found.n,
        found.estimate,
        found.p,
        "" if found.p is None else ("exact" if found.p_exact is not None else "sampled"),
        found.p_min,
        low,
        high,
    )


def _compared(subject: Text, found: GroupComparison) -> Row:
    test = found.association
    return Row(
        subject,
        text("Probability of superiority", "Вероятность превосходства"),
        found.inside + found.outside,
        found.superiority,
        test.p,
        "" if test.p is None else ("exact" if test.p_exact is not None else "sampled"),
        test.p_min,
    )


def answered(
    name: str,
    rows: Sequence[Row],
    values: Mapping[str, float | None],
    p_values: Mapping[str, float | None] | None = None,
    words: Mapping[str, Text] | None = None,
) -> Finding:
    """Fill the answer of `analysis.rating.test_texts` with the numbers of a run.

    Parameters
    ----------
    name : str
        Key of ``WORDS``.
    rows : sequence of Row
        Every number.
    values : dict
        Numbers of the answer by place: whole numbers as they are, others with two decimals.
    p_values, words : dict
        Probabilities and words of the answer by place.
    """
    said = WORDS[name]

    def fill(language: Language) -> str:
        return said.answer[language].format(
            **{place: _shown(value, language) for place, value in values.items()},
            **{place: p_text(value, language) for place, value in (p_values or {}).items()},
            **{place: word[language] for place, word in (words or {}).items()},
        )

    return Finding(name, said.question, tuple(rows), text(fill("en"), fill("ru")), said.limit)


def _shown(value: float | None, language: Language) -> str:
    if value is None or np.isnan(value):
        return formats.MISSING
    return formats.number(value, 0 if isinstance(value, int) else 2, language)


def _mean_row(subject: Text, values: Floats) -> Row:
    return Row(subject, text("Mean change", "Среднее изменение"), len(values), float(values.mean()))


# Change between the editions

BOTH = text("Editions II and III", "Выпуски II и III")


def change(table: pd.DataFrame) -> Finding:
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
    shift = text("Signed-rank V", "Критерий знаковых рангов, V")
    rows = [
        Row(BOTH, shift, n, moved.statistic, moved.p_exact, "exact", moved.p_min),
        *(_square_row(test, n) for test in tests),
        Row(BOTH, text("Cohen's kappa, quadratic weights", "Каппа Коэна, квадратичные веса"), n, kappa),
        Row(BOTH, text("Krippendorff's alpha, ordinal", "Альфа Криппендорфа, порядковая"), n, alpha),
    ]
    return answered(
        "change",
        rows,
        {"rose": moved.rose, "fell": moved.fell, "kept": moved.kept, "kappa": kappa},
        {"p_shift": moved.p_exact, "p_symmetry": tests[0].p},
    )


_SQUARE_NAMES = {
    "bowker": text("Bowker's chi-squared", "Хи-квадрат Боукера"),
    "stuart_maxwell": text("Stuart-Maxwell chi-squared", "Хи-квадрат Стюарта — Максвелла"),
}


def _square_row(test: SquareTableTest, n: int) -> Row:
    kind = "" if test.p is None else "exact" if test.p_exact is not None else "sampled"
    return Row(BOTH, _SQUARE_NAMES[test.name], n, test.statistic, test.p, kind)


TIER_WORDS: dict[str, Text] = {
    "high": text("high (7-10)", "высокая (7–10)"),
    "moderate": text("moderate (4-6)", "умеренная (4–6)"),
    "low": text("low (1-3)", "низкая (1–3)"),
}


def regression_to_mean(table: pd.DataFrame) -> Finding:
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
    slope = text("Slope", "Наклон")
    rows = [
        Row(text("New score on old", "Новая оценка по прежней"), slope, len(table), slopes["forward"]),
        Row(text("Old score on new", "Прежняя оценка по новой"), slope, len(table), slopes["backward"]),
    ]
    tiers = np.array([tier_of(int(score)) for score in before])
    present = [tier for tier in TIERS if (tiers == tier).any()]
    by_tier = [
        _mean_row(
            text(f"Old score {TIER_WORDS[tier]['en']}", f"Прежняя оценка {TIER_WORDS[tier]['ru']}"),
            (after - before)[tiers == tier],
        )
        for tier in present
    ]
    means = {
        language: "; ".join(
            f"{TIER_WORDS[tier][language]} {_shown(row.estimate, language)}"
            for tier, row in zip(present, by_tier, strict=True)
        )
        for language in regions.LANGUAGES
    }
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


EDITIONS = (text("Edition II", "Выпуск II"), text("Edition III", "Выпуск III"))
_VERDICTS = {-1: text("narrowed", "сузился"), 0: text("stayed", "не изменился"), 1: text("widened", "вырос")}


def gap(table: pd.DataFrame) -> Finding:
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
    deviation = text("Standard deviation", "Стандартное отклонение")
    apart = text("Top quarter less bottom quarter", "Верхняя четверть минус нижняя")
    rows = [
        Row(EDITIONS[0], deviation, test.n, test.before),
        Row(EDITIONS[1], deviation, test.n, test.after, test.p_exact, "exact"),
        *(Row(name, apart, 2 * quarter, value) for name, value in zip(EDITIONS, gaps, strict=True)),
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


def far_east_gain(table: pd.DataFrame) -> Finding:
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
        _mean_row(text("Far East", "Дальний Восток"), changes[inside]),
        _mean_row(text("Other regions", "Остальные регионы"), changes[~inside]),
        _compared(text("Change, Far East against the rest", "Изменение: Дальний Восток и остальные"), found),
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


def _partial_row(subject: Text, table: pd.DataFrame, covariate: str, controls: Sequence[str]) -> Row:
    def estimate(part: pd.DataFrame) -> float:
        return partial_rho(part["score"], part[covariate], [part[name] for name in controls])

    low, high = _range([estimate(table.drop(index=code)) for code in table.index])
    return Row(
        subject,
        text("Partial Spearman's rho", "Частный коэффициент Спирмена"),
        len(table),
        estimate(table),
        loo_low=low,
        loo_high=high,
    )


CONTENT = ("coded_realised", "coded_intended", "realised_share")
CONTENT_WORDS: dict[str, dict[Language, str]] = {
    "coded_realised": {"en": "realised statements", "ru": "реализованное (число сообщений)"},
    "coded_intended": {"en": "intended statements", "ru": "намерения (число сообщений)"},
    "realised_share": {"en": "realised share", "ru": "доля реализованного"},
}
SIZE = ("population", "investment")


def length(table: pd.DataFrame) -> Finding:
    """Whether the score follows the length of the entry rather than its content.

    With and without third measures of the region's size (population and investment of 2024).
    """
    direct = stats.spearman_rho(table["score"], table["words"])
    subject = text("Score and words", "Оценка и число слов")
    held = _partial_row(
        text(
            "Score and words, population and investment held",
            "Оценка и число слов при тех же населении и инвестициях",
        ),
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


def _content_rows(table: pd.DataFrame, name: str) -> tuple[Row, Row]:
    """Score and one measure of content, alone and with the length of the entry held."""
    words = CONTENT_WORDS[name]
    known = table.dropna(subset=[name])
    found = stats.spearman_rho(known["score"], known[name])
    return (
        _tested(
            text(f"Score and {words['en']}", f"Оценка и {words['ru']}"), found, known["score"], known[name]
        ),
        _partial_row(
            text(f"Score and {words['en']}, words held", f"Оценка и {words['ru']} при той же длине"),
            known,
            name,
            ("words",),
        ),
    )


def _logit_rows(table: pd.DataFrame) -> list[Row]:
    """Ordered logit of the score on length, size and the realised share."""
    known = table.dropna(subset=["realised_share"])
    names = [
        text("log words", "логарифм числа слов"),
        text("log population", "логарифм населения"),
        text("log investment", "логарифм инвестиций"),
        text("realised share, per 10 points", "доля реализованного, на 10 п. п."),
    ]
    columns = np.column_stack(
        [np.log(known[name].to_numpy(float)) for name in ("words", *SIZE)]
        + [known["realised_share"].to_numpy(float) * 10]
    )
    model = stats.ordered_logit(known["score"], columns, [name["en"] for name in names])
    statistic = text(
        "Ordered logit, change of log odds", "Порядковая логит-модель, изменение логарифма шансов"
    )
    if model.cannot is not None:
        return [
            Row(text("All together", "Вместе"), statistic, len(known), None),
        ]
    return [
        Row(name, statistic, model.n, value, p, "asymptotic")
        for name, value, p in zip(names, model.coefficients, model.p_values, strict=True)
    ]


def stalls(table: pd.DataFrame) -> Finding:
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
    subject = text("Change and stalled statements", "Изменение и приостановленные проекты")
    subject_held = text(
        "Change and stalled statements, words and old score held",
        "Изменение и приостановленные проекты при тех же длине и прежней оценке",
    )
    against = text("Change, entries with a stall against others", "Изменение: записи с остановками и без")
    partial = text("Partial Spearman's rho", "Частный коэффициент Спирмена")
    rows = [
        _tested(subject, counted, table["change"], table["stalled"]),
        Row(subject_held, partial, len(table), held),
        _compared(against, compared),
        _mean_row(text("Entries with a stall", "Записи с остановками"), changes[has_stall]),
        _mean_row(text("Entries without", "Записи без остановок"), changes[~has_stall]),
        Row(
            text("Entries with text whose italics are lost", "Записи, где у части текста утрачен курсив"),
            text("Regions", "Регионов"),
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


def border_and_district(table: pd.DataFrame) -> Finding:
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
        _compared(text("Border regions against the rest", "Приграничные регионы и остальные"), at_border),
        _compared(text("Border regions of the Far East against its rest", "То же внутри ДФО"), within),
        _district_row(text("Districts, all regions", "Округа, все регионы"), table),
        _district_row(text("Districts without the Far East", "Округа без ДФО"), without),
    ]
    places = ("everywhere", "inside", "effect", "rest")
    return answered(
        "border_and_district",
        rows,
        {place: row.estimate for place, row in zip(places, rows, strict=True)},
        {f"p_{place}": row.p for place, row in zip(places, rows, strict=True)},
    )


def _district_row(subject: Text, table: pd.DataFrame) -> Row:
    effect, p = district_effect(table["score"], table["district"])
    statistic = text("Epsilon-squared of ranks", "Эпсилон-квадрат по рангам")
    return Row(subject, statistic, len(table), effect, p, "sampled", 1 / (RESAMPLES + 1))


def district_effect(score: pd.Series, district: pd.Series) -> tuple[float, float]:
    """Kruskal-Wallis epsilon-squared of groups and its sampled permutation p.

    Returns
    -------
    (float, float)
        H * (n + 1) / (n**2 - 1) with ties corrected, that is the share of the variance of midranks
        between groups (Kelley 1935); p as (b + 1) / (B + 1) (Phipson and Smyth 2010).

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


CONVERSION_WORDS: dict[str, Text] = {
    "realised": text("Score and share realised", "Оценка и доля реализованных"),
    "moving": text("Score and share realised or under way", "Оценка и доля реализованных или реализуемых"),
    "open": text("Score and number of open initiatives", "Оценка и число незавершённых инициатив"),
}


def conversion_and_score(table: pd.DataFrame) -> Finding:
    """Whether Far Eastern regions that carry out more of what they announced score higher.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``score`` and ``district``, indexed by region.
    """
    scores = table.loc[table["district"] == "far_eastern", "score"]
    shares = measures.conversions().reindex(scores.index)
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


def answers() -> tuple[Finding, ...]:
    """Every question answered for editions II and III, in order."""
    table = frame()
    return tuple(question(table) for question in QUESTIONS)
