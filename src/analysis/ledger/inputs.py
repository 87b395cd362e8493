"""What a claim is judged from: references resolved to printed strings and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from analysis.data import user_data
from analysis.errors import AnalysisError, SeveralFaultsError, one_of
from analysis.ledger import customs, units
from analysis.ledger.claims import Claim, PrintedTable, is_many, matches, select, split_reference
from analysis.ledger.files import records
from analysis.ledger.formula import Value
from analysis.ledger.interval_arithmetic import Interval
from analysis.ledger.printed import parse
from analysis.ledger.wording import Words, decimal, put, quoted
from analysis.paths import relative

# how the names of data resources that hold the paper's own tables begin
PAPER_RESOURCE = "paper-"
KINDS = ("claim", "cell", "quote", "obs", "file", "printed", "text", "list", "customs")
# table of a paper's verbatim words, and its only column
SPANS = "spans"
WORDS = "words"
# column of a file whose labels are country codes
PARTNER_COLUMN = "partner"
_CUSTOMS_UNITS = {"thousand_usd": "thousand USD", "million_usd": "million USD", "tonnes": "t", "share": "%"}


@dataclass(frozen=True)
class Item:
    """One resolved value.

    Attributes
    ----------
    text : str
        As printed, or the number of an outside source.
    origin : str
        Where it comes from; empty for what is written in the claims file itself.
    exact : bool
        Whether the number is taken as it is (a count, an outside value) and not as rounded.
    where : str
        File and line, for sentences about errors.
    place : Words, optional
        Place in the paper, for a reader.
    """

    text: str
    origin: str
    exact: bool
    where: str
    place: Words | None = None

    @property
    def interval(self) -> Interval | None:
        """Values the text stands for; None where it is a mark for a missing one."""
        number = parse(self.text, self.where)
        if number.value is None:
            return None
        return Interval.point(number.value) if self.exact else number.interval


@dataclass(frozen=True)
class Input:
    """One input of a claim: a single item, or a labelled set of them.

    Attributes
    ----------
    items : dict
        Items by label.
    is_set : bool
        Whether it is a set, even of one.
    is_external : bool
        Whether it comes from outside the paper.
    has_partners : bool
        Whether the labels hold country codes.
    unit : str
        Unit of its numbers; empty where none is given.
    """

    items: dict[str, Item]
    is_set: bool
    is_external: bool
    has_partners: bool = False
    unit: str = ""

    @property
    def text(self) -> str:
        """Text of a single item."""
        return next(iter(self.items.values())).text

    @property
    def texts(self) -> dict[str, str]:
        """Texts by label."""
        return {label: item.text for label, item in self.items.items()}

    @property
    def words(self) -> Words:
        """A single item for a reader."""
        return next(iter(self.words_by_label.values()))

    @property
    def words_by_label(self) -> dict[str, Words]:
        """Items for a reader, by label: outside numbers in the language's own form, the rest as printed."""
        return {
            label: decimal(item.text) if self.is_external else item.text for label, item in self.items.items()
        }

    @property
    def placed(self) -> list[Words]:
        """Printed words between quotation marks, each with its place where the paper's words have one."""
        return [_placed(item) for item in self.items.values()]

    @property
    def intervals(self) -> dict[str, Interval]:
        """Intervals by label, without the missing ones."""
        found = {label: item.interval for label, item in self.items.items()}
        return {label: interval for label, interval in found.items() if interval is not None}

    def value(self, where: str) -> Value:
        """One interval, or the labelled set.

        Raises
        ------
        AnalysisError
            If a single input is a mark for a missing number.
        """
        if self.is_set:
            return self.intervals
        intervals = list(self.intervals.values())
        if not intervals:
            raise AnalysisError(f"{where} computes with {self.text!r}, which marks a missing number.")
        return intervals[0]


def _placed(item: Item) -> Words:
    if item.place is None:
        return quoted(item.text)
    return put("{words} ({place})", words=quoted(item.text), place=item.place)


