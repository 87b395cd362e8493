"""Why a result cannot be had: a code and its values, with one English sentence for each code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SENTENCES: Mapping[str, str] = {
    "no_case": "no case is left.",
    "too_few_cases": "only {n} of the cases have both figures, at least {least} are needed.",
    "constant_score": "the score is the same in all {n} cases.",
    "constant_covariate": "the covariate is the same in all {n} cases.",
    "constant_strata": "in no stratum do both the score and the covariate vary.",
    "empty_group": "one of the two groups is empty.",
    "order_is_fixed": "the control variable orders the cases exactly as the score or the covariate does.",
    "no_change": "no case changed its score.",
    "one_score": "every case has the same score, so there is nothing to disagree about.",
    "nothing_twice": "no case was scored twice.",
    "no_variance": "Fieller's variances are known for tau and rho without strata only.",
    "too_few_for_interval": "with {n} cases no interval is trustworthy; look at the arrangements themselves.",
    "perfect_order": "the order is perfect, and on the z scale that is infinitely far.",
    "p_unreachable": "the smallest reachable p is {smallest:.4g}, and even a perfect order stays above {alpha:g}.",
    "too_many_to_draw": "samples of more than {most} cases are not drawn again and again.",
    "one_level": "the score is the same in all cases.",
    "too_few_for_parameters": "{n} cases are too few for {parameters} parameters.",
    "constant_column": "{name} is the same in all cases.",
    "constant_within": "{name} does not differ within strata beyond what the other covariates say.",
    "collinear": "the covariates determine each other (one is a sum of the others).",
    "separated": "a combination of the covariates separates the scores, so the likelihood has no maximum.",
    "not_converged": "the likelihood was not maximised within a hundred Newton steps.",
    "few_cuts": "fewer than two cuts of the score have a logit with a finite maximum.",
    "singular": "the coefficients of the cuts are too closely tied to each other for their covariance to be inverted.",
    "no_neighbours": "fewer than three cases have neighbours, or the variable is the same in all of them.",
}


@dataclass(frozen=True)
class Reason:
    """Why there is no result.

    Attributes
    ----------
    code : str
        One of `SENTENCES`.
    values : mapping
        Fields of the sentence.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return SENTENCES[self.code].format(**self.values)


def reason(code: str, **values: Any) -> Reason:
    """Make a reason.

    Parameters
    ----------
    code : str
        One of `SENTENCES`.
    **values
        Fields of its sentence.
    """
    return Reason(code, values)
