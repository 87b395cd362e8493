"""Nothing that people fill in is ever replaced: hours of an expert's or a coder's work are in those files."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from analysis import paths
from analysis.errors import AnalysisError
from analysis.rating import coding, edition, forms, sheets
from analysis.workflow import cli

EDITION = Path(__file__).parents[1] / "fixtures" / "rating" / "synthetic_edition.txt"
SCORES = paths.raw() / "rating" / "scores.csv"


def filled(path, column, values):
    """Fill the first rows of a sheet in as a person would."""
    if path.suffix == ".csv":
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
        for row, value in zip(rows, values, strict=False):
            row[column] = value
        sheets.write(path, list(rows[0]), rows)
        return
    book = load_workbook(path)
    place = [cell.value for cell in book.active[1]].index(column) + 1
    for number, value in enumerate(values, start=2):
        book.active.cell(number, place).value = value
    book.save(path)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_filled_coding_sheet_stays_and_its_codes_go_into_the_newer_form(tmp_path, ending):
    """941 codes were lost when the command was run again."""
    sheet = tmp_path / f"coder{ending}"
    command = ["rating", "code", str(EDITION), str(sheet)]
    assert CliRunner().invoke(cli.main, command).exit_code == 0
    filled(sheet, "code", ["realised", "stalled"])
    filled(sheet, "remark", ["", "see line 3"])
    before = contents(tmp_path)
    again = CliRunner().invoke(cli.main, command)
    assert again.exit_code == 0
    assert "asks the same, 2 rows of it filled in; nothing was written" in again.output
    assert contents(tmp_path) == before


def statement(number, text):
    return {
        "edition": "V", "region": "RU-AMU", "statement": str(number), "line": str(number), "column": "before",
        "text": text, "code": "", "remark": "",
    }  # fmt: skip


def test_codes_follow_the_text_when_statements_move(tmp_path):
    """A statement more in the document moves every number behind it."""
    path = tmp_path / "coder.xlsx"
    old = [
        statement(1, "A plant opens."),
        statement(2, "A bridge."),
        statement(3, "A bridge."),
        statement(4, "Gone."),
    ]
    first = forms.write(path, coding.FORM, old, {}, ())
    filled(first.path, "code", ["realised", "intended", "stalled", "context"])
    before = path.read_bytes()
    new = [statement(1, "New."), *(statement(n + 1, row["text"]) for n, row in enumerate(old[:3], start=1))]
    second = forms.write(path, coding.FORM, new, {}, ())
    assert second == forms.Written(tmp_path / "coder.2.xlsx", True, 3, 1, (path,))
    assert path.read_bytes() == before
    codes = [row["code"] for row in sheets.read(second.path, coding.COLUMNS)]
    assert codes == ["", "realised", "intended", "stalled"]
    assert "3 filled-in rows carried over, 1 without a place" in second.sentence()
    # a third form takes the newest word of each row
    filled(second.path, "code", ["under_way", "stalled"])
    third = forms.write(path, coding.FORM, new[::-1], {}, ())
    assert third.path.name == "coder.3.xlsx"
    codes = [row["code"] for row in sheets.read(third.path, coding.COLUMNS)]
    # equal texts are told apart by their order alone
    assert codes == ["intended", "stalled", "stalled", "under_way"]


def test_what_cannot_be_read_is_not_written_over_either(tmp_path):
    path = tmp_path / "coder.csv"
    path.write_text("statement;code\n1;realised\n", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(
        AnalysisError, match=r"cannot be carried over: .* lacks the column edition.*Nothing was written"
    ):
        forms.write(path, coding.FORM, [statement(1, "A plant.")], {}, ())
    assert contents(tmp_path) == before


def test_a_name_that_ends_in_a_number_is_a_name(tmp_path):
    path = tmp_path / "coder.2026.csv"
    for name in ("coder.2026.csv", "coder.2026.2.csv"):
        written = forms.write(path, coding.FORM, [statement(1, name)], {}, ())
        assert written.path.name == name


def test_a_third_expert_can_be_added_and_filled_sheets_stay(tmp_path):
    edition.write_sheets(tmp_path, ["A", "B"], SCORES, show_previous=False)
    filled(tmp_path / "A.xlsx", "score", [7] * 83)
    before = contents(tmp_path)
    made = edition.write_sheets(tmp_path, ["A", "B", "C"], SCORES, show_previous=False)
    assert [item.is_new for item in made] == [False, False, True]
    assert before.items() <= contents(tmp_path).items()
    # another form (old scores shown, in their order) goes beside, with the scores in their new rows
    made = edition.write_sheets(tmp_path, ["A"], SCORES, show_previous=True)
    assert (made[0].path.name, made[0].carried) == ("A.2.xlsx", 83)
    assert before.items() <= contents(tmp_path).items()


def test_of_an_experts_forms_the_newest_counts_and_a_contradiction_is_refused(tmp_path):
    """Two forms of one expert would be two experts, and the median another."""
    edition.write_sheets(tmp_path, ["A", "B"], SCORES, show_previous=False)
    for name, score in (("A", 7), ("B", 5)):
        filled(tmp_path / f"{name}.xlsx", "score", [score] * 83)
    edition.write_sheets(tmp_path, ["A"], SCORES, show_previous=True)
    (tmp_path / "~$A.xlsx").write_bytes(b"a spreadsheet has it open")
    assert [(sheet.expert, set(sheet.scores.values())) for sheet in edition.read_sheets(tmp_path)] == [
        ("A", {7}), ("B", {5})
    ]  # fmt: skip
    filled(tmp_path / "A.xlsx", "score", [6])
    with pytest.raises(
        AnalysisError,
        match=r"A\.xlsx, row 2, has a score of RU-\w+ that A\.2\.xlsx has not",
    ):
        edition.read_sheets(tmp_path)


@pytest.mark.parametrize("name", ["", "a/b", ".a", "A.2", "~$A", "x" * 300, "a\nb", "a\0b"])
def test_a_name_that_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(AnalysisError, match="cannot be the name"):
        edition.write_sheets(tmp_path, [name], SCORES, show_previous=False)
    assert list(tmp_path.iterdir()) == []
