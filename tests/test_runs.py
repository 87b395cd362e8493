"""Running notebooks: a run that did not finish must never look like one that did."""

import nbformat
import pytest

from analysis import paths
from analysis.errors import AnalysisError
from analysis.workflow import runs


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """Put cells into a notebook that runs as 04_rating does."""
    monkeypatch.setattr(paths, "build", lambda: tmp_path / "build")

    def make(*sources):
        made = nbformat.v4.new_notebook()
        made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
        made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
        made.cells[0].metadata["tags"] = ["parameters"]
        path = tmp_path / "made.ipynb"
        nbformat.write(made, path)
        monkeypatch.setattr(runs, "source", lambda name: path)
        return tmp_path / "out" / "04_rating.ipynb"

    return make


def failed(tmp_path):
    return tmp_path / "build" / "failed" / "04_rating.ipynb"


def test_a_finished_run_is_clean_and_the_same_twice(notebook):
    target = notebook("edition = 'III'", "print(edition)")
    runs.run("04_rating", {"edition": "II"}, target)
    first = target.read_bytes()
    runs.run("04_rating", {"edition": "II"}, target)
    assert target.read_bytes() == first
    executed = nbformat.reads(first.decode(), as_version=4)
    assert executed.cells[-1].outputs[0].text == "II\n"
    assert "papermill" not in executed.metadata


def test_a_notebook_that_exits_early_is_a_failure_and_is_kept(notebook, tmp_path):
    target = notebook("edition = 'III'", "import sys; sys.exit(0)", "print('never')")
    with pytest.raises(AnalysisError, match=r"stopped before the end.*failed/04_rating\.ipynb"):
        runs.run("04_rating", {}, target)
    assert failed(tmp_path).is_file()
    assert list(target.parent.iterdir()) == []


def test_a_dying_kernel_is_a_failure_and_is_kept(notebook, tmp_path):
    """What its cells gave before is what tells the reader why; it is written although cells are fast."""
    target = notebook("edition = 'III'", "print('reached')", "import os; os._exit(1)")
    with pytest.raises(AnalysisError, match=r"kernel died.*failed/04_rating\.ipynb"):
        runs.run("04_rating", {}, target)
    kept = nbformat.read(failed(tmp_path), as_version=4)
    assert kept.cells[-2].outputs[0].text == "reached\n"


def test_a_failing_cell_is_named_with_its_error(notebook, tmp_path):
    target = notebook("edition = 'III'", "1 / 0")
    with pytest.raises(AnalysisError, match="failed in cell 2: ZeroDivisionError: division by zero"):
        runs.run("04_rating", {}, target)
    assert not target.exists()


def test_a_sentence_of_ours_is_passed_on_as_it_is(notebook):
    target = notebook(
        "edition = 'III'",
        "from analysis.errors import AnalysisError\nraise AnalysisError('No such thing; allowed is none.')",
    )
    with pytest.raises(AnalysisError, match="failed in cell 2: No such thing; allowed is none"):
        runs.run("04_rating", {}, target)


def test_an_unknown_parameter_is_refused_before_anything_runs(notebook):
    target = notebook("edition = 'III'")
    with pytest.raises(AnalysisError, match=r"'editon'.*edition, district"):
        runs.run("04_rating", {"editon": "II"}, target)
    assert not target.parent.exists()


def test_a_value_that_is_not_json_is_refused(notebook):
    target = notebook("edition = 'III'")
    with pytest.raises(AnalysisError, match="edition is a tuple"):
        runs.run("04_rating", {"edition": ("II", "III")}, target)


def test_a_hanging_cell_is_stopped(notebook, monkeypatch):
    monkeypatch.setattr(runs, "CELL_TIMEOUT_SECONDS", 2)
    target = notebook("edition = 'III'", "import time; time.sleep(60)")
    with pytest.raises(AnalysisError, match="ran for more than 2 seconds"):
        runs.run("04_rating", {}, target)


def test_what_a_cell_printed_is_one_piece_however_the_kernel_sent_it():
    """On a busy machine one output came in two pieces, and two runs had different bytes."""

    def stream(name, text):
        return nbformat.v4.new_output("stream", name=name, text=text)

    def cleaned(*outputs):
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=list(outputs))])
        return runs.as_text(made)

    shown = nbformat.v4.new_output("display_data", data={"text/plain": "x"})
    whole = cleaned(stream("stdout", "a\nb\n"), stream("stderr", "w\n"), shown, stream("stdout", "c\n"))
    for pieces in (
        [stream("stdout", "a\n"), stream("stdout", "b\n"), stream("stderr", "w\n")],
        [stream("stderr", "w\n"), stream("stdout", "a\n"), stream("stdout", "b\n")],
        [stream("stdout", "a\nb"), stream("stderr", "w\n"), stream("stdout", "\n")],
    ):
        assert cleaned(*pieces, shown, stream("stdout", "c\n")) == whole
    # what stands between two pieces keeps its place
    assert cleaned(stream("stdout", "a\n"), shown, stream("stdout", "b\n")) != cleaned(
        stream("stdout", "a\nb\n"), shown
    )