@dataclass(frozen=True)
class Sources:
    """Everything a reference can point to.

    Attributes
    ----------
    claims : mapping
        Claims by id.
    tables : mapping
        Printed tables by name.
    observations : mapping
        Indicator to (region, period) to value.
    units : mapping
        Indicator to unit.
    folder : pathlib.Path
        Folder that ``file:`` references start from.
    customs : Answers, optional
        The reader's customs store, where a claim may be judged from it.
    """

    claims: Mapping[str, Claim]
    tables: Mapping[str, PrintedTable]
    observations: Mapping[str, Mapping[tuple[str, str], Decimal]]
    units: Mapping[str, str]
    folder: Path
    customs: customs.Answers | None = None

    def resolve(self, reference: str, where: str) -> Input:
        """Look a reference up.

        Parameters
        ----------
        reference : str
            ``claim:ID``, ``cell:table:row:column``, ``quote:ID``, ``obs:indicator:region:period``,
            ``file:path:label column:value column`` (and ``:label`` for one row), ``printed:string``, ``text:words``, ``list:a | b`` or
            ``customs:measure:region:period:direction:partner:goods``; ``exact:`` before it takes a printed count
            as it is.
        where : str
            File and line, for the error's sentence.

        Raises
        ------
        AnalysisError
            If it points to nothing; a NoDataError if the customs store does not hold it.
        """
        exact = reference.startswith("exact:")
        bare = reference.removeprefix("exact:")
        kind, _, rest = bare.partition(":")
        if kind == "claim":
            return self._claim(rest.strip(), exact, where)
        if kind == "cell":
            return self._cells(bare, exact, where)
        if kind == "quote":
            return self._cells(f"cell:{SPANS}:{rest}:{WORDS}", exact, where)
        if kind == "obs":
            return self._observations(bare, where)
        if kind == "file":
            return self._file(bare, where)
        if kind == "customs":
            return self._customs(bare, where)
        if kind in ("printed", "text"):
            return Input({"": Item(rest.strip(), "", exact, where)}, False, False)
        if kind == "list":
            texts = [text.strip() for text in rest.split("|") if text.strip()]
            items = {str(i): Item(text, "", exact, where) for i, text in enumerate(texts, 1)}
            return Input(items, True, False)
        raise one_of(f"{where}: the kind of the input {reference!r}", kind, KINDS)

    def _claim(self, claim_id: str, exact: bool, where: str) -> Input:
        chosen = [claim for name, claim in self.claims.items() if matches(claim_id, name)]
        if not chosen:
            raise AnalysisError(f"{where} points to the claim {claim_id!r}, which is not in the claims file.")
        items = {
            claim.claim_id if is_many(claim_id) else "": Item(
                claim.published, claim.origin, exact, claim.where, claim.place
            )
            for claim in chosen
        }
        return Input(items, is_many(claim_id), False, unit=chosen[0].unit)

    def _cells(self, reference: str, exact: bool, where: str) -> Input:
        name, row, column = split_reference(reference, 3, where)
        if name not in self.tables:
            raise one_of(f"{where}: a printed table", name, self.tables)
        chosen = list(select(self.tables[name], row, column))
        if not chosen:
            raise AnalysisError(f"{where} points to {reference!r}, and the table has no such cell.")
        items = {
            _label((row, column), key): Item(
                cell.printed, f"cell:{name}:{key[0]}:{key[1]}", exact, where, cell.place
            )
            for key, cell in chosen
        }
        units = {cell.unit for _, cell in chosen}
        return Input(
            items, is_many(row) or is_many(column), False, unit=units.pop() if len(units) == 1 else ""
        )

    def _observations(self, reference: str, where: str) -> Input:
        indicator, region, period = split_reference(reference, 3, where)
        if indicator not in self.observations:
            raise AnalysisError(
                f"{one_of(f'{where}: an indicator', indicator, self.observations)} Figures printed in the paper this "
                "study replicates are left out: a paper is not judged by itself."
            )
        items = {
            _label((region, period), key): Item(
                plain(value), f"obs:{indicator}:{key[0]}:{key[1]}", True, where
            )
            for key, value in self.observations[indicator].items()
            if matches(region, key[0]) and matches(period, key[1])
        }
        if not items:
            raise AnalysisError(f"{where} points to {reference!r}, and there is no such observation.")
        unit = self.units.get(indicator, "")
        return Input(items, is_many(region) or is_many(period), True, unit=unit)

    def _customs(self, reference: str, where: str) -> Input:
        if self.customs is None:
            raise AnalysisError(
                f"{where} has {reference!r} among its inputs; it belongs into customs_inputs."
            )
        asked = customs_question(reference, where)
        region, partner = (split_reference(reference, len(customs.PARTS), where)[place] for place in (1, 4))
        items = {
            _label((region, partner), key): Item(plain(value), reference, True, where)
            for key, value in self.customs.values(asked).items()
        }
        unit = _CUSTOMS_UNITS.get(asked.measure, "")
        return Input(items, is_many(region) or is_many(partner), True, has_partners=True, unit=unit)

    def _file(self, reference: str, where: str) -> Input:
        parts = 4 if reference.count(":") == 4 else 3
        name, label_column, value_column, *label = split_reference(reference, parts, where)
        path = self.folder / name
        found = records(path)
        absent = [column for column in (label_column, value_column) if column not in found.names]
        if absent:
            raise one_of(f"{where}: a column of {relative(path)}", absent[0], found.names)
        if found.faults:
            raise SeveralFaultsError(found.faults)
        items = {
            row[label_column]: Item(row[value_column], f"file:{name}:{row[label_column]}", True, where)
            for _, row in found.rows
            if not label or row[label_column] == label[0]
        }
        if not items:
            raise AnalysisError(f"{where} points to {reference!r}, and the file has no such row.")
        # a file beside the claims file belongs to the paper; anything else comes from outside
        is_external = path.resolve().parent != self.folder.resolve()
        partners = label_column == PARTNER_COLUMN
        return Input(items, not label, is_external, has_partners=partners, unit=_unit_in(value_column))


