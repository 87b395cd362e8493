"""The ledger of printed numbers as exhibits: counts, failures, every row, and the corrected Table 3."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis import ledger, paths
from analysis.data import formats, indicators, paper, user_data
from analysis.data.formats import Text, number
from analysis.data.regions import LANGUAGES, Language
from analysis.ledger import Ledger, LedgerRow
from analysis.publish import charts, tables
from analysis.publish.exhibits import register
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.parameters import Run
from analysis.publish.tables import Column, Table, column

if TYPE_CHECKING:
    from analysis.customs import Store

# the paper's own claims; a table of another paper cannot have these exhibits
PAPER_CLAIMS = "data/raw/paper/claims.csv"
VERDICTS = ("paper_error", "mismatch", "match", "not_checkable")
# a mark a cell carries behind its printed string
MARKS = {"match": "✓", "mismatch": "✗", "paper_error": "✗", "not_checkable": "?"}
# behind the mark where the reader's customs files gave the verdict
CUSTOMS_MARK = "†"
VERDICT_HEADS: dict[str, Text] = {
    "paper_error": {"en": "Against the paper's own figures", "ru": "Противоречит самой статье"},
    "mismatch": {"en": "Against independent data", "ru": "Расходится с независимыми данными"},
    "match": {"en": "Holds", "ru": "Подтверждено"},
    "not_checkable": {"en": "Cannot be checked", "ru": "Проверить нельзя"},
}
_COLOURS = {
    "paper_error": charts.INK,
    "mismatch": charts.DISAGREES,
    "match": charts.HOLDS,
    "not_checkable": "#E4E4E4",
}


def judge(claims: str) -> Ledger:
    """Judge a claims file against every observation the extracts carry, and the reader's customs files if any.

    Parameters
    ----------
    claims : str
        The file, from the top of the repository or by its full path.

    Raises
    ------
    AnalysisError
        If the file has an unknown rule, a number that cannot be read or an input that is missing.
    """
    return _judged(claims, ledger.own_store())


def paper_ledger() -> Ledger:
    """Judge the paper's own claims."""
    return judge(PAPER_CLAIMS)


def _judged(claims: str, store: Store | None) -> Ledger:
    return ledger.verify_file(paths.root() / claims, indicators.observations(), store)


def _with_customs(exhibit: Exhibit, rows: Iterable[LedgerRow]) -> Exhibit:
    """Have an exhibit say how far it stands on the reader's customs files; unchanged where none were asked."""
    rows = list(rows)
    if not any(row.customs for row in rows):
        return exhibit
    return replace(
        exhibit,
        sentence={
            language: f"{exhibit.sentence[language]} {ledger.customs_sentence(rows, language)}"
            for language in LANGUAGES
        },
        own_source=user_data.CUSTOMS_TITLE if any(row.has_customs_answer for row in rows) else None,
    )


def pictures(run: Run) -> list[Exhibit]:
    """Failures of the paper that are better seen than read; none for another paper's claims."""
    if run["claims"] != PAPER_CLAIMS:
        return []
    return [timber_tree()]


def write(found: Ledger, run: Run) -> None:
    """Write ``ledger.csv`` into the run's folder."""
    ledger.write_ledger(found, run.output_dir / "ledger.csv")


def _sources(run: Run) -> tuple[str, ...]:
    return ("paper-claims",) if run["claims"] == PAPER_CLAIMS else ()


def summary(found: Ledger, run: Run) -> Exhibit:
    """Verdicts counted by exhibit, with the level of checking each exhibit reached."""
    counts = ledger.summary(found).groupby("exhibit", sort=False)[[*VERDICTS, "claims"]].sum().reset_index()
    level = ledger.levels(found).set_index("exhibit")["level"]
    for language in LANGUAGES:
        counts[f"exhibit_{language}"] = [ledger.exhibit_name(name, language) for name in counts["exhibit"]]
        counts[f"level_{language}"] = [
            ledger.LEVELS[int(level[name])][language] for name in counts["exhibit"]
        ]
    plotted = counts[counts["claims"] > 0]
    table = Table(
        counts,
        (
            column({"en": "exhibit_en", "ru": "exhibit_ru"}, "Part of the paper", "Часть статьи"),
            *(
                column(verdict, VERDICT_HEADS[verdict]["en"], VERDICT_HEADS[verdict]["ru"], "number")
                for verdict in VERDICTS
            ),
            column("claims", "Claims", "Всего", "number"),
            column({"en": "level_en", "ru": "level_ru"}, "How far checked", "Полнота проверки"),
        ),
    )
    headline = ledger.headline(found)
    made = Exhibit(
        "ledger-summary",
        _period(run),
        {language: headline.sentence(language) for language in LANGUAGES},
        _sources(run),
        table,
        lambda language, title, footer: charts.stacked_counts(
            plotted[f"exhibit_{language}"].tolist(),
            [
                (VERDICT_HEADS[verdict][language], _COLOURS[verdict], plotted[verdict].tolist())
                for verdict in VERDICTS
            ],
            language,
            title,
            footer,
            {"en": "claims", "ru": "утверждений"}[language],
        ),
    )
    return _with_customs(made, found.rows)


