"""A batch on a cluster: a real Dask scheduler and two workers on this machine, one killed in the middle."""

import json
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from analysis.errors import AnalysisError
from analysis.workflow.batch import job
from analysis.workflow.kernels import client

distributed = pytest.importorskip("distributed")

GRID = """
[[grid]]
notebook = "01_transit_potential"
[grid.cross]
regions = [["RU-AMU"], ["RU-PRI"], ["RU-KHA"], ["RU-ZAB"], ["RU-YEV"]]
"""


# seconds for what takes one or two here: only a hang should reach it, never a loaded machine
PATIENCE = 300


def dask(name, log, *arguments):
    """Start a process of the cluster; a file takes what it says, since nobody would empty a pipe."""
    with log.open("w") as told:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments, "--no-dashboard"],
            stdout=told, stderr=told,
        )  # fmt: skip


def address_of(scheduler, log):
    """Address a scheduler says it listens at."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert scheduler.poll() is None, log.read_text()
        found = re.search(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)\s", log.read_text())
        if found:
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler on loopback, and its two workers."""
    scheduler = dask("scheduler", tmp_path / "scheduler.log", "--host", "127.0.0.1", "--port", "0")
    processes = [scheduler]
    try:
        address = address_of(scheduler, tmp_path / "scheduler.log")
        each = ["--nthreads", "1", "--no-nanny"]
        for n in range(2):
            own = ["--local-directory", str(tmp_path / f"worker-{n}")]
            processes.append(dask("worker", tmp_path / f"worker-{n}.log", address, *each, *own))
        with distributed.Client(address, timeout=PATIENCE, set_as_default=False) as dask_client:
            dask_client.wait_for_workers(2, timeout=PATIENCE)
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


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
    assert workers[0].wait(PATIENCE) == -signal.SIGKILL
    assert workers[1].poll() is None
    records = [json.loads(path.read_text()) for path in (tmp_path / "out" / "runs").glob("*/*/run.json")]
    assert sorted(record["id"] for record in records) == sorted(item.id for item in jobs)
    assert not [line for line in told if "failed " in line and ": " in line]
    # the killed worker's fork server and kernel went with it
    _, alive = psutil.wait_procs(killed, timeout=PATIENCE)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "runs").rglob("*")}
    assert job.run(jobs, settings, say).table == done.table
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "runs").rglob("*")} == before


def test_a_scheduler_that_does_not_answer_is_one_sentence(tmp_path, monkeypatch):
    from analysis.workflow.batch import pools

    monkeypatch.setattr(pools, "CONNECT_SECONDS", 1)
    jobs, settings = plan(tmp_path, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(AnalysisError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        job.run(jobs, settings, print)
