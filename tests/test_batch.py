"""Batches: nothing wrong may start, nothing half done may count, nothing may be left behind."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import nbformat
import polars
import psutil
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analysis import paths
from analysis.data import package
from analysis.errors import AnalysisError
from analysis.workflow import cli, runs
from analysis.workflow.batch import collect, grid, gridfile, identity, job, pools, summary, work
from analysis.workflow.kernels import client

PARAMETERS = "edition: str = 'III'\ndistrict: str = 'all'\nlanguage: str = 'en'\noutput_dir: str = ''"


@pytest.fixture(scope="module", autouse=True)
def _one_server_for_all():
    # a batch ends its server; here the next test goes on with it
    ended = client.ended
    pools.client.ended = contextlib.nullcontext
    yield
    pools.client.ended = ended
    client.stop()


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Put cells into a notebook that runs as 04_rating does and promises no exhibits."""
    monkeypatch.setattr(paths, "build", lambda: tmp_path / "build")
    monkeypatch.setattr(work, "declared_files", lambda notebook: [])

    def make(*sources):
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in (PARAMETERS, *sources)]
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "language": "python",
            "display_name": "Python 3",
        }
        notebook.cells[0].metadata["tags"] = ["parameters"]
        path = tmp_path / "made.ipynb"
        nbformat.write(notebook, path)
        monkeypatch.setattr(runs, "source", lambda name: path)

    return make


EDITIONS = """
    [[grid]]
    notebook = "04_rating"
    [grid.cross]
    edition = ["II", "III"]
"""


def written(folder, text, name="grid.toml"):
    path = folder / name
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def plan(folder, text, where=(), **options):
    return job.plan(written(folder, text), folder / "out", where, job.Options(**options))


def batch(folder, text, **options):
    options = {"is_quiet": True, **options}
    return job.run(plan(folder, text, **options), job.Options(**options), lambda line: None)


def states(done):
    return [row["state"] for row in done.table]


# the grid file -------------------------------------------------------------------------------------


def test_lists_are_crossed_and_zipped_and_exclusions_left_out(tmp_path):
    path = written(
        tmp_path,
        """
        [[grid]]
        notebook = "05_association"
        fixed = { alpha = 0.1 }
        [grid.cross]
        edition = ["II", "III"]
        [[grid.zip]]
        trade_period = [2019, 2020, 2021]
        investment_period = [2022, 2023, 2024]
        [[grid.exclude]]
        edition = "II"
        trade_period = "2021"
        """,
    )
    found = grid.requests(gridfile.read(path))
    assert [
        (r.values["edition"], r.values["trade_period"], r.values["investment_period"]) for r in found
    ] == [
        ("II", 2019, 2022),
        ("II", 2020, 2023),
        ("III", 2019, 2022),
        ("III", 2020, 2023),
        ("III", 2021, 2024),
    ]
    assert {(r.values["alpha"], r.values["crossings_period"]) for r in found} == {(0.1, 2020)}


def test_yaml_says_the_same_as_toml(tmp_path):
    toml = written(tmp_path, EDITIONS)
    yaml = written(
        tmp_path, "grid:\n  - notebook: 04_rating\n    cross:\n      edition: [II, III]\n", "grid.yaml"
    )
    assert grid.requests(gridfile.read(toml)) == grid.requests(gridfile.read(yaml))


def test_a_run_asked_for_twice_runs_once(tmp_path):
    assert len(plan(tmp_path, EDITIONS + EDITIONS)) == 2


