"""Charts of the score against its covariates: coefficients side by side, over several sets of regions."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from analysis.data import formats
from analysis.data.messages import Name, _, ngettext
from analysis.data.regions import LANGUAGES, Language
from analysis.publish import charts
from analysis.publish.charts import INK, OTHER, chart, new_figure, style
from analysis.publish.words import Words, text
from analysis.rating.specifications import CHOICES, option_name
from analysis.rating.specifications.choices import INDICATORS
from analysis.stats import NOT_APPLICABLE

# colour, marker, whether filled, offset of the row: the sets of a comparison, told apart in grey print too
_SETS = {
    "outside": (OTHER, "o", True),
    "inside": (INK, "D", True),
    "within": (INK, "|", True),
    "all": (INK, "o", False),
}
# letters of 8 pt in the room left of the axis; two lines of them leave it half of the page
_LABEL = 34
# regions left out of a set that a label names; more are counted
_MOST_NAMED = 4


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


@chart
def forest(
    rows: pd.DataFrame, editions: tuple[str, str], *, language: Language, title: str, footer: Sequence[str]
) -> Figure:
    """Kendall's tau-b of each indicator with its leave-one-out range, the other edition beside it.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``label, n, estimate, other_estimate, p_exact, p_primary, loo_low, loo_high, is_primary,
        is_reachable`` (NaN where there is none); drawn in the order given, the first on top. What is not primary
        is named in grey; ``is_reachable`` is False where no arrangement could fall below the level: drawn pale.
    editions : tuple of str
        The edition the rows are about, and the other.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    with style():
        figure = new_figure(46 + 9 * len(rows), title, footer)
        axis = figure.subplots()
        places = np.arange(len(rows))[::-1]
        axis.axvline(0, color="#888888", linewidth=0.8)
        for place, row in zip(places, rows.itertuples(), strict=True):
            _forest_row(axis, float(place), row, language)
        _name_rows(axis, rows["label"], places, language)
        for name, is_primary in zip(axis.get_yticklabels(), rows["is_primary"], strict=True):
            name.set_color(INK if is_primary else _GREY)
        _tau_axis(axis, np.array([-1.0]), language)
        head = text(_("exact p; adjusted"), language)
        axis.annotate(head, (1.02, 1.0), xycoords="axes fraction", va="bottom", annotation_clip=False)
        axis.legend(
            handles=_forest_key(editions, language), loc="lower right", bbox_to_anchor=(1, 1), ncols=3
        )
    return figure


# a row that is no part of the argument, and one that could not have shown anything
_GREY = "#6E6E6E"
_PALE = "#A8A8A8"


def _forest_row(axis: Axes, place: float, row: Any, language: Language) -> None:
    ink = INK if row.is_reachable else _PALE
    axis.plot(
        [row.loo_low, row.loo_high],
        [place, place],
        color=ink,
        linewidth=3.6,
        solid_capstyle="butt",
        alpha=0.35,
    )
    axis.plot(row.other_estimate, place, "o", color=ink, markersize=5, mfc="white")
    axis.plot(row.estimate, place, "D", color=ink, markersize=5, mfc=ink if row.is_reachable else "white")
    adjusted = "" if pd.isna(row.p_primary) else f"; {formats.p_value(row.p_primary, language)}"
    p = formats.MISSING if pd.isna(row.p_exact) else formats.p_value(row.p_exact, language)
    axis.annotate(
        f"n = {row.n}   {p}{adjusted}",
        (1.02, place),
        xycoords=("axes fraction", "data"),
        va="center",
        color=ink,
        annotation_clip=False,
    )


def _forest_key(editions: tuple[str, str], language: Language) -> list[Line2D]:
    this, other = (text(_("edition {edition}", edition=edition), language) for edition in editions)
    return [
        Line2D([], [], marker="D", color=INK, linestyle="", label=this),
        Line2D([], [], marker="o", color=INK, mfc="white", linestyle="", label=other),
        Line2D(
            [],
            [],
            color=INK,
            linewidth=3.6,
            solid_capstyle="butt",
            alpha=0.35,
            label=text(_("one region left out"), language),
        ),
    ]


