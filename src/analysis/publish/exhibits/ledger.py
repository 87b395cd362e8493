"""The ledger as exhibits: judged documents, charts and pages of verdicts, cells with their marks, Table 3 corrected."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pandas as pd

from analysis import ledger, paths
from analysis.data import formats, indicators, paper, user_data
from analysis.data.formats import Text, number
from analysis.data.messages import _
from analysis.data.regions import LANGUAGES, Language
from analysis.ledger import Ledger, LedgerRow
from analysis.publish import charts, tables
from analysis.publish.exhibits import register
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.tables import Column, Table, column
from analysis.publish.words import Words, text

# claims of the two documents this study is about
PAPER_CLAIMS = "data/raw/paper/claims.csv"
RATING_CLAIMS = "data/raw/rating/claims.csv"
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


def judge(claims: str, band: Fraction = ledger.REVISION_BAND) -> Ledger:
    """Judge a claims file against every observation the extracts carry, and the reader's customs files if any.

    Parameters
    ----------
    claims : str
        The file, from the top of the repository or by its full path.
    band : fractions.Fraction
        Revision band: how far an outside figure may stand from a printed one, as a share.

    Raises
    ------
    AnalysisError
        If the file has an unknown rule, a number that cannot be read or an input that is missing.
    """
    return ledger.verify_file(paths.root() / claims, indicators.observations(), ledger.own_store(), band)


def paper_ledger() -> Ledger:
    """Judge the paper's own claims."""
    return judge(PAPER_CLAIMS)


def _both(words: Words) -> Text:
    return {language: text(words, language) for language in LANGUAGES}


def _with_customs(exhibit: Exhibit, rows: Iterable[LedgerRow]) -> Exhibit:
    """Have an exhibit say how far it stands on the reader's customs files; unchanged where none were asked."""
    rows = list(rows)
    if not any(row.customs for row in rows):
        return exhibit
    told = _both(ledger.customs_sentence(rows))
    return replace(
        exhibit,
        sentence={language: f"{exhibit.sentence[language]} {told[language]}" for language in LANGUAGES},
        own_source=user_data.CUSTOMS_TITLE if any(row.has_customs_answer for row in rows) else None,
    )


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
    told = html.escape(text(ledger.headline(found).told, language))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        # claims are other people's text: nothing in the page may run
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<style>body{font-family:sans-serif;margin:1rem}table{border-collapse:collapse}"
        "td,th{border-bottom:1px solid #ccc;padding:.3rem .5rem;vertical-align:top}</style>\n"
        f"<p>{told}</p>\n{table}</html>\n"
    )


_TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "table-1": ("table_1", ("paper-claims", "paper-table-1", "rosstat-transport", "crossings-2026")),
    "table-2": ("table_2", ("paper-claims", "paper-table-2", "rosstat-trade")),
    "table-3": ("table_3", ("paper-claims", "paper-table-3")),
}
_LEGEND: Text = {
    "en": "✓ holds against something computed from other figures; ✗ fails; ≈ depends on the reading; ? cannot be checked "
    "(transcribed only).",
    "ru": "✓ подтверждено расчётом по другим данным; ✗ не подтверждено; ≈ зависит от прочтения; ? проверить нельзя (только "
    "переписано).",
}

_CUSTOMS_LEGEND: Text = {
    "en": "judged from your customs files; the other marks from the printed figures and the sources of this study.",
    "ru": "по вашим таможенным файлам; остальные отметки — по напечатанным числам и источникам исследования.",
}


def cell_verdicts(
    exhibit_id: str, period: str, rows: Collection[str] | None = None, columns: Collection[str] | None = None
) -> Exhibit:
    """Cells of one of the paper's tables, each with the mark of its verdict.

    Parameters
    ----------
    exhibit_id : {'table-1', 'table-2', 'table-3'}
        Which table.
    period : str
        Its period.
    rows, columns : collection of str, optional
        Rows and columns to show, by their names in the table's file; all if not given.
    """
    name, sources = _TABLES[exhibit_id]
    cells = ledger.read_tables(paths.raw() / "paper")[name]
    raw = pd.read_csv(paths.raw() / "paper" / f"{name}.csv", dtype=str, keep_default_na=False)
    # what customs files cannot judge is not read from them
    asks_customs = bool(register.entry(f"{exhibit_id}-verdicts").with_customs)
    store = ledger.own_store() if asks_customs else None
    judged = ledger.verify_file(paths.root() / PAPER_CLAIMS, indicators.observations(), store)
    found = {row.claim_id: row for row in judged.rows if row.group == "cell" and row.exhibit == exhibit_id}
    labels = raw.drop_duplicates("row").set_index("row")
    every = list(dict.fromkeys(raw["column"]))
    places = [name for name in every if columns is None or name in columns]
    shown: list[dict[str, str | None]] = []
    counted: list[LedgerRow] = []
    for row in labels.index:
        if rows is not None and row not in rows:
            continue
        made: dict[str, str | None] = {
            "row": row,
            "label_en": labels.loc[row, "row_label_en"],
            "label_ru": labels.loc[row, "row_label_ru"],
        }
        for place in places:
            verdict = found.get(f"cell.{exhibit_id}.{row}" + (f".{place}" if len(every) > 1 else ""))
            counted += [verdict] if verdict else []
            text = cells[(row, place)].printed
            made[place] = f"{text} {_mark(verdict)}".strip() if verdict else text or None
        shown.append(made)
    table = Table(
        pd.DataFrame(shown),
        (
            column({"en": "label_en", "ru": "label_ru"}, "Row", "Строка"),
            *(column(place, *_column_heads(place), "printed") for place in places),
        ),
        {language: _legend(counted, language) for language in LANGUAGES},
    )
    counts = {
        mark: sum(row.verdict in kinds for row in counted)
        for mark, kinds in (
            ("held", ("match",)),
            ("failed", ("mismatch", "paper_error")),
            ("depending", ("depends_on_reading",)),
            ("open", ("not_checkable",)),
        )
    }
    exhibit = Exhibit(
        f"{exhibit_id}-verdicts",
        period,
        {
            "en": f"Cells: {counts['failed']} fail, {counts['depending']} depend on the reading, {counts['held']} hold, "
            f"{counts['open']} cannot be checked.",
            "ru": f"Ячейки: не подтвердились {counts['failed']}, зависят от прочтения {counts['depending']}, подтвердились "
            f"{counts['held']}, проверить нельзя {counts['open']}.",
        },
        sources,
        table,
    )
    return _with_customs(exhibit, counted)


