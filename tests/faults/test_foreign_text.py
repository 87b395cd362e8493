"""Text from other people's files is text wherever it is shown: a formula, a tag, TeX or mathtext in it runs nowhere."""

import csv
import html
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analysis import ledger, paths
from analysis.data import tabular
from analysis.data.indicators import read
from analysis.publish import charts, tables, verdicts
from analysis.publish.ledger_file import ledger_table, read_ledger, write_ledger
from analysis.publish.tables import Column, Table
from analysis.workflow import cli
from analysis.workflow.batch import summary

FIXTURES = Path(__file__).parents[1] / "fixtures" / "ledger"
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1+cmd",
    "-1+cmd",
    "<script>window.hostile = 1</script>",
    "<img src=x onerror=alert(1)>",
    "$\\alpha$ of $x_{",
    "\\input{/etc/passwd}",
    "50% & more_ #1 ~ ^ {x}",
)


@given(st.lists(st.text(max_size=20) | st.sampled_from(HOSTILE), min_size=1))
def test_no_text_of_a_table_is_a_formula_and_all_of_it_comes_back(cells):
    frame = pd.DataFrame({"text": cells, "n": range(len(cells))})
    inert = tabular.inert(frame)
    for cell in inert["text"]:
        is_figure = re.fullmatch(r"[-+\u2212]?[\d\s.,%?]*(e[-+]?\d+)?", cell, re.IGNORECASE)
        assert is_figure or not cell.lstrip(" \u00a0\ufeff").startswith(tabular.FORMULA_STARTS)
    assert tabular.revived(inert)["text"].tolist() == cells
    assert inert["n"].dtype == frame["n"].dtype


def test_figures_keep_their_signs():
    frame = pd.DataFrame({"printed": ["-0,6", "\u22121 250,4", "+3 %", "-", "- ?", "1e-05", "—"]})
    assert tabular.inert(frame).equals(frame)


def hostile_claims(folder):
    """The synthetic claims with hostile text wherever a claims file has text of its own."""
    for path in FIXTURES.glob("*.csv"):
        shutil.copy(path, folder)
    path = folder / "synthetic_claims.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row["note"] = row["locus"] = HOSTILE[number % len(HOSTILE)]
        row["exhibit"] = HOSTILE[(number + 1) % len(HOSTILE)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_hostile_claims_file_gives_a_ledger_and_a_page_that_run_nothing(tmp_path):
    found = ledger.verify_file(hostile_claims(tmp_path), read(FIXTURES / "synthetic_observations.csv"))
    path = write_ledger(found, tmp_path / "ledger.csv")
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+1+", "-1+"))]
    assert ledger_table(read_ledger(path)).equals(ledger_table(found))
    page = verdicts.page(found, "<b>.csv", "en")
    assert "<script" not in page
    assert "<img" not in page
    assert "Content-Security-Policy" in page
    assert html.escape(HOSTILE[4]) in page


def test_a_terminal_is_not_told_what_to_do_by_a_claim(tmp_path):
    """An escape sequence in a file could clear the screen or set the window's title."""
    path = hostile_claims(tmp_path)
    text = path.read_text(encoding="utf-8").replace(HOSTILE[0], "\x1b[2J\x1b]0;title\x07")
    path.write_text(text, encoding="utf-8")
    given_ = ["verify", str(path), "--observations", str(FIXTURES / "synthetic_observations.csv")]
    made = CliRunner().invoke(cli.main, [*given_, "--output", str(tmp_path / "out.csv")], color=True)
    assert made.exit_code in (0, 1), made.output
    assert "\x1b" not in made.output
    assert "\x07" not in made.output


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_dollar_signs_in_a_figure_are_dollar_signs(kind):
    """Two of them were taken for mathtext, and the run died in its parser."""
    with charts.style():
        figure = charts.new_figure(60, HOSTILE[6], [f"Source: {text}" for text in HOSTILE])
        figure.add_subplot().set_xlabel(HOSTILE[6])
        content = charts.to_bytes(figure, kind)
    if kind == "svg":
        assert b"<script" not in content
        assert b"onerror" not in re.sub(rb"&lt;img[^<]*", b"", content)


def test_a_table_in_html_and_latex_says_what_it_was_given(tmp_path):
    columns = (Column("text", {"en": "Text", "ru": "Текст"}), Column("n", {"en": "n", "ru": "n"}, "number"))
    table = Table(
        pd.DataFrame({"text": HOSTILE, "n": range(len(HOSTILE))}),
        columns,
        {"en": HOSTILE, "ru": HOSTILE},
    )
    page = tables.to_html(table, "en", "an-id", HOSTILE[4], HOSTILE[5])
    assert "<script" not in page
    assert "<img" not in page
    latex = tables.to_latex(table, "en", "an-id", HOSTILE[7], HOSTILE[6])
    assert "\\input{" not in latex
    assert "$\\alpha$" not in latex


def test_the_page_of_a_batch_shows_reasons_as_text(tmp_path):
    row = dict.fromkeys(summary.COLUMNS, HOSTILE[4]) | {"state": "failed", "folder": "runs/x/y"}
    summary.write(tmp_path, [row])
    page = (tmp_path / summary.HTML).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "Content-Security-Policy" in page


def test_every_page_of_the_report_lets_only_its_own_script_run():
    base = (paths.root() / "src/analysis/publish/report/templates/base.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', base)[1]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    others = paths.root().glob("src/analysis/publish/report/templates/*.html")
    assert [path.name for path in others if "<html" in path.read_text(encoding="utf-8")] == ["base.html"]
