"""Charts of the score against its covariates: coefficients side by side, over several sets of regions."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.data.messages import _
from analysis.data.regions import Language
from analysis.publish import charts
from analysis.publish.charts import INK, OTHER, chart, new_figure, style
from analysis.publish.words import Words, text

# colour, marker, whether filled, offset of the row: the sets of a comparison, told apart in grey print too
_SETS = {
    "outside": (OTHER, "o", True),
    "inside": (INK, "D", True),
    "within": (INK, "|", True),
    "all": (INK, "o", False),
}
# letters of 8 pt in the room left of the axis; two lines of them leave it half of the page
_LABEL = 34


@chart
def tau_by_set(
    rows: pd.DataFrame,
    sets: Mapping[str, Words],
    *,
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """Kendall's tau-b over several sets of regions, one row an indicator.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``label`` and for each set ``tau_<set>``; drawn in the order given, the first on top.
    sets : dict
        What each of ``outside``, ``inside``, ``within``, ``all`` is called.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    with style():
        figure = new_figure(42 + 9 * len(rows), title, footer)
        axis = figure.subplots()
        places = np.arange(len(rows))[::-1]
        axis.axvline(0, color="#888888", linewidth=0.8)
        for name in sets:
            colour, marker, is_filled = _SETS[name]
            axis.plot(
                rows[f"tau_{name}"].astype(float),
                places,
                marker,
                color=colour,
                mfc=colour if is_filled else "none",
                markersize=9 if marker == "|" else 5.5,
                markeredgewidth=1.6 if marker == "|" else 1,
                label=text(sets[name], language),
            )
        _name_rows(axis, rows["label"], places, language)
        _tau_axis(axis, rows[[f"tau_{name}" for name in sets]].to_numpy(dtype=float), language)
        axis.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=len(sets), columnspacing=1.2, handletextpad=0.2
        )
    return figure


def _name_rows(axis, labels, places, language: Language) -> None:  # type: ignore[no-untyped-def]
    names = [textwrap.fill(text(label, language), _LABEL) for label in labels]
    axis.set_yticks(places, names)
    axis.set_ylim(-0.7, len(names) - 0.3)


def _tau_axis(axis, values, language: Language) -> None:  # type: ignore[no-untyped-def]
    """Axis of tau-b from -1 to 1, or the half that holds all values."""
    low = -1.02 if np.nanmin(values, initial=0) < -0.5 else -0.52
    axis.set_xlim(low, 1.02)
    axis.set_xticks([tick for tick in (-1, -0.5, 0, 0.5, 1) if tick >= low])
    axis.set_xlabel(text(_("Kendall's tau-b"), language))
    axis.grid(axis="x")
    charts._decimal(axis, language, 1)
