"""Yearbook tables from small synthetic workbooks of the shapes the real ones have; what would break is in each docstring."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pytest

from analysis.data import balance, regions, yearbook
from analysis.errors import AnalysisError
from own_files import workbook as synthetic_workbook

TITLE = [
    "",
    "10. ИНВЕСТИЦИИ",
    "10.1. ИНВЕСТИЦИИ В ОСНОВНОЙ КАПИТАЛ1)",
    "(в фактически действовавших ценах; миллионов рублей)",
]
ROWS = [
    ["", 2021, "2022", "2023 г.1)"],
    ["Российская Федерация2)", 100, 200, 300],
    ["Северо-Западный    федеральный округ", 1, 2, 3],
    ["Архангельская область1)", 50, 60, 70],
    ["  в том числе:", None, None, None],
    ["Ненецкий автономный округ", 20, 25, 30],
    ["Архангельская область     без автономного округа", 30, 35, 40],
    ["Дальневосточный\nфедеральный округ3)", 9, 9, 9],
    ["Амурская область2), 3)", "1 234,5", 2000.25, "…"],
    ["Чукотский автономный\u00a0округ", "‐", "..", "7"],
    ["Республика Крым", 5, 5, 5],
    ["Межрегиональное управление", 1, 1, 1],
]
NOTES = ["1) Данные предварительные.", "2) Без ЛНР.", "¹⁾ Повтор.", "3) В границах 2018 г."]


def workbook(tmp_path, rows=ROWS, title=TITLE, sheet="10.1.", **options):
    return synthetic_workbook(tmp_path / "synthetic_section.xlsx", rows, title, sheet, **options)


def cells(table):
    return {(row.region, row.group, row.period): row.value for row in table.frame.itertuples()}


def test_a_table_cell_by_cell(tmp_path):
    """Footnote marks, text numbers, `...` and `-` would lose or change figures; sums would enter as regions."""
    table = yearbook.read_table(workbook(tmp_path, footnotes=NOTES), "10.1")
    assert cells(table) == {
        ("RU-NEN", "", "2021"): 20.0,
        ("RU-NEN", "", "2022"): 25.0,
        ("RU-NEN", "", "2023"): 30.0,
        ("RU-ARK", "", "2021"): 30.0,
        ("RU-ARK", "", "2022"): 35.0,
        ("RU-ARK", "", "2023"): 40.0,
        ("RU-AMU", "", "2021"): 1234.5,
        ("RU-AMU", "", "2022"): 2000.25,
        ("RU-CHU", "", "2021"): 0.0,
        ("RU-CHU", "", "2023"): 7.0,
    }
    totals = table.totals.query("period == '2023'").set_index("region")["value"].to_dict()
    assert totals == {"RU": 300.0, "northwestern": 3.0, "far_eastern": 9.0}
    assert table.left_out == ("Архангельская область", "Республика Крым", "Межрегиональное управление")
    assert table.title.startswith("10. ИНВЕСТИЦИИ 10.1. ИНВЕСТИЦИИ")
    assert table.footnotes == {"1": "Данные предварительные.", "2": "Без ЛНР.", "3": "В границах 2018 г."}
    assert table.rows["RU-AMU"] == len(TITLE) + 9
    gaps = table.gaps.query("region in ('RU-AMU', 'RU-CHU')")
    assert gaps[["region", "period", "sign"]].to_numpy().tolist() == [
        ["RU-AMU", "2023", "no data"],
        ["RU-CHU", "2022", "no data"],
    ]
    assert table.marks.query("region == 'RU-AMU'")["mark"].tolist() == ["2", "3"]


def test_groups_of_years(tmp_path):
    """Exports and imports side by side would be read over each other."""
    rows = [
        ["", "Экспорт1)", None, "Импорт", None],
        ["", 2020, 2021, 2020, 2021],
        ["Амурская область", 1, 2, 3, 4],
    ]
    path = workbook(tmp_path, rows, ["21.1.1. (миллионов долларов США)"], "21.1.1.")
    table = yearbook.read_table(path, "21.1.1.")
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
    """Thousands or billions would enter as millions, or the first of two units be taken."""
    table = yearbook.read_table(workbook(tmp_path), "10.1")
    found = yearbook.observations(table, "investment", "million RUB", "yearbook-2025")
    assert list(found.columns) == ["region", "indicator", "period", "value", "unit", "source", "basis"]
    assert found.iloc[0].tolist() == [
        *("RU-AMU", "investment", "2021", 1234.5, "million RUB", "yearbook-2025", "observed"),
    ]
    with pytest.raises(AnalysisError, match="million USD"):
        yearbook.observations(table, "exports", "million USD", "yearbook-2025")
    billions = yearbook.read_table(workbook(tmp_path, title=["10.1. (млрд. рублей)"]), "10.1")
    assert yearbook.observations(billions, "investment", "million RUB", "y")["value"].iloc[0] == 1234500
    two = yearbook.read_table(
        workbook(tmp_path, title=["10.1. (миллионов рублей; до 1998 г. - млрд. рублей)"]), "10.1"
    )
    with pytest.raises(AnalysisError, match="2 units"):
        yearbook.observations(two, "investment", "million RUB", "y")


AMUR = ["Амурская область", 1, 1]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["", 2021, 2022], ["Амурская область", "12,3.4", 1]], r"row 6 \(Амурская область\), year 2021"),
        ([["", 2021, 2022], ["Амурская область", "5,31)", 1]], "no figure"),
        ([["", 2021, 2022], ["Амурская область", dt.date(2021, 5, 1), 1]], "no figure"),
        ([["", 2021, 2022], ["Амурская область", "=B4+1", 1]], "without a stored result"),
        ([["", 2021, 2022], ["Амурская область", "#REF!", 1]], "no figure"),
        ([AMUR], "no row of years"),
        ([["Регион", 2021, 2022], AMUR], "no row of years"),
        ([["", 2021, 2022], AMUR, AMUR], "RU-AMU twice, in rows 6 and 7"),
        ([["", 2021, "всего"], AMUR], "'всего' in the row of years"),
        ([["", 21, 22], AMUR], "no year of four digits"),
        ([["", dt.date(2021, 1, 1), dt.date(2022, 1, 1)], AMUR], "no year of four digits"),
        ([["", 2022, 2021], AMUR], "do not ascend"),
        ([["", 2021, 2099], AMUR], "lies ahead"),
        ([["", 2021], AMUR], "above which there is no year"),
        ([["", 2021, 2022], AMUR, ["", 2023, 2024]], "second table"),
        ([["Содержание"], ["10.1. Инвестиции"]], "no table by region"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, rows, sentence):
    """An odd cell, header or row would be passed over or guessed: 162 figures of pupils once became years."""
    path = workbook(tmp_path, rows, whole=rows[0][0] != "Содержание")
    with pytest.raises(AnalysisError, match=sentence):
        yearbook.read_table(path, "10.1")


def test_a_missing_region_is_refused_with_what_stands_in_its_place(tmp_path):
    """A misspelt name would drop a region, and the district's sum with it."""
    rows = [["", 2021, 2022], ["Амурская губерния", 1, 1]]
    path = workbook(tmp_path, rows)
    book = openpyxl.load_workbook(path)
    page = book.active
    page.delete_rows(next(cell.row for cell in page["A"] if cell.value == "Амурская область"))
    book.save(path)
    with pytest.raises(AnalysisError, match=r"Амурская область \(RU-AMU.*Амурская губерния"):
        yearbook.read_table(path, "10.1")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Калинингpадская  область", "RU-KGD"),  # a Latin p
        ("Республика Саха(Якутия)", "RU-SA"),
        ("г. Санкт Петербург", "RU-SPE"),
        ("Ханты Мансийский автономный     округ - Югра", "RU-KHM"),
        ("Республика Северная Осетия_Алания", "RU-SE"),
        ("Камчатская область", "RU-KAM"),
        ("Ставропольский край.", "RU-STA"),
        ("Чу\u00adкотский авт. округ", "RU-CHU"),  # a soft hyphen
        ("Кемеровская область \u2212 Кузбасс1);2)", "RU-KEM"),  # a minus for a dash
        ("Еврейская авт. обл.", "RU-YEV"),
        ("Респ. Бурятия", "RU-BU"),
    ],
)
def test_names_as_the_annex_spells_them(tmp_path, name, code):
    """Sixty-one sheets were refused for a letter of another alphabet."""
    table = yearbook.read_table(workbook(tmp_path, [["", 2021, 2022], [name, 1, 2]]), "10.1")
    assert cells(table) == {(code, "", "2021"): 1.0, (code, "", "2022"): 2.0}


