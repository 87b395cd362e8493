"""How a result looks as a picture, in either language.

Every function takes numbers and returns a :class:`matplotlib.figure.Figure`; nothing is read or
written here. Colours carry meaning (Okabe and Ito's palette, safe for colour-blind readers): China
vermilion, the Amur region blue, the other border regions light blue, everything else grey (and, for
verdicts, green and orange). Marks differ too, so that a grey print keeps the distinction.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from importlib import resources
from io import BytesIO
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from analysis.data import formats, regions
from analysis.data.messages import Message, Name, _, joined
from analysis.data.regions import Language
from analysis.publish.words import Words, text

CHINA = "#D55E00"
AMUR = "#0072B2"
BORDER = "#56B4E9"
OTHER = "#8C8C8C"
HOLDS = "#009E73"
DISAGREES = "#E69F00"
INK = "#222222"

FORMATS: tuple[Literal["svg", "png"], ...] = ("svg", "png")
# ids of clip paths, markers and hatches in matplotlib's SVG
_CHECKSUM_ID = re.compile(rb'(?<=["#])([mph])[0-9a-f]{10}(?=["\)])')

MM = 1 / 25.4  # inches
WIDTHS_MM = {"column": 85, "page": 180}
POINT = 1 / 72  # inches
LINE_PT = 10.5  # height of a line of 8 pt text


@dataclass(frozen=True)
class Chart:
    """A chart that is ready to be drawn in either language.

    Attributes
    ----------
    draw : callable
        ``draw(language, title, footer)`` gives a :class:`matplotlib.figure.Figure`.
    """

    draw: Callable[[Language, str, Sequence[str]], Figure]

    def png(self, language: Language = "en", title: str = "") -> bytes:
        """Picture of the chart without the lines under it, for a look in a notebook."""
        return to_bytes(self.draw(language, title, ()), "png")

    def _repr_png_(self) -> bytes:
        return self.png()


def chart(draw: Callable[..., Figure]) -> Callable[..., Chart]:
    """Turn a function that draws in one language into one that returns a `Chart`.

    Parameters
    ----------
    draw : callable
        Takes its data, and by name ``language``, ``title`` and ``footer``.
    """

    @wraps(draw)
    def prepared(*data: Any, **options: Any) -> Chart:
        return Chart(
            lambda language, title, footer: draw(
                *data, **options, language=language, title=title, footer=footer
            )
        )

    return prepared


def style() -> AbstractContextManager[None]:
    """Return the context in which every figure is drawn and saved."""
    path = resources.files("analysis.publish").joinpath("paper.mplstyle")
    return mpl.rc_context(fname=str(path))


def colour_of(code: str) -> str:
    """Colour of a region: Amur, border, other."""
    if code == "RU-AMU":
        return AMUR
    if code in regions.codes(regions.far_east_border()):
        return BORDER
    return OTHER


def marker_of(code: str) -> str:
    """Mark of a region, which tells the groups apart without colour: square, circle, triangle."""
    if code == "RU-AMU":
        return "s"
    return "o" if code in regions.codes(regions.far_east_border()) else "^"


def short(code: str, language: Language) -> str:
    """Short name of a region or aggregate for a label.

    Raises
    ------
    AnalysisError
        If `code` is neither a region nor ``FAR_EAST``.
    """
    if code in formats.AGGREGATE_NAMES:
        return formats.AGGREGATE_SHORT_NAMES[code][language]
    return regions.by_code(code).short_name(language)


def without(codes: Sequence[str]) -> Message:
    """Say which regions are left out: ``without Chukotka, Buryatia``.

    Parameters
    ----------
    codes : sequence of str
        Codes of regions, at least one.
    """
    left_out = [regions.by_code(code) for code in codes]
    names = joined([Name(region.short_en, region.genitive_ru) for region in left_out], ", ")
    return _("without {names}", names=names)


def new_figure(
    height_mm: float, title: str, footer: Sequence[str], width: Literal["column", "page"] = "page"
) -> Figure:
    """Start a figure with its title and the lines under it.

    Parameters
    ----------
    height_mm : float
        Height of the whole figure.
    title : str
        Printed bold at the top.
    footer : sequence of str
        Lines at the bottom (how to read it, source, exhibit id); wrapped to the width.
    width : {'column', 'page'}
        85 or 180 mm.
    """
    wide = WIDTHS_MM[width] * MM
    high = height_mm * MM
    # DejaVu Sans at 8 pt, inches a character, measured on the captions in use; Cyrillic runs wider
    is_cyrillic = any("\u0400" <= letter <= "\u04ff" for letter in title)
    characters = int(wide / (0.066 if is_cyrillic else 0.0605))
    title_lines = textwrap.wrap(title, int(characters * 0.9))
    footer_lines = [line for text in footer for line in textwrap.wrap(text, characters)]
    top = (len(title_lines) * LINE_PT + 5) * POINT / high
    bottom = (len(footer_lines) * LINE_PT + 5) * POINT / high
    figure = Figure(figsize=(wide, high), layout="constrained")
    FigureCanvasAgg(figure)  # keeps the renderer that measures text; a bare figure makes one for every label
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0.005, bottom, 0.99, 1 - bottom - top))  # type: ignore[call-arg]
    figure.text(0.01, 1 - 2 * POINT / high, "\n".join(title_lines), weight="bold", va="top", ha="left")
    figure.text(0.01, 3 * POINT / high, "\n".join(footer_lines), va="bottom", ha="left", color="#444444")
    return figure


def settle_layout(figure: Figure) -> None:
    """Lay the panels out for good; unless told to stop, matplotlib does it again for every file."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)
        for axes in figure.axes:
            # the last digits depend on where the solver's variables lie in memory, and with them now and then a pixel
            left, bottom, width, height = axes.get_position(original=True).bounds
            axes.set_position((round(left, 12), round(bottom, 12), round(width, 12), round(height, 12)))


