"""Shared fixtures: a throw-away copy of what a run needs, so that no test touches the repository."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from analysis import paths

# how long an example takes depends on the machine's load, and is not what the properties are about
settings.register_profile("study", deadline=None)
settings.load_profile("study")


@pytest.fixture
def raw_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy of data/raw/ that a test may spoil; the package reads it instead of the real one."""
    copy = tmp_path / "raw"
    shutil.copytree(paths.raw(), copy)
    monkeypatch.setattr(paths, "raw", lambda: copy)
    return copy
