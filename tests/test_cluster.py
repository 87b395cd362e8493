"""A batch on a cluster: a real Dask scheduler and two workers on this machine, one killed in the middle."""

import json
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from analysis.batch import job
from analysis.errors import AnalysisError
from analysis.kernels import client

distributed = pytest.importorskip("distributed")

GRID = """
[[grid]]
notebook = "01_transit_potential"
[grid.cross]
regions = [["RU-AMU"], ["RU-PRI"], ["RU-KHA"], ["RU-ZAB"], ["RU-YEV"]]
"""


def dask(name, *arguments):
    """Start a process of the cluster."""
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments, "--no-dashboard"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler on loopback, and its two workers."""
    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", "0")
    address = next(
        found[0] for line in scheduler.stderr if (found := re.search(r"tcp://127\.0\.0\.1:\d+", line))
    )
    workers = [
        dask("worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path / str(n)))
        for n in range(2)
    ]
    processes = [*workers, scheduler]
    try:
        with distributed.Client(address, timeout=60, set_as_default=False) as dask_client:
            dask_client.wait_for_workers(2, timeout=60)
        yield address, workers
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def plan(tmp_path, **options):
    grid = tmp_path / "grid.toml"
    grid.write_text(GRID, encoding="utf-8")
    settings = job.Options(is_quiet=True, **options)
    return job.plan(grid, tmp_path / "out", (), settings), settings


@pytest.mark.skipif(not client.is_available(), reason="kills processes as on Linux")
def test_every_run_completes_once_though_a_worker_is_killed(cluster, tmp_path):
    address, workers = cluster
    jobs, settings = plan(tmp_path, scheduler=address)
    told = []
    killed = []

    def say(line):
        told.append(line)
        if not killed:  # after the first run, while the second and third are on their way
            below = psutil.Process(workers[0].pid).children(recursive=True)
            workers[0].send_signal(signal.SIGKILL)
            killed.extend(below)

    done = job.run(jobs, settings, say)
    assert [row["state"] for row in done.table] == ["done"] * 5, done.table
    assert workers[0].wait(5) == -signal.SIGKILL
    assert workers[1].poll() is None
    records = [json.loads(path.read_text()) for path in (tmp_path / "out" / "runs").glob("*/*/run.json")]
    assert sorted(record["id"] for record in records) == sorted(item.id for item in jobs)
    assert not [line for line in told if "failed " in line and ": " in line]
    # the killed worker's fork server and kernel went with it
    _, alive = psutil.wait_procs(killed, timeout=5)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    started = time.monotonic()
    assert job.run(jobs, settings, say).table == done.table
    assert time.monotonic() - started < 5


def test_a_scheduler_that_does_not_answer_is_one_sentence(tmp_path, monkeypatch):
    from analysis.batch import pools

    monkeypatch.setattr(pools, "CONNECT_SECONDS", 1)
    jobs, settings = plan(tmp_path, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(AnalysisError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        job.run(jobs, settings, print)
