"""The rating against trade, investment and border crossings: tables and figures of notebook 05."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import paths, stats
from analysis.data import formats, indicators, regions
from analysis.data.regions import Language
from analysis.publish import charts
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.parameters import Run
from analysis.publish.tables import Table, column
from analysis.rating import associations

STATISTIC = "kendall_tau_b"


@dataclass(frozen=True)
class Periods:
    """Which year stands for which kind of indicator.

    Attributes
    ----------
    trade, investment, crossings : str
        Years of the trade, investment and crossing indicators.
    """

    trade: str
    investment: str
    crossings: str

    def of(self, indicator: str) -> str:
        """Year used for an indicator."""
        if indicator in associations.INVESTMENT:
            return self.investment
        return self.crossings if indicator in associations.CROSSINGS else self.trade


def periods_of(run: Run) -> Periods:
    """Years a run asked for."""
    return Periods(run["trade_period"], run["investment_period"], run["crossings_period"])


def headline_indicators(subset: str, periods: Periods) -> list[str]:
    """Indicators that enough regions have in the years asked for, in the order of the exhibits.

    Parameters
    ----------
    subset : {'far_east', 'border'}
        Set of regions; at least `analysis.rating.associations.MIN_REGIONS` of them must have a figure.
    periods : Periods
        Years of the indicators.

    Raises
    ------
    AnalysisError
        If the subset is unknown.
    """
    return [
        name for name in associations.COVARIATES if associations.has_enough(name, periods.of(name), subset)
    ]


def missing_sentence(subset: str, periods: Periods) -> dict[Language, str]:
    """Which indicators have no values in the years asked for, and in which they do.

    A sentence in each language. Parameters and errors as `headline_indicators`.
    """
    headline = headline_indicators(subset, periods)
    # what only customs files of a reader's own can give is not missed where there are none
    absent = [name for name in associations.COVARIATES if name not in headline and indicators.periods(name)]
    if not absent:
        return {
            "en": "Every indicator has values in the years chosen.",
            "ru": "Все показатели есть за выбранные годы.",
        }
    parts: dict[Language, list[str]] = {"en": [], "ru": []}
    for name in absent:
        entry = indicators.indicator(name)
        for language in regions.LANGUAGES:
            years = [year for year in associations.years(name) if associations.has_enough(name, year, subset)]
            told = ", ".join(years) or formats.MISSING
            parts[language].append(f"{entry.name[language]} ({periods.of(name)}; {told})")
    return {
        "en": "Left out for want of values in the year chosen (year chosen; years there are): "
        + "; ".join(parts["en"])
        + ".",
        "ru": "Нет значений за выбранный год (выбранный год; имеющиеся годы): "
        + "; ".join(parts["ru"])
        + ".",
    }


def write_associations(run: Run) -> pd.DataFrame:
    """Compute every association the data allow and write ``associations.csv`` into the run's folder.

    Returns
    -------
    pandas.DataFrame
        As :func:`analysis.rating.associations.table`.
    """
    rows = associations.table()
    paths.write_text(run.output_dir / "associations.csv", rows.to_csv(index=False, lineterminator="\n"))
    return rows


def headline_rows(
    rows: pd.DataFrame, edition: str, subset: str, periods: Periods, statistic: str = STATISTIC
) -> pd.DataFrame:
    """Rows of the associations table for the years asked for, one an indicator, in exhibit order.

    Parameters
    ----------
    rows : pandas.DataFrame
        As :func:`analysis.rating.associations.table`.
    edition, subset, periods
        As in `data`.
    statistic : str
        One of `analysis.rating.associations.STATISTICS`.

    Returns
    -------
    pandas.DataFrame
        The same columns, ``indicator`` first.

    Raises
    ------
    AnalysisError
        If the subset is unknown.
    """
    names = headline_indicators(subset, periods)
    chosen = rows[
        (rows["edition"] == edition) & (rows["subset"] == subset) & (rows["statistic"] == statistic)
    ]
    chosen = chosen[
        [
            periods.of(name) == period
            for name, period in zip(chosen["indicator"], chosen["period"], strict=True)
        ]
    ]
    return chosen.set_index("indicator").loc[names].reset_index()


def label(indicator: str, period: str, language: Language) -> str:
    """Name of an indicator with its year."""
    return f"{indicators.indicator(indicator).name[language]}, {period}"


def sources_of(names: Sequence[str], periods: Periods) -> tuple[str, ...]:
    """Data resources of the scores and of the indicators `names` in the years asked for."""
    found = dict.fromkeys(["rating-scores"])
    for name in names:
        found.update(dict.fromkeys(indicators.resources_of(name, periods.of(name))))
    return tuple(found)


def _period(edition: str, periods: Periods) -> str:
    years = sorted({periods.trade, periods.investment, periods.crossings})
    return f"{edition}; {', '.join(years)}"


def data(edition: str, subset: str, periods: Periods) -> Exhibit:
    """The figures themselves: one row a region, sorted by score.

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
        Table with ``region``, ``score`` and a column for each indicator, in its unit of the catalogue; empty
        cells where a region has no figure.

    Raises
    ------
    AnalysisError
        If an argument is unknown.
    """
    codes = regions.codes(regions.subset(subset))
    names = headline_indicators(subset, periods)
    frame = pd.DataFrame({"score": indicators.values("score", edition, codes)})
    for name in names:
        frame[name] = indicators.values(name, periods.of(name), codes)
    frame = frame.rename_axis("region").reset_index()
    frame = frame.sort_values(["score", "region"], ascending=[False, True], ignore_index=True)
    shown = [name for name in names if not name.endswith("_without_skovorodino")]
    table = Table(
        frame,
        (
            column("region", "Region", "Регион", "region"),
            column("score", f"Score, {edition}", f"Оценка, {edition}", "number"),
            *(
                column(
                    name,
                    f"{label(name, periods.of(name), 'en')}, {indicators.indicator(name).unit['en']}",
                    f"{label(name, periods.of(name), 'ru')}, {indicators.indicator(name).unit['ru']}",
                    "number",
                    2 if name in associations.CROSSINGS else (1 if name in associations.DEPENDENCE else 0),
                )
                for name in shown
            ),
        ),
        {
            "en": (
                "A dash: no border with China and therefore no density of crossings, or no figure published.",
            ),
            "ru": (
                "Прочерк: границы с Китаем, а значит и плотности пунктов пропуска, нет, или данные не публиковались.",
            ),
        },
    )
    pairs = sum(int(count) * (int(count) - 1) // 2 for count in frame["score"].value_counts())
    return Exhibit(
        "association-data",
        _period(edition, periods),
        {
            "en": f"{len(frame)} regions share {frame['score'].nunique()} different scores; {pairs} pairs of regions are tied.",
            "ru": f"Регионов — {len(frame)}, разных оценок — {frame['score'].nunique()}, пар с равными оценками — {pairs}.",
        },
        sources_of(names, periods),
        table,
    )


def forest(rows: pd.DataFrame, edition: str, subset: str, periods: Periods, alpha: float) -> Exhibit:
    """Coefficients of the years asked for, with everything that says how far to trust them.

    Parameters
    ----------
    rows : pandas.DataFrame
        As :func:`analysis.rating.associations.table`.
    edition, subset, periods
        As in `data`.
    alpha : float
        Level, 0-1; rows whose smallest reachable p lies above it are drawn pale.

    Returns
    -------
    Exhibit
        Table with the columns of `rows` and the names of the indicators, and figure.

    Raises
    ------
    AnalysisError
        If the subset is unknown.
    """
    chosen = headline_rows(rows, edition, subset, periods)
    labels: Mapping[Language, list[str]] = {
        language: [
            label(name, period, language)
            for name, period in zip(chosen["indicator"], chosen["period"], strict=True)
        ]
        for language in regions.LANGUAGES
    }
    printed = chosen.assign(label_en=labels["en"], label_ru=labels["ru"])
    table = Table(
        printed,
        (
            column({"en": "label_en", "ru": "label_ru"}, "Indicator and year", "Показатель и год"),
            column("gap_years", "Years before the events", "Лет до событий", "number"),
            column("n", "n", "n", "number"),
            column("estimate", "tau-b", "тау-b", "number", 2),
            column("arrangements", "Arrangements", "Перестановок", "number"),
            column("p_exact", "Exact p", "Точное p", "p_value"),
            column("p_min", "Smallest reachable p", "Наименьшее возможное p", "p_value"),
            column("p_holm", "Holm", "Холм", "p_value"),
            column("p_maxt", "max-T", "max-T", "p_value"),
            column("ci_low", "95 % from", "95 % от", "number", 2),
            column("ci_high", "95 % to", "95 % до", "number", 2),
            column("loo_low", "One left out, from", "Без одного региона, от", "number", 2),
            column("loo_high", "One left out, to", "Без одного региона, до", "number", 2),
        ),
        {
            "en": (
                "Two-sided p over all distinct arrangements of the scores given the ties: "
                "P(|S - E(S)| ≥ |s - E(S)|). Holm and max-T adjust for all rows of the edition, the statistic and "
                "the set of regions, not only for those shown. The interval reads the regions as a sample "
                "(Fieller on the z scale) and is not given for n below 10. It is an approximation that does not know of "
                "the ties and may leave out zero where the exact p is above 0.05: the exact p decides.",
            ),
            "ru": (
                "Двустороннее p по всем различным перестановкам оценок с учётом совпадений: "
                "P(|S - E(S)| ≥ |s - E(S)|). Поправки Холма и max-T учитывают все строки выпуска, статистики и "
                "набора регионов, а не только показанные. Интервал трактует регионы как выборку (Филлер, шкала z) и "
                "при n меньше 10 не приводится. Это приближение, которое не учитывает совпадений и может не содержать нуля "
                "при точном p выше 0,05: решает точное p.",
            ),
        },
    )
    plotted = {
        language: chosen.assign(label=labels[language], is_reachable=chosen["p_min"] <= alpha)
        for language in regions.LANGUAGES
    }
    for frame in plotted.values():
        numeric = ["estimate", "p_exact", "p_min", "ci_low", "ci_high", "loo_low", "loo_high"]
        frame[numeric] = frame[numeric].astype(float)
    axis_label: Mapping[Language, str] = {"en": "Kendall's tau-b", "ru": "Тау-b Кендалла"}
    return Exhibit(
        "association-forest",
        _period(edition, periods),
        _forest_sentence(chosen, alpha),
        sources_of(chosen["indicator"].tolist(), periods),
        table,
        lambda language, title, footer: charts.forest(
            plotted[language], language, title, footer, axis_label[language]
        ),
    )


def _forest_sentence(chosen: pd.DataFrame, alpha: float) -> dict[Language, str]:
    below = chosen[chosen["p_exact"] <= alpha]
    after = chosen[chosen["p_maxt"] <= alpha]
    mute = chosen[chosen["p_min"] > alpha]
    level = {language: formats.number(alpha, 2, language) for language in regions.LANGUAGES}
    return {
        "en": f"Exact p of {level['en']} or less: {len(below)} of {len(chosen)} coefficients, {len(after)} after adjustment "
        f"for the family; out of reach whatever the data: {len(mute)} (pale). Diamond: estimate; "
        "thick: range when one region is left out; thin: approximate 95 % interval.",
        "ru": f"Точное p не выше {level['ru']} у {len(below)} из {len(chosen)} коэффициентов, с поправкой на семейство — "
        f"у {len(after)}; недостижимо при любых данных у {len(mute)} (бледные). Ромб — значение коэффициента; толстая линия — "
        "размах при исключении одного региона; тонкая — приближённый 95-процентный интервал.",
    }


def detectable_sentence(edition: str, subset: str, periods: Periods, alpha: float) -> dict[Language, str]:
    """Smallest association that the exact test could have shown, for the first indicator there is.

    Parameters
    ----------
    edition, subset, periods
        As in `data`.
    alpha : float
        Level of the test, 0-1.

    Returns
    -------
    dict
        Sentence by language.

    Raises
    ------
    AnalysisError
        If an argument is unknown.
    """
    name = headline_indicators(subset, periods)[0]
    data_of = associations.pair(edition, name, periods.of(name), subset)
    found = stats.minimum_detectable_effect(
        STATISTIC, data_of["score"].to_numpy(), data_of["covariate"].to_numpy(), alpha
    )
    return {
        language: f"{label(name, periods.of(name), language)}. {found.sentence(language)}"
        for language in regions.LANGUAGES
    }


# one indicator of each kind: dependence, volume, investment, crossings
_PANELS = ("china_share", "trade_turnover", "investment", "crossing_density_functioning")


def scatter(edition: str, subset: str, periods: Periods) -> Exhibit:
    """Score against four indicators, one of each kind, every region named.

    Parameters and errors as `data`; a kind without figures in the year has no panel.
    """
    available = [name for name in _PANELS if name in headline_indicators(subset, periods)]
    panels: dict[Language, list[tuple[str, pd.DataFrame, str]]] = {"en": [], "ru": []}
    for name in available:
        period = periods.of(name)
        data_of = associations.pair(edition, name, period, subset)
        points = data_of.rename(columns={"covariate": "x"}).rename_axis("region").reset_index()
        found = stats.associate(STATISTIC, data_of["score"].to_numpy(), data_of["covariate"].to_numpy())
        for language in regions.LANGUAGES:
            unit = indicators.indicator(name).unit[language]
            panels[language].append(
                (f"{label(name, period, language)}, {unit}", points, _panel_note(found, language))
            )
    axis_label: Mapping[Language, str] = {
        "en": f"Score, edition {edition}",
        "ru": f"Оценка, выпуск {edition}",
    }
    return Exhibit(
        "association-scatter",
        _period(edition, periods),
        _border_sentence(edition, subset),
        sources_of(available, periods),
        draw=lambda language, title, footer: charts.scatter_panels(
            panels[language], language, title, footer, axis_label[language]
        ),
    )


def _border_sentence(edition: str, subset: str) -> dict[Language, str]:
    codes = regions.codes(regions.subset(subset))
    score = indicators.values("score", edition, codes)
    border = [code for code in codes if regions.by_code(code).has_china_border]
    others = [code for code in codes if code not in border]
    least = int(score[border].min())
    sentence: dict[Language, str] = {
        "en": f"Every border region (square: Amur; circles) scores {least} or more",
        "ru": f"У всех приграничных регионов (квадрат — Амурская область; круги) оценка не ниже {least}",
    }
    if others:
        as_high = int((score[others] >= least).sum())
        sentence["en"] += f", of the others (triangles) {as_high} of {len(others)}"
        sentence["ru"] += f", у остальных (треугольники) — у {as_high} из {len(others)}"
    sentence["en"] += ". Scales differ between panels."
    sentence["ru"] += ". Шкалы панелей различны."
    return sentence


def _panel_note(found: stats.Association, language: Language) -> str:
    symbol = {"en": "tau-b", "ru": "тау-b"}[language]
    if found.estimate is None or found.p_exact is None:
        return f"n = {found.n}"
    estimate = formats.number(found.estimate, 2, language)
    return f"n = {found.n}, {symbol} = {estimate}, p = {formats.p_value(found.p_exact, language)}"


def leave_one_out(edition: str, subset: str, periods: Periods) -> Exhibit:
    """Each headline coefficient with each region left out in turn.

    Parameters and errors as `data`.

    Returns
    -------
    Exhibit
        Table with ``all_regions`` and a column for each region: tau-b without it, empty where the region has no
        figure; and figure.
    """
    codes = list(regions.codes(regions.subset(subset)))
    shown = [
        name for name in headline_indicators(subset, periods) if not name.endswith("_without_skovorodino")
    ]
    rows = []
    for name in shown:
        data_of = associations.pair(edition, name, periods.of(name), subset)
        score, covariate = data_of["score"].to_numpy(), data_of["covariate"].to_numpy()
        influence = stats.leave_one_out(STATISTIC, score, covariate)
        whole = stats.associate(STATISTIC, score, covariate)
        without = dict(zip(data_of.index, influence.estimates, strict=True))
        rows.append(
            {
                "indicator": name,
                "label_en": label(name, periods.of(name), "en"),
                "label_ru": label(name, periods.of(name), "ru"),
                "all_regions": whole.estimate,
                **{code: without.get(code, np.nan) for code in codes},
            }
        )
    frame = pd.DataFrame(rows)
    table = Table(
        frame,
        (
            column({"en": "label_en", "ru": "label_ru"}, "tau-b without", "тау-b без региона"),
            column("all_regions", "none", "все регионы", "number", 2),
            *(
                column(code, charts.short(code, "en"), charts.short(code, "ru"), "number", 2)
                for code in codes
            ),
        ),
        {
            "en": ("Influence, not a choice among equals: no region may be dropped because of its value.",),
            "ru": (
                "Это показатель влияния, а не выбор варианта: исключать регион из-за его значения нельзя.",
            ),
        },
    )
    return Exhibit(
        "leave-one-out",
        _period(edition, periods),
        _influence(frame, codes),
        sources_of(shown, periods),
        table,
        lambda language, title, footer: charts.influence(
            frame.rename(columns={f"label_{language}": "label"}), codes, language, title, footer
        ),
    )


def _influence(frame: pd.DataFrame, codes: list[str]) -> dict[Language, str]:
    first = frame.iloc[0]
    shifts = (frame.loc[0, codes].astype(float) - float(first["all_regions"])).abs()
    code = str(shifts.idxmax())
    return {
        "en": f"{first['label_en']}: without {formats.region_name(code, 'en')} the coefficient is "
        f"{formats.number(first[code], 2, 'en')} instead of {formats.number(first['all_regions'], 2, 'en')}, "
        "the largest shift of this coefficient by one region.",
        "ru": f"{first['label_ru']}: без региона «{formats.region_name(code, 'ru')}» коэффициент равен "
        f"{formats.number(first[code], 2, 'ru')} вместо {formats.number(first['all_regions'], 2, 'ru')} — "
        "самое сильное влияние одного региона на этот коэффициент.",
    }
