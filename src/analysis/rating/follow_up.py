"""What became of what was announced: the register of initiatives across editions.

One row an initiative and edition that reports on it. An edition has two columns, events before and
since; an initiative of the first has a status there and one now, an initiative of the second has a
status now only. The register shipped was coded once, by one coder (a language model), from edition III.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import paths
from analysis.data import formats, package, rating_tables, regions, tabular
from analysis.data.messages import Message, Name, _
from analysis.errors import AnalysisError, one_of
from analysis.rating.coder_agreement import Alpha, alpha
from analysis.rating.document import ROMAN

RESOURCE = rating_tables.INITIATIVES

# How each status is settled, by what the document says
STATUSES: dict[str, Message] = {
    "realised": _("realised"),
    "under_way": _("under way"),
    "announced": _("still announced"),
    "no_news": _("no news"),
    "abandoned": _("abandoned"),
}
STATUSES_BEFORE = ("announced", "under_way", "realised")
BASES = ("said", "stalled", "silent")
COLUMNS_OF_PRINT = ("before", "since")
COLUMN_BASES = ("printed", "judged")
KINDS: dict[str, Message] = {
    "transport": _("Transport and logistics"),
    "energy": _("Oil, gas and power"),
    "mining": _("Mining"),
    "industry": _("Manufacturing"),
    "agrifood": _("Farming and food"),
    "construction": _("Construction and retail"),
    "tourism": _("Tourism"),
    "trade": _("Supply contracts"),
    "education": _("Education and health"),
    "framework": _("Framework agreements"),
}
MARK = _("coded once by one coder (a language model), from the text of one edition")


@dataclass(frozen=True)
class Initiative:
    """One named initiative.

    Attributes
    ----------
    id : str
        First edition that names it, region and number: ``III-AMU-05``. It keeps its id in later ones.
    edition : str
        Edition this row is coded from.
    region : str
        ISO code.
    announced : str
        Column that names it: ``before`` or ``since``.
    column_basis : str
        ``printed`` where the text layer tells the column, ``judged`` where the coder did.
    name_en, name_ru : str
        Short names in the coder's words.
    counterpart : str
        Named partners, ``; `` between; empty if none is named.
    kind : str
        Key of `KINDS`.
    sum_mln : float or None
        Printed sum in millions of `currency`.
    currency : str
        ISO 4217, empty without a sum.
    status_before : str
        Status in the column of the edition before; empty for an initiative of the new column.
    status_now : str
        Key of `STATUSES`.
    now_basis : str
        ``said``: the new column speaks of it; ``stalled``: it says that there is no news, no progress
        or no end; ``silent``: it does not name it.
    line, line_now : int, int or None
        Lines of the statements in the document.
    coding : str
        How it was coded.
    remark : str
        What a second coder should look at.
    """

    id: str
    edition: str
    region: str
    announced: str
    column_basis: str
    name_en: str
    name_ru: str
    counterpart: str
    kind: str
    sum_mln: float | None
    currency: str
    status_before: str
    status_now: str
    now_basis: str
    line: int
    line_now: int | None
    coding: str
    remark: str

    @property
    def is_open(self) -> bool:
        """Whether the edition before left it unfinished, so that it could be converted since."""
        return self.status_before in rating_tables.OPEN

    @property
    def name(self) -> Name:
        """Short name in both languages."""
        return Name(self.name_en, self.name_ru)


COLUMNS = tuple(item.name for item in fields(Initiative))


def committed() -> tuple[Initiative, ...]:
    """The register shipped with the project."""
    item = package.resource(RESOURCE)
    return parse(package.checked_bytes(item).decode("utf-8"), paths.relative(item.path))


def read(path: Path) -> tuple[Initiative, ...]:
    """Read a register of the reader's own; errors as `parse`."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), paths.relative(path))
    except (OSError, UnicodeDecodeError) as error:
        raise AnalysisError(
            f"{paths.relative(path)} cannot be read ({error}); allowed is a UTF-8 CSV file."
        ) from None


def parse(text: str, where: str) -> tuple[Initiative, ...]:
    """Read a register and check that it is consistent.

    Parameters
    ----------
    text : str
        CSV with the columns `COLUMNS`.
    where : str
        Name of the file, for sentences.

    Raises
    ------
    AnalysisError
        If a column, cell or combination of cells is not allowed, or an identifier stands twice; the
        sentence names the row.
    """
    header, *lines = list(tabular.csv_rows(text, Path(where))) or [()]
    if header != COLUMNS:
        raise AnalysisError(f"{where}, row 1, must have the columns {', '.join(COLUMNS)}.")
    found: list[Initiative] = []
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=2):
        place = f"{where}, row {number}"
        if not line:
            continue
        if len(line) != len(COLUMNS):
            raise AnalysisError(f"{place}, must have {len(COLUMNS)} cells.")
        item = _initiative(dict(zip(COLUMNS, line, strict=True)), place)
        _check_consistency(item, place)
        key = (item.edition, item.id)
        if key in seen:
            raise AnalysisError(f"{place}, gives {item.id} again (first in row {seen[key]}).")
        seen[key] = number
        found.append(item)
    _check_across_editions(found, where)
    return tuple(found)


