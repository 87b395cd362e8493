"""The command line: a person's mistake is one sentence and exit status 2, never a traceback."""

import pytest
from click.testing import CliRunner

from analysis import cli, paths, reproduce
from analysis.errors import AnalysisError


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
