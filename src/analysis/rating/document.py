"""Reader of the rating of Russian regions' work with China, from the text layer of an edition.

The document is a table with one row a region: name and score, events up to the edition before,
events since. What is left of the table in the text layer, as met in edition III (June 2026):

- a line of the table holds its cells between tabs, with or without ``<p>`` markup;
- the first cell reads ``<p>Name</p> <p>9 (8)</p>``, ``Name 9 (8)`` or ``<p>Name 9 (8)</p>``, or it
  holds the name alone and the score follows on a later line, alone or as a first cell;
- a row that crosses a page goes on in lines with an empty first cell, around a line of dashes, and
  whole cells fall out of the table as lines without tabs;
- the column header is repeated in three spellings; a heading of a tier may be missing.

A score is claimed only where a score can stand: behind a name in a first cell, as a first cell, or
as a line of its own. Whatever looks like a score there and belongs to no region stops the reading,
so that no region is lost silently; the number of regions is not prescribed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis import paths
from analysis.data import tabular
from analysis.data.messages import Message, _
from analysis.data.normalise import folded, name_key
from analysis.data.regions import Region, all_regions, by_code, by_name
from analysis.errors import AnalysisError, one_of, quoted

Tier = Literal["high", "moderate", "low"]
# The rating's own bounds, lowest and highest score of each tier.
TIER_BOUNDS: dict[Tier, tuple[int, int]] = {"high": (7, 10), "moderate": (4, 6), "low": (1, 3)}
TIERS: tuple[Tier, ...] = tuple(TIER_BOUNDS)  # from the top
SCORES = range(1, 11)  # the rating's scale, 10 the highest
COLUMNS = (
    "edition",
    "previous_edition",
    "position",
    "region",
    "name_printed",
    "score",
    "previous_score",
    "tier",
    "anomaly",
    "document_sha256",
)

LineKind = Literal["blank", "break", "heading", "header", "region", "score", "continuation", "text", "stray"]


@dataclass(frozen=True)
class Line:
    """One line of the document, split into the cells of the table.

    Attributes
    ----------
    number : int
        Line number in the file, from 1.
    cells : tuple of str
        Texts between the tabs, markup kept; one cell for a line outside the table.
    kind : str
        ``region`` (name, with or without score), ``score`` (score alone), ``continuation`` (empty
        first cell), ``text`` (outside the table), ``heading`` of a tier, column ``header``, page
        ``break``, ``blank``, or ``stray`` (a first cell that is none of these).
    name, score, previous : str or None
        What the first cell prints, for the kinds ``region`` and ``score``.
    """

    number: int
    cells: tuple[str, ...]
    kind: LineKind
    name: str | None = None
    score: str | None = None
    previous: str | None = None


@dataclass(frozen=True)
class Anomaly:
    """Something a reader of the edition should know: a code of `ANOMALIES`, its line and subject."""

    code: str
    line: int
    subject: str


@dataclass(frozen=True)
class Entry:
    """One region's row in the rating.

    Attributes
    ----------
    position : int
        Place in print order, from 1.
    region : Region
        The region, through the register.
    name_printed : str
        Name as the document prints it.
    score : int
        Score in this edition, 1-10.
    previous_score : int or None
        Score in the edition before as this one prints it; None where none is printed.
    tier : str
        ``high`` (7-10), ``moderate`` (4-6) or ``low`` (1-3).
    row_line, line : int
        Lines where the region's row begins and where its score stands.
    anomalies : tuple of str
        Codes of `ANOMALIES`.
    """

    position: int
    region: Region
    name_printed: str
    score: int
    previous_score: int | None
    tier: Tier
    row_line: int
    line: int
    anomalies: tuple[str, ...]


@dataclass(frozen=True)
class Edition:
    """One edition of the rating.

    Attributes
    ----------
    path : Path
        The document read.
    label, previous_label : str, str or None
        Roman numerals (``III`` and ``II``).
    published : str or None
        Month of publication, ``2026-06``.
    period : str or None
        Months of the events scored, ``2025-06/2026-05``.
    sha256 : str
        Checksum of the document's bytes.
    entries : tuple of Entry
        The regions, in print order.
    anomalies : tuple of Anomaly
        What concerns the document rather than one region.
    lines : tuple of Line
        Every line from the start of the table, for readers of the event columns.
    """

    path: Path
    label: str
    previous_label: str | None
    published: str | None
    period: str | None
    sha256: str
    entries: tuple[Entry, ...]
    anomalies: tuple[Anomaly, ...]
    lines: tuple[Line, ...] = field(repr=False)

    def tier_sizes(self) -> dict[Tier, int]:
        """Count the regions of each tier."""
        return {tier: sum(entry.tier == tier for entry in self.entries) for tier in TIER_BOUNDS}


# Sentences of the report; {line} is a line number, {subject} a region or what the line prints.
# productivity of work with China by the printed bounds of the tiers
TIER_NAMES: dict[Tier, Message] = {
    "high": _("high (10-7)"),
    "moderate": _("moderate (6-4)"),
    "low": _("low (3-1)"),
}
ANOMALIES: dict[str, Message] = {
    "score_on_later_line": _("Line {line}: the score of {subject} stands below the line of its name."),
    "score_after_text": _(
        "Line {line}: text stands between the name of {subject} and the score claimed for it."
    ),
    "out_of_order": _("Line {line}: {subject} stands outside the order of scores."),
    "out_of_alphabet": _("Line {line}: {subject} stands outside the alphabet among equal scores."),
    "tier_heading_lost": _(
        "Line {line}: the tier that begins with {subject} has no heading; its scores settle it."
    ),
    "tier_heading_unknown": _(
        "Line {line}: the tier heading '{subject}' is not known; the scores below it settle the tier."
    ),
    "score_like_text": _(
        "Line {line}: text outside the table ends like a score ({subject}) and was taken for text."
    ),
    "region_absent": _(
        "The table that ends in line {line} holds no row for {subject}, a region of the register."
    ),
    "publication_month_missing": _("No line above line {line} prints the month of publication."),
    "period_missing": _("No line above line {line} prints the months of the events scored."),
}

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_ORDINALS = ("перв", "втор", "трет", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят")
_MONTHS = (
    "январ",
    "феврал",
    "март",
    "апрел",
    "ма",
    "июн",
    "июл",
    "август",
    "сентябр",
    "октябр",
    "ноябр",
    "декабр",
)
_HEADINGS: dict[str, Tier] = {"высокая": "high", "умеренная": "moderate", "низкая": "low"}

_MARKUP = re.compile(r"</?(?:p|i|b|u|em|strong|br|span|sup|sub|td|tr|th)\b[^>]*>|\*", re.IGNORECASE)
_NUMBER = r"[-\u2212]?\d+(?:[.,]\d+)?"
_NAME = r"(?:(?P<name>.*?\S)\s*)??"
_SCORE = re.compile(rf"{_NAME}(?P<score>{_NUMBER})\s*\(\s*(?P<previous>{_NUMBER}|[-\u2013\u2014])\s*\)")
_BARE_SCORE = re.compile(rf"{_NAME}(?P<score>{_NUMBER})(?P<previous>)")
_HEADER = re.compile(r"Регион(?:\s+Оценка\b.*)?|Оценка по \S+ шкале.*", re.IGNORECASE)
_HEADING = re.compile(r"(\w+)\s+продуктивность(?:\s*\(.*\))?", re.IGNORECASE)
_PREVIOUS_LABEL = re.compile(r"\(\s*оценка в (\S+) рейтинге\s*\)", re.IGNORECASE)
_MONTH = rf"(?:{'|'.join(_MONTHS)})(?:ь|я|й|а|т)?"
_PUBLISHED = re.compile(rf"(?:^|,\s*)({_MONTH})\s+(\d{{4}})(?:\s*г\.?|\s+года)?$", re.IGNORECASE)
_PERIOD = re.compile(
    rf"событи\w+\s+({_MONTH})\s+(\d{{4}})\s*[-\u2013\u2014]\s*({_MONTH})\s+(\d{{4}})", re.IGNORECASE
)


def read_edition(path: Path) -> Edition:
    """Read the text layer of an edition.

    Parameters
    ----------
    path : Path
        UTF-8 text.

    Returns
    -------
    Edition
        Every region with its scores, and everything uncertain.

    Raises
    ------
    AnalysisError
        If the file cannot be read or is not a rating; if a region is unknown, stands twice or has
        no score; if a score is outside 1-10 or belongs to no region; if columns are swapped; if a
        score contradicts the heading of its tier. The sentence names file and line.
    """
    content = _bytes(path)
    texts = _decoded(content, path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    previous_label = _previous_label(texts, path)
    lines = tuple(_line(number, text, previous_label is None) for number, text in enumerate(texts, start=1))
    start = _table_start(lines, path)
    table = lines[start:]
    found = _scored(table, path)
    if not found:
        raise AnalysisError(
            f"{path} has a rating's heading in line {table[0].number} but no region with a score below it."
        )
    anomalies = _check_tiers(table, found, path)
    entries = _entries(found, {note.subject for note in anomalies if note.code == "tier_heading_lost"})
    published, period = _published(texts[:start]), _period(texts[: found[0].row])
    return Edition(
        path=path,
        label=_label(previous_label, texts[:start], path),
        previous_label=previous_label,
        published=published,
        period=period,
        sha256=hashlib.sha256(content).hexdigest(),
        entries=entries,
        anomalies=(*anomalies, *_document_anomalies(table, entries, published, period)),
        lines=table,
    )


def uncertainties(edition: Edition) -> list[Message]:
    """Sentences on everything uncertain or irregular in an edition, by line.

    Parameters
    ----------
    edition : Edition
        As read.
    """
    about_regions = {(e.line, code, e.region.code) for e in edition.entries for code in e.anomalies}
    about_document = {(note.line, note.code, note.subject) for note in edition.anomalies}
    return [
        replace(ANOMALIES[code], values={"line": line, "subject": _subject(subject)})
        for line, code, subject in sorted(about_regions | about_document)
    ]


def _subject(subject: str) -> Region | str:
    return by_code(subject) if subject.startswith("RU-") else subject


# Reading: bytes, lines, what each line is


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AnalysisError(f"{path} cannot be read ({error.strerror}); allowed is a text file.") from None


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise AnalysisError(
            f"{path}, line {line}, holds bytes that are not UTF-8 text; allowed is text saved as UTF-8."
        ) from None


def plain_text(cell: str) -> str:
    """Text of a cell without markup, footnote stars and repeated spaces."""
    return " ".join(_MARKUP.sub(" ", cell).split())


def _line(number: int, text: str, bare: bool) -> Line:
    """Split a line into cells and say what it is; `bare` scores have no previous one in brackets."""
    cells = tuple(text.split("\t"))
    plain = [plain_text(cell) for cell in cells]
    first, rest = plain[0], any(plain[1:])
    kind: LineKind
    if not any(plain):
        kind = "blank"
    elif set("".join(plain)) <= set("-\u2013\u2014|: "):
        kind = "break"
    elif _HEADING.fullmatch(first) and not rest:
        kind = "heading"
    elif any(_HEADER.fullmatch(cell) for cell in plain):
        kind = "header"
    elif match := _score_match(first, bare, in_table=len(cells) > 1):
        # "Name - 9 (8)" and "Name: 9 (8)" are the same name
        name = (match["name"] or "").rstrip(" :-\u2013\u2014") or None
        return Line(number, cells, "region" if name else "score", name, match["score"], match["previous"])
    elif _region(first):
        return Line(number, cells, "region", first)
    elif len(cells) == 1:
        kind = "text"
    else:
        kind = "stray" if first else "continuation"
    return Line(number, cells, kind)


def _score_match(first: str, bare: bool, in_table: bool) -> re.Match[str] | None:
    """Match a first cell, or a line outside the table, that is a score with or without a name before it."""
    match = _SCORE.fullmatch(first)
    # A bare number alone on a line is rather a page number, so it counts in the table only.
    if match is None and bare and in_table:
        match = _BARE_SCORE.fullmatch(first)
    if match and match["name"] and not in_table and not _like_a_name(match["name"]):
        return None
    return match


def _like_a_name(text: str) -> bool:
    """Tell a name, known or not, from a sentence: known, or short, capital first, no punctuation."""
    short = len(text.split()) <= 4  # the longest name of a rating has three words
    return bool(_region(text)) or (short and text[0].isupper() and not re.search(r"[.,;:!?«»\"%\d]", text))


def _region(name: str) -> Region | None:
    try:
        return by_name(name)
    except AnalysisError:
        return None


def _table_start(lines: Sequence[Line], path: Path) -> int:
    """Index of the first heading, column header or region with a score."""
    for index, line in enumerate(lines):
        scored = line.kind == "region" and line.score and _region(line.name or "")
        if line.kind in ("heading", "header") or scored:
            return index
        if line.kind == "score":
            raise _unclaimed(line, path)
    raise AnalysisError(
        f"{path} is not a rating of regions: none of its {len(lines)} lines is a column header "
        "('Регион', 'Оценка по 10-балльной шкале') or a region of the register with a score like '9 (8)'."
    )


# Metadata of the edition


def _previous_label(texts: Sequence[str], path: Path) -> str | None:
    """Roman numeral of the edition before, from the column headers ('оценка в II рейтинге')."""
    found: dict[str, int] = {}
    for number, text in enumerate(texts, start=1):
        if match := _PREVIOUS_LABEL.search(plain_text(text)):
            if match[1] not in ROMAN[:-1]:
                raise one_of(f"{path}, line {number}: the number of the edition before", match[1], ROMAN[:-1])
            found.setdefault(match[1], number)
    if len(found) > 1:
        places = ", ".join(f"{label} in line {number}" for label, number in found.items())
        raise AnalysisError(
            f"{path} names several editions before it ({places}); all column headers must name one."
        )
    return next(iter(found), None)


def _label(previous: str | None, preface: Sequence[str], path: Path) -> str:
    """Roman numeral of the edition: the one after `previous`, else the highest that the preface names."""
    if previous is not None:
        return ROMAN[ROMAN.index(previous) + 1]
    text = folded(" ".join(preface))
    named = [n for n, stem in enumerate(_ORDINALS) if re.search(rf"\b{stem}\w*\s+(?:выпуск|рейтинг)", text)]
    if not named:
        raise AnalysisError(
            f"{path} does not say which edition it is: expected is '(оценка в II рейтинге)' in the column "
            "header, or 'Третий выпуск' in the text before the table."
        )
    return ROMAN[max(named)]


def _month(word: str) -> int:
    """Give the number of a month in any case; the stem of May comes last, because March begins with it."""
    stems = sorted(enumerate(_MONTHS, start=1), key=lambda item: -len(item[1]))
    return next(number for number, stem in stems if word.casefold().startswith(stem))


def _published(preface: Sequence[str]) -> str | None:
    for text in preface:
        if match := _PUBLISHED.search(plain_text(text)):
            return f"{match[2]}-{_month(match[1]):02}"
    return None


def _period(texts: Sequence[str]) -> str | None:
    for text in texts:
        if match := _PERIOD.search(plain_text(text)):
            return f"{match[2]}-{_month(match[1]):02}/{match[4]}-{_month(match[3]):02}"
    return None


# Regions and scores


@dataclass(frozen=True)
class _Found:
    """A region with its score, before tiers are settled; `row` and `line` as in `Entry`."""

    region: Region
    name: str
    score: int
    previous: int | None
    row: int
    line: int
    after_text: bool


def _scored(table: Sequence[Line], path: Path) -> list[_Found]:
    """Pair every region with its score, in print order."""
    found: list[_Found] = []
    waiting: Line | None = None
    after_text = False
    for line in table:
        if line.kind == "stray":
            raise _stray(line, path)
        if line.kind in ("header", "continuation", "region", "score"):
            _check_columns(line, path)
        if waiting and line.kind in ("region", "heading"):
            raise _missing(waiting, path)
        if line.kind == "region":
            _check_region(line, found, path)
            waiting, after_text = line, False
        elif line.kind == "score" and waiting is None:
            raise _unclaimed(line, path)
        elif line.kind in ("text", "continuation"):
            after_text = True
        if waiting and line.score is not None:
            found.append(_pair(waiting, line, after_text, path))
            waiting = None
    if waiting:
        raise _missing(waiting, path)
    return found


def _pair(row: Line, scored: Line, after_text: bool, path: Path) -> _Found:
    name = row.name or ""
    where = f"{path}, line {scored.number}"
    return _Found(
        region=by_name(name, f"{path}, line {row.number},"),
        name=name,
        score=_score(scored.score or "", f"{where}, gives {name} the score"),
        previous=_previous_score(scored.previous, f"{where}, gives {name} the previous score"),
        row=row.number,
        line=scored.number,
        after_text=after_text,
    )


_WRITTEN_SCORES = frozenset(map(str, SCORES))


def _score(text: str, what: str) -> int:
    if text not in _WRITTEN_SCORES:
        raise AnalysisError(
            f"{what} {quoted(text)}, which is outside the scale; allowed are whole numbers from 1 to 10."
        )
    return int(text)


def _previous_score(text: str | None, what: str) -> int | None:
    """Previous score; a dash or nothing in its place means that the region had none."""
    return None if not text or text in "-\u2013\u2014" else _score(text, what)


def _check_region(line: Line, found: Sequence[_Found], path: Path) -> None:
    region = by_name(line.name or "", f"{path}, line {line.number},")
    for earlier in found:
        if earlier.region == region:
            raise AnalysisError(
                f"{path}, line {line.number}, gives {line.name} a second row; its first row is line "
                f"{earlier.row}, and a region may stand once only."
            )


def _check_columns(line: Line, path: Path) -> None:
    """Refuse names, scores and headers outside the first column, and event columns in the wrong order."""
    later = [plain_text(cell) for cell in line.cells[1:]]
    match = next((m for cell in later if (m := _SCORE.fullmatch(cell))), None)
    name_or_score = match is not None and (match["name"] is None or _region(match["name"]) is not None)
    name = any(_region(cell) for cell in later)
    header = any(_HEADER.fullmatch(cell) for cell in later)
    periods = [bool(re.match(r"события до\b", cell, re.IGNORECASE)) for cell in later]
    if name_or_score or name or header or (line.kind == "header" and any(periods[1:])):
        raise AnalysisError(
            f"{path}, line {line.number}, has its columns swapped; allowed is the order region and score, "
            "events before, events of the edition's year."
        )


def _stray(line: Line, path: Path) -> AnalysisError:
    first = plain_text(line.cells[0])
    shown = first if len(first) <= 40 else f"{first[:40]}..."  # enough to find it by
    return AnalysisError(
        f"{path}, line {line.number}, begins with {shown!r}, which is neither a region of the register nor a "
        "score; allowed in the first column are the spellings in src/analysis/data/register/regions.csv, scores "
        "like '9 (8)', or nothing."
    )


def _missing(row: Line, path: Path) -> AnalysisError:
    return AnalysisError(
        f"{path}, line {row.number}, names {row.name} without a score; allowed is a score like '9 (8)' "
        "behind the name or below it, before the next region."
    )


def _unclaimed(line: Line, path: Path) -> AnalysisError:
    return AnalysisError(
        f"{path}, line {line.number}, holds the score {plain_text(line.cells[0])}, which belongs to no region; "
        "allowed is a score behind a region's name, or below a name that has none yet."
    )


# Tiers and print order


def tier_of(score: int) -> Tier:
    """Tier of a score by the rating's bounds: 7-10 high, 4-6 moderate, 1-3 low."""
    return next(tier for tier, (lowest, highest) in TIER_BOUNDS.items() if lowest <= score <= highest)


