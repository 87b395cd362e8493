"""The whole job: results are replaced whole or not at all."""

import hashlib
import json

import pytest

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish import exhibits, report
from analysis.workflow import input_sums, reproduce, runs, sums
from analysis.workflow.kernels import client


@pytest.fixture
def small_job(tmp_path, monkeypatch):
    """Reproduce with one notebook that writes one file, in a folder of its own."""
    root = tmp_path / "repository"
    root.mkdir()
    for name in ("results", "build", "processed"):
        monkeypatch.setattr(paths, name, lambda name=name: root / name)
    monkeypatch.setattr(paths, "root", lambda: root)
    monkeypatch.setattr(reproduce.package, "verify", lambda: 1)
    monkeypatch.setattr(input_sums, "taken", lambda: {"data/raw/trade.csv": "1" * 64})
    monkeypatch.setattr(reproduce, "write_processed", lambda: None)
    monkeypatch.setattr(reproduce.parameters, "notebooks", lambda: ("04_rating",))
    monkeypatch.setattr(reproduce, "missing_files", lambda folder: [])
    monkeypatch.setattr(reproduce, "_prepare_others", lambda: None)
    monkeypatch.setattr(reproduce, "_make_pages", lambda *arguments: None)

    def write(notebook, values, target, **how):
        target.parent.mkdir(parents=True)
        target.write_text("{}")
        return runs.Done(notebook, target, 1.0)

    monkeypatch.setattr(runs, "run", write)
    return root


def test_results_hold_the_sums_of_everything_but_themselves(small_job):
    folder = reproduce.reproduce(quiet=True)
    files = ["exhibit-sources.csv", "index.html", "notebooks/04_rating.ipynb"]
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in files]
    assert (folder / "SHA256SUMS").read_text() == "".join(sums)
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
    assert set(exhibits.files(exhibits.entry("table-1"))) <= set(missing)
    assert "associations.csv" in missing


def test_the_record_says_what_the_results_were_made_from(small_job):
    folder = reproduce.reproduce(quiet=True)
    assert json.loads((folder / "run.json").read_text())["inputs"] == {"data/raw/trade.csv": "1" * 64}


def test_a_second_reproduce_waits_for_the_first(small_job, monkeypatch):
    """Both said "Done", and six of 465 files were left."""
    inner = []

    def twice(notebook, values, target, **how):
        with pytest.raises(AnalysisError, match="Another `amur reproduce` rebuilds results/"):
            reproduce.reproduce(quiet=True)
        inner.append(notebook)
        target.parent.mkdir(parents=True)
        target.write_text("{}")
        return runs.Done(notebook, target, 1.0)

    monkeypatch.setattr(runs, "run", twice)
    folder = reproduce.reproduce(quiet=True)
    assert inner == ["04_rating"]
    assert sums.departures(folder) == []
    # the lock went with the run
    monkeypatch.setattr(runs, "run", lambda *_, **how: (_ for _ in ()).throw(AnalysisError("x")))
    with pytest.raises(AnalysisError, match=r"^x$"):
        reproduce.reproduce(quiet=True)


def test_an_input_that_changes_meanwhile_leaves_the_results_as_they_were(small_job, monkeypatch):
    """Half of the notebooks had read the figures of before an ingest, half those of after."""
    states = iter([{"data/user/a.csv": "1", "b": "2"}, {"data/user/a.csv": "3", "b": "2"}])
    monkeypatch.setattr(input_sums, "taken", lambda: next(states))
    (small_job / "results").mkdir()
    (small_job / "results" / "kept").write_text("old")
    with pytest.raises(AnalysisError, match=r"^data/user/a\.csv changed while the study was rebuilt"):
        reproduce.reproduce(quiet=True)
    assert [path.name for path in (small_job / "results").iterdir()] == ["kept"]


def test_a_file_lost_before_the_swap_is_a_failure(small_job, monkeypatch):
    write = paths.write_text

    def lose(path, text):
        write(path, text)
        if path.name == "run.json":
            (path.parent / "notebooks/04_rating.ipynb").unlink()

    monkeypatch.setattr(paths, "write_text", lose)
    with pytest.raises(
        AnalysisError, match=r"04_rating\.ipynb is missing; SHA256SUMS lists it; run the same"
    ):
        reproduce.reproduce(quiet=True)
    assert not (small_job / "results").exists()


