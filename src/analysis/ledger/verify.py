"""From claims to verdicts, and from verdicts to the headline.

No verdict is written down anywhere: :func:`verify` looks a claim's inputs up, runs the check its rule names
and turns the finding into a verdict by where the inputs came from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.data import tabular, user_data
from analysis.data.formats import Text
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import AnalysisError, NoDataError, one_of
from analysis.ledger import customs, rules, words
from analysis.ledger import formula as formulas
from analysis.ledger.case import REVISION_BAND, Case, Finding
from analysis.ledger.claims import (
    CELL_PREFIX,
    REFERENCE_PREFIX,
    Claim,
    Request,
    Table,
    located,
    read_claims,
    read_tables,
)
from analysis.ledger.inputs import Input, Sources, as_mapping, customs_question
from analysis.ledger.wording import NOTHING, joined
from analysis.paths import relative, write_text

if TYPE_CHECKING:
    from analysis.customs import Store

Basis = Literal["internal", "external", "none"]
Verdict = Literal["match", "mismatch", "paper_error", "not_checkable"]
Group = Literal["text", "cell", "reference"]

BASES: tuple[Basis, ...] = ("internal", "external", "none")
VERDICTS: tuple[Verdict, ...] = ("paper_error", "mismatch", "match", "not_checkable")
GROUPS: tuple[Group, ...] = ("text", "cell", "reference")
FAILURES: tuple[Verdict, ...] = ("paper_error", "mismatch")
TRANSCRIBED = "transcribed only"
# customs figures are independent data
CUSTOMS_RULE = "R11"


@dataclass(frozen=True)
class Evidence:
    """One judgement of a claim, kept beside the other where there are two.

    Attributes
    ----------
    rule, basis, reproduced, verdict, note, reproduced_ru, note_ru : str
        As in `LedgerRow`.
    source : str
        Files and checksums a customs answer stands on; empty for the judgement without customs files.
    """

    rule: str
    basis: Basis
    reproduced: str
    verdict: Verdict
    note: str
    reproduced_ru: str
    note_ru: str
    source: str = ""


@dataclass(frozen=True)
class LedgerRow:
    """One claim with its verdict; the fields up to `note_ru` are the ledger's columns.

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
    reproduced_ru, note_ru : str
        The same in Russian.
    without_customs : Evidence, optional
        The judgement as it is without customs files, where they were asked too.
    customs : Evidence, optional
        The judgement from the reader's customs files, or what they lack.
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
    reproduced_ru: str
    note_ru: str
    without_customs: Evidence | None = None
    customs: Evidence | None = None

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
        return "claim-" + self.claim_id.replace(".", "-").lower()

    def reproduced_in(self, language: Language) -> str:
        """What the inputs give, in a reader's language."""
        return self.reproduced if language == "en" else self.reproduced_ru

    def note_in(self, language: Language) -> str:
        """Return the arithmetic, or what is missing, in a reader's language."""
        return self.note if language == "en" else self.note_ru

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
        reproduced = self.reproduced_in(language)
        # a string printed in English stands in the note, between quotation marks
        if reproduced and not (language == "ru" and re.search("[A-Za-z]{2,}", reproduced)):
            parts.append(f"{'reproduced' if language == 'en' else 'воспроизведено'} {reproduced}")
        told = f" – {', '.join(parts)}" if parts else ""
        # that outside data disagree is said already
        says_why = self.is_failure and self.rule != "R11"
        looked_at = f" ({words.RULES[self.rule][language]})" if says_why else ""
        if self.stands_on_customs:
            looked_at = f" ({words.OWN_CUSTOMS[language]})"
        return f"{self.place(language)}{told}: {VERDICT_WORDS[language][self.verdict]}{looked_at}."


