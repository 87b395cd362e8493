"""From claims to verdicts, and from verdicts to the headline.

No verdict is written down anywhere: :func:`verify` looks a claim's inputs up, runs the check its rule names
and turns the finding into a verdict by where the inputs came from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.errors import AnalysisError, one_of
from analysis.ledger import rules, words
from analysis.ledger.case import REVISION_BAND, Case
from analysis.ledger.claims import (
    CELL_PREFIX,
    REFERENCE_PREFIX,
    Claim,
    Table,
    located,
    read_claims,
    read_tables,
)
from analysis.ledger.inputs import Input, Sources, as_mapping
from analysis.paths import relative, write_text
from analysis.regions import LANGUAGES, Language

Basis = Literal["internal", "external", "none"]
Verdict = Literal["match", "mismatch", "paper_error", "not_checkable"]
Group = Literal["text", "cell", "reference"]

BASES: tuple[Basis, ...] = ("internal", "external", "none")
VERDICTS: tuple[Verdict, ...] = ("paper_error", "mismatch", "match", "not_checkable")
GROUPS: tuple[Group, ...] = ("text", "cell", "reference")
FAILURES: tuple[Verdict, ...] = ("paper_error", "mismatch")
TRANSCRIBED = "transcribed only"


@dataclass(frozen=True)
class LedgerRow:
    """One claim with its verdict; the fields are the ledger's columns.

    Attributes
    ----------
    claim_id, exhibit, locus, rule : str
        As in the claims file.
    basis : str
        ``internal``: judged from other printed numbers; ``external``: from independent data; ``none``.
    published, reproduced, unit : str
        What is printed, what the inputs give, and in which unit.
    verdict : str
        ``match``, ``mismatch`` (independent data disagree beyond the revision band), ``paper_error`` (the paper's
        own numbers disagree) or ``not_checkable``.
    note : str
        The arithmetic, or what is missing.
    """

    claim_id: str
    exhibit: str
    locus: str
    rule: str
    basis: Basis
    published: str
    reproduced: str
    unit: str
    verdict: Verdict
    note: str

    @property
    def group(self) -> Group:
        """Text claim, table cell or bibliographic reference; they are counted apart."""
        if self.claim_id.startswith(CELL_PREFIX):
            return "cell"
        return "reference" if self.claim_id.startswith(REFERENCE_PREFIX) else "text"

    @property
    def is_failure(self) -> bool:
        """Whether the claim fails."""
        return self.verdict in FAILURES

    @property
    def anchor(self) -> str:
        """Name a page gives this claim, so that a link can point at it."""
        return "claim-" + self.claim_id.replace(".", "-").lower()

    def place(self, language: Language) -> str:
        """Where the claim stands, with names for region codes."""
        place, exhibit = words.locus(self.locus, language), words.exhibit(self.exhibit, language)
        if not words.is_numbered(self.exhibit) or place.startswith(exhibit):
            return place
        return f"{exhibit}: {place}"

    def sentence(self, language: Language) -> str:
        """What was printed, what comes out, the verdict and, for a failure, what was looked at, in one sentence."""
        parts = []
        if self.published:
            unit = f" {self.unit}" if self.unit and language == "en" else ""
            parts.append(f"{'printed' if language == 'en' else 'напечатано'} {self.published}{unit}")
        if reproduced := words.reproduced(self.reproduced, language):
            parts.append(f"{'reproduced' if language == 'en' else 'воспроизведено'} {reproduced}")
        told = f" – {', '.join(parts)}" if parts else ""
        # that outside data disagree is said already
        says_why = self.is_failure and self.rule != "R11"
        looked_at = f" ({words.RULES[self.rule][language]})" if says_why else ""
        return f"{self.place(language)}{told}: {VERDICT_WORDS[language][self.verdict]}{looked_at}."


COLUMNS = tuple(field.name for field in fields(LedgerRow))

VERDICT_WORDS: dict[Language, dict[Verdict, str]] = {
    "en": {
        "match": "matches",
        "mismatch": "disagrees with independent data",
        "paper_error": "disagrees with the paper's own figures",
        "not_checkable": "cannot be checked",
    },
    "ru": {
        "match": "совпадает",
        "mismatch": "расходится с независимыми данными",
        "paper_error": "противоречит данным самой статьи",
        "not_checkable": "проверить нельзя",
    },
}


@dataclass(frozen=True)
class Ledger:
    """Every claim of a paper with its verdict, in the order of the claims file."""

    rows: tuple[LedgerRow, ...]

    def row(self, claim_id: str) -> LedgerRow:
        """Row of one claim.

        Raises
        ------
        AnalysisError
            If there is none.
        """
        for row in self.rows:
            if row.claim_id == claim_id:
                return row
        raise one_of("A claim", claim_id, (row.claim_id for row in self.rows))

    @property
    def failures(self) -> tuple[LedgerRow, ...]:
        """Rows that fail: the paper's own contradictions first, then outside data."""
        return tuple(row for verdict in FAILURES for row in self.rows if row.verdict == verdict)

    def frame(self) -> pd.DataFrame:
        """Return the ledger as a table of text, one row a claim, with the columns `COLUMNS`."""
        return pd.DataFrame([astuple(row) for row in self.rows], columns=list(COLUMNS), dtype="str")


