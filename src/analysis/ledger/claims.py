"""The claims file: what a paper prints, as data.

A claim says what is printed, where, by which rule it is to be judged and from which inputs; it never says
how the judgement comes out. ``docs/claims-file.md`` describes the format for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from analysis.data import regions, tabular
from analysis.data.messages import Name
from analysis.data.regions import Language
from analysis.errors import AnalysisError, SeveralFaultsError
from analysis.ledger.files import records
from analysis.ledger.printed import MISSING_MARKS
from analysis.ledger.wording import Words, in_both

COLUMNS = ("claim_id", "exhibit", "locus", "published", "unit", "rule", "check", "formula", "inputs", "note")
# optional: how the claim is judged where the reader's own customs files hold what it speaks of
CUSTOMS_COLUMNS = ("customs_check", "customs_formula", "customs_inputs", "customs_note")
# optional: which sentence and which fault a claim belongs to, and one of several ways to read it
GROUP_COLUMNS = ("sentence", "fault", "reading")
# optional: what the Russian ledger shows in the place of our English words
RUSSIAN_COLUMNS = ("locus_ru", "reading_ru", "note_ru", "customs_note_ru")
OPTIONAL_COLUMNS = (*CUSTOMS_COLUMNS, *GROUP_COLUMNS, *RUSSIAN_COLUMNS)
CELL_PREFIX = "cell."
REFERENCE_PREFIX = "ref."


@dataclass(frozen=True)
class Cell:
    """One cell of a printed table; the place is given where the table holds words of the text."""

    printed: str
    unit: str
    place: Name | None = None


# cells of one printed table by (row, column), in printed order
PrintedTable = dict[tuple[str, str], Cell]


@dataclass(frozen=True)
class CustomsRequest:
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
    def remark(self) -> Words:
        """The remark in both languages, as far as the file has it."""
        return in_both(self.note, self.note_ru)


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
    customs : CustomsRequest, optional
        How it is judged where a customs store holds the figures.
    note_ru : str
        The remark in Russian; empty where the file has none.
    locus_ru : str
        Where it is printed, in Russian; empty where the file has it in English only.
    sentence : str
        What is counted once: claims of one sentence share it. The claim's own id where the file has none.
    fault : str
        What would be wrong if the claim failed; claims that show one fault share it.
    reading, reading_ru : str
        How the sentence is read here, where it can be read in several ways; rows with one id and different readings
        are one claim.
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
    customs: CustomsRequest | None = None
    note_ru: str = ""
    locus_ru: str = ""
    sentence: str = ""
    fault: str = ""
    reading: str = ""
    reading_ru: str = ""

    @property
    def remark(self) -> Words:
        """The remark in both languages, as far as the file has it."""
        return in_both(self.note, self.note_ru)

    @property
    def place(self) -> Name:
        """Where it is printed, in both languages, as far as the file has it; with names for region codes."""
        return Name(named_codes(self.locus, "en"), named_codes(self.locus_ru or self.locus, "ru"))

    @property
    def read_as(self) -> Words:
        """How the sentence is read, in both languages, as far as the file has it."""
        return in_both(self.reading, self.reading_ru)


def named_codes(text: str, language: Language) -> str:
    """A text with names for the region codes in it."""
    return re.sub(r"RU-[A-Z]{2,3}\b", lambda found: regions.by_code(found[0]).name(language), text)


def matches(selector: str, value: str) -> bool:
    """Whether `value` is chosen: a name, a pattern with ``*``, a comma list, ``@far_east`` or ``@border``."""
    return bool(_pattern(selector).fullmatch(value))


@cache
def _pattern(selector: str) -> re.Pattern[str]:
    """A selector as one regular expression; a long table asks for it once a row."""
    if selector.startswith("@"):
        parts = regions.codes(regions.subset(selector.removeprefix("@")))
    else:
        parts = tuple(part.strip() for part in selector.split(","))
    # only * is special: a label may well hold brackets or question marks
    return re.compile("|".join(".*".join(map(re.escape, part.split("*"))) for part in parts))


def is_many(selector: str) -> bool:
    """Whether a selector may choose several."""
    return selector.startswith("@") or "*" in selector or "," in selector


def select(
    table: Mapping[tuple[str, str], Cell], row: str, column: str
) -> Iterator[tuple[tuple[str, str], Cell]]:
    """Cells chosen by two selectors, in printed order."""
    return ((key, cell) for key, cell in table.items() if matches(row, key[0]) and matches(column, key[1]))


def read_table(path: Path) -> PrintedTable | None:
    """Read a printed table in long form; None when the file is not one.

    Parameters
    ----------
    path : pathlib.Path
        Table with at least the columns ``row, column, printed``, and ``unit`` where cells have one; words of the text
        have their ``place`` and ``place_ru``.

    Raises
    ------
    AnalysisError
        If the file cannot be read, a line is not as long as the header or a cell is given twice; all faults of the
        file at once.
    """
    found = records(path)
    if not {"row", "column", "printed"} <= set(found.names):
        return None
    table: PrintedTable = {}
    faults = list(found.faults)
    for where, record in found.rows:
        key = (record["row"], record["column"])
        if key in table:
            faults.append(AnalysisError(f"{where}: row {key[0]!r}, column {key[1]!r} is given twice."))
        english = record.get("place", "")
        place = Name(english, record.get("place_ru") or english) if english else None
        table[key] = Cell(record["printed"], record.get("unit", ""), place)
    refuse(faults)
    return table


def read_tables(folder: Path, names: Iterable[str] | None = None) -> dict[str, PrintedTable]:
    """Printed tables of a folder, by the file's name without its ending.

    Parameters
    ----------
    folder : pathlib.Path
        Where they stand, as ``.csv`` or ``.xlsx``.
    names : iterable of str, optional
        Those to read; all of the folder's CSV files if not given.

    Raises
    ------
    AnalysisError
        As `read_table`, the faults of all tables at once.
    """
    if names is None:
        paths = [path for path in sorted(folder.glob("*.csv")) if not tabular.is_litter(path)]
    else:
        both = ((folder / f"{name}.csv", folder / f"{name}.xlsx") for name in names)
        paths = [path for pair in both for path in pair if path.is_file()]
    tables: dict[str, PrintedTable] = {}
    faults: list[AnalysisError] = []
    for path in paths:
        try:
            table = read_table(path)
        except AnalysisError as error:
            faults.append(error)
        else:
            tables |= {} if table is None else {path.stem: table}
    refuse(faults)
    return tables


def tables_named(path: Path) -> tuple[str, ...]:
    """Names of the printed tables a claims file points to; no other file beside it is read."""
    text = "\n".join("\n".join(cells) for _, cells in tabular.lines(path))
    names = re.findall(r"cell:\s*([^:;\n]+?)\s*:", text) + ["spans"] * ("quote:" in text)
    return tuple(sorted(set(names)))


def read_claims(path: Path, tables: Mapping[str, PrintedTable]) -> tuple[Claim, ...]:
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
        If a column is missing or unknown, an input cannot be read or an id is used twice; all faults of the file at
        once, one sentence a line.
    """
    claims, faults = read_claims_and_faults(path, tables)
    refuse(faults)
    return claims


