"""Pictures of the rating: tile-grid map, length of entries, what became of announcements.

Numbers in, figures out, as in `analysis.publish.charts`, whose style and colours these share.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from analysis.data import formats, regions
from analysis.data.messages import Message, _
from analysis.data.regions import Language
from analysis.publish import charts
from analysis.publish.words import Words, text

# Perceptually even and safe for colour-blind readers; a grey print keeps its order.
SCALE = "cividis"
SCORE_RANGE = (1, 10)
# regions outside the Far East, where those of it are marked
_ELSEWHERE = "#C4C4C4"


@dataclass(frozen=True)
class Tile:
    """One region's place on the tile grid: row from the north, column from the west, short label."""

    region: str
    row: int
    column: int
    label: dict[Language, str]


@cache
def tiles() -> tuple[Tile, ...]:
    """The tile grid of the 83 regions: one square each, near where the region lies."""
    file = resources.files("analysis.data").joinpath("register/tile_grid.csv")
    return tuple(
        Tile(
            row["region"],
            int(row["row"]),
            int(row["column"]),
            {"en": row["label_en"], "ru": row["label_ru"]},
        )
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    )


@charts.chart
def tile_map(rows: pd.DataFrame, language: Language, title: str, footer: Sequence[str]) -> Figure:
    """Scores on a tile-grid map, with an arrow where the score changed.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``region, score, change`` (NaN where there is no edition before). Regions of the grid
        that are not in it stay empty.
    language, title, footer
        As in `analysis.publish.charts.new_figure`.
    """
    known = rows.set_index("region")
    border = regions.codes(region for region in regions.all_regions() if region.has_china_border)
    with charts.style():
        figure = charts.new_figure(146, title, footer)
        axis = figure.subplots()
        for tile in tiles():
            row = known.loc[tile.region] if tile.region in known.index else None
            _tile(axis, tile, row, tile.region in border, language)
        _scale(axis, language)
        wide, high = max(tile.column for tile in tiles()), max(tile.row for tile in tiles())
        axis.set_xlim(0.5, wide + 0.5)
        axis.set_ylim(high + 0.5, -0.5)
        axis.set_aspect("equal")
        axis.axis("off")
    return figure


def _tile(axis: Axes, tile: Tile, row: pd.Series | None, at_border: bool, language: Language) -> None:
    fill = "white" if row is None else _colour(float(row["score"]))
    axis.add_patch(
        Rectangle(
            (tile.column - 0.48, tile.row - 0.48),
            0.96,
            0.96,
            facecolor=fill,
            edgecolor=charts.CHINA if at_border else "#FFFFFF",
            linewidth=2 if at_border else 0.5,
            zorder=2 if at_border else 1,
        )
    )
    ink = charts.INK if row is None or row["score"] >= 6 else "#FFFFFF"
    axis.text(
        tile.column, tile.row - 0.2, tile.label[language], ha="center", va="center", color=ink, zorder=3
    )
    if row is None:
        return
    change = row["change"]
    arrow = "" if np.isnan(change) or change == 0 else "▲" if change > 0 else "▼"
    axis.text(
        tile.column,
        tile.row + 0.22,
        f"{int(row['score'])}{arrow}",
        ha="center",
        va="center",
        color=ink,
        weight="bold",
        zorder=3,
    )


def _colour(score: float) -> tuple[float, float, float, float]:
    low, high = SCORE_RANGE
    red, green, blue, alpha = colormaps[SCALE]((score - low) / (high - low))
    return float(red), float(green), float(blue), float(alpha)


def _scale(axis: Axes, language: Language) -> None:
    """Key in the empty corner of the grid: the scores' colours and what the marks mean."""
    left, top = 9.0, 7.4
    axis.text(left - 0.1, top - 0.75, text(_("Score"), language), va="center")
    for place, score in enumerate(range(SCORE_RANGE[0], SCORE_RANGE[1] + 1)):
        axis.add_patch(
            Rectangle((left + place * 0.8, top - 0.4), 0.8, 0.5, facecolor=_colour(score), linewidth=0)
        )
        ink = charts.INK if score >= 6 else "#FFFFFF"
        axis.text(left + place * 0.8 + 0.4, top - 0.14, str(score), ha="center", va="center", color=ink)
    axis.add_patch(
        Rectangle((left, top + 0.6), 0.5, 0.5, facecolor="white", edgecolor=charts.CHINA, linewidth=2)
    )
    words = {
        "border": _("border with China"),
        "arrows": _("▲ rose, ▼ fell on the edition before"),
    }
    axis.text(left + 0.8, top + 0.87, text(words["border"], language), va="center")
    axis.text(left, top + 1.8, text(words["arrows"], language), va="center")