def test_school_years_growth_and_marks(tmp_path):
    """School years were taken for data, growth for a figure, and a mark for a decimal."""
    rows = [
        ["", "2010/2011", "2011/12", "2012/20131);2)"],
        ["Амурская область", "1878,23)", "в 2,3 р.", "…4)"],
        ["Приморский край", "9\u00a0899", "-\u00a0", 1],
    ]
    table = yearbook.read_table(
        workbook(tmp_path, rows, footnotes=["3) Оценка.", "4) Не публикуется."]), "10.1"
    )
    assert cells(table) == {
        ("RU-AMU", "", "2010/2011"): 1878.2,
        ("RU-PRI", "", "2010/2011"): 9899.0,
        ("RU-PRI", "", "2011/2012"): 0.0,
        ("RU-PRI", "", "2012/2013"): 1.0,
    }
    amur = table.gaps.query("region == 'RU-AMU'")
    assert amur[["period", "sign", "printed"]].to_numpy().tolist() == [
        ["2011/2012", "growth", "в 2,3 р."],
        ["2012/2013", "no data", "...4)"],
    ]
    assert table.marks.query("region == 'RU-AMU'")["mark"].tolist() == ["3", "4"]


def test_the_national_row_of_section_8(tmp_path):
    """The row of Russia is headed by the indicator there; the one that closes section 10 is no such row."""
    rows = [
        ["", 2020, 2021],
        ["Валовой региональный продукт по субъектам Российской Федерации – всего", 10, 11],
        ["Центральный федеральный округ", 4, 5],
        ["Амурская область", 1, 2],
        ["Не распределено по субъектам Российской Федерации", 3, 3],
    ]
    table = yearbook.read_table(workbook(tmp_path, rows), "10.1")
    assert table.totals.query("region == 'RU'")["value"].tolist() == [10.0, 11.0]
    assert table.left_out == ("Не распределено по субъектам Российской Федерации",)