def _check_tiers(table: Sequence[Line], found: Sequence[_Found], path: Path) -> list[Anomaly]:
    """Check every score against the heading above it; report lost and unknown headings.

    A repeated column header may open a tier whose heading is lost: the first score below it settles
    the tier then, which can only be a lower one.
    """
    by_row = {item.row: item for item in found}
    notes: list[Anomaly] = []
    current: Tier | None = None
    opened, unsettled, heading_seen = table[0].number, True, False
    for line in table:
        if line.kind == "heading":
            title = plain_text(line.cells[0])
            current, opened, heading_seen = _HEADINGS.get(title.split()[0].casefold()), line.number, True
            unsettled = current is None
            if unsettled:
                notes.append(Anomaly("tier_heading_unknown", line.number, title))
        elif line.kind == "header" and any(opened <= row < line.number for row in by_row):
            unsettled, heading_seen = True, False
        elif item := by_row.get(line.number):
            tier = tier_of(item.score)
            if unsettled and (current is None or tier in _lower(current)):
                if not heading_seen:
                    notes.append(Anomaly("tier_heading_lost", item.line, item.region.code))
                current, opened = tier, line.number
            unsettled = False
            if current is not None and tier != current:
                raise _contradiction(item, tier, current, opened, path)
    return notes


def _lower(tier: Tier) -> tuple[Tier, ...]:
    return TIERS[TIERS.index(tier) + 1 :]


