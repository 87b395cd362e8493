"""What a claim is judged from: references resolved to printed strings and numbers."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pandas as pd

from analysis.data import user_data
from analysis.data.formats import Text
from analysis.errors import AnalysisError, one_of
from analysis.ledger import customs
from analysis.ledger.claims import Claim, Table, is_many, matches, select, split_reference
from analysis.ledger.formula import Value
from analysis.ledger.intervals import Interval
from analysis.ledger.printed import parse
from analysis.ledger.wording import decimal, same
from analysis.paths import relative

# how the names of data resources that hold the paper's own tables begin
PAPER_RESOURCE = "paper-"
KINDS = ("claim", "cell", "obs", "file", "printed", "text", "list", "customs")
# column of a file whose labels are country codes
PARTNER_COLUMN = "partner"


@dataclass(frozen=True)
class Entry:
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
    """

    text: str
    origin: str
    exact: bool
    where: str

    @property
    def interval(self) -> Interval | None:
        """Values the text stands for; None where it is a mark for a missing one."""
        number = parse(self.text, self.where)
        if number.value is None:
            return None
        return Interval.point(number.value) if self.exact else number.interval


@dataclass(frozen=True)
class Input:
    """One input of a claim: a single entry, or a labelled set of them.

    Attributes
    ----------
    entries : dict
        Entries by label.
    is_set : bool
        Whether it is a set, even of one.
    is_external : bool
        Whether it comes from outside the paper.
    has_partners : bool
        Whether the labels hold country codes.
    russian : dict
        Russian words by label, where the claims file gives them; they are shown and never judged.
    """

    entries: dict[str, Entry]
    is_set: bool
    is_external: bool
    has_partners: bool = False
    russian: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Text of a single entry."""
        return next(iter(self.entries.values())).text

    @property
    def texts(self) -> dict[str, str]:
        """Texts by label."""
        return {label: entry.text for label, entry in self.entries.items()}

    @property
    def told(self) -> Text:
        """A single entry for a reader."""
        return next(iter(self.told_by_label.values()))

    @property
    def told_by_label(self) -> dict[str, Text]:
        """Entries for a reader, by label: outside numbers in the language's own form, the rest as printed."""
        return {label: self._told(label, entry.text) for label, entry in self.entries.items()}

    def _told(self, label: str, text: str) -> Text:
        if label in self.russian:
            return {"en": text, "ru": self.russian[label]}
        return decimal(text) if self.is_external else same(text)

    def with_russian(self, words: Input, where: str) -> Input:
        """Return the input with Russian words for its entries.

        Parameters
        ----------
        words : Input
            What ``inputs_ru`` of the claims file points to.
        where : str
            File, line and name of the input, for the error's sentence.

        Raises
        ------
        AnalysisError
            If there are not as many words, or they are not for the same labels.
        """
        if self.entries.keys() != words.entries.keys():
            raise AnalysisError(
                f"{where} has {len(words.entries)} entries in inputs_ru and {len(self.entries)} in inputs; give "
                "Russian words for each of the same labels."
            )
        return replace(self, russian=words.texts)

    @property
    def intervals(self) -> dict[str, Interval]:
        """Intervals by label, without the missing ones."""
        found = {label: entry.interval for label, entry in self.entries.items()}
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
    folder : pathlib.Path
        Folder that ``file:`` references start from.
    customs : Answers, optional
        The reader's customs store, where a claim may be judged from it.
    """

    claims: Mapping[str, Claim]
    tables: Mapping[str, Table]
    observations: Mapping[str, Mapping[tuple[str, str], Decimal]]
    folder: Path
    customs: customs.Answers | None = None

    def resolve(self, reference: str, where: str) -> Input:
        """Look a reference up.

        Parameters
        ----------
        reference : str
            ``claim:ID``, ``cell:table:row:column``, ``obs:indicator:region:period``,
            ``file:path:label column:value column``, ``printed:string``, ``text:words``, ``list:a | b`` or
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
        if kind == "obs":
            return self._observations(bare, where)
        if kind == "file":
            return self._file(bare, where)
        if kind == "customs":
            return self._customs(bare, where)
        if kind in ("printed", "text"):
            return Input({"": Entry(rest.strip(), "", exact, where)}, False, False)
        if kind == "list":
            items = [item.strip() for item in rest.split("|") if item.strip()]
            entries = {str(i): Entry(item, "", exact, where) for i, item in enumerate(items, 1)}
            return Input(entries, True, False)
        raise one_of(f"{where}: the kind of the input {reference!r}", kind, KINDS)

    def _claim(self, claim_id: str, exact: bool, where: str) -> Input:
        if claim_id not in self.claims:
            raise AnalysisError(f"{where} points to the claim {claim_id!r}, which is not in the claims file.")
        claim = self.claims[claim_id]
        return Input({"": Entry(claim.published, claim.origin, exact, claim.where)}, False, False)

    def _cells(self, reference: str, exact: bool, where: str) -> Input:
        name, row, column = split_reference(reference, 3, where)
        if name not in self.tables:
            raise one_of(f"{where}: a printed table", name, self.tables)
        entries = {
            _label((row, column), key): Entry(cell.printed, f"cell:{name}:{key[0]}:{key[1]}", exact, where)
            for key, cell in select(self.tables[name], row, column)
        }
        if not entries:
            raise AnalysisError(f"{where} points to {reference!r}, and the table has no such cell.")
        return Input(entries, is_many(row) or is_many(column), False)

    def _observations(self, reference: str, where: str) -> Input:
        indicator, region, period = split_reference(reference, 3, where)
        if indicator not in self.observations:
            raise AnalysisError(
                f"{one_of(f'{where}: an indicator', indicator, self.observations)} Figures printed in the paper this "
                "study replicates are left out: a paper is not judged by itself."
            )
        entries = {
            _label((region, period), key): Entry(
                plain(value), f"obs:{indicator}:{key[0]}:{key[1]}", True, where
            )
            for key, value in self.observations[indicator].items()
            if matches(region, key[0]) and matches(period, key[1])
        }
        if not entries:
            raise AnalysisError(f"{where} points to {reference!r}, and there is no such observation.")
        return Input(entries, is_many(region) or is_many(period), True)

    def _customs(self, reference: str, where: str) -> Input:
        if self.customs is None:
            raise AnalysisError(
                f"{where} has {reference!r} among its inputs; it belongs into customs_inputs."
            )
        asked = customs_question(reference, where)
        region, partner = (split_reference(reference, len(customs.PARTS), where)[place] for place in (1, 4))
        entries = {
            _label((region, partner), key): Entry(plain(value), reference, True, where)
            for key, value in self.customs.values(asked).items()
        }
        return Input(entries, is_many(region) or is_many(partner), True, has_partners=True)

    def _file(self, reference: str, where: str) -> Input:
        name, label_column, value_column = split_reference(reference, 3, where)
        path = self.folder / name
        try:
            with path.open(encoding="utf-8-sig", newline="") as handle:
                records = list(csv.DictReader(handle))
            entries = {
                record[label_column]: Entry(
                    record[value_column], f"file:{name}:{record[label_column]}", True, where
                )
                for record in records
            }
        except (OSError, UnicodeDecodeError) as error:
            raise AnalysisError(
                f"{where} points to {relative(path)}, which cannot be read: {error}."
            ) from None
        except KeyError as error:
            raise AnalysisError(
                f"{where} points to the column {error} of {relative(path)}, which it has not."
            ) from None
        # a file beside the claims file belongs to the paper; anything else comes from outside
        is_external = path.resolve().parent != self.folder.resolve()
        return Input(entries, True, is_external, has_partners=label_column == PARTNER_COLUMN)


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


def as_mapping(observations: pd.DataFrame) -> dict[str, dict[tuple[str, str], Decimal]]:
    """Outside observations as exact decimals, in the frame's order.

    What was read from the paper itself is left out, so that no printed number can come back as an outside
    one; claims refer to it with ``cell:``. So are figures of the reader's customs files: what is judged from them is
    kept apart.

    Parameters
    ----------
    observations : pandas.DataFrame
        Columns ``region, indicator, period, value, source``.

    Returns
    -------
    dict
        Indicator to (region, period) to value. The shortest decimal that gives the stored float is the
        number its source printed.
    """
    columns = [observations[name] for name in ("indicator", "region", "period", "value", "source")]
    nested: dict[str, dict[tuple[str, str], Decimal]] = {}
    for indicator, region, period, value, source in zip(*columns, strict=True):
        if PAPER_RESOURCE in str(source) or user_data.CUSTOMS in str(source):
            continue
        by_place = nested.setdefault(str(indicator), {})
        by_place[str(region), str(period)] = Decimal(repr(float(value)))
    return nested
