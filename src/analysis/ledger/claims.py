"""The claims file: what a paper prints, as data.

A claim says what is printed, where, by which rule it is to be judged and from which inputs; it never says
how the judgement comes out. ``docs/claims-file.md`` describes the format for people.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.data import regions
from analysis.data.formats import Text
from analysis.errors import AnalysisError
from analysis.ledger.printed import MISSING_MARKS
from analysis.paths import relative

COLUMNS = ("claim_id", "exhibit", "locus", "published", "unit", "rule", "check", "formula", "inputs", "note")
# optional: how the claim is judged where the reader's own customs files hold what it speaks of
CUSTOMS_COLUMNS = ("customs_check", "customs_formula", "customs_inputs", "customs_note")
# optional, after the others: what the Russian ledger shows in the place of our English remarks and words
RUSSIAN_COLUMNS = ("note_ru", "inputs_ru", "customs_note_ru")
CELL_PREFIX = "cell."
REFERENCE_PREFIX = "ref."


@dataclass(frozen=True)
class Cell:
    """One cell of a printed table."""

    printed: str
    unit: str


# cells of one printed table by (row, column), in printed order
Table = dict[tuple[str, str], Cell]


@dataclass(frozen=True)
class Request:
    """How a claim is judged from customs files, beside what judges it without them.

    Attributes
    ----------
    check, formula : str
        Check of rule R11 and the arithmetic it takes.
    inputs : tuple of (name, reference)
        At least one of them a ``customs:`` reference.
    note : str
        Our remark on this reading of the claim.
    note_ru : str
        The remark in Russian; empty where the file has none.
    """

    check: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    note: str
    note_ru: str = ""

    @property
    def remark(self) -> Text:
        """The remark in both languages, as far as the file has it."""
        return {"en": self.note, "ru": self.note_ru or self.note}


@dataclass(frozen=True)
class Claim:
    """One claim, after rows that stand for many cells have been written out.

    Attributes
    ----------
    claim_id : str
        Unique; ``cell.`` begins the id of a table cell, ``ref.`` that of a bibliographic fact.
    exhibit, locus : str
        Where it is printed.
    published : str
        The printed string; empty where the claim has no numeral of its own.
    unit : str
        Unit of `published`.
    rule, check : str
        What judges it; ``none`` where nothing can.
    formula : str
        Arithmetic over the inputs, for the checks that take one.
    inputs : tuple of (name, reference)
        What it is judged from.
    note : str
        Our remark; what is missing, where the rule is ``none``.
    origin : str
        The cell it prints, or ``claim:ID``: what it may not be checked against alone.
    where : str
        File and line, for sentences about errors.
    customs : Request, optional
        How it is judged where a customs store holds the figures.
    note_ru : str
        The remark in Russian; empty where the file has none.
    inputs_ru : tuple of (name, reference)
        Russian words for inputs that are words.
    """

    claim_id: str
    exhibit: str
    locus: str
    published: str
    unit: str
    rule: str
    check: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    note: str
    origin: str
    where: str
    customs: Request | None = None
    note_ru: str = ""
    inputs_ru: tuple[tuple[str, str], ...] = ()

    @property
    def remark(self) -> Text:
        """The remark in both languages, as far as the file has it."""
        return {"en": self.note, "ru": self.note_ru or self.note}


def matches(selector: str, value: str) -> bool:
    """Whether `value` is chosen: a name, a pattern with ``*``, a comma list, ``@far_east`` or ``@border``."""
    if selector.startswith("@"):
        return value in regions.codes(regions.subset(selector.removeprefix("@")))
    # only * is special: a label may well hold brackets or question marks
    patterns = (".*".join(map(re.escape, part.strip().split("*"))) for part in selector.split(","))
    return any(re.fullmatch(pattern, value) for pattern in patterns)


def is_many(selector: str) -> bool:
    """Whether a selector may choose several."""
    return selector.startswith("@") or "*" in selector or "," in selector


def select(
    table: Mapping[tuple[str, str], Cell], row: str, column: str
) -> Iterator[tuple[tuple[str, str], Cell]]:
    """Cells chosen by two selectors, in printed order."""
    return ((key, cell) for key, cell in table.items() if matches(row, key[0]) and matches(column, key[1]))


def read_table(path: Path) -> Table | None:
    """Read a printed table in long form; None when the file is not one.

    Parameters
    ----------
    path : pathlib.Path
        CSV with at least the columns ``row, column, printed``, and ``unit`` where cells have one.

    Raises
    ------
    AnalysisError
        If the file cannot be read or a cell is given twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"{relative(path)} cannot be read: {error}.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not {"row", "column", "printed"} <= set(reader.fieldnames or ()):
        return None
    table: Table = {}
    for record in reader:
        key = (record["row"] or "", record["column"] or "")
        if key in table:
            raise AnalysisError(
                f"{relative(path)}, line {reader.line_num}: row {key[0]!r}, column {key[1]!r} is given twice."
            )
        table[key] = Cell(record["printed"] or "", record.get("unit") or "")
    return table


def read_tables(folder: Path) -> dict[str, Table]:
    """Every printed table of a folder, by the file's name without its ending."""
    found = ((path.stem, read_table(path)) for path in sorted(folder.glob("*.csv")))
    return {name: table for name, table in found if table is not None}


