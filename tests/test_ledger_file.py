"""Claims files: another paper's file works, and a bad one ends in one sentence with file and line."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.errors import AnalysisError
from analysis.ledger import (
    Ledger,
    headline,
    levels,
    read_claims,
    read_tables,
    registered,
    sentences,
    summary,
    verify_file,
    write_template,
)
from analysis.ledger.claims import COLUMNS as CLAIM_COLUMNS
from analysis.ledger.claims import OPTIONAL_COLUMNS
from analysis.publish.ledger_file import COLUMNS, read_ledger, write_ledger
from analysis.publish.words import text
from analysis.workflow.cli import main

FOLDER = Path(__file__).parent / "fixtures" / "ledger"
HEADER = ",".join(CLAIM_COLUMNS)


@pytest.fixture(scope="module")
def synthetic() -> Ledger:
    observations = pd.read_csv(FOLDER / "synthetic_observations.csv", dtype={"period": "str"})
    return verify_file(FOLDER / "synthetic_claims.csv", observations)


def test_second_paper_is_judged_by_hand_computed_verdicts(synthetic: Ledger) -> None:
    """The machinery must not know the first paper: apples 1260 / 60 = 21, not 22; rain 512.4 rounds to 512."""
    verdicts = {row.claim_id: (row.verdict, row.basis) for row in synthetic.rows if row.group == "text"}
    assert verdicts == {
        "orchard.yield-2020": ("match", "internal"),
        "orchard.yield-2021": ("paper_error", "internal"),
        "orchard.total-2020": ("match", "internal"),
        "orchard.total-2021": ("paper_error", "internal"),
        "orchard.largest": ("match", "internal"),
        "orchard.workers": ("paper_error", "internal"),
        "orchard.workers-2": ("match", "internal"),
        "orchard.three": ("paper_error", "internal"),
        "orchard.rain": ("match", "external"),
        "orchard.rain-near": ("not_checkable", "external"),
        "orchard.wetter": ("mismatch", "external"),
        "orchard.bees": ("not_checkable", "none"),
    }


def test_cells_are_rows_of_their_own_and_only_transcribed(synthetic: Ledger) -> None:
    cells = [row for row in synthetic.rows if row.group == "cell"]
    assert len(cells) == 8
    assert {(row.verdict, row.basis, text(row.note, "en")) for row in cells} == {
        ("not_checkable", "none", "Transcribed only.")
    }
    assert synthetic.row("cell.harvest.pears.2021").published == "–"
    assert synthetic.row("cell.harvest.apples.2020").unit == "t"


def test_headline_counts_groups_and_bases_apart(synthetic: Ledger) -> None:
    found = headline(synthetic)
    share = found.share("text")
    assert (share.internal, share.external, share.matched, share.undecided, share.total) == (4, 1, 5, 2, 12)
    assert found.share("cell").undecided == 8 and found.faults == 5
    english = text(found.text, "en")
    assert english.startswith(
        "Sentences: of 10 that can be checked 5 fail (4 against what is printed elsewhere, 1 against"
    )
    assert "2 of 12 cannot be checked" in english and "different faults" not in english
    russian = text(found.text, "ru")
    assert "поддаются проверке 10" in russian and "2 из 12" in russian


def test_every_row_is_counted_in_summary_and_levels(synthetic: Ledger) -> None:
    """A headline that loses rows hides what could not be compared."""
    assert summary(synthetic)["claims"].sum() == len(synthetic.rows)
    table = levels(synthetic).set_index("exhibit")
    assert table["claims"].sum() == len(synthetic.rows)
    assert table.loc["text", "level"] == 2


def test_failures_come_paper_errors_first(synthetic: Ledger) -> None:
    assert [row.verdict for row in synthetic.failures] == ["paper_error"] * 4 + ["mismatch"]


def test_ledger_is_written_whole_and_read_back(synthetic: Ledger, tmp_path: Path) -> None:
    path = write_ledger(synthetic, tmp_path / "new" / "ledger.csv")
    assert path.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)
    assert write_ledger(read_ledger(path), tmp_path / "again.csv").read_bytes() == path.read_bytes()
    (tmp_path / "again.csv").unlink()
    assert [item.name for item in path.parent.iterdir()] == ["ledger.csv"]


ONE_SENTENCE = """claim_id,exhibit,locus,published,unit,rule,check,formula,inputs,note,sentence,fault,reading
a,text,here,10,,R1,formula,x,x=printed:10,,s1,,
b,text,here,11,,R1,formula,x,x=printed:20,,s1,f1,
c,text,there,11,,R1,formula,x,x=printed:30,,,f1,
d,text,there,12,,R1,formula,x,x=printed:12,,,,read so
d,text,there,12,,R1,formula,x,x=printed:15,,,,read otherwise
"""
NOTHING = pd.DataFrame(columns=["region", "indicator", "period", "value", "source"])


def test_sentences_faults_and_readings_are_counted_once(tmp_path: Path) -> None:
    """Two claims of one sentence are one; two claims that show one fault are one fault; readings are one claim."""
    path = tmp_path / "claims.csv"
    path.write_text(ONE_SENTENCE, encoding="utf-8")
    ledger = verify_file(path, NOTHING)
    assert [(row.claim_id, row.verdict) for row in ledger.rows] == [
        ("a", "match"), ("b", "paper_error"), ("c", "paper_error"), ("d", "depends_on_reading"),
    ]  # fmt: skip
    assert sentences(ledger.rows)["text", "s1"] == "paper_error"
    found = headline(ledger)
    assert (found.share("text").failed, found.share("text").depending, found.faults) == (2, 1, 1)
    assert "2 in all, comes from 1 different faults" in text(found.text, "en")
    row = ledger.row("d")
    assert [text(one.outcome, "en") for one in row.readings] == [
        "read so: holds", "read otherwise: disagrees with what is printed elsewhere",
    ]  # fmt: skip


def test_units_are_converted_and_other_kinds_refused(tmp_path: Path) -> None:
    """1018.9 billion roubles are 1 018 900 million; kilometres are none."""
    frame = pd.DataFrame(
        [
            ("RU-AMU", "investment", "2023", 1018900.0, "million RUB", "x"),
            ("RU-AMU", "road", "2023", 5.0, "km", "x"),
        ],
        columns=["region", "indicator", "period", "value", "unit", "source"],
    )
    path = tmp_path / "claims.csv"
    rows = [
        '{id},text,here,"1018,9",{unit},R11,formula,x,x=obs:{indicator}:RU-AMU:2023,'.format(**case)
        for case in (
            {"id": "billions", "unit": "bn RUB", "indicator": "investment"},
            {"id": "unknown", "unit": "loads", "indicator": "investment"},
        )
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    ledger = verify_file(path, frame)
    assert [row.verdict for row in ledger.rows] == ["match", "mismatch"]
    assert "1,018,900 million RUB = 1,018.9 billion RUB" in text(ledger.row("billions").note, "en")
    assert "1 018 900 млн руб." in text(ledger.row("billions").note, "ru").replace("\u00a0", " ")
    path.write_text(
        f"{HEADER}\nkm,text,here,5,bn RUB,R11,formula,x,x=obs:road:RU-AMU:2023,\n", encoding="utf-8"
    )
    with pytest.raises(
        AnalysisError, match="line 2 compares a number in 'bn RUB' with one in 'the units of x'"
    ):
        verify_file(path, frame)


@pytest.mark.parametrize(
    "kind", ["semicolons", "bom", "cp1251", "utf-16", "tabs", "xlsx", "xlsx named csv", "comments"]
)
def test_tables_are_read_as_people_save_them(tmp_path: Path, kind: str) -> None:
    rows = [
        [*CLAIM_COLUMNS],
        [
            "ставка",
            "text",
            "Абзац 1",
            "20,0",
            "%",
            "R1",
            "formula",
            "a / b",
            "a=printed:10; b=printed:50",
            "",
        ],
        ["доля", "text", "Абзац 2", "8,50", "%", "none", "", "", "", "Нет данных"],
    ]
    path = tmp_path / ("claims.xlsx" if kind == "xlsx" else "claims.csv")
    if kind.startswith("xlsx"):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        cell = book.active["D3"]
        cell.value, cell.number_format = 8.5, "0.00"
        with path.open("wb") as file:
            book.save(file)
    else:
        delimiter = {"semicolons": ";", "cp1251": ";", "tabs": "\t"}.get(kind, ",")
        lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
        lines = ['"# замечание, с запятыми, "', *lines] if kind == "comments" else lines
        encoding = {"bom": "utf-8-sig", "cp1251": "cp1251", "utf-16": "utf-16"}.get(kind, "utf-8")
        path.write_bytes("\r\n".join(lines).encode(encoding))
    claims = read_claims(path, {})
    assert [claim.claim_id for claim in claims] == ["ставка", "доля"]
    assert claims[1].published.replace(".", ",") == "8,50" and claims[0].locus == "Абзац 1"


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    rows = [
        "a,text,here,1,,R99,formula,x,x=printed:1,",
        "b,text,here,about a dozen,,R1,formula,x,x=printed:1,",
        "b2,text,here,1,,R1,formula,x,x=claim:gone,",
        ",text,here,1,,none,,,,x",
        "c,text,here,1,,R1,formula,x,x=printed:1,",
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(AnalysisError) as caught:
        verify_file(path, NOTHING)
    told = str(caught.value).split("\n")
    assert len(told) == 3 and all("allowed" in line or "no claim_id" in line for line in told)
    assert [line.split("line ")[1][0] for line in told] == ["5", "2", "3"]


def test_faults_of_printed_tables_are_told_at_once(tmp_path: Path) -> None:
    """Each with its file and line; a workbook's formulas without results too."""
    (tmp_path / "one.csv").write_text("row,column,printed\na,b,1\na,b,2\na,b\n", encoding="utf-8")
    book = openpyxl.Workbook()
    for row in (["row", "column", "printed"], ["a", "b", "=1+1"], ["a", "c", "=2+2"]):
        book.active.append(row)
    book.save(tmp_path / "two.xlsx")
    path = tmp_path / "claims.csv"
    inputs = "x=cell:one:a:b; y=cell:two:a:b"
    path.write_text(f"{HEADER}\na,text,here,1,,R1,formula,x,{inputs},\n", encoding="utf-8")
    with pytest.raises(AnalysisError) as caught:
        verify_file(path, NOTHING)
    told = str(caught.value)
    for part in ("one.csv, line 3", "one.csv, line 4", "two.xlsx, row 2", "two.xlsx, row 3", "'=2+2'"):
        assert part in told


