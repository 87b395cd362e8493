"""From claims to verdicts.

No verdict is written down anywhere: :func:`verify` looks a claim's inputs up, runs the check its rule names and turns
the finding into a verdict by where the inputs came from. A claim that can be read in several ways is judged in each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.data import user_data
from analysis.data.messages import Name, _
from analysis.errors import AnalysisError, NoDataError, one_of
from analysis.ledger import customs
from analysis.ledger import formula as formulas
from analysis.ledger.checks import NO_RULE, REVISION_BAND, CheckInput, Finding, find_check
from analysis.ledger.claims import (
    CELL_PREFIX,
    REFERENCE_PREFIX,
    Claim,
    CustomsRequest,
    PrintedTable,
    located,
    read_claims_and_faults,
    read_tables,
    refuse,
    tables_named,
)
from analysis.ledger.inputs import Input, Outside, Sources, customs_question, units_of
from analysis.ledger.rules import RULES
from analysis.ledger.wording import NOTHING, Words, in_unit, is_number, joined, put

if TYPE_CHECKING:
    from analysis.customs import Store

Basis = Literal["internal", "external", "none"]
Verdict = Literal["match", "mismatch", "paper_error", "depends_on_reading", "not_checkable"]
Group = Literal["text", "cell", "reference"]

BASES: tuple[Basis, ...] = ("internal", "external", "none")
VERDICTS: tuple[Verdict, ...] = ("paper_error", "mismatch", "depends_on_reading", "match", "not_checkable")
GROUPS: tuple[Group, ...] = ("text", "cell", "reference")
FAILURES: tuple[Verdict, ...] = ("paper_error", "mismatch")
# customs figures are independent data
CUSTOMS_RULE = "R11"

VERDICT_WORDS: dict[Verdict, Words] = {
    "match": _("holds"),
    "mismatch": _("disagrees with independent data"),
    "paper_error": _("disagrees with what is printed elsewhere"),
    "depends_on_reading": _("depends on how it is read"),
    "not_checkable": _("cannot be checked"),
}


@dataclass(frozen=True)
class Judgement:
    """What came of one reading of a claim.

    Attributes
    ----------
    rule : str
        Rule that judged it.
    basis : str
        ``internal``: from other printed numbers; ``external``: from independent data; ``none``.
    reproduced : Words
        What the inputs give.
    verdict : str
        One of `VERDICTS`.
    note : Words
        The arithmetic, or what is missing.
    reading : Words
        How the sentence is read; empty where it can be read in one way only.
    source : str
        Files and checksums a customs answer stands on; empty for a judgement without customs files.
    """

    rule: str
    basis: Basis
    reproduced: Words
    verdict: Verdict
    note: Words
    reading: Words = NOTHING
    source: str = ""

    @property
    def outcome(self) -> Words:
        """How it is read and what comes of it."""
        return put("{reading}: {verdict}", reading=self.reading, verdict=VERDICT_WORDS[self.verdict])


@dataclass(frozen=True)
class LedgerRow:
    """One claim with its verdict.

    Attributes
    ----------
    claim_id, exhibit : str
        As in the claims file.
    rule, basis, verdict : str
        As in `Judgement`. ``depends_on_reading``: its readings do not come out alike.
    published, unit : str
        What is printed, and in which unit.
    reproduced, note : Words
        What the inputs give; the arithmetic, or what is missing.
    place : Name
        Where it is printed.
    sentence, fault : str
        What is counted once: claims of one sentence, and claims that show one fault.
    readings : tuple of Judgement
        Every reading with its outcome, where there are several.
    without_customs : Judgement, optional
        The judgement as it is without customs files, where they were asked too.
    customs : Judgement, optional
        The judgement from the reader's customs files, or what they lack.
    """

    claim_id: str
    exhibit: str
    rule: str
    basis: Basis
    published: str
    reproduced: Words
    unit: str
    verdict: Verdict
    note: Words
    place: Name
    sentence: str
    fault: str
    # told in the note as well; a ledger read back from its file has them there only
    readings: tuple[Judgement, ...] = field(default=(), compare=False)
    without_customs: Judgement | None = None
    customs: Judgement | None = None

    @property
    def has_customs_answer(self) -> bool:
        """Whether the reader's customs files hold what the claim speaks of."""
        return self.customs is not None and bool(self.customs.source)

    @property
    def stands_on_customs(self) -> bool:
        """Whether the verdict is that of the reader's customs files."""
        return self.customs is not None and self.note == self.customs.note

    @property
    def pieces(self) -> dict[Basis, Verdict]:
        """Verdicts by basis: one, or an internal and an external one where customs files added theirs."""
        if self.customs is None or self.without_customs is None or not self.has_customs_answer:
            return {self.basis: self.verdict}
        found: dict[Basis, Verdict] = {
            "external": self.verdict if self.basis == "external" else self.customs.verdict
        }
        if self.without_customs.basis == "internal":
            found["internal"] = self.without_customs.verdict
        return found

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
        return "claim-" + re.sub(r"[^a-z0-9_-]", "-", self.claim_id.lower())

    @property
    def full_place(self) -> Words:
        """Where the claim stands, its table or chart included."""
        exhibit = exhibit_name(self.exhibit)
        kind, number = self.exhibit.partition("-")[::2]
        is_said = not is_numbered(self.exhibit) or self.place.en.startswith(f"{kind.capitalize()} {number}")
        return self.place if is_said else put("{exhibit}: {place}", exhibit=exhibit, place=self.place)

    @property
    def text(self) -> Words:
        """One sentence: what was printed, what comes out, the verdict and, for a failure, what was looked at."""
        return put(
            "{place}{printed}{reproduced}: {verdict}{why}.",
            place=self.full_place,
            printed=_(" – printed {value}", value=in_unit(self.published, self.unit))
            if self.published
            else NOTHING,
            reproduced=self._reproduced_told(),
            verdict=VERDICT_WORDS[self.verdict],
            why=self._why(),
        )

    def _reproduced_told(self) -> Words:
        if not self.reproduced or self.verdict == "depends_on_reading":
            return NOTHING
        value = in_unit(self.reproduced, self.unit) if is_number(self.reproduced) else self.reproduced
        if self.published:
            return _(", reproduced {value}", value=value)
        return _(" – found {value}", value=value)

    def _why(self) -> Words:
        if self.stands_on_customs:
            return _(" (judged from the reader's own customs files)")
        if self.verdict == "depends_on_reading":
            return put(" ({readings})", readings=joined((one.outcome for one in self.readings), "; "))
        # that outside data disagree is said already
        says_why = self.is_failure and self.rule != CUSTOMS_RULE
        return put(" ({rule})", rule=RULES[self.rule]) if says_why else NOTHING