HEAD = '[[grid]]\nnotebook = "02_china_share"\n'
WRONG = {
    "unknown key of the file": ("runs = 1\n" + HEAD, 1, "'runs'"),
    "no grid": ("# nothing\n", 1, "one or more"),
    "unknown key of a grid": (HEAD + "fix = 1\n", 3, "'fix'"),
    "unknown notebook": ('[[grid]]\n\nnotebook = "02_china"\n', 3, "'02_china'"),
    "no notebook": ("[[grid]]\nfixed = {}\n", 1, "either"),
    "unknown parameter": (HEAD + "[grid.fixed]\n# years\nlast_yaer = 2020\n", 5, "'last_yaer'"),
    "unknown region in a list over lines": (
        HEAD + '[grid.cross]\nregions = [\n  ["RU-AMU"],\n  ["RU-XXX"],\n]\n', 6, "'RU-XXX'"
    ),
    "second value of a list": (HEAD + "[grid.cross]\nfirst_year = [2015,\n 1915]\n", 5, "1915"),
    "cross that is no list": (HEAD + "[grid.cross]\nfirst_year = 2015\n", 4, "belongs in fixed"),
    "value twice": (HEAD + "[grid.cross]\nfirst_year = [2015, 2015]\n", 4, "twice"),
    "unequal zip": (HEAD + "[[grid.zip]]\nfirst_year = [2015]\nlast_year = [2019, 2020]\n", 3, "has 1"),
    "in two sections": (
        HEAD + "fixed = { first_year = 2015 }\n[grid.cross]\nfirst_year = [2016]\n", 5, "fixed already"
    ),
    "order of years": (HEAD + "[grid.fixed]\nfirst_year = 2020\nlast_year = 2015\n", 1, "is after"),
    "useless exclusion": (HEAD + "[[grid.exclude]]\nfirst_year = 2015\n", 3, "leaves out nothing"),
    "a folder": (HEAD + '[grid.fixed]\noutput_dir = "/tmp"\n', 4, "folder of its own"),
    "a date": (HEAD + "[grid.fixed]\nlast_year = 2020-01-01\n", 4, "is a date"),
    "formats as an axis": (HEAD + '[grid.cross]\nformats = ["csv", "all"]\n', 4, "belongs in fixed"),
    "an unknown format": (HEAD + '[grid.fixed]\nformats = "pdf"\n', 4, "'pdf'"),
    "a number that is none": (HEAD + "[grid.fixed]\nlast_year = nan\n", 4, "is a float"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_grid_is_refused_with_file_and_line(tmp_path, name):
    text, line, told = WRONG[name]
    with pytest.raises(AnalysisError) as caught:
        plan(tmp_path, text)
    assert re.search(rf"grid\.toml, line {line}: ", str(caught.value)), caught.value
    assert told in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("grid.toml", "[[grid]]\nnotebook =\n", "line 2"),
        ("grid.yaml", "grid:\n  - notebook: [\n", "line 3"),
        (
            "grid.yaml",
            "grid:\n- notebook: 04_rating\n  notebook: 02_china_share\n",
            "line 3: notebook stands",
        ),
        ("grid.yml", "grid:\n- notebook: 04_rating\n  cross:\n    edition: [II, IV]\n", "line 4"),
        ("grid.json", "{}", "'.json'"),
    ],
)
def test_what_is_no_grid_file_is_refused(tmp_path, name, text, told):
    with pytest.raises(AnalysisError, match=re.escape(told)):
        grid.requests(gridfile.read(written(tmp_path, text, name)))


@given(st.dictionaries(st.text(max_size=6), st.text(max_size=8) | st.integers() | st.lists(st.integers())))
def test_any_grid_ends_in_runs_or_a_sentence(content):
    file = gridfile.GridFile(paths.root() / "any.toml", {"grid": [content]}, lambda place: 1)
    try:
        assert grid.requests(file)
    except AnalysisError as error:
        assert "line 1" in str(error)


def test_too_many_runs_are_refused_before_they_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "MOST_RUNS", 1)
    with pytest.raises(AnalysisError, match="line 1: this grid asks for 2 runs"):
        plan(tmp_path, EDITIONS)


@pytest.mark.parametrize(
    ("condition", "count"),
    [("edition==II", 1), ("edition != II", 1), ("edition>=II", 2), ("district==all", 2)],
)
def test_conditions_choose_runs(tmp_path, condition, count):
    assert len(plan(tmp_path, EDITIONS, [condition])) == count


def test_numbers_are_compared_as_numbers_and_lists_by_what_they_hold(tmp_path):
    text = HEAD + '[grid.cross]\nfirst_year = [2000, "2015"]\nregions = [["RU-AMU"], ["RU-PRI", "RU-AMU"]]\n'
    assert len(plan(tmp_path, text, ["first_year>=2001", "regions==RU-AMU"])) == 2
    assert len(plan(tmp_path, text, ["regions==RU-PRI"])) == 2
    with pytest.raises(AnalysisError, match="is a list"):
        plan(tmp_path, text, ["regions>RU-PRI"])


