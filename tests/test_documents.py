"""Made documents are those of the register, the catalogue and the descriptor; written ones link to what exists."""

import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from analysis import paths
from analysis.data import indicators, package
from analysis.publish import documents, exhibits, repository
from analysis.publish.ledger_file import read_ledger
from analysis.publish.report import claims
from analysis.publish.report.answers import TABLES, answers
from analysis.publish.words import text


@pytest.mark.parametrize("name", list(documents.DOCUMENTS))
def test_the_made_documents_are_current(name):
    """After a change: python -m analysis.publish.documents."""
    assert documents.path(name).read_text(encoding="utf-8") == documents.DOCUMENTS[name]()


def test_the_dictionary_has_every_indicator_and_every_column():
    text = documents.data_dictionary()
    for name in indicators.catalogue():
        assert f"| `{name}` |" in text
    for entry in package.descriptor()["resources"]:
        section = text.split(f"### {entry['name']}\n")[1].split("\n### ")[0]
        for field in entry["schema"]["fields"]:
            assert f"| `{field['name']}` | {field['type']} |" in section


def test_the_replication_readme_names_program_and_output_of_every_exhibit():
    text = documents.replication()
    for entry in exhibits.entries():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{entry.id}` |"))
        assert f"`{entry.notebook}`" in row
        assert ("tables/" in row) == ("table" in entry.outputs)
        assert ("figures/" in row) == ("figure" in entry.outputs)


@pytest.mark.parametrize("page", sorted((paths.root() / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_every_local_link_of_the_pages_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", sorted((paths.root() / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_no_table_row_has_more_cells_than_its_head(page):
    head = None
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else None
        assert cells is None or head is None or cells == head, line
        head = cells if head is None or cells is None else head


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_readme_is_short_and_its_tree_is_the_tree_on_disk(name):
    lines = (paths.root() / name).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 100
    named = [
        found
        for line in lines
        if line.startswith("| `")
        for found in re.findall(r"`([\w./]+)`", line.split("|")[1])
    ]
    assert {"notebooks/", "data/raw/", "data/processed/", "src/analysis/", "environment.yml"} <= set(named)
    for entry in named:
        assert (paths.root() / entry).exists(), entry


def test_the_folder_of_processed_data_is_in_a_clone():
    assert "data/processed/README.md" in (repository.tracked_files() or ["data/processed/README.md"])
    assert (paths.root() / "data" / "processed" / "README.md").is_file()


def test_the_first_page_names_as_failing_only_what_the_ledger_says_fails():
    """A claim that depends on its reading once stood there; nobody may be called wrong by a sentence apart from the ledger."""
    rows = read_ledger(paths.reference() / "ledger.csv").rows
    assert [row.claim_id for _message, row in claims.finds(rows)] == [
        "cell.table-3.9",
        "table-1.caption-roads",
        "text.density-established-smallest",
    ]
    assert all(row.is_failure for _message, row in claims.finds(rows))
    assert claims.finds([replace(row, verdict="depends_on_reading") for row in rows]) == []


def test_all_indicators_with_the_smallest_adjusted_p_are_named(tmp_path):
    """Step-down p are often equal; naming one of two would be a choice made after seeing them."""
    (tmp_path / "tables").mkdir()
    for name in TABLES:
        shutil.copy(paths.reference() / "tables" / f"{name}.csv", tmp_path / "tables")
    both = " ".join(text(one, "en") for one in answers(tmp_path))
    assert (
        "China's share of foreign trade turnover, 2021 and Investment in fixed capital, 2024 come nearest"
        in both
    )
    forest = pd.read_csv(tmp_path / "tables/association-forest.csv")
    forest.loc[forest["indicator"] == "investment", "p_primary"] = 0.3
    forest.to_csv(tmp_path / "tables/association-forest.csv", index=False)
    one = " ".join(text(one, "en") for one in answers(tmp_path))
    assert "China's share of foreign trade turnover, 2021 comes nearest" in one
