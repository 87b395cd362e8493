"""A dictionary coder: what stage of work an event statement speaks of, by a list of Russian words.

The list (``register/codebook.csv``) is the whole method, so that anybody can see why a statement
got its code and change the list. Its counts have not been validated by people, and every table made
from them says so.

An expression is words in a row; ``*`` stands for any ending, ``~`` for up to `GAP` words between.
Where two expressions cover the same word the longer one takes it: "was not realised" is stalled
and not also realised. A statement's code is the first of `CATEGORIES` it has an expression of, and
``context`` where it has none.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from analysis.data import tabular
from analysis.data.messages import Message, _
from analysis.data.normalise import folded
from analysis.errors import AnalysisError, one_of
from analysis.rating.document import Edition
from analysis.rating.statements import Statement, statements

# In the order of precedence. The rating's method puts results above intentions; a stall comes first
# because the statement that reports it names the plan that came to nothing as well.
CATEGORIES: dict[str, Message] = {
    "stalled": _("nothing is heard of it, it was not carried out, or it fell short of what was expected"),
    "realised": _("it works, was opened, delivered or grew: a result is named"),
    "under_way": _("it is being built or carried out; the result is still to come"),
    "intended": _("plans, talks, interest, visits, agreements"),
    "context": _("none of these: what the region has, where it lies, whom it knows"),
}
CODES = tuple(CATEGORIES)
# the category of the statements no expression is found in
REMAINDER = "context"
# coded stalled where the text layer keeps the italics that mark stalls in the print, and in italics
AGAINST_PRINT = ("stalled_known", "stalled_italic")
COLUMNS = (
    "edition",
    "region",
    "column",
    "statements",
    *CODES,
    *AGAINST_PRINT,
    "document_sha256",
    "codebook_sha256",
)
# "was not until now realised": more words between are another clause
GAP = 3
MARK = _("not validated by people")


@dataclass(frozen=True)
class Expression:
    """One line of the word list: its category, the expression as written, and why it is there."""

    category: str
    text: str
    reason: str

    @property
    def length(self) -> int:
        """Number of words, gaps not counted."""
        return sum(word != "~" for word in self.text.split())

    def pattern(self) -> re.Pattern[str]:
        """Regular expression over folded text."""
        return _compiled(self.text)


@cache
def _compiled(text: str) -> re.Pattern[str]:
    parts: list[str] = []
    joint = ""
    for word in text.split():
        if word == "~":
            joint = rf"(?:\W+\w+){{0,{GAP}}}?\W+"
            continue
        parts += [joint if parts else "", r"\b" + re.escape(word).replace(r"\*", r"\w*") + r"\b"]
        joint = r"\W+"
    return re.compile("".join(parts))


@dataclass(frozen=True)
class Coded:
    """What the dictionary says of one text.

    Attributes
    ----------
    code : str
        One of `CODES`.
    found : tuple of Expression
        Every expression that kept its words, in the order of the text: the reason for the code.
    """

    code: str
    found: tuple[Expression, ...]


@cache
def _bytes() -> bytes:
    return resources.files("analysis.data").joinpath("register/codebook.csv").read_bytes()


def checksum() -> str:
    """Sha256 of the word list; counts made with another list carry another one."""
    return hashlib.sha256(_bytes()).hexdigest()


@cache
def expressions() -> tuple[Expression, ...]:
    """The word list, longest expressions first.

    Raises
    ------
    AnalysisError
        If an expression stands twice or its category is unknown; the sentence names the row.
    """
    return parse(_bytes().decode("utf-8"))


def parse(text: str) -> tuple[Expression, ...]:
    """Read a word list: columns ``category, expression, reason``. Errors as `expressions`."""
    seen: dict[str, int] = {}
    found = []
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        where = f"register/codebook.csv, row {number}"
        allowed = [code for code in CODES if code != REMAINDER]
        if row["category"] not in allowed:
            raise one_of(f"{where}: the category", row["category"], allowed)
        if row["expression"] in seen:
            first = seen[row["expression"]]
            raise AnalysisError(f"{where}, gives {row['expression']!r} again (first in row {first}).")
        seen[row["expression"]] = number
        found.append(Expression(row["category"], row["expression"], row["reason"]))
    return tuple(sorted(found, key=lambda item: (-item.length, item.text)))


def code(text: str, word_list: Sequence[Expression] | None = None) -> Coded:
    """Code a Russian text by the dictionary.

    Parameters
    ----------
    text : str
        One event statement.
    word_list : sequence of Expression, optional
        Another list, longest first, as `parse` gives it.
    """
    plain = folded(text)
    taken: list[tuple[int, int, Expression]] = []
    for expression in expressions() if word_list is None else word_list:
        for match in expression.pattern().finditer(plain):
            if all(match.end() <= start or end <= match.start() for start, end, _ in taken):
                taken.append((match.start(), match.end(), expression))
    found = tuple(expression for _, _, expression in sorted(taken, key=lambda item: item[:2]))
    categories = {expression.category for expression in found}
    return Coded(next((name for name in CODES if name in categories), REMAINDER), found)


def count_rows(edition: Edition) -> list[dict[str, str]]:
    """Counts of an edition's statements by region, column and code: figures only, no text.

    ``column`` is ``before``, ``since`` or empty where the text layer does not tell; every region has
    three rows.
    """
    items = statements(edition)
    checksums = {"document_sha256": edition.sha256, "codebook_sha256": checksum()}
    rows = []
    for entry in edition.entries:
        for column in ("before", "since", ""):
            chosen = [s for s in items if s.region == entry.region and (s.column or "") == column]
            counts, stalls = counted(chosen), _against_print(chosen)
            head = {"edition": edition.label, "region": entry.region.code, "column": column}
            numbers = {name: str(counts[name]) for name in CODES}
            rows.append({**head, "statements": str(len(chosen)), **numbers, **stalls, **checksums})
    return rows


def write_counts(edition: Edition, path: Path) -> Path:
    """Write the counts table; errors as `analysis.data.tabular.write_rows`."""
    return tabular.write_rows(path, COLUMNS, count_rows(edition))


def _against_print(items: Iterable[Statement]) -> dict[str, str]:
    """Counts of `AGAINST_PRINT`: the one code the document itself marks, by its italics."""
    marks = [item.stalled for item in items if code(item.text).code == "stalled"]
    counts = (sum(mark is not None for mark in marks), sum(mark is True for mark in marks))
    return {name: str(count) for name, count in zip(AGAINST_PRINT, counts, strict=True)}


def counted(items: Iterable[Statement]) -> Counter[str]:
    """Number of statements by code."""
    return Counter(code(item.text).code for item in items)
