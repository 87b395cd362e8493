"""How a batch looks as a picture: one cell a run, and what the runs found."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.data import formats
from analysis.data.messages import _
from analysis.data.regions import Language
from analysis.publish import charts
from analysis.publish.batch_tables import BY_REGION, FIXED
from analysis.publish.words import text

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
BETWEEN = " · "
ROW_MM = 4.2  # a line of 8 pt text with air


@dataclass(frozen=True)
class Panel:
    """The runs of one notebook.

    Attributes
    ----------
    heading : str
        The notebook and its parameters down (↓) and across (→).
    cells : pandas.DataFrame
        Columns ``row, column`` (labels of the run's place), ``state, seconds``.
    """

    heading: str
    cells: pd.DataFrame


@charts.chart
def run_grid(table: pd.DataFrame, *, language: Language, title: str, footer: Sequence[str]) -> Figure:
    """Every run as a cell: colour and mark its state, the number its seconds.

    Parameters
    ----------
    table : pandas.DataFrame
        Summary of a batch, as `analysis.publish.batch_tables.summary`; a panel a notebook.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    panels = [panel(str(name), runs, language) for name, runs in table.groupby("notebook", sort=True)]
    heights = [one.cells["row"].nunique() * ROW_MM for one in panels]
    with charts.style():
        # 16 mm a panel for its heading and labels, a line more where it needs one, 30 mm for title and footer
        lines = sum(_wrapped(one.heading).count("\n") for one in panels)
        figure = charts.new_figure(sum(heights) + 16 * len(panels) + ROW_MM * lines + 30, title, footer)
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axis, one in zip(axes, panels, strict=True):
            _panel(axis, one.heading, one.cells, language)
    return figure


def panel(notebook: str, runs: pd.DataFrame, language: Language) -> Panel:
    """Place of each run: an axis across, the others down; names of regions always down, where they fit."""
    axes = _axes(runs.drop(columns=FIXED))
    short = [axis for axis in axes if not set(axis) & set(BY_REGION)]
    across = max(short, key=lambda axis: runs[axis[0]].nunique(), default=[])
    down = [name for axis in axes if axis != across for name in axis]
    cells = pd.DataFrame(
        {
            "row": _labels(runs, down, language),
            "column": _labels(runs, across, language),
            "state": runs["state"],
            "seconds": runs["seconds"],
        }
    )
    heading = ", ".join(
        part
        for part in (
            notebook,
            f"↓ {BETWEEN.join(down)}" if down else "",
            f"→ {BETWEEN.join(across)}" if across else "",
        )
        if part
    )
    return Panel(heading, cells)


def _axes(values: pd.DataFrame) -> list[list[str]]:
    """Parameters that vary; those that change together (zipped) are one axis."""
    axes: dict[tuple[int, ...], list[str]] = {}
    for name in values:
        steps = tuple(pd.factorize(values[name])[0])
        if max(steps) > 0:
            axes.setdefault(steps, []).append(str(name))
    return list(axes.values())


def _labels(runs: pd.DataFrame, names: list[str], language: Language) -> list[str]:
    return [
        BETWEEN.join(_label(name, value, language) for name, value in zip(names, row, strict=True))
        for row in runs[names].itertuples(index=False)
    ]


def _label(name: str, value: str, language: Language) -> str:
    if name not in BY_REGION:
        return value
    return ", ".join(
        text(_("Russia"), language) if code == "RU" else charts.short(code, language)
        for code in value.split()
    )


def _panel(axis: Axes, heading: str, table: pd.DataFrame, language: Language) -> None:
    rows: Mapping[str, int] = {label: place for place, label in enumerate(dict.fromkeys(table["row"]))}
    columns: Mapping[str, int] = {label: place for place, label in enumerate(dict.fromkeys(table["column"]))}
    for run in table.itertuples():
        x, y, state = columns[str(run.column)], rows[str(run.row)], str(run.state)
        place, size = (x - 0.47, y - 0.44), (0.94, 0.88)  # a little less than the unit, so that cells part
        axis.add_patch(Rectangle(place, *size, facecolor=COLOURS[state], edgecolor="#999999", linewidth=0.4))
        shown = MARKS.get(state) or formats.number(float(str(run.seconds)), 0, language)
        axis.text(x, y, shown, ha="center", va="center", color="white" if state == "done" else charts.INK)
    axis.set_xlim(-0.5, len(columns) - 0.5)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xticks(range(len(columns)), list(columns))
    axis.set_yticks(range(len(rows)), list(rows))
    axis.tick_params(length=0)
    axis.grid(visible=False)
    for side in axis.spines.values():
        side.set_visible(False)
    axis.set_title(_wrapped(heading), loc="left")


def _wrapped(heading: str) -> str:
    # bold letters beside labels of some 25: what is left of the page
    return textwrap.fill(heading, 60)


Line = Literal["-", ":"]
# mark, line and ink of a series: the edition tells the first two, the set of regions the third
_LOOKS: Mapping[tuple[str, str], tuple[str, Line, str]] = {
    ("III", "far_east"): ("o", "-", charts.INK),
    ("II", "far_east"): ("s", ":", charts.INK),
    ("III", "border"): ("o", "-", charts.BORDER),
    ("II", "border"): ("s", ":", charts.BORDER),
}
_P_TICKS = (0.001, 0.01, 0.1, 1.0)


@charts.chart
def estimates(
    rows: pd.DataFrame, alpha: float, *, language: Language, title: str, footer: Sequence[str]
) -> Figure:
    """Estimates and their exact p over the years, a row of panels an indicator.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``label`` (name of the indicator, in the order given), ``edition, subset, series`` (name of
        the two), all names as messages or names, ``period, estimate, p_exact`` (NaN where there is none). Marks are filled where
        ``p_exact`` is at most `alpha`.
    alpha : float
        Level, drawn as a line among the p-values.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    rows = rows.assign(**{key: [text(cell, language) for cell in rows[key]] for key in ("label", "series")})
    labels = list(dict.fromkeys(rows["label"]))
    named = dict(zip(zip(rows["edition"], rows["subset"], strict=True), rows["series"], strict=True))
    series = [key for key in _LOOKS if key in named]
    years = sorted({int(period) for period in rows["period"]})
    with charts.style():
        # 18 mm a row of panels, 9 mm for the key in two lines, 36 mm for title, years and footer
        figure = charts.new_figure(18 * len(labels) + 9 + 36, title, footer)
        grid = figure.add_gridspec(len(labels) + 1, 2, height_ratios=[9] + [18] * len(labels))
        places = _places(figure, grid, len(labels))
        for (left, right), label in zip(places, labels, strict=True):
            left.axhline(0, color="#888888", linewidth=0.6)
            right.axhline(alpha, color=charts.INK, linewidth=0.6, linestyle=(0, (4, 2)))
            left.set_title(textwrap.shorten(label, 90, placeholder="…"))
            for number, key in enumerate(series):
                own = rows[(rows["label"] == label) & (rows["series"] == named[key])]
                _draw_series(left, right, own, (number - (len(series) - 1) / 2, *_LOOKS[key]), alpha)
        _finish(places, rows, years, language)
        legend = figure.add_subplot(grid[0, :])
        legend.set_axis_off()
        # the four names side by side are wider than the page in Russian
        legend.legend(
            handles=[_sample(named[key], _LOOKS[key]) for key in series],
            loc="center left",
            ncols=2,
            borderaxespad=0,
        )
    return figure


def _sample(name: str, look: tuple[str, Line, str]) -> Line2D:
    mark, line, ink = look
    return Line2D([], [], color=ink, marker=mark, linestyle=line, label=name, markersize=4, linewidth=0.7)


def _places(figure: Figure, grid: GridSpec, count: int) -> list[tuple[Axes, Axes]]:
    """Pairs of panels under the key, each column with one scale; years under the last pair only."""
    places: list[tuple[Axes, Axes]] = []
    for row in range(1, count + 1):
        first = places[0] if places else (None, None)
        left = figure.add_subplot(grid[row, 0], sharex=first[0], sharey=first[0])
        right = figure.add_subplot(grid[row, 1], sharex=first[0] or left, sharey=first[1])
        for axis in (left, right):
            axis.tick_params(labelbottom=row == count)
        places.append((left, right))
    return places


def _draw_series(
    left: Axes, right: Axes, rows: pd.DataFrame, look: tuple[float, str, Line, str], alpha: float
) -> None:
    shift, mark, line, ink = look
    # side by side within a year, so that equal estimates do not hide each other
    years = rows["period"].astype(int).to_numpy() + 0.16 * shift
    is_low = (rows["p_exact"] <= alpha).to_numpy()
    for axis, name in ((left, "estimate"), (right, "p_exact")):
        values = rows[name].to_numpy(dtype=float)
        axis.plot(years, values, color=ink, linestyle=line, linewidth=0.7)
        for chosen, fill in ((is_low, ink), (~is_low, "white")):
            axis.plot(years[chosen], values[chosen], mark, color=ink, mfc=fill, markersize=4, mew=0.8)


def _finish(
    places: Sequence[tuple[Axes, Axes]], rows: pd.DataFrame, years: Sequence[int], language: Language
) -> None:
    """Scales and names of the axes; those of one column are the same."""
    first, last = places[0], places[-1]
    low, high = rows["estimate"].min(), rows["estimate"].max()
    first[0].set_ylim(min(low, 0) - 0.15, max(high, 0) + 0.15)
    first[0].yaxis.set_major_locator(FixedLocator([-1, -0.5, 0, 0.5, 1]))
    first[0].yaxis.set_major_formatter(lambda value, _: formats.number(value, 1, language))
    first[1].set_yscale("log")
    # the mark of p = 1 is to be seen whole
    first[1].set_ylim(min(0.03, rows["p_exact"].min() / 2), 2)
    first[1].yaxis.set_major_locator(FixedLocator(_P_TICKS))
    first[1].yaxis.set_minor_locator(NullLocator())
    first[1].yaxis.set_major_formatter(lambda value, _: _plain(value, language))
    for pair in places:
        for axis in pair:
            axis.grid(axis="y")
    names = (
        text(_("Kendall's tau-b, by year of the indicator"), language),
        text(_("exact p, by year of the indicator"), language),
    )
    first[0].set_xlim(min(years) - 0.6, max(years) + 0.6)
    # half a page has room for the names of eight years
    shown = years if len(years) <= 8 else [year for year in years if year % 2 == 0]
    for axis, name in zip(last, names, strict=True):
        axis.xaxis.set_major_locator(FixedLocator(shown))
        axis.xaxis.set_minor_locator(FixedLocator(years))
        axis.set_xlabel(name)


def _plain(value: float, language: Language) -> str:
    return formats.number(value, 3, language).rstrip("0").rstrip(".,")