@pytest.mark.parametrize("condition", ["period>=2018", "edition", "edition=II", "edition>III"])
def test_a_condition_that_cannot_be_met_is_refused(tmp_path, condition):
    with pytest.raises(AnalysisError):
        plan(tmp_path, EDITIONS, [condition])


# identity ------------------------------------------------------------------------------------------


def test_a_comment_or_a_docstring_does_not_count_and_code_does(tmp_path):
    first = written(tmp_path, '"""A."""\n\ndef f(x):\n    """B."""\n    return x + 1\n', "a.py")
    same = written(tmp_path, "# new\ndef f(x):\n    return (x +\n            1)  # why\n", "b.py")
    other = written(tmp_path, "def f(x):\n    return x + 2\n", "c.py")
    found = [identity._module("analysis.a", path).digest for path in (first, same, other)]
    assert found[0] == found[1] != found[2]


def test_modules_are_those_imported_directly_or_through_others():
    found = identity.modules(paths.notebooks() / "04_rating.ipynb")
    assert {
        "analysis.rating.document",
        "analysis.publish.charts",
        "analysis.data.regions",
        "analysis.errors",
    } <= set(found)
    assert not {
        "analysis.publish.charts_association",
        "analysis.workflow.cli",
        "analysis.rating.associations",
    } & set(found)


def test_every_raw_file_is_an_input_because_a_cell_may_read_any():
    data = {name for name in identity.inputs("09_rating_edition") if name.startswith("data ")}
    assert data == {f"data {name}" for name in package.resources()}


def test_outputs_and_ids_of_a_notebook_do_not_count(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    path = tmp_path / "a.ipynb"
    nbformat.write(notebook, path)
    before = identity._cells(path)
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="2")]
    notebook.cells[0]["id"] = "other"
    nbformat.write(notebook, path)
    assert identity._cells(path) == before
    notebook.cells[0].source = "1 + 2"
    nbformat.write(notebook, path)
    assert identity._cells(path) != before


def test_the_identity_depends_on_every_input_and_parameter():
    base = identity.identity("04_rating", {"edition": "II"}, {"lock": "a"})
    assert base == identity.identity("04_rating", {"edition": "II"}, {"lock": "a"})
    others = [
        identity.identity("05_association", {"edition": "II"}, {"lock": "a"}),
        identity.identity("04_rating", {"edition": "III"}, {"lock": "a"}),
        identity.identity("04_rating", {"edition": "II"}, {"lock": "b"}),
        identity.identity("04_rating", {"edition": "II"}, {"lock": "a", "notebook": "c"}),
    ]
    assert len({base, *others}) == 5


# runs ----------------------------------------------------------------------------------------------


def test_a_finished_run_has_its_record_and_is_not_run_again(made, tmp_path):
    made("open(f'{output_dir}/told.txt', 'w').write(edition)")
    first = batch(tmp_path, EDITIONS)
    assert states(first) == ["done", "done"]
    folder = first.output / first.table[0]["folder"]
    record = json.loads((folder / "run.json").read_text())
    assert record["parameters"] == {"edition": "II", "district": "all", "language": "en"}
    assert {"told.txt", "04_rating.ipynb"} == set(record["files"])
    assert {"state", "seconds", "host", "versions", "git", "inputs", "started"} <= set(record)
    assert str(folder) in (folder / "04_rating.ipynb").read_text()
    assert ".partial" not in (folder / "04_rating.ipynb").read_text()
    before = {path: path.stat().st_mtime_ns for path in (first.output / "runs").rglob("*")}
    assert batch(tmp_path, EDITIONS).table == first.table
    assert {path: path.stat().st_mtime_ns for path in (first.output / "runs").rglob("*")} == before
    assert not (first.output / ".partial").exists()


def test_a_run_of_which_a_file_is_missing_or_short_is_run_again(made, tmp_path):
    made("open(f'{output_dir}/told.txt', 'w').write(edition)")
    first = batch(tmp_path, EDITIONS)
    told = [first.output / row["folder"] / "told.txt" for row in first.table]
    told[0].unlink()
    told[1].write_text("I")
    batch(tmp_path, EDITIONS)
    assert [path.read_text() for path in told] == ["II", "III"]