# what stands before the two judgements kept beside each other
COLUMNS = tuple(field.name for field in fields(LedgerRow) if field.name not in ("without_customs", "customs"))
_EVIDENCE = tuple(field.name for field in fields(Evidence))
# follow when, and only when, the reader's customs files were asked; blank for claims they cannot judge
EVIDENCE_COLUMNS = (
    *(f"without_customs_{name}" for name in _EVIDENCE if name != "source"),
    *(f"customs_{name}" for name in _EVIDENCE),
)

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

    @property
    def asked_customs(self) -> bool:
        """Whether the reader's customs files were asked for any claim."""
        return any(row.customs is not None for row in self.rows)

    def frame(self) -> pd.DataFrame:
        """Return the ledger as a table of text, one row a claim.

        The columns are `COLUMNS`, and after them `EVIDENCE_COLUMNS` where customs files were asked.
        """
        records = [_record(row) for row in self.rows]
        table = pd.DataFrame(records, columns=[*COLUMNS, *EVIDENCE_COLUMNS], dtype="str")
        return table if self.asked_customs else table[list(COLUMNS)]


def _record(row: LedgerRow) -> tuple[str, ...]:
    """Cells of a row in the order of the columns; blank for evidence there is none of."""
    own = tuple(getattr(row, name) for name in COLUMNS)
    if row.without_customs is None or row.customs is None:
        return (*own, *("",) * len(EVIDENCE_COLUMNS))
    return (*own, *astuple(row.without_customs)[:-1], *astuple(row.customs))


# ------------------------------------------------------------------ verdicts