def _period(run: Run) -> str:
    return "2025" if run["claims"] == PAPER_CLAIMS else str(run["claims"])


def by_rule(found: Ledger, run: Run) -> Exhibit:
    """Verdicts counted by the rule that gave them."""
    counts = ledger.summary(found).groupby("rule", sort=False)[[*VERDICTS, "claims"]].sum().reset_index()
    order = list(ledger.RULE_WORDS)
    counts = counts.sort_values("rule", key=lambda rule: rule.map(order.index), ignore_index=True)
    for language in LANGUAGES:
        counts[f"words_{language}"] = [ledger.RULE_WORDS[rule][language] for rule in counts["rule"]]
    table = Table(
        counts,
        (
            column("rule", "Rule", "Правило"),
            column({"en": "words_en", "ru": "words_ru"}, "What it looks at", "Что проверяет"),
            *(
                column(verdict, VERDICT_HEADS[verdict]["en"], VERDICT_HEADS[verdict]["ru"], "number")
                for verdict in VERDICTS
            ),
            column("claims", "Claims", "Всего", "number"),
        ),
    )
    unchecked = int(counts["not_checkable"].sum())
    total = int(counts["claims"].sum())
    made = Exhibit(
        "ledger-rules",
        _period(run),
        {
            "en": f"{unchecked} of {total} claims cannot be checked; each says in the ledger what is missing.",
            "ru": f"Проверить нельзя {unchecked} из {total}; в реестре указано, чего не хватает.",
        },
        _sources(run),
        table,
    )
    return _with_customs(made, found.rows)


def failures(found: Ledger, run: Run) -> Exhibit:
    """Every claim that fails, with the arithmetic; the paper's own contradictions first."""
    names = ["claim_id", "anchor", "basis", "verdict", "published", "place_en", "place_ru"]
    names += ["reproduced", "note", "note_ru", "sentence_en", "sentence_ru"]
    rows = pd.DataFrame([_failure(row) for row in found.failures], columns=names)
    _add_evidence(rows, found, found.failures)
    table = Table(
        rows,
        (
            column("claim_id", "Claim", "Утверждение"),
            column({"en": "sentence_en", "ru": "sentence_ru"}, "Verdict", "Вывод"),
            *_evidence_columns(found),
            column({"en": "note", "ru": "note_ru"}, "Arithmetic", "Расчёт"),
        ),
    )
    # a claim that fails on both bases counts under both
    internal = sum("paper_error" in row.pieces.values() for row in found.failures)
    external = sum("mismatch" in row.pieces.values() for row in found.failures)
    made = Exhibit(
        "ledger-failures",
        _period(run),
        {
            "en": f"{internal} claims disagree with the paper's own figures, {external} with independent data beyond the "
            "stated revision band of 1 per cent.",
            "ru": f"Противоречат самой статье: {internal}; расходятся с независимыми данными сверх допуска на пересмотр "
            f"в 1 %: {external}.",
        },
        _sources(run),
        table,
    )
    return _with_customs(made, found.rows)


def _failure(row: LedgerRow) -> dict[str, str | None]:
    return {
        "claim_id": row.claim_id,
        "anchor": row.anchor,
        "basis": row.basis,
        "verdict": row.verdict,
        "published": row.published or None,
        "place_en": row.place("en"),
        "place_ru": row.place("ru"),
        "reproduced": row.reproduced,
        "note": row.note,
        "note_ru": row.note_ru,
        "sentence_en": row.sentence("en"),
        "sentence_ru": row.sentence("ru"),
    }


def _add_evidence(table: pd.DataFrame, found: Ledger, rows: Iterable[LedgerRow]) -> None:
    """Add both judgements in words, where customs files were asked at all."""
    if not found.asked_customs:
        return
    rows = list(rows)
    for language in LANGUAGES:
        own = [
            VERDICT_HEADS[r.customs.verdict][language] if r.customs and r.customs.source else None
            for r in rows
        ]
        before = [VERDICT_HEADS[(r.without_customs or r).verdict][language] for r in rows]
        table[f"customs_{language}"], table[f"without_customs_{language}"] = own, before


