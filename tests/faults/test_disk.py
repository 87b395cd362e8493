"""A full disk is one sentence with the folder and the room needed, and what was there stays."""

import os
import resource
import shutil
import subprocess
import sys

import pytest

from analysis import paths
from analysis.errors import AnalysisError

WRITE = """
import sys
from pathlib import Path
from analysis import paths
paths.write_text(Path(sys.argv[1]), "x" * 50_000)
"""


def small_files():
    # the kernel's own limit on files: writing fails half-way, as on a disk that fills up
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_file_that_finds_no_room_leaves_the_old_one_and_says_how_much_is_needed(tmp_path):
    target = tmp_path / "table.csv"
    target.write_text("old")
    made = subprocess.run(
        [sys.executable, "-B", "-c", WRITE, str(target)],
        capture_output=True,
        text=True,
        preexec_fn=small_files,
    )
    assert made.returncode
    assert f"The disk of {tmp_path} is full (50 kB needed, " in made.stderr.splitlines()[-1]
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_of_unknown_size_tells_how_far_it_came(tmp_path):
    with (
        pytest.raises(AnalysisError, match=r"more than 5 bytes needed"),
        paths.replacing(tmp_path / "a") as new,
    ):
        new.write_text("12345")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("which", ["output", "temporary"])
def test_the_folder_whose_disk_is_full_is_the_one_that_is_named(tmp_path, monkeypatch, which):
    """What found no room may have gone to the temporary folder; the reader would clear the wrong disk."""
    folders = {name: tmp_path / name for name in ("output", "temporary")}
    for folder in folders.values():
        folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folders["temporary"]))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(
        shutil, "disk_usage", lambda folder: usage._replace(free=0 if folder == folders[which] else 10**9)
    )
    told = [
        str(paths.DiskFullError(folders["output"])),
        str(paths.refusal(OSError(28, "No space left on device", str(folders["output"] / "a.csv")))),
    ]
    assert all(each.startswith(f"The disk of {folders[which]} is full (0 bytes free)") for each in told)


def test_an_error_that_is_not_about_room_is_not_told_as_one(tmp_path):
    with pytest.raises(PermissionError), paths.replacing(tmp_path / "a"):
        raise PermissionError(13, "Permission denied")


def test_a_folder_moves_to_another_disk_and_through_a_link(tmp_path, monkeypatch):
    """`build` on another disk than `results`, or `results` a link: the rename alone would fail at the very end."""
    target = tmp_path / "elsewhere" / "real"
    target.mkdir(parents=True)
    (target / "old").touch()
    link = tmp_path / "results"
    link.symlink_to(target)
    new = tmp_path / "new"
    new.mkdir()
    (new / "file").write_text("new")
    device = os.stat(new).st_dev  # noqa: PTH116
    plain = type(new).stat

    def stat(path, **how):
        found = plain(path, **how)
        return os.stat_result((*found[:2], device + 1, *found[3:])) if path == new else found

    monkeypatch.setattr(type(new), "stat", stat)
    paths.replace_folder(new, link)
    assert link.is_symlink()
    assert [path.name for path in target.iterdir()] == ["file"]
    assert not new.exists()
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["real"]


def test_a_copy_that_finds_no_room_leaves_the_old_folder(tmp_path, monkeypatch):
    new, old = tmp_path / "new", tmp_path / "old"
    for folder in (new, old):
        folder.mkdir()
        (folder / "file").write_text(folder.name)

    def full(folder, target):
        target.mkdir()
        raise shutil.Error([("a", "b", "[Errno 28] No space left on device")])

    monkeypatch.setattr(shutil, "copytree", full)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(AnalysisError, match=r"is full \(3 bytes needed, 0 bytes free\)"):
        paths._copied(new, tmp_path / ".old.new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]


def test_a_new_file_never_takes_the_place_of_one_that_came_meanwhile(tmp_path):
    target = tmp_path / "sheet.csv"
    with pytest.raises(AnalysisError, match="is there already"), paths.replacing(target, is_new=True) as new:
        new.write_text("empty form")
        target.write_text("filled in")  # by somebody else, while this one was written
    assert target.read_text() == "filled in"
    assert list(tmp_path.iterdir()) == [target]
