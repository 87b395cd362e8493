"""Event statements of a rating: cut, counted and coded without their text leaving the document.

All sentences here are fillers of ours; the committed table is checked for holding no text at all.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data.regions import by_name
from analysis.rating import document, statements

ROOT = Path(__file__).resolve().parents[1]
COMMITTED = ROOT / "data" / "raw" / "rating" / "statements.csv"
SCORES = ROOT / "data" / "raw" / "rating" / "scores.csv"
GOLDEN = Path(__file__).parent / "fixtures" / "rating" / "synthetic_edition.txt"

HEADER = "Регион Оценка по 10-балльной шкале (оценка в IV рейтинге)\tСобытия до июня\tСобытия июля"
BREAK = "--\t--\t---"


def read(lines: list[str], folder: Path) -> document.Edition:
    path = folder / "edition.txt"
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return document.read_edition(path)


def read_statements(lines: list[str], folder: Path) -> tuple[statements.Statement, ...]:
    return statements.statements(read(lines, folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("statements")


def one(text: str, folder: Path) -> statements.Statement:
    """Read the statement `text` as the only one of a region."""
    (statement,) = read_statements([f"Карелия 5 (4)\t{text}\t"], folder)
    return statement


def test_columns_and_stalls(tmp_path):
    """Italics inside a cell mark a stall; the column says before or since."""
    found = read_statements(
        [
            "Карелия 5 (4)\t<p>Кран куплен.</p> <p>Склад открыт.</p>\t<p>Мост сдан.</p> <p><i>Порт не начат.</i></p>"
        ],
        tmp_path,
    )
    assert [(s.position, s.column, s.stalled, s.detached) for s in found] == [
        (1, "before", False, False),
        (2, "before", False, False),
        (3, "since", False, False),
        (4, "since", True, False),
    ]
    assert [s.text for s in found] == ["Кран куплен.", "Склад открыт.", "Мост сдан.", "Порт не начат."]


def test_detached_text_has_no_column_and_no_stall(tmp_path):
    """Outside the table neither is printed, and a guess would be counted as a fact."""
    found = read_statements(["Карелия 5 (4)\tКран куплен.\t", "", "Порт не начат."], tmp_path)
    assert [(s.text, s.column, s.stalled, s.detached, s.line) for s in found] == [
        ("Кран куплен.", "before", False, False, 2),
        ("Порт не начат.", None, None, True, 4),
    ]


def test_statement_cut_by_a_page_break_is_one(tmp_path):
    """Counted twice, a region whose text crosses a page would seem to have done more."""
    found = read_statements(
        [
            "Карелия 5 (4)\t<p>Кран куплен для порта и</p>\t<p>Мост открыт.</p> <p><i>Склад не</i></p>",
            "",
            "\t<p>отправлен на север.</p> <p>Лес продан.</p>\t<p><i>достроен.</i></p>",
            BREAK,
        ],
        tmp_path,
    )
    assert [(s.text, s.column, s.stalled, s.notes) for s in found] == [
        ("Кран куплен для порта и отправлен на север.", "before", False, ("joined",)),
        ("Мост открыт.", "since", False, ()),
        ("Склад не достроен.", "since", True, ("joined",)),
        ("Лес продан.", "before", False, ()),
    ]


def test_word_cut_at_its_hyphen_has_no_space(tmp_path):
    (statement,) = read_statements(
        ["Карелия 5 (4)\tСклад строят в Вымысел-\t", "\tГраде за рекой.\t"], tmp_path
    )
    assert statement.text == "Склад строят в Вымысел-Граде за рекой."
    assert statement.notes == ("joined",)


def test_detached_part_takes_the_column_of_the_part_in_the_table(tmp_path):
    """One half in the table is enough to know column and stall."""
    (statement,) = read_statements(["Карелия 5 (4)\tКран куплен для\t", "", "порта и склада."], tmp_path)
    assert (statement.column, statement.detached, statement.stalled) == ("before", True, False)
    assert statement.notes == ("joined",)


def test_joint_without_a_visible_cut_is_marked_uncertain(tmp_path):
    """A missing full stop looks like a cut: the joint is made and the doubt is kept."""
    (statement,) = read_statements(["Карелия 5 (4)\tКран куплен для\t", "\tВымышленного порта.\t"], tmp_path)
    assert statement.notes == ("joined_uncertain",)


def test_joint_with_two_possible_beginnings_is_marked_uncertain(tmp_path):
    found = read_statements(["Карелия 5 (4)\tКран куплен для\tМост строят у", "", "берега реки."], tmp_path)
    assert [(s.column, s.notes) for s in found] == [
        ("before", ("joined_uncertain",)),
        ("since", ("end_uncertain",)),
    ]


def test_stalled_text_does_not_go_on_from_upright_text(tmp_path):
    """Joined, a stall would swallow a running project, or the other way round."""
    found = read_statements(["Карелия 5 (4)\t\tСклад открыт и", "\t\t<i>Порт не начат.</i>"], tmp_path)
    assert [(s.stalled, s.notes) for s in found] == [(False, ("end_uncertain",)), (True, ())]


def test_edge_without_counterpart_is_noted(tmp_path):
    found = read_statements(["Карелия 5 (4)\tи склада.\tКран куплен для"], tmp_path)
    assert [s.notes for s in found] == [("beginning_lost",), ("end_uncertain",)]


def test_cut_never_crosses_regions(tmp_path):
    found = read_statements(["Карелия 5 (4)\tКран куплен для\t", "Коми 4 (2)\tпорта и склада.\t"], tmp_path)
    assert [(s.region.code, s.position) for s in found] == [("RU-KR", 1), ("RU-KO", 1)]


def test_footnotes_and_headings_are_no_statements(tmp_path):
    """Text around the table would otherwise count for the region above it."""
    found = read_statements(
        [
            "Карелия 7 (4)\tКран куплен.\t",
            "УМЕРЕННАЯ ПРОДУКТИВНОСТЬ",
            HEADER,
            "Коми 4 (2)\tМост открыт.\t",
            "",
            "Склад открыт.",
            "",
            "* Сноска о вымысле.",
            "",
            "Ссылка в никуда",
        ],
        tmp_path,
    )
    assert [(s.region.code, s.text) for s in found] == [
        ("RU-KR", "Кран куплен."),
        ("RU-KO", "Мост открыт."),
        ("RU-KO", "Склад открыт."),
    ]


words = st.lists(st.sampled_from(["кран", "мост", "склад", "лес"]), min_size=1, max_size=4)
sentences = st.lists(words.map(lambda parts: " ".join(parts).capitalize() + "."), max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    pages=st.lists(st.tuples(sentences, sentences, sentences), min_size=1, max_size=5),
    later=st.booleans(),
)
def test_every_paragraph_stands_in_exactly_one_statement(folder, pages, later):
    """Whatever the pages hold, the text of the statements is the text of the region's cells."""
    lines: list[str] = []
    for number, (before, since, detached) in enumerate(pages):
        first = "Карелия" if number == 0 else "5 (4)" if number == 1 and later else ""
        first += " 5 (4)" if number == 0 and not (later and len(pages) > 1) else ""
        cells = ["".join(f"<p>{text}</p> " for text in column) for column in (before, since)]
        lines += ["\t".join([first, *cells]), BREAK, *detached]
    found = read_statements(lines, folder)
    printed = [text for page in pages for column in page for text in column]
    assert sorted(s.text for s in found) == sorted(printed)
    assert [s.position for s in found] == list(range(1, len(found) + 1))


