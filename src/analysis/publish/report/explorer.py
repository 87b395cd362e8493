"""The specifications as data for the page where a reader chooses among them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.data.regions import Language
from analysis.publish import charts
from analysis.publish.words import text
from analysis.rating import specifications
from analysis.rating.specifications.choices import CHOICE_COLUMNS, INDICATORS, choice_name, option_name
from analysis.stats import NOT_APPLICABLE

# nine digits: what make check compares, and a third of the bytes
DIGITS = 9
NUMBERS = ("n", "estimate", "p_exact", "p_min", "p_maxt")
# the page opens with the coefficient the figure draws
FIRST_CHOICE = {"statistic": ("kendall_tau_b",)}


def data(table: pd.DataFrame, alpha: float, language: Language) -> dict[str, Any]:
    """Rows and the names of what was chosen, small enough to stand in a page.

    Parameters
    ----------
    table : pandas.DataFrame
        ``multiverse.csv``, everything but numbers as text.
    alpha : float
        Level for what is drawn black.
    language : {'en', 'ru'}
        Language of the names.

    Returns
    -------
    dict
        ``choices`` (id, name, options with the reason for each), ``numbers`` (names of the figures of a row), ``rows`` (position of the option of each
        choice, then the figures, then the position of its set of regions), ``regions``, ``alpha``.
    """
    shown = [name for name in CHOICE_COLUMNS if len(set(table[name])) > 1]
    options = {name: _options(name, table[name]) for name in shown}
    reasons = {
        (choice.id, option.id): option.reason
        for choice in specifications.CHOICES
        for option in choice.options
    }
    sets = list(dict.fromkeys(table["regions"]))
    ordered = table.sort_values(["estimate", "statistic", "rank"], kind="stable")
    rows = [
        [
            *(options[name].index(record[name]) for name in shown),
            *(float(f"{record[name]:.{DIGITS}g}") for name in NUMBERS),
            sets.index(record["regions"]),
        ]
        for record in ordered.to_dict("records")
    ]
    return {
        "choices": [
            {
                "id": name,
                "name": text(choice_name(name), language),
                "options": [
                    {
                        "id": option,
                        "name": text(option_name(name, option), language),
                        "reason": text(reasons.get((name, option), ""), language),
                        "on": option in FIRST_CHOICE.get(name, (option,)),
                    }
                    for option in options[name]
                ],
            }
            for name in shown
        ],
        "numbers": list(NUMBERS),
        "rows": rows,
        "regions": [", ".join(charts.short(code, language) for code in codes.split()) for codes in sets],
        "alpha": alpha,
    }


def _options(name: str, present: pd.Series[str]) -> list[str]:
    """Options of a choice that occur, in the order they are declared; years rising; what does not apply last."""
    declared = {choice.id: [option.id for option in choice.options] for choice in specifications.CHOICES}
    declared["indicator"] = list(INDICATORS)
    found = sorted(present.unique())
    order = [*declared.get(name, found), NOT_APPLICABLE]
    return sorted(found, key=lambda option: order.index(option) if option in order else -1)
