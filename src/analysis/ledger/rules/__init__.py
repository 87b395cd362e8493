"""Rules R1 to R11: each check looks at one claim and its inputs and says whether the claim holds.

A check returns a :class:`~analysis.ledger.case.Finding`: ``holds`` is True, False, or None where the inputs cannot
decide; what it reproduced and its arithmetic come in both languages. Which verdict follows (``mismatch`` or
``paper_error``) depends on where the inputs come from and is settled in :mod:`analysis.ledger.verify`.
"""

from __future__ import annotations

from collections.abc import Callable

from analysis.errors import one_of
from analysis.ledger.case import Case, Finding
from analysis.ledger.rules.dates import (
    check_fitting_year,
    check_not_before,
    check_over_by,
    check_same_date,
    check_same_period,
)
from analysis.ledger.rules.labels import (
    check_code_lengths,
    check_count,
    check_listed_once,
    check_numbering,
    check_one_mark,
    check_one_use,
    check_same,
    check_same_count,
    check_same_in_languages,
    check_unique,
)
from analysis.ledger.rules.numbers import (
    check_between,
    check_bound,
    check_formula,
    check_integer_base,
    check_total,
)
from analysis.ledger.rules.outside import check_in_year, check_other_date
from analysis.ledger.rules.ranks import (
    check_above,
    check_first,
    check_largest,
    check_majority,
    check_plausible,
    check_smallest,
)

Check = Callable[[Case], Finding]

CHECKS: dict[str, dict[str, Check]] = {
    "R1": {"formula": check_formula},
    "R2": {"total": check_total},
    "R3": {
        "largest": check_largest,
        "smallest": check_smallest,
        "above": check_above,
        "majority": check_majority,
    },
    "R4": {"integer_base": check_integer_base},
    "R5": {"formula": check_formula, "bound": check_bound, "between": check_between},
    "R6": {
        "unique": check_unique,
        "numbering": check_numbering,
        "same": check_same,
        "same_in_languages": check_same_in_languages,
        "listed_once": check_listed_once,
        "code_lengths": check_code_lengths,
    },
    "R7": {"one_use": check_one_use},
    "R8": {"count": check_count, "same_count": check_same_count},
    "R9": {"one_mark": check_one_mark},
    "R10": {
        "same_period": check_same_period,
        "same": check_same,
        "same_date": check_same_date,
        "not_before": check_not_before,
        "over_by": check_over_by,
        "fitting_year": check_fitting_year,
    },
    "R11": {
        "formula": check_formula,
        "in_year": check_in_year,
        "first": check_first,
        "bound": check_bound,
        "other_date": check_other_date,
        "plausible": check_plausible,
    },
}
NO_RULE = "none"
RULES = (*CHECKS, NO_RULE)


def find_check(rule: str, check: str, where: str) -> Check:
    """Check of a rule.

    Raises
    ------
    AnalysisError
        If the rule or its check is unknown.
    """
    if rule not in CHECKS:
        raise one_of(f"{where}: rule", rule, RULES)
    if check not in CHECKS[rule]:
        raise one_of(f"{where}: check of {rule}", check, CHECKS[rule])
    return CHECKS[rule][check]
