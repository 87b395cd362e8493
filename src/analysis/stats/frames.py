"""Results as tables: one row each, in columns an economist can sort, filter and print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.stats.confidence import LeaveOneOut
from analysis.stats.errors import StatisticsError
from analysis.stats.results import Association

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "statistic",
    "n",
    "estimate",
    "p",
    "p_exact",
    "p_min",
    "p_next",
    "alternative",
    "method",
    "arrangements",
    "resamples",
    "reason",
)
INFLUENCE = ("loo_low", "loo_high", "loo_p_low", "loo_p_high")


def tidy(
    results: Mapping[Any, Association], influence: Mapping[Any, LeaveOneOut] | None = None
) -> pd.DataFrame:
    """Table of associations, one row each.

    Parameters
    ----------
    results : mapping of name to Association
        In the order wanted.
    influence : mapping of name to LeaveOneOut, optional
        Adds the smallest and largest coefficient and p with one case left out.

    Returns
    -------
    pandas.DataFrame
        Indexed by name; columns `COLUMNS`, and `INFLUENCE` where given. A cell is missing where the
        data do not allow it, and ``reason`` then says why.

    Raises
    ------
    StatisticsError
        If something else than associations is given, or influence for a name without a result.
    """
    import pandas as pd  # a third of a second to import, needed only here

    wrong = [name for name, found in results.items() if not isinstance(found, Association)]
    if wrong:
        raise StatisticsError(
            f"The result {wrong[0]!r} is no association; tidy makes a table of associations."
        )
    unknown = [name for name in influence or () if name not in results]
    if unknown:
        raise StatisticsError(f"There is influence for {unknown[0]!r}, but no result of that name.")
    rows = {name: {column: getattr(found, column) for column in COLUMNS} for name, found in results.items()}
    columns = list(COLUMNS)
    if influence is not None:
        columns += INFLUENCE
        for name, found in influence.items():
            p_values = [p for p in found.p_values if p is not None]
            rows[name] |= {
                "loo_low": found.loo_low,
                "loo_high": found.loo_high,
                "loo_p_low": min(p_values, default=None),
                "loo_p_high": max(p_values, default=None),
            }
    return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="name"), columns=columns)
