"""The multiverse of specifications as exhibits: the curve, its joint tests, the shares of the choices."""

from __future__ import annotations

import pandas as pd

from analysis import paths
from analysis.data import indicators, regions
from analysis.data.formats import Text, number
from analysis.data.regions import Language
from analysis.publish import charts
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.parameters import Run
from analysis.publish.tables import Table, column
from analysis.rating import associations, specifications
from analysis.rating.specifications import CHOICES, Multiverse
from analysis.rating.specifications.wording import STATISTIC_NAMES
from analysis.stats import NOT_APPLICABLE

# the coefficient the curve draws; the table has the others too
DRAWN = "kendall_tau_b"
_INDICATORS = (
    *associations.DEPENDENCE,
    *associations.VOLUME,
    *associations.INVESTMENT,
    *associations.CROSSINGS[:2],
)
_NAMES: dict[str, Text] = {
    "indicator": {"en": "Indicator", "ru": "Показатель"},
    "period": {"en": "Year", "ru": "Год"},
    "region_set": {"en": "Set of regions", "ru": "Набор регионов"},
    "strata": {"en": "Within border and others", "ru": "Внутри приграничных и прочих"},
    "transform": {"en": "Transform", "ru": "Преобразование"},
    "skovorodino": {"en": "Skovorodino", "ru": "Сковородино"},
    "non_border_density": {"en": "Density without a border", "ru": "Плотность без границы"},
    "population": {"en": "Population", "ru": "Численность населения"},
    "statistic": {"en": "Coefficient", "ru": "Коэффициент"},
    "orenburg": {"en": "Orenburg's score", "ru": "Оценка Оренбургской области"},
    "unexplained": {"en": "Not by one choice alone", "ru": "Не одним выбором"},
}
_OPTIONS: dict[tuple[str, str], Text] = {
    ("region_set", "far_east"): {"en": "Far East", "ru": "Дальний Восток"},
    ("region_set", "border"): {"en": "border regions", "ru": "приграничные регионы"},
    ("strata", "none"): {"en": "all compared", "ru": "все со всеми"},
    ("strata", "border"): {"en": "border held fixed", "ru": "граница фиксирована"},
    ("non_border_density", "missing"): {
        "en": "density missing without a border",
        "ru": "без границы плотности нет",
    },
    ("non_border_density", "zero"): {
        "en": "density zero without a border",
        "ru": "без границы плотность — ноль",
    },
    ("transform", "level"): {"en": "as published", "ru": "в исходных единицах"},
    ("transform", "log"): {"en": "logarithm", "ru": "логарифм"},
    ("skovorodino", "counted"): {"en": "counted", "ru": "учтено"},
    ("skovorodino", "left_out"): {"en": "left out", "ru": "не учтено"},
    ("population", "annual_average"): {"en": "annual average", "ru": "среднегодовая"},
    ("population", "previous_year_end"): {"en": "end of the year before", "ru": "на конец предыдущего года"},
}


def choice_name(choice: str, language: Language) -> str:
    """Name of a choice."""
    return _NAMES[choice][language]


def option_name(choice: str, option: str, language: Language) -> str:
    """Name of one way to decide; a year is its own name.

    Parameters
    ----------
    choice, option : str
        Identifiers, as in the rows of a multiverse.
    language : {'en', 'ru'}
        Language of the name.
    """
    if choice == "indicator":
        return indicators.indicator(option).name[language]
    if choice == "statistic":
        return STATISTIC_NAMES[option][language]
    if option == NOT_APPLICABLE:
        return {"en": "makes no difference", "ru": "не влияет"}[language]
    named = _OPTIONS.get((choice, option))
    return named[language] if named else option


def explore(run: Run) -> Multiverse:
    """All defensible specifications for what a run asked for.

    Parameters
    ----------
    run : Run
        Request of notebook 06: its edition, subset and level are used.

    Raises
    ------
    AnalysisError
        As `analysis.rating.specifications.multiverse`.
    """
    return specifications.multiverse(
        indicators.observations(), edition=run["edition"], subset=run["subset"], alpha=run["alpha"]
    )


def write(found: Multiverse, run: Run) -> None:
    """Write ``multiverse.csv`` into the run's folder: one row a specification."""
    table = pd.DataFrame(found.rows())
    paths.write_text(run.output_dir / "multiverse.csv", table.to_csv(index=False, lineterminator="\n"))


def _sources() -> tuple[str, ...]:
    names: dict[str, None] = {"rating-scores": None}
    for name in _INDICATORS:
        names.update(dict.fromkeys(indicators.resources_of(name)))
    return tuple(names)