class TestPages:
    """The report's pages, in processes of their own or here."""

    @pytest.fixture
    def made_here(self, monkeypatch):
        made = []
        monkeypatch.setattr(report, "write_notebook", lambda *asked: made.append(asked))
        return made

    def test_without_a_fork_they_are_made_here(self, made_here, monkeypatch):
        monkeypatch.setattr(client, "is_available", lambda: False)
        reproduce._make_pages("write_notebook", "results", "04_rating")
        assert made_here == [("results", "04_rating")]

    def test_where_no_server_can_be_started_they_are_made_here(self, made_here, monkeypatch):
        def refused():
            raise OSError(24, "Too many open files")

        monkeypatch.setattr(client, "server", refused)
        reproduce._make_pages("write_notebook", "results", "04_rating")
        assert made_here == [("results", "04_rating")]

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (AnalysisError("The figure x.svg is not SVG."), r"^The figure x\.svg is not SVG\.$"),
            (
                ChildProcessError("it ended with status -9"),
                r"^The report was not made, .*status -9.*again\.$",
            ),
        ],
    )
    def test_what_a_process_ends_with_is_one_sentence(self, made_here, monkeypatch, error, told):
        class Server:
            def call(self, *asked):
                raise error

        monkeypatch.setattr(client, "is_available", lambda: True)
        monkeypatch.setattr(client, "server", Server)
        with pytest.raises(AnalysisError, match=told):
            reproduce._make_pages("write_notebook", "results", "04_rating")
        assert not made_here


class TestInputs:
    """What a run is made from."""

    @pytest.fixture
    def root(self, tmp_path, monkeypatch):
        monkeypatch.setattr(paths, "root", lambda: tmp_path)
        cells = [{"cell_type": "code", "source": ["1\n"], "metadata": {}, "outputs": [], "id": "a"}]
        for name, text in {
            "data/raw/a.csv": "1",
            "notebooks/n.ipynb": json.dumps({"cells": cells, "metadata": {}}),
            "src/analysis/a.py": "1",
            "src/analysis/workflow/check.py": "1",
            "src/analysis/__pycache__/a.pyc": "1",
            "data/user/rosstat/own.csv": "1",
            "data/user/customs/manifest.json": "1",
            "data/user/customs/parts/1.parquet": "1",
            "data/user/.DS_Store": "1",
            "CITATION.cff": "1",
        }.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    def test_data_code_notebooks_and_own_files_count_and_nothing_else(self, root):
        digest = hashlib.sha256(b"1").hexdigest()
        taken = input_sums.taken()
        assert list(taken) == [
            "CITATION.cff", "data/raw/a.csv", "data/user/customs/manifest.json", "data/user/rosstat/own.csv",
            "notebooks/n.ipynb", "src/analysis/a.py",
        ]  # fmt: skip
        assert {sum_ for name, sum_ in taken.items() if not name.endswith(".ipynb")} == {digest}
        assert input_sums.user_files(taken) == [
            "data/user/customs/manifest.json",
            "data/user/rosstat/own.csv",
        ]

    def test_a_notebook_that_was_run_is_the_same_and_one_with_another_cell_is_not(self, root):
        before = input_sums.taken()
        path = root / "notebooks/n.ipynb"
        content = json.loads(path.read_text())
        content["cells"][0] |= {"outputs": [{"text": "1"}], "id": "b"}
        path.write_text(json.dumps(content))
        assert input_sums.taken() == before
        content["cells"][0]["source"] = ["2\n"]
        path.write_text(json.dumps(content))
        assert input_sums.changed(before, input_sums.taken()) == ["notebooks/n.ipynb"]

    def test_new_lost_and_changed_inputs_are_named_and_many_are_counted(self):
        assert input_sums.changed({"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"}) == [
            "a",
            "c",
            "d",
        ]
        assert input_sums.named(["a", "b"]) == "a, b"
        assert input_sums.named(list("abcde")) == "a, b, c and 2 more"

    def test_a_damaged_notebook_is_one_sentence(self, root):
        (root / "notebooks/n.ipynb").write_text("{")
        with pytest.raises(AnalysisError, match=r"notebooks/n\.ipynb cannot be read"):
            input_sums.taken()