def test_a_file_an_input_points_to_may_not_be_ragged(tmp_path: Path) -> None:
    (tmp_path / "figures.csv").write_text("town,t\nA,1\nB\n", encoding="utf-8")
    path = tmp_path / "claims.csv"
    path.write_text(f"{HEADER}\na,text,here,1,,R1,formula,x,x=file:figures.csv:town:t:A,\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"figures\.csv, line 3 has 1 fields"):
        verify_file(path, NOTHING)


def test_a_table_that_was_not_named_is_not_read(tmp_path: Path) -> None:
    """A neighbour of the claims file may be anything, a broken table too."""
    (tmp_path / "other.csv").write_text("row,column,printed\na,b,1\na,b,2\n", encoding="utf-8")
    path = tmp_path / "claims.csv"
    path.write_text(f"{HEADER}\na,text,here,1,,R1,formula,x,x=printed:1,\n", encoding="utf-8")
    assert verify_file(path, NOTHING).rows[0].verdict == "match"


def test_a_new_claims_file_is_a_worked_example_that_runs(tmp_path: Path) -> None:
    path, table = write_template(tmp_path / "my.csv")
    verdicts = {row.claim_id: row.verdict for row in verify_file(path, NOTHING).rows if row.group == "text"}
    assert verdicts == {
        "yield-2021": "paper_error",
        "total-2020": "match",
        "largest": "match",
        "workers": "paper_error",
        "three": "paper_error",
        "bees": "not_checkable",
    }
    assert path.read_text(encoding="utf-8").startswith('"# ') and table.name == "my_table_1.csv"
    with pytest.raises(AnalysisError, match="is there already"):
        write_template(tmp_path / "my.csv")
    result = CliRunner().invoke(main, ["verify", "--new", str(tmp_path / "second.csv")])
    assert result.exit_code == 0 and (tmp_path / "second_table_1.csv").is_file()
    result = CliRunner().invoke(
        main, ["verify", str(tmp_path / "second.csv"), "--output", str(tmp_path / "l.csv")]
    )
    assert result.exit_code == 1 and "printed 22,0 t per ha" in result.output


def test_the_documentation_names_every_column() -> None:
    page = (Path(__file__).parents[1] / "docs" / "claims-file.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in (*CLAIM_COLUMNS, *OPTIONAL_COLUMNS))


def test_file_of_another_kind_is_not_read_as_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match="columns of a ledger"):
        read_ledger(path)


def test_unknown_claim_is_refused_with_those_there_are(synthetic: Ledger) -> None:
    with pytest.raises(AnalysisError, match=r"orchard\.bees"):
        synthetic.row("orchard.wasps")


def _refused(tmp_path: Path, *lines: str, header: str = HEADER) -> str:
    path = tmp_path / "bad.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    observations = pd.read_csv(FOLDER / "synthetic_observations.csv", dtype={"period": "str"})
    with pytest.raises(AnalysisError) as caught:
        verify_file(path, observations)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_unknown_rule(tmp_path: Path) -> None:
    told = _refused(tmp_path, "ok,text,here,1,,none,,,,missing", "a,text,here,1,,R99,formula,b,b=printed:1,")
    assert "bad.csv, line 3: rule is 'R99'" in told and "R11, none" in told


def test_unparsable_number(tmp_path: Path) -> None:
    assert "bad.csv, line 2: published is 'about a dozen'" in _refused(
        tmp_path, "a,text,here,about a dozen,,R1,formula,b,b=printed:1,"
    )


def test_missing_input(tmp_path: Path) -> None:
    told = _refused(tmp_path, "a,text,here,1,,R11,formula,b,b=obs:rainfall:EAST:2020,")
    assert "bad.csv, line 2" in told and "obs:rainfall:EAST:2020" in told


def test_line_is_right_after_a_field_with_line_breaks(tmp_path: Path) -> None:
    told = _refused(tmp_path, 'ok,text,here,1,,none,,,,"two', 'lines"', "a,text,here,1,,R99,,,,")
    assert "line 4" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a,text,here,1,,none,,,", "9 fields where the header has 10 fields"),
        ("a,text,here,1,,none,,,,x,y", "11 fields where the header has 10 fields"),
        (",text,here,1,,none,,,,x", "no claim_id"),
        ("a,text,here,1,,none,,,,", "must say what is missing"),
        ("a,text,here,1,,none,formula,,,x", "no rule but gives a check"),
        ("a,text,here,1,,R1,formula,b,b,", "name=reference"),
        ("a,text,here,cell:t:a:b,,none,,,,x", "names the table 't'"),
    ],
)
def test_faulty_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    message = _refused(tmp_path, line)
    assert "bad.csv, line 2" in message and told in message