@charts.chart
def length_scatter(rows: pd.DataFrame, language: Language, title: str, footer: Sequence[str]) -> Figure:
    """Score against the number of words of the entry; Far Eastern border regions are named.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``region, words, score``.
    language, title, footer
        As in `analysis.publish.charts.new_figure`.
    """
    ticks = [25, 50, 100, 200, 400, 800]
    label = text(_("Words of the entry (logarithmic)"), language)
    named = regions.codes(regions.far_east_border())
    return _score_against(rows, "words", ticks, label, named, language, title, footer)


@charts.chart
def indicator_scatter(
    rows: pd.DataFrame, label: Words, *, language: Language, title: str, footer: Sequence[str]
) -> Figure:
    """Score of every region against an indicator; the Far East is marked, its regions and the highest scores are named.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``region, value, score``; values above zero, since the axis is logarithmic.
    label : Message or Name
        The indicator with its unit and year.
    """
    high = rows.loc[rows["score"] >= HIGH, "region"]
    named = list(dict.fromkeys([*regions.codes(regions.far_east()), *high]))
    named = [code for code in named if code in set(rows["region"])]
    low, top = (int(np.floor(np.log10(rows["value"].min()))), int(np.ceil(np.log10(rows["value"].max()))))
    ticks = [10**power for power in range(low, top + 1)]
    words = text(_("{indicator} (logarithmic)", indicator=label), language)
    return _score_against(rows, "value", ticks, words, named, language, title, footer)


# named outside the Far East too
HIGH = 8