def _unit_in(column: str) -> str:
    """Unit that a column's name ends with: ``tonnes``, ``investment_mln_rub``."""
    parts = column.split("_")
    written = (" ".join(parts[start:]) for start in range(len(parts)))
    return next((text for text in written if units.read(text)), "")


def customs_question(reference: str, where: str) -> customs.Question:
    """Read a ``customs:`` reference, with or without a store.

    Raises
    ------
    AnalysisError
        If a part of it is not of its form.
    """
    parts = split_reference(reference, len(customs.PARTS), where)
    return customs.question(parts, customs.choose_regions(parts[1], where), where)


def plain(value: Decimal) -> str:
    """Digits of a number, without an exponent and without zeros behind the point that mean nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _label(selectors: tuple[str, str], key: tuple[str, ...]) -> str:
    """What distinguishes an element of the set: the parts that were left open."""
    return "/".join(part for selector, part in zip(selectors, key, strict=True) if is_many(selector))


class Outside(Mapping[str, Mapping[tuple[str, str], Decimal]]):
    """Outside observations as exact decimals: indicator to (region, period) to value, in the frame's order.

    What was read from the paper itself is left out, so that no printed number can come back as an outside one; claims
    refer to it with ``cell:``. So are figures of the reader's customs files: what is judged from them is kept apart.
    The shortest decimal that gives a stored float is the number its source printed.

    Parameters
    ----------
    observations : pandas.DataFrame
        Columns ``region, indicator, period, value, source``.
    """

    def __init__(self, observations: pd.DataFrame) -> None:
        source = observations["source"].astype("str")
        own = source.str.contains(PAPER_RESOURCE, regex=False) | source.str.contains(
            user_data.CUSTOMS, regex=False
        )
        # a claim asks for few indicators of many, so each is converted when it is asked for
        self._groups = dict(iter(observations[~own].groupby("indicator", sort=False)))
        self._read: dict[str, dict[tuple[str, str], Decimal]] = {}

    def __getitem__(self, indicator: str) -> Mapping[tuple[str, str], Decimal]:
        if indicator not in self._read:
            rows = self._groups[indicator][["region", "period", "value"]].itertuples(index=False, name=None)
            self._read[indicator] = {
                (str(region), str(period)): Decimal(repr(float(value))) for region, period, value in rows
            }
        return self._read[indicator]

    def __iter__(self) -> Iterator[str]:
        return map(str, self._groups)

    def __len__(self) -> int:
        return len(self._groups)


def units_of(observations: pd.DataFrame) -> dict[str, str]:
    """Unit by indicator; none where the figures come without units."""
    if "unit" not in observations:
        return {}
    pairs = observations[["indicator", "unit"]].drop_duplicates("indicator")
    return {str(indicator): str(unit) for indicator, unit in pairs.itertuples(index=False, name=None)}