def _initiative(row: dict[str, str], where: str) -> Initiative:
    regions.by_code(row["region"])
    closed = {
        "edition": ROMAN,
        "announced": COLUMNS_OF_PRINT,
        "column_basis": COLUMN_BASES,
        "kind": KINDS,
        "status_before": ("", *STATUSES_BEFORE),
        "status_now": STATUSES,
        "now_basis": BASES,
    }
    for name, allowed in closed.items():
        if row[name] not in allowed:
            raise one_of(f"{where}: {name}", row[name], [value or "(empty)" for value in allowed])
    for name in ("id", "name_en", "name_ru", "coding", "line"):
        if row[name] == "":
            raise AnalysisError(f"{where}, has no {name}.")
    numbers = {
        "line": _number(row["line"], int, f"{where}: line"),
        "line_now": _number(row["line_now"], int, f"{where}: line_now"),
        "sum_mln": _number(row["sum_mln"], float, f"{where}: sum_mln"),
    }
    return Initiative(**{**row, **numbers})  # type: ignore[arg-type]


def _number(cell: str, kind: type[int] | type[float], what: str) -> float | None:
    if cell == "":
        return None
    try:
        value = kind(cell)
    except ValueError:
        value = kind(0)
    # a line, or a sum of money, is above zero; so is a number that is none ("nan" compares false)
    if not 0 < value < float("inf"):
        raise one_of(what, cell, ["numbers above zero", "(empty)"])
    return value


def _check_consistency(item: Initiative, where: str) -> None:
    """Refuse combinations that contradict the meaning of the columns."""
    is_new = item.announced == "since"
    finished_before = item.status_before == "realised"
    wrong: list[tuple[bool, str]] = [
        (
            is_new != (item.status_before == ""),
            "an initiative of the column 'since' has no status before, any other has one",
        ),
        (
            is_new and item.now_basis == "silent",
            "what the new column announces cannot be something it is silent on",
        ),
        (
            is_new and item.status_now in ("no_news", "abandoned"),
            "what the new column announces cannot be without news",
        ),
        (
            item.now_basis == "silent" and item.status_now != ("realised" if finished_before else "no_news"),
            "silence leaves the finished finished and everything else without news",
        ),
        (item.status_now == "abandoned" and item.now_basis != "stalled", "abandoned is what was said to be"),
        (
            item.status_now == "no_news" and item.now_basis == "said",
            "an initiative spoken of as going on is not without news",
        ),
        (
            (item.line_now is None) != (item.now_basis == "silent"),
            "line_now stands where the new column speaks, and only there",
        ),
        ((item.sum_mln is None) != (item.currency == ""), "a sum needs its currency, and a currency a sum"),
        (not _is_own_id(item), "an id is the first edition, the region and a number, such as III-AMU-05"),
    ]
    for holds, rule in wrong:
        if holds:
            raise AnalysisError(f"{where}, contradicts itself ({item.id}): {rule}.")


def _is_own_id(item: Initiative) -> bool:
    edition, region, number = ([*item.id.split("-"), "", ""])[:3]
    return (
        edition in ROMAN
        and ROMAN.index(edition) <= ROMAN.index(item.edition)
        and f"RU-{region}" == item.region
        and number.isdecimal()
    )


def history(items: Iterable[Initiative]) -> dict[str, tuple[Initiative, ...]]:
    """Rows of each initiative from its first edition to its last, by id."""
    found: dict[str, list[Initiative]] = {}
    for item in sorted(items, key=lambda item: ROMAN.index(item.edition)):
        found.setdefault(item.id, []).append(item)
    return {key: tuple(rows) for key, rows in found.items()}


def _check_across_editions(found: Sequence[Initiative], where: str) -> None:
    """A later edition must not reopen what an earlier one reported as realised, nor rename its kind."""
    for rows in history(found).values():
        for earlier, later in pairwise(rows):
            if earlier.status_now == "realised" and later.is_open:
                raise AnalysisError(
                    f"{where}, gives {later.id} as {later.status_before} before edition {later.edition}, but "
                    f"edition {earlier.edition} reported it realised."
                )
            if earlier.kind != later.kind:
                raise AnalysisError(
                    f"{where}, gives {later.id} the kind {later.kind} in edition {later.edition} and "
                    f"{earlier.kind} in edition {earlier.edition}; an initiative keeps its kind."
                )


def coders_alpha(registers: Sequence[Sequence[Initiative]]) -> Alpha:
    """Krippendorff's alpha (nominal) of the status now, of people who coded the same initiatives.

    Parameters
    ----------
    registers : sequence of registers
        One a coder; initiatives are matched by edition and id.

    Raises
    ------
    AnalysisError
        If there are fewer than two registers: one person's codes agree with nothing.
    """
    if len(registers) < 2:
        raise AnalysisError("Agreement on the initiatives needs the registers of at least two people.")
    codes = [
        {(item.edition, item.id): tuple(STATUSES).index(item.status_now) for item in items}
        for items in registers
    ]
    units = sorted({unit for coder in codes for unit in coder})
    return alpha(np.array([[coder.get(unit, np.nan) for unit in units] for coder in codes]), "nominal")


