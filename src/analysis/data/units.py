"""Units as publishers write them, and how many of the catalogue's units each is.

``register/units.csv`` holds them in the order in which they are looked for: "thousand roubles" before
"roubles", which it contains.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

from analysis.errors import AnalysisError


@cache
def _register() -> dict[str, dict[str, float]]:
    """Factor by catalogue unit, by pattern of what is written."""
    text = resources.files("analysis.data").joinpath("register/units.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["pattern"], {})[row["unit"]] = float(row["factor"])
    return found


def factor(written: str, unit: str, where: str) -> float:
    """How many of the catalogue's unit one of the publisher's is.

    Parameters
    ----------
    written : str
        Text that names the publisher's unit: a table's title, or the unit itself (``тысяча рублей``).
    unit : str
        Unit of the catalogue (``million RUB``).
    where : str
        What the text stands in, for the message.

    Returns
    -------
    float
        Thousand roubles to million: 0.001.

    Raises
    ------
    AnalysisError
        If the text names no known unit, or one of another kind.
    """
    for pattern, factors in _register().items():
        if re.search(pattern, written, re.IGNORECASE):
            if unit in factors:
                return factors[unit]
            break
    raise AnalysisError(f"{where} says {written!r}, which does not say that its figures are in {unit}.")
