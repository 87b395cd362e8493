"""The whole job: results are replaced whole or not at all."""

import hashlib
import json

import pytest

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish.exhibits import register
from analysis.workflow import reproduce, runs


@pytest.fixture
def small_job(tmp_path, monkeypatch):
    """Reproduce with one notebook that writes one file, in a folder of its own."""
    root = tmp_path / "repository"
    root.mkdir()
    for name in ("results", "build", "processed"):
        monkeypatch.setattr(paths, name, lambda name=name: root / name)
    monkeypatch.setattr(paths, "root", lambda: root)
    monkeypatch.setattr(reproduce.package, "verify", lambda: 1)
    monkeypatch.setattr(reproduce, "write_processed", lambda: None)
    monkeypatch.setattr(reproduce.parameters, "notebooks", lambda: ("04_rating",))
    monkeypatch.setattr(reproduce, "missing_files", lambda folder: [])
    monkeypatch.setattr(reproduce.report, "build", lambda folder: folder)

    def write(notebook, values, target, **how):
        target.parent.mkdir(parents=True)
        target.write_text("{}")
        return runs.Done(notebook, target, 1.0)

    monkeypatch.setattr(runs, "run", write)
    return root


def test_results_hold_the_sums_of_everything_but_themselves(small_job):
    folder = reproduce.reproduce(quiet=True)
    digest = hashlib.sha256(b"{}").hexdigest()
    assert (folder / "SHA256SUMS").read_text() == f"{digest}  notebooks/04_rating.ipynb\n"
    assert json.loads((folder / "run.json").read_text())["notebooks"] == {"04_rating": 1.0}


def test_a_failing_notebook_leaves_the_results_as_they_were(small_job, monkeypatch):
    results = small_job / "results"
    results.mkdir()
    (results / "kept").write_text("old")

    def fail(notebook, values, target, **how):
        raise AnalysisError("04_rating failed.")

    monkeypatch.setattr(runs, "run", fail)
    with pytest.raises(AnalysisError, match="04_rating failed"):
        reproduce.reproduce(quiet=True)
    assert [path.name for path in results.iterdir()] == ["kept"]


def test_a_changed_raw_file_stops_before_any_notebook(small_job, monkeypatch):
    def refuse():
        raise AnalysisError("The raw file x differs.")

    monkeypatch.setattr(reproduce.package, "verify", refuse)
    monkeypatch.setattr(runs, "run", lambda *_, **how: pytest.fail("a notebook ran"))
    with pytest.raises(AnalysisError, match="raw file x"):
        reproduce.reproduce(quiet=True)


def test_an_exhibit_that_was_not_written_is_a_failure(small_job, monkeypatch):
    monkeypatch.setattr(reproduce, "missing_files", lambda folder: ["tables/table-1.csv"])
    with pytest.raises(AnalysisError, match=r"did not write tables/table-1\.csv"):
        reproduce.reproduce(quiet=True)
    assert not (small_job / "results").exists()


def test_results_that_are_a_file_are_refused(small_job):
    (small_job / "results").touch()
    with pytest.raises(AnalysisError, match="is a file"):
        reproduce.reproduce(quiet=True)


def test_missing_files_follow_the_register(tmp_path):
    missing = reproduce.missing_files(tmp_path)
    assert set(register.files(register.entry("table-1"))) <= set(missing)
    assert "associations.csv" in missing
