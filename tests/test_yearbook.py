"""Yearbook tables from small workbooks built cell by cell; what would break is in each docstring."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest

from analysis.data import yearbook
from analysis.errors import AnalysisError

TITLE = ["10.1. ИНВЕСТИЦИИ В ОСНОВНОЙ КАПИТАЛ", "(в фактически действовавших ценах; миллионов рублей)"]
ROWS = [
    ["", 2022, "2023", "2024 г.1)"],
    ["Российская Федерация", 100, 200, 300],
    ["Северо-Западный федеральный округ", 1, 2, 3],
    ["Архангельская область1)", 50, 60, 70],
    ["  в том числе:", None, None, None],
    ["Ненецкий автономный округ", 20, 25, 30],
    ["Архангельская область без автономного округа", 30, 35, 40],
    ["Дальневосточный федеральный округ", 9, 9, 9],
    ["Амурская область2), 3)", "1 234,5", 2000.25, "…"],
    ["Чукотский автономный\u00a0округ", "-", "...", "7"],
    ["Республика Крым", 5, 5, 5],
    ["1) Данные предварительные.", None, None, None],
]


def workbook(tmp_path, rows=ROWS, title=TITLE, sheet="10.1."):
    path = tmp_path / "section.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Содержание"
    page = book.create_sheet(sheet)
    for line in title:
        page.append([line])
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def cells(table):
    return {(row.region, row.group, row.period): row.value for row in table.frame.itertuples()}


def test_a_table_cell_by_cell(tmp_path):
    """Footnote marks, text numbers, `...` and `-` would lose or change figures; sums would enter as regions."""
    table = yearbook.read_table(workbook(tmp_path), "10.1")
    assert cells(table) == {
        ("RU-NEN", "", "2022"): 20.0,
        ("RU-NEN", "", "2023"): 25.0,
        ("RU-NEN", "", "2024"): 30.0,
        ("RU-ARK", "", "2022"): 30.0,
        ("RU-ARK", "", "2023"): 35.0,
        ("RU-ARK", "", "2024"): 40.0,
        ("RU-AMU", "", "2022"): 1234.5,
        ("RU-AMU", "", "2023"): 2000.25,
        ("RU-CHU", "", "2022"): 0.0,
        ("RU-CHU", "", "2024"): 7.0,
    }
    assert "Республика Крым" in table.left_out
    assert table.title.startswith("10.1. ИНВЕСТИЦИИ")


def test_groups_of_years(tmp_path):
    """Exports and imports side by side would be read over each other."""
    rows = [
        ["", "Экспорт1)", None, "Импорт", None],
        ["", 2020, 2021, 2020, 2021],
        ["Амурская область", 1, 2, 3, 4],
    ]
    table = yearbook.read_table(
        workbook(tmp_path, rows, ["21.1.1. (миллионов долларов США)"], "21.1.1."), "21.1.1."
    )
    assert cells(table) == {
        ("RU-AMU", "Экспорт", "2020"): 1.0,
        ("RU-AMU", "Экспорт", "2021"): 2.0,
        ("RU-AMU", "Импорт", "2020"): 3.0,
        ("RU-AMU", "Импорт", "2021"): 4.0,
    }
    found = yearbook.observations(table, "imports", "million USD", "yearbook-2023", "Импорт")
    assert found["value"].tolist() == [3.0, 4.0]
    with pytest.raises(AnalysisError, match="Экспорт, Импорт"):
        yearbook.observations(table, "imports", "million USD", "yearbook-2023")


def test_observations_check_the_unit(tmp_path):
    """Thousands or billions would enter as millions."""
    table = yearbook.read_table(workbook(tmp_path), "10.1")
    found = yearbook.observations(table, "investment", "million RUB", "yearbook-2025")
    assert list(found.columns) == ["region", "indicator", "period", "value", "unit", "source", "basis"]
    assert found.iloc[0].tolist() == [
        "RU-AMU",
        "investment",
        "2022",
        1234.5,
        "million RUB",
        "yearbook-2025",
        "observed",
    ]
    with pytest.raises(AnalysisError, match="million USD"):
        yearbook.observations(table, "exports", "million USD", "yearbook-2025")
    billions = yearbook.read_table(workbook(tmp_path, title=["10.1. (млрд. рублей)"]), "10.1")
    assert yearbook.observations(billions, "investment", "million RUB", "y")["value"].iloc[0] == 1234500


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["", 2022, 2023], ["Амурская область", "12,3.4", 1]], r"row 4 \(Амурская область\), year 2022"),
        ([["", 2022, 2023], ["Амурская область", "5,31)", 1]], "no figure"),
        ([["", 2022, 2023], ["Амурская губерния", 1, 1]], "Амурская губерния"),
        ([["Амурская область", 1, 1]], "no row of years"),
        ([["", 2022, 2023], ["Амурская область", 1, 1], ["Амурская область", 1, 1]], "RU-AMU for 2022 twice"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, rows, sentence):
    """An odd cell, an unknown name or a doubled row would be passed over or guessed."""
    with pytest.raises(AnalysisError, match=sentence):
        yearbook.read_table(workbook(tmp_path, rows), "10.1")


def test_missing_sheet_lists_those_there_are(tmp_path):
    """A reader would not learn how the tables are called."""
    with pytest.raises(AnalysisError, match=r"Содержание, 10\.1\."):
        yearbook.read_table(workbook(tmp_path), "21.1")


def test_files_that_are_no_workbook(tmp_path):
    """A traceback in place of a sentence."""
    text = tmp_path / "a.xlsx"
    text.write_text("region,2021")
    with pytest.raises(AnalysisError, match="no XLSX"):
        yearbook.read_table(text, "10.1")
    with zipfile.ZipFile(text, "w") as archive:
        archive.writestr("a.csv", "1")
    with pytest.raises(AnalysisError, match="no XLSX"):
        yearbook.read_table(text, "10.1")
    with pytest.raises(AnalysisError, match="no file"):
        yearbook.read_table(tmp_path / "none.xlsx", "10.1")


def test_entity_expansion_is_refused(tmp_path):
    """A few lines of XML would swell to gigabytes."""
    path = workbook(tmp_path)
    hostile = tmp_path / "hostile.xlsx"
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><worksheet>&c;</worksheet>'
    )
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(hostile, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, bomb if "sheet2" in info.filename else old.read(info))
    with pytest.raises(AnalysisError, match="entities"):
        yearbook.read_table(hostile, "10.1")
