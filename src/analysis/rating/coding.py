"""Human coding of event statements: sheets out, sheets in, and how well coders agree.

A sheet carries the statements' text, so it is written among the reader's own files and never
committed; what comes back are identifiers and codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis import paths
from analysis.data.messages import Message, _
from analysis.errors import AnalysisError, one_of
from analysis.rating import codebook, forms, sheets
from analysis.rating.coder_agreement import Alpha, alpha
from analysis.rating.document import Edition
from analysis.rating.statements import statements

COLUMNS = ("edition", "region", "statement", "line", "column", "text", "code", "remark")
KEYS = ("edition", "region", "statement")
# a statement is known by its text: its number moves when one is found before it
FORM = forms.Form(COLUMNS, ("edition", "region", "text"), ("code", "remark"))

Unit = tuple[str, str, int]


@dataclass(frozen=True)
class Coding:
    """One coder's codes.

    Attributes
    ----------
    coder : str
        Name or number of the coder.
    codes : dict
        Code by (edition, region, statement); statements left blank are not in it.
    """

    coder: str
    codes: Mapping[Unit, str]


def write_sheet(edition: Edition, path: Path, guide: Sequence[str] = ()) -> forms.Written:
    """Write a coding sheet: every statement of an edition with its text, codes to choose from.

    A sheet that is there is never written over: a newer one goes beside it, with the codes and remarks that were
    filled in. `guide` is the text of `instructions`, for a page of its own.

    Raises
    ------
    AnalysisError
        If `path` lies in the committed data, or ends neither in ``.csv`` nor ``.xlsx``, or as
        `analysis.rating.forms.write`.
    """
    if paths.raw().resolve() in path.resolve().parents:
        raise AnalysisError(
            f"{paths.relative(path)} lies in the committed data, where the document's text must not stand; "
            "allowed is a folder of your own, such as data/user."
        )
    rows = [
        {
            "edition": edition.label,
            "region": item.region.code,
            "statement": str(item.position),
            "line": str(item.line),
            "column": item.column or "",
            "text": item.text,
            "code": "",
            "remark": "",
        }
        for item in statements(edition)
    ]
    return forms.write(path, FORM, rows, {"code": codebook.CODES}, guide)


def instructions() -> tuple[Message, ...]:
    """What a coder should know: the rule, then each code with what it means."""
    return (
        _(
            "One code for each statement: the first of the list that fits. Blank: not coded. Page 2 says what they mean."
        ),
        *(
            _("{code}: {meaning}", code=code, meaning=meaning)
            for code, meaning in codebook.CATEGORIES.items()
        ),
        _("Code from the text alone, by yourself; remarks go into the last column."),
    )


def read_sheet(path: Path, coder: str) -> Coding:
    """Read a coding sheet that came back.

    Raises
    ------
    AnalysisError
        If a column is missing, a statement stands twice, or a code is not one of
        `analysis.rating.codebook.CODES`; the sentence names the row.
    """
    codes: dict[Unit, str] = {}
    for row in sheets.read(path, (*KEYS, "code")):
        where = f"{paths.relative(path)}, row {row['row']}:"
        # at most nine digits: Python reads no number of thousands of them
        if not re.fullmatch(r"[1-9][0-9]{0,8}", row["statement"]):
            raise one_of(f"{where} the statement", row["statement"], ["whole numbers from 1"])
        unit = (row["edition"], row["region"], int(row["statement"]))
        if unit in codes:
            raise AnalysisError(f"{where} {' '.join(map(str, unit))} stands twice; a statement has one row.")
        if row["code"] == "":
            continue
        if row["code"] not in codebook.CODES:
            raise one_of(f"{where} the code", row["code"], codebook.CODES)
        codes[unit] = row["code"]
    return Coding(coder, codes)


def dictionary(edition: Edition) -> Coding:
    """The dictionary's codes of an edition, as one more coder."""
    return Coding(
        "dictionary",
        {
            (edition.label, item.region.code, item.position): codebook.code(item.text).code
            for item in statements(edition)
        },
    )


def coders_alpha(codings: Sequence[Coding]) -> Alpha:
    """Krippendorff's alpha (nominal) of people who coded the same statements.

    Raises
    ------
    AnalysisError
        If there are fewer than two coders or two have the same name: one person's codes agree with
        nothing.
    """
    names = [coding.coder for coding in codings]
    if len(names) < 2 or len(set(names)) < len(names):
        raise AnalysisError(
            f"The coders are {', '.join(names) or 'none'}; agreement needs at least two people, each named once."
        )
    units = sorted({unit for coding in codings for unit in coding.codes})
    ratings = [
        [codebook.CODES.index(coding.codes[unit]) if unit in coding.codes else np.nan for unit in units]
        for coding in codings
    ]
    return alpha(np.array(ratings).reshape(len(names), len(units)), "nominal")


@dataclass(frozen=True)
class Confusion:
    """One coder against another, taken as the reference.

    Attributes
    ----------
    reference, judged : str
        The coders; rows and columns of the table.
    counts : ndarray of int, shape (5, 5)
        Statements by the reference's code (rows) and the other's (columns), in the order of
        `analysis.rating.codebook.CODES`.
    """

    reference: str
    judged: str
    counts: NDArray[np.int64]

    @property
    def statements(self) -> int:
        """Statements both coded."""
        return int(self.counts.sum())

    def precision(self, code: str) -> float | None:
        """Share of the statements given `code` that the reference gives it too; None without any.

        Parameters
        ----------
        code : str
            One of `analysis.rating.codebook.CODES`.

        Returns
        -------
        float or None
            0-1.
        """
        place = codebook.CODES.index(code)
        given = int(self.counts[:, place].sum())
        return int(self.counts[place, place]) / given if given else None

    def recall(self, code: str) -> float | None:
        """Share of the reference's statements with `code` that were found; None without any.

        Parameters and returns as `precision`.
        """
        place = codebook.CODES.index(code)
        held = int(self.counts[place].sum())
        return int(self.counts[place, place]) / held if held else None

    def sentence(self) -> Message:
        """One sentence on the agreement, and that the reference is a person and not the truth."""
        same, n = int(np.trace(self.counts)), self.statements
        if n == 0:
            return _(
                "{reference} and {judged} coded no statement in common.",
                reference=self.reference,
                judged=self.judged,
            )
        return _(
            "{judged} gives {same} of {n} statements ({share:.0f}%) the code that {reference} gives them; the reference is a coder, not the truth.",
            judged=self.judged,
            reference=self.reference,
            same=same,
            n=n,
            share=100 * same / n,
        )


def confusion(reference: Coding, judged: Coding) -> Confusion:
    """Confusion table of two coders over the statements both coded."""
    size = len(codebook.CODES)
    counts = np.zeros((size, size), dtype=np.int64)
    for unit in reference.codes.keys() & judged.codes.keys():
        row, column = (codebook.CODES.index(coding.codes[unit]) for coding in (reference, judged))
        counts[row, column] += 1
    return Confusion(reference.coder, judged.coder, counts)
