"""The study where people put it: a Windows clone, a ZIP in a folder with a Russian name, a disk that is read-only."""

import os
import shutil
import subprocess
import sys

import pytest

from analysis import paths

# what a run reads, without git and without what runs leave
CONTENT = (
    "src",
    "data/raw",
    "notebooks",
    "grids",
    "locale",
    "CITATION.cff",
    "requirements.lock",
    "pyproject.toml",
)
PAPERMILL = (sys.executable, "-m", "papermill", "notebooks/02_china_share.ipynb")


def copy(folder):
    for name in CONTENT:
        here, there = paths.root() / name, folder / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if here.is_dir():
            shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        elif here.is_file():
            shutil.copy(here, there)
    return folder


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def run(folder, *command, home):
    """Run a command in a checkout with its own sources."""
    environment = {
        **os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(home),
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="no git on this machine")
def test_a_clone_that_turns_line_ends_has_the_same_bytes(tmp_path):
    """Git for Windows asks for it by default; every raw file then differed from its checksum."""
    origin = copy(tmp_path / "origin")
    shutil.copy(paths.root() / ".gitattributes", origin)
    shutil.copytree(paths.reference(), origin / "reference")
    before = files(origin)
    # no settings of the machine's or of the person's
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for command in (
        ("git", "init", "--quiet", str(origin)),
        ("git", "-C", str(origin), "add", "--all"),
        (
            "git", "-C", str(origin), "-c", "user.name=test", "-c", "user.email=test@example.org", "commit",
            "--quiet", "--message", "synthetic",
        ),
        ("git", "clone", "--quiet", "--config", "core.autocrlf=true", str(origin), str(tmp_path / "clone")),
    ):  # fmt: skip
        subprocess.run(command, check=True, env=environment, capture_output=True)
    after = files(tmp_path / "clone")
    assert [name for name in before if after.get(name) != before[name]] == []
    assert set(after) == set(before)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """A downloaded ZIP: no git, and a path with spaces, Cyrillic, braces and an apostrophe."""
    return copy(tmp_path_factory.mktemp("Мои документы") / "Амур и Китай {a} it's")


@pytest.mark.slow
def test_a_zip_in_a_folder_with_spaces_and_cyrillic_runs(unpacked, tmp_path):
    done = run(unpacked, *PAPERMILL, str(tmp_path / "out.ipynb"), "--no-progress-bar", home=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    # the default folder is that of this checkout
    assert list((unpacked / "build" / "02_china_share").glob("*/tables/table-2.csv"))
    cited = run(
        unpacked,
        sys.executable,
        "-m",
        "analysis.workflow.cli",
        "cite",
        "project",
        "--style",
        "apa",
        home=tmp_path,
    )
    assert cited.returncode == 0, cited.stderr
    # the repository around the folder, if there is one, is not the study's
    assert "git" not in cited.stdout


@pytest.fixture
def read_only(unpacked, tmp_path):
    """The same on a disk where nothing can be written, and what a command there begins with."""
    before = ()
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("run by root, whom no mode keeps out, and without setpriv")
        before = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    everything = [unpacked, *unpacked.rglob("*")]
    modes = {path: path.stat().st_mode for path in everything}
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield unpacked, before
    for path, mode in modes.items():
        path.chmod(mode)


@pytest.mark.slow
def test_a_checkout_on_a_read_only_disk_writes_elsewhere_or_says_that_it_cannot(read_only, tmp_path):
    folder, before = read_only
    out = tmp_path / "exhibits"
    done = run(
        folder, *before, *PAPERMILL, str(tmp_path / "out.ipynb"), "--no-progress-bar", "-p", "output_dir", str(out),
        home=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert (out / "tables" / "table-2.csv").is_file()
    refused = run(
        folder, *before, sys.executable, "-m", "analysis.workflow.cli", "reproduce", "--quiet", home=tmp_path
    )
    assert refused.returncode == 2
    (sentence,) = refused.stderr.strip().splitlines()
    assert sentence.startswith("amur: ") and "cannot be written" in sentence