@chart
def raw_and_within(rows: pd.DataFrame, *, language: Language, title: str, footer: Sequence[str]) -> Figure:
    """Kendall's tau-b as it is and with the border held fixed, indicators above their benchmarks.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``label, is_benchmark, raw, within`` (NaN where there is none); drawn in the order given.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    with style():
        figure = new_figure(42 + 9 * len(rows), title, footer)
        axis = figure.subplots()
        places = [float(place) for place in range(len(rows))[::-1]]
        axis.axvline(0, color="#888888", linewidth=0.8)
        for place, row in zip(places, rows.itertuples(), strict=True):
            colour = charts.AMUR if row.is_benchmark else INK
            axis.plot([row.raw, row.within], [place, place], color="#BBBBBB", linewidth=1, zorder=1)
            axis.plot(row.raw, place, "D", color=colour, markersize=5)
            axis.plot(row.within, place, "o", color=colour, mfc="white", markersize=5)
        _name_rows(axis, rows["label"], places, language)
        for name, is_benchmark in zip(axis.get_yticklabels(), rows["is_benchmark"], strict=True):
            name.set_color(charts.AMUR if is_benchmark else INK)
        _tau_axis(axis, rows[["raw", "within"]].to_numpy(dtype=float), language)
        handles = [
            Line2D([], [], marker="D", color=INK, linestyle="", label=text(_("all compared"), language)),
            Line2D(
                [],
                [],
                marker="o",
                color=INK,
                mfc="white",
                linestyle="",
                label=text(_("border held fixed"), language),
            ),
        ]
        axis.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


@chart
def specification_curve(
    rows: pd.DataFrame,
    choices: Sequence[str],
    alpha: float,
    *,
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """Specifications by rising estimate, their exact p, and what was chosen for each.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of a multiverse, with the columns of its choices.
    choices : sequence of str
        Choices shown under the curve; those with one option only are left out.
    alpha : float
        Level of what is drawn black.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    shown = [
        (choice, [(option, text(option_name(choice, option), language)) for option in options])
        for choice in choices
        if len(options := _options(choice, rows[choice])) > 1
    ]
    axis = text(_("Kendall's tau-b"), language)
    return charts.specification_curve(rows, shown, alpha, language, title, footer, axis)


def _options(choice: str, present: pd.Series[str]) -> list[str]:
    """Options of a choice that occur, in the order they are declared; what does not apply is no option."""
    declared = {known.id: [option.id for option in known.options] for known in CHOICES}
    # a set of regions or an indicator of the reader's own is declared nowhere and comes last
    order = dict.fromkeys([*declared.get(choice, INDICATORS), *present.unique()])
    return [option for option in order if option != NOT_APPLICABLE and (present == option).any()]


@chart
def over_years(rows: pd.DataFrame, *, language: Language, title: str, footer: Sequence[str]) -> Figure:
    """Kendall's tau-b by year of the indicator, a panel an indicator; dashed with the border held fixed.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``label, year, strata, estimate, is_low`` (p at most the level: filled).
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    panels = list(dict.fromkeys(rows["indicator"]))
    if not panels:
        return _nothing_to_draw(language, title, footer)
    across = 3
    down = -(-len(panels) // across)
    with style():
        figure = new_figure(38 + 42 * down, title, footer)
        axes = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
        for axis in axes[len(panels) :]:
            axis.set_visible(False)
        for axis, name in zip(axes, panels, strict=False):
            part = rows[rows["indicator"] == name]
            axis.axhline(0, color="#888888", linewidth=0.8)
            for strata, line in part.groupby("strata", sort=False):
                line = line.sort_values("year")
                colour, dash = (INK, "-") if strata == "none" else (charts.AMUR, "--")
                axis.plot(line["year"], line["estimate"], dash, color=colour, linewidth=1)
                for is_low, marks in line.groupby("is_low"):
                    face = colour if is_low else "white"
                    axis.plot(marks["year"], marks["estimate"], "o", color=colour, mfc=face, markersize=3.2)
            heading = textwrap.fill(text(part["label"].iloc[0], language), 30)
            axis.set_title(heading, weight="normal")
            axis.set_ylim(-1.02, 1.02)
            axis.locator_params(axis="x", nbins=4, integer=True)
            charts._decimal(axis, language, 1, which="y")
        for axis in axes[max(len(panels) - across, 0) : len(panels)]:
            axis.tick_params(labelbottom=True)  # also where no panel stands below
        axes[0].set_ylabel(text(_("Kendall's tau-b"), language))
    return figure


def _nothing_to_draw(language: Language, title: str, footer: Sequence[str]) -> Figure:
    """A run promises its figures: where there is nothing to draw, the figure says so and its footer why."""
    with style():
        figure = new_figure(40, title, footer)
        axis = figure.subplots()
        axis.set_axis_off()
        axis.text(0.5, 0.5, text(_("Nothing to draw."), language), ha="center", transform=axis.transAxes)
    return figure


@chart
def shares(rows: pd.DataFrame, *, language: Language, title: str, footer: Sequence[str]) -> Figure:
    """Shares of the spread by choice; outlined what no choice explains by itself.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``choice, choice_name, share_pct``; drawn in the order given.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    if rows.empty:
        return _nothing_to_draw(language, title, footer)
    return charts.bars(
        [text(name, language) for name in rows["choice_name"]],
        rows["share_pct"].tolist(),
        [OTHER] * len(rows),
        language,
        title,
        footer,
        text(_("% of the spread of tau-b, every year"), language),
        decimals=1,
        hollow=(rows["choice"] == "unexplained").tolist(),
    )


