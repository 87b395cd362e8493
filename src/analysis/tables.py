"""How a table looks on paper, in either language: numbers, names, HTML and LaTeX.

A :class:`Table` keeps its rows as data (written to CSV with identifiers and full precision) apart
from its columns, which say how each is printed.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from analysis import regions
from analysis.errors import AnalysisError
from analysis.regions import Language

Text = Mapping[Language, str]
Kind = Literal["text", "number", "region", "printed", "p_value"]

NO_BREAK_SPACE = "\u00a0"
THIN_SPACE = "\u2009"
# what a cell says when there is no value; the note under the table says why
MISSING = "—"


@dataclass(frozen=True)
class Column:
    """One printed column.

    Attributes
    ----------
    key : str or dict
        Column of the rows; a dict where the languages have a column each.
    header : dict
        Heading by language.
    kind : {'text', 'number', 'region', 'printed', 'p_value'}
        `region` turns a code into a name, `printed` shows a string as the source printed it.
    decimals : int
        Decimals of a number.
    """

    key: str | Text
    header: Text
    kind: Kind = "text"
    decimals: int = 0

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
    """

    rows: pd.DataFrame
    columns: tuple[Column, ...]
    notes: Mapping[Language, tuple[str, ...]] = field(default_factory=lambda: {"en": (), "ru": ()})
    anchor: str | None = None

    def printed(self, language: Language) -> pd.DataFrame:
        """Cells as text in `language`, under their headings."""
        cells: dict[str, list[str]] = {}
        for column in self.columns:
            heading = column.header[language]
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
    return str(value)


AGGREGATE_NAMES: dict[str, dict[Language, str]] = {
    "FAR_EAST": {"en": "Far Eastern Federal District", "ru": "Дальневосточный федеральный округ"},
}


def region_name(code: str, language: Language) -> str:
    """Name of a region, or of the district row the paper prints."""
    if code in AGGREGATE_NAMES:
        return AGGREGATE_NAMES[code][language]
    return regions.by_code(code).name(language)


def number(value: float, decimals: int, language: Language) -> str:
    """Write a number the way the language does: ``1,254.5`` or ``1 254,5``, with a true minus sign.

    Parameters
    ----------
    value : float
        What to write; halves are rounded away from zero, as printed tables do.
    decimals : int
        Decimals shown.
    language : {'en', 'ru'}
        Language of the exhibit.
    """
    # quantize rounds the decimal the reader would see; binary rounding turns 0.125 into 0.12
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP")
    if rounded == 0:
        rounded = abs(rounded)
    text = f"{rounded:,.{decimals}f}".replace("-", "\u2212")
    if language == "ru":
        # no separator in four digits, as Russian typography has it
        grouped = text.replace(",", NO_BREAK_SPACE if abs(rounded) >= 10_000 else "")
        return grouped.replace(".", ",")
    return text


def p_value(value: float, language: Language) -> str:
    """Write a p-value with three decimals, and never as zero."""
    if value < 0.001:
        return "<" + THIN_SPACE + number(0.001, 3, language)
    return number(value, 3, language)


def to_csv(table: Table) -> str:
    """Rows as CSV: identifiers, full precision, Unix line ends, blank for missing."""
    text: str = table.rows.to_csv(index=False, lineterminator="\n")
    return text


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
    frame = table.printed(language)
    body = frame.to_html(index=False, escape=True, border=0, classes="exhibit", justify="left")
    for column in table.columns:
        # a page that sorts must know whether a comma is decimal or groups thousands
        body = body.replace("<th>", f'<th scope="col" data-kind="{column.kind}">', 1)
    if table.anchor is not None:
        body = _with_anchors(body, [f"{name}-{language}" for name in table.rows[table.anchor]])
    numeric = [c.kind in ("number", "p_value", "printed") for c in table.columns]
    lines = [html.escape(note) for note in table.notes[language]]
    lines.append(source_label(language) + html.escape(source))
    small = "<br>".join(lines)
    align = "".join(
        f"#{exhibit_id}-{language} td:nth-child({i}){{text-align:right}}"
        for i, is_numeric in enumerate(numeric, 1)
        if is_numeric
    )
    return (
        f'<figure class="exhibit" id="{exhibit_id}-{language}" lang="{language}">\n'
        f"<style>{align}</style>\n"
        f"<figcaption><strong>{html.escape(title)}</strong> [{exhibit_id}]</figcaption>\n"
        f"{body}\n<p><small>{small}</small></p>\n</figure>\n"
    )


def _with_anchors(body: str, names: Sequence[str]) -> str:
    """Give each row of a table body its id."""
    head, *rows = body.split("<tbody>")[1].split("<tr>")
    marked = "".join(f'<tr id="{html.escape(name)}">{row}' for name, row in zip(names, rows, strict=True))
    return f"{body.split('<tbody>')[0]}<tbody>{head}{marked}"


def to_latex(table: Table, language: Language, exhibit_id: str, title: str, source: str) -> str:
    """Write a table as a LaTeX float with booktabs rules; special characters are escaped.

    The reader's preamble needs ``booktabs``, ``amssymb`` and, for Russian, ``babel`` with T2A or a Unicode engine.
    """
    numeric = [c.kind in ("number", "p_value", "printed") for c in table.columns]
    frame = table.printed(language)
    body = frame.to_latex(
        index=False,
        escape=True,
        column_format="".join("r" if is_numeric else "l" for is_numeric in numeric),
        caption=escape_latex(title),
        label=f"tab:{exhibit_id}",
        position="htbp",
    )
    lines = [*table.notes[language], source_label(language) + source]
    notes = "\n".join(f"\\par\\footnotesize {escape_latex(line)}" for line in lines)
    body = latex_typography(body).replace("\\end{table}", f"{latex_typography(notes)}\n\\end{{table}}")
    return body


def source_label(language: Language) -> str:
    """Return the words before a source line."""
    return "Source: " if language == "en" else "Источник: "


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
    ):
        text = text.replace(character, command)
    return text


def column(key: str | Text, en: str, ru: str, kind: Kind = "text", decimals: int = 0) -> Column:
    """Write a column in one line."""
    return Column(key, {"en": en, "ru": ru}, kind, decimals)
