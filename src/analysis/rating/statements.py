"""Event statements of a rating edition, as figures: what the text beside each score is like.

Each region's row holds paragraphs in two columns, events up to the edition before and events
since. A statement is one such paragraph, put together again where a page break cut it. Only counts,
flags, years and province codes leave this module in a table; the text stays in the document.

Two limits come from the text layer. In the table, italics mark projects that stalled; a cell that
fell out of the table carries no italics and no column, so both are unknown there unless a part of
the statement still stands in the table. And a cut is recognised by its edges (an end without a full
stop, a start within a sentence), so every joint is noted, as are edges that found no counterpart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from analysis.data import tabular
from analysis.data.regions import Region
from analysis.rating.document import Edition, Line, plain_text

Column = Literal["before", "since"]
COLUMNS = (
    "edition",
    "region",
    "statement",
    "line",
    "column",
    "detached",
    "stalled",
    "notes",
    "characters",
    "words",
    "numbers",
    "years",
    "provinces",
    "latin_names",
    "document_sha256",
)
# joined: put together from parts, the second of which visibly goes on with a sentence, and one part
# only could be its beginning. joined_uncertain: the first part lacks a full stop but the second could
# be a beginning, or several parts could be the first. beginning_lost: goes on with a sentence that
# stands nowhere. end_uncertain: ends a cell without a full stop, and nothing goes on with it.
NOTES = ("joined", "joined_uncertain", "beginning_lost", "end_uncertain")

# First-level divisions of China, ISO 3166-2:CN, by the beginning of their Russian name in any case.
PROVINCES = {
    "CN-AH": "аньхо",
    "CN-BJ": "пекин",
    "CN-CQ": "чунцин",
    "CN-FJ": "фуцзян",
    "CN-GD": "гуандун",
    "CN-GS": "ганьсу",
    "CN-GX": "гуанси",
    "CN-GZ": "гуйчжоу",
    "CN-HA": "хэнан",
    "CN-HB": "хубэ",
    "CN-HE": "хэбэ",
    "CN-HI": "хайнан",
    "CN-HK": "гонконг|сянган",
    "CN-HL": "хэйлунцзян",
    "CN-HN": "хунан",
    "CN-JL": "цзилин|гирин",
    "CN-JS": "цзянсу",
    "CN-JX": "цзянси",
    "CN-LN": "ляонин",
    "CN-MO": "макао|аомэн|аомын",
    "CN-NM": "внутренн\\w+ монголи|арвм",
    "CN-NX": "нинся",
    "CN-QH": "цинха",
    "CN-SC": "сычуан",
    # not the Shanghai Cooperation Organisation
    "CN-SH": "шанха(?!йск\\w+ организаци)",
    "CN-SD": "шаньдун",
    "CN-SN": "шэньси",
    "CN-SX": "шаньси",
    "CN-TJ": "тяньцзин",
    "CN-TW": "тайван",
    "CN-XJ": "синьцзян|суар",
    "CN-XZ": "тибет",
    "CN-YN": "юньнан",
    "CN-ZJ": "чжэцзян",
}
_PROVINCES = {code: re.compile(rf"\b(?:{stem})", re.IGNORECASE) for code, stem in PROVINCES.items()}

_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_ITALICS = re.compile(r"<(?:i|em)\b[^>]*>(.*?)</(?:i|em)>", re.DOTALL)
_FOOTNOTE = re.compile(r"\s*\\?\*\s")
_ENDED = re.compile(r"[.!?…][»”\"')\]]*$")
# A number stands apart from letters: "M6" and "B2B" are names, "1 031,5" is one number.
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\w)|(?<!\w)\d+(?:[.,]\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LATIN_WORD = r"[A-Z][A-Za-z\u00c0-\u024f&.'’-]*"
_LATIN_NAME = re.compile(rf"(?<!\w){_LATIN_WORD}(?:[ ,&/-]+(?:and |of )?{_LATIN_WORD})*")
# Latin letters that name no counterpart: zone types set in look-alikes, kinds of goods and trade, numerals.
_NOT_NAMES = re.compile(r"TOP|IT|ICT|SUV|OSB|LNG|[IVXLC]+")


@dataclass(frozen=True)
class Fragment:
    """One paragraph as it stands in the text layer; ``column`` is None outside the table."""

    line: int
    column: Column | None
    text: str
    italic: bool

    @property
    def is_unfinished(self) -> bool:
        """Whether the text stops without the end of a sentence."""
        return _ENDED.search(self.text) is None

    @property
    def goes_on(self) -> bool:
        """Whether the text starts within a sentence: with a small letter, or inside quotation marks."""
        closing = self.text.find("»")
        return self.text[0].islower() or (closing >= 0 and "«" not in self.text[:closing])


@dataclass(frozen=True)
class Statement:
    """One event statement of a region.

    Attributes
    ----------
    region : Region
        The region it stands with.
    position : int
        Place among the region's statements in the order of the text layer, from 1.
    fragments : tuple of Fragment
        Its parts; one, unless a page break cut it.
    notes : tuple of str
        Codes of `NOTES`.
    """

    region: Region
    position: int
    fragments: tuple[Fragment, ...]
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words, for use in memory and in a reader's own files only."""
        return _joined_text([fragment.text for fragment in self.fragments])

    @property
    def line(self) -> int:
        """Line of the document where it begins."""
        return self.fragments[0].line

    @property
    def column(self) -> Column | None:
        """``before`` or ``since``; None where no part of it stands in the table."""
        return next((fragment.column for fragment in self.fragments if fragment.column), None)

    @property
    def detached(self) -> bool:
        """Whether any part of it fell out of the table."""
        return any(fragment.column is None for fragment in self.fragments)

    @property
    def stalled(self) -> bool | None:
        """Whether it is set in italics; None where no part of it stands in the table."""
        in_table = [fragment.italic for fragment in self.fragments if fragment.column]
        return any(in_table) if in_table else None

    @property
    def characters(self) -> int:
        """Length in characters, spaces included."""
        return len(self.text)

    @property
    def words(self) -> int:
        """Number of words, numbers included."""
        return len(re.findall(r"\w+(?:[-.,]\w+)*", self.text))

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years 1900-2099 mentioned, each once, in order."""
        return tuple(sorted({int(number) for number in self._all_numbers() if _YEAR.fullmatch(number)}))

    @property
    def numbers(self) -> int:
        """Count the numbers in digits that are not years."""
        return sum(_YEAR.fullmatch(number) is None for number in self._all_numbers())

    @property
    def provinces(self) -> tuple[str, ...]:
        """ISO 3166-2:CN codes of the Chinese provinces named, also within other names, sorted."""
        return tuple(code for code, pattern in sorted(_PROVINCES.items()) if pattern.search(self.text))

    @property
    def latin_names(self) -> tuple[str, ...]:
        """Names in Latin letters, each once: counterpart companies, and brands that cannot be told apart."""
        names = (match[0].rstrip("&.'’-") for match in _LATIN_NAME.finditer(self.text))
        return tuple(
            dict.fromkeys(name for name in names if len(name) > 1 and not _NOT_NAMES.fullmatch(name))
        )

    def _all_numbers(self) -> list[str]:
        return _NUMBER.findall(self.text)


def statements(edition: Edition) -> tuple[Statement, ...]:
    """Every event statement of an edition, in document order.

    Parameters
    ----------
    edition : Edition
        As `analysis.rating.document.read_edition` gives it.

    Returns
    -------
    tuple of Statement
        Nothing is left out: every paragraph between a region's row and the next stands in one.
    """
    found: list[Statement] = []
    for region, lines in _region_lines(edition):
        parts = _parts(lines)
        found += [
            Statement(region, position, tuple(part.fragments), tuple(part.notes))
            for position, part in enumerate(parts, start=1)
        ]
    return tuple(found)


def _region_lines(edition: Edition) -> Iterator[tuple[Region, list[Line]]]:
    """Lines of each region, from its row to the next row or tier heading; footnotes end the table."""
    last = max(line.number for line in edition.lines if len(line.cells) > 1)
    numbers = {entry.row_line: entry.region for entry in edition.entries}
    region: Region | None = None
    lines: list[Line] = []
    for line in edition.lines:
        footnote = line.number > last and _FOOTNOTE.match(line.cells[0])
        if region and (line.number in numbers or line.kind == "heading" or footnote):
            yield region, lines
            region, lines = None, []
        if footnote:
            return
        region = numbers.get(line.number, region)
        if line.kind not in ("blank", "break", "header", "heading"):
            lines.append(line)
    if region:
        yield region, lines


@dataclass
class _Part:
    """A statement while its parts are being collected."""

    fragments: list[Fragment]
    notes: list[str] = field(default_factory=list)


def _parts(lines: Sequence[Line]) -> list[_Part]:
    """Put the paragraphs of one region together where a page break cut them.

    A page prints the left column before the right one, and so does the next: unfinished parts are
    therefore continued first come, first served.
    """
    parts: list[_Part] = []
    unfinished: list[_Part] = []
    for line in lines:
        for group in _groups(line):
            part = _continued(unfinished, group[0])
            if part is None:
                part = _Part([], ["beginning_lost"] if group[0].goes_on else [])
                parts.append(part)
            part.fragments.append(group[0])
            for fragment in group[1:]:
                part = _Part([fragment], [])
                parts.append(part)
            # only the last paragraph of a cell can have been cut by the page's end
            if group[-1].is_unfinished:
                unfinished.append(part)
    for part in unfinished:
        part.notes.append("end_uncertain")
    return parts


def _groups(line: Line) -> Iterator[list[Fragment]]:
    """Paragraphs of each event cell of a line, or of a line outside the table."""
    if line.kind == "text":
        cells: list[tuple[Column | None, str]] = [(None, line.cells[0])]
    else:
        columns: tuple[Column, ...] = ("before", "since")
        cells = list(zip(columns, line.cells[1:], strict=False))
    for column, cell in cells:
        paragraphs = _PARAGRAPH.findall(cell) or [cell]
        group = [
            Fragment(line.number, column, plain_text(text), bool(_ITALICS.search(text)))
            for text in paragraphs
            if plain_text(text)
        ]
        if group:
            yield group


def _continued(unfinished: list[_Part], fragment: Fragment) -> _Part | None:
    """Take the unfinished statement that `fragment` goes on with out of the queue, and note the joint."""
    possible = [part for part in unfinished if _can_follow(part.fragments[-1], fragment)]
    if not possible:
        return None
    part = possible[0]
    unfinished.remove(part)
    sure = len(possible) == 1 and (fragment.goes_on or part.fragments[-1].text.endswith("-"))
    part.notes = sorted({*part.notes, "joined" if sure else "joined_uncertain"})
    return part


def _can_follow(last: Fragment, fragment: Fragment) -> bool:
    """Whether two parts can belong together: within a column and a type face, or by a visible cut."""
    if last.line == fragment.line:
        return False
    if last.column and fragment.column:
        return last.column == fragment.column and last.italic == fragment.italic
    return fragment.goes_on


def _joined_text(texts: Sequence[str]) -> str:
    """Join parts with a space, or with nothing after a hyphen."""
    joined = texts[0]
    for text in texts[1:]:
        joined += text if re.search(r"\w-$", joined) else f" {text}"
    return joined


def to_rows(edition: Edition) -> list[dict[str, str]]:
    """Rows of the statements table, one a statement: figures, flags and codes only, no text."""
    return [
        {
            "edition": edition.label,
            "region": item.region.code,
            "statement": str(item.position),
            "line": str(item.line),
            "column": item.column or "",
            "detached": _flag(item.detached),
            "stalled": _flag(item.stalled),
            "notes": "|".join(item.notes),
            "characters": str(item.characters),
            "words": str(item.words),
            "numbers": str(item.numbers),
            "years": "|".join(map(str, item.years)),
            "provinces": "|".join(item.provinces),
            "latin_names": str(len(item.latin_names)),
            "document_sha256": edition.sha256,
        }
        for item in statements(edition)
    ]


def _flag(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def write_statements(edition: Edition, path: Path) -> Path:
    """Write the statements table; errors as `analysis.data.tabular.write_rows`."""
    return tabular.write_rows(path, COLUMNS, to_rows(edition))


def report(edition: Edition) -> dict[str, int]:
    """Count what is certain and what is not, for the reader of an edition.

    Returns
    -------
    dict
        Number of ``statements``, of those ``detached``, with ``column_unknown`` and
        ``stalled_unknown``, ``stalled``, and one count for each of `NOTES`.
    """
    found = statements(edition)
    notes = Counter(note for item in found for note in item.notes)
    return {
        "statements": len(found),
        "detached": sum(item.detached for item in found),
        "column_unknown": sum(item.column is None for item in found),
        "stalled_unknown": sum(item.stalled is None for item in found),
        "stalled": sum(item.stalled is True for item in found),
        **{note: notes[note] for note in NOTES},
    }
