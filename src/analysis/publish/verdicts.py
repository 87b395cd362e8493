"""Verdicts as a reader sees them: charts and pages of a ledger, a table's cells with their marks, Table 3 corrected."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import ledger, paths
from analysis.data import package, regions, user_data
from analysis.data.messages import Message, Name, _
from analysis.data.regions import LANGUAGES, Language
from analysis.ledger import Ledger, LedgerRow
from analysis.ledger.corrected import TOTAL_ROW
from analysis.publish import charts, tables
from analysis.publish.tables import Column, Table
from analysis.publish.words import Words, text

# a mark a cell carries behind its printed string
MARKS = {"match": "✓", "mismatch": "✗", "paper_error": "✗", "depends_on_reading": "≈", "not_checkable": "?"}
# behind the mark where the reader's customs files gave the verdict
CUSTOMS_MARK = "†"
VERDICT_HEADS = {
    "paper_error": _("Against what is printed elsewhere"),
    "mismatch": _("Against independent data"),
    "depends_on_reading": _("Depends on the reading"),
    "match": _("Holds"),
    "not_checkable": _("Cannot be checked"),
}
_COLOURS = {
    "paper_error": charts.INK,
    "mismatch": charts.DISAGREES,
    "depends_on_reading": "#B9B9B9",
    "match": charts.HOLDS,
    "not_checkable": "#E4E4E4",
}


@charts.chart
def verdict_chart(
    counts: pd.DataFrame, labels: Sequence[Words], *, language: Language, title: str, footer: Sequence[str]
) -> charts.Figure:
    """Counts of verdicts as bars in parts, one bar a row of `counts`.

    Parameters
    ----------
    counts : pandas.DataFrame
        One column a verdict, failures first.
    labels : sequence of Message, as long as `counts`
        What the bars are.
    """
    parts = [
        (text(VERDICT_HEADS[verdict], language), _COLOURS[verdict], counts[verdict].tolist())
        for verdict in ledger.VERDICTS
    ]
    names = [text(label, language) for label in labels]
    return charts.stacked_counts(names, parts, language, title, footer, text(_("claims"), language))


VERDICT_COLUMNS = tuple(Column(verdict, VERDICT_HEADS[verdict], "number") for verdict in ledger.VERDICTS)
CLAIM_COLUMNS = (
    Column("claim_id", _("Claim")),
    Column("place", _("Place")),
    Column("rule", _("Rule")),
    Column("published", _("Printed"), "printed"),
    Column("reproduced", _("Reproduced"), "printed"),
    Column("verdict", _("Verdict")),
    Column("note", _("Note")),
)


def claim_table(found: Ledger) -> pd.DataFrame:
    """Every claim as it is shown: its place with the exhibit, its verdict in words, both judgements where customs files gave one.

    Returns
    -------
    pandas.DataFrame
        As `Ledger.frame`, with ``place`` in full and ``verdict`` as a message, and ``customs`` and
        ``without_customs`` where customs files were asked.
    """
    table = found.frame()
    table["place"] = [row.full_place for row in found.rows]
    table["verdict"] = [VERDICT_HEADS[row.verdict] for row in found.rows]
    if found.asked_customs:
        table["customs"] = [
            VERDICT_HEADS[row.customs.verdict] if row.customs and row.customs.source else ""
            for row in found.rows
        ]
        table["without_customs"] = [VERDICT_HEADS[(row.without_customs or row).verdict] for row in found.rows]
    return table


def customs_columns(found: Ledger) -> tuple[Column, ...]:
    """Columns of both judgements, where customs files were asked."""
    if not found.asked_customs:
        return ()
    return (Column("customs", _("Your customs files")), Column("without_customs", _("Without them")))


def page(found: Ledger, name: str, language: Language) -> str:
    """Every claim of a ledger with its verdict as a page of HTML that stands by itself.

    Parameters
    ----------
    found : Ledger
        The ledger.
    name : str
        Name of the claims file.
    language : {'en', 'ru'}
        Language of the page.
    """
    title = text(_("Ledger of printed claims"), language)
    rows = claim_table(found)
    shown = [*CLAIM_COLUMNS, *customs_columns(found)]
    for one in shown:
        assert isinstance(one.key, str), "claims have one column for both languages"
        rows[one.key] = [text(cell, language) for cell in rows[one.key]]
    table = tables.to_html(Table(rows, tuple(shown), anchor="anchor"), language, "ledger", title, name)
    told = html.escape(text(ledger.headline(found).text, language))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # claims are other people's text: nothing in the page may run
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<style>body{font-family:sans-serif;margin:1rem}table{border-collapse:collapse}"
        "td,th{border-bottom:1px solid #ccc;padding:.3rem .5rem;vertical-align:top}</style>\n"
        f"<p>{told}</p>\n{table}</html>\n"
    )


_LEGEND = _(
    "✓ holds against something computed from other figures; ✗ fails; ≈ depends on the reading; ? cannot be checked "
    "(transcribed only)."
)
_CUSTOMS_LEGEND = _(
    "{mark} judged from your customs files; the other marks from the printed figures and the sources of this study.",
    mark=CUSTOMS_MARK,
)


@dataclass(frozen=True)
class MarkedCells:
    """Cells of one of the paper's tables, each with the mark of its verdict.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``row``, ``label_en``, ``label_ru``, and a column of printed cells with their marks for each column of the
        table (a region, a year); None where the paper prints nothing.
    judged : tuple of LedgerRow
        The claims behind the cells.
    """

    frame: pd.DataFrame
    judged: tuple[LedgerRow, ...]

    @property
    def columns(self) -> list[Column]:
        """How they are printed."""
        places = self.frame.columns.drop(["row", "label_en", "label_ru"])
        return [
            Column({"en": "label_en", "ru": "label_ru"}, _("Row")),
            *(Column(place, _column_head(place), "printed") for place in places),
        ]

    @property
    def notes(self) -> list[Message]:
        """What the marks mean."""
        stands_on_customs = any(row.stands_on_customs for row in self.judged)
        return [_LEGEND, *([_CUSTOMS_LEGEND] if stands_on_customs else [])]

    @property
    def text(self) -> Message:
        """How many cells fail, depend on the reading, hold and cannot be checked."""
        found = [row.verdict for row in self.judged]
        cells = _(
            "Cells: {failed:d} fail, {depending:d} depend on the reading, {held:d} hold, {open:d} cannot be checked.",
            failed=sum(verdict in ledger.FAILURES for verdict in found),
            depending=found.count("depends_on_reading"),
            held=found.count("match"),
            open=found.count("not_checkable"),
        )
        if not any(row.customs for row in self.judged):
            return cells
        return _("{cells} {customs}", cells=cells, customs=ledger.customs_sentence(self.judged))

    @property
    def source_note(self) -> Words | None:
        """What the source line adds: the reader's customs files, where one of them gave an answer."""
        return user_data.CUSTOMS_TITLE if any(row.has_customs_answer for row in self.judged) else None