def curve(found: Multiverse) -> Exhibit:
    """Every specification of one coefficient in rising order."""
    rows = pd.DataFrame(found.rows())
    rows = rows[rows["statistic"] == DRAWN].reset_index(drop=True)
    low = int((rows["p_exact"] <= found.alpha).sum())
    reachable = int((rows["p_min"] <= found.alpha).sum())
    positive = int((rows["estimate"] > 0).sum())
    adjusted = float(rows["p_maxt"].min())
    level: Text = {language: number(found.alpha, 2, language) for language in regions.LANGUAGES}
    axis: Text = {"en": "Kendall's tau-b", "ru": "тау-b Кендалла"}
    return Exhibit(
        "multiverse-curve",
        found.edition,
        {
            "en": f"{len(rows)} specifications with tau-b: {positive} estimates above zero; exact p of {level['en']} or less in {low} "
            f"of the {reachable} that could reach it (black; pale ones could not); smallest p adjusted within its set "
            f"{number(adjusted, 3, 'en')}. {' '.join(found.warnings('en')[:2])}",
            "ru": f"Спецификаций с тау-b — {len(rows)}: коэффициент выше нуля у {positive}; точное p не выше {level['ru']} у {low} из "
            f"{reachable}, где оно достижимо (чёрные; у бледных недостижимо); наименьшее p с поправкой внутри набора — "
            f"{number(adjusted, 3, 'ru')}. {' '.join(found.warnings('ru')[:2])}",
        },
        _sources(),
        draw=lambda language, title, footer: charts.specification_curve(
            rows, _dashboard(rows, language), found.alpha, language, title, footer, axis[language]
        ),
    )