def test_a_folder_without_a_record_is_not_taken_as_done(made, tmp_path):
    made("pass")
    jobs = plan(tmp_path, EDITIONS)
    jobs[0].folder.mkdir(parents=True)
    (jobs[0].folder / "04_rating.ipynb").write_text("{}")
    assert work.finished(jobs[0]) is None
    assert states(batch(tmp_path, EDITIONS)) == ["done", "done"]


def test_a_batch_writes_the_formats_it_is_asked_for_and_figures_afterwards(made, tmp_path):
    """Figures of a thousand runs take most of the time, and are looked at for a few."""
    made("open(f'{output_dir}/told.txt', 'w').write(formats)")

    def told(done):
        return [(done.output / row["folder"] / "told.txt").read_text() for row in done.table]

    first = batch(tmp_path, EDITIONS, formats="csv")
    assert told(first) == ["csv", "csv"]
    record = json.loads((first.output / first.table[0]["folder"] / "run.json").read_text())
    assert record["formats"] == ["csv"]
    assert "formats" not in record["parameters"]
    # without a word about formats what is done stays as it is
    assert batch(tmp_path, EDITIONS).table == first.table
    options = {"is_quiet": True, "with_figures": True}
    chosen = plan(tmp_path, EDITIONS, ["edition==II"], **options)
    assert [job.listing(chosen)[0].split()[1:3]] == [["to", "do"]]
    job.run(chosen, job.Options(**options), lambda line: None)
    assert told(first) == ["csv,svg", "csv"]
    assert told(batch(tmp_path, EDITIONS, formats="csv,html")) == ["csv,html,svg", "csv,html"]
    assert told(batch(tmp_path, EDITIONS, formats="all")) == ["csv,html,tex,xlsx,docx,svg,png"] * 2
    assert told(batch(tmp_path, EDITIONS, formats="csv")) == ["csv,html,tex,xlsx,docx,svg,png"] * 2
    fixed = EDITIONS.replace(
        "[grid.cross]", 'fixed = { formats = "csv,tex", district = "ural" }\n    [grid.cross]'
    )
    assert told(batch(tmp_path, fixed)) == ["csv,tex"] * 2


def test_a_run_that_did_not_write_what_was_asked_is_no_done_run(made, tmp_path, monkeypatch):
    made("import pathlib\n(pathlib.Path(output_dir) / 'a.csv').touch()")
    monkeypatch.setattr(
        work, "declared_files", lambda notebook: ["a.csv", "a.en.svg", "a.ru.svg", "a.en.tex"]
    )
    one = '[[grid]]\nnotebook = "04_rating"\n'
    assert states(batch(tmp_path, one, formats="csv")) == ["done"]
    done = batch(tmp_path, one, formats="csv,svg")
    assert "did not write a.en.svg" in done.table[0]["reason"]


def test_a_real_run_writes_csv_and_svg_in_its_language(tmp_path):
    text = '[[grid]]\nnotebook = "04_rating"\nfixed = { language = "ru" }\n'
    done = batch(tmp_path, text)
    assert states(done) == ["done"], done.table
    written = {path.name for path in (done.output / done.table[0]["folder"]).rglob("*.*")}
    assert {"rating-scores.csv", "rating-scores.ru.svg", "index.html"} <= written
    written.remove("index.html")  # the page of the run
    assert not [name for name in written if name.endswith((".png", ".tex", ".html", ".en.svg"))]


def test_a_changed_notebook_runs_again(made, tmp_path):
    made("print(1)")
    first = batch(tmp_path, EDITIONS)
    made("print(2)")
    second = batch(tmp_path, EDITIONS)
    assert {row["id"] for row in first.table}.isdisjoint(row["id"] for row in second.table)