def _contradiction(item: _Found, tier: Tier, current: Tier, above: int, path: Path) -> AnalysisError:
    bounds = {name: f"{name} {high}-{low}" for name, (low, high) in TIER_BOUNDS.items()}
    return AnalysisError(
        f"{path}, line {item.line}, gives {item.name} the score {item.score}, which belongs to the tier "
        f"{bounds[tier]}, under the tier {bounds[current]} that begins in line {above}; allowed are "
        "scores within their tier, so correct the score or restore the heading lost above it."
    )


def _entries(found: Sequence[_Found], openings: set[str]) -> tuple[Entry, ...]:
    by_score = [(-item.score, -(item.previous or 0)) for item in found]
    by_name_too = [(*key, name_key(item.name)) for key, item in zip(by_score, found, strict=True)]
    out_of_order, out_of_any_order = misplaced(by_score), misplaced(by_name_too)
    entries = []
    for index, item in enumerate(found):
        notes = {
            "score_on_later_line": item.line > item.row,
            "score_after_text": item.after_text,
            "out_of_order": index in out_of_order,
            "out_of_alphabet": index in out_of_any_order - out_of_order,
            "tier_heading_lost": item.region.code in openings,
        }
        entries.append(
            Entry(
                position=index + 1,
                region=item.region,
                name_printed=item.name,
                score=item.score,
                previous_score=item.previous,
                tier=tier_of(item.score),
                row_line=item.row,
                line=item.line,
                anomalies=tuple(code for code, holds in notes.items() if holds),
            )
        )
    return tuple(entries)


