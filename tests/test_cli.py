"""The command line: a person's mistake is one sentence and exit status 2, never a traceback."""

import csv

import pytest
from click.testing import CliRunner

from analysis import paths
from analysis.errors import AnalysisError
from analysis.workflow import cli, reproduce


def amur(*arguments):
    return CliRunner().invoke(cli.main, arguments)


def test_help_names_every_command():
    shown = amur("--help").output
    assert all(name in shown for name in cli.main.commands)


def test_a_refusal_is_one_sentence_and_status_two(monkeypatch):
    def refuse(*, quiet):
        raise AnalysisError("The raw file x differs.")

    monkeypatch.setattr(reproduce, "reproduce", refuse)
    result = amur("reproduce")
    assert result.exit_code == 2
    assert result.output == "amur: The raw file x differs.\n"


def test_reproduce_says_where_the_results_are(monkeypatch, tmp_path):
    monkeypatch.setattr(reproduce, "reproduce", lambda *, quiet: tmp_path)
    assert amur("reproduce", "--quiet").output.startswith(f"Done: {tmp_path}")


@pytest.fixture
def own_files(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "user", lambda: tmp_path / "user")
    return tmp_path / "user"


def test_a_document_of_the_rating_is_read_and_compared(own_files):
    result = amur("ingest", "rating", "tests/fixtures/rating/synthetic_edition.txt")
    assert "83 regions" in result.output
    assert list(own_files.rglob("*.csv"))


def test_what_is_not_a_rating_is_refused(own_files, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("Nothing of the kind.", encoding="utf-8")
    result = amur("ingest", "rating", str(other))
    assert result.exit_code == 2
    assert result.output.startswith("amur: ")
    assert not own_files.exists() or not list(own_files.rglob("*.csv"))


def test_a_missing_file_is_refused_in_one_sentence(own_files):
    result = amur("ingest", "rating", "none.txt")
    assert result.exit_code == 2
    assert "none.txt" in result.output
    assert "Traceback" not in result.output


FIXTURES = "tests/fixtures/ledger"


def test_another_papers_claims_are_judged_by_its_own_observations(tmp_path):
    target = tmp_path / "ledger.csv"
    result = amur(
        "verify",
        f"{FIXTURES}/synthetic_claims.csv",
        "--observations",
        f"{FIXTURES}/synthetic_observations.csv",
        "--output",
        str(target),
    )
    # five of these claims fail
    assert result.exit_code == 1, result.output
    assert "cannot be checked" in result.output
    assert target.read_text(encoding="utf-8").startswith("claim_id,exhibit,locus,rule,basis,published")


def test_verify_ends_with_status_zero_only_where_no_claim_fails(tmp_path):
    """A step of CI that runs it would pass over a number that does not hold."""
    head = "claim_id,exhibit,locus,published,unit,rule,check,formula,inputs,note\n"
    holds = 'yield,text,Sentence 1,"20,0",t,R1,formula,apples / area,"apples=printed:1 200,0; area=exact:printed:60",\n'
    unchecked = "bees,text,Sentence 2,about 40,hives,none,,,,Missing: a count of hives.\n"
    fails = "workers,text,Sentence 3,57,people,R4,integer_base,,change=printed:9; direction=text:down,\n"
    for lines, status in (([holds, unchecked], 0), ([holds, fails], 1), (["no claim"], 2)):
        claims = tmp_path / "synthetic_claims.csv"
        claims.write_text(head + "".join(lines), encoding="utf-8")
        result = amur("verify", str(claims), "--output", str(tmp_path / "ledger.csv"))
        assert result.exit_code == status, result.output


def test_a_claims_file_that_is_not_there_is_refused():
    result = amur("verify", "none.csv")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("region,period\nRU-AMU,2020\n", "lacks the column indicator"),
        ("region,indicator,period,value,source\nRU-AMU,a,2020,many,me\n", "line 2 has 'many' as value"),
        ("", "is empty"),
    ],
)
def test_observations_of_ones_own_are_refused_with_their_line(tmp_path, text, message):
    own = tmp_path / "own.csv"
    own.write_text(text, encoding="utf-8")
    result = amur("verify", f"{FIXTURES}/synthetic_claims.csv", "--observations", str(own))
    assert result.exit_code == 2
    assert message in result.output


def test_every_verdict_can_be_had_as_a_page(tmp_path):
    """Only failures are printed; the file must hold every claim, in the language asked for."""
    page = tmp_path / "ledger.html"
    result = amur(
        "verify", f"{FIXTURES}/synthetic_claims.csv", "--observations", f"{FIXTURES}/synthetic_observations.csv",
        "--output", str(page), "--language", "ru",
    )  # fmt: skip
    assert result.exit_code == 1, result.output
    assert f"Все выводы (20): {page}" in result.output
    text = page.read_text(encoding="utf-8")
    assert text.count('<tr id="claim-') == 20
    assert '<html lang="ru">' in text and "Подтверждено" in text


SYNTHETIC = "tests/fixtures/rating/synthetic_edition.txt"


def test_sheets_for_experts_come_back_as_an_edition(tmp_path):
    assert amur("rating", "sheets", str(tmp_path / "s"), "--expert", "one", "--expert", "two").exit_code == 0
    assert {path.name for path in (tmp_path / "s").iterdir()} == {"one.xlsx", "two.xlsx"}
    again = amur("rating", "sheets", str(tmp_path / "s"), "--expert", "one")
    assert again.exit_code == 0
    assert "nothing was written" in again.output
    outside = amur("rating", "sheets", str(tmp_path / "s"), "--expert", "../x")
    assert outside.exit_code == 2


def test_a_coding_sheet_is_written_coded_and_compared(tmp_path):
    sheet = tmp_path / "person.csv"
    assert amur("rating", "code", SYNTHETIC, str(sheet)).exit_code == 0
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    place = lines[0].split(",").index("code")
    assert place == 6
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    for row in rows:
        row["code"] = "context"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    result = amur("rating", "compare", SYNTHETIC, str(sheet))
    assert result.exit_code == 0, result.output
    assert str(len(rows)) in result.output


def test_the_text_of_a_document_may_not_go_into_the_committed_data():
    result = amur("rating", "code", SYNTHETIC, "data/raw/rating/sheet.csv")
    assert result.exit_code == 2
    assert "committed data" in result.output