FAILURES = {
    "1 / 0": (3, "ZeroDivisionError: division by zero"),
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": (None, "killed: out of memory"),
    "import os; os._exit(3)": (None, "exit status 3"),
    "import sys; sys.exit(0)": (3, "must not call sys.exit"),
    "import sys; sys.exit('no')": (3, "SystemExit"),
    "open('/dev/full', 'w').write('x' * 100_000)": (3, "No space left on device"),
    "from analysis.errors import AnalysisError; raise AnalysisError('Not so.')": (3, "cell 3: Not so."),
}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_each_way_to_fail_is_one_failed_run_with_a_plain_reason(made, tmp_path):
    source = "\n".join(
        f"{'if' if n == 0 else 'elif'} district == {name!r}:\n    {code}"
        for n, (name, code) in enumerate(zip(DISTRICTS, FAILURES, strict=True))
    )
    made(f"FAIL = True\n{source}", "print('the end')")
    text = f'[[grid]]\nnotebook = "04_rating"\n[grid.cross]\ndistrict = {["all", *DISTRICTS]!r}\n'
    # the cell after the parameters and the injected ones is the third
    done = batch(tmp_path, text)
    assert states(done) == ["done"] + ["failed"] * len(FAILURES)
    for row, (cell, told) in zip(done.table[1:], FAILURES.values(), strict=True):
        assert told in row["reason"]
        assert row["cell"] == (cell or "")
        assert "\n" not in row["reason"]
        assert (done.output / row["folder"] / "04_rating.ipynb").is_file()
    again = batch(tmp_path, text)
    assert again.table == done.table
    page = (done.output / summary.HTML).read_text()
    assert page.index("failed</td>") < page.index("done</td>")


DISTRICTS = ["central", "northwestern", "southern", "north_caucasian", "volga", "ural", "siberian"]


def test_only_what_failed_is_retried_and_only_when_asked(made, tmp_path):
    flag = tmp_path / "flag"
    made(f"import pathlib\nassert edition == 'II' or pathlib.Path({str(flag)!r}).exists()")
    first = batch(tmp_path, EDITIONS)
    assert states(first) == ["done", "failed"]
    flag.touch()
    assert states(batch(tmp_path, EDITIONS)) == ["done", "failed"]
    done = first.output / first.table[0]["folder"] / "run.json"
    before = done.stat().st_mtime_ns
    assert states(batch(tmp_path, EDITIONS, is_retry=True)) == ["done", "done"]
    assert done.stat().st_mtime_ns == before


def test_a_run_without_data_is_neither_done_nor_failed(made, tmp_path):
    made(
        "from analysis.errors import NoDataError\nif edition == 'II':\n    raise NoDataError('No source has it.')"
    )
    done = batch(tmp_path, EDITIONS)
    assert states(done) == ["no data", "done"]
    assert states(batch(tmp_path, EDITIONS, is_retry=True)) == ["no data", "done"]
    assert "No source has it." in done.table[0]["reason"]


def test_a_hanging_cell_and_a_long_run_are_stopped(made, tmp_path):
    # an hour: a run that is not stopped would be noticed, however slow the machine is
    made("import time\ntime.sleep(3600)")
    one = '[[grid]]\nnotebook = "04_rating"\n'
    done = batch(tmp_path, one, cell_seconds=1)
    assert states(done) == ["failed"]
    assert "a cell ran for more than 1 seconds" in done.table[0]["reason"]
    done = batch(tmp_path, one, run_seconds=1.5, is_retry=True)
    assert states(done) == ["failed"]
    assert "it ran for more than 1.5 seconds" in done.table[0]["reason"]


def test_a_missing_exhibit_is_a_failure(made, tmp_path, monkeypatch):
    made("pass")
    monkeypatch.setattr(work, "declared_files", lambda notebook: ["tables/rating-tiers.csv"])
    done = batch(tmp_path, EDITIONS)
    assert states(done) == ["failed", "failed"]
    assert "did not write tables/rating-tiers.csv" in done.table[0]["reason"]


def test_a_module_changed_during_a_run_fails_it(made, tmp_path, monkeypatch):
    # its results would stand under the identity of the old code
    made("pass")
    jobs = plan(tmp_path, EDITIONS)
    asked = iter([jobs[0].inputs, {**jobs[0].inputs, "module analysis.publish.charts": "other"}])
    monkeypatch.setattr(identity, "inputs", lambda name: next(asked))
    jobs[0].alive.parent.mkdir(parents=True)
    jobs[0].alive.touch()
    outcome = work.carry_out(jobs[0])
    assert outcome.state == "failed"
    assert "module analysis.publish.charts changed while it ran" in outcome.reason
    # the sentence says to start the batch again: nothing of this run may then pass for its end
    assert not jobs[0].folder.exists()


