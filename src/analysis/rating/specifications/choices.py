"""The choices an analyst could defend, declared as data.

A choice is listed with the reason for each of its options; where it has no effect on what is
computed it does not multiply specifications.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.data.regions import Language


@dataclass(frozen=True)
class Option:
    """One way to decide.

    Attributes
    ----------
    id : str
        Name in tables.
    en, ru : str
        What it means and why it can be defended.
    """

    id: str
    en: str
    ru: str

    def reason(self, language: Language) -> str:
        """What it means and why, in `language`."""
        return self.en if language == "en" else self.ru


@dataclass(frozen=True)
class Choice:
    """A decision with more than one defensible outcome.

    Attributes
    ----------
    id : str
        Name of the column in the curve's table.
    options : tuple of Option
        Ways to decide.
    applies : str
        Where it makes a difference; elsewhere it is ``not applicable``.
    """

    id: str
    options: tuple[Option, ...]
    applies: str


STATISTIC = Choice(
    "statistic",
    (
        Option(
            "kendall_tau_b",
            "Kendall's tau-b: counts pairs, made for an ordered category with ties",
            "тау-b Кендалла: считает пары, рассчитан на порядковую шкалу с совпадениями",
        ),
        Option(
            "spearman_rho",
            "Spearman's rho with midranks: the usual coefficient of the field",
            "ро Спирмена по средним рангам: самый употребительный коэффициент",
        ),
        Option(
            "pearson_r",
            "Pearson's r: reads the score as a measurement; common, and the weakest assumption to defend",
            "r Пирсона: читает оценку как измерение; употребителен, но обоснован слабее прочих",
        ),
    ),
    "everywhere",
)
REGION_SET = Choice(
    "region_set",
    (
        Option(
            "far_east",
            "the Far Eastern Federal District, all its regions with a figure: the district the claim is about",
            "Дальневосточный федеральный округ, все регионы с данными: о нём и утверждение",
        ),
        Option(
            "border",
            "its five regions at the Chinese border: crossings exist only there",
            "пять его регионов на границе с Китаем: пункты пропуска есть только там",
        ),
    ),
    "far_east subset; the border subset has no other",
)
STRATA = Choice(
    "strata",
    (
        Option("none", "scores exchangeable over all regions", "оценки переставляются между всеми регионами"),
        Option(
            "border",
            "scores exchangeable among border regions and among the others: removes the border effect",
            "оценки переставляются отдельно среди приграничных и прочих регионов: исключает эффект границы",
        ),
    ),
    "rank statistics on regions of both kinds",
)
TRANSFORM = Choice(
    "transform",
    (
        Option("level", "the covariate as published", "показатель в исходных единицах"),
        Option(
            "log",
            "its natural logarithm: money figures are skewed",
            "его логарифм: денежные ряды асимметричны",
        ),
    ),
    "Pearson's r with a covariate above zero; rank statistics are the same either way",
)
SKOVORODINO = Choice(
    "skovorodino",
    (
        Option("counted", "all points of the public list", "все пункты общедоступного перечня"),
        Option(
            "left_out",
            "without Skovorodino, a special-purpose point",
            "без Сковородино: это специализированный пункт",
        ),
    ),
    "crossing densities of 2026",
)
NON_BORDER_DENSITY = Choice(
    "non_border_density",
    (
        Option(
            "missing",
            "undefined where there is no border: points per kilometre of nothing",
            "не определена там, где нет границы",
        ),
        Option("zero", "zero where there is no border: no points, no crossing", "ноль там, где нет границы"),
    ),
    "crossing densities over the district",
)
POPULATION = Choice(
    "population",
    (
        Option("annual_average", "divided by the year's average population", "на среднегодовую численность"),
        Option(
            "previous_year_end",
            "divided by the population at the end of the year before (known when the year begins)",
            "на численность на конец предыдущего года",
        ),
    ),
    "investment per head",
)
ORENBURG = Choice(
    "orenburg",
    (
        Option("5", "Orenburg's score as printed", "оценка Оренбургской области, как напечатано"),
        Option("4", "the score of the group it is printed in", "оценка группы, в которой она напечатана"),
    ),
    "all 83 regions; the Far Eastern curve does not contain Orenburg",
)

CHOICES = (
    STATISTIC,
    REGION_SET,
    STRATA,
    TRANSFORM,
    SKOVORODINO,
    NON_BORDER_DENSITY,
    POPULATION,
    ORENBURG,
)

# Covariates of the study: dependence on China, volumes of trade, investment, border crossings.
# Each is taken in every year it has figures for.
DENSITIES = ("crossing_density_established", "crossing_density_functioning")
PER_HEAD = "investment_per_head"
INDICATORS = (
    "china_share",
    "exports",
    "imports",
    "trade_turnover",
    "china_turnover",
    "investment",
    PER_HEAD,
    *DENSITIES,
)
# Columns of the curve's table that say what was chosen
CHOICE_COLUMNS = (
    "indicator",
    "period",
    *(choice.id for choice in CHOICES if choice is not ORENBURG),
)