def misplaced(keys: Sequence[tuple[Any, ...]]) -> set[int]:
    """Find the fewest indices that, moved, put `keys` in order: those outside the longest ordered run.

    Parameters
    ----------
    keys : sequence of tuple
        What each entry is ordered by, in the order of the print.
    """
    # per key: length of the longest ordered run that ends in it, and the index before it in that run
    best: list[tuple[int, int | None]] = []
    for index, key in enumerate(keys):
        before = [(best[i][0], -i) for i in range(index) if keys[i] <= key]
        length, place = max(before, default=(0, 1))
        best.append((length + 1, None if length == 0 else -place))
    ordered: set[int] = set()
    step = max(range(len(best)), key=lambda index: best[index][0], default=None)
    while step is not None:
        ordered.add(step)
        step = best[step][1]
    return set(range(len(keys))) - ordered


def _document_anomalies(
    table: Sequence[Line], entries: Sequence[Entry], published: str | None, period: str | None
) -> Iterator[Anomaly]:
    for line in table:
        match = _SCORE.fullmatch(plain_text(line.cells[0])) if line.kind == "text" else None
        if match:
            yield Anomaly("score_like_text", line.number, f"{match['score']} ({match['previous']})")
    last = max(line.number for line in table if len(line.cells) > 1 or line.kind in ("region", "score"))
    present = {entry.region.code for entry in entries}
    for region in all_regions():
        if region.code not in present:
            yield Anomaly("region_absent", last, region.code)
    if published is None:
        yield Anomaly("publication_month_missing", table[0].number, "")
    if period is None:
        yield Anomaly("period_missing", entries[0].row_line, "")


