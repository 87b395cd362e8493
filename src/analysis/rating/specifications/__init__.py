"""Every defensible specification at once: the curve, its exact joint null, shares by choice."""

from analysis.rating.specifications.build import Specification, Universe, build
from analysis.rating.specifications.choices import (
    CHOICE_COLUMNS,
    CHOICES,
    Choice,
    Option,
    choice_name,
    option_name,
)
from analysis.rating.specifications.curve import (
    WARNINGS,
    CurvePoint,
    FamilySummary,
    Multiverse,
    WholeFamily,
    multiverse,
)

__all__ = [
    "CHOICES",
    "CHOICE_COLUMNS",
    "WARNINGS",
    "Choice",
    "CurvePoint",
    "FamilySummary",
    "Multiverse",
    "Option",
    "Specification",
    "Universe",
    "WholeFamily",
    "build",
    "choice_name",
    "multiverse",
    "option_name",
]
