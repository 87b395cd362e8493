"""Every notebook, run as a reader runs it: plain papermill, from any folder, with other parameters."""

import json
import re
import subprocess
import sys

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner
from papermill import cli

from analysis import paths
from analysis.customs import trade
from analysis.publish import citation, exhibits, parameters
from analysis.publish.run import PAGE
from analysis.rating import associations

NOTEBOOKS = parameters.notebooks()


def source(notebook):
    return nbformat.read(paths.notebooks() / f"{notebook}.ipynb", as_version=4)


def papermill(notebook, folder, *options):
    """Run plain papermill from a folder outside the repository."""
    return subprocess.run(
        [
            sys.executable, "-m", "papermill", str(paths.notebooks() / f"{notebook}.ipynb"), "out.ipynb",
            "--no-progress-bar", "-p", "output_dir", str(folder / "exhibits"), *options,
        ],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip


def test_the_folder_holds_exactly_the_registered_notebooks():
    assert sorted(path.stem for path in paths.notebooks().glob("*.ipynb")) == sorted(NOTEBOOKS)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_it_is_committed_without_outputs_and_declares_its_parameters(notebook):
    made = source(notebook)
    assert made.metadata.kernelspec.name == "python3"
    tagged = [cell for cell in made.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    for cell in made.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    for line in tagged[0].source.splitlines():
        if "=" in line and not line.startswith(" "):
            assert ":" in line.split("=")[0], f"{notebook}: {line} has no type"
    declared = {
        line.split(":")[0] for line in tagged[0].source.splitlines() if line[:1].isalpha() and ":" in line
    }
    assert declared == set(parameters.allowed_names(notebook))


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_it_opens_with_a_question_and_ends_with_what_it_does_not_show(notebook):
    prose = [cell.source for cell in source(notebook).cells if cell.cell_type == "markdown"]
    assert prose[0].splitlines()[0].endswith("?")
    # the question in Russian, for the report's Russian pages and for references
    assert re.fullmatch("[А-Я].*[а-я].*[?]", source(notebook).metadata.title_ru)
    assert "## What this does not show" in prose[-1]


OTHER = {
    "00_tour": ["-p", "language", "ru"],
    "01_transit_potential": ["-p", "crossings_period", "2026", "-y", "regions: [RU-AMU, RU-YEV]"],
    "02_china_share": ["-p", "first_year", "2015", "-p", "last_year", "2020", "-p", "language", "ru"],
    "03_exports": ["-p", "language", "ru"],
    "04_rating": ["-p", "edition", "II", "-p", "district", "siberian"],
    "06_multiverse": ["-p", "subset", "border", "-p", "edition", "II", "-p", "language", "ru"],
    "07_ledger": ["-p", "language", "ru"],
    "09_rating_edition": ["-p", "language", "ru"],
    "10_all_regions": ["-p", "edition", "II", "-p", "district", "siberian", "-p", "language", "ru"],
    "05_association": ["-p", "trade_period", "2019", "-p", "edition", "II", "-p", "subset", "border"],
}


@pytest.fixture(scope="module")
def batch_folder(tmp_path_factory):
    """A finished batch of two runs, for the notebook that shows one."""
    folder = tmp_path_factory.mktemp("batch")
    grid = folder / "grid.toml"
    grid.write_text(
        '[[grid]]\nnotebook = "02_china_share"\n[grid.fixed]\nregions = ["RU-ZAB"]\nlast_year = 2021\n'
        "[[grid.zip]]\nfirst_year = [2000, 2018]\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "analysis.workflow.cli",
        "batch",
        str(grid),
        "--output",
        str(folder / "out"),
    ]
    subprocess.run([*command, "--quiet"], check=True, capture_output=True)
    return folder / "out"


@pytest.fixture(scope="module")
def with_other_parameters(tmp_path_factory, request):
    """Run a notebook with the parameters of `OTHER`, once for all tests that look at it."""
    ran = {}

    def run(notebook):
        if notebook not in ran:
            folder = tmp_path_factory.mktemp(notebook)
            options = OTHER.get(notebook) or [
                "-p", "batch", str(request.getfixturevalue("batch_folder")), "-p", "language", "ru"
            ]  # fmt: skip
            ran[notebook] = papermill(notebook, folder, *options), folder
        done, folder = ran[notebook]
        assert done.returncode == 0, done.stderr[-2000:]
        return done, folder

    return run


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_it_runs_under_plain_papermill_with_other_parameters(notebook, with_other_parameters):
    done, folder = with_other_parameters(notebook)
    assert "not found in notebook" not in done.stderr
    executed = nbformat.read(folder / "out.ipynb", as_version=4)
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            # a warning in a notebook is a question its reader cannot answer
            assert output.get("name") != "stderr", output.text
    written = {
        p.relative_to(folder / "exhibits").as_posix() for p in (folder / "exhibits").rglob("*") if p.is_file()
    }
    assert set(exhibits.promised(notebook)) <= written
    check_page(folder / "exhibits", executed, notebook)


def check_page(folder, executed, notebook):
    """Whoever opens the folder or the notebook a year later must find the one from the other, and what was asked."""
    told = json.dumps(executed.cells[-1].outputs, ensure_ascii=False)
    assert f"{folder}/" in told and PAGE in told
    page = (folder / PAGE).read_text(encoding="utf-8")
    asked = set(parameters.allowed_names(notebook)) - set(parameters.COMMON)
    assert asked <= set(re.findall(r"<code>(\w+)</code>", page))
    links = re.findall(r'(?:href|src)="([^"#]+)"', page)
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "exhibits").glob("*.json")]
    assert len(links) >= len(cards)
    assert not [link for link in links if not (folder / link).is_file()]
    ids = set(re.findall(r'<section id="([^"]+)"', page))
    assert ids == {card["id"] for card in cards}
    assert "<script" not in page and "default-src 'none'" in page
    version = citation.metadata()["version"]
    assert version in page[page.index("<pre>") :]


