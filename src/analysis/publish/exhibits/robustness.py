"""What the association of notebook 05 depends on: coefficient, border, five and all regions, length of the entry."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import stats
from analysis.data import formats, indicators, regions
from analysis.data.formats import number
from analysis.data.regions import Language
from analysis.publish import charts
from analysis.publish.exhibits.association import STATISTIC, Periods, headline_indicators, label, sources_of
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.tables import Table, column
from analysis.rating import associations

_COEFFICIENTS = ("kendall_tau_b", "spearman_rho", "somers_d", "gamma")
_HEADS = {
    "kendall_tau_b": ("tau-b", "тау-b"),
    "spearman_rho": ("rho", "ро"),
    "somers_d": ("Somers' D", "D Сомерса"),
    "gamma": ("gamma", "гамма"),
    "pearson_r": ("Pearson's r", "r Пирсона"),
}
# Оренбургская область prints 5 among the regions scoring 4
ORENBURG = "RU-ORE"
ORENBURG_READINGS = (5.0, 4.0)


def _shown(subset: str, periods: Periods) -> list[str]:
    return [
        name for name in headline_indicators(subset, periods) if not name.endswith("_without_skovorodino")
    ]


def _labels(names: list[str], periods: Periods) -> dict[str, list[str]]:
    return {
        f"label_{language}": [label(name, periods.of(name), language) for name in names]
        for language in regions.LANGUAGES
    }


def coefficients(edition: str, subset: str, periods: Periods) -> Exhibit:
    """Five coefficients for each indicator with their exact p, to see whether that choice matters.

    Parameters
    ----------
    edition : {'II', 'III'}
        Edition of the rating.
    subset : {'far_east', 'border'}
        Set of regions.
    periods : Periods
        Years of the indicators.

    Returns
    -------
    Exhibit
        One row an indicator: ``n``, and for each coefficient its estimate and, as ``p_...``, its exact
        two-sided p.

    Raises
    ------
    AnalysisError
        If an argument is unknown.
    """
    names = _shown(subset, periods)
    rows: list[dict[str, object]] = []
    for name in names:
        data = associations.pair(edition, name, periods.of(name), subset)
        score, covariate = data["score"].to_numpy(), data["covariate"].to_numpy()
        row: dict[str, object] = {"indicator": name, "n": len(data)}
        for statistic in _COEFFICIENTS:
            found = stats.associate(statistic, score, covariate)
            row |= {statistic: found.estimate, f"p_{statistic}": found.p_exact}
        found = stats.pearson_r(score, covariate)
        row |= {"pearson_r": found.estimate, "p_pearson_r": found.p_exact}
        rows.append(row)
    frame = pd.DataFrame(rows).assign(**_labels(names, periods))
    table = Table(
        frame,
        (
            column({"en": "label_en", "ru": "label_ru"}, "Indicator and year", "Показатель и год"),
            column("n", "n", "n", "number"),
            *(
                part
                for statistic, (en, ru) in _HEADS.items()
                for part in (
                    column(statistic, en, ru, "number", 2),
                    column(f"p_{statistic}", f"p ({en})", f"p ({ru})", "p_value"),
                )
            ),
        ),
        {
            "en": (
                "Every p by enumeration of all distinct arrangements. Somers' D and gamma rest on the same pairs as tau-b, so "
                "they share its p. Pearson's r reads the score as a measurement, which it is not.",
            ),
            "ru": (
                "Все p — перебором всех различных перестановок. D Сомерса и гамма построены на тех же парах, что и тау-b, "
                "поэтому p у них общее. r Пирсона читает оценку как измерение, каковым она не является.",
            ),
        },
    )
    first = frame.iloc[0]
    p_values = [
        float(first[f"p_{statistic}"]) for statistic in ("kendall_tau_b", "spearman_rho", "pearson_r")
    ]
    spans = {
        language: f"{formats.p_value(min(p_values), language)}–{formats.p_value(max(p_values), language)}"
        for language in regions.LANGUAGES
    }
    return Exhibit(
        "coefficients",
        f"{edition}; {periods.trade}, {periods.investment}, {periods.crossings}",
        {
            "en": f"{first['label_en']}: the exact p is {spans['en']} depending on the coefficient alone.",
            "ru": f"{first['label_ru']}: в зависимости только от коэффициента точное p — {spans['ru']}.",
        },
        sources_of(names, periods),
        table,
    )


def border_effect(edition: str, subset: str, periods: Periods) -> Exhibit:
    """Raw coefficient, the same within border and non-border regions, and the partial coefficient.

    Parameters and errors as `coefficients`.

    Returns
    -------
    Exhibit
        One row an indicator: ``raw`` and ``p_raw``, ``within`` with ``p_within``, ``p_min_within`` and
        ``arrangements_within``, and ``partial``, which has no p. No rows where all regions are on the border.
    """
    names, rows = [], []
    for name in _shown(subset, periods):
        data = associations.pair(edition, name, periods.of(name), subset)
        border = [regions.by_code(code).has_china_border for code in data.index]
        score, covariate = data["score"].to_numpy(), data["covariate"].to_numpy()
        raw = stats.associate(STATISTIC, score, covariate)
        if len(set(border)) == 1:
            continue  # all on one side of the border: nothing to hold fixed
        given = stats.partial_rank_correlation(STATISTIC, score, covariate, border)
        names.append(name)
        rows.append(
            {
                "indicator": name,
                "n": raw.n,
                "raw": raw.estimate,
                "p_raw": raw.p_exact,
                "within": given.within.estimate,
                "p_within": given.within.p_exact,
                "p_min_within": given.within.p_min,
                "arrangements_within": given.within.arrangements,
                "partial": given.estimate,
            }
        )
    columns = [
        "indicator",
        "n",
        "raw",
        "p_raw",
        "within",
        "p_within",
        "p_min_within",
        "arrangements_within",
        "partial",
    ]
    frame = pd.DataFrame(rows, columns=columns).assign(**_labels(names, periods))
    table = Table(
        frame,
        (
            column({"en": "label_en", "ru": "label_ru"}, "Indicator and year", "Показатель и год"),
            column("raw", "tau-b", "тау-b", "number", 2),
            column("p_raw", "Exact p", "Точное p", "p_value"),
            column("within", "Within border and others", "Внутри приграничных и прочих", "number", 2),
            column("p_within", "Exact p within", "Точное p внутри групп", "p_value"),
            column("p_min_within", "Smallest reachable", "Наименьшее возможное", "p_value"),
            column("partial", "Partial tau", "Частный тау", "number", 2),
        ),
        {
            "en": (
                "Within: scores are permuted among the border regions and among the others, pairs across are not counted. "
                "Partial: Kendall's partial coefficient given the border (1942), a second view without a p of its own.",
            ),
            "ru": (
                "Внутри групп: оценки переставляются отдельно среди приграничных и прочих регионов, пары между группами не "
                "учитываются. Частный тау: коэффициент Кендалла при фиксированной границе (1942), без собственного p.",
            ),
        },
    )
    return Exhibit(
        "border-effect",
        f"{edition}; {periods.trade}, {periods.investment}, {periods.crossings}",
        _border_sentence(frame),
        sources_of(names, periods),
        table,
    )


def _border_sentence(frame: pd.DataFrame) -> dict[Language, str]:
    if frame.empty:
        return {
            "en": "All regions of this set lie on the border, so its effect cannot be held fixed here.",
            "ru": "Все регионы этого набора приграничные, поэтому выделить влияние границы здесь нельзя.",
        }
    first = frame.iloc[0]
    return {
        "en": f"{first['label_en']}: tau-b {number(first['raw'], 2, 'en')} (p {formats.p_value(first['p_raw'], 'en')}) becomes "
        f"{number(first['within'], 2, 'en')} (p {formats.p_value(first['p_within'], 'en')}) once border regions are compared "
        "with border regions only, and the others with the others.",
        "ru": f"{first['label_ru']}: тау-b {number(first['raw'], 2, 'ru')} (p {formats.p_value(first['p_raw'], 'ru')}) становится "
        f"{number(first['within'], 2, 'ru')} (p {formats.p_value(first['p_within'], 'ru')}), если сравнивать приграничные "
        "регионы только между собой, а прочие — между собой.",
    }


def five_regions(edition: str, periods: Periods) -> Exhibit:
    """Every arrangement of the border regions' scores over their crossing density, instead of a p-value.

    Parameters and errors as `coefficients`.

    Returns
    -------
    Exhibit
        One row an arrangement, by rising ``tau_b``: a score under each region, regions by rising density, and
        ``is_observed``.
    """
    name = "crossing_density_functioning"
    data = associations.pair(edition, name, periods.crossings, "border").sort_values("covariate")
    observed = tuple(data["score"])
    rows: list[dict[str, object]] = []
    for arrangement in set(itertools.permutations(observed)):
        found = stats.kendall_tau_b(arrangement, data["covariate"].to_numpy())
        rows.append(
            {
                **{code: int(score) for code, score in zip(data.index, arrangement, strict=True)},
                "tau_b": found.estimate,
                "is_observed": arrangement == observed,
                "mark_en": "observed" if arrangement == observed else None,
                "mark_ru": "наблюдаемое" if arrangement == observed else None,
            }
        )
    codes = list(data.index)
    frame = pd.DataFrame(rows).sort_values(["tau_b", *codes], ignore_index=True)
    table = Table(
        frame,
        (
            *(
                column(
                    code,
                    f"{charts.short(code, 'en')} ({number(data.loc[code, 'covariate'], 2, 'en')})",
                    f"{charts.short(code, 'ru')} ({number(data.loc[code, 'covariate'], 2, 'ru')})",
                    "number",
                )
                for code in codes
            ),
            column("tau_b", "tau-b", "тау-b", "number", 2),
            column({"en": "mark_en", "ru": "mark_ru"}, "Arrangement", "Перестановка"),
        ),
        {
            "en": ("Columns in rising density of functioning crossing points, per 1,000 km of border.",),
            "ru": ("Столбцы — по возрастанию плотности действующих пунктов пропуска на 1000 км границы.",),
        },
    )
    found = stats.kendall_tau_b(observed, data["covariate"].to_numpy())
    least = "—" if found.p_min is None else formats.p_value(found.p_min, "en")
    least_ru = "—" if found.p_min is None else formats.p_value(found.p_min, "ru")
    return Exhibit(
        "five-regions",
        f"{edition}; {periods.crossings}",
        {
            "en": f"The scores of five regions can be arranged in {len(frame)} ways. Even the most extreme would have a two-sided p "
            f"of {least}; that is why no p decides here.",
            "ru": f"Различных перестановок оценок пяти регионов — {len(frame)}. Даже у самой крайней двустороннее p равно "
            f"{least_ru}; поэтому p здесь ничего не решает.",
        },
        sources_of([name], periods),
        table,
    )


_TERMS: Mapping[str, dict[Language, str]] = {
    "log_investment_per_head": {
        "en": "Investment per head, logarithm",
        "ru": "Инвестиции на душу населения, логарифм",
    },
    "log_population": {"en": "Population, logarithm", "ru": "Численность населения, логарифм"},
    "far_east": {"en": "Far Eastern Federal District", "ru": "Дальневосточный федеральный округ"},
    "border": {"en": "Land border with China", "ru": "Сухопутная граница с Китаем"},
}


def all_regions(edition: str, periods: Periods) -> Exhibit:
    """Ordered logit of the score over all 83 regions, with Оренбургская область read both ways.

    Parameters and errors as `coefficients`; only the year of investment is used.

    Returns
    -------
    Exhibit
        One row a term and reading of Orenburg's score (``orenburg``): ``coefficient`` (change of the log odds
        of a higher score for one more unit of the term), ``standard_error``, asymptotic ``p``, ``by_cut_low`` and ``by_cut_high``, ``n``.
    """
    everything = regions.all_regions()
    codes = regions.codes(everything)
    score = indicators.values("score", edition, codes)
    design = np.column_stack(
        [
            np.log(indicators.values("investment_per_head", periods.investment, codes)),
            np.log(indicators.values("population", periods.investment, codes)),
            [float(region.district == "far_eastern") for region in everything],
            [float(region.has_china_border) for region in everything],
        ]
    )
    # edition II prints 4 for Оренбургская область in its place: there is nothing to choose
    readings = ORENBURG_READINGS if edition == "III" else (float(score[ORENBURG]),)
    rows = []
    for reading in readings:
        read = score.copy()
        read[ORENBURG] = reading
        fitted = stats.ordered_logit(read.to_numpy(), design, list(_TERMS))
        by_cut = np.array([found for _, found in fitted.by_cut if found is not None])
        estimates = zip(fitted.coefficients, fitted.standard_errors, fitted.p_values, strict=True)
        for place, (term, (estimate, error, p)) in enumerate(zip(_TERMS, estimates, strict=True)):
            rows.append(
                {
                    "orenburg": int(reading),
                    "term": term,
                    "term_en": _TERMS[term]["en"],
                    "term_ru": _TERMS[term]["ru"],
                    "coefficient": estimate,
                    "standard_error": error,
                    "p": p,
                    "by_cut_low": by_cut[:, place].min() if len(by_cut) else np.nan,
                    "by_cut_high": by_cut[:, place].max() if len(by_cut) else np.nan,
                    "n": fitted.n,
                }
            )
    columns = ["orenburg", "term", "term_en", "term_ru", "coefficient", "standard_error", "p"]
    frame = pd.DataFrame(rows, columns=[*columns, "by_cut_low", "by_cut_high", "n"])
    table = Table(
        frame,
        (
            column("orenburg", "Orenburg's score", "Оценка Оренбургской области", "number"),
            column({"en": "term_en", "ru": "term_ru"}, "Term", "Переменная"),
            column("coefficient", "Coefficient", "Коэффициент", "number", 2),
            column("standard_error", "Standard error", "Стандартная ошибка", "number", 2),
            column("p", "p (asymptotic)", "p (асимптотическое)", "p_value"),
            column("by_cut_low", "By cut, from", "По порогам, от", "number", 2),
            column("by_cut_high", "By cut, to", "По порогам, до", "number", 2),
        ),
        {
            "en": (
                "Ordered logit with proportional odds; standard errors read the regions as a sample. Separation is tested for "
                "before fitting. By cut: range of the coefficient in the binary logits at each score, which the model takes as "
                "equal; cuts at which the regions are separated have none.",
            ),
            "ru": (
                "Порядковая логит-модель с пропорциональными шансами; стандартные ошибки трактуют регионы как выборку. "
                "Разделимость проверена до оценивания. По порогам — размах коэффициента в бинарных логит-моделях для каждого "
                "порога; модель считает их равными; там, где регионы разделимы, оценки нет.",
            ),
        },
    )
    inside = [float(region.district == "far_eastern") for region in everything]
    compared = stats.compare_groups(score.to_numpy(), inside)
    return Exhibit(
        "all-regions",
        f"{edition}; {periods.investment}",
        {language: _against_the_rest(compared, language) for language in regions.LANGUAGES},
        (
            "rating-scores",
            *dict.fromkeys(
                name
                for indicator in ("investment", "population")
                for name in indicators.resources_of(indicator, periods.investment)
            ),
        ),
        table,
    )


def _against_the_rest(compared: stats.GroupComparison, language: Language) -> str:
    told = compared.sentence(language)
    return {
        "en": f"The Far East against the rest: {told}",
        "ru": f"Дальний Восток и остальные регионы: {told}",
    }[language]


# length of a region's entry in the rating; no indicator of the family, so it has no place in `COVARIATES`
_LENGTH = "entry_words"


def score_and_length(edition: str, subset: str, periods: Periods) -> Exhibit:
    """The score against the length of the entry, beside the indicators of the forest and given the length.

    Parameters
    ----------
    edition : {'II', 'III'}
        Edition of the rating. Entries are counted in edition III; for another the exhibit shows the
        indicators alone and says so.
    subset : {'far_east', 'border'}
        Set of regions.
    periods : Periods
        Years of the indicators.

    Returns
    -------
    Exhibit
        One row for the length and one an indicator. Columns ``n``, ``estimate`` (tau-b with the score),
        ``p_exact``, ``p_min``; over the same regions ``score_length`` and ``indicator_length`` (tau-b of
        the length with either) and ``partial`` (Kendall's partial tau given the length, without a p).
    """
    has_lengths = edition in indicators.periods(_LENGTH)
    names = headline_indicators(subset, periods)
    rows = [_beside_length(edition, name, periods.of(name), subset, has_lengths) for name in names]
    if has_lengths:
        rows.insert(0, _of_score(edition, _LENGTH, edition, subset))
    frame = pd.DataFrame(rows, columns=_LENGTH_COLUMNS)
    pairs = list(zip(frame["indicator"], frame["period"], strict=True))
    frame = frame.assign(
        **{
            f"label_{language}": [label(name, period, language) for name, period in pairs]
            for language in regions.LANGUAGES
        }
    )
    return Exhibit(
        "score-and-length",
        f"{edition}; {periods.trade}, {periods.investment}, {periods.crossings}",
        {language: _length_sentence(frame, edition, language) for language in regions.LANGUAGES},
        (*sources_of(names, periods), *indicators.resources_of(_LENGTH, edition)),
        _length_table(frame),
    )


_LENGTH_COLUMNS = [
    "indicator",
    "period",
    "n",
    "estimate",
    "p_exact",
    "p_min",
    "score_length",
    "indicator_length",
    "partial",
]


def _of_score(edition: str, name: str, period: str, subset: str) -> dict[str, object]:
    data = associations.pair(edition, name, period, subset)
    found = stats.associate(STATISTIC, data["score"].to_numpy(), data["covariate"].to_numpy())
    return {
        "indicator": name,
        "period": period,
        "n": found.n,
        "estimate": found.estimate,
        "p_exact": found.p_exact,
        "p_min": found.p_min,
    }


def _beside_length(edition: str, name: str, period: str, subset: str, has_lengths: bool) -> dict[str, object]:
    row = _of_score(edition, name, period, subset)
    if not has_lengths:
        return row
    data = associations.pair(edition, name, period, subset)
    score, covariate = data["score"].to_numpy(), data["covariate"].to_numpy()
    length = indicators.values(_LENGTH, edition, list(data.index)).to_numpy()
    return row | {
        "score_length": stats.associate(STATISTIC, score, length).estimate,
        "indicator_length": stats.associate(STATISTIC, covariate, length).estimate,
        "partial": stats.partial_rank_correlation(STATISTIC, score, covariate, length).estimate,
    }


def _length_table(frame: pd.DataFrame) -> Table:
    return Table(
        frame,
        (
            column({"en": "label_en", "ru": "label_ru"}, "Indicator and year", "Показатель и год"),
            column("n", "n", "n", "number"),
            column("estimate", "tau-b", "тау-b", "number", 2),
            column("p_exact", "Exact p", "Точное p", "p_value"),
            column("p_min", "Smallest reachable p", "Наименьшее возможное p", "p_value"),
            column("score_length", "Score and length", "Оценка и длина", "number", 2),
            column("indicator_length", "Indicator and length", "Показатель и длина", "number", 2),
            column("partial", "Partial tau given length", "Частный тау при данной длине", "number", 2),
        ),
        {
            "en": (
                "Length: words of all statements of the entry. It is none of the indicators named beforehand, and no p here "
                "is adjusted. Score and length, indicator and length: tau-b over the regions of the row.",
                "Partial: Kendall's partial coefficient (1942). It has no p: given the length the scores are not "
                "exchangeable, and lengths repeat too rarely to permute scores among regions of equal length.",
            ),
            "ru": (
                "Длина — число слов во всех сообщениях записи. В заранее названные показатели она не входит; поправок "
                "на множественность здесь нет. Оценка и длина, показатель и длина — тау-b по регионам строки.",
                "Частный тау — коэффициент Кендалла (1942). p у него нет: при данной длине оценки не перестановочны, а "
                "одинаковые длины слишком редки, чтобы переставлять оценки только среди равных по длине.",
            ),
        },
    )


def _length_sentence(frame: pd.DataFrame, edition: str, language: Language) -> str:
    if _LENGTH not in set(frame["indicator"]):
        return {
            "en": f"Entries are counted in edition III only: for edition {edition} their length is missing, and with it "
            "everything that would hold it fixed.",
            "ru": f"Длина записей подсчитана только для выпуска III: для выпуска {edition} её нет, поэтому фиксировать "
            "нечего.",
        }[language]
    length, shown = frame.iloc[0], frame.iloc[1:]
    first = shown.iloc[0]
    # twelve decimals: coefficients of equal size come out equal whatever their square roots
    smaller = int((shown["estimate"].abs().round(12) < round(abs(length["estimate"]), 12)).sum())
    raw, held = (_two_decimals(first[name], language) for name in ("estimate", "partial"))
    estimate, p = _two_decimals(length["estimate"], language), formats.p_value(length["p_exact"], language)
    return {
        "en": f"Score and length of the entry: tau-b {estimate} (p {p}), in absolute value above {smaller} of "
        f"{len(shown)} indicators. {first['label_en']}: tau-b {raw}, given the length {held}. The authors who gave the "
        "score also wrote the entry, and a long entry may only record more work: the length need not make the score, "
        "and what an indicator loses given the length need not be spurious.",
        "ru": f"Оценка и длина записи: тау-b {estimate} (p {p}), по модулю больше, чем у {smaller} из {len(shown)} "
        f"показателей. {first['label_ru']}: тау-b {raw}, при данной длине {held}. Авторы оценки писали и саму запись, а "
        "длинная запись может лишь отражать больший объём работы: длина не обязательно определяет оценку, а то, что "
        "показатель теряет при данной длине, не обязательно ложная связь.",
    }[language]


def _two_decimals(value: float | None, language: Language) -> str:
    return formats.MISSING if value is None or np.isnan(value) else number(value, 2, language)
