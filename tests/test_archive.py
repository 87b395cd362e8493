"""The archive to deposit: complete, described, the same bytes twice, and it runs where it is unpacked."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from rocrate.rocrate import ROCrate

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish import citation, exhibits, parameters, repository
from analysis.publish.output import made_files
from analysis.workflow import archive, readings, reproduce

pytestmark = pytest.mark.skipif(
    not (paths.results() / "exhibits").is_dir(), reason="no results/ to pack; run `make reproduce`"
)


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    return archive.export(tmp_path_factory.mktemp("packed") / "crate.zip")


@pytest.fixture(scope="module")
def unpacked(packed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stranger")
    with zipfile.ZipFile(packed) as crate:
        crate.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def crate(unpacked):
    return ROCrate(unpacked)


def run(unpacked, *command):
    """Run a command in the unpacked folder with its own sources, not those of this repository."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=unpacked, env=environment, capture_output=True, text=True)


def test_every_file_is_described_with_its_hash_and_nothing_else_is_there(crate, unpacked):
    described = {entity.id: entity for entity in crate.get_by_type("File")}
    present = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert set(described) == present - {archive.METADATA}
    for name, entity in described.items():
        content = (unpacked / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entity["sha256"], name
        assert str(len(content)) == entity["contentSize"], name


def test_it_holds_what_a_deposit_is_asked_for(crate):
    root = crate.root_dataset
    study = citation.metadata()
    assert root["name"] == study["title"]
    assert root["datePublished"] == str(study["date-released"])
    assert {entity.id for entity in root["license"]} == {archive.CC_BY, "LICENSE"}
    assert root["author"]["name"] == study["authors"][0]["name"]
    assert root["conformsTo"].id == archive.PROFILE
    assert {"README.md", "Makefile", "requirements.lock", "CITATION.cff", "results/SHA256SUMS"} <= {
        entity.id for entity in root["hasPart"]
    }


def listed(value):
    """Entities of a property; a single one stands without a list."""
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("notebook", parameters.study())
def test_one_action_a_notebook_from_raw_files_and_parameters_to_its_exhibits(crate, notebook):
    """Every reference is resolved: an id that names no entity would read as a bare string."""
    action = crate.dereference(f"#run-{notebook}")
    assert action.type == "CreateAction"
    assert action["instrument"].id == f"notebooks/{notebook}.ipynb"
    assert "SoftwareSourceCode" in action["instrument"].type
    read = listed(action["object"]) if "object" in action.properties() else []
    objects = {entity.id: entity for entity in read}
    values = {entity["name"] for entity in objects.values() if entity.type == "PropertyValue"}
    assert values == set(parameters.allowed_names(notebook)) - set(parameters.COMMON)
    made = {entity.id for entity in listed(action["result"])}
    # exhibits of a reader's own files may not have been made
    for entry in exhibits.made(paths.results(), notebook):
        assert {f"results/{name}" for name in made_files(paths.results(), entry.id)} <= made
        assert f"results/exhibits/{entry.id}.json" in made
    assert action["startTime"] < action["endTime"]


def test_every_id_that_is_pointed_at_exists(unpacked):
    graph = json.loads((unpacked / archive.METADATA).read_text(encoding="utf-8"))["@graph"]
    known = {entity["@id"] for entity in graph}
    assert len(known) == len(graph)
    outside = {archive.SPECIFICATION}

    def pointed(value):
        if isinstance(value, dict):
            yield value["@id"]
        elif isinstance(value, list):
            for item in value:
                yield from pointed(item)

    for entity in graph:
        for value in entity.values():
            assert set(pointed(value)) <= known | outside, entity["@id"]


def test_the_same_files_give_the_same_archive(packed, tmp_path):
    again = archive.export(tmp_path / "again.zip")
    assert again.read_bytes() == packed.read_bytes()


def test_a_stranger_can_make_and_import_it(unpacked):
    if shutil.which("make"):
        shown = run(unpacked, "make", "-n", "reproduce")
        assert shown.returncode == 0, shown.stderr
        assert "amur reproduce" in shown.stdout
    code = "import analysis, analysis.workflow.cli; from analysis import paths; print(paths.root())"
    shown = run(unpacked, sys.executable, "-c", code)
    assert shown.stdout.strip() == str(unpacked)


def test_the_script_for_a_clean_machine_can_be_started(packed):
    with zipfile.ZipFile(packed) as crate:
        assert crate.getinfo(".ci/run").external_attr >> 16 & 0o111
        assert not crate.getinfo("README.md").external_attr >> 16 & 0o111


def is_same(mine, theirs):
    """Whether two files are equal but for the last digits, in which another processor's arithmetic may differ."""
    a, b = mine.read_bytes(), theirs.read_bytes()
    if a == b:
        return True
    if mine.suffix in (".xlsx", ".docx"):
        a, b = (readings.of_office(content, mine.suffix).encode() for content in (a, b))
    lines, others = (content.decode("utf-8").splitlines() for content in (a, b))
    return len(lines) == len(others) and all(map(readings.same_line, lines, others))


def test_a_stranger_gets_the_same_ledger_and_the_same_exhibits(unpacked, tmp_path):
    """Runs the ledger and a whole notebook from the unpacked sources and compares with the packed results."""
    ledger = tmp_path / "ledger.csv"
    claims = "data/raw/paper/claims.csv"
    done = run(
        unpacked, sys.executable, "-m", "analysis.workflow.cli", "verify", claims, "--output", str(ledger)
    )
    # some of the paper's numbers fail
    assert done.returncode == 1, done.stderr
    assert ledger.read_bytes() == (unpacked / "results" / "ledger.csv").read_bytes()
    out = tmp_path / "exhibits"
    done = run(
        unpacked, sys.executable, "-m", "papermill", "notebooks/04_rating.ipynb", str(tmp_path / "out.ipynb"),
        "--no-progress-bar", "--cwd", "notebooks", "-p", "output_dir", str(out),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    for entry in exhibits.entries("04_rating"):
        for name in exhibits.files(entry):
            assert is_same(out / name, unpacked / "results" / name), name


def test_results_that_were_changed_or_are_missing_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    with pytest.raises(AnalysisError, match="run `make reproduce` first"):
        archive.export(tmp_path / "x.zip")
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / reproduce.SUMS).write_text(reproduce.sums(tmp_path))
    (tmp_path / "a.csv").write_text("2")
    with pytest.raises(AnalysisError, match="are not those of SHA256SUMS"):
        archive.export(tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def test_a_deposit_from_another_commit_or_with_changes_is_remarked(monkeypatch):
    monkeypatch.setattr(repository, "state", lambda: repository.State("0" * 40, False))
    assert len(archive.remarks()) == 2
    made = json.loads((paths.results() / reproduce.RECORD).read_text())["git"]
    if made is not None:
        monkeypatch.setattr(repository, "state", lambda: repository.State(made["commit"], True))
        assert archive.remarks() == []