def _mark(row: LedgerRow) -> str:
    return MARKS[row.verdict] + (CUSTOMS_MARK if row.stands_on_customs else "")


def _legend(rows: Iterable[LedgerRow], language: Language) -> tuple[str, ...]:
    if not any(row.stands_on_customs for row in rows):
        return (_LEGEND[language],)
    return (_LEGEND[language], f"{CUSTOMS_MARK} {_CUSTOMS_LEGEND[language]}")


def share_verdicts(region_codes: Sequence[str], first_year: str, last_year: str) -> Exhibit:
    """Cells of Table 2 with their verdicts: the district and the regions asked for, the printed years between two.

    Parameters
    ----------
    region_codes : sequence of str
        Regions of the Far East.
    first_year, last_year : str
        Ends of the span, both included.
    """
    return cell_verdicts(
        "table-2",
        f"{first_year}–{last_year}",
        rows={paper.FAR_EAST_ROW, *region_codes},
        columns=[year for year in indicators.periods("china_share") if first_year <= year <= last_year],
    )


def _column_heads(place: str) -> tuple[str, str]:
    if place.startswith("RU-"):
        return formats.region_name(place, "en"), formats.region_name(place, "ru")
    if place == "value_thousand_usd":
        return "Thousand US dollars", "Тыс. долл."
    return place, place


def timber_tree() -> Exhibit:
    """Table 3 corrected: the tree its rows form, and the total without double counting."""
    corrected = ledger.corrected_table_3(ledger.read_tables(paths.raw() / "paper")["table_3"])
    rows = pd.DataFrame([vars(row) for row in corrected])
    place = list(rows.columns).index("name")
    rows = rows.drop(columns="name")
    for offset, language in enumerate(LANGUAGES):
        rows.insert(place + offset, f"name_{language}", [text(row.name, language) for row in corrected])
    indent = "\u2003"
    for language in LANGUAGES:
        rows[f"label_{language}"] = [
            f"{indent * row.depth}{row.code + ' ' if row.depth < 2 and row.row != '9' else ''}"
            f"{text(row.name, language)}"
            for row in corrected
        ]
    rows["printed_shown"] = rows["printed"].where(rows["printed"] != "", None)
    table = Table(
        rows,
        (
            column({"en": "label_en", "ru": "label_ru"}, "Goods", "Товар"),
            column("printed_shown", "Printed, thousand USD", "Напечатано, тыс. долл.", "printed"),
            column("value", "Corrected, thousand USD", "Исправлено, тыс. долл.", "number", 1),
        ),
        {
            "en": (
                "What the rows must be follows from their sums: rows 3 and 4 add up to row 2, rows 5 and 6 to row 4 but for "
                "0.1 of rounding, row 8 is row 7. The remainder of the chapter is not listed.",
            ),
            "ru": (
                "Состав строк следует из сумм: строки 3 и 4 дают строку 2, строки 5 и 6 — строку 4 с точностью до "
                "округления 0,1, строка 8 — это строка 7. Остаток группы в таблице не указан.",
            ),
        },
    )
    whole = corrected[0].value
    printed_total = float(corrected[-1].printed.replace(" ", "").replace("\u00a0", "").replace(",", "."))
    return Exhibit(
        "timber-tree",
        "2021-01/2021-09",
        {
            "en": f"The chapter is {number(whole, 1, 'en')} thousand dollars; the printed total, {number(printed_total, 1, 'en')}, "
            f"adds parts to their wholes and is {number(printed_total - whole, 1, 'en')} too large.",
            "ru": f"Группа 44 — {number(whole, 1, 'ru')} тыс. долл.; напечатанный итог {number(printed_total, 1, 'ru')} складывает "
            f"части с целым и завышен на {number(printed_total - whole, 1, 'ru')}.",
        },
        ("paper-table-3",),
        table,
        lambda language, title, footer: _draw_tree(rows, printed_total, language, title, footer),
    )


def _draw_tree(
    rows: pd.DataFrame, printed_total: float, language: Language, title: str, footer: object
) -> charts.Figure:
    shown = rows[rows["row"] != "9"]
    words: dict[Language, str] = {"en": "Total as printed", "ru": "Итог, как напечатано"}
    return charts.bars(
        [*shown[f"label_{language}"], words[language]],
        [*shown["value"], printed_total],
        [charts.CHINA] * len(shown) + [charts.OTHER],
        language,
        title,
        list(footer),  # type: ignore[call-overload]
        {"en": "thousand US dollars", "ru": "тыс. долл."}[language],
        decimals=1,
        # an outline: a whole whose parts are listed below it
        hollow=[*(~shown["counts_in_total"]).tolist(), True],
        is_tree=True,
    )