def read_claims(path: Path, tables: Mapping[str, Table]) -> tuple[Claim, ...]:
    """Read a claims file; a row whose ``published`` chooses many cells becomes one claim a cell.

    Parameters
    ----------
    path : pathlib.Path
        The claims file.
    tables : mapping
        Printed tables by name, as `read_tables` gives them.

    Raises
    ------
    AnalysisError
        If a column is missing or unknown, an input cannot be read or an id is used twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(f"The claims file {relative(path)} cannot be read: {error}.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = tuple(reader.fieldnames or ())
    # what is left once the columns that must be there, and those that may, are taken off in their order
    rest = columns[len(COLUMNS) :]
    rest = rest[len(CUSTOMS_COLUMNS) :] if rest[: len(CUSTOMS_COLUMNS)] == CUSTOMS_COLUMNS else rest
    if columns[: len(COLUMNS)] != COLUMNS or rest != tuple(c for c in RUSSIAN_COLUMNS if c in rest):
        raise AnalysisError(
            f"{relative(path)}, line 1 has the columns {', '.join(columns)}; a claims file has {', '.join(COLUMNS)}, then "
            f"all or none of {', '.join(CUSTOMS_COLUMNS)}, then any of {', '.join(RUSSIAN_COLUMNS)}, in this order."
        )
    claims: list[Claim] = []
    for record in reader:
        where = f"{relative(path)}, line {reader.line_num}"
        if None in record or None in record.values():
            raise AnalysisError(f"{where} has not {len(columns)} fields; a text with a comma needs quotes.")
        try:
            claims.extend(_expand(_claim(record, where), tables))
        except AnalysisError as error:
            raise located(error, where) from None
    _refuse_repeated(claims)
    return tuple(claims)


def _claim(record: Mapping[str, str], where: str) -> Claim:
    claim_id = record["claim_id"].strip()
    if not claim_id:
        raise AnalysisError(f"{where} has no claim_id.")
    return Claim(
        claim_id=claim_id,
        exhibit=record["exhibit"].strip(),
        locus=record["locus"].strip(),
        published=record["published"],
        unit=record["unit"].strip(),
        rule=record["rule"].strip(),
        check=record["check"].strip(),
        formula=record["formula"].strip(),
        inputs=_inputs(record["inputs"], where),
        note=record["note"].strip(),
        origin=f"claim:{claim_id}",
        where=where,
        customs=_request(record, where),
        note_ru=record.get("note_ru", "").strip(),
        inputs_ru=_inputs(record.get("inputs_ru", ""), where),
    )


def _request(record: Mapping[str, str], where: str) -> Request | None:
    check, formula, inputs, note = (record.get(name, "").strip() for name in CUSTOMS_COLUMNS)
    if not any((check, formula, inputs, note)):
        return None
    if not check or not inputs:
        raise AnalysisError(
            f"{where} is to be judged from customs files; give customs_check and customs_inputs."
        )
    return Request(check, formula, _inputs(inputs, where), note, record.get("customs_note_ru", "").strip())


def _inputs(text: str, where: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, equals, reference = part.partition("=")
        if not equals or not name.strip().isidentifier():
            raise AnalysisError(f"{where} has the input {part!r}; an input is written name=reference.")
        pairs.append((name.strip(), reference.strip()))
    return tuple(pairs)


def _expand(claim: Claim, tables: Mapping[str, Table]) -> list[Claim]:
    if not claim.published.startswith("cell:"):
        return [claim]
    name, row, column = split_reference(claim.published, 3, claim.where)
    if name not in tables:
        raise AnalysisError(
            f"{claim.where} names the table {name!r}; there are {', '.join(tables) or 'none'} beside the claims file."
        )
    chosen = list(select(tables[name], row, column))
    if not chosen:
        raise AnalysisError(
            f"{claim.where} names {claim.published!r}, and no cell of that table is chosen by it."
        )
    return [_for_cell(claim, name, key, cell) for key, cell in chosen]


def _for_cell(claim: Claim, table: str, key: tuple[str, str], cell: Cell) -> Claim:
    def filled(text: str) -> str:
        return text.replace("{row}", key[0]).replace("{column}", key[1])

    def pairs(inputs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, filled(reference)) for name, reference in inputs)

    request = claim.customs
    if request is not None:
        # where nothing is printed there is nothing to judge
        is_missing = cell.printed.strip() in MISSING_MARKS
        request = None if is_missing else replace(request, inputs=pairs(request.inputs))
    return replace(
        claim,
        claim_id=filled(claim.claim_id),
        locus=filled(claim.locus),
        published=cell.printed,
        unit=claim.unit or cell.unit,
        formula=filled(claim.formula),
        inputs=pairs(claim.inputs),
        note=filled(claim.note),
        note_ru=filled(claim.note_ru),
        inputs_ru=pairs(claim.inputs_ru),
        origin=f"cell:{table}:{key[0]}:{key[1]}",
        customs=request,
    )


def split_reference(reference: str, parts: int, where: str) -> list[str]:
    """Parts of ``kind:a:b:c`` after the kind.

    Raises
    ------
    AnalysisError
        If there are not `parts` of them.
    """
    found = [part.strip() for part in reference.split(":")[1:]]
    if len(found) != parts:
        raise AnalysisError(
            f"{where} has the reference {reference!r}; {reference.split(':')[0]}: takes {parts} parts between colons."
        )
    return found


def located(error: AnalysisError, where: str) -> AnalysisError:
    """The same error with file and line before it, where it does not name them itself."""
    message = str(error)
    return error if where in message else AnalysisError(f"{where}: {message}")


def _refuse_repeated(claims: Sequence[Claim]) -> None:
    first: dict[str, str] = {}
    for claim in claims:
        if claim.claim_id in first:
            raise AnalysisError(
                f"{claim.where} uses the id {claim.claim_id!r} again; it stands at {first[claim.claim_id]} already."
            )
        first[claim.claim_id] = claim.where