# Rows, files, comparison


def to_rows(edition: Edition) -> list[dict[str, str]]:
    """Rows of the scores table as written, one a region, in print order; columns as in `COLUMNS`."""
    return [
        {
            "edition": edition.label,
            "previous_edition": edition.previous_label or "",
            "position": str(entry.position),
            "region": entry.region.code,
            "name_printed": entry.name_printed,
            "score": str(entry.score),
            "previous_score": "" if entry.previous_score is None else str(entry.previous_score),
            "tier": entry.tier,
            "anomaly": "|".join(entry.anomalies),
            "document_sha256": edition.sha256,
        }
        for entry in edition.entries
    ]


def write_scores(edition: Edition, path: Path) -> Path:
    """Write the scores table; errors as `analysis.data.tabular.write_rows`."""
    return tabular.write_rows(path, COLUMNS, to_rows(edition))


def load_scores(path: Path) -> pd.DataFrame:
    """Read a scores table.

    Parameters
    ----------
    path : Path
        As `write_scores` makes it.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`: ``position`` and ``score`` int64, ``previous_score`` Int64 (may be
        missing), the rest str.

    Raises
    ------
    AnalysisError
        If columns differ, a region is unknown or stands twice, a score is outside 1-10 or a tier
        contradicts it; the sentence names file and row.
    """
    rows = _score_rows(path)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    previous = [int(row["previous_score"]) if row["previous_score"] else None for row in rows]
    table["position"] = table["position"].astype("int64")
    table["score"] = table["score"].astype("int64")
    table["previous_score"] = pd.array(previous, dtype="Int64")
    return table


