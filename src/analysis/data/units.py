"""Units as publishers write them, and how many of the catalogue's units each is.

``register/units.csv`` holds them in the order in which they are looked for: "thousand roubles" before
"roubles", which it contains.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

from analysis.data.normalise import alphabet, clean
from analysis.errors import AnalysisError, quoted


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
        Text that names the publisher's unit: a table's title, or the unit itself (thousand roubles, in Russian).
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
        If the text names no known unit, one of another kind, or several.
    """
    found = named(written)
    if len(found) == 1 and unit in found[0]:
        return found[0][unit]
    if len(found) > 1:
        raise AnalysisError(
            f"{where} says {quoted(written)}, which names {len(found)} units; which figures are in which cannot be told."
        )
    raise AnalysisError(f"{where} says {quoted(written)}, which does not say that its figures are in {unit}.")


def named(written: str) -> list[dict[str, float]]:
    """Units a text names: of each how many of every catalogue unit it is; one named twice counts once."""
    text = alphabet(clean(written)).casefold()
    found: list[dict[str, float]] = []
    for pattern, factors in _register().items():
        text, count = re.subn(pattern, " ", text, flags=re.IGNORECASE)
        if count and factors not in found:
            found.append(factors)
    return found
