"""Rules R1 to R11: each check is one function, entered into the register by its decorator.

A check looks at one claim and its inputs and returns a :class:`~analysis.ledger.checks.Finding`: ``holds`` is True,
False, or None where the inputs cannot decide. Which verdict follows (``mismatch`` or ``paper_error``) depends on where
the inputs come from and is settled in :mod:`analysis.ledger.verify`. A new check is a decorated function in a module
of this folder; nothing else names it.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from analysis.data.messages import _

# what a rule looks at, for tables that count by rule
RULES = {
    "R1": _("ratios recomputed from printed figures"),
    "R2": _("totals without double counting"),
    "R3": _("superlatives and comparisons"),
    "R4": _("per-cent change of a count"),
    "R5": _("chains of shares, parts and wholes"),
    "R6": _("labels: repeated, impossible or at odds"),
    "R7": _("sources: what is cited for what"),
    "R8": _("counting words and lists"),
    "R9": _("marks for missing figures"),
    "R10": _("periods and dates"),
    "R11": _("independent data"),
    "none": _("no rule applies"),
}


@cache
def load() -> None:
    """Import every module of this folder, so that its checks are in the register."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
