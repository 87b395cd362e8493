"""The ledger as a file: ``ledger.csv`` with its sentences in both languages, written and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.data import tabular
from analysis.data.messages import Name
from analysis.data.regions import LANGUAGES
from analysis.errors import AnalysisError
from analysis.ledger import Judgement, Ledger, LedgerRow
from analysis.ledger.wording import NOTHING, Words
from analysis.paths import relative, write_text
from analysis.publish.words import text

# the first ten are what other programs read; new ones follow
COLUMNS = (
    "claim_id", "exhibit", "locus", "rule", "basis", "published", "reproduced", "unit", "verdict", "note",
    "reproduced_ru", "note_ru", "locus_ru", "sentence", "fault", "readings", "readings_ru",
)  # fmt: skip
_JUDGED = ("rule", "basis", "reproduced", "verdict", "note", "reproduced_ru", "note_ru")
# follow when, and only when, the reader's customs files were asked; blank for claims they cannot judge
EVIDENCE_COLUMNS = (
    *(f"without_customs_{name}" for name in _JUDGED),
    *(f"customs_{name}" for name in (*_JUDGED, "source")),
)


def ledger_table(ledger: Ledger) -> pd.DataFrame:
    """Return the ledger as text, one row a claim.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, and after them `EVIDENCE_COLUMNS` where customs files were asked.
    """
    records = [_record(row) for row in ledger.rows]
    table = pd.DataFrame(records, columns=[*COLUMNS, *EVIDENCE_COLUMNS], dtype="str")
    return table if ledger.asked_customs else table[list(COLUMNS)]


def _record(row: LedgerRow) -> tuple[str, ...]:
    """Cells of a row in the order of the columns; blank for evidence there is none of."""
    english, russian = (
        " | ".join(f"{text(one.reading, language)}: {one.verdict}" for one in row.readings)
        for language in LANGUAGES
    )
    own = (
        row.claim_id, row.exhibit, text(row.place, "en"), row.rule, row.basis, row.published,
        text(row.reproduced, "en"), row.unit, row.verdict, text(row.note, "en"), text(row.reproduced, "ru"),
        text(row.note, "ru"), text(row.place, "ru"), row.sentence, row.fault, english, russian,
    )  # fmt: skip
    if row.without_customs is None or row.customs is None:
        return (*own, *("",) * len(EVIDENCE_COLUMNS))
    return (*own, *_judged(row.without_customs), *_judged(row.customs), row.customs.source)


def _judged(one: Judgement) -> tuple[str, ...]:
    return (
        one.rule, one.basis, text(one.reproduced, "en"), one.verdict, text(one.note, "en"),
        text(one.reproduced, "ru"), text(one.note, "ru"),
    )  # fmt: skip


def write_ledger(ledger: Ledger, path: Path) -> Path:
    """Write a ledger as CSV, whole or not at all; what a claim prints is nothing a spreadsheet runs."""
    return write_text(path, tabular.inert(ledger_table(ledger)).to_csv(index=False, lineterminator="\n"))


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
    return Ledger(tuple(_row(record) for record in tabular.revived(table).to_dict("records")))


def _row(record: Mapping[str, str]) -> LedgerRow:
    own = _judgement(record, "")
    row = LedgerRow(
        claim_id=record["claim_id"],
        exhibit=record["exhibit"],
        rule=own.rule,
        basis=own.basis,
        published=record["published"],
        reproduced=own.reproduced,
        unit=record["unit"],
        verdict=own.verdict,
        note=own.note,
        place=Name(record["locus"], record["locus_ru"]),
        sentence=record["sentence"],
        fault=record["fault"],
        readings=_readings(record["readings"], record["readings_ru"]),
    )
    if not record.get("customs_verdict"):
        return row
    before, asked = (_judgement(record, prefix) for prefix in ("without_customs_", "customs_"))
    return replace(row, without_customs=before, customs=replace(asked, source=record["customs_source"]))


def _judgement(record: Mapping[str, str], prefix: str) -> Judgement:
    cell = {name: record[prefix + name] for name in _JUDGED}
    return Judgement(
        cell["rule"],
        cell["basis"],  # type: ignore[arg-type]
        _both(cell["reproduced"], cell["reproduced_ru"]),
        cell["verdict"],  # type: ignore[arg-type]
        _both(cell["note"], cell["note_ru"]),
    )


def _both(english: str, russian: str) -> Words:
    return Name(english, russian) if english else NOTHING


def _readings(english: str, russian: str) -> tuple[Judgement, ...]:
    """Readings as the file has them: how each reads the sentence and comes out, without its arithmetic."""
    pairs = zip(filter(None, english.split(" | ")), filter(None, russian.split(" | ")), strict=True)
    split = ((en.rpartition(": "), ru.rpartition(": ")) for en, ru in pairs)
    return tuple(
        Judgement("", "none", NOTHING, verdict, NOTHING, Name(en, ru))  # type: ignore[arg-type]
        for (en, _, verdict), (ru, _, _) in split
    )
