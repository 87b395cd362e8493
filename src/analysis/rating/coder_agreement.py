"""Krippendorff's alpha with an interval, for coders of statements and experts who score.

The point estimate over an ordered scale is `analysis.stats.krippendorff_alpha`; here are the
nominal metric, which codes need, and the interval, which a sample of coded units needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.data.messages import Message, _
from analysis.errors import AnalysisError, one_of

Metric = Literal["nominal", "ordinal"]
METRICS = ("nominal", "ordinal")
# the bounds move by under 0.005 between seeds at this number
RESAMPLES = 9_999
SEED = 20260606
LEVEL = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha of several judges.

    Attributes
    ----------
    judges, units : int
        Judges, and units judged at least twice.
    metric : {'nominal', 'ordinal'}
        Distance between two values.
    estimate : float or None
        1 for full agreement, 0 for what chance gives; None with `cannot`.
    low, high : float or None
        95 % percentile interval over resampled units; None where a resample has one value only too
        often for it to mean anything.
    cannot : Message or None
        Why there is no estimate.
    """

    judges: int
    units: int
    metric: Metric
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    cannot: Message | None = None

    def sentence(self) -> Message:
        """One sentence that a paper could print."""
        if self.estimate is None:
            return _("Krippendorff's alpha cannot be had: {reason}", reason=self.cannot)
        interval: Message | str = ""
        if self.low is not None:
            interval = _(
                ", 95% interval {low:.2f} to {high:.2f} over resampled units", low=self.low, high=self.high
            )
        return _(
            "Krippendorff's alpha ({metric}) is {value:.2f}{interval}; {judges:d} judges, {units:d} units.",
            metric=_METRIC_NAMES[self.metric],
            value=self.estimate,
            interval=interval,
            judges=self.judges,
            units=self.units,
        )


_METRIC_NAMES = {"nominal": _("nominal"), "ordinal": _("ordinal")}
NOTHING_TWICE = _("no unit was judged twice.")
ONE_VALUE = _("every judgement is the same, so there is nothing to disagree about.")


def alpha(ratings: ArrayLike, metric: Metric) -> Alpha:
    """Krippendorff's alpha with a percentile interval; gaps are allowed.

    1 - observed / expected disagreement (Krippendorff 2019, Content Analysis, section 12.3). Units
    are resampled with their judgements (Efron and Tibshirani 1993, chapter 13); Krippendorff's own
    bootstrap resamples pairs, and gives narrower intervals.

    Parameters
    ----------
    ratings : array_like, shape (judges, units)
        Numbers that stand for values; NaN where a judge gave none.
    metric : {'nominal', 'ordinal'}
        Distance.

    Raises
    ------
    AnalysisError
        If the ratings are not a table of numbers or the metric is unknown.
    """
    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 2:
        raise AnalysisError("The judgements must be a table, one row a judge and one column a unit.")
    if metric not in METRICS:
        raise one_of("metric", metric, METRICS)
    values = values[:, (~np.isnan(values)).sum(axis=0) >= 2]
    judges, units = values.shape
    if units == 0:
        return Alpha(judges, 0, metric, cannot=NOTHING_TWICE)
    levels = np.unique(values[~np.isnan(values)])
    if len(levels) == 1:
        return Alpha(judges, units, metric, cannot=ONE_VALUE)
    within = _coincidences(values, levels)
    estimate = float(_alpha(within.sum(axis=0)[None], metric)[0])
    low, high = _interval(within, metric)
    return Alpha(judges, units, metric, estimate, low, high)


def _coincidences(values: Floats, levels: Floats) -> Floats:
    """Pairs of values inside each unit, shape (units, levels, levels)."""
    held = (values[:, :, None] == levels).sum(axis=0).astype(np.float64)
    pairs = held[:, :, None] * held[:, None, :] - held[:, :, None] * np.eye(len(levels))
    return pairs / (held.sum(axis=1) - 1)[:, None, None]


def _alpha(tables_: Floats, metric: Metric) -> Floats:
    """Alpha of coincidence tables, shape (m, levels, levels); NaN where one value is left."""
    totals = tables_.sum(axis=1)
    if metric == "nominal":
        distance = np.broadcast_to(1 - np.eye(totals.shape[1]), tables_.shape)
    else:
        # squared number of values between the middles of two categories
        middle = np.cumsum(totals, axis=1) - totals / 2
        distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    observed = (tables_ * distance).sum(axis=(1, 2))
    chance = totals[:, :, None] * totals[:, None, :] * distance
    expected = chance.sum(axis=(1, 2)) / (totals.sum(axis=1) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)


def _interval(within: Floats, metric: Metric) -> tuple[float | None, float | None]:
    units, levels = within.shape[:2]
    generator = np.random.default_rng(SEED)
    weights = generator.multinomial(units, np.full(units, 1 / units), size=RESAMPLES).astype(np.float64)
    drawn = (weights @ within.reshape(units, -1)).reshape(-1, levels, levels)
    found = _alpha(drawn, metric)
    found = found[~np.isnan(found)]
    # a resample of one value has no alpha; more than one in a hundred would bias the rest
    if len(found) < 0.99 * RESAMPLES:
        return None, None
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)
