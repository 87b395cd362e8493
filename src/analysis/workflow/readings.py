"""What a reader reads in a file of results, as lines of text: kept as reference and compared line by line.

A page becomes its visible text, with the texts of its images and the targets of its links; a notebook what its
cells showed; a card its fields; LaTeX stays as it is. A table or figure that stands in a page exactly as in its
own file is named there, not repeated.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import itertools
import json
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from analysis.data.regions import LANGUAGES
from analysis.errors import AnalysisError
from analysis.publish import repository
from analysis.workflow import drawings

# A float printed in full has 15 to 17 digits, of which the last may be another machine's. Whatever has fewer is a
# count, a code or a rounded number, and such a one is the same everywhere.
FULL_DIGITS = 10
# Exact p, coefficients of ranks, shares: a chain of a few sums and divisions of whole numbers, each right to 1e-16.
RELATIVE = 1e-12
# the same chain where it should come to nothing
ABSOLUTE = 1e-15

_NUMBER = re.compile(r"[-−+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SUM = re.compile(r"\b[0-9a-f]{64}\b")
_OFFICE_TEXT = ("xl/worksheets/", "xl/sharedStrings", "word/document")
# of a run of a batch: it changes with every line of the package's code, whatever comes out of it
_IDENTITY = re.compile(r"\b[0-9a-f]{20}\b")
# of a reference: results of another commit are compared with the reference too
_DIGITS = f"[0-9a-f]{{{repository.SHORT}}}"
_CHANGED = repository.State("0" * repository.SHORT, is_clean=False)
_STATES = [re.escape(_CHANGED.words(language)).replace(_CHANGED.commit, _DIGITS) for language in LANGUAGES]
_COMMIT = re.compile(rf"(?:{'|'.join(_STATES)}|git {_DIGITS})[;,.]?\s?")
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
# the code of a cell in a notebook's page: the record of the run has its sum, and another comment is no other result
_CODE = re.compile(r'<div class=" ?highlight[^"]*">.*?</div>', re.DOTALL)
_IMAGE_DATA = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]*")
# elements inside a line; every other begins and ends one
_INLINE = re.compile(
    "a|abbr|b|button|cite|code|em|i|img|input|kbd|mark|q|s|small|span|strong|sub|sup|time|u|wbr"
)
# what is read aloud, shown on touch, or led to
_TOLD = ("alt", "title", "aria-label", "placeholder", "href", "id")
LONG = 40  # rows of a table that has no file of its own; more are the lines of a raw file
ROUNDED = 12  # decimals in forms of a table whose own cells are compared with the tolerance of their kind
CELLS = " | "  # between the cells of a row
_SHOWN = 160  # characters of a line that a difference quotes


@dataclass(frozen=True)
class Known:
    """Tables and figures of a folder of results by what they hold, to be named where they stand in pages.

    Attributes
    ----------
    drawings : dict
        File by the digest of its drawing.
    sums : dict
        File by the SHA-256 of its bytes.
    tables : dict
        Files and rows of tables by their first row.
    """

    drawings: dict[str, str] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[tuple[str, list[str]]]] = field(default_factory=dict)

    def add_table(self, name: str, lines: list[str]) -> None:
        """Note the rows of a table, from its heading to the notes under it."""
        first = next((n for n, line in enumerate(lines) if CELLS in line), None)
        if first is not None:
            self.tables.setdefault(lines[first], []).append((name, lines[first:]))


def language_of(name: str) -> str:
    """Language of a file by its name: ``ru`` in the name or the folder, English otherwise."""
    return "ru" if re.search(r"(^|[./])ru[./]", name) else "en"


def of_html(text: str, known: Known) -> list[str]:
    """Visible text of a page or a part of one.

    Parameters
    ----------
    text : str
        HTML.
    known : Known
        Tables and figures that have files of their own.

    Returns
    -------
    list of str
        A line a paragraph, heading or row of a table.

    Raises
    ------
    AnalysisError
        If a figure inside is not SVG.
    """
    drawn: list[str] = []

    def named(found: re.Match[str]) -> str:
        lines = drawings.of_svg(found[0])
        name = known.drawings.get(digest(lines))
        drawn.extend([] if name else lines)
        return f"<p>[drawing {name or 'of its own'}]</p>"

    text = _SVG.sub(named, _CODE.sub("<p>[code]</p>", text))
    text = _IMAGE_DATA.sub(lambda found: f"[picture {_picture(found[0], known)}]", text)
    reader = _Page()
    reader.feed(text)
    reader.close()
    lines = _with_tables_named(reader.finished(), known)
    return [*(_without_hashes(line, known) for line in lines), *drawn]


def of_office(content: bytes, suffix: str) -> str:
    """Digest of what a workbook, a Word table or a tidy CSV says, numbers to nine digits.

    Raises
    ------
    AnalysisError
        If it is not a file of its kind.
    """
    try:
        if suffix == ".csv":
            told = content.decode("utf-8")
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as office:
                # without what names the library that wrote it
                parts = [name for name in sorted(office.namelist()) if name.startswith(_OFFICE_TEXT)]
                told = "\n".join(office.read(name).decode("utf-8") for name in parts)
    except (zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise AnalysisError(f"it is no file of its kind ({error})") from None
    rounded = _NUMBER.sub(lambda found: _rounded(found[0]), told)
    return hashlib.sha256(rounded.encode()).hexdigest()


def _rounded(number: str) -> str:
    """Nine digits of a number written in full, and what should have come to nothing as nothing."""
    if number in ("0", "0.0"):  # a workbook writes the first for the second
        return "0"
    if len(number) < FULL_DIGITS or "." not in number:
        return number
    value = round(float(number.replace("−", "-")), ROUNDED)
    return f"{value:.9g}" if value else "0"


def _without_hashes(line: str, known: Known) -> str:
    """Line with hashes named: the last digit of a cell, or a line of code, changes all of them."""
    line = _SUM.sub(
        lambda found: f"[sum of {known.sums[found[0]]}]" if found[0] in known.sums else found[0], line
    )
    return _IDENTITY.sub("[identity of a run]", _COMMIT.sub("", line))


def _picture(address: str, known: Known) -> str:
    try:
        content = drawings.decoded(address)
    except ValueError:
        return "that cannot be read"
    sha = hashlib.sha256(content).hexdigest()
    if sha in known.sums:
        return known.sums[sha]
    return " ".join(drawings.of_png(content))


def _with_tables_named(lines: list[str], known: Known) -> list[str]:
    found = []
    at = 0
    while at < len(lines):
        for name, table in known.tables.get(lines[at], ()):
            if lines[at : at + len(table)] == table:
                found.append(f"[table {name}]")
                at += len(table)
                break
        else:
            found.append(lines[at])
            at += 1
    return found


def with_long_tables_summed(lines: Sequence[str]) -> list[str]:
    """Lines with the rows of long tables as one line with their sum.

    A page lists a raw file row by row; the reference need not repeat it to see a change.

    Parameters
    ----------
    lines : sequence of str
        As `of_html` gives them.
    """
    found: list[str] = []
    for is_row, group in itertools.groupby(lines, key=lambda line: CELLS in line):
        rows = list(group)
        if is_row and len(rows) > LONG:
            found += [rows[0], f"[{len(rows)} rows, the sum of which is {digest(rows)[:16]}]"]
        else:
            found += rows
    return found


class _Page(HTMLParser):
    """Collects the visible text of a page in lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.pieces: list[str] = []
        self.is_silent = False
        self.is_data = False
        self.is_plain = False
        self.is_menu = False
        self.row: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script":
            self.is_data = given.get("type") == "application/json"
        self.is_silent = tag == "style" or (tag == "script" and not self.is_data)
        if not _INLINE.fullmatch(tag) or self.is_data:
            self._end_line()
        if tag == "pre":
            self.is_plain = True
        if tag == "nav":
            self.is_menu = True
        if tag == "tr":
            self.row = []
        told = [
            f"{key}: {given[key]}"
            for key in _TOLD
            if given.get(key) and not (given[key] or "").startswith("cell-id=")
        ]
        if given.get("src"):
            told.append(f"src: {given['src']}")
        if told:
            self.pieces.append(f" [{'; '.join(told)}] ")

    def handle_endtag(self, tag: str) -> None:
        if self.is_data and tag == "script":
            try:
                self.lines += list(of_json(json.loads("".join(self.pieces)), "data"))
                self.pieces.clear()
            except ValueError:
                self.lines.append("data that are not JSON")
        if tag in ("style", "script"):
            self.is_silent = self.is_data = False
        if tag == "nav":
            self.is_menu = False
            self._end_line()
        if not _INLINE.fullmatch(tag):
            self._end_line(is_cell=tag in ("td", "th"))
        if tag == "tr" and self.row is not None:
            self.lines += [CELLS.join(self.row)] if any(self.row) else []
            self.row = None
        if tag == "pre":
            self.is_plain = False

    def handle_data(self, data: str) -> None:
        if not self.is_silent:
            self.pieces.append(data)

    def _end_line(self, is_cell: bool = False) -> None:
        if self.is_menu:  # the same on every page: one line of it is enough
            return
        text = "".join(self.pieces)
        self.pieces.clear()
        if self.is_plain:
            self.lines += [line.rstrip() for line in text.split("\n") if line.strip()]
        elif self.row is not None:
            # a cell keeps its place in the row when it is empty
            self.row += [" ".join(text.split())] if text.strip() or is_cell else []
        elif text.strip():
            self.lines.append(" ".join(text.split()))

    def finished(self) -> list[str]:
        self._end_line()
        return self.lines