def _score_rows(path: Path) -> list[dict[str, str]]:
    where = paths.relative(path)
    header, *lines = list(tabular.csv_rows(_decoded(_bytes(path), path), path)) or [()]
    if header != COLUMNS:
        raise AnalysisError(f"{where}, row 1, must have the columns {', '.join(COLUMNS)}.")
    rows: list[dict[str, str]] = []
    first_row: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        if len(line) != len(COLUMNS):
            raise AnalysisError(f"{where}, row {number}, must have {len(COLUMNS)} cells.")
        row = dict(zip(COLUMNS, line, strict=True))
        _check_row(row, f"{where}, row {number},")
        key = (row["edition"], row["region"])
        if key in first_row:
            raise AnalysisError(
                f"{where}, row {number}, gives {row['region']} again (first in row {first_row[key]}); "
                "a region may stand once in an edition."
            )
        first_row[key] = number
        rows.append(row)
    return rows


def _check_row(row: dict[str, str], where: str) -> None:
    if row["region"] not in {region.code for region in all_regions()}:
        raise AnalysisError(
            f"{where} has the region {quoted(row['region'])}; allowed are ISO codes like RU-AMU."
        )
    score = _score(row["score"], f"{where} has the score")
    _previous_score(row["previous_score"], f"{where} has the previous score")
    if row["tier"] != tier_of(score):
        raise one_of(f"{where} tier", row["tier"], [f"{tier_of(score)} for the score {score}"])
    if not re.fullmatch(r"[1-9][0-9]{0,3}", row["position"]):
        raise one_of(f"{where} position", row["position"], ["whole numbers from 1"])


