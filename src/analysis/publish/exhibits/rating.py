"""The rating's scores, tiers and changes: tables and figures of notebook 04."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.data import formats, indicators, package, regions
from analysis.data.regions import Language
from analysis.errors import AnalysisError
from analysis.publish import charts
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.tables import Table, column
from analysis.rating.document import SCORES, TIERS, tier_of
from analysis.stats.wording import english_plural, of_regions

_TIER_NAMES: dict[str, dict[Language, str]] = {
    "high": {"en": "high (10-7)", "ru": "высокая (10–7)"},
    "moderate": {"en": "moderate (6-4)", "ru": "умеренная (6–4)"},
    "low": {"en": "low (3-1)", "ru": "низкая (3–1)"},
}


def scores(edition: str, district: str) -> pd.DataFrame:
    """Scores of an edition, the highest first, in print order within a score.

    Parameters
    ----------
    edition : {'II', 'III'}
        Edition.
    district : str
        ``all`` or a federal district.

    Returns
    -------
    pandas.DataFrame
        ``position`` (in edition III's print), ``region, district, score, previous_score, change, tier,
        anomaly``; ``previous_score`` and ``change`` are missing for edition II, whose predecessor is
        not in the source.

    Raises
    ------
    AnalysisError
        If no rated region is in the district.
    """
    printed = package.read("rating-scores").set_index("region")
    codes = list(printed.index)
    frame = pd.DataFrame(
        {
            "position": printed["position"],
            "district": [regions.by_code(code).district for code in codes],
            "score": indicators.values("score", edition, codes).astype(int),
            "previous_score": printed["previous_score"].astype(float) if edition == "III" else np.nan,
            "anomaly": printed["anomaly"].where(printed["anomaly"] != ""),
        },
        index=printed.index,
    ).reset_index()
    frame["change"] = frame["score"] - frame["previous_score"]
    frame["tier"] = [tier_of(score) for score in frame["score"]]
    if district != "all":
        frame = frame[frame["district"] == district]
    if frame.empty:
        raise AnalysisError(f"No rated region belongs to the district {district!r}.")
    return frame.sort_values(["score", "position"], ascending=[False, True], ignore_index=True)


def _highlight(district: str) -> tuple[str, ...]:
    name = "far_eastern" if district == "all" else district
    return regions.codes(regions.in_district(name))


def score_table(edition: str, district: str) -> Exhibit:
    """Every region's score, and the scores by district as strips.

    Parameters
    ----------
    edition : {'II', 'III'}
        Edition of the rating.
    district : str
        Key of `analysis.data.regions.DISTRICT_NAMES`, or ``all``.

    Returns
    -------
    Exhibit
        Table with the columns of `scores`, and figure.

    Raises
    ------
    AnalysisError
        As `scores`.
    """
    frame = scores(edition, district)
    shown = frame.assign(
        district_en=[regions.DISTRICT_NAMES[name]["en"] for name in frame["district"]],
        district_ru=[regions.DISTRICT_NAMES[name]["ru"] for name in frame["district"]],
        tier_en=[_TIER_NAMES[name]["en"] for name in frame["tier"]],
        tier_ru=[_TIER_NAMES[name]["ru"] for name in frame["tier"]],
    )
    table = Table(
        shown,
        (
            column("position", "No.", "№", "number"),
            column("region", "Region", "Регион", "region"),
            column({"en": "district_en", "ru": "district_ru"}, "District", "Округ"),
            column("score", "Score", "Оценка", "number"),
            column("previous_score", "Edition before", "Прошлый выпуск", "number"),
            column("change", "Change", "Изменение", "number"),
            column({"en": "tier_en", "ru": "tier_ru"}, "Productivity", "Продуктивность"),
        ),
        {
            "en": ("No.: place in the print of edition III. Edition I is not in the source.",),
            "ru": ("№ — место в тексте выпуска III. Выпуска I в источнике нет.",),
        },
    )
    return Exhibit(
        "rating-scores",
        edition,
        _score_sentence(frame),
        ("rating-scores",),
        table,
        lambda language, title, footer: charts.score_strips(
            frame, language, title, footer, _highlight(district)
        ),
    )


def _score_sentence(frame: pd.DataFrame) -> dict[Language, str]:
    medians = frame.groupby("district")["score"].agg(["median", "mean"]).sort_values(["median", "mean"])
    top = str(medians.index[-1])
    count = int((frame["score"] >= 7).sum())
    value = float(medians["median"].iloc[-1])
    return {
        "en": f"{count} of {len(frame)} regions score 7 or more. The {regions.DISTRICT_NAMES[top]['en']} district has the "
        f"highest median, {formats.number(value, 1, 'en')}. One dot a region; the bar under a row is its median; "
        "Far Eastern border regions are coloured.",
        "ru": f"Оценка 7 и выше у {count} из {of_regions(len(frame))}. Самая высокая медиана — "
        f"{regions.DISTRICT_NAMES[top]['ru']} округ, {formats.number(value, 1, 'ru')}. Точка — регион; чёрточка под "
        "строкой — медиана; цветом выделены приграничные регионы Дальнего Востока.",
    }


def tiers(edition: str, district: str) -> Exhibit:
    """Regions by tier and federal district.

    Parameters and errors as `score_table`.
    """
    frame = scores(edition, district)
    counts = pd.crosstab(frame["district"], frame["tier"]).reindex(columns=TIERS, fill_value=0)
    counts = counts.reindex([name for name in regions.DISTRICTS if name in counts.index])
    rows = counts.reset_index().rename_axis(columns=None)
    rows["total"] = rows[list(TIERS)].sum(axis=1)
    total = {"district": "all", **rows[[*TIERS, "total"]].sum().to_dict()}
    rows = pd.concat([rows, pd.DataFrame([total])], ignore_index=True)
    names: dict[str, dict[Language, str]] = {"all": {"en": "All", "ru": "Всего"}, **regions.DISTRICT_NAMES}
    rows["district_en"] = [names[name]["en"] for name in rows["district"]]
    rows["district_ru"] = [names[name]["ru"] for name in rows["district"]]
    table = Table(
        rows,
        (
            column({"en": "district_en", "ru": "district_ru"}, "District", "Федеральный округ"),
            *(column(tier, _TIER_NAMES[tier]["en"], _TIER_NAMES[tier]["ru"], "number") for tier in TIERS),
            column("total", "Regions", "Регионов", "number"),
        ),
        {
            "en": (
                "Productivity of work with China by the printed bounds; the heading of the third tier is lost in the source.",
            ),
            "ru": (
                "Продуктивность работы с КНР по напечатанным границам; заголовок третьей группы в источнике утрачен.",
            ),
        },
    )
    high, moderate, low = (int(total[name]) for name in TIERS)
    return Exhibit(
        "rating-tiers",
        edition,
        {
            "en": f"{high} {english_plural(high, 'region')} in the high tier, {moderate} in the moderate, {low} in the low one.",
            "ru": f"Регионов в высокой группе {high}, в умеренной {moderate}, в низкой {low}.",
        },
        ("rating-scores",),
        table,
    )


def transitions(district: str) -> Exhibit:
    """Edition II against edition III, regions counted by pair of scores.

    Parameters and errors as `score_table`.

    Returns
    -------
    Exhibit
        One row a score of edition II (``previous_score``), one column a score of edition III; cells count regions.
    """
    frame = scores("III", district)
    counts = np.zeros((len(SCORES), len(SCORES)), dtype=int)
    np.add.at(counts, (frame["previous_score"].astype(int) - 1, frame["score"] - 1), 1)
    rows = pd.DataFrame(counts, columns=[str(score) for score in SCORES])
    rows.insert(0, "previous_score", SCORES)
    rows = rows[rows[[str(s) for s in SCORES]].sum(axis=1) > 0].iloc[::-1].reset_index(drop=True)
    table = Table(
        rows,
        (
            column("previous_score", "Edition II \\ III", "Выпуск II \\ III", "number"),
            *(column(str(score), str(score), str(score), "number") for score in SCORES),
        ),
    )
    rose = int((frame["change"] > 0).sum())
    fell = int((frame["change"] < 0).sum())
    same = len(frame) - rose - fell
    largest = int(frame["change"].abs().max())
    return Exhibit(
        "rating-transitions",
        "II–III",
        {
            "en": f"{same} of {len(frame)} regions kept their score, {rose} rose, {fell} fell; no score moved by more than "
            f"{largest}. The same authors saw the old score, so this is change, not reliability.",
            "ru": f"Оценка не изменилась у {same} из {of_regions(len(frame))}, выросла у {rose}, снизилась у {fell}; наибольший "
            f"сдвиг — {largest}. Авторы видели прежнюю оценку: это изменения, а не мера надёжности.",
        },
        ("rating-scores",),
        table,
        lambda language, title, footer: charts.transition_matrix(
            counts, language, title, footer, ("II", "III")
        ),
    )


def changes(district: str) -> Exhibit:
    """Regions whose score changed, largest rise first; with a district, every region of it.

    Parameters and errors as `score_table`.
    """
    frame = scores("III", district)
    chosen = frame if district != "all" else frame[frame["change"] != 0]
    chosen = chosen.sort_values(["change", "score", "position"], ascending=[False, False, True])
    rose = int((frame["change"] > 0).sum())
    fell = int((frame["change"] < 0).sum())
    return Exhibit(
        "rating-changes",
        "II–III",
        {
            "en": f"{rose} rises and {fell} falls, drawn from the score of edition II (hollow) to that of edition III (filled).",
            "ru": f"Повышений {rose}, снижений {fell}; от оценки выпуска II (пустой знак) к оценке выпуска III (закрашенный).",
        },
        ("rating-scores",),
        draw=lambda language, title, footer: charts.score_changes(
            chosen.astype({"previous_score": int}), ("II", "III"), language, title, footer
        ),
    )