def _dashboard(rows: pd.DataFrame, language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices under the curve: those with more than one option present."""
    present = [name for name in _INDICATORS if (rows["indicator"] == name).any()]
    shown = [("indicator", [(name, indicators.indicator(name).name[language]) for name in present])]
    for choice in ("region_set", "strata", "non_border_density"):
        options = [
            (value, text[language])
            for (name, value), text in _OPTIONS.items()
            if name == choice and (rows[choice] == value).any()
        ]
        if len(options) > 1:
            shown.append((choice, options))
    return shown


def families(found: Multiverse) -> Exhibit:
    """Sets of regions and coefficients: how many specifications, and what holds for all at once.

    Returns
    -------
    Exhibit
        One row a set of regions and coefficient: ``size`` (specifications), ``reachable``, ``significant``,
        ``smallest_p_maxt``, ``median`` and ``p_median``.
    """
    rows = pd.DataFrame(
        [
            {
                "region_set": family.region_set,
                "set_en": _set_name(family.region_set, "en"),
                "set_ru": _set_name(family.region_set, "ru"),
                "statistic": family.statistic,
                "statistic_en": STATISTIC_NAMES[family.statistic]["en"],
                "statistic_ru": STATISTIC_NAMES[family.statistic]["ru"],
                "size": family.size,
                "reachable": family.reachable,
                "significant": family.significant,
                "smallest_p_maxt": family.smallest_p_maxt,
                "median": family.median,
                "p_median": family.p_median,
            }
            for family in found.families
        ]
    )
    rows = rows.sort_values(
        ["size", "region_set", "statistic"], ascending=[False, True, True], ignore_index=True
    )
    table = Table(
        rows,
        (
            column({"en": "set_en", "ru": "set_ru"}, "Regions", "Регионы"),
            column({"en": "statistic_en", "ru": "statistic_ru"}, "Coefficient", "Коэффициент"),
            column("size", "Specifications", "Спецификаций", "number"),
            column("reachable", "Could reach the level", "Уровень достижим", "number"),
            column("significant", "Reached it", "Достигнут", "number"),
            column("smallest_p_maxt", "Smallest adjusted p", "Наименьшее p с поправкой", "p_value"),
            column("median", "Median estimate", "Медиана оценок", "number", 2),
            column("p_median", "Joint p of the median", "Совместное p медианы", "p_value"),
        ),
        {
            "en": (found.null("en"), found.sentence("en"), *found.warnings("en")),
            "ru": (found.null("ru"), found.sentence("ru"), *found.warnings("ru")),
        },
    )
    least = float(rows["smallest_p_maxt"].min())
    return Exhibit(
        "multiverse-families",
        found.edition,
        {
            "en": f"The smallest p adjusted for all specifications of its set is {number(least, 3, 'en')}; the smallest joint p of a "
            f"median is {number(float(rows['p_median'].min()), 3, 'en')}.",
            "ru": f"Наименьшее p с поправкой на все спецификации своего набора — {number(least, 3, 'ru')}; наименьшее совместное p "
            f"медианы — {number(float(rows['p_median'].min()), 3, 'ru')}.",
        },
        _sources(),
        table,
    )


def _set_name(name: str, language: Language) -> str:
    base, *missing = name.split(" less ")
    words = {
        "far_east": {"en": "Far East", "ru": "Дальний Восток"},
        "border": {"en": "Border regions", "ru": "Приграничные регионы"},
    }
    return words[base][language] + (f" {charts.without(missing, language)}" if missing else "")


def shares(found: Multiverse) -> Exhibit:
    """Shapley shares of the spread of estimates, by choice and coefficient.

    Returns
    -------
    Exhibit
        One row a coefficient and choice: ``share_pct``, per cent of the variance of the estimates.
    """
    rows = pd.DataFrame(
        [
            {
                "statistic": statistic,
                "statistic_en": STATISTIC_NAMES[statistic]["en"],
                "statistic_ru": STATISTIC_NAMES[statistic]["ru"],
                "choice": choice,
                "choice_en": _NAMES[choice]["en"],
                "choice_ru": _NAMES[choice]["ru"],
                "share_pct": share * 100,
            }
            for statistic, by_choice in found.shares.items()
            for choice, share in by_choice.items()
        ]
    )
    table = Table(
        rows,
        (
            column({"en": "statistic_en", "ru": "statistic_ru"}, "Coefficient", "Коэффициент"),
            column({"en": "choice_en", "ru": "choice_ru"}, "Choice", "Выбор"),
            column("share_pct", "Share of the spread, %", "Доля разброса, %", "number", 1),
        ),
        {
            "en": (
                "Shapley decomposition of the R² of the choices as factors; what choices do jointly and no one of them alone is "
                "the last row. A large share says that a choice matters, not which option is right.",
            ),
            "ru": (
                "Разложение R² по Шепли, где факторы — варианты выбора; последняя строка — то, что не объясняется ими по "
                "отдельности. Большая доля означает, что выбор важен, а не какой вариант верен.",
            ),
        },
    )
    drawn = rows[rows["statistic"] == DRAWN].sort_values("share_pct", ascending=False)
    drawn = pd.concat([drawn[drawn["choice"] != "unexplained"], drawn[drawn["choice"] == "unexplained"]])
    first = drawn.iloc[0]
    axis: Text = {"en": "% of the spread of tau-b", "ru": "% разброса тау-b"}
    return Exhibit(
        "multiverse-shares",
        found.edition,
        {
            "en": f"What is correlated matters most: {first['choice_en'].lower()}, {number(first['share_pct'], 0, 'en')} per cent of "
            "the spread of tau-b. Outlined: what no choice explains by itself.",
            "ru": f"Сильнее всего на результат влияет выбор «{first['choice_ru'].lower()}»: {number(first['share_pct'], 0, 'ru')} % "
            "разброса тау-b. Контуром — то, что ни один выбор сам по себе не объясняет.",
        },
        _sources(),
        table,
        lambda language, title, footer: charts.bars(
            drawn[f"choice_{language}"].tolist(),
            drawn["share_pct"].tolist(),
            [charts.OTHER] * len(drawn),
            language,
            title,
            footer,
            axis[language],
            decimals=1,
            hollow=(drawn["choice"] == "unexplained").tolist(),
        ),
    )


def choices(found: Multiverse) -> Exhibit:
    """The declared choices, their options and the reason for each."""
    rows = pd.DataFrame(
        [
            {
                "choice": choice.id,
                "choice_en": _NAMES[choice.id]["en"],
                "choice_ru": _NAMES[choice.id]["ru"],
                "option": option.id,
                "option_en": option_name(choice.id, option.id, "en"),
                "option_ru": option_name(choice.id, option.id, "ru"),
                "reason_en": option.en,
                "reason_ru": option.ru,
            }
            for choice in CHOICES
            for option in choice.options
        ]
    )
    table = Table(
        rows,
        (
            column({"en": "choice_en", "ru": "choice_ru"}, "Choice", "Выбор"),
            column({"en": "option_en", "ru": "option_ru"}, "Option", "Вариант"),
            column({"en": "reason_en", "ru": "reason_ru"}, "What it means and why", "Что означает и почему"),
        ),
    )
    return Exhibit(
        "multiverse-choices",
        found.edition,
        {language: found.sentence(language) for language in regions.LANGUAGES},
        (),
        table,
    )