@dataclass(frozen=True)
class Conversion:
    """What became of the initiatives a group had open in the edition before.

    Attributes
    ----------
    group : str
        Region, kind, or ``all``.
    counts : dict
        Open initiatives by status now, every key of `STATUSES`.
    """

    group: str
    counts: dict[str, int]

    @property
    def open(self) -> int:
        """Initiatives that could have been converted."""
        return sum(self.counts.values())

    @property
    def realised(self) -> float | None:
        """Share realised since, 0-1; None where nothing was open."""
        return self.counts["realised"] / self.open if self.open else None

    @property
    def moving(self) -> float | None:
        """Share realised or under way now, 0-1; None where nothing was open."""
        return (self.counts["realised"] + self.counts["under_way"]) / self.open if self.open else None


def conversion(items: Iterable[Initiative], group: Callable[[Initiative], str]) -> tuple[Conversion, ...]:
    """Conversion of the open initiatives by group, in the order in which groups are met.

    Parameters
    ----------
    items : iterable of Initiative
        Those that were not open before are not counted.
    group : callable
        Gives the name of an initiative's group.
    """
    counts: dict[str, Counter[str]] = {}
    for item in items:
        counter = counts.setdefault(group(item), Counter())
        if item.is_open:
            counter[item.status_now] += 1
    return tuple(
        Conversion(name, {status: counter[status] for status in STATUSES}) for name, counter in counts.items()
    )


def by_region(items: Iterable[Initiative]) -> tuple[Conversion, ...]:
    """Conversion by region."""
    return conversion(items, lambda item: item.region)


def by_kind(items: Iterable[Initiative]) -> tuple[Conversion, ...]:
    """Conversion by kind, in the order of `KINDS`."""
    found = {item.group: item for item in conversion(items, lambda item: item.kind)}
    return tuple(found[kind] for kind in KINDS if kind in found)


def overall(items: Iterable[Initiative]) -> Conversion:
    """Conversion of all initiatives together."""
    found = conversion(items, lambda _: "all")
    return found[0] if found else Conversion("all", dict.fromkeys(STATUSES, 0))


def sentence(items: Sequence[Initiative]) -> Message:
    """What became of them, in one or two sentences with the mark of the coding."""
    total = overall(items)
    if total.moving is None:
        return _("The register holds no initiative left open by the edition before.")
    silent = sum(item.is_open and item.now_basis == "silent" for item in items)
    counts = total.counts
    return _(
        "Of {open} initiatives left open by the edition before, {realised} are realised now and {under_way} under way (together {share:.0f}%), {announced} are still announced, {no_news} are without news ({silent} of them not named any more), {abandoned} were said to have come to nothing; {mark}.",
        open=total.open,
        realised=counts["realised"],
        under_way=counts["under_way"],
        share=100 * total.moving,
        announced=counts["announced"],
        no_news=counts["no_news"],
        silent=silent,
        abandoned=counts["abandoned"],
        mark=MARK,
    )


def conversion_frame(found: Sequence[Conversion]) -> pd.DataFrame:
    """Conversion by group, one row each.

    Returns
    -------
    pandas.DataFrame
        ``group``, ``open``, counts by status, ``moving_pct`` (realised or under way, per cent of those open; NaN
        where none was).
    """
    return pd.DataFrame(
        {
            "group": [item.group for item in found],
            "open": [item.open for item in found],
            **{status: [item.counts[status] for item in found] for status in STATUSES},
            "moving_pct": [np.nan if item.moving is None else 100 * item.moving for item in found],
        }
    )


def initiative_frame(items: Sequence[Initiative]) -> pd.DataFrame:
    """The register, one row an initiative.

    Returns
    -------
    pandas.DataFrame
        ``id, region, counterpart`` (missing where none is named), ``sum_mln`` and ``currency``; ``name``, ``kind``,
        ``before`` and ``now`` in words.
    """
    frame = pd.DataFrame(
        {
            "id": [item.id for item in items],
            "region": [item.region for item in items],
            "counterpart": [item.counterpart or None for item in items],
            "sum_mln": [np.nan if item.sum_mln is None else item.sum_mln for item in items],
            "currency": [item.currency for item in items],
            "name": [item.name for item in items],
            "kind": [KINDS[item.kind] for item in items],
            "before": [STATUS_BEFORE[item.status_before] for item in items],
            "now": [_now(item) for item in items],
        }
    )
    return frame


STATUS_BEFORE: dict[str, Message | str] = {
    "": formats.MISSING,
    "announced": _("announced"),
    "under_way": _("under way"),
    "realised": _("realised"),
}


def _now(item: Initiative) -> Message | str:
    if item.announced == "since" and item.status_now == "announced":
        return STATUS_BEFORE["announced"]
    if item.now_basis == "silent":
        return _("{status} (not named)", status=STATUSES[item.status_now])
    return STATUSES[item.status_now]
