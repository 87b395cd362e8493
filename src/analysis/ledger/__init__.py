"""The ledger: every number a document prints, judged by rule.

``claims`` reads what is printed where and by which rule it is to be judged; ``printed``, ``units``, ``normal`` and
``intervals`` turn printed words into the values they stand for; ``rules`` holds the checks, each a decorated function;
``goods`` knows that goods codes are a tree; ``customs`` asks the reader's customs files; ``verify`` gives the verdicts
and ``counts`` the numbers about them.
"""

from analysis.ledger.checks import REVISION_BAND, CheckInput, Finding, Rule, check, registered
from analysis.ledger.claims import Claim, PrintedTable, read_claims, read_table, read_tables
from analysis.ledger.corrected import CorrectedRow, corrected_table_3
from analysis.ledger.counts import (
    LEVELS,
    Headline,
    Share,
    checks_table,
    customs_sentence,
    headline,
    levels,
    sentences,
    summary,
)
from analysis.ledger.customs import user_store
from analysis.ledger.goods import Tree, nest
from analysis.ledger.interval_arithmetic import Interval
from analysis.ledger.printed import Printed, parse
from analysis.ledger.rules import RULES
from analysis.ledger.study import PAPER_CLAIMS, RATING_CLAIMS, judge
from analysis.ledger.template import write_template
from analysis.ledger.verify import (
    BASES,
    FAILURES,
    VERDICT_WORDS,
    VERDICTS,
    Judgement,
    Ledger,
    LedgerRow,
    exhibit_name,
    verify,
    verify_file,
)

__all__ = [
    "BASES",
    "FAILURES",
    "LEVELS",
    "PAPER_CLAIMS",
    "RATING_CLAIMS",
    "REVISION_BAND",
    "RULES",
    "VERDICTS",
    "VERDICT_WORDS",
    "CheckInput",
    "Claim",
    "CorrectedRow",
    "Finding",
    "Headline",
    "Interval",
    "Judgement",
    "Ledger",
    "LedgerRow",
    "Printed",
    "PrintedTable",
    "Rule",
    "Share",
    "Tree",
    "check",
    "checks_table",
    "corrected_table_3",
    "customs_sentence",
    "exhibit_name",
    "headline",
    "judge",
    "levels",
    "nest",
    "parse",
    "read_claims",
    "read_table",
    "read_tables",
    "registered",
    "sentences",
    "summary",
    "user_store",
    "verify",
    "verify_file",
    "write_template",
]
