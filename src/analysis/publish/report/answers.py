"""The answer in six sentences: the country, size, the Far East, the family, the border, and what eleven regions cannot show.

Every number is read from the tables of a folder of results; a sentence whose verb depends on a number is chosen by it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.data.messages import Message, Name, _
from analysis.rating.associations import PRIMARY

# the level of the analysis plan
LEVEL = 0.05
# tables of the folder, in the order in which the sentences need them
TABLES = (
    "country-associations",
    "all-regions-checks",
    "district-contrast",
    "association-forest",
    "benchmarks",
    "fragility",
)
VOLUME, DEPENDENCE = "trade_turnover", "china_share"


def answers(folder: Path) -> list[Message]:
    """Six sentences on what the rating follows, with the numbers of a folder of results.

    Parameters
    ----------
    folder : Path
        Folder of results, or ``reference/``.

    Returns
    -------
    list of Message
        Empty where a table they need is not there.
    """
    paths = [folder / "tables" / f"{name}.csv" for name in TABLES]
    if not all(path.is_file() for path in paths):
        return []
    country, model, contrast, forest, benchmarks, fragility = map(pd.read_csv, paths)
    volume = _row(forest, VOLUME)
    return [
        _country(_row(country, VOLUME)),
        _size(model.set_index("term").loc["log_turnover"]),
        _far_east(volume, _row(contrast, VOLUME)),
        _family(forest),
        _border(_row(benchmarks, "border"), _row(benchmarks, DEPENDENCE)),
        _moderate(volume, _row(fragility, VOLUME), forest),
    ]


def _row(table: pd.DataFrame, indicator: str) -> pd.Series:
    """Row of an indicator; its year follows the name where the table has several."""
    key = "indicator" if "indicator" in table else "covariate"
    return table[table[key].astype(str).str.split(":").str[0] == indicator].iloc[0]


def _label(row: pd.Series) -> Name:
    return Name(str(row["label_en"]), str(row["label_ru"]))


def _country(row: pd.Series) -> Message:
    values = {
        "n": int(row["n_all"]),
        "label": _label(row),
        "all": float(row["tau_all"]),
        "p": float(row["p_all"]),
        "outside": float(row["tau_outside"]),
        "within": float(row["tau_within"]),
    }
    if row["p_all"] <= LEVEL:
        return _(
            "Across the {n:d} regions the score goes with trade. {label}: Kendall's tau-b {all:.2f} (two-sided permutation "
            "{p:P}), {outside:.2f} outside the Far East and {within:.2f} when regions are compared within their federal districts.",
            **values,
        )
    return _(
        "Across the {n:d} regions the score is not shown to go with trade. {label}: Kendall's tau-b {all:.2f} (two-sided "
        "permutation {p:P}), {outside:.2f} outside the Far East and {within:.2f} within federal districts.",
        **values,
    )


def _size(turnover: pd.Series) -> Message:
    return _(
        "Larger regions have more of everything. With population, investment per head, the Far East and the border in one ordered "
        "logit, the permutation p of turnover is {p:p}, and {within:p} when regions are compared within their federal districts.",
        p=float(turnover["p_permutation"]),
        within=float(turnover["p_within"]),
    )


def _far_east(row: pd.Series, contrast: pd.Series) -> Message:
    values = {
        "n": int(row["n"]),
        "tau": float(row["estimate"]),
        "p": float(row["p_exact"]),
        "share": float(contrast["share_as_low"]),
    }
    if row["p_exact"] > LEVEL:
        return _(
            "Among the {n:d} Far Eastern regions the score does not visibly follow the volume of trade: {tau:.2f} ({p:P}). Of random "
            "sets of {n:d} other regions {share:.1%} have a coefficient that low.",
            **values,
        )
    return _(
        "Among the {n:d} Far Eastern regions the score goes with the volume of trade: {tau:.2f} ({p:P}). Of random sets of {n:d} other "
        "regions {share:.1%} have a coefficient that low.",
        **values,
    )


def _family(forest: pd.DataFrame) -> Message:
    primary = forest[forest["indicator"].isin(PRIMARY)].dropna(subset="p_primary")
    least = primary.loc[primary["p_primary"].idxmin()]
    values = {
        "label": _label(least),
        "adjusted": float(least["p_primary"]),
        "tau": float(least["estimate"]),
        "p": float(least["p_exact"]),
        "other": float(least["other_p"]),
    }
    # step-down p are equal where the later one is raised to the earlier
    equal = primary[primary["p_primary"] == least["p_primary"]].drop(index=least.name)
    if least["p_primary"] > LEVEL and len(equal) == 1:
        second = equal.iloc[0]
        return _(
            "None of the primary indicators stands in the Far East after adjustment for their number. {label} and {second} come "
            "nearest, with an adjusted p of {adjusted:p}: tau-b {tau:.2f} and {tau_second:.2f} (unadjusted {p:p} and {p_second:p}; "
            "{other:p} and {other_second:p} with the scores of the other edition).",
            **values,
            second=_label(second),
            tau_second=float(second["estimate"]),
            p_second=float(second["p_exact"]),
            other_second=float(second["other_p"]),
        )
    if least["p_primary"] > LEVEL:
        return _(
            "None of the primary indicators stands in the Far East after adjustment for their number. {label} comes nearest: "
            "tau-b {tau:.2f}, adjusted p {adjusted:p} (unadjusted {p:p}; {other:p} with the scores of the other edition).",
            **values,
        )
    return _(
        "Of the primary indicators {label} has the smallest p in the Far East after adjustment for their number: tau-b "
        "{tau:.2f}, adjusted p {adjusted:p} (unadjusted {p:p}; {other:p} with the scores of the other edition).",
        **values,
    )


def _border(border: pd.Series, share: pd.Series) -> Message:
    return _(
        "Lying on the border with China alone has tau-b {border:.2f} with the score. With the border held fixed, the coefficient of "
        "China's share goes from {raw:.2f} to {within:.2f} ({p:P}), by a test that finds a coefficient four times in five only from "
        "{detectable:.2f} on.",
        border=float(border["raw"]),
        raw=float(share["raw"]),
        within=float(share["within"]),
        p=float(share["p_within"]),
        detectable=float(share["detectable_within"]),
    )


def _moderate(volume: pd.Series, interval: pd.Series, forest: pd.DataFrame) -> Message:
    density = forest[forest["indicator"].str.startswith("crossing_density")].iloc[0]
    return _(
        "{n:d} regions cannot tell a moderate association from none: for turnover, coefficients from {low:.2f} to {high:.2f} are not "
        "rejected ({level:.0%} interval). For border crossings, which {m:d} regions have, no p below {least:.2f} is possible.",
        n=int(volume["n"]),
        low=float(interval["ci_low"]),
        high=float(interval["ci_high"]),
        level=1 - LEVEL,
        m=int(density["n"]),
        least=float(density["p_min"]),
    )
