"""How a table looks on paper, in either language: numbers, names, HTML and LaTeX.

A :class:`Table` keeps its rows as data (written to CSV with identifiers and full precision) apart
from its columns, which say how each is printed.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from analysis.data import tabular
from analysis.data.formats import (
    MISSING,
    NO_BREAK_SPACE,
    THIN_SPACE,
    ZERO_WIDTH_SPACE,
    Text,
    number,
    p_value,
    period_name,
    region_name,
)
from analysis.data.messages import _
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import AnalysisError
from analysis.publish.words import Words, text

Kind = Literal["text", "number", "region", "printed", "p_value", "code"]


@dataclass(frozen=True)
class Column:
    """One printed column.

    Attributes
    ----------
    key : str or dict
        Column of the rows; a dict where the languages have a column each.
    header : Message or dict
        Heading.
    kind : {'text', 'number', 'region', 'printed', 'p_value', 'code'}
        ``region`` turns a code into a name, ``printed`` shows a string as the source printed it, and a
        `decimal.Decimal` of ours beside it with its own decimals; a ``code`` is short text that needs no room.
    decimals : int
        Decimals of a number.
    labels : dict, optional
        What the codes of the column mean. The meanings are printed in place of the codes, and the CSV has them
        in both languages as ``<key>_en`` and ``<key>_ru``, after its other columns.
    figure : str or callable
        Where a cell's figure comes from, with the row's columns in braces: an observation (``"exports:2021/{region}"``)
        or a row of a raw file by its key (``"paper-table-2/{region}/2021"``); or a function of the row that says it.
        The report leads from the cell to that row.
    """

    key: str | Text
    header: Words
    kind: Kind = "text"
    decimals: int = 0
    labels: Mapping[Any, Words] | None = None
    figure: str | Callable[[Mapping[str, Any]], str] = ""

    def address(self, row: Mapping[str, Any]) -> str:
        """Where the figure of a row comes from; empty where it is not said."""
        return self.figure.format_map(row) if isinstance(self.figure, str) else self.figure(row)

    def key_for(self, language: Language) -> str:
        """Column of the rows that is shown in `language`."""
        return self.key if isinstance(self.key, str) else self.key[language]


@dataclass(frozen=True)
class Table:
    """A table as data and as print.

    Attributes
    ----------
    rows : pandas.DataFrame
        The data, already in a full order.
    columns : tuple of Column
        What is printed; a column of `rows` that is not listed goes to the CSV only.
    notes : dict
        Sentences under the table, by language.
    anchor : str, optional
        Column of `rows` that names each row for links (letters, digits, hyphens).
    is_missing : bool
        Whether no figure of it is known: pages list its rows as what is missing, and draw no empty table.
    """

    rows: pd.DataFrame
    columns: tuple[Column, ...]
    notes: Mapping[Language, tuple[str, ...]] = field(default_factory=lambda: {"en": (), "ru": ()})
    anchor: str | None = None
    is_missing: bool = False

    def printed(self, language: Language) -> pd.DataFrame:
        """Cells as text in `language`, under their headings.

        Raises
        ------
        AnalysisError
            If two columns have one heading, or a code of a ``region`` column is unknown.
        """
        cells: dict[str, list[str]] = {}
        for column in self.columns:
            heading = text(column.header, language)
            if heading in cells:
                raise AnalysisError(f"Two columns of a table have the heading {heading!r} in {language!r}.")
            values = self.rows[column.key_for(language)]
            cells[heading] = [_cell(value, column, language) for value in values]
        return pd.DataFrame(cells)


def _cell(value: Any, column: Column, language: Language) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if column.kind == "region":
        return region_name(str(value), language)
    if column.kind == "number":
        return number(float(value), column.decimals, language)
    if column.kind == "p_value":
        return p_value(float(value), language)
    if isinstance(value, Decimal):
        return number(float(value), -int(value.as_tuple().exponent), language)
    return str(value)


def caption(title: str, period: str, language: Language) -> str:
    """Title with its period behind it, unless every word of the period is in the title already.

    Parameters
    ----------
    title : str
        Title in `language`.
    period : str
        As exhibits carry it.
    language : {'en', 'ru'}
        Language of the exhibit.
    """
    told = period_name(period, language)
    said = set(re.findall(r"\w+", title))
    is_said = any(set(re.findall(r"\w+", words)) <= said for words in (told, period))
    return title if is_said else f"{title}, {told}"


def to_csv(table: Table) -> str:
    """Rows as CSV: identifiers, full precision, Unix line ends, blank for missing, no cell a spreadsheet would run."""
    content: str = tabular.inert(table.rows).to_csv(index=False, lineterminator="\n")
    return content


def to_html(table: Table, language: Language, exhibit_id: str, title: str, source: str) -> str:
    """Write a table as an HTML fragment; every text in it is escaped.

    Parameters
    ----------
    table : Table
        What to write.
    language : {'en', 'ru'}
        Language of headings, names and numbers.
    exhibit_id : str
        Identifier, used as the element's id.
    title, source : str
        Caption and source line.

    Returns
    -------
    str
        A ``<figure>`` element.
    """
    lines = [html.escape(note) for note in table.notes[language]]
    lines.append(source_label(language) + html.escape(source))
    small = "<br>".join(lines)
    heading = f"<figcaption><strong>{html.escape(title)}</strong> [{exhibit_id}]</figcaption>"
    style, body = ("", _missing(table, language)) if table.is_missing else _body(table, language, exhibit_id)
    return (
        f'<figure class="exhibit" id="{exhibit_id}-{language}" lang="{language}">\n'
        f"{style}{heading}\n{body}\n<p><small>{small}</small></p>\n</figure>\n"
    )


def _missing(table: Table, language: Language) -> str:
    """Rows of a table without a figure as a list: what each would say, and in which unit."""
    cells = table.printed(language).itertuples(index=False)
    named = (", ".join(cell for cell in row if cell != MISSING) for row in cells)
    items = "".join(f"<li>{html.escape(name)}</li>" for name in named)
    lead = text(_("Missing, because no value of it is printed:"), language)
    return f"<p>{html.escape(lead)}</p>\n<ul>{items}</ul>"


def _body(table: Table, language: Language, exhibit_id: str) -> tuple[str, str]:
    """Style and table."""
    # pandas strips a cell, and with it the indents of a tree
    frame = table.printed(language).map(lambda text: ZERO_WIDTH_SPACE + text if text[:1].isspace() else text)
    body = frame.to_html(index=False, escape=True, border=0, classes="exhibit", justify="left")
    for column in table.columns:
        # a page that sorts must know whether a comma is decimal or groups thousands
        body = body.replace("<th>", f'<th scope="col" data-kind="{column.kind}">', 1)
    if any(column.figure for column in table.columns):
        body = _with_figures(body, table)
    if table.anchor is not None:
        body = _with_anchors(body, [f"{name}-{language}" for name in table.rows[table.anchor]])
    numeric = [c.kind in ("number", "p_value", "printed") for c in table.columns]
    align = "".join(
        f"#{exhibit_id}-{language} td:nth-child({i}){{text-align:right}}"
        for i, is_numeric in enumerate(numeric, 1)
        if is_numeric
    )
    return f"<style>{align}</style>\n", body


def _with_figures(body: str, table: Table) -> str:
    """Give each cell of a column of figures their address."""
    rows = table.rows.to_dict("records")
    addresses = iter([column.address(row) for row in rows for column in table.columns])

    def addressed(cell: re.Match[str]) -> str:
        address = next(addresses)
        return f'<td data-figure="{html.escape(address)}">' if address else cell[0]

    return re.sub("<td>", addressed, body)


def _with_anchors(body: str, names: Sequence[str]) -> str:
    """Give each row of a table body its id."""
    head, *rows = body.split("<tbody>")[1].split("<tr>")
    marked = "".join(f'<tr id="{html.escape(name)}">{row}' for name, row in zip(names, rows, strict=True))
    return f"{body.split('<tbody>')[0]}<tbody>{head}{marked}"


# characters of a table that a line of 180 mm holds, in the size of the text and in smaller ones
LINE_CHARACTERS = 95
SMALLER: tuple[tuple[str, int], ...] = (("\\footnotesize", 110), ("\\tiny", 165))
# lines that fit on a page beside caption and notes; a longer table runs over pages
PAGE_LINES = 40
# more of a cell would push the other columns off the page; it is folded
FOLDED_CHARACTERS = 45
# a word of more letters may be broken after a dot, stroke, hyphen or underscore
LONG_WORD = 14


def to_latex(table: Table, language: Language, exhibit_id: str, title: str, source: str) -> str:
    """Write a table in LaTeX with booktabs rules; special characters are escaped.

    A float, or a ``longtable`` where it is longer than a page; columns are folded where it is wider. The reader's
    preamble needs ``booktabs``, ``amssymb``, ``array``, ``longtable`` and, for Russian, ``babel`` with T2A or a
    Unicode engine.
    """
    frame = table.printed(language).map(_breakable).rename(columns=_breakable)
    is_long = _lines(frame) > PAGE_LINES
    body = frame.to_latex(
        index=False,
        escape=True,
        longtable=is_long,
        column_format=_column_format(table, frame),
        caption=escape_latex(title),
        label=f"tab:{exhibit_id}",
        position=None if is_long else "htbp",
    )
    lines = [*table.notes[language], source_label(language) + source]
    notes = "\n".join(f"\\par\\footnotesize {escape_latex(line)}" for line in lines)
    size = _size(frame)
    if is_long:
        # pandas knows these words in English only
        body = body.replace("Continued on next page", text(_CONTINUED, language))
        return latex_typography(f"{{{size}{body}{notes}\n\\par}}\n")
    body = body.replace("\\begin{tabular}", f"{size}\\begin{{tabular}}", 1)
    return latex_typography(body.replace("\\end{table}", f"{notes}\n\\end{{table}}"))


_CONTINUED = _("Continued on next page")


def _breakable(text: str) -> str:
    """Text whose long words (identifiers, addresses) may be broken after their marks."""
    words = text.split(" ")
    return " ".join(
        re.sub(r"(?<=[./_-])(?=\w)", ZERO_WIDTH_SPACE, word) if len(word) > LONG_WORD else word
        for word in words
    )


def _is_folded(frame: pd.DataFrame) -> bool:
    """Whether a table is wider than a line of the text."""
    widest = [max(len(heading), *map(len, frame[heading]), 1) for heading in frame.columns]
    # LaTeX leaves 12 points between columns, the room of two and a half characters
    return sum(widest) + 2.5 * len(widest) > LINE_CHARACTERS


def _longest_words(frame: pd.DataFrame) -> list[int]:
    """Characters of the longest word of each column, which cannot be folded."""
    return [
        max(len(word) for text in (heading, *frame[heading], "-") for word in re.split(r"[ \u200b]", text))
        for heading in frame.columns
    ]


def _smaller(frame: pd.DataFrame) -> tuple[str, int]:
    """Size of a folded table, the largest in which every word fits, and the characters of its line."""
    needed = sum(word + 2 for word in _longest_words(frame))
    return next((item for item in SMALLER if needed <= item[1]), SMALLER[-1])


def _shares(frame: pd.DataFrame) -> list[float]:
    """Shares of the line for the columns of a folded table: first its longest word, the rest by its text."""
    # the space between columns is inside the share: two characters
    needed = [word + 2 for word in _longest_words(frame)]
    wanted = [
        min(max(len(heading), *map(len, frame[heading]), 1), FOLDED_CHARACTERS) for heading in frame.columns
    ]
    more = [max(width - least, 0) for width, least in zip(wanted, needed, strict=True)]
    spare = max(_smaller(frame)[1] - sum(needed), 0) / max(sum(more), 1)
    given = [least + spare * width for least, width in zip(needed, more, strict=True)]
    return [width / sum(given) for width in given]


def _lines(frame: pd.DataFrame) -> int:
    """Lines a table takes, estimated from the characters its columns hold."""
    if not _is_folded(frame):
        return len(frame)
    characters = [share * _smaller(frame)[1] for share in _shares(frame)]
    rows = frame.itertuples(index=False)
    return sum(
        max(math.ceil(len(cell) / width) for cell, width in zip(row, characters, strict=True)) for row in rows
    )


def _size(frame: pd.DataFrame) -> str:
    return f"{_smaller(frame)[0]}\\setlength{{\\tabcolsep}}{{2pt}}\n" if _is_folded(frame) else ""


def _column_format(table: Table, frame: pd.DataFrame) -> str:
    """Columns at their own width, or folded to shares of the line (and first words to be hyphenated)."""
    is_numeric = [c.kind in ("number", "p_value", "printed") for c in table.columns]
    if not _is_folded(frame):
        return "".join("r" if right else "l" for right in is_numeric)
    return "".join(
        f">{{\\{'raggedleft' if right else 'raggedright'}\\arraybackslash\\hspace{{0pt}}}}"
        f"p{{\\dimexpr{share:.3f}\\linewidth-4pt\\relax}}"
        for right, share in zip(is_numeric, _shares(frame), strict=True)
    )


def source_label(language: Language) -> str:
    """Return the words before a source line."""
    return f"{text(_('Source'), language)}: "


_LATEX: tuple[tuple[str, str], ...] = (
    ("\\", "\\textbackslash "),
    ("&", "\\&"),
    ("%", "\\%"),
    ("$", "\\$"),
    ("#", "\\#"),
    ("_", "\\_"),
    ("{", "\\{"),
    ("}", "\\}"),
    ("~", "\\textasciitilde "),
    ("^", "\\textasciicircum "),
)


def escape_latex(text: str) -> str:
    """Make `text` safe inside LaTeX."""
    return "".join(dict(_LATEX).get(character, character) for character in text)


def latex_typography(text: str) -> str:
    """Replace the Unicode characters of our tables that pdfTeX does not know."""
    for character, command in (
        (NO_BREAK_SPACE, "~"),
        (THIN_SPACE, "\\,"),
        ("\u2212", "$-$"),
        ("²", "\\textsuperscript{2}"),
        ("τ", "$\\tau$"),
        ("ρ", "$\\rho$"),
        ("α", "$\\alpha$"),
        ("≥", "$\\geq$"),
        ("≤", "$\\leq$"),
        ("×", "$\\times$"),
        ("✓", "$\\checkmark$"),
        ("✗", "$\\times$"),
        ("\u2003", "\\quad "),
        (ZERO_WIDTH_SPACE, "\\allowbreak{}"),
    ):
        text = text.replace(character, command)
    return text


def with_names(
    frame: pd.DataFrame,
    column: str,
    names: Mapping[Any, Words] | Sequence[Words | None],
    after: str | None = None,
) -> pd.DataFrame:
    """Put names beside codes: the columns ``<column>_en`` and ``<column>_ru``.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows.
    column : str
        Column of codes that the names are looked up by, or what to call names that are given row by row. A printed
        column of this key shows the names.
    names : dict or sequence of Message, Name or Region
        Name of each code; or one name a row, None where there is none.
    after : str, optional
        Column behind which the names stand; by default they come last.

    Returns
    -------
    pandas.DataFrame
        A copy with two columns more.
    """
    listed = [names[code] for code in frame[column]] if isinstance(names, Mapping) else list(names)
    out = frame.copy()
    for offset, language in enumerate(LANGUAGES, 1):
        place = len(out.columns) if after is None else list(out.columns).index(after) + offset
        out.insert(
            place, f"{column}_{language}", [None if name is None else text(name, language) for name in listed]
        )
    return out