def test_the_associations_table_is_complete_whatever_the_parameters(with_other_parameters):
    _, folder = with_other_parameters("05_association")
    rows = pd.read_csv(folder / "exhibits" / "associations.csv", dtype={"period": str})
    assert list(rows.columns) == associations.COLUMNS
    key = ["edition", "indicator", "period", "subset", "statistic"]
    assert not rows.duplicated(key).any()
    assert set(rows["edition"]) == {"II", "III"}
    # trade with China as observed needs a reader's customs files
    assert set(rows["indicator"]) == set(associations.COVARIATES) - set(trade.INDICATORS.values())
    had = rows.dropna(subset="p_exact")
    assert (had["p_min"] <= had["p_exact"] + 1e-15).all()
    assert (had["p_exact"] <= had["p_maxt"] + 1e-12).all()
    # max-T uses the dependence between rows, so it is never more than Holm's bound by much; never above one
    assert had[["p_holm", "p_maxt"]].le(1).all().all()
    assert (had["loo_low"] <= had["loo_high"]).all()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("edition", "IV", "edition is 'IV', which is not known; allowed are: II, III."),
        # papermill itself would warn, run the defaults and let them pass for what was asked
        (
            "edtion",
            "II",
            "A parameter of 05_association is 'edtion', which is not known (did you mean edition?); allowed are: edition,",
        ),
    ],
)
def test_a_wrong_value_or_name_stops_in_the_first_cell_with_a_sentence(tmp_path, name, value, told):
    done = papermill("05_association", tmp_path, "-p", name, value)
    assert done.returncode != 0
    assert told in done.stderr.strip().splitlines()[-1]
    assert not (tmp_path / "exhibits").exists()


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_papermills_help_says_something_of_every_parameter(notebook):
    """Comments above a parameter are for the reader of the cell alone: papermill shows those behind it."""
    shown = CliRunner().invoke(
        cli.papermill, ["--help-notebook", str(paths.notebooks() / f"{notebook}.ipynb")]
    )
    assert shown.exit_code == 0
    told = re.findall(r"^  (\w+): \w+ \(default .*?\)\s+(\S.*)$", shown.output, re.MULTILINE)
    assert [name for name, _help in told] == [
        name for name in parameters.defaults(notebook) if name not in parameters.COMMON
    ] + list(parameters.COMMON)


def test_the_notebooks_are_plain_json_without_paths():
    for notebook in NOTEBOOKS:
        text = (paths.notebooks() / f"{notebook}.ipynb").read_text(encoding="utf-8")
        json.loads(text)
        assert str(paths.root()) not in text


def test_without_a_batch_notebook_08_says_in_one_sentence_how_to_get_one(tmp_path):
    """A reader who runs it first would face thirty lines of our code."""
    done = papermill("08_batch", tmp_path, "-p", "batch", "build/batch/never_made")
    assert done.returncode != 0
    told = done.stderr.strip().splitlines()[-1]
    assert told.startswith("NoDataError: There is no batch in build/batch/never_made yet: run one first")
    assert "amur batch grids/regions.toml" in told
    assert "src/analysis" not in done.stderr
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    (shown,) = [o for cell in executed.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert shown.traceback == [told]


def test_a_run_of_a_batch_tells_the_place_it_was_put_in(batch_folder):
    """It is made in a folder that is gone by the time anybody reads the notebook."""
    for folder in sorted((batch_folder / "runs" / "02_china_share").iterdir()):
        executed = nbformat.read(folder / "02_china_share.ipynb", as_version=4)
        check_page(folder, executed, "02_china_share")
        assert ".partial" not in (folder / "02_china_share.ipynb").read_text(encoding="utf-8")
        assert f"{folder.name}/{PAGE}" in (batch_folder / "summary.html").read_text(encoding="utf-8")