def to_bytes(figure: Figure, kind: Literal["svg", "png"]) -> bytes:
    """Return the figure as a file, the same bytes every time."""
    buffer = BytesIO()
    with style():
        settle_layout(figure)
        # a date in the file would make two runs differ
        figure.savefig(buffer, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return _numbered(buffer.getvalue()) if kind == "svg" else buffer.getvalue()


def _numbered(svg: bytes) -> bytes:
    """Number what matplotlib calls by a checksum.

    The checksum is that of unrounded coordinates, whose sixteenth digit may differ between two runs
    that print the same figure.
    """
    numbers: dict[bytes, bytes] = {}

    def number(match: re.Match[bytes]) -> bytes:
        return numbers.setdefault(match[0], match[1] + str(len(numbers) + 1).encode())

    return _CHECKSUM_ID.sub(number, svg)


def _decimal(axis_values: Axes, language: Language, decimals: int = 0, which: str = "x") -> None:
    axis = axis_values.xaxis if which == "x" else axis_values.yaxis
    axis.set_major_formatter(lambda value, _: formats.number(value, decimals, language))


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Move label positions apart until neighbours are `gap` apart, each as near its place as that allows.

    Parameters
    ----------
    positions : sequence of float, length n
        Wanted places.
    gap : float
        Smallest distance between two labels, in the same unit.

    Returns
    -------
    list of float, length n
        Places in the order of `positions`. This is isotonic regression on ``position - rank * gap``
        (pool adjacent violators), so the sum of squared moves is the smallest possible.
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    blocks: list[tuple[float, int]] = []  # mean of a block, its size
    for rank, index in enumerate(order):
        mean, size = positions[index] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            previous, count = blocks.pop()
            mean = (mean * size + previous * count) / (size + count)
            size += count
        blocks.append((mean, size))
    placed = [mean for mean, size in blocks for _copy in range(size)]
    result = [0.0] * len(positions)
    for rank, index in enumerate(order):
        result[index] = placed[rank] + rank * gap
    return result


@chart
def share_lines(
    table: pd.DataFrame,
    groups: Sequence[tuple[Words, Sequence[str]]],
    aggregate: str | None = None,
    *,
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """China's share over the years, one panel a group of regions, the district dashed in each.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``region, period, value`` (per cent).
    groups : sequence of (heading, region codes)
        Panels; a group without regions has none.
    aggregate : str, optional
        Code in ``region`` of the whole district.
    language, title, footer
        As in :func:`new_figure`.
    """
    panels = [(heading, codes) for heading, codes in groups if codes]
    whole = table[table["region"] == aggregate].set_index("period")["value"].to_dict()
    table = table[table["region"] != aggregate]
    with style():
        figure = new_figure(105, title, footer)
        axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axis, (heading, codes) in zip(axes, panels, strict=True):
            _lines_panel(axis, table, codes, whole, language)
            axis.set_title(text(heading, language))
        axes[0].set_ylabel("%")
        axes[0].set_ylim(0, 100)
    return figure


def _lines_panel(
    axis: Axes,
    table: pd.DataFrame,
    codes: Sequence[str],
    aggregate: Mapping[str, float],
    language: Language,
) -> None:
    ends: list[tuple[float, float, str, str]] = []
    shades = ["#5A5A5A", "#8C8C8C", "#B0B0B0"]
    dashes = ["-", "--", "-.", ":"]
    for number, code in enumerate(codes):
        line = table[table["region"] == code].sort_values("period")
        if line.empty:
            continue
        years = line["period"].astype(int).to_numpy()
        colour = colour_of(code)
        if colour == OTHER:
            colour = shades[number % len(shades)]
        axis.plot(
            years,
            line["value"],
            color=colour,
            linestyle="-" if code == "RU-AMU" else dashes[number % len(dashes)],
            marker=marker_of(code),
            markersize=3.2 if code != "RU-AMU" else 4,
            linewidth=2.2 if code == "RU-AMU" else 1.1,
            zorder=3 if code == "RU-AMU" else 2,
        )
        ends.append((float(years[-1]), float(line["value"].iloc[-1]), short(code, language), colour))
    if aggregate:
        years = np.array([int(year) for year in aggregate])
        axis.plot(years, list(aggregate.values()), color=INK, linestyle=(0, (4, 2)), linewidth=1.2, zorder=1)
        ends.append((float(years[-1]), list(aggregate.values())[-1], short("FAR_EAST", language), INK))
    # 6.2 per cent of a 0-100 axis is one line of 8 pt in a panel of this height
    for (x, y, label, colour), place in zip(ends, spread([end[1] for end in ends], 6.2), strict=True):
        axis.annotate(
            label,
            (x, y),
            xytext=(axis_end(ends) + 0.9, place),
            textcoords="data",
            va="center",
            color=_darker(colour),
            arrowprops={"arrowstyle": "-", "color": "#BBBBBB", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2},
            annotation_clip=False,
        )
    all_years = sorted({int(y) for y in table["period"]})
    # a label needs three years of room
    axis.set_xticks([y for y in all_years if y % 5 == 0 and all_years[-1] - y > 2] + all_years[-1:])
    axis.grid(axis="y")


def axis_end(ends: Sequence[tuple[float, float, str, str]]) -> float:
    """Largest x of the lines' ends, where their labels begin.

    Parameters
    ----------
    ends : sequence of (x, y, label, colour)
        Last point of each line in units of the axes, with its label.
    """
    return max(end[0] for end in ends)


def _darker(colour: str) -> str:
    # light blue and light grey are too pale for 8 pt text on white
    return {BORDER: "#1F78A8", "#B0B0B0": "#6E6E6E", OTHER: "#5F5F5F"}.get(colour, colour)


@chart
def crossing_densities(
    rows: pd.DataFrame,
    panels: Mapping[str, Words],
    *,
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """Crossing points per 1,000 km of border, recomputed, beside the interval the print allows.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``region, indicator, density_per_1000_km, printed_low, printed_high`` (per 1,000 km); the printed
        interval is NaN where the paper prints none.
    panels : dict
        Heading of each indicator, one panel each.
    language, title, footer
        As in :func:`new_figure`.
    """
    first = rows[rows["indicator"] == next(iter(panels))]
    order = first.sort_values(["density_per_1000_km", "region"])["region"].tolist()
    with style():
        figure = new_figure(75, title, footer)
        axes = figure.subplots(1, len(panels), sharey=True, sharex=True, squeeze=False)[0]
        for axis, (indicator, heading) in zip(axes, panels.items(), strict=True):
            part = rows[rows["indicator"] == indicator].set_index("region").reindex(order)
            for place, (code, row) in enumerate(part.iterrows()):
                if not np.isnan(row["printed_low"]):
                    axis.barh(
                        place,
                        row["printed_high"] - row["printed_low"],
                        left=row["printed_low"],
                        height=0.55,
                        color="#DDDDDD",
                    )
                axis.plot(row["density_per_1000_km"], place, marker_of(str(code)), color=colour_of(str(code)))
                axis.annotate(
                    formats.number(row["density_per_1000_km"], 2, language),
                    (row["density_per_1000_km"], place),
                    xytext=(0, 6),
                    textcoords="offset points",
                    ha="center",
                    va="bottom",
                )
            axis.set_yticks(range(len(order)), [short(code, language) for code in order])
            axis.set_ylim(-0.5, len(order) - 0.2)
            # room for the mark and the number of the largest value
            axis.set_xlim(0, 1.06 * rows[["density_per_1000_km", "printed_high"]].max(axis=None))
            axis.set_title(text(heading, language))
            axis.set_xlabel(text(_("points per 1,000 km of border"), language))
            axis.grid(axis="x")
            _decimal(axis, language)
    return figure


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    colours: Sequence[str],
    language: Language,
    title: str,
    footer: Sequence[str],
    axis_label: str,
    *,
    decimals: int = 0,
    hollow: Sequence[bool] | None = None,
    value_labels: Sequence[str] | None = None,
    is_tree: bool = False,
) -> Figure:
    """Horizontal bars from zero, the first on top, each with its value.

    Parameters
    ----------
    labels, values, colours : sequences of length n
        One bar each.
    language, title, footer
        As in :func:`new_figure`.
    axis_label : str
        Unit.
    decimals : int
        Decimals of the values.
    hollow : sequence of bool, length n, optional
        Bars drawn as an outline: known only together.
    value_labels : sequence of str, length n, optional
        What to write at the bars instead of their value.
    is_tree : bool
        Whether the labels are indented and so begin at one line.
    """
    hollow = hollow if hollow is not None else [False] * len(values)
    texts = value_labels or [formats.number(value, decimals, language) for value in values]
    with style():
        figure = new_figure(28 + 9 * len(values), title, footer)
        axis = figure.subplots()
        places = list(range(len(values)))[::-1]
        for place, value, colour, outline, label in zip(places, values, colours, hollow, texts, strict=True):
            axis.barh(
                place,
                value,
                height=0.62,
                color="white" if outline else colour,
                edgecolor=colour,
                hatch="////" if outline else None,
                linewidth=0.8,
            )
            axis.annotate(
                label, (value, place), xytext=(4, 0), textcoords="offset points", va="center", ha="left"
            )
        axis.set_yticks(places, list(labels))
        axis.set_xlabel(axis_label)
        axis.margins(x=0.14)
        axis.set_xlim(left=0)
        # whole ticks repeat themselves on a short axis
        _decimal(axis, language, decimals if max(values) < 10 else 0)
        if is_tree:
            _align_labels_left(axis)
    return figure


@chart
def bar_chart(
    labels: Sequence[Words],
    values: Sequence[float],
    colours: Sequence[str],
    axis_label: Words,
    *,
    language: Language,
    title: str,
    footer: Sequence[str],
    value_labels: Sequence[Words] | None = None,
    **how: Any,
) -> Figure:
    """Bars as `bars` draws them, from messages and names that take the language of the figure."""
    return bars(
        [text(label, language) for label in labels],
        values,
        colours,
        language,
        title,
        footer,
        text(axis_label, language),
        value_labels=None if value_labels is None else [text(label, language) for label in value_labels],
        **how,
    )


def _align_labels_left(axis: Axes) -> None:
    names = axis.get_yticklabels()
    widest = max(name.get_window_extent().width for name in names)
    for name in names:
        name.set_horizontalalignment("left")
    axis.tick_params(axis="y", pad=widest / (axis.figure.dpi * POINT) + 4, length=0)


def stacked_counts(
    labels: Sequence[str],
    parts: Sequence[tuple[str, str, Sequence[int]]],
    language: Language,
    title: str,
    footer: Sequence[str],
    axis_label: str,
) -> Figure:
    """Horizontal bars of counts in parts, the first label on top, a legend above.

    Parameters
    ----------
    labels : sequence of str, length n
        One bar each.
    parts : sequence of (name, colour, counts)
        Parts from left to right; ``counts`` has length n.
    language, title, footer
        As in :func:`new_figure`.
    axis_label : str
        What is counted.
    """
    with style():
        figure = new_figure(52 + 7.5 * len(labels), title, footer)
        axis = figure.subplots()
        places = np.arange(len(labels))[::-1]
        left = np.zeros(len(labels))
        for name, colour, counts in parts:
            axis.barh(
                places, counts, left=left, height=0.66, color=colour, label=name, edgecolor="white", lw=0.4
            )
            left += np.asarray(counts)
        for place, total in zip(places, left, strict=True):
            axis.annotate(
                formats.number(total, 0, language),
                (total, place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
            )
        axis.set_yticks(places, list(labels))
        axis.set_xlabel(axis_label)
        axis.margins(x=0.1)
        axis.set_xlim(left=0)
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure


@chart
def transition_matrix(
    counts: np.ndarray, language: Language, title: str, footer: Sequence[str], editions: tuple[str, str]
) -> Figure:
    """Scores of one edition against the other, regions counted.

    Parameters
    ----------
    counts : ndarray of int, shape (10, 10)
        ``counts[i, j]`` regions went from score i + 1 to j + 1.
    language, title, footer
        As in :func:`new_figure`.
    editions : (str, str)
        The earlier and the later edition.
    """
    with style():
        figure = new_figure(120, title, footer)
        axis = figure.subplots()
        shown = np.ma.masked_equal(counts, 0)
        # the palest half of the scale only, so that the counts stay readable on it
        axis.imshow(shown, origin="lower", cmap="Greys", vmin=0, vmax=counts.max() * 2, aspect="equal")
        for i, j in zip(*np.nonzero(counts), strict=True):
            axis.text(j, i, str(counts[i, j]), ha="center", va="center", color=INK, weight="bold")
        axis.plot([-0.5, 9.5], [-0.5, 9.5], color="#BBBBBB", linewidth=0.8, zorder=-1)
        axis.set_xticks(range(10), [str(s) for s in range(1, 11)])
        axis.set_yticks(range(10), [str(s) for s in range(1, 11)])
        axis.set_xlabel(text(_("Score in edition {edition}", edition=editions[1]), language))
        axis.set_ylabel(text(_("Score in edition {edition}", edition=editions[0]), language))
        axis.text(9.3, 0.2, text(_("rose"), language), ha="right", color="#555555", style="italic")
        axis.text(0.0, 8.8, text(_("fell"), language), ha="left", color="#555555", style="italic")
    return figure


@chart
def score_strips(
    rows: pd.DataFrame, language: Language, title: str, footer: Sequence[str], highlight: Sequence[str]
) -> Figure:
    """Scores by federal district, one dot a region, equal scores stacked.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``region, district, score``.
    language, title, footer
        As in :func:`new_figure`.
    highlight : sequence of str
        Regions drawn in their colours.
    """
    medians = rows.groupby("district")["score"].agg(["median", "mean"]).sort_values(["median", "mean"])
    districts = medians.index.tolist()
    with style():
        figure = new_figure(36 + 12 * len(districts), title, footer)
        axis = figure.subplots()
        for place, district in enumerate(districts):
            part = rows[rows["district"] == district].sort_values(["score", "region"])
            axis.plot(medians.loc[district, "median"], place - 0.3, "|", color=INK, markersize=9, mew=2)
            for score, same in part.groupby("score"):
                codes = sorted(same["region"], key=lambda code: code not in highlight)
                for height, code in enumerate(codes):
                    axis.plot(
                        # stacked three abreast, so that a crowded score keeps to its row
                        float(score) + (height % 3 - (min(3, len(codes)) - 1) / 2) * 0.2,
                        place + (height // 3) * 0.24,
                        marker_of(code) if code in highlight else "o",
                        color=colour_of(code) if code in highlight else "#C4C4C4",
                        markersize=4.5,
                    )
        axis.set_yticks(range(len(districts)), [regions.DISTRICT_NAMES[d][language] for d in districts])
        axis.set_xticks(range(1, 11))
        axis.set_xlim(0.5, 10.5)
        axis.set_ylim(-0.5, len(districts) - 0.3)
        axis.set_xlabel(text(_("Score"), language))
        axis.grid(axis="x")
    return figure


# groups of regions by their mark
_GROUPS: dict[str, Message] = {"s": _("Amur"), "o": _("Far Eastern border"), "^": _("other regions")}
# handle and label of one mark in a key; two marks in one handle stand side by side
Mark = tuple[Line2D | tuple[Line2D, ...], str]


def key_mark(marker: str, colour: str, label: str = "", *, hollow: bool = False) -> Mark:
    """Mark for `mark_key`.

    Parameters
    ----------
    marker, colour : str
        As drawn in the figure.
    label : str
        What it stands for.
    hollow : bool
        Whether it is drawn as an outline.
    """
    face = "white" if hollow else colour
    return Line2D([], [], linestyle="", marker=marker, mfc=face, mec=colour), label


def group_marks(codes: Sequence[str], language: Language) -> list[Mark]:
    """Marks of the groups that the regions `codes` belong to: Amur, the rest of the border, others."""
    drawn = {marker_of(code): colour_of(code) for code in codes}
    return [
        key_mark(marker, drawn[marker], text(label, language))
        for marker, label in _GROUPS.items()
        if marker in drawn
    ]


def mark_key(axis: Axes, marks: Sequence[Mark]) -> None:
    """Say above the axes, in one line, what the marks stand for.

    Parameters
    ----------
    axis : Axes
        Panel the key stands above, at its right end.
    marks : sequence of (handle, label)
        As `key_mark` and `group_marks` give them, from left to right.
    """
    axis.legend(
        [handle for handle, _label in marks],
        [label for _handle, label in marks],
        handler_map={tuple: HandlerTuple(ndivide=None)},
        # grows to the left, over the names, where it is long
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=len(marks),
        columnspacing=1.2,
        handletextpad=0.4,
        borderaxespad=0.2,
    )


@chart
def score_changes(
    rows: pd.DataFrame, editions: tuple[str, str], language: Language, title: str, footer: Sequence[str]
) -> Figure:
    """Score of the edition before (hollow) and of this one (filled), one row a region.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``region, score, previous_score``; drawn in the order given, the first on top.
    editions : tuple of str
        The edition before and this one.
    language, title, footer
        As in :func:`new_figure`.
    """
    with style():
        # a line above the axes for the key
        figure = new_figure(39 + 4.6 * len(rows), title, footer)
        axis = figure.subplots()
        places = np.arange(len(rows))[::-1]
        for place, row in zip(places, rows.itertuples(), strict=True):
            colour = colour_of(str(row.region))
            mark = marker_of(str(row.region))
            if row.score != row.previous_score:
                axis.annotate(
                    "",
                    (row.score, place),
                    (row.previous_score, place),
                    arrowprops={
                        "arrowstyle": "-|>",
                        "color": colour,
                        "linewidth": 1.1,
                        "shrinkA": 3,
                        "shrinkB": 2,
                    },
                )
                axis.plot(row.previous_score, place, mark, mfc="white", mec=colour)
            axis.plot(row.score, place, mark, color=colour)
        axis.set_yticks(places, [short(code, language) for code in rows["region"]])
        axis.set_xticks(range(1, 11))
        axis.set_xlim(0.5, 10.5)
        axis.set_ylim(-0.8, len(rows) - 0.2)
        axis.set_xlabel(text(_("Score"), language))
        axis.grid(axis="x")
        before, now = key_mark("^", OTHER, hollow=True)[0], key_mark("^", OTHER)[0]
        assert isinstance(before, Line2D) and isinstance(now, Line2D)
        words = _("edition {before} → {now}", before=editions[0], now=editions[1])
        change = ((before, now), text(words, language))
        mark_key(axis, [*group_marks(rows["region"].tolist(), language), change])
    return figure


# of many regions p falls below any that a reader could tell apart; what is smaller stands at the lower edge
SMALLEST_P = 1e-6


def specification_curve(
    rows: pd.DataFrame,
    choices: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    alpha: float,
    language: Language,
    title: str,
    footer: Sequence[str],
    axis_label: str,
) -> Figure:
    """Estimates in rising order, their exact p, and below what was chosen for each.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a specification in the order drawn: ``estimate, p_exact, p_min`` and a column a
        choice.
    choices : sequence of (column, options)
        Choices to show; ``options`` are (value, label), from the top.
    alpha : float
        Level marked in the panel of p-values.
    language, title, footer
        As in :func:`new_figure`.
    axis_label : str
        Name of the coefficient.
    """
    lines = [(name, value, label) for name, options in choices for value, label in options]
    with style():
        rows_below = max(len(lines), 3)  # room for the axis where nothing or one choice differs
        figure = new_figure(105 + 4.6 * rows_below, title, footer)
        upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=[3, 2.2, 0.42 * rows_below])
        place = np.arange(1, len(rows) + 1)
        low = rows["p_exact"].to_numpy() <= alpha
        mute = rows["p_min"].to_numpy() > alpha
        inks = np.where(low, INK, np.where(mute, "#D6D6D6", "#9A9A9A"))
        # square points: some dozen specifications are drawn large enough to see, a thousand beside each other
        dot = float(np.clip(500 / max(len(rows), 1), 6, 18))
        sizes = np.where(low, 2 * dot, dot)
        upper.axhline(0, color="#888888", linewidth=0.8)
        upper.scatter(place, rows["estimate"], c=inks, s=sizes, linewidths=0)
        upper.set_ylabel(axis_label)
        _decimal(upper, language, 1, "y")
        least, exact = (rows[name].clip(lower=SMALLEST_P) for name in ("p_min", "p_exact"))
        middle.vlines(place, least, exact, color="#E3E3E3", linewidth=0.7)
        middle.scatter(place, exact, c=inks, s=sizes, linewidths=0)
        middle.axhline(alpha, color=INK, linewidth=0.8, linestyle=(0, (4, 2)))
        middle.set_yscale("log")
        is_cut = bool((rows["p_exact"] < SMALLEST_P).any())
        middle.set_ylabel(text(_("exact p, from 10⁻⁶ up") if is_cut else _("exact p"), language))
        middle.set_yticks([1, 0.1, 0.01, 0.001, 0.0001])
        middle.yaxis.set_minor_formatter(NullFormatter())  # the usual one writes mathtext
        middle.yaxis.set_major_formatter(
            lambda value, _: formats.number(value, 4, language).rstrip("0").rstrip(".,")
        )
        for height, (name, value, _label) in enumerate(reversed(lines)):
            chosen = (rows[name] == value).to_numpy()
            lower.scatter(
                place[chosen],
                np.full(chosen.sum(), height),
                c=inks[chosen],
                s=3 * dot,
                marker="|",
                linewidths=0.3 + 0.08 * dot,
            )
        lower.set_yticks(range(len(lines)), [line[2] for line in reversed(lines)])
        lower.set_ylim(-0.7, len(lines) - 0.3)
        lower.tick_params(axis="y", length=0)
        edge = len(lines) - 0.5
        for _name, options in choices[:-1]:
            edge -= len(options)
            lower.axhline(edge, color="#DDDDDD", linewidth=0.6)
        lower.set_xlabel(text(_("specifications, by estimate"), language))
        lower.set_xlim(0, len(rows) + 1)
        lower.locator_params(axis="x", integer=True)
    return figure


NEAR = 5.0  # points
_LEADER = {"arrowstyle": "-", "color": "#BBBBBB", "linewidth": 0.5, "shrinkA": 1, "shrinkB": 3}
# half the side of a mark, and of the room around a named one that belongs to its own name, points
_MARK, _OWN_ROOM = 3.5, 6.5
# what a name costs, in square points of a covered mark: a name under a name cannot be read, nor one outside
_UNREADABLE = 4.0
_FAR, _WITH_LEADER, _THROUGH = (
    2.0,
    30.0,
    150.0,
)  # a point of distance; a line to its mark; one through another
# orders in which names are placed, the best of which is kept: more changed no figure of the study
_ORDERS = 16


def _places() -> NDArray[np.float64]:
    """Where a label may stand around its point, in points: nearest first, the sides before the corners."""
    ring = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
    return np.array([(dx * step, dy * step) for step in (NEAR, 13, 22, 31, 40) for dx, dy in ring])


def name_points(
    figure: Figure,
    axis: Axes,
    rows: pd.DataFrame,
    language: Language,
    avoid: NDArray[np.float64] | None = None,
) -> None:
    """Write each region's name at the nearest place around its point where it covers least.

    Parameters
    ----------
    figure, axis : Figure, Axes
        Drawn and laid out (`settle_layout`), since labels are placed around what is drawn.
    rows : pandas.DataFrame
        Columns ``region``, ``x`` and ``score``, the last two in units of the axes; one point a row.
    language : {'en', 'ru'}
        Language of the names.
    avoid : numpy.ndarray, optional
        Other points, such as those without a name or along a line, that names should not cover; shape (k, 2).
    """
    if rows.empty:
        return
    pixels = figure.dpi * POINT
    points = axis.transData.transform(rows[["x", "score"]].to_numpy(dtype=float)) / pixels
    others = np.empty((0, 2)) if avoid is None else axis.transData.transform(avoid) / pixels
    frame = axis.get_window_extent()
    names = [short(str(code), language) for code in rows["region"]]
    places = _places()
    boxes = []
    for row, name, point in zip(rows.itertuples(), names, points, strict=True):
        drawn = axis.text(row.x, row.score, name)
        extent = drawn.get_window_extent()
        drawn.remove()
        size = Bbox.from_bounds(0, 0, extent.width / pixels, extent.height / pixels)
        boxes.append(_label_boxes(size, point, places, 1.0))
    chosen = _choose_places(np.array(boxes), points, others, np.asarray(frame.extents) / pixels)
    for row, name, best in zip(rows.itertuples(), names, chosen, strict=True):
        dx, dy = places[best]
        label = axis.annotate(
            name,
            (row.x, row.score),
            textcoords="offset points",
            xytext=(dx, dy),
            ha="left" if dx > 0 else "right" if dx < 0 else "center",
            va="bottom" if dy > 0 else "top" if dy < 0 else "center",
            color=_darker(colour_of(str(row.region))),
            # a name that stands right beside its point needs no line to it
            arrowprops=_LEADER if max(abs(dx), abs(dy)) > NEAR else None,
        )
        # the layout was settled around the panels; names live inside them
        label.set_in_layout(False)


def _choose_places(
    boxes: NDArray[np.float64],
    points: NDArray[np.float64],
    others: NDArray[np.float64],
    frame: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Place of each label, so that together they cover least; boxes of shape (labels, places, 4), in points."""
    count, options = boxes.shape[:2]
    places = _places()
    far = np.abs(places).sum(axis=1) - NEAR
    alone = _FAR * far + np.where(np.abs(places).max(axis=1) > NEAR, _WITH_LEADER, 0.0)
    marks, rooms, unnamed = (
        np.hstack([at - half, at + half])
        for at, half in ((points, _MARK), (points, _OWN_ROOM), (others, 2.0))
    )
    cost = np.empty((count, options))
    for label in range(count):
        mine = boxes[label]
        strange = np.vstack([np.delete(rooms, label, axis=0), np.delete(marks, label, axis=0), unnamed])
        outside = (mine[:, 2:] - mine[:, :2]).prod(axis=1) - _covered(mine, frame[None])[:, 0]
        ways = points[label] + places[:, None] * np.linspace(0.15, 0.9, 10)[:, None]
        gaps = np.abs(ways[:, :, None] - np.delete(points, label, axis=0)).max(axis=3)
        is_through = (gaps < _MARK).any(axis=(1, 2)) & (np.abs(places).max(axis=1) > NEAR)
        cost[label] = (
            alone + _THROUGH * is_through + _covered(mine, strange).sum(axis=1) + _UNREADABLE * outside
        )
    flat = boxes.reshape(-1, 4)
    between = _UNREADABLE * _covered(flat, flat).reshape(count, options, count, options)
    order_of = np.random.default_rng(0)  # the same figure every time
    best, least = np.zeros(count, dtype=np.intp), np.inf
    for attempt in range(_ORDERS):
        order = np.arange(count) if attempt == 0 else order_of.permutation(count)
        chosen, total = np.zeros(count, dtype=np.intp), 0.0
        for step, label in enumerate(order):
            before = order[:step]
            wanted = cost[label] + between[label, :, before, chosen[before]].sum(axis=0)
            chosen[label] = wanted.round(3).argmin()  # no eye sees a thousandth of a square point
            total += wanted[chosen[label]]
        if total < least - 1e-3:
            best, least = chosen, total
    return best


def _label_boxes(
    box: Bbox, point: NDArray[np.float64], places: NDArray[np.float64], pixels: float
) -> NDArray[np.float64]:
    """Boxes ``x0, y0, x1, y1`` of a label put at each offset (in points) from its point."""
    size = np.array([box.width, box.height])
    low = point + places * pixels - size * np.select([places > 0, places < 0], [0.0, 1.0], 0.5)
    return np.hstack([low, low + size])


def _covered(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area that each box shares with each other box, square units of the boxes."""
    wide, tall = (
        np.minimum(boxes[:, None, side + 2], others[:, side + 2])
        - np.maximum(boxes[:, None, side], others[:, side])
        for side in (0, 1)
    )
    return wide.clip(0.0) * tall.clip(0.0)