# Figures of one statement


@pytest.mark.parametrize(
    ("text", "years", "numbers"),
    [
        ("В 2025–2026 годах продано 12,5 тыс. тонн и 7 кранов.", (2025, 2026), 2),
        ("Оборот 1 031,5 млн, рост на 20%.", (), 2),
        ("Модель M6 и станок В2В куплены в 2024 году, ещё раз в 2024.", (2024,), 0),
        ("Проект 30000 и 1899 года, дом 5.", (), 3),
        ("Чисел нет.", (), 0),
    ],
)
def test_years_and_numbers(text, years, numbers, tmp_path):
    statement = one(text, tmp_path)
    assert (statement.years, statement.numbers) == (years, numbers)


def test_length_counts_text_without_markup(tmp_path):
    statement = one("<p><i>Кран-балка **куплена** за 12,5 рубля.</i></p>", tmp_path)
    assert statement.text == "Кран-балка куплена за 12,5 рубля."
    assert statement.characters == 33
    assert statement.words == 5


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Склад провинции Шэньси.", ("CN-SN",)),
        ("Склад провинции Шаньси.", ("CN-SX",)),
        ("Гости из Хэнани, Хунани, Хубэя и Хэбэя.", ("CN-HA", "CN-HB", "CN-HE", "CN-HN")),
        ("Хэйлунцзянский склад во Внутренней Монголии.", ("CN-HL", "CN-NM")),
        ("Выставка в Шанхае и Цзилине.", ("CN-JL", "CN-SH")),
        ("Саммит Шанхайской организации сотрудничества.", ()),
        ("Гости из Монголии.", ()),
        ("Поезд в Синьцзян-Уйгурский автономный район, СУАР.", ("CN-XJ",)),
    ],
)
def test_provinces(text, codes, tmp_path):
    """Names one letter apart must not be taken for each other."""
    assert one(text, tmp_path).provinces == codes