def test_a_full_disk_under_the_results_is_one_failed_run(made, tmp_path, monkeypatch):
    made("pass")

    def full(path, text):
        raise OSError(28, "No space left on device")

    jobs = plan(tmp_path, EDITIONS)
    jobs[0].alive.parent.mkdir(parents=True)
    jobs[0].alive.touch()
    monkeypatch.setattr(work.paths, "write_text", full)
    outcome = work.carry_out(jobs[0])
    assert outcome.state == "failed"
    assert re.match(r"The disk of .*/out is full \(.* free\); make room", outcome.reason)
    assert not jobs[0].folder.exists()
    assert list((tmp_path / "out" / ".partial").iterdir()) == [jobs[0].alive]


def test_values_never_take_part_in_a_path_or_a_format(made, tmp_path):
    # papermill formats paths with str.format
    made("print(edition)")
    folder = tmp_path / "{edition}{0.__class__}"
    folder.mkdir()
    done = batch(folder, EDITIONS)
    assert states(done) == ["done", "done"]
    assert {path.name for path in folder.iterdir()} == {"grid.toml", "out"}


def test_two_batches_do_not_work_in_one_folder(made, tmp_path):
    made("pass")
    jobs = plan(tmp_path, EDITIONS)
    paths.make_folder(tmp_path / "out")
    with job._alone_in(tmp_path / "out"), pytest.raises(AnalysisError, match="Another batch works"):
        job.run(jobs, job.Options(is_quiet=True), print)


def test_tables_are_collected_with_the_parameters_beside_them(made, tmp_path, monkeypatch):
    made("open(f'{output_dir}/t.csv', 'w').write(f'edition,p\\nx,0.10\\n{edition},\\n')")
    monkeypatch.setattr(work, "declared_files", lambda notebook: ["t.csv"])
    monkeypatch.setattr(collect, "declared_files", work.declared_files)
    done = batch(tmp_path, EDITIONS, tables=("t.csv",))
    with done.collected[0].with_suffix(".csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["run_edition"], row["edition"], row["p"]) for row in rows] == [
        ("II", "x", "0.10"), ("II", "II", ""), ("III", "x", "0.10"), ("III", "III", "")
    ]  # fmt: skip
    assert {row["run_id"] for row in rows} == {row["id"] for row in done.table}
    typed = polars.read_parquet(done.collected[0])
    assert typed["run_edition"].to_list() == ["II", "II", "III", "III"]
    assert typed["p"].to_list() == [0.1, None, 0.1, None]


def finished_job(folder, number, parameters, table):
    """A finished run with one table."""
    made = work.Job(f"{number:020x}", "04_rating", parameters, {}, folder, folder / "alive")
    made.folder.mkdir(parents=True)
    (made.folder / "t.csv").write_text(table, encoding="utf-8")
    return made


def test_collected_columns_have_the_types_of_what_is_in_them(tmp_path):
    jobs = [
        finished_job(
            tmp_path, 1, {"alpha": 1, "regions": ["RU-AMU", "RU-PRI"], "top": 10, "year": 2019, "flag": True},
            'code,n,p,mixed,true,text,empty,long\n0303,1,0.5,1,True,"a, ""b""\nc",,123456789012345678901\n',
        ),
        finished_job(
            tmp_path, 2, {"alpha": 0.05, "regions": [], "year": "2020", "flag": False},
            "n,code,p,mixed,true,late\n-2,27,1e-7,x,False,3\n,,,,,\n",
        ),
    ]  # fmt: skip
    typed = polars.read_parquet(collect.collect(tmp_path, "t.csv", jobs))
    kinds = {name: str(kind) for name, kind in typed.schema.items()}
    assert kinds == {
        "run_id": "String", "run_alpha": "Float64", "run_regions": "String", "run_top": "Int64",
        "run_year": "String", "run_flag": "Boolean", "code": "String", "n": "Int64", "p": "Float64",
        "mixed": "String", "true": "Boolean", "text": "String", "empty": "String", "long": "String",
        "late": "Int64",
    }  # fmt: skip
    assert typed.to_dict(as_series=False) == {
        "run_id": [jobs[0].id, jobs[1].id, jobs[1].id],
        "run_alpha": [1.0, 0.05, 0.05],
        "run_regions": ["RU-AMU RU-PRI", None, None],
        "run_top": [10, None, None],
        "run_year": ["2019", "2020", "2020"],
        "run_flag": [True, False, False],
        "code": ["0303", "27", None],
        "n": [1, -2, None],
        "p": [0.5, 1e-7, None],
        "mixed": ["1", "x", None],
        "true": [True, False, None],
        "text": ['a, "b"\nc', None, None],
        "empty": [None, None, None],
        "long": ["123456789012345678901", None, None],
        "late": [None, 3, None],
    }