def test_id_used_twice_names_both_lines(tmp_path: Path) -> None:
    line = "a,text,here,1,,none,,,,x"
    message = _refused(tmp_path, line, line)
    assert "line 3" in message and "line 2" in message


def test_columns_of_another_file_are_refused(tmp_path: Path) -> None:
    assert "line 1 has the columns claim, verdict" in _refused(tmp_path, "a,match", header="claim,verdict")


def test_absent_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="There is no file"):
        read_claims(tmp_path / "none.csv", {})


def test_empty_selection_of_cells_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("row,column,printed\na,b,1\n", encoding="utf-8")
    assert "no cell of that table is chosen" in _refused(tmp_path, "x,text,here,cell:t:z:*,,none,,,,x")


def test_cell_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("row,column,printed\na,b,1\na,b,2\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"t\.csv, line 3"):
        read_tables(tmp_path)


def test_file_beside_the_claims_is_the_papers_own_and_one_elsewhere_is_not(tmp_path: Path) -> None:
    """Otherwise a paper's own figures would count as independent data."""
    (tmp_path / "paper").mkdir()
    for folder in (tmp_path, tmp_path / "paper"):
        (folder / "values.csv").write_text("name,value\na,5\nb,3\n", encoding="utf-8")
    claims = tmp_path / "paper" / "claims.csv"
    rows = [
        f"{name},text,here,,,R11,first,,values=file:{path}:name:value; of=text:a,"
        for name, path in (("own", "values.csv"), ("outside", "../values.csv"))
    ]
    claims.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    ledger = verify_file(claims, pd.DataFrame(columns=["region", "indicator", "period", "value", "source"]))
    assert [row.basis for row in ledger.rows] == ["internal", "external"]


def test_documentation_names_every_check_and_its_example_works(tmp_path: Path) -> None:
    """Whoever puts another paper on the ledger has only this page."""
    page = (Path(__file__).parents[1] / "docs" / "claims-file.md").read_text(encoding="utf-8")
    table = {line.split("|")[1].strip(): "" for line in page.splitlines() if line.startswith("| R")}
    for line in page.splitlines():
        if line.startswith("| R"):
            table[line.split("|")[1].strip()] += line.split("|")[2]
    for one in registered():
        assert f"`{one.name}`" in table[one.rule], (one.rule, one.name)
    example = page.split("## Smallest example")[1].split("```csv\n")[1].split("```")[0]
    path = tmp_path / "example.csv"
    path.write_text(example, encoding="utf-8")
    nothing = pd.DataFrame(columns=["region", "indicator", "period", "value", "source"])
    assert [row.verdict for row in verify_file(path, nothing).rows] == [
        "match",
        "paper_error",
        "not_checkable",
    ]