def region_set_name(name: str) -> Name:
    """Name of a set of regions as `analysis.rating.associations.regions_used` writes it."""
    base, *missing = name.split(" less ")
    words = {"far_east": _("Far East"), "border": _("Border regions")}.get(base) or option_name(
        "region_set", base
    )
    if len(missing) > _MOST_NAMED:
        fewer = ngettext("{set} without {n:d} region", "{set} without {n:d} regions", len(missing), set=words)
        return Name(text(fewer, "en"), text(fewer, "ru"))
    said = {
        language: text(words, language) + (f" {text(charts.without(missing), language)}" if missing else "")
        for language in LANGUAGES
    }
    return Name(said["en"], said["ru"])


@chart
def influence(
    rows: pd.DataFrame, codes: Sequence[str], *, language: Language, title: str, footer: Sequence[str]
) -> Figure:
    """Coefficients without each region in turn: one row an indicator, one mark a region left out.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``label``, ``all_regions`` and one a region code (NaN where it was not in the set).
    codes : sequence of str
        Regions.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    with style():
        figure = new_figure(42 + 12 * len(rows), title, footer)
        axis = figure.subplots()
        axis.axvline(0, color="#888888", linewidth=0.8)
        places = np.arange(len(rows))[::-1]
        for place, (_index, row) in zip(places, rows.iterrows(), strict=True):
            left = row[list(codes)].astype(float).dropna()
            if left.empty or np.isnan(float(row["all_regions"])):
                continue
            axis.plot([left.min(), left.max()], [place, place], color="#DDDDDD", linewidth=1.2, zorder=1)
            for code, value in left.items():
                axis.plot(
                    value,
                    place,
                    charts.marker_of(str(code)),
                    color=charts.colour_of(str(code)),
                    markersize=4.5,
                )
            axis.plot(row["all_regions"], place, "|", color=INK, markersize=14, markeredgewidth=1.6)
            far = (left - float(row["all_regions"])).abs().idxmax()
            axis.annotate(
                text(charts.without([str(far)]), language),
                (left[far], place),
                xytext=(0, 6),
                textcoords="offset points",
                # towards the middle, so that a name at either end stays inside
                ha="left" if left[far] < -0.7 else "right" if left[far] > 0.7 else "center",
                va="bottom",
                color=charts._darker(charts.colour_of(str(far))),
            )
        axis.set_yticks(places, [textwrap.fill(text(label, language), _LABEL) for label in rows["label"]])
        axis.set_xlim(-1.02, 1.02)
        axis.set_ylim(-0.6, len(rows) - 0.2)
        axis.set_xlabel(text(_("Kendall's tau-b"), language))
        axis.set_xticks([-1, -0.5, 0, 0.5, 1])
        axis.grid(axis="x")
        charts._decimal(axis, language, 1)
        nobody = Line2D([], [], color=INK, marker="|", linestyle="", markersize=10, markeredgewidth=1.6)
        key = [(nobody, text(_("no region left out"), language)), *charts.group_marks(codes, language)]
        charts.mark_key(axis, key)
    return figure


@chart
def scatter(
    panels: Sequence[tuple[Words, pd.DataFrame, Words]],
    score_label: Words,
    *,
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """Rating score against indicators, one panel each, every region named.

    Parameters
    ----------
    panels : sequence of (heading, rows, note)
        ``rows`` has the columns ``region, x, score``; ``note`` is printed under the heading.
    score_label : Message
        Label of the vertical axis.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    across = 2
    down = -(-len(panels) // across)
    with style():
        figure = new_figure(30 + 78 * down, title, footer)
        axes = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
        for axis in axes[len(panels) :]:
            axis.set_visible(False)
        for axis, (heading, rows, note) in zip(axes, panels, strict=False):
            for row in rows.itertuples():
                axis.plot(
                    row.x,
                    row.score,
                    charts.marker_of(str(row.region)),
                    color=charts.colour_of(str(row.region)),
                )
            # 50 characters of 8 pt fill half a page's width
            lines = [*textwrap.wrap(text(heading, language), 50), text(note, language)]
            axis.set_title("\n".join(lines), weight="normal")
            axis.set_ylim(1.2, 10.3)
            axis.set_yticks(range(2, 11))
            low, high = float(rows["x"].min()), float(rows["x"].max())
            pad = (high - low or 1.0) * 0.2
            axis.set_xlim(low - pad, high + pad)
            axis.grid(axis="y")
            axis.locator_params(axis="x", nbins=5)
            charts._decimal(axis, language)
        for axis in axes[::across]:
            axis.set_ylabel(text(score_label, language))
        charts.settle_layout(figure)  # labels are placed around it
        for axis, (_heading, rows, _note) in zip(axes, panels, strict=False):
            charts.name_points(figure, axis, rows, language)
    return figure


@chart
def power(
    curves: pd.DataFrame,
    limits: pd.DataFrame,
    alpha: float,
    *,
    language: Language,
    title: str,
    footer: Sequence[str],
) -> Figure:
    """Power by the strength of the association, and below it what each set of regions excludes.

    Parameters
    ----------
    curves : pandas.DataFrame
        Columns ``regions, tau, power``: a line for each of ``inside`` and ``all``.
    limits : pandas.DataFrame
        Columns ``regions, label, n, estimate, excluded_below, excluded_above`` (NaN: nothing excluded there),
        one row a line.
    alpha : float
        Level of the test.
    language, title, footer
        As in :func:`analysis.publish.charts.new_figure`.
    """
    with style():
        figure = new_figure(98 + 7 * len(limits), title, footer)
        ratio = [4.2, 0.6 + 0.5 * len(limits)]
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=ratio)
        for row in limits.itertuples():
            colour = _SETS[str(row.regions)][0]
            dash = "-" if row.regions == "inside" else "--"
            line = curves[curves["regions"] == row.regions]
            above.plot(line["tau"], line["power"] * 100, dash, color=colour)
            # named half way up, or at its end where it does not get so far
            middle = line.iloc[int((line["power"] - 0.5).abs().to_numpy().argmin())]
            place = middle["tau"] + 0.02, middle["power"] * 100
            above.annotate(f"n = {row.n}", place, va="top", color=colour)
        for level in (alpha, _USUAL_POWER):
            above.axhline(level * 100, color="#888888", linewidth=0.8, linestyle=":")
        above.set_ylim(0, 103)
        above.set_yticks([0, 20, 40, 60, 80, 100])
        above.set_ylabel(text(_("Power of the test, %"), language))
        charts._decimal(above, language, which="y")
        _exclusions(below, limits, language)
        above.set_xlim(min([0.0, *limits["excluded_below"].fillna(-1)]) - 0.05, 1.02)
        below.set_xlabel(text(_("Kendall's tau-b; bars: not excluded"), language))
        below.grid(axis="x")
        charts._decimal(below, language, 1)
    return figure