@dataclass(frozen=True)
class Difference:
    """One figure that a document and the committed table give differently.

    ``field`` is a column; for a region that only one side has it is ``region``, and for documents
    of different editions ``edition``, with an empty ``region``. Empty strings stand for nothing.
    """

    region: str
    field: str
    committed: str
    read: str

    def sentence(self) -> Message:
        """Say the difference."""
        committed, read = self.committed or _NOTHING, self.read or _NOTHING
        if not self.region:
            return _(
                "The document is edition {read}, the committed table is edition {committed}.",
                read=read,
                committed=committed,
            )
        return _(
            "{name}: {field} is {read} in the document and {committed} in the committed table.",
            name=by_code(self.region),
            field=_FIELDS[self.field],
            read=read,
            committed=committed,
        )


_NOTHING = _("nothing")
_FIELDS = {
    "region": _("region"),
    "position": _("position"),
    "name_printed": _("name printed"),
    "score": _("score"),
    "previous_score": _("previous score"),
    "tier": _("tier"),
    "anomaly": _("print anomaly"),
}


@dataclass(frozen=True)
class Comparison:
    """Whether a document gives the committed figures.

    Attributes
    ----------
    same_document : bool
        Whether the bytes are those of the document the committed table was read from.
    differences : tuple of Difference
        Every figure that differs, in the committed order.
    """

    same_document: bool
    differences: tuple[Difference, ...]

    @property
    def same_figures(self) -> bool:
        """Whether every region has the same scores, tier, position, name and print anomalies."""
        return not self.differences

    def sentences(self) -> list[Message]:
        """One sentence a difference."""
        return [difference.sentence() for difference in self.differences]