def verify(
    claims: Sequence[Claim],
    observations: pd.DataFrame,
    tables: Mapping[str, Table] | None = None,
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
        Columns ``region, indicator, period, value, source``. Rows read from the paper itself are ignored.
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
        If a rule is unknown, an input is missing, a number cannot be read or a claim would be compared
        with itself; the sentence names file and line.
    """
    by_id = {claim.claim_id: claim for claim in claims}
    sources = Sources(by_id, tables or {}, as_mapping(observations), folder)
    # asked or not, a request must be in order
    questions = tuple(q for claim in claims for q in _questions(claim, sources))
    if store is not None:
        sources = replace(sources, customs=customs.Answers(store, questions))
    return Ledger(tuple(_judged_twice(claim, sources, band) for claim in claims))


def verify_file(path: Path, observations: pd.DataFrame, store: Store | None = None) -> Ledger:
    """Judge the claims of a file; printed tables are looked for beside it.

    Parameters
    ----------
    path : pathlib.Path
        Claims file.
    observations : pandas.DataFrame
        As in `verify`.
    store : Store, optional
        As in `verify`.
    """
    tables = read_tables(path.parent)
    return verify(read_claims(path, tables), observations, tables, path.parent, store=store)


def _judged_twice(claim: Claim, sources: Sources, band: Fraction) -> LedgerRow:
    """Judge a claim without customs files, and from them where there are any and it says how."""
    row = _judge(claim, replace(sources, customs=None), band)
    if claim.customs is None or sources.customs is None:
        return row
    return _with_customs(row, _customs_evidence(claim, claim.customs, sources, band))


def _with_customs(row: LedgerRow, found: Evidence) -> LedgerRow:
    """Put the judgement of customs files into a row, and keep the one without them beside it."""
    judgement = [name for name in _EVIDENCE if name != "source"]
    before = Evidence(**{name: getattr(row, name) for name in judgement})
    kept = replace(row, without_customs=before, customs=found)
    if not _leads(before, found):
        return kept
    return replace(kept, **{name: getattr(found, name) for name in judgement})


def _leads(before: Evidence, found: Evidence) -> bool:
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
        rules.find_check(CUSTOMS_RULE, request.check, f"{claim.where}: customs_check")
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


def _names(request: Request, where: str) -> set[str]:
    return formulas.names_in(request.formula, where) if request.formula else set()


def _customs_evidence(claim: Claim, request: Request, sources: Sources, band: Fraction) -> Evidence:
    check = rules.find_check(CUSTOMS_RULE, request.check, claim.where)
    try:
        inputs = {name: sources.resolve(reference, claim.where) for name, reference in request.inputs}
    except NoDataError as error:
        return _evidence(Finding(None, NOTHING, {"en": str(error), "ru": error.russian}))
    source = _files(request, sources, claim.where)
    try:
        finding = check(Case(claim.published, inputs, request.formula, band, claim.where))
    except AnalysisError as error:
        # the request is in order, so it is these files that cannot be computed with (nothing to divide by, one partner)
        told = str(located(error, claim.where))
        finding = Finding(None, NOTHING, {"en": told, "ru": f"По этим файлам посчитать нельзя: «{told}»"})
    files: Text = {"en": f"From {source}.", "ru": f"По файлам: {source}."}
    note = joined([finding.note, request.remark, files])
    return _evidence(replace(finding, note=note), source)


def _evidence(finding: Finding, source: str = "") -> Evidence:
    return Evidence(
        rule=CUSTOMS_RULE,
        basis="external",
        reproduced=finding.reproduced["en"],
        verdict=_verdict(finding.holds, "external"),
        note=finding.note["en"],
        reproduced_ru=finding.reproduced["ru"],
        note_ru=finding.note["ru"],
        source=source,
    )


def _files(request: Request, sources: Sources, where: str) -> str:
    """Name of the customs store with the files and checksums an answer stands on."""
    assert sources.customs is not None
    names = (
        name
        for _, reference in request.inputs
        if reference.startswith(customs.PREFIX)
        for name in sources.customs.files(customs_question(reference, where))
    )
    return f"{user_data.CUSTOMS}: {', '.join(dict.fromkeys(names))}"


def _judge(claim: Claim, sources: Sources, band: Fraction) -> LedgerRow:
    if claim.rule == rules.NO_RULE:
        return _unchecked(claim)
    check = rules.find_check(claim.rule, claim.check, claim.where)
    try:
        inputs = {name: sources.resolve(reference, claim.where) for name, reference in claim.inputs}
        _refuse_itself(claim, inputs)
        inputs = _with_russian(claim, inputs, sources)
        case = Case(claim.published, inputs, claim.formula, band, claim.where)
        finding = check(case)
    except AnalysisError as error:
        # arithmetic does not know where it stands; the sentence must
        raise located(error, claim.where) from None
    basis: Basis = "external" if case.is_external else "internal"
    return _row(claim, basis, _verdict(finding.holds, basis), finding)


def _with_russian(claim: Claim, inputs: Mapping[str, Input], sources: Sources) -> dict[str, Input]:
    """Give the inputs the Russian words that the claims file has for them."""
    told = dict(inputs)
    for name, reference in claim.inputs_ru:
        if name not in told:
            raise one_of(f"{claim.where}: an input named in inputs_ru", name, inputs)
        russian = sources.resolve(reference, claim.where)
        told[name] = told[name].with_russian(russian, f"{claim.where}: the input {name!r}")
    return told


def _verdict(holds: bool | None, basis: Basis) -> Verdict:
    if holds is None:
        return "not_checkable"
    if holds:
        return "match"
    return "mismatch" if basis == "external" else "paper_error"


_TRANSCRIBED: Text = {"en": f"{TRANSCRIBED}.", "ru": "Только переписано."}


def _unchecked(claim: Claim) -> LedgerRow:
    if claim.check or claim.formula or claim.inputs or claim.inputs_ru:
        raise AnalysisError(f"{claim.where} has no rule but gives a check, a formula or inputs.")
    is_cell = claim.claim_id.startswith(CELL_PREFIX)
    if not claim.note and not is_cell:
        raise AnalysisError(f"{claim.where} has no rule, so its note must say what is missing to check it.")
    finding = Finding(None, NOTHING, _TRANSCRIBED if is_cell else NOTHING)
    return _row(claim, "none", "not_checkable", finding)


def _row(claim: Claim, basis: Basis, verdict: Verdict, finding: Finding) -> LedgerRow:
    note = joined([finding.note, claim.remark])
    return LedgerRow(
        claim_id=claim.claim_id,
        exhibit=claim.exhibit,
        locus=claim.locus,
        rule=claim.rule,
        basis=basis,
        published=claim.published,
        reproduced=finding.reproduced["en"],
        unit=claim.unit,
        verdict=verdict,
        note=note["en"],
        reproduced_ru=finding.reproduced["ru"],
        note_ru=note["ru"],
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
    """Write a ledger as CSV, whole or not at all; what a claim prints is nothing a spreadsheet runs."""
    return write_text(path, tabular.inert(ledger.frame()).to_csv(index=False, lineterminator="\n"))


def read_ledger(path: Path) -> Ledger:
    """Read a ledger that `write_ledger` wrote.

    Raises
    ------
    AnalysisError
        If the columns are not those of a ledger.
    """
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    if tuple(table.columns) not in (COLUMNS, (*COLUMNS, *EVIDENCE_COLUMNS)):
        raise AnalysisError(f"{relative(path)} has not the columns of a ledger: {', '.join(COLUMNS)}.")
    records = tabular.revived(table).itertuples(index=False, name=None)
    return Ledger(tuple(_row_of(record) for record in records))


def _row_of(record: tuple[str, ...]) -> LedgerRow:
    own, evidence = record[: len(COLUMNS)], record[len(COLUMNS) :]
    if not any(evidence):
        return LedgerRow(*own)  # type: ignore[arg-type]
    first = len(_EVIDENCE) - 1
    before, found = Evidence(*evidence[:first]), Evidence(*evidence[first:])  # type: ignore[arg-type]
    return replace(LedgerRow(*own), without_customs=before, customs=found)  # type: ignore[arg-type]


# ------------------------------------------------------------------ headline


@dataclass(frozen=True)
class Share:
    """Verdicts of one group on one basis, or on any.

    Attributes
    ----------
    group : str
        What is counted.
    basis : str
        ``any``: every claim once, by its verdict. A claim judged from the paper's own figures and from customs
        files counts under ``internal`` and under ``external``.
    failed, matched, undecided : int
        Claims that fail, that hold, and that could not be decided.
    """

    group: Group
    basis: Basis | Literal["any"]
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
    """The result in a few numbers: group by group, internal and external apart.

    Attributes
    ----------
    shares : tuple of Share
        Judgements by group and basis.
    claims : tuple of Share
        Claims by group, each counted once.
    """

    shares: tuple[Share, ...]
    claims: tuple[Share, ...]

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
        return " ".join(self._group(claims, language) for claims in self.claims if claims.total)

    def _group(self, claims: Share, language: Language) -> str:
        group = claims.group
        internal, external = self.share(group, "internal"), self.share(group, "external")
        told = _WORDS[language]
        return told["group"].format(
            name=told[group],
            failed=claims.failed,
            checked=claims.checked,
            matched=claims.matched,
            undecided=claims.undecided,
            everything=claims.total,
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
    pieces = [(row.group, basis, verdict) for row in ledger.rows for basis, verdict in row.pieces.items()]
    once = [(row.group, "any", row.verdict) for row in ledger.rows]
    counts: Counter[tuple[str, str, str]] = Counter([*pieces, *once])

    def share(group: Group, basis: Basis | Literal["any"]) -> Share:
        return Share(
            group,
            basis,
            failed=sum(counts[group, basis, verdict] for verdict in FAILURES),
            matched=counts[group, basis, "match"],
            undecided=counts[group, basis, "not_checkable"],
        )

    return Headline(
        tuple(share(group, basis) for group in GROUPS for basis in BASES),
        tuple(share(group, "any") for group in GROUPS),
    )


_CUSTOMS_TOLD: dict[Language, dict[str, str]] = {
    "en": {
        "none": "Your customs files lack what the {lacking} claims that ask for them need: everything stands on the printed "
        "figures and on sources other than these files.",
        "some": "Your customs files were set against {asked} of these claims: {held} hold, {failed} fail, {undecided} stay "
        "open; for {lacking} more the files lack what is needed. The rest stands on the printed figures and on sources "
        "other than these files.",
    },
    "ru": {
        "none": "В ваших таможенных файлах нет нужного для утверждений, которые к ним обращаются ({lacking}): всё проверено "
        "по напечатанным числам и другим источникам.",
        "some": "С вашими таможенными файлами сопоставлено утверждений: {asked}; подтвердились {held}, не подтвердились "
        "{failed}, не решено {undecided}; ещё для {lacking} нужного в файлах нет. Остальное проверено по напечатанным "
        "числам и другим источникам.",
    },
}


def customs_sentence(rows: Sequence[LedgerRow], language: Language) -> str:
    """Say how many of these claims were set against the reader's customs files; nothing where none were asked."""
    asked = [row.customs for row in rows if row.customs is not None]
    found = Counter(evidence.verdict for evidence in asked if evidence.source)
    if not asked:
        return ""
    return _CUSTOMS_TOLD[language]["some" if found else "none"].format(
        asked=found.total(),
        held=found["match"],
        failed=found["mismatch"],
        undecided=found["not_checkable"],
        lacking=len(asked) - found.total(),
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
