"""Where results may go: never over what they are made from, nor into the study's own folders."""

import os
import stat
import threading

import pytest
from click.testing import CliRunner

from analysis import paths
from analysis.data import package
from analysis.errors import AnalysisError
from analysis.publish import parameters
from analysis.workflow import cli

CLAIMS = "tests/fixtures/ledger/synthetic_claims.csv"
OUTSIDE = "tests/fixtures/ledger/synthetic_observations.csv"


@pytest.fixture
def claims(tmp_path):
    copy = tmp_path / "claims.csv"
    copy.write_bytes((paths.root() / CLAIMS).read_bytes())
    return copy


def verify(*arguments):
    outside = str(paths.root() / OUTSIDE)
    return CliRunner().invoke(cli.main, ["verify", "--observations", outside, *map(str, arguments)])


@pytest.mark.parametrize("other_name", ["claims.csv", "./claims.csv", "link.csv", "hard.csv"])
def test_verify_does_not_replace_the_claims_it_reads(claims, other_name):
    """A day's work of whoever wrote the claims down, by any name of the file."""
    before = claims.read_bytes()
    (claims.parent / "link.csv").symlink_to(claims)
    (claims.parent / "hard.csv").hardlink_to(claims)
    result = verify(claims, "--output", f"{claims.parent}/{other_name}")
    assert result.exit_code == 2
    assert "The result would replace" in result.stderr and "choose another --output" in result.stderr
    assert claims.read_bytes() == before


def test_verify_does_not_replace_the_observations_it_reads(tmp_path, claims):
    own = tmp_path / "own.csv"
    own.write_bytes((paths.root() / OUTSIDE).read_bytes())
    result = CliRunner().invoke(
        cli.main, ["verify", str(claims), "--observations", str(own), "--output", str(own)]
    )
    assert result.exit_code == 2
    assert own.read_bytes() == (paths.root() / OUTSIDE).read_bytes()


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path):
    target, link = tmp_path / "far" / "ledger.csv", tmp_path / "ledger.csv"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    paths.write_text(link, "new")
    assert link.is_symlink() and target.read_text() == "new"
    # one that leads to no file yet makes it there
    target.unlink()
    paths.write_text(link, "again")
    assert link.is_symlink() and target.read_text() == "again"


def test_a_device_stays_a_device():
    """As root, /dev/null became a file, and with it every program of the machine."""
    device = paths.Path(os.devnull)
    paths.write_text(device, "gone")
    assert stat.S_ISCHR(device.stat().st_mode)


def test_a_named_pipe_gets_the_text_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    paths.write_text(pipe, "through")
    reader.join(timeout=20)
    assert read == ["through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_in_the_place_of_a_file_is_a_sentence(tmp_path):
    with pytest.raises(AnalysisError, match=r"is a folder; name a file"):
        paths.write_text(tmp_path, "x")


def validated(output_dir):
    values = {"language": "en", "regions": ["RU-AMU"], "first_year": 2000, "last_year": 2021}
    return parameters.validate_parameters("02_china_share", {**values, "output_dir": output_dir, "In": [""]})


@pytest.mark.parametrize(
    "folder",
    ["results", "results/tables", ".", "docs/..", ".git", ".venv/x", "docs", "data/raw/x", "data/user", "data", "src"],
)  # fmt: skip
def test_a_run_does_not_write_into_the_studys_own_folders(folder, tmp_path):
    """Results with somebody's files among them have sums that no longer hold."""
    with pytest.raises(AnalysisError, match=r"^output_dir is .*(must not touch|top folder of the project)"):
        validated(folder)
    grid = tmp_path / "grid.toml"
    grid.write_text('[[grid]]\nnotebook = "02_china_share"\n', encoding="utf-8")
    result = CliRunner().invoke(
        cli.main, ["batch", str(grid), "--dry-run", "--output", str(paths.root() / folder)]
    )
    assert result.exit_code == 2
    assert result.stderr.startswith("amur: The batch's folder is ")


def test_a_folder_that_leads_into_the_study_by_a_link_is_refused_too(tmp_path):
    (tmp_path / "link").symlink_to(paths.raw())
    with pytest.raises(AnalysisError, match="inside data/"):
        validated(str(tmp_path / "link" / "x"))


STRAYS = (
    ".DS_Store",
    "rosstat/.~lock.trade.csv#",
    ".ipynb_checkpoints/a.csv",
    "~$trade.xlsx",
    "Thumbs.db",
    "paper/desktop.ini",
)


@pytest.mark.parametrize("name", STRAYS)
def test_what_programs_leave_among_the_raw_files_stops_nothing_and_is_named(raw_copy, name):
    (raw_copy / name).parent.mkdir(exist_ok=True)
    (raw_copy / name).write_text("x")
    assert package.left_by_programs() == [raw_copy / name]
    assert package.verify() == len(package.resources())


def test_raw_files_with_turned_line_ends_are_told_how_to_get_the_right_ones(raw_copy):
    """`git checkout` of the file, the advice for any other change, would bring the same bytes back."""
    path = package.resource("rosstat-trade").path
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(AnalysisError, match=r"has Windows line ends.*core\.autocrlf=false"):
        package.verify()
