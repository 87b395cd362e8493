"""statsmodels' ordered logit with an analytic score and Hessian, fitted by Newton's method.

``OrderedModel`` differentiates its likelihood numerically, so that a fit stops where the true score
is still about 1e-3 and the result depends on the processor. Its summary, predictions and residuals
are kept; only the derivatives and the default method are replaced. Importing this module imports
statsmodels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.stats.proportional_odds import Likelihood, likelihood, maximise
from analysis.stats.ranks import Floats


class ProportionalOdds(OrderedModel):
    """Proportional-odds model (McCullagh 1980).

    Parameters are statsmodels': coefficients, the first threshold, then logarithms of the
    increments from threshold to threshold.

    Parameters
    ----------
    endog : array_like, shape (n,)
        Ordered scores.
    exog : array_like, shape (n, k)
        Covariates in columns, no constant.
    **kwds
        As in ``OrderedModel``.
    """

    def __init__(self, endog: ArrayLike, exog: ArrayLike, **kwds: Any) -> None:
        super().__init__(endog, exog, distr="logit", **kwds)

    def score_obs(self, params: ArrayLike) -> Floats:
        """Score of each case, shape (n, k + g - 1)."""
        values = np.asarray(params, dtype=np.float64)
        return np.asarray(self._natural(values).contributions @ self._jacobian(values), dtype=np.float64)

    def score(self, params: ArrayLike) -> Floats:
        """Gradient of the log likelihood, shape (k + g - 1,)."""
        return np.asarray(self.score_obs(params).sum(axis=0), dtype=np.float64)

    def hessian(self, params: ArrayLike) -> Floats:
        """Second derivatives of the log likelihood, shape (k + g - 1, k + g - 1)."""
        values = np.asarray(params, dtype=np.float64)
        natural, jacobian = self._natural(values), self._jacobian(values)
        second = -jacobian.T @ natural.information @ jacobian
        # an increment's exponential moves every threshold from its own on
        first = self.k_vars + 1
        increments = np.arange(first, len(values))
        from_here = np.cumsum(natural.score[::-1])[::-1]
        second[increments, increments] += np.exp(values[first:]) * from_here[first:]
        return np.asarray(second, dtype=np.float64)

    def fit(self, start_params: ArrayLike | None = None, method: str = "newton", **kwds: Any) -> Any:
        """Fit to a score of about 1e-14 a case; separated scores have no maximum and are not looked for.

        Parameters
        ----------
        start_params : array_like, optional
            By default the maximum itself, found with step halving on standardised covariates.
        method, **kwds
            As in ``OrderedModel.fit``.
        """
        if start_params is None:
            start_params = self._maximum()
        return super().fit(start_params=start_params, method=method, **{"disp": 0, **kwds})

    def _maximum(self) -> Floats | None:
        centre, scale = self.exog.mean(axis=0), self.exog.std(axis=0)
        found = maximise((self.exog - centre) / scale, self.endog)
        if found is None:
            return None
        coefficients = found.coefficients / scale
        thresholds = found.thresholds + centre @ coefficients
        return np.concatenate((coefficients, thresholds[:1], np.log(np.diff(thresholds))))

    def _natural(self, params: Floats) -> Likelihood:
        thresholds = self.transform_threshold_params(params)[1:-1]
        return likelihood(self.exog, self.endog, params[: self.k_vars], thresholds)

    def _jacobian(self, params: Floats) -> Floats:
        """Derivatives of coefficients and thresholds (rows) by statsmodels' parameters (columns)."""
        first = self.k_vars + 1
        jacobian = np.eye(len(params))
        jacobian[first - 1 :, first - 1] = 1
        steps = np.exp(params[first:])
        jacobian[first:, first:] = np.tril(np.ones((len(steps), len(steps)))) * steps
        return jacobian