_NUMBERED = {"table": _("Table"), "chart": _("Chart")}
_PARTS = {
    "abstract": _("Abstract"),
    "text": _("Text"),
    "footnotes": _("Footnotes"),
    "references": _("References"),
    "foreword": _("Foreword"),
    "trends": _("Trends"),
    "rating": _("Regions, scores and events"),
}


def exhibit_name(name: str) -> Words:
    """Printed name of a table, a chart or another part of a document; an unknown one as it is."""
    kind, number = name.partition("-")[::2]
    if is_numbered(name):
        return put("{kind} {number}", kind=_NUMBERED[kind], number=number)
    return _PARTS.get(name, name)


def is_numbered(name: str) -> bool:
    """Whether an exhibit is a table or chart with a number."""
    kind, number = name.partition("-")[::2]
    return kind in _NUMBERED and number.isdigit()


@dataclass(frozen=True)
class Ledger:
    """Every claim of a document with its verdict, in the order of the claims file."""

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
        """Rows that fail: the document's own contradictions first, then outside data."""
        return tuple(row for verdict in FAILURES for row in self.rows if row.verdict == verdict)

    @property
    def depending(self) -> tuple[LedgerRow, ...]:
        """Rows whose verdict depends on how they are read."""
        return tuple(row for row in self.rows if row.verdict == "depends_on_reading")

    @property
    def asked_customs(self) -> bool:
        """Whether the reader's customs files were asked for any claim."""
        return any(row.customs is not None for row in self.rows)

    def frame(self) -> pd.DataFrame:
        """Return the ledger as a table, one row a claim.

        Returns
        -------
        pandas.DataFrame
            Columns ``claim_id, exhibit, group, place, rule, basis, published, unit, reproduced, verdict, note, told,
            sentence, fault, anchor, readings``; ``place``, ``reproduced``, ``note`` and ``told`` are messages,
            ``readings`` counts them.
        """
        names = (
            "claim_id",
            "exhibit",
            "group",
            "place",
            "rule",
            "basis",
            "published",
            "unit",
            "reproduced",
            "verdict",
        )
        # the name of a column of the published tables stays
        attributes = {name: name for name in (*names, "note")} | {"told": "text"}
        attributes |= {name: name for name in ("sentence", "fault", "anchor")}
        table = pd.DataFrame(
            {column: [getattr(row, name) for row in self.rows] for column, name in attributes.items()}
        )
        return table.assign(readings=[len(row.readings) for row in self.rows])