def compare(edition: Edition, committed_csv_path: Path) -> Comparison:
    """Compare an edition with a committed scores table.

    Another edition is one difference, and its figures are not compared.
    """
    committed = {row["region"]: row for row in _score_rows(committed_csv_path)}
    read = {row["region"]: row for row in to_rows(edition)}
    labels = {row["edition"] for row in committed.values()}
    same_document = {row["document_sha256"] for row in committed.values()} == {edition.sha256}
    if labels != {edition.label}:
        return Comparison(same_document, (Difference("", "edition", ", ".join(labels), edition.label),))
    differences = []
    for code in (*committed, *(code for code in read if code not in committed)):
        ours, theirs = committed.get(code, {}), read.get(code, {})
        for name in _FIELDS if ours and theirs else ("region",):
            if ours.get(name, "") != theirs.get(name, ""):
                differences.append(Difference(code, name, ours.get(name, ""), theirs.get(name, "")))
    return Comparison(same_document, tuple(differences))


@dataclass(frozen=True)
class EditionReport:
    """What `ingest` read, wrote and found.

    ``scores`` is the table written and ``sidecar`` the JSON beside it that names the source file.
    """

    edition: Edition
    scores: Path
    sidecar: Path
    comparison: Comparison


def ingest(path: Path, user_dir: Path, committed: Path) -> EditionReport:
    """Read a reader's own copy of an edition into their data folder, and compare it.

    Parameters
    ----------
    path : Path
        The document.
    user_dir : Path
        The folder of the reader's files; ``rating/<edition>.csv`` and ``.json`` are written there.
    committed : Path
        The committed scores table, which is only read.

    Raises
    ------
    AnalysisError
        As `read_edition`; if a copy of the committed edition lacks a region of the committed table; if
        the folder is the committed one. Nothing is written then.
    """
    edition = read_edition(path)
    comparison = compare(edition, committed)
    _refuse_lost_regions(edition, comparison)
    folder = user_dir / "rating"
    if folder.resolve() == committed.parent.resolve():
        raise AnalysisError(
            f"The folder {paths.relative(folder)} holds the committed figures, which are never overwritten; "
            "allowed is a folder of your own, such as data/user."
        )
    scores = write_scores(edition, folder / f"{edition.label}.csv")
    record = {
        "source_path": str(path.resolve()),
        "source_sha256": edition.sha256,
        "edition": edition.label,
        "previous_edition": edition.previous_label,
        "published": edition.published,
        "period": edition.period,
        "regions": len(edition.entries),
    }
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    sidecar = paths.write_text(folder / f"{edition.label}.json", text)
    return EditionReport(edition, scores, sidecar, comparison)


def _refuse_lost_regions(edition: Edition, comparison: Comparison) -> None:
    lost = [item.region for item in comparison.differences if item.field == "region" and not item.read]
    if lost:
        names = ", ".join(by_code(code).name_ru for code in lost)
        raise AnalysisError(
            f"{edition.path}, lines {edition.entries[0].row_line}-{edition.entries[-1].line}, holds no row "
            f"for {names}; an edition {edition.label} must have all regions of the committed table."
        )