@charts.chart
def neighbour_scatter(
    panels: Sequence[tuple[Words, pd.DataFrame, float, Words]],
    near_label: Words,
    *,
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """Value of every region against the mean of its neighbours, a panel a variable; the slope is Moran's I.

    The regions of the Far East are marked and named, so that no key is needed.

    Parameters
    ----------
    panels : sequence of (label, rows, slope, note)
        Axis label; columns ``region, value, near``; Moran's I with row weights; what stands in the panel.
    near_label : Message or Name
        The axis of the neighbours.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    with charts.style():
        figure = charts.new_figure(118, title, footer)
        axes = figure.subplots(1, len(panels), squeeze=False).ravel()
        for axis, (label, rows, slope, note) in zip(axes, panels, strict=True):
            centre, across = rows["value"].mean(), np.array([rows["value"].min(), rows["value"].max()])
            axis.axhline(centre, color="#BBBBBB", linewidth=0.8)
            axis.axvline(centre, color="#BBBBBB", linewidth=0.8)
            axis.plot(across, rows["near"].mean() + slope * (across - centre), color=charts.INK, linewidth=1)
            for row in rows.itertuples():
                code = str(row.region)
                far_east = regions.by_code(code).district == "far_eastern"
                axis.plot(
                    row.value,
                    row.near,
                    charts.marker_of(code) if far_east else "o",
                    color=charts.colour_of(code) if far_east else _ELSEWHERE,
                    markersize=5 if far_east else 4,
                    zorder=3 if far_east else 2,
                )
            axis.set_title(text(note, language), weight="normal")
            axis.set_xlabel(text(label, language))
            axis.margins(0.12)
            # room for a long name beyond the outermost points, where the most are named
            axis.set_xlim(right=across[1] + 0.35 * (across[1] - across[0]))
            is_whole = across[1] - across[0] >= _WHOLE_UNITS
            for which in "xy":
                axis.locator_params(axis=which, integer=bool(is_whole))
                charts._decimal(axis, language, 0 if is_whole else 1, which=which)
        axes[0].set_ylabel(text(near_label, language))
        charts.settle_layout(figure)  # names are placed around it
        far_east_codes = set(regions.codes(regions.far_east()))
        for axis, (_label, rows, _slope, _note) in zip(axes, panels, strict=True):
            is_named = rows["region"].isin(far_east_codes)
            named = rows[is_named].rename(columns={"value": "x", "near": "score"})
            lines = _lines(axis, rows["value"].mean(), rows["near"].mean(), slope)
            avoid = np.vstack([rows.loc[~is_named, ["value", "near"]], lines])
            charts.name_points(figure, axis, named, language, avoid)
    return figure


def _lines(axis: Axes, centre: float, near: float, slope: float) -> NDArray[np.float64]:
    """Points along the two lines through the mean and the sloping one, close enough that no name fits between."""
    (left, right), (low, high) = axis.get_xlim(), axis.get_ylim()
    across, upward = np.linspace(left, right, 40), np.linspace(low, high, 40)
    return np.vstack(
        [
            np.column_stack([across, np.full(40, centre)]),
            np.column_stack([np.full(40, centre), upward]),
            np.column_stack([across, near + slope * (across - centre)]),
        ]
    )


# a range of fewer units has ticks with a decimal
_WHOLE_UNITS = 4


def _score_against(
    rows: pd.DataFrame,
    column: str,
    ticks: Sequence[float],
    label: str,
    named: Sequence[str],
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    with charts.style():
        figure = charts.new_figure(110, title, footer)
        axis = figure.subplots()
        # equal scores side by side, so that points of one place do not hide each other
        lifted = rows.assign(x=rows[column], y=rows["score"] + _lift(rows, column))
        for row in lifted.itertuples():
            code = str(row.region)
            far_east = regions.by_code(code).district == "far_eastern"
            axis.plot(
                row.x,
                row.y,
                charts.marker_of(code) if far_east else "o",
                color=charts.colour_of(code) if far_east else _ELSEWHERE,
                markersize=5 if far_east else 4,
                zorder=3 if far_east else 2,
            )
        axis.set_xscale("log")
        axis.set_xticks(ticks, [formats.number(tick, 0 if tick >= 1 else 1, language) for tick in ticks])
        axis.minorticks_off()
        # room for names beside the outermost points
        axis.set_xlim(min(ticks[0], rows[column].min()), max(rows[column].max(), ticks[-2]) * 1.35)
        axis.set_yticks(range(1, 11))
        axis.set_ylim(0.5, 10.5)
        axis.set_xlabel(label)
        axis.set_ylabel(text(_("Score"), language))
        axis.grid(axis="y")
        rest = text(_("other Far Eastern"), language)
        elsewhere = text(_("other districts"), language)
        charts.mark_key(
            axis,
            [
                *charts.group_marks(regions.codes(regions.far_east_border()), language),
                charts.key_mark("^", charts.OTHER, rest),
                charts.key_mark("o", _ELSEWHERE, elsewhere),
            ],
        )
        charts.settle_layout(figure)  # labels are placed around it
        is_named = lifted["region"].isin(named)
        points = lifted[is_named].assign(score=lifted["y"])
        charts.name_points(figure, axis, points, language, lifted.loc[~is_named, ["x", "y"]].to_numpy())
    return figure


def _lift(rows: pd.DataFrame, column: str) -> pd.Series:
    """Offsets within a score, by the figure it is set against, in a fixed pattern of four."""
    order = rows.groupby("score")[column].rank(method="first").astype(int)
    return (order % 4 - 1.5) * 0.12


# from done to given up; the lightness falls in that order, and hatching marks what is lost
STATUS_LOOKS: dict[str, tuple[str, str]] = {
    "realised": ("#0072B2", ""),
    "under_way": ("#56B4E9", ""),
    "announced": ("#D9D9D9", ""),
    "no_news": ("#FFFFFF", "////"),
    "abandoned": ("#FFFFFF", "xxxx"),
}


@charts.chart
def status_bars(
    rows: Sequence[tuple[str, Mapping[str, int]]],
    names: Mapping[str, Message],
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """Initiatives by what became of them, one bar a group, from zero.

    Parameters
    ----------
    rows : sequence of (region code, counts by status)
        The first on top.
    names : dict
        Name of each status; the keys of `STATUS_LOOKS`.
    language, title, footer
        As in `analysis.publish.charts.new_figure`.
    """
    with charts.style():
        figure = charts.new_figure(44 + 7.2 * len(rows), title, footer)
        axis = figure.subplots()
        places = list(range(len(rows)))[::-1]
        for status, (colour, hatch) in STATUS_LOOKS.items():
            lefts = [sum(counts[name] for name in _before(status)) for _, counts in rows]
            widths = [counts[status] for _, counts in rows]
            axis.barh(
                places,
                widths,
                left=lefts,
                height=0.66,
                color=colour,
                hatch=hatch,
                edgecolor="#666666",
                linewidth=0.6,
                label=text(names[status], language),
            )
            for place, left, width in zip(places, lefts, widths, strict=True):
                if width:
                    axis.text(
                        left + width / 2,
                        place,
                        str(width),
                        ha="center",
                        va="center",
                        color="white" if status == "realised" else charts.INK,
                        # a hatched bar needs a plain ground under its number
                        bbox={"facecolor": "white", "linewidth": 0, "pad": 0.8} if hatch else None,
                    )
        axis.set_yticks(places, [charts.short(code, language) for code, counts in rows])
        axis.set_xlabel(text(_("Initiatives left open by the edition before"), language))
        axis.set_xlim(left=0)
        axis.spines["left"].set_visible(False)
        axis.tick_params(axis="y", length=0)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        # above the bars, flush with the names
        axis.legend(
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=len(STATUS_LOOKS),
            columnspacing=1.2,
            handletextpad=0.5,
            borderaxespad=0.2,
        )
    return figure


def _before(status: str) -> tuple[str, ...]:
    order = tuple(STATUS_LOOKS)
    return order[: order.index(status)]