# ------------------------------------------------------------------ verdicts


def verify(
    claims: Sequence[Claim],
    observations: pd.DataFrame,
    tables: Mapping[str, PrintedTable] | None = None,
    folder: Path = Path(),
    band: Fraction = REVISION_BAND,
    store: Store | None = None,
) -> Ledger:
    """Judge every claim.

    Parameters
    ----------
    claims : sequence of Claim
        As `read_claims` gives them.
    observations : pandas.DataFrame
        Columns ``region, indicator, period, value, source`` and, for units to be converted, ``unit``. Rows read from
        the paper itself are ignored.
    tables : mapping, optional
        Printed tables by name.
    folder : pathlib.Path
        Folder that ``file:`` references start from.
    band : fractions.Fraction
        Revision band, as a share.
    store : Store, optional
        The reader's customs files; claims that say how are judged from them too.

    Returns
    -------
    Ledger

    Raises
    ------
    AnalysisError
        If a rule is unknown, an input is missing, a number cannot be read, kinds of quantity are mixed or a claim would
        be compared with itself: all faults at once, each a sentence with file and line.
    """
    sources = Sources(_by_id(claims), tables or {}, Outside(observations), units_of(observations), folder)
    ledger, faults = _judge_all(claims, sources, band, store)
    refuse(faults)
    return ledger


def verify_file(
    path: Path, observations: pd.DataFrame, store: Store | None = None, band: Fraction = REVISION_BAND
) -> Ledger:
    """Judge the claims of a file; the printed tables it names are looked for beside it.

    Parameters
    ----------
    path : pathlib.Path
        Claims file.
    observations : pandas.DataFrame
        As in `verify`.
    store : Store, optional
        As in `verify`.
    band : fractions.Fraction
        As in `verify`.
    """
    tables = read_tables(path.parent, tables_named(path))
    claims, faults = read_claims_and_faults(path, tables)
    sources = Sources(_by_id(claims), tables, Outside(observations), units_of(observations), path.parent)
    ledger, more = _judge_all(claims, sources, band, store)
    # where a row could not be read, what points to it cannot be found either: that is one fault, not two
    refuse(
        [*faults, *(fault for fault in more if not faults or "is not in the claims file" not in str(fault))]
    )
    return ledger


def _by_id(claims: Sequence[Claim]) -> dict[str, Claim]:
    return {claim.claim_id: claim for claim in reversed(claims)}


def _judge_all(
    claims: Sequence[Claim], sources: Sources, band: Fraction, store: Store | None
) -> tuple[Ledger, list[AnalysisError]]:
    """Judge what is in order, and collect the faults of the rest."""
    faults: list[AnalysisError] = []
    questions: list[customs.Question] = []
    by_id: dict[str, list[Claim]] = {}
    for claim in claims:
        by_id.setdefault(claim.claim_id, []).append(claim)
        try:
            # asked or not, a request must be in order
            questions += _questions(claim, sources)
        except AnalysisError as error:
            faults.append(error)
    if store is not None and not faults:
        sources = replace(sources, customs=customs.Answers(store, tuple(questions)))
    rows = []
    for readings in by_id.values():
        try:
            rows.append(_judged_twice(readings, sources, band))
        except AnalysisError as error:
            faults.append(error)
    return Ledger(tuple(rows)), faults


