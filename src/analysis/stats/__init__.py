"""Exact inference for a score and its covariates over a few tied cases.

Numbers in, small frozen results out. Nothing here reads files, and importing it imports neither
scipy.stats, nor statsmodels, nor numba: those are fetched by the few functions that need them.
"""

from analysis.stats.agreement import Agreement, krippendorff_alpha, transition_table, weighted_kappa
from analysis.stats.coefficients import (
    RANK_STATISTICS,
    CostWarning,
    associate,
    estimates_without_each,
    exact_p_values,
    goodman_kruskal_gamma,
    kendall_tau_b,
    somers_d,
    spearman_rho,
)
from analysis.stats.confidence import (
    ConfidenceInterval,
    LeaveOneOut,
    ScoresMoved,
    interval,
    leave_one_out,
    reachable_p_values,
    scores_moved,
)
from analysis.stats.declared import DeclaredMultiverse, DeclaredSpecification, WholeFamily, multiverse
from analysis.stats.detectable import MinimumDetectable, PowerCurve, minimum_detectable_effect, power_curve
from analysis.stats.errors import StatisticsError
from analysis.stats.frames import tidy
from analysis.stats.groups import GroupComparison, compare_groups
from analysis.stats.inversion import CopulaInterval, Excluded, copula_interval, excluded_effect
from analysis.stats.joint_inference import JointResult, joint_inference
from analysis.stats.multiplicity import benjamini_hochberg, distinct_rows, holm, step_down_max_t
from analysis.stats.ordinal import OrderedLogit, ordered_logit
from analysis.stats.ordinal_checks import (
    BrantTest,
    CoefficientPermutation,
    OrderedLogitInfluence,
    brant_test,
    ordered_logit_leave_one_out,
    ordered_logit_permutation,
)
from analysis.stats.paired import SignedRank, SquareTableTest, bowker, signed_rank, stuart_maxwell
from analysis.stats.pairs import PairCounts, pair_counts
from analysis.stats.partial import PartialAssociation, partial_rank_correlation
from analysis.stats.pearson import pearson_r
from analysis.stats.results import STATISTICS, TWO_SIDED_RULE, Association
from analysis.stats.shapley import NOT_APPLICABLE, shapley_shares
from analysis.stats.spatial import MoranI, morans_i, neighbour_matrix
from analysis.stats.subsets import SubsetContrast, subset_contrast

__all__ = [
    "NOT_APPLICABLE",
    "RANK_STATISTICS",
    "STATISTICS",
    "TWO_SIDED_RULE",
    "Agreement",
    "Association",
    "BrantTest",
    "CoefficientPermutation",
    "ConfidenceInterval",
    "CopulaInterval",
    "CostWarning",
    "DeclaredMultiverse",
    "DeclaredSpecification",
    "Excluded",
    "GroupComparison",
    "JointResult",
    "LeaveOneOut",
    "MinimumDetectable",
    "MoranI",
    "OrderedLogit",
    "OrderedLogitInfluence",
    "PairCounts",
    "PartialAssociation",
    "PowerCurve",
    "ScoresMoved",
    "SignedRank",
    "SquareTableTest",
    "StatisticsError",
    "SubsetContrast",
    "WholeFamily",
    "associate",
    "benjamini_hochberg",
    "bowker",
    "brant_test",
    "compare_groups",
    "copula_interval",
    "distinct_rows",
    "estimates_without_each",
    "exact_p_values",
    "excluded_effect",
    "goodman_kruskal_gamma",
    "holm",
    "interval",
    "joint_inference",
    "kendall_tau_b",
    "krippendorff_alpha",
    "leave_one_out",
    "minimum_detectable_effect",
    "morans_i",
    "multiverse",
    "neighbour_matrix",
    "ordered_logit",
    "ordered_logit_leave_one_out",
    "ordered_logit_permutation",
    "pair_counts",
    "partial_rank_correlation",
    "pearson_r",
    "power_curve",
    "reachable_p_values",
    "scores_moved",
    "shapley_shares",
    "signed_rank",
    "somers_d",
    "spearman_rho",
    "step_down_max_t",
    "stuart_maxwell",
    "subset_contrast",
    "tidy",
    "transition_table",
    "weighted_kappa",
]
