"""Print: a number, name or mark written wrongly is read wrongly, and an unescaped one is worse."""

import io
import math
import time
import zipfile

import docx
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data import formats
from analysis.errors import AnalysisError
from analysis.publish import office, tables
from analysis.publish.tables import Column, Table


@pytest.mark.parametrize(
    ("value", "decimals", "english", "russian"),
    [
        (1234.5, 1, "1,234.5", "1234,5"),
        (12345.25, 1, "12,345.3", "12\u00a0345,3"),  # half away from zero, not half to even
        (-0.04, 1, "0.0", "0,0"),  # no minus before a zero
        (-2, 0, "\u22122", "\u22122"),
        (0.125, 2, "0.13", "0,13"),
    ],
)
def test_numbers_are_written_the_way_the_language_does(value, decimals, english, russian):
    assert formats.number(value, decimals, "en") == english
    assert formats.number(value, decimals, "ru") == russian


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_a_written_number_is_within_half_a_digit_of_the_value(value, decimals):
    written = formats.number(value, decimals, "ru").replace("\u00a0", "").replace(",", ".")
    assert math.isclose(
        float(written.replace("\u2212", "-")), value, abs_tol=0.5 * 10**-decimals + 1e-6, rel_tol=1e-12
    )


def test_a_small_p_is_never_written_as_zero():
    assert formats.p_value(3.6e-6, "en") == "<\u20090.001"
    assert formats.p_value(0.0433, "ru") == "0,043"


def example(text="<script>alert(1)</script> & 50 % of $x_1^2$ {~} #1 \\end"):
    return Table(
        pd.DataFrame(
            {"name": [text, "plain"], "region": ["RU-AMU", "FAR_EAST"], "value": [1.5, float("nan")]}
        ),
        (
            Column("name", {"en": "Name & kind", "ru": "Имя"}),
            Column("region", {"en": "Region", "ru": "Регион"}, "region"),
            Column("value", {"en": "Value", "ru": "Значение"}, "number", 1),
        ),
        {"en": ("A <note> with 5 %.",), "ru": ("Примечание.",)},
    )


def test_html_escapes_everything_that_comes_from_data():
    page = tables.to_html(example(), "en", "table-9", 'A "title" <b>', "A & B")
    assert "<script>" not in page
    assert "<note>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert "A &amp; B" in page
    assert 'id="table-9-en"' in page


def test_latex_escapes_everything_that_comes_from_data():
    source = tables.to_latex(example(), "en", "table-9", "100 % & more", "A_B")
    body = source.replace("\\textbackslash", "").replace("\\end{tab", "")
    assert r"\$x\_1" in source
    assert r"\& more" in source
    assert r"A\_B" in source
    assert "\\end{table}" in source
    # the cell's own backslash must not have become a command
    assert "#1 \\end" not in body
    assert source.count("\\begin{table}") == source.count("\\end{table}") == 1


def test_missing_values_and_names_are_written_in_the_language():
    shown = example().printed("ru")
    assert shown["Значение"].tolist() == ["1,5", formats.MISSING]
    assert shown["Регион"].tolist() == ["Амурская область", "Дальневосточный федеральный округ"]


def test_the_csv_keeps_codes_and_full_precision():
    frame = pd.DataFrame({"region": ["RU-AMU"], "value": [1 / 3]})
    text = tables.to_csv(Table(frame, (Column("region", {"en": "R", "ru": "Р"}, "region"),)))
    assert text == "region,value\nRU-AMU,0.3333333333333333\n"


def test_two_columns_with_one_heading_are_refused():
    table = Table(
        pd.DataFrame({"a": [1], "b": [2]}),
        (Column("a", {"en": "x", "ru": "х"}), Column("b", {"en": "x", "ru": "й"})),
    )
    with pytest.raises(AnalysisError, match="heading 'x'"):
        table.printed("en")


def test_our_figures_beside_printed_ones_are_written_as_each_language_does():
    rows = pd.DataFrame({"a": ["0,006", formats.rounded(0.00558, 4), formats.rounded(34, 1), None]})
    table = Table(rows, (Column("a", {"en": "A", "ru": "А"}, "printed"),))
    assert table.printed("en")["A"].tolist() == ["0,006", "0.0056", "34.0", formats.MISSING]
    assert table.printed("ru")["А"].tolist() == ["0,006", "0,0056", "34,0", formats.MISSING]
    assert tables.to_csv(table).splitlines()[2:4] == ["0.0056", "34.0"]


@pytest.mark.parametrize(
    ("period", "en", "ru"),
    [
        ("2021-01/2021-09", "January-September 2021", "январь–сентябрь 2021"),
        ("2021-03", "March 2021", "март 2021"),
        ("2020-11/2021-02", "November 2020 – February 2021", "ноябрь 2020 – февраль 2021"),
        ("2021", "2021", "2021"),
        ("III; 2020, 2021", "edition III; 2020, 2021", "выпуск III; 2020, 2021"),
        ("II–III", "editions II–III", "выпуски II–III"),
        ("2000–2021", "2000–2021", "2000–2021"),
        ("2001/2024", "2001–2024", "2001–2024"),
    ],
)
def test_months_of_a_period_are_written_in_words(period, en, ru):
    assert formats.period_name(period, "en") == en
    assert formats.period_name(period, "ru") == ru