def _judged_twice(readings: Sequence[Claim], sources: Sources, band: Fraction) -> LedgerRow:
    """Judge a claim without customs files, and from them where there are any and it says how."""
    alone = replace(sources, customs=None)
    row = _row(readings[0], [_judge(claim, alone, band) for claim in readings])
    asking = next((claim for claim in readings if claim.customs is not None), None)
    if asking is None or asking.customs is None or sources.customs is None:
        return row
    return _with_customs(row, _customs_judgement(asking, asking.customs, sources, band))


def _row(claim: Claim, found: Sequence[Judgement]) -> LedgerRow:
    verdict = combined([one.verdict for one in found])
    leading = next((one for one in found if one.verdict == verdict), found[0])
    several = len(found) > 1
    return LedgerRow(
        claim_id=claim.claim_id,
        exhibit=claim.exhibit,
        rule=leading.rule,
        basis=_basis(found),
        published=claim.published,
        reproduced=joined((one.reproduced for one in found), "; ") if several else leading.reproduced,
        unit=claim.unit,
        verdict=verdict,
        note=joined(map(_reading_told, found)) if several else leading.note,
        place=claim.place,
        sentence=claim.sentence,
        fault=claim.fault,
        readings=tuple(found) if several else (),
    )


def combined(verdicts: Sequence[Verdict]) -> Verdict:
    """Verdict of a claim from those of its readings: theirs where they come out alike, else it depends."""
    kinds = set(verdicts)
    if len(kinds) == 1:
        return verdicts[0]
    return "paper_error" if kinds <= set(FAILURES) else "depends_on_reading"


def _basis(found: Sequence[Judgement]) -> Basis:
    bases = {one.basis for one in found if one.verdict != "not_checkable"} or {one.basis for one in found}
    return next(basis for basis in ("external", "internal", "none") if basis in bases)


def _reading_told(one: Judgement) -> Words:
    return _("Read as {outcome}. {note}", outcome=one.outcome, note=one.note)


def _with_customs(row: LedgerRow, found: Judgement) -> LedgerRow:
    """Put the judgement of customs files into a row, and keep the one without them beside it."""
    before = Judgement(row.rule, row.basis, row.reproduced, row.verdict, row.note)
    kept = replace(row, without_customs=before, customs=found)
    if not _leads(before, found):
        return kept
    judged = ("rule", "basis", "reproduced", "verdict", "note")
    return replace(kept, **{name: getattr(found, name) for name in judged})


def _leads(before: Judgement, found: Judgement) -> bool:
    """Whether the customs files' judgement is the verdict.

    What the paper says against itself stays the verdict: files can neither reconcile two printed numbers that
    exclude each other nor add to it. Otherwise a decision leads what is open, and files that decide lead what
    follows from other figures.
    """
    if before.verdict == "paper_error":
        return False
    return bool(found.source) if before.verdict == "not_checkable" else found.verdict != "not_checkable"


def _questions(claim: Claim, sources: Sources) -> list[customs.Question]:
    """What a claim asks of customs files; faults in the asking are found here, with or without a store."""
    request = claim.customs
    if request is None:
        return []
    try:
        find_check(CUSTOMS_RULE, request.check, f"{claim.where}: customs_check")
        unknown = _names(request, claim.where) - dict(request.inputs).keys()
        if unknown:
            raise AnalysisError(f"{claim.where} uses {sorted(unknown)[0]!r}, which is not in customs_inputs.")
        asked = [reference for _, reference in request.inputs if reference.startswith(customs.PREFIX)]
        if not asked:
            raise AnalysisError(f"{claim.where} has customs_inputs without a {customs.PREFIX} reference.")
        for _, reference in request.inputs:
            if reference not in asked:
                sources.resolve(reference, claim.where)
        return [customs_question(reference, claim.where) for reference in asked]
    except AnalysisError as error:
        raise located(error, claim.where) from None