def of_json(value: Any, name: str = "") -> Iterator[str]:
    """Lines of a JSON value: one for each scalar, and for each list or object of scalars only.

    Parameters
    ----------
    value : object
        What was read.
    name : str
        Where it stands.
    """
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    if any(isinstance(part, dict | list) for _, part in parts):
        for key, part in parts:
            yield from of_json(part, f"{name}.{key}" if name else str(key))
    else:
        yield f"{name}: {json.dumps(value, ensure_ascii=False)}"


def of_card(text: str, language: str) -> list[str]:
    """Fields of an exhibit's card in one language; what has no language stands with English.

    Raises
    ------
    AnalysisError
        If it is not JSON.
    """
    leaves = _leaves(_parsed(text), ())
    return [
        f"{'.'.join(place)}: {json.dumps(leaf, ensure_ascii=False)}"
        for place, leaf in leaves
        if ("ru" in place) == (language == "ru")
    ]


def _leaves(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, (*place, str(key)))
    else:
        yield place, value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise AnalysisError(f"it is not JSON: {error}") from None


def of_notebook(text: str, known: Known) -> list[str]:
    """What the cells of an executed notebook showed.

    Raises
    ------
    AnalysisError
        If it is not a notebook.
    """
    content = _parsed(text)
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise AnalysisError("it is not a notebook")
    lines = []
    for number, cell in enumerate(content["cells"], start=1):
        for output in cell.get("outputs", ()):
            shown = _of_output(output, known)
            lines += [f"cell {number}: {_without_hashes(line, known)}" for line in shown]
    return lines