# ------------------------------------------------------------------ verdicts


def verify(
    claims: Sequence[Claim],
    observations: pd.DataFrame,
    tables: Mapping[str, Table] | None = None,
    folder: Path = Path(),
    band: Fraction = REVISION_BAND,
) -> Ledger:
    """Judge every claim.

    Parameters
    ----------
    claims : sequence of Claim
        As `read_claims` gives them.
    observations : pandas.DataFrame
        Columns ``region, indicator, period, value, source``. Rows read from the paper itself are ignored.
    tables : mapping, optional
        Printed tables by name.
    folder : pathlib.Path
        Folder that ``file:`` references start from.
    band : fractions.Fraction
        Revision band, as a share.

    Returns
    -------
    Ledger

    Raises
    ------
    AnalysisError
        If a rule is unknown, an input is missing, a number cannot be read or a claim would be compared
        with itself; the sentence names file and line.
    """
    by_id = {claim.claim_id: claim for claim in claims}
    sources = Sources(by_id, tables or {}, as_mapping(observations), folder)
    return Ledger(tuple(_judge(claim, sources, band) for claim in claims))


def verify_file(path: Path, observations: pd.DataFrame) -> Ledger:
    """Judge the claims of a file; printed tables are looked for beside it.

    Parameters
    ----------
    path : pathlib.Path
        Claims file.
    observations : pandas.DataFrame
        As in `verify`.
    """
    tables = read_tables(path.parent)
    return verify(read_claims(path, tables), observations, tables, path.parent)


def _judge(claim: Claim, sources: Sources, band: Fraction) -> LedgerRow:
    if claim.rule == rules.NO_RULE:
        return _unchecked(claim)
    check = rules.find_check(claim.rule, claim.check, claim.where)
    try:
        inputs = {name: sources.resolve(reference, claim.where) for name, reference in claim.inputs}
        _refuse_itself(claim, inputs)
        case = Case(claim.published, inputs, claim.formula, band, claim.where)
        finding = check(case)
    except AnalysisError as error:
        # arithmetic does not know where it stands; the sentence must
        raise located(error, claim.where) from None
    basis: Basis = "external" if case.is_external else "internal"
    return _row(claim, basis, finding.reproduced, _verdict(finding.holds, basis), finding.note)


def _verdict(holds: bool | None, basis: Basis) -> Verdict:
    if holds is None:
        return "not_checkable"
    if holds:
        return "match"
    return "mismatch" if basis == "external" else "paper_error"


