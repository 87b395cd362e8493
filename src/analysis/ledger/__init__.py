"""The ledger: every number a paper prints, judged by rule.

``claims`` reads what is printed where and by which rule it is to be judged; ``printed`` and ``intervals``
turn printed strings into the values they stand for; ``rules`` holds the checks R1 to R11, which say what they
found in both languages, with pieces from ``wording``; ``goods`` knows that goods codes are a tree; ``customs`` asks
the reader's customs files; ``verify`` gives the verdicts, the headline and the summary.
"""

from analysis.ledger.case import REVISION_BAND
from analysis.ledger.claims import Claim, read_claims, read_table, read_tables
from analysis.ledger.corrected import CorrectedRow, corrected_table_3, density_rows
from analysis.ledger.customs import own_store
from analysis.ledger.goods import Tree, nest
from analysis.ledger.intervals import Interval
from analysis.ledger.printed import Printed, parse
from analysis.ledger.rules import CHECKS, RULES
from analysis.ledger.verify import (
    BASES,
    COLUMNS,
    EVIDENCE_COLUMNS,
    LEVELS,
    VERDICTS,
    Evidence,
    Headline,
    Ledger,
    LedgerRow,
    Share,
    customs_sentence,
    headline,
    levels,
    read_ledger,
    summary,
    verify,
    verify_file,
    write_ledger,
)
from analysis.ledger.words import RULES as RULE_WORDS
from analysis.ledger.words import exhibit as exhibit_name

__all__ = [
    "BASES",
    "CHECKS",
    "COLUMNS",
    "EVIDENCE_COLUMNS",
    "LEVELS",
    "REVISION_BAND",
    "RULES",
    "RULE_WORDS",
    "VERDICTS",
    "Claim",
    "CorrectedRow",
    "Evidence",
    "Headline",
    "Interval",
    "Ledger",
    "LedgerRow",
    "Printed",
    "Share",
    "Tree",
    "corrected_table_3",
    "customs_sentence",
    "density_rows",
    "exhibit_name",
    "headline",
    "levels",
    "nest",
    "own_store",
    "parse",
    "read_claims",
    "read_ledger",
    "read_table",
    "read_tables",
    "summary",
    "verify",
    "verify_file",
    "write_ledger",
]
