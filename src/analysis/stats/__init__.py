"""Exact inference for a score and its covariates over a few tied regions.

Numbers in, small frozen results out. Nothing here reads files, and importing it imports neither
scipy.stats, nor statsmodels, nor numba: those are fetched by the few functions that need them.
"""

from analysis.stats.agreement import Agreement, krippendorff_alpha, transition_table, weighted_kappa
from analysis.stats.coefficients import (
    RANK_STATISTICS,
    CostWarning,
    associate,
    exact_p_values,
    goodman_kruskal_gamma,
    kendall_tau_b,
    somers_d,
    spearman_rho,
)
from analysis.stats.detectable import MinimumDetectable, PowerCurve, minimum_detectable_effect, power_curve
from analysis.stats.groups import GroupComparison, compare_groups
from analysis.stats.intervals import Interval, LeaveOneOut, interval, leave_one_out
from analysis.stats.multiplicity import benjamini_hochberg, distinct_rows, holm, step_down_max_t
from analysis.stats.ordinal import OrderedLogit, ordered_logit
from analysis.stats.paired import SignedRank, SquareTableTest, bowker, signed_rank, stuart_maxwell
from analysis.stats.pairs import PairCounts, pair_counts
from analysis.stats.partial import PartialAssociation, partial_rank_correlation
from analysis.stats.pearson import pearson_r
from analysis.stats.results import STATISTIC_NAMES, TWO_SIDED_RULE, Association

__all__ = [
    "RANK_STATISTICS",
    "STATISTIC_NAMES",
    "TWO_SIDED_RULE",
    "Agreement",
    "Association",
    "CostWarning",
    "GroupComparison",
    "Interval",
    "LeaveOneOut",
    "MinimumDetectable",
    "OrderedLogit",
    "PairCounts",
    "PartialAssociation",
    "PowerCurve",
    "SignedRank",
    "SquareTableTest",
    "associate",
    "benjamini_hochberg",
    "bowker",
    "compare_groups",
    "distinct_rows",
    "exact_p_values",
    "goodman_kruskal_gamma",
    "holm",
    "interval",
    "kendall_tau_b",
    "krippendorff_alpha",
    "leave_one_out",
    "minimum_detectable_effect",
    "ordered_logit",
    "pair_counts",
    "partial_rank_correlation",
    "pearson_r",
    "power_curve",
    "signed_rank",
    "somers_d",
    "spearman_rho",
    "step_down_max_t",
    "stuart_maxwell",
    "transition_table",
    "weighted_kappa",
]