def _evidence_columns(found: Ledger) -> tuple[Column, ...]:
    if not found.asked_customs:
        return ()
    return (
        column({"en": "customs_en", "ru": "customs_ru"}, "Your customs files", "Ваши таможенные файлы"),
        column({"en": "without_customs_en", "ru": "without_customs_ru"}, "Without them", "Без них"),
    )


def full(found: Ledger, run: Run) -> Exhibit:
    """Every claim in the order of the paper, each with an anchor that a link can point at."""
    made = Exhibit(
        "ledger",
        _period(run),
        {
            "en": f"{len(found.rows)} claims in the order of the paper. No verdict is typed: each follows from the rule and the "
            "inputs.",
            "ru": f"Утверждений в порядке статьи — {len(found.rows)}. Ни один вывод не вписан вручную: все следуют из правила и "
            "данных.",
        },
        _sources(run),
        _every_claim(found),
    )
    return _with_customs(made, found.rows)


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
    title: Text = {"en": "Ledger of printed claims", "ru": "Реестр напечатанных утверждений"}
    table = tables.to_html(_every_claim(found), language, "ledger", title[language], name)
    told = html.escape(ledger.headline(found).sentence(language))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<meta charset="utf-8">\n<title>{title[language]}</title>\n'
        # claims are other people's text: nothing in the page may run
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<style>body{font-family:sans-serif;margin:1rem}table{border-collapse:collapse}"
        "td,th{border-bottom:1px solid #ccc;padding:.3rem .5rem;vertical-align:top}</style>\n"
        f"<p>{told}</p>\n{table}</html>\n"
    )


def _every_claim(found: Ledger) -> Table:
    rows = found.frame()
    rows["anchor"] = [row.anchor for row in found.rows]
    for language in LANGUAGES:
        rows[f"place_{language}"] = [row.place(language) for row in found.rows]
        rows[f"verdict_{language}"] = [VERDICT_HEADS[row.verdict][language] for row in found.rows]
    rows["published_shown"] = rows["published"].where(rows["published"] != "", None)
    for name in ("reproduced", "reproduced_ru"):
        rows[name] = rows[name].where(rows[name] != "", None)
    _add_evidence(rows, found, found.rows)
    return Table(
        rows,
        (
            column("claim_id", "Claim", "Утверждение"),
            column({"en": "place_en", "ru": "place_ru"}, "Place", "Место"),
            column("rule", "Rule", "Правило"),
            column("published_shown", "Printed", "Напечатано", "printed"),
            column({"en": "reproduced", "ru": "reproduced_ru"}, "Reproduced", "Воспроизведено", "printed"),
            column({"en": "verdict_en", "ru": "verdict_ru"}, "Verdict", "Вывод"),
            *_evidence_columns(found),
            column({"en": "note", "ru": "note_ru"}, "Note", "Примечание"),
        ),
        anchor="anchor",
    )


_TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "table-1": ("table_1", ("paper-claims", "paper-table-1", "rosstat-transport", "crossings-2026")),
    "table-2": ("table_2", ("paper-claims", "paper-table-2", "rosstat-trade")),
    "table-3": ("table_3", ("paper-claims", "paper-table-3")),
}
_LEGEND: Text = {
    "en": "✓ holds against something computed from other figures; ✗ fails; ? cannot be checked (transcribed only).",
    "ru": "✓ подтверждено расчётом по другим данным; ✗ не подтверждено; ? проверить нельзя (только переписано).",
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
    judged = _judged(PAPER_CLAIMS, ledger.own_store() if asks_customs else None)
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
            ("open", ("not_checkable",)),
        )
    }
    exhibit = Exhibit(
        f"{exhibit_id}-verdicts",
        period,
        {
            "en": f"Cells: {counts['failed']} fail, {counts['held']} hold, {counts['open']} cannot be checked.",
            "ru": f"Ячейки: не подтвердились {counts['failed']}, подтвердились {counts['held']}, проверить нельзя {counts['open']}.",
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
    indent = "\u2003"
    for language in LANGUAGES:
        rows[f"label_{language}"] = [
            f"{indent * row.depth}{row.code + ' ' if row.depth < 2 and row.row != '9' else ''}"
            f"{row.name_en if language == 'en' else row.name_ru}"
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