def _unchecked(claim: Claim) -> LedgerRow:
    if claim.check or claim.formula or claim.inputs:
        raise AnalysisError(f"{claim.where} has no rule but gives a check, a formula or inputs.")
    is_cell = claim.claim_id.startswith(CELL_PREFIX)
    if not claim.note and not is_cell:
        raise AnalysisError(f"{claim.where} has no rule, so its note must say what is missing to check it.")
    return _row(claim, "none", "", "not_checkable", f"{TRANSCRIBED}." if is_cell else "")


def _row(claim: Claim, basis: Basis, reproduced: str, verdict: Verdict, note: str) -> LedgerRow:
    return LedgerRow(
        claim_id=claim.claim_id,
        exhibit=claim.exhibit,
        locus=claim.locus,
        rule=claim.rule,
        basis=basis,
        published=claim.published,
        reproduced=reproduced,
        unit=claim.unit,
        verdict=verdict,
        note=" ".join(filter(None, (note, claim.note))),
    )


def _refuse_itself(claim: Claim, inputs: Mapping[str, Input]) -> None:
    """Nothing matches itself: some input must come from elsewhere."""
    entries = [entry for value in inputs.values() for entry in value.entries.values()]
    if not entries:
        raise AnalysisError(f"{claim.where} has the rule {claim.rule} and no inputs to judge it from.")
    if all(entry.origin == claim.origin for entry in entries):
        raise AnalysisError(
            f"{claim.where} compares {claim.published!r} with itself; a check needs another source."
        )


def write_ledger(ledger: Ledger, path: Path) -> Path:
    """Write a ledger as CSV, whole or not at all."""
    return write_text(path, ledger.frame().to_csv(index=False, lineterminator="\n"))


def read_ledger(path: Path) -> Ledger:
    """Read a ledger that `write_ledger` wrote.

    Raises
    ------
    AnalysisError
        If the columns are not those of a ledger.
    """
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    if tuple(table.columns) != COLUMNS:
        raise AnalysisError(f"{relative(path)} has not the columns of a ledger: {', '.join(COLUMNS)}.")
    return Ledger(tuple(LedgerRow(*record) for record in table.itertuples(index=False, name=None)))


# ------------------------------------------------------------------ headline


@dataclass(frozen=True)
class Share:
    """Verdicts of one group on one basis.

    Attributes
    ----------
    group, basis : str
        What is counted.
    failed, matched, undecided : int
        Claims that fail, that hold, and that could not be decided.
    """

    group: Group
    basis: Basis
    failed: int
    matched: int
    undecided: int

    @property
    def checked(self) -> int:
        """Claims with a verdict either way: the denominator of both shares."""
        return self.failed + self.matched

    @property
    def total(self) -> int:
        """Every claim counted here."""
        return self.checked + self.undecided


@dataclass(frozen=True)
class Headline:
    """The result in a few numbers: group by group, internal and external apart."""

    shares: tuple[Share, ...]

    def share(self, group: Group, basis: Basis) -> Share:
        """Counts of one group on one basis."""
        return next(s for s in self.shares if (s.group, s.basis) == (group, basis))

    def sentence(self, language: Language) -> str:
        """Failures first, with denominators, in English or Russian.

        Raises
        ------
        AnalysisError
            If the language is not one of the two.
        """
        if language not in LANGUAGES:
            raise one_of("language", language, LANGUAGES)
        present = [group for group in GROUPS if any(s.total for s in self.shares if s.group == group)]
        return " ".join(self._group(group, language) for group in present)

    def _group(self, group: Group, language: Language) -> str:
        internal, external = self.share(group, "internal"), self.share(group, "external")
        parts = [s for s in self.shares if s.group == group]
        failed, checked = sum(s.failed for s in parts), sum(s.checked for s in parts)
        everything = sum(s.total for s in parts)
        told = _WORDS[language]
        return told["group"].format(
            name=told[group],
            failed=failed,
            checked=checked,
            matched=checked - failed,
            undecided=everything - checked,
            everything=everything,
            internal=f"{internal.failed}/{internal.checked}",
            external=f"{external.failed}/{external.checked}",
        )