# no carriage return: before Python 3.13 csv writes one unquoted, and whoever reads it sees the end of a row
TEXT = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]))


@given(st.lists(st.lists(TEXT | st.integers().map(str) | st.floats().map(str), min_size=2, max_size=2)))
def test_no_cell_is_lost_or_changed_by_its_type(rows):
    with tempfile.TemporaryDirectory() as name:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([["a", "b"], *rows])
        with contextlib.suppress(UnicodeEncodeError):  # half a surrogate pair is no text
            job_of_one = finished_job(Path(name), 1, {}, text.getvalue())
            typed = polars.read_parquet(collect.collect(Path(name), "t.csv", [job_of_one]))
            for column, place in (("a", 0), ("b", 1)):
                for cell, value in zip([row[place] for row in rows], typed[column], strict=True):
                    same = cell == ("" if value is None else str(value))
                    assert same or (isinstance(value, float) and repr(float(cell)) == repr(value)), (
                        cell,
                        value,
                    )


def test_nothing_old_passes_for_what_was_collected(tmp_path):
    jobs = [finished_job(tmp_path, 1, {}, "a\n1\n")]
    assert collect.collect(tmp_path, "t.csv", jobs).is_file()
    assert collect.collect(tmp_path, "t.csv", []) is None
    assert list((tmp_path / "collected").iterdir()) == []


def test_both_tables_of_associations_can_be_collected_from_grids_of_notebook_05():
    names = ["04_rating", "05_association"]
    assert collect.table_name("associations.csv", names) == "associations.csv"
    assert collect.table_name("association-forest.csv", names) == "tables/association-forest.csv"


def test_a_table_nobody_writes_is_refused_before_the_first_run(tmp_path):
    with pytest.raises(AnalysisError, match=r"associations\.csv.*rating-scores\.csv"):
        plan(tmp_path, EDITIONS, tables=("associations.csv",))


# the command ---------------------------------------------------------------------------------------


def test_a_dry_run_prints_the_runs_and_their_number_and_writes_nothing(tmp_path):
    path = written(tmp_path, EDITIONS)
    shown = CliRunner().invoke(cli.main, ["batch", str(path), "--output", str(tmp_path / "out"), "--dry-run"])
    assert shown.exit_code == 0
    assert "edition=III" in shown.output
    assert shown.output.endswith("2 runs, 2 to do, 0 ended before.\n")
    assert not (tmp_path / "out").exists()


def test_the_exit_status_tells(made, tmp_path):
    made("assert edition == 'II'")
    path = written(tmp_path, EDITIONS)
    command = ["batch", str(path), "--output", str(tmp_path / "out"), "--quiet"]
    shown = CliRunner().invoke(cli.main, command)
    assert shown.exit_code == 1
    assert "2 runs: 1 done, 1 failed." in shown.output
    assert CliRunner().invoke(cli.main, [*command, "--where", "edition==II"]).exit_code == 0
    assert CliRunner().invoke(cli.main, [*command, "--where", "editon==II"]).exit_code == 2


@pytest.mark.parametrize("grid_file", sorted((paths.root() / "grids").glob("*.toml")), ids=lambda p: p.stem)
def test_the_grids_that_come_along_are_in_order(grid_file):
    jobs = job.plan(grid_file, None, (), job.Options())
    if grid_file.stem == "sensitivity":
        assert len(jobs) >= 200
    assert len({item.id for item in jobs}) == len(jobs)


# a batch as a process ------------------------------------------------------------------------------

# seconds for what takes one or two here: only a hang should reach it, never a loaded machine
PATIENCE = 300

SLOW = """
    [[grid]]
    notebook = "01_transit_potential"
    [grid.cross]
    crossings_period = [2020, 2026]
"""


