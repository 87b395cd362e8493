"""Every defensible specification at once: the curve, its exact joint null, shares by choice."""

from analysis.multiverse.build import Specification, Universe, build
from analysis.multiverse.choices import CHOICE_COLUMNS, CHOICES, Choice, Option
from analysis.multiverse.curve import WARNINGS, CurvePoint, FamilySummary, Multiverse, multiverse
from analysis.multiverse.inference import JointResult, joint_inference
from analysis.multiverse.shapley import shapley_shares

__all__ = [
    "CHOICES",
    "CHOICE_COLUMNS",
    "WARNINGS",
    "Choice",
    "CurvePoint",
    "FamilySummary",
    "JointResult",
    "Multiverse",
    "Option",
    "Specification",
    "Universe",
    "build",
    "joint_inference",
    "multiverse",
    "shapley_shares",
]
