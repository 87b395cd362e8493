"""Tables as people bring them, all synthetic; what would break is in each docstring."""

from __future__ import annotations

import openpyxl
import pytest

from analysis.data import free_table
from analysis.errors import AnalysisError

WIDE = "Регион;2022;2023\nАмурская обл.;1 234,5;1300,25\nПриморский край;2000;…\nРеспублика Крым;5;6\n"
LONG = ",code,year,retail\n0,RU-AMU,2022,1234.5\n1,RU-AMU,2023,1300.25\n2,RU-PRI,2022,2000\n"
EXPECTED = {("RU-AMU", "2022"): 1234.5, ("RU-AMU", "2023"): 1300.25, ("RU-PRI", "2022"): 2000.0}


def write(folder, text, encoding="utf-8", name="synthetic.csv"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def figures(table):
    return {(row.region, row.period): row.value for row in table.frame.itertuples()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("text", [WIDE, "Розничная торговля;;\n\n" + WIDE, WIDE.replace(";", "\t")])
def test_wide_tables_in_the_encodings_of_russian_excel(tmp_path, text, encoding):
    """The commonest table of all, saved by a Russian spreadsheet, would be refused or lose its decimals."""
    table = free_table.read(write(tmp_path, text, encoding))
    assert figures(table) == EXPECTED
    assert table.left_out == ("Республика Крым",)
    assert table.gaps == 1
    assert table.decimals == 2


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        LONG.replace(",code", "index,code").replace("index,", ",", 1),
        "Год;Субъект;Оборот, млн\n2022;Амурская область;1234,5\n2023;Амурская область;1300,25\n2022;Primorsky Krai;2000\n",
        "RU-AMU,2022,1234.5\nRU-AMU,2023,1300.25\nRU-PRI,2022,2000\n",
    ],
)
def test_long_tables_with_and_without_headings(tmp_path, text):
    """A saved data frame has an index column, and a bare one no heading at all."""
    assert figures(free_table.read(write(tmp_path, text))) == EXPECTED


def test_a_workbook_is_read_as_a_csv_is(tmp_path):
    """Numbers of a workbook would be read otherwise than the same as text."""
    book = openpyxl.Workbook()
    for row in (
        ["Регион", 2022, 2023],
        ["Амурская область", 1234.5, 1300.25],
        ["Приморский край", 2000, "-"],
    ):
        book.active.append(row)
    book.save(tmp_path / "synthetic.xlsx")
    assert figures(free_table.read(tmp_path / "synthetic.xlsx")) == EXPECTED


def test_a_year_and_a_column_may_be_named(tmp_path):
    """A table of one year, or of several columns, could not be used."""
    path = write(tmp_path, "region;shops;turnover\nRU-AMU;7;1,5\nRU-PRI;8;2,5\n")
    with pytest.raises(AnalysisError, match="no column of years"):
        free_table.read(path)
    with pytest.raises(AnalysisError, match=r"2 columns of figures \(shops, turnover\)"):
        free_table.read(path, year="2023")
    assert figures(free_table.read(path, year="2023", column="turnover")) == {
        ("RU-AMU", "2023"): 1.5,
        ("RU-PRI", "2023"): 2.5,
    }
    with pytest.raises(AnalysisError, match="0 columns headed 'sales'"):
        free_table.read(path, year="2023", column="sales")


def test_an_oblast_with_its_okrugs_gives_way_to_the_row_without_them(tmp_path):
    """Tyumen with its okrugs would stand beside the okrugs, counted twice."""
    text = (
        "r;2022\nТюменская область;9\nТюменская область без автономных округов;4\nАрхангельская область;3\n"
    )
    table = free_table.read(write(tmp_path, text))
    assert figures(table) == {("RU-TYU", "2022"): 4.0, ("RU-ARK", "2022"): 3.0}
    assert table.left_out == ("Тюменская область",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("region,year,value\nRU-AMU,2023,abc\nRU-PRI,23,2\n", "row 3 has '23' for a year"),
        (
            "region,year,value\nRU-AMU,2023,abc\nRU-PRI,2023,2\nRU-PRI,2023,3\nRU-SA,2023,5%\n",
            r"row 2 .*'abc', which is no figure; row 4 repeats RU-PRI in 2023 of row 3; row 5 .*'5%', which is no figure; nothing was kept",
        ),
        ("region;2022;x2\nRU-AMU;1;2\n", "'x2' among the years"),
        ('region,2023\nRU-AMU,"1,234"\nRU-PRI,"2,345"\n', "may be a decimal comma or part thousands"),
        ("country;2022\nChina;1\n", "no column of regions"),
        ("region;2022\nRU-AMU;…\n", "no figure"),
        ('region;2022\nRU-AMU;"1\n', "cannot be read as CSV"),
        ("a\0b", "zero bytes"),
        ("", "is empty"),
    ],
)
def test_what_cannot_be_read_is_told_at_once(tmp_path, text, sentence):
    """A reader would mend a file fault by fault, or a figure be guessed."""
    with pytest.raises(AnalysisError, match=sentence):
        free_table.read(write(tmp_path, text))


@pytest.mark.parametrize("name", ["~$table.xlsx", ".~lock.table.xlsx#"])
def test_a_lock_file_is_told_for_what_it_is(tmp_path, name):
    """It would be called a damaged table, and a reader would mend the wrong file."""
    with pytest.raises(AnalysisError, match="beside a table that is open"):
        free_table.read(write(tmp_path, "\x05Ivanov", name=name))
