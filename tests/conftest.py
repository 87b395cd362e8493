"""Shared fixtures: a throw-away copy of what a run needs, so that no test touches the repository."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from analysis import paths

# how long an example takes depends on the machine's load, and is not what the properties are about
settings.register_profile("study", deadline=None)
settings.load_profile("study")

# files whose tests start kernels, batches, a cluster, a browser, R or LaTeX, or pack and unpack the whole study
SLOW = (
    "test_archive", "test_batch", "test_cluster", "test_environment", "test_kernels", "test_lab_browser",
    "test_latex", "test_notebook_sentences", "test_notebooks", "test_r_reference", "test_report_browser", "test_runs",
)  # fmt: skip
# those that take longest start first, so that no process is left with one of them while the others wait
LONGEST = (
    "test_report_browser", "test_notebooks", "test_answer", "test_batch", "test_own", "test_kernels", "test_archive",
    "test_ledger_customs", "test_notebook_sentences", "test_adding", "test_environment", "test_checkouts",
)  # fmt: skip


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than cores: tests that wait for kernels, a browser or a kill leave a core idle."""
    return min(4, len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 3)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what `make test-fast` leaves out (a single test marks itself), and start with the longest files."""
    for item in items:
        if item.path.stem in SLOW:
            item.add_marker(pytest.mark.slow)
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


@pytest.fixture
def raw_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy of data/raw/ that a test may spoil; the package reads it instead of the real one."""
    copy = tmp_path / "raw"
    shutil.copytree(paths.raw(), copy)
    monkeypatch.setattr(paths, "raw", lambda: copy)
    return copy