# four times in five: Cohen's usual level (1988)
_USUAL_POWER = 0.8


def _exclusions(axis: Axes, limits: pd.DataFrame, language: Language) -> None:
    """A row a set: the observed coefficient, and a bar over what is not excluded."""
    places = np.arange(len(limits))[::-1]
    axis.axvline(0, color="#888888", linewidth=0.8)
    for place, row in zip(places, limits.itertuples(), strict=True):
        colour, marker, is_filled = _SETS[str(row.regions)]
        low, high = (
            np.nan_to_num([row.excluded_below], nan=-1)[0],
            np.nan_to_num([row.excluded_above], nan=1)[0],
        )
        axis.plot([low, high], [place, place], color=colour, linewidth=3.6, solid_capstyle="butt", alpha=0.35)
        axis.plot(
            row.estimate, place, marker, color=colour, mfc=colour if is_filled else "white", markersize=5.5
        )
    names = [_("{label}, n\u00a0=\u00a0{n:d}", label=row.label, n=row.n) for row in limits.itertuples()]
    _name_rows(axis, names, places, language)


def _name_rows(axis: Axes, labels: Iterable[Words], places: Iterable[float], language: Language) -> None:
    names = [textwrap.fill(text(label, language), _LABEL) for label in labels]
    axis.set_yticks(list(places), names)
    axis.set_ylim(-0.7, len(names) - 0.3)


def _tau_axis(axis: Axes, values: NDArray[np.float64], language: Language) -> None:
    """Axis of tau-b from -1 to 1, or the part above -0.5 if that holds all values."""
    low = -1.02 if np.nanmin(values, initial=0) < -0.5 else -0.52
    axis.set_xlim(low, 1.02)
    axis.set_xticks([tick for tick in (-1, -0.5, 0, 0.5, 1) if tick >= low])
    axis.set_xlabel(text(_("Kendall's tau-b"), language))
    axis.grid(axis="x")
    charts._decimal(axis, language, 1)