def _of_output(output: Mapping[str, Any], known: Known) -> list[str]:
    if output.get("output_type") == "stream":
        return [f"{output.get('name')}: {line}" for line in _lines("".join(output.get("text", "")))]
    if output.get("output_type") == "error":
        return [f"error: {output.get('ename')}: {output.get('evalue')}"]
    data = output.get("data", {})
    if "text/html" in data:
        return of_html("".join(data["text/html"]), known)
    for kind in ("text/markdown", "text/latex", "image/png", "text/plain"):
        if kind == "image/png" and kind in data:
            return [f"[picture {_picture('data:,' + ''.join(data[kind]), known)}]"]
        if kind in data:
            return _lines("".join(data[kind]))
    return sorted(data)


def _lines(text: str) -> list[str]:
    # not splitlines, which also breaks at characters that are no line ends in a file
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def of_plain(text: str) -> list[str]:
    """Lines of a text file, without blank ones."""
    return _lines(text)


def digest(lines: Sequence[str]) -> str:
    """SHA-256 of lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


# ------------------------------------------------------------------ comparison


def same_number(a: str, b: str, relative: float = RELATIVE, absolute: float = ABSOLUTE) -> bool:
    """Whether two numbers as written are the same.

    Written in full, they may differ by the arithmetic of another machine; any other number must be the same
    string: a count, a code, or a rounded number, whose decimals say how far it was measured.

    Parameters
    ----------
    a, b : str
        The numbers.
    relative : float
        Largest difference of two floats, relative to the larger.
    absolute : float
        Largest difference of two floats in all; the larger of the two bounds holds.
    """
    if a == b:
        return True
    if max(_digits(a), _digits(b)) < FULL_DIGITS or (_is_whole(a) and _is_whole(b)):
        return False
    try:
        return math.isclose(float(a), float(b), rel_tol=relative, abs_tol=absolute)
    except ValueError:
        return False


def _digits(number: str) -> int:
    mantissa = re.split("[eE]", number)[0]
    return len(re.sub(r"\D", "", mantissa).lstrip("0"))


def _is_whole(number: str) -> bool:
    return re.fullmatch(r"[-+]?\d+", number) is not None


def same_line(a: str, b: str) -> bool:
    """Whether two lines are equal but for the last digits of numbers written in full."""
    if a == b:
        return True
    if _NUMBER.split(a) != _NUMBER.split(b):
        return False
    return all(same_number(x, y) for x, y in zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True))


def text_differences(mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Differences between two readings, one clause each, to follow the name of the first's file.

    Parameters
    ----------
    mine, theirs : sequence of str
        As the functions above give them.
    """
    if len(mine) == len(theirs):
        pairs = zip(mine, theirs, strict=True)
        return [_told(a, b) for a, b in pairs if not same_line(a, b)]
    found = []
    matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
    for kind, first, last, from_, to in matcher.get_opcodes():
        if kind == "equal":
            continue
        here, there = mine[first:last], theirs[from_:to]
        both = min(len(here), len(there))
        found += [_told(a, b) for a, b in zip(here, there, strict=False) if not same_line(a, b)]
        found += [f"says {_around(line)}, which the reference does not" for line in here[both:]]
        found += [f"does not say {_around(line)}, as the reference does" for line in there[both:]]
    return found


def _told(a: str, b: str) -> str:
    at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return f"says {_around(a, at)}; the reference says {_around(b, at)}"


def _around(line: str, at: int = 0) -> str:
    """Part of a line around the place where it differs."""
    first = max(0, at - _SHOWN // 2)
    part = line[first : first + _SHOWN]
    return f"{'...' if first else ''}{part!r}{'...' if first + _SHOWN < len(line) else ''}"