def marked_cells(
    found: Ledger, table: str, rows: Collection[str] | None = None, columns: Collection[str] | None = None
) -> MarkedCells:
    """Cells of one of the paper's tables with the marks of their verdicts.

    Parameters
    ----------
    found : Ledger
        The paper's ledger.
    table : {'table-1', 'table-2', 'table-3'}
        Which table.
    rows, columns : collection of str, optional
        Rows and columns to show, by their names in the table's file; all if not given.
    """
    raw = package.read(f"paper-{table}").astype({"row": str, "column": str})
    judged = {row.claim_id: row for row in found.rows if row.group == "cell" and row.exhibit == table}
    every = list(dict.fromkeys(raw["column"]))
    shown: dict[str, dict[str, str | None]] = {}
    counted = []
    for cell in raw.itertuples():
        if (rows is not None and cell.row not in rows) or (
            columns is not None and cell.column not in columns
        ):
            continue
        verdict = judged.get(f"cell.{table}.{cell.row}" + (f".{cell.column}" if len(every) > 1 else ""))
        counted += [verdict] if verdict else []
        labels = {"row": cell.row, "label_en": cell.row_label_en, "label_ru": cell.row_label_ru}
        marked = f"{cell.printed} {_mark(verdict)}".strip() if verdict else cell.printed or None
        shown.setdefault(cell.row, labels)[cell.column] = marked
    return MarkedCells(pd.DataFrame(list(shown.values())), tuple(counted))


def _mark(row: LedgerRow) -> str:
    return MARKS[row.verdict] + (CUSTOMS_MARK if row.stands_on_customs else "")


def _column_head(place: str) -> Words:
    if place.startswith("RU-"):
        return regions.by_code(place)
    return _("Thousand US dollars") if place == "value_thousand_usd" else place


def timber_tree() -> pd.DataFrame:
    """Table 3 corrected: the tree its rows form, and the total without double counting.

    Returns
    -------
    pandas.DataFrame
        Fields of `ledger.CorrectedRow`, with ``label`` (indented, with its code) and ``printed_shown`` (None where
        the paper prints nothing).
    """
    corrected = ledger.corrected_table_3(ledger.read_tables(paths.raw() / "paper")["table_3"])
    rows = pd.DataFrame([vars(row) for row in corrected])
    return rows.assign(
        label=[_indented(row) for row in corrected],
        printed_shown=rows["printed"].where(rows["printed"] != "", None),
    )


def _indented(row: ledger.CorrectedRow) -> Name:
    code = f"{row.code} " if row.depth < 2 and row.row != TOTAL_ROW else ""
    indent = "\u2003" * row.depth
    return Name(*(f"{indent}{code}{text(row.name, language)}" for language in LANGUAGES))


def timber_bars(tree: pd.DataFrame, printed_total: float) -> charts.Chart:
    """Bars of the corrected Table 3, and of the total as the paper prints it.

    Parameters
    ----------
    tree : pandas.DataFrame
        As `timber_tree`.
    printed_total : float
        Thousand US dollars.
    """
    shown = tree[tree["row"] != TOTAL_ROW]
    return charts.bar_chart(
        [*shown["label"], _("Total as printed")],
        [*shown["value"], printed_total],
        [charts.CHINA] * len(shown) + [charts.OTHER],
        _("thousand US dollars"),
        decimals=1,
        # an outline: a whole whose parts are listed below it
        hollow=[*(~shown["counts_in_total"]).tolist(), True],
        is_tree=True,
    )