def test_province_codes_are_the_34_of_the_standard():
    assert len(statements.PROVINCES) == 34
    assert all(re.fullmatch("CN-[A-Z]{2}", code) for code in statements.PROVINCES)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Toy Bricks Co., Ltd. и Toy Bricks Group строят склад.",
            ("Toy Bricks Co., Ltd", "Toy Bricks Group"),
        ),
        ("House of Toys and Games открыл зал, House of Toys and Games рад.", ("House of Toys and Games",)),
        ("Резидент TOP и XIV форум, рынок IT.", ()),
        ("Завод «Кубик» выпускает кубики.", ()),
    ],
)
def test_latin_names(text, names, tmp_path):
    assert one(text, tmp_path).latin_names == names


# Tables


def test_report_counts_what_is_uncertain():
    """The report is what tells a reader how far the figures carry; it must add up."""
    edition = document.read_edition(GOLDEN)
    found = statements.statements(edition)
    report = statements.report(edition)
    assert report["statements"] == len(found) > 83
    assert report["column_unknown"] == report["stalled_unknown"] == sum(s.column is None for s in found)
    text = GOLDEN.read_text(encoding="utf-8")
    assert report["stalled"] == text.count("<i>")
    assert report["detached"] == len([s for s in found if s.detached]) > 0


def test_written_table_holds_no_text(tmp_path):
    edition = document.read_edition(GOLDEN)
    path = statements.write_statements(edition, tmp_path / "statements.csv")
    rows = checked_rows(path)
    assert len(rows) == len(statements.statements(edition))
    assert rows == statements.to_rows(edition)


def checked_rows(path: Path) -> list[dict[str, str]]:
    """Read a statements table whose every cell is a figure, a flag, a year or a code."""
    allowed = {
        "edition": "[IVX]+",
        "region": "RU-[A-Z]{2,3}",
        "column": "before|since|",
        "detached": "true|false",
        "stalled": "true|false|",
        "notes": rf"((?:{'|'.join(statements.NOTES)})(\||$))*",
        "years": r"((19|20)\d\d(\||$))*",
        "provinces": r"(CN-[A-Z]{2}(\||$))*",
        "document_sha256": "[0-9a-f]{64}",
    }
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == statements.COLUMNS
    for row in rows:
        for column, cell in row.items():
            assert re.fullmatch(allowed.get(column, r"\d+"), cell), (column, cell)
    return rows


def test_committed_statements_hold_figures_only():
    """The text of the document is not ours to publish; a sentence here would be."""
    rows = checked_rows(COMMITTED)
    assert {row["edition"] for row in rows} == {"III"}
    assert len({row["region"] for row in rows}) == 83


def test_committed_statements_come_from_the_document_of_the_scores():
    rows = checked_rows(COMMITTED)
    with SCORES.open(encoding="utf-8", newline="") as file:
        scores = list(csv.DictReader(file))
    assert {row["document_sha256"] for row in rows} == {row["document_sha256"] for row in scores}
    assert list(dict.fromkeys(row["region"] for row in rows)) == [row["region"] for row in scores]


def test_committed_stalls_stand_in_the_second_column():
    """The print sets italics only among the events since; a stall before would be a misread column."""
    rows = checked_rows(COMMITTED)
    assert {row["column"] for row in rows if row["stalled"] == "true"} == {"since"}
    assert all((row["column"] == "") == (row["stalled"] == "") for row in rows)
    assert all(row["detached"] == "true" for row in rows if row["column"] == "")
    assert sum(row["stalled"] == "true" for row in rows) == 85


def test_committed_amur_statements():
    """Amur's entry opens the print and is mostly detached: figures counted off the page by eye."""
    rows = [row for row in checked_rows(COMMITTED) if by_name("Амурская область").code == row["region"]]
    assert [row["column"] for row in rows[:2]] == ["before", "since"]
    assert rows[1]["years"] == "2025|2027"
    assert rows[4]["years"] == "2026"
    assert sum(row["detached"] == "true" for row in rows) == 13