@pytest.mark.skipif(not client.is_available(), reason="signals and /proc as on Linux")
def test_ctrl_c_and_a_kill_leave_no_process_and_the_batch_goes_on(tmp_path):
    path = written(tmp_path, SLOW)
    command = [
        sys.executable, "-m", "analysis.workflow.cli", "batch", str(path), "--output", str(tmp_path / "out"), "--quiet"
    ]  # fmt: skip
    for signum in (signal.SIGINT, signal.SIGKILL):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c
        ) as process:
            children = wait_for_kernels(process)
            process.send_signal(signum)
            told, errors = process.communicate(timeout=PATIENCE)
        _, alive = psutil.wait_procs(children, timeout=PATIENCE)
        assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
        if signum == signal.SIGINT:
            assert process.returncode == 130, errors
            assert "the same command goes on" in errors
            # it did not wait for the runs, which would be done by then
            assert "left" in told or "stopped" in told
            assert not (tmp_path / "out" / ".partial").exists()
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "2 runs: 2 done." in ended.stdout
    assert len(list((tmp_path / "out" / "runs").glob("*/*/run.json"))) == 2
    assert not (tmp_path / "out" / ".partial").exists()


def hear_ctrl_c():
    """Before a program starts: a shell has what it runs in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for_kernels(process):
    """Every process below the batch, once there is a kernel among them."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, f"the batch ended before it had a kernel: {process.communicate()}"
        below = psutil.Process(process.pid).children(recursive=True)
        with contextlib.suppress(psutil.Error):  # one of them has just ended
            if sum("analysis.workflow.kernels.server" in child.cmdline() for child in below) >= 2:
                return below  # the fork server and a kernel, which keeps its command line
        time.sleep(0.05)
    raise AssertionError("no kernel came up")


@pytest.mark.skipif(os.name != "posix", reason="signals as on Linux")
def test_ctrl_c_is_heard_while_runs_are_waited_for():
    """Once polars is imported, a plain wait for futures hears Ctrl-C only when the next one ends."""
    code = """
        import time
        import polars
        from concurrent.futures import ThreadPoolExecutor
        from analysis.workflow import runs
        pool = ThreadPoolExecutor(1)
        future = pool.submit(time.sleep, 60)
        try:
            print("ready", flush=True)
            list(runs.as_ended([future]))
        except KeyboardInterrupt:
            print("heard after the end" if future.done() else "heard", flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=hear_ctrl_c) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.5)  # into the wait; sooner is no harm
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "heard\n"
        process.kill()


def test_a_readers_customs_store_is_an_input_of_every_notebook(tmp_path, monkeypatch):
    """Any cell may read it; a batch would call finished what was made without it."""
    monkeypatch.setattr(paths, "user", lambda: tmp_path)
    without = identity.inputs("03_exports")
    (tmp_path / "customs").mkdir()
    (tmp_path / "customs" / "manifest.json").write_text("{}")
    assert identity.inputs("03_exports") != without
    assert "customs store" in identity.inputs("04_rating")


def test_the_status_of_a_killed_batch_is_that_of_its_records(made, tmp_path):
    """After a kill nobody wrote a summary at the end; what was finished must still be told."""
    made("pass")
    jobs = plan(tmp_path, EDITIONS)
    assert job.status(jobs).table[0]["state"] == "left" and not (tmp_path / "out").exists()
    batch(tmp_path, EDITIONS)
    shutil.rmtree(jobs[1].folder)
    (tmp_path / "out" / summary.CSV).unlink()
    assert states(job.status(jobs)) == ["done", "left"]
    assert "left" in (tmp_path / "out" / summary.CSV).read_text(encoding="utf-8")


def test_several_tables_are_collected_at_once(made, tmp_path, monkeypatch):
    made("for n in 'ab': open(f'{output_dir}/{n}.csv', 'w').write(f'x\\n{n}\\n')")
    monkeypatch.setattr(work, "declared_files", lambda notebook: ["a.csv", "b.csv"])
    monkeypatch.setattr(collect, "declared_files", work.declared_files)
    done = batch(tmp_path, EDITIONS, tables=("a.csv", "b.csv"))
    assert [path.name for path in done.collected] == ["a.parquet", "b.parquet"]
