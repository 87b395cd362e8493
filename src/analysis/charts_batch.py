"""How a batch looks as a picture: one cell a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis import charts, tables
from analysis.regions import Language

# the rest of Okabe and Ito's palette: vermilion and blue mean China and the Amur region here
COLOURS = {
    "done": "#009E73",
    "failed": "#CC79A7",
    "no data": "#DDDDDD",
    "stopped": "#FFFFFF",
    "left": "#FFFFFF",
}
# read without colour: a finished run shows its seconds
MARKS = {"failed": "×", "no data": "—", "stopped": "·", "left": "·"}
ROW_MM = 4.2  # a line of 8 pt text with air


def run_grid(
    panels: Sequence[tuple[str, pd.DataFrame]],
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """Every run as a cell: colour and mark its state, the number its seconds.

    Parameters
    ----------
    panels : sequence of (heading, table)
        One a notebook; columns ``row, column`` (labels of the cell's place), ``state, seconds``.
    language, title, footer
        As in :func:`analysis.charts.new_figure`.
    """
    heights = [table["row"].nunique() * ROW_MM for _, table in panels]
    with charts.style():
        # 16 mm a panel for its heading and labels, 30 mm for title and footer
        figure = charts.new_figure(sum(heights) + 16 * len(panels) + 30, title, footer)
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axis, (heading, table) in zip(axes, panels, strict=True):
            _panel(axis, heading, table, language)
    return figure


def _panel(axis: Axes, heading: str, table: pd.DataFrame, language: Language) -> None:
    rows: Mapping[str, int] = {label: place for place, label in enumerate(dict.fromkeys(table["row"]))}
    columns: Mapping[str, int] = {label: place for place, label in enumerate(dict.fromkeys(table["column"]))}
    for run in table.itertuples():
        x, y, state = columns[str(run.column)], rows[str(run.row)], str(run.state)
        place, size = (x - 0.47, y - 0.44), (0.94, 0.88)  # a little less than the unit, so that cells part
        axis.add_patch(Rectangle(place, *size, facecolor=COLOURS[state], edgecolor="#999999", linewidth=0.4))
        text = MARKS.get(state) or tables.number(float(str(run.seconds)), 0, language)
        axis.text(x, y, text, ha="center", va="center", color="white" if state == "done" else charts.INK)
    axis.set_xlim(-0.5, len(columns) - 0.5)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xticks(range(len(columns)), list(columns))
    axis.set_yticks(range(len(rows)), list(rows))
    axis.tick_params(length=0)
    axis.grid(visible=False)
    for side in axis.spines.values():
        side.set_visible(False)
    axis.set_title(heading, loc="left")