def _names(request: CustomsRequest, where: str) -> set[str]:
    return formulas.names_in(request.formula, where) if request.formula else set()


def _customs_judgement(claim: Claim, request: CustomsRequest, sources: Sources, band: Fraction) -> Judgement:
    run = find_check(CUSTOMS_RULE, request.check, claim.where).run
    try:
        inputs = {name: sources.resolve(reference, claim.where) for name, reference in request.inputs}
    except NoDataError as error:
        told = error.words
        return Judgement(CUSTOMS_RULE, "external", NOTHING, "not_checkable", told)
    source = _files(request, sources, claim.where)
    try:
        finding = run(CheckInput(claim.published, claim.unit, inputs, request.formula, band, claim.where))
    except AnalysisError as error:
        # the request is in order, so it is these files that cannot be computed with (nothing to divide by, one partner)
        why = str(located(error, claim.where))
        finding = Finding(None, NOTHING, _("{why}", why=why))
    note = joined([finding.note, request.remark, _("From {files}.", files=source)])
    verdict = _verdict(finding.holds, "external")
    return Judgement(CUSTOMS_RULE, "external", finding.reproduced, verdict, note, source=source)


def _files(request: CustomsRequest, sources: Sources, where: str) -> str:
    """Name of the customs store with the files and checksums an answer stands on."""
    assert sources.customs is not None
    names = (
        name
        for _, reference in request.inputs
        if reference.startswith(customs.PREFIX)
        for name in sources.customs.files(customs_question(reference, where))
    )
    return f"{user_data.CUSTOMS}: {', '.join(dict.fromkeys(names))}"


def _judge(claim: Claim, sources: Sources, band: Fraction) -> Judgement:
    if claim.rule == NO_RULE:
        return _unchecked(claim)
    found = find_check(claim.rule, claim.check, claim.where)
    try:
        inputs = {name: sources.resolve(reference, claim.where) for name, reference in claim.inputs}
        if not found.alone:
            _refuse_itself(claim, inputs)
        given = CheckInput(
            claim.published, claim.unit, inputs, claim.formula, _band(inputs, band), claim.where
        )
        finding = found.run(given)
    except AnalysisError as error:
        # arithmetic does not know where it stands; the sentence must
        raise located(error, claim.where) from None
    basis: Basis = "external" if given.is_external else "internal"
    note = joined([finding.note, claim.remark])
    return Judgement(
        claim.rule, basis, finding.reproduced, _verdict(finding.holds, basis), note, claim.read_as
    )


def _band(inputs: Mapping[str, Input], band: Fraction) -> Fraction:
    """The revision band; none where a claim is set against the very figure that was public when it was written."""
    return Fraction(0) if "vintage" in inputs and inputs["vintage"].text == "first" else band


def _verdict(holds: bool | None, basis: Basis) -> Verdict:
    if holds is None:
        return "not_checkable"
    if holds:
        return "match"
    return "mismatch" if basis == "external" else "paper_error"


def _unchecked(claim: Claim) -> Judgement:
    if claim.check or claim.formula or claim.inputs:
        raise AnalysisError(f"{claim.where} has no rule but gives a check, a formula or inputs.")
    is_cell = claim.claim_id.startswith(CELL_PREFIX)
    if not claim.note and not is_cell:
        raise AnalysisError(f"{claim.where} has no rule, so its note must say what is missing to check it.")
    transcribed = _("Transcribed only.") if is_cell else NOTHING
    note = joined([transcribed, claim.remark])
    return Judgement(NO_RULE, "none", NOTHING, "not_checkable", note, claim.read_as)


def _refuse_itself(claim: Claim, inputs: Mapping[str, Input]) -> None:
    """Nothing matches itself: some input must come from elsewhere."""
    items = [item for value in inputs.values() for item in value.items.values()]
    if not items:
        raise AnalysisError(f"{claim.where} has the rule {claim.rule} and no inputs to judge it from.")
    if all(item.origin == claim.origin for item in items):
        raise AnalysisError(
            f"{claim.where} compares {claim.published!r} with itself; a check needs another source."
        )