def test_tables_are_summed_where_both_have_a_figure(tmp_path):
    """Exports to the far abroad alone would pass for all exports."""
    tables = []
    for number, values in (("21.1.1.", [1, 2]), ("21.2.1.", [10, "…"])):
        rows = [["", 2020, 2021], ["Российская Федерация", 5, 5], ["Амурская область", *values]]
        tables.append(
            yearbook.read_table(
                workbook(tmp_path, rows, [number, "(миллионов долларов США)"], number), number
            )
        )
    both = yearbook.summed(tables)
    assert cells(both) == {("RU-AMU", "", "2020"): 11.0}
    assert both.totals["value"].tolist() == [10.0, 10.0]
    assert both.number == "21.1.1+21.2.1"
    assert yearbook.observations(both, "exports", "million USD", "y")["value"].tolist() == [11.0]


def test_sheets_are_found_by_number_and_listed(tmp_path):
    """A reader would not learn how the tables are called, or get one of two without knowing."""
    path = workbook(tmp_path)
    with pytest.raises(AnalysisError, match=r"allowed are: 10\.1\."):
        yearbook.read_table(path, "21.1")
    book = openpyxl.load_workbook(path)
    book.create_sheet("10.1")
    book.save(path)
    with pytest.raises(AnalysisError, match="two sheets"):
        yearbook.read_table(path, "10.1")


def test_a_sheet_that_claims_to_be_wide_is_read_as_far_as_it_goes(tmp_path):
    """One table of the annex says of itself that it has 16 000 columns."""
    path = workbook(tmp_path)
    book = openpyxl.load_workbook(path)
    book.active["XFA4"].number_format = "0.00"
    book.save(path)
    assert len(cells(yearbook.read_table(path, "10.1"))) == 10


def test_every_region_is_required_by_default(tmp_path):
    """A table of a few regions would stand for one of all."""
    path = workbook(tmp_path, [["", 2020, 2021], AMUR], whole=False)
    with pytest.raises(AnalysisError, match="82 regions are missing"):
        yearbook.read_table(path, "10.1")
    assert len(yearbook.read_table(path, "10.1", required=["RU-AMU"]).frame) == 2
    assert len(regions.all_regions()) == 83


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
            new.writestr(info.filename, bomb if "sheet1" in info.filename else old.read(info))
    with pytest.raises(AnalysisError, match="entities"):
        yearbook.read_table(hostile, "10.1")


ADDING_UP = [
    ["", *range(2016, 2021)],
    ["Российская Федерация", 136, 136, 136, 136, 136],
    ["Уральский федеральный округ", 90, 90, 90, 90, 90],
    ["Курганская область", 50, 50, 50, 50, 50],
    ["Тюменская область", 40, 40, 40, 40, 40],
    ["в том числе:"],
    ["Ханты-Мансийский автономный округ — Югра", 10, 10, 10, 10, 10],
    ["Тюменская область без автономных округов", "...", "...", 12, 12, 12],
    ["Дальневосточный федеральный округ", 40, 40, 40, 40, 40],
    ["Амурская область", 15, 15, 15, 15, 15],
    ["Приморский край", 20, 20, 20, 20, 20],
    ["Республика Крым", 5, 5, 5, 5, 5],
    ["Не распределено по субъектам", 6, 6, 6, 6, 6],
]


def adding_up(folder, *changes):
    rows = [list(row) for row in ADDING_UP]
    for place, column, value in changes:
        rows[place][column] = value
    path = synthetic_workbook(folder / "synthetic.xlsx", rows, ["1.1. ЛЮДИ", "(тысяч)"], "1.1.", whole=False)
    return yearbook.read_table(path, "1.1", required=())


def test_totals_are_held_against_their_parts(tmp_path):
    """A figure in the wrong row of a publisher's table would enter unseen."""
    assert balance.imbalances(adding_up(tmp_path)).empty
    found = balance.imbalances(adding_up(tmp_path, (9, 5, 1.5)))
    assert [tuple(row) for row in found[["whole", "period", "gap"]].to_numpy()] == [
        ("far_eastern", "2020", 13.5)
    ]
    # nothing is said of a sum that lacks a part, nor of a table that is none of sums
    assert balance.imbalances(adding_up(tmp_path, (9, 5, "..."))).empty
    assert balance.imbalances(adding_up(tmp_path, *((8, year, 20) for year in range(1, 6)))).empty
    assert "Российская Федерация, 2016: 150, and its parts add up to 136." in " ".join(
        balance.notes(adding_up(tmp_path, (1, 1, 150)))
    )