@pytest.mark.parametrize(
    ("title", "period", "caption"),
    [
        ("Exports, January-September 2021", "2021-01/2021-09", "Exports, January-September 2021"),
        ("Exports, January-September 2021", "2020", "Exports, January-September 2021, 2020"),
        ("Main items, 2021", "2021", "Main items, 2021"),
        ("Changes between editions II and III", "II–III", "Changes between editions II and III"),
        ("Scores", "III", "Scores, edition III"),
        ("Trade, 2021", "2021-01/2021-09", "Trade, 2021, January-September 2021"),
    ],
)
def test_a_caption_does_not_say_its_period_twice(title, period, caption):
    assert tables.caption(title, period, "en") == caption


def test_a_tree_keeps_its_indents_in_html():
    """Rows whose sum is the row above would look like its equals."""
    table = tables.Table(
        pd.DataFrame({"goods": ["44 Wood", "\u20034403 Rough"]}),
        (tables.Column("goods", {"en": "G", "ru": "G"}),),
    )
    page = tables.to_html(table, "en", "tree", "Title", "Source")
    assert "<td>44 Wood</td>" in page
    assert "\u20034403 Rough</td>" in page


# ------------------------------------------------------------------ tables that travel


def shares():
    """Two regions and the district over three years, as a paper prints them: decimal commas, a dash for none."""
    rows = pd.DataFrame(
        {
            "region": ["FAR_EAST", "RU-AMU", "RU-CHU"],
            "2019": ["28,2", "67,8", "-"],
            "2020": ["33,8", "59,5", "65,9"],
            "2021": ["35,5", "52,6", "80,0"],
            "n": [1, 2, 3],
        }
    )
    columns = (
        tables.Column("region", {"en": "Region", "ru": "Регион"}, "region"),
        *(tables.Column(year, {"en": year, "ru": year}, "printed") for year in ("2019", "2020", "2021")),
        tables.Column("n", {"en": "Number, thousand", "ru": "Число, тыс."}, "number", 1),
    )
    return tables.Table(rows, columns, {"en": ("A note.",), "ru": ("Примечание.",)})


def test_whole_numbers_beyond_an_integer_of_a_table_stay_numbers():
    """All regions have more arrangements of their scores than 64 bits hold, and their run would stop."""
    rows = pd.DataFrame({"arrangements": ["1" + "0" * 59, "120"]}, dtype=object)
    table = tables.Table(rows, (tables.Column("arrangements", "Arrangements"),))
    read = pd.read_csv(io.StringIO(office.to_tidy_csv(table)))
    assert read["arrangements"].tolist() == [1e59, 120.0]


def test_a_tidy_table_reads_as_numbers_with_a_row_a_year_and_names_in_both_languages():
    """R and pandas read 27,5 as text, and years as headings are no variable."""
    read = pd.read_csv(io.StringIO(office.to_tidy_csv(shares())))
    assert list(read.columns) == ["region", "region_en", "region_ru", "n", "year", "value"]
    assert read["value"].dtype == float and read["year"].dtype == int
    amur = read[read["region"] == "RU-AMU"]
    assert amur["value"].tolist() == [67.8, 59.5, 52.6]
    assert set(amur["region_en"]) == {"Amur Oblast"} and set(amur["region_ru"]) == {"Амурская область"}
    # what was printed as a dash is no number
    assert read["value"].isna().sum() == 1


def test_text_stays_text_where_not_every_cell_is_a_number():
    rows = pd.DataFrame({"code": ["44031", "44034"], "mixed": ["12", "about 12"], "p": ["0,05", ""]})
    made = office.tidy(tables.Table(rows, ()))
    assert made["mixed"].tolist() == ["12", "about 12"]
    assert made["p"].tolist()[0] == 0.05 and pd.isna(made["p"].tolist()[1])


@pytest.mark.parametrize(("language", "sheets"), [("en", ["Table", "Data"]), ("ru", ["Таблица", "Данные"])])
def test_a_workbook_has_the_printed_table_and_the_data(language, sheets):
    book = openpyxl.load_workbook(
        io.BytesIO(office.to_xlsx(shares(), language, "table-2", "Title", "=Source"))
    )
    assert book.sheetnames == sheets
    first = book[sheets[0]]
    assert first["A1"].value == "Title [table-2]"
    assert first["B5"].value == "-"
    # a number with its decimals, which the programme shows with the reader's mark
    assert first["E4"].value == 2 and first["E4"].number_format == "#,##0.0"
    data = pd.read_excel(io.BytesIO(office.to_xlsx(shares(), language, "x", "t", "s")), sheet_name=sheets[1])
    assert data["value"].sum() == pytest.approx(28.2 + 67.8 + 33.8 + 59.5 + 65.9 + 35.5 + 52.6 + 80.0)
    # foreign text that begins like a formula stays text
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize(("language", "word"), [("en", "Table"), ("ru", "Таблица")])
def test_a_word_table_has_a_counted_caption_above_and_source_below(language, word):
    content = office.to_docx(shares(), language, "table-2", "Title", "Source")
    document = docx.Document(io.BytesIO(content))
    caption = document.paragraphs[0]
    assert f"SEQ {word}" in caption._p.xml
    assert caption.text.endswith(" – Title")
    (table,) = document.tables
    assert [cell.text for cell in table.rows[2].cells][1:4] == ["67,8", "59,5", "52,6"]
    body = [element.tag.rsplit("}", 1)[1] for element in document.element.body]
    assert body == ["p", "tbl", "p", "p", "sectPr"]
    assert document.paragraphs[-1].text.endswith("[table-2].")


@pytest.mark.parametrize("write", [office.to_xlsx, office.to_docx])
def test_the_same_table_gives_the_same_office_file(write, monkeypatch):
    first = write(shares(), "ru", "table-2", "Название", "Источник")
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert write(shares(), "ru", "table-2", "Название", "Источник") == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert parts.testzip() is None
