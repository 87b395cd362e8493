"""Every defensible specification at once: the study's choices as one declaration of a multiverse."""

from analysis.rating.specifications.choices import (
    CHOICE_COLUMNS,
    CHOICES,
    Choice,
    Option,
    choice_name,
    explained,
    option_name,
)
from analysis.rating.specifications.curve import WARNINGS, Multiverse, multiverse
from analysis.rating.specifications.declaration import declaration

__all__ = [
    "CHOICES",
    "CHOICE_COLUMNS",
    "WARNINGS",
    "Choice",
    "Multiverse",
    "Option",
    "choice_name",
    "declaration",
    "explained",
    "multiverse",
    "option_name",
]
