"""Forms that people fill in: written beside what is there, never over it.

A form is a sheet with columns that are asked (a statement's text, a region) and columns that people fill in (a
code, a score, a remark). Where a form of that name is there already, the new one takes the next number
(``sheet.xlsx``, ``sheet.2.xlsx``) and carries over what was filled in; one that asks the same is left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError
from analysis.rating import sheets

_NUMBERED = re.compile(r"(?P<name>.+)\.(?P<number>[1-9]\d{0,5})", re.DOTALL)
# what a spreadsheet may make of a text: other spaces, no control characters
_SPACES = re.compile(r"[\s\x00-\x1f]+")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """What a form asks and what is filled in.

    Attributes
    ----------
    columns : tuple of str
        Every column, in the order of the sheet.
    asked : tuple of str
        Columns that tell one row from another; rows that agree in them are told apart by their order.
    filled : tuple of str
        Columns that people fill in.
    """

    columns: tuple[str, ...]
    asked: tuple[str, ...]
    filled: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """What became of the wish for a form.

    Attributes
    ----------
    path : Path
        The form to be filled in.
    is_new : bool
        Whether it was written now; else it was there and asks the same.
    carried : int
        Rows of it that are filled in.
    left : int
        Filled-in rows of older forms that have no place in it.
    older : tuple of Path
        Forms of the same name that were there, the newest last; they are as they were.
    """

    path: Path
    is_new: bool = True
    carried: int = 0
    left: int = 0
    older: tuple[Path, ...] = ()

    def sentence(self) -> str:
        """Say it in a line for the terminal."""
        name = paths.relative(self.path)
        if not self.is_new:
            return f"{name} is there already and asks the same, {self.carried} rows of it filled in; nothing was written."
        if not self.older:
            return name
        kept = paths.relative(self.older[-1])
        told = f"{name}, beside {kept}, which stays as it is: {self.carried} filled-in rows carried over"
        return told + (f", {self.left} without a place in it." if self.left else ".")


def family(path: Path) -> list[Path]:
    """Forms of one name that are there, the oldest first: ``A.xlsx``, ``A.csv``, ``A.2.xlsx``."""
    others = sorted(path.parent.glob("*")) if path.parent.is_dir() else []
    found = [other for other in others if other.suffix in sheets.FORMATS and _number(other, path)]
    return sorted(found, key=lambda other: (_number(other, path), other.suffix != path.suffix))


def _number(other: Path, path: Path) -> int:
    """Number of a form in the family of `path`; 0 for a file of another."""
    name, number = split(other)
    # a date or a version at the end of the name itself is no number
    return 1 if other.stem == path.stem else number if name == path.stem else 0


def split(path: Path) -> tuple[str, int]:
    """Name of a form and its number; the first has none and counts as 1."""
    match = _NUMBERED.fullmatch(path.stem)
    return (match["name"], int(match["number"])) if match else (path.stem, 1)


def write(
    path: Path,
    form: Form,
    rows: Sequence[Mapping[str, str]],
    choices: Mapping[str, Sequence[str]],
    instructions: Sequence[str],
) -> Written:
    """Write a form, beside those of its name that are there.

    Parameters
    ----------
    path : Path
        Ending in ``.csv`` or ``.xlsx``; the name without a number.
    form : Form
        Its columns.
    rows : sequence of dict
        Texts by column, nothing filled in.
    choices, instructions
        As `analysis.rating.sheets.write` takes them.

    Raises
    ------
    AnalysisError
        If a form of that name is there and cannot be read, so that nothing can be carried over, or as
        `analysis.rating.sheets.write`.
    """
    older = family(path)
    answers: dict[Key, dict[str, str]] = {}
    asked: list[list[str]] = []
    for other in older:
        back = _back(other, form)
        asked = [_question(row, form) for row in back]
        for key, row in zip(_keys(back, form), back, strict=True):
            given = {name: row[name] for name in form.filled if row[name]}
            if given:
                answers[key] = {**answers.get(key, {}), **given}
    keys = _keys(rows, form)
    filled = [{**row, **answers.get(key, {})} for key, row in zip(keys, rows, strict=True)]
    carried = len(answers.keys() & set(keys))
    left = len(answers) - carried
    if older and asked == [_question(row, form) for row in rows] and _holds(older[-1], form, answers):
        return Written(older[-1], False, carried, left, tuple(older[:-1]))
    number = max((_number(other, path) for other in older), default=0) + 1
    target = path.with_name(f"{path.stem}.{number}{path.suffix}") if older else path
    sheets.write(target, form.columns, filled, choices, instructions, is_new=True)
    return Written(target, True, carried, left, tuple(older))


def _back(path: Path, form: Form) -> list[dict[str, str]]:
    try:
        return sheets.read(path, (*form.asked, *form.filled), optional=form.columns)
    except AnalysisError as error:
        raise AnalysisError(
            f"{paths.relative(path)} is there already, and what is filled in cannot be carried over: {error} Nothing was "
            "written; choose another name, or move the file."
        ) from None


def _question(row: Mapping[str, str], form: Form) -> list[str]:
    return [_SPACES.sub(" ", row[name]).strip() for name in form.columns if name not in form.filled]


def _keys(rows: Sequence[Mapping[str, str]], form: Form) -> list[Key]:
    """What each row asks, and the how-manieth time."""
    seen: Counter[Key] = Counter()
    keys = []
    for row in rows:
        key = tuple(_SPACES.sub(" ", row[name]).strip() for name in form.asked)
        seen[key] += 1
        keys.append((*key, str(seen[key])))
    return keys


def _holds(path: Path, form: Form, answers: Mapping[Key, Mapping[str, str]]) -> bool:
    """Whether a form has all that was ever filled in, its older ones included."""
    back = _back(path, form)
    own = dict(zip(_keys(back, form), back, strict=True))
    return all(
        key in own and all(own[key][name] == value for name, value in given.items())
        for key, given in answers.items()
    )