def read_claims_and_faults(
    path: Path, tables: Mapping[str, PrintedTable]
) -> tuple[tuple[Claim, ...], list[AnalysisError]]:
    """Claims of the rows that are in order, and the faults of those that are not."""
    found = records(path)
    missing = [name for name in COLUMNS if name not in found.names]
    unknown = set(found.names) - {*COLUMNS, *OPTIONAL_COLUMNS}
    half = 0 < sum(name in found.names for name in CUSTOMS_COLUMNS) < len(CUSTOMS_COLUMNS)
    if missing or unknown or half:
        raise AnalysisError(
            f"{found.header} has the columns {', '.join(found.names)}; a claims file has {', '.join(COLUMNS)}, then "
            f"all or none of {', '.join(CUSTOMS_COLUMNS)}, and any of {', '.join((*GROUP_COLUMNS, *RUSSIAN_COLUMNS))}."
        )
    claims: list[Claim] = []
    faults = list(found.faults)
    for where, record in found.rows:
        try:
            made = _expand(_claim(record, where), tables)
            _refuse_repeated(made, claims)
            claims.extend(made)
        except AnalysisError as error:
            faults.append(located(error, where))
    return tuple(claims), faults


def refuse(faults: Sequence[AnalysisError]) -> None:
    """Raise these faults as one error; nothing where there are none."""
    if len(set(map(str, faults))) == 1:
        raise faults[0]
    if faults:
        raise SeveralFaultsError(faults)


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
        **{name: record.get(name, "").strip() for name in ("note_ru", "locus_ru", "reading", "reading_ru")},
        sentence=record.get("sentence", "").strip() or claim_id,
        fault=record.get("fault", "").strip() or claim_id,
    )


def _request(record: Mapping[str, str], where: str) -> CustomsRequest | None:
    check, formula, inputs, note = (record.get(name, "").strip() for name in CUSTOMS_COLUMNS)
    if not any((check, formula, inputs, note)):
        return None
    if not check or not inputs:
        raise AnalysisError(
            f"{where} is to be judged from customs files; give customs_check and customs_inputs."
        )
    return CustomsRequest(
        check, formula, _inputs(inputs, where), note, record.get("customs_note_ru", "").strip()
    )


def _inputs(text: str, where: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, equals, reference = part.partition("=")
        if not equals or not name.strip().isidentifier():
            raise AnalysisError(f"{where} has the input {part!r}; an input is written name=reference.")
        pairs.append((name.strip(), reference.strip()))
    return tuple(pairs)


def _expand(claim: Claim, tables: Mapping[str, PrintedTable]) -> list[Claim]:
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
        found = text.replace("{row}", key[0]).replace("{column}", key[1])
        if left := re.search(r"\{\w+\}", found):
            raise AnalysisError(f"{claim.where} has {left[0]}; what is filled in is {{row}} and {{column}}.")
        return found

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
        locus_ru=filled(claim.locus_ru),
        sentence=filled(claim.sentence),
        fault=filled(claim.fault),
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


def _refuse_repeated(made: Sequence[Claim], before: Sequence[Claim]) -> None:
    """Refuse an id that is there already, unless both rows are readings of one claim."""
    first = {claim.claim_id: claim for claim in reversed(before)}
    for claim in made:
        other = first.get(claim.claim_id)
        if other is not None and not (claim.reading and other.reading):
            raise AnalysisError(
                f"{claim.where} uses the id {claim.claim_id!r} again; it stands at {other.where} already. Rows with one "
                "id are readings of one claim, and each says in the column reading how it reads it."
            )
