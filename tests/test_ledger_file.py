"""Claims files: another paper's file works, and a bad one ends in one sentence with file and line."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.ledger import (
    CHECKS,
    COLUMNS,
    Ledger,
    headline,
    levels,
    read_claims,
    read_ledger,
    read_tables,
    summary,
    verify_file,
    write_ledger,
)
from analysis.ledger.claims import COLUMNS as CLAIM_COLUMNS

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
    assert {(row.verdict, row.basis, row.note) for row in cells} == {
        ("not_checkable", "none", "transcribed only.")
    }
    assert synthetic.row("cell.harvest.pears.2021").published == "–"
    assert synthetic.row("cell.harvest.apples.2020").unit == "t"


def test_headline_counts_groups_and_bases_apart(synthetic: Ledger) -> None:
    found = headline(synthetic)
    internal, external = found.share("text", "internal"), found.share("text", "external")
    assert (internal.failed, internal.checked, internal.total) == (4, 8, 8)
    assert (external.failed, external.checked, external.total) == (1, 2, 3)
    assert found.share("cell", "none").undecided == 8
    english = found.sentence("en")
    assert english.startswith("Statements: of 10 that can be checked 5 fail and 5 hold")
    assert "4/8" in english and "1/2" in english and "2 of 12 cannot be checked" in english
    russian = found.sentence("ru")
    assert "поддаются проверке 10" in russian and "4/8" in russian and "2 из 12" in russian
    with pytest.raises(AnalysisError, match="allowed are: en, ru"):
        found.sentence("fr")  # type: ignore[arg-type]


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
    assert read_ledger(path) == synthetic
    assert [item.name for item in path.parent.iterdir()] == ["ledger.csv"]


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
        ("a,text,here,1,,none,,,", "10 fields"),
        ("a,text,here,1,,none,,,,x,y", "10 fields"),
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
    with pytest.raises(AnalysisError, match="cannot be read"):
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
    for rule, checks in CHECKS.items():
        assert all(f"`{check}`" in table[rule] for check in checks), rule
    example = page.split("```csv\n")[1].split("```")[0]
    path = tmp_path / "example.csv"
    path.write_text(example, encoding="utf-8")
    nothing = pd.DataFrame(columns=["region", "indicator", "period", "value", "source"])
    assert [row.verdict for row in verify_file(path, nothing).rows] == [
        "match",
        "paper_error",
        "not_checkable",
    ]