_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "text": "Statements",
        "cell": "Table cells",
        "reference": "References",
        "group": (
            "{name}: of {checked} that can be checked {failed} fail and {matched} hold (failed against the paper's own "
            "figures {internal}, against independent data {external}); {undecided} of {everything} cannot be checked."
        ),
    },
    "ru": {
        "text": "Утверждения",
        "cell": "Ячейки таблиц",
        "reference": "Библиографические ссылки",
        "group": (
            "{name}: поддаются проверке {checked}, из них не подтвердились {failed}, подтвердились {matched} (расхождений "
            "с данными самой статьи {internal}, с независимыми данными {external}); проверить нельзя {undecided} "
            "из {everything}."
        ),
    },
}


def headline(ledger: Ledger) -> Headline:
    """Count verdicts by group and basis."""
    counts = Counter((row.group, row.basis, row.verdict) for row in ledger.rows)
    return Headline(
        tuple(
            Share(
                group,
                basis,
                failed=sum(counts[group, basis, verdict] for verdict in FAILURES),
                matched=counts[group, basis, "match"],
                undecided=counts[group, basis, "not_checkable"],
            )
            for group in GROUPS
            for basis in BASES
        )
    )


def summary(ledger: Ledger) -> pd.DataFrame:
    """Count verdicts by exhibit and rule, failures first.

    Returns
    -------
    pandas.DataFrame
        Columns ``exhibit, rule, paper_error, mismatch, match, not_checkable, claims``, in the order of the
        claims file.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in ledger.rows:
        counts.setdefault((row.exhibit, row.rule), Counter())[row.verdict] += 1
    records = [
        {
            "exhibit": exhibit,
            "rule": rule,
            **{verdict: found[verdict] for verdict in VERDICTS},
            "claims": found.total(),
        }
        for (exhibit, rule), found in counts.items()
    ]
    order = {
        exhibit: place for place, exhibit in enumerate(dict.fromkeys(row.exhibit for row in ledger.rows))
    }
    rule_order = {rule: place for place, rule in enumerate(rules.RULES)}
    records.sort(key=lambda record: (order[str(record["exhibit"])], rule_order[str(record["rule"])]))
    return pd.DataFrame(records, columns=["exhibit", "rule", *VERDICTS, "claims"])


LEVELS: dict[int, dict[Language, str]] = {
    0: {"en": "nothing could be checked", "ru": "проверить нельзя ничего"},
    1: {"en": "checked in part, from the paper itself", "ru": "проверено частично, по самой статье"},
    2: {
        "en": "checked in part, against independent data too",
        "ru": "проверено частично, в том числе по независимым данным",
    },
    3: {"en": "every claim checked", "ru": "проверено каждое утверждение"},
}


def levels(ledger: Ledger) -> pd.DataFrame:
    """How far each exhibit could be checked, in the manner of the levels of the ACRE guide.

    The scale is ours (`LEVELS`); ACRE's ten levels grade the materials authors provide, and here there are
    none but the printed page. A level says how much could be checked, not how much of it holds.

    Returns
    -------
    pandas.DataFrame
        Columns ``exhibit, level, claims, checked_internal, checked_external, failed``.

    References
    ----------
    Berkeley Initiative for Transparency in the Social Sciences, *Guide for Accelerating Computational
    Reproducibility in the Social Sciences* (ACRE), section on levels of reproducibility.
    """
    records = []
    for exhibit in dict.fromkeys(row.exhibit for row in ledger.rows):
        rows = [row for row in ledger.rows if row.exhibit == exhibit]
        checked = [row for row in rows if row.verdict != "not_checkable"]
        external = sum(row.basis == "external" for row in checked)
        level = 0 if not checked else 3 if len(checked) == len(rows) else 2 if external else 1
        records.append(
            {
                "exhibit": exhibit,
                "level": level,
                "claims": len(rows),
                "checked_internal": len(checked) - external,
                "checked_external": external,
                "failed": sum(row.is_failure for row in checked),
            }
        )
    return pd.DataFrame(records)
