"""Speed of batches, side by side in one go: ``.venv/bin/python benchmarks/batch.py [--runs 64] [--flat 1000]``.

Six parts, each printed with the ratio it is about, what is asked of it, and the load of the machine:

``start``   a notebook of imports only: papermill from Python and from the command line, and the engine
            ``amur``; the middle of five. To be at most 0.2 of papermill's.
``05``      notebook 05, ``--runs`` times with different levels, on two cores: everything from the first
            process to the last. `amur batch` (which takes one run more than there are cores) once with tables only (``--formats csv``), once as it comes (CSV and
            SVG), once with all that plain papermill writes. Tables only: 15 times as fast as xargs with papermill
            and at most 1.0 s of the processor a run; as it comes: 6 times and 2.5 s.
``study``   every notebook of the study: papermill one after another, and ``amur reproduce``, which also
            checks the raw files, builds the report and sums everything (it writes ``results/``). To take
            at most 0.4 of papermill's time.
``plan``    a grid of 10 000 runs of notebook 05, planned (under 10 s) and, all finished, resumed (under 15 s);
            finished ones are links to the files of one that was carried out, under other names (synthetic).
``flat``    what a run costs in a batch of 100, of 300 and of ``--flat``, with the memory of the batch's process
            and of all its processes together, on a synthetic notebook of one cell.
``dask``    ``--dask-runs`` runs of notebook 05 on this machine's pool, on two local Dask workers (at most 1.2 of the
            pool's time), and again with one worker killed in the middle: every run once. Needs ``distributed``.

The baselines are what a reader would type. ``xargs -P2`` starts ``papermill`` of this environment once a
run, with papermill's own engine: a new process and a cold kernel each time, two at a time. Snakemake has
one rule with that same command and ``--cores 2``; it pins packages that the notebooks need newer, so it
stands in an environment of its own::

    python -m venv /tmp/snakemake && /tmp/snakemake/bin/pip install snakemake
    .venv/bin/python benchmarks/batch.py --snakemake /tmp/snakemake/bin/snakemake

All of them run the same notebook with the same packages, ``jsonschema`` below 4.25 included, which starts
papermill seconds sooner than a newer one would; ratios measured without that bound say nothing here.
Wall times mean something only on a machine that does nothing else: the load is printed before and after each part, and
the processor time (user and system, children included) beside each wall time, which load changes less.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
import psutil

from analysis import paths
from analysis.publish import parameters
from analysis.workflow import runs
from analysis.workflow.batch import identity, job, work
from analysis.workflow.kernels import client

IMPORTS = "import pandas, statsmodels.api, matplotlib.pyplot"
ALPHAS = [round(0.0005 * step, 4) for step in range(1, 2000)]
BIN = Path(sys.executable).parent
REPEATS = 5
CORES = 2


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of the processor."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        """Both, to the hundredth."""
        return f"{self.wall:8.2f} s wall {self.cpu:8.2f} s processor"


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in used)


def timed(act: Callable[[], object]) -> Took:
    """Time of a call and of the processes it waits for."""
    wall, cpu = time.monotonic(), _processor_seconds()
    act()
    return Took(time.monotonic() - wall, _processor_seconds() - cpu)


def command(*words: str, given: bytes | None = None) -> Took:
    """Time of a command, which must succeed."""

    def run() -> None:
        done = subprocess.run(words, input=given, capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"{shlex.join(words)}\n{done.stderr.decode()[-2000:]}")

    return timed(run)


def middle(act: Callable[[], Took]) -> Took:
    """Middle of several measurements, by the clock."""
    found = [act() for _ in range(REPEATS)]
    wall = statistics.median(item.wall for item in found)
    return next(item for item in found if item.wall == wall)


def show(times: dict[str, Took]) -> None:
    """Print what was measured."""
    for name, took in times.items():
        print(f"  {name:36} {took}", flush=True)


def ratio(times: dict[str, Took], name: str, other: str, wanted: str) -> None:
    """Print one time as a part of another."""
    ours, theirs = times[name], times[other]
    print(
        f"  ratio {name} / {other}: {ours.wall / theirs.wall:.3f} wall, {ours.cpu / theirs.cpu:.3f} processor"
        f" ({theirs.wall / ours.wall:.2f} times as fast); {wanted}",
        flush=True,
    )


# a notebook of imports -----------------------------------------------------------------------------


def notebook_of(folder: Path, name: str, *sources: str) -> Path:
    """A synthetic notebook of these cells."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    made.cells[0].metadata["tags"] = ["parameters"]
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / name
    nbformat.write(made, path)
    return path


def start_up(folder: Path) -> None:
    path = str(notebook_of(folder, "synthetic_imports.ipynb", IMPORTS))
    out = str(folder / "out.ipynb")
    client.server().prime("builtins:dict")  # wait until the libraries are loaded

    def once(engine: str | None) -> Took:
        return timed(lambda: papermill.execute_notebook(path, out, engine_name=engine, progress_bar=False))

    # kernels forked from the server are not this process's children: their processor time is not in it
    times = {
        "papermill, the command": middle(
            lambda: command(str(BIN / "papermill"), path, out, "--no-progress-bar")
        ),
        "papermill, from Python": middle(lambda: once(None)),
        "engine amur, from Python": middle(lambda: once("amur")),
    }
    client.stop()
    show(times)
    for baseline in ("papermill, from Python", "papermill, the command"):
        theirs, ours = times[baseline].wall, times["engine amur, from Python"].wall
        print(f"  ratio engine amur / {baseline}: {ours / theirs:.3f} wall; at most 0.2 asked")


# notebook 05 ---------------------------------------------------------------------------------------


def grid_of(folder: Path, count: int) -> Path:
    """Grid of notebook 05 over as many levels."""
    path = folder / f"grid-{count}.toml"
    path.write_text(
        f'[[grid]]\nnotebook = "05_association"\n[grid.cross]\nalpha = {ALPHAS[:count]}\n', encoding="utf-8"
    )
    return path


def amur_batch(folder: Path, count: int, *more: str) -> Took:
    output = str(folder / f"amur-{count}{'-'.join(more)}")
    grid = str(grid_of(folder, count))
    return command(str(BIN / "amur"), "batch", grid, "--output", output, "--quiet", *more)


# how a batch is asked for, how many times as fast as xargs it is to be, and the most of the processor a run may take
ASKED = {
    "tables only": (["--formats", "csv"], 15.0, 1.0),
    "CSV and SVG": ([], 6.0, 2.5),
    "all formats": (["--formats", "all"], None, None),
}


def notebook_05(folder: Path, count: int, snakemake: str | None) -> None:
    source = paths.notebooks() / "05_association.ipynb"
    given = "\n".join(f"{folder}/{a}.ipynb -p alpha {a} -p output_dir {folder}/{a}" for a in ALPHAS[:count])
    once = f"{shlex.quote(str(BIN / 'papermill'))} --no-progress-bar {shlex.quote(str(source))} {{}}"
    times = {
        f"xargs -P{CORES} papermill": command(
            "xargs", f"-P{CORES}", "-I{}", "sh", "-c", once, given=given.encode()
        )
    }
    if snakemake is not None:
        rules = str(snakefile(folder, count, source))
        words = [*shlex.split(snakemake), "--cores", str(CORES), "--directory", str(folder)]
        times[f"snakemake --cores {CORES}"] = command(*words, "--snakefile", rules)
    baselines = list(times)
    for name, (words, _, _) in ASKED.items():
        times[f"amur batch, {name}"] = amur_batch(folder, count, *words)
    times["amur batch, nothing left to do"] = amur_batch(folder, count)
    show(times)
    for name, (_, speed, seconds) in ASKED.items():
        for baseline in baselines:
            wanted = (
                f"at least {speed:g} times as fast asked"
                if speed and "xargs" in baseline
                else "nothing asked"
            )
            ratio(times, f"amur batch, {name}", baseline, wanted)
        each = times[f"amur batch, {name}"].cpu / count
        print(
            f"  {name}: {each:.2f} s of the processor a run; {f'at most {seconds}' if seconds else 'nothing'} asked"
        )
    if snakemake is None:
        print("  snakemake was not measured: say where it is with --snakemake")


def snakefile(folder: Path, count: int, source: Path) -> Path:
    """One rule that runs notebook 05 with papermill."""
    path = folder / "Snakefile"
    path.write_text(
        f"rule all:\n    input: expand('snakemake/{{alpha}}.ipynb', alpha={ALPHAS[:count]})\n"
        "rule run:\n    output: 'snakemake/{alpha}.ipynb'\n"
        f"    shell: '{BIN / 'papermill'} --no-progress-bar {source} {{output}} "
        "-p alpha {wildcards.alpha} -p output_dir $PWD/snakemake/{wildcards.alpha}'\n",
        encoding="utf-8",
    )
    return path


# the study -----------------------------------------------------------------------------------------


def study(folder: Path) -> None:
    def one_after_another() -> None:
        for name in parameters.study():
            source, out = str(paths.notebooks() / f"{name}.ipynb"), str(folder / f"{name}.ipynb")
            given = ["--no-progress-bar", "-p", "output_dir", str(folder / "study")]
            command(str(BIN / "papermill"), source, out, *given)

    times = {
        "papermill, one after another": timed(one_after_another),
        "amur reproduce": command(str(BIN / "amur"), "reproduce", "--quiet"),
    }
    show(times)
    ratio(times, "amur reproduce", "papermill, one after another", "at most 0.4 asked")


# long batches --------------------------------------------------------------------------------------


@contextmanager
def memory_watched() -> Iterator[dict[str, int]]:
    """Largest memory seen, MB: of this process, and of it and all below it (shared pages once)."""
    peak = {"batch": 0, "all processes": 0}
    ended = threading.Event()

    def watch() -> None:
        own = psutil.Process()
        while not ended.wait(1):
            with suppress(psutil.Error):  # one of them has just ended
                pages = [item.memory_full_info() for item in (own, *own.children(recursive=True))]
                peak["batch"] = max(peak["batch"], round(pages[0].rss / 1e6))
                peak["all processes"] = max(peak["all processes"], round(sum(p.pss for p in pages) / 1e6))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def flat(folder: Path, counts: list[int]) -> None:
    per_run = {}
    with synthetic_runs(folder) as inputs:
        for count in counts:
            output = folder / f"flat-{count}"
            jobs = [
                work.Job(f"{n:020x}", "04_rating", {"number": n}, inputs, output, output / "alive")
                for n in range(count)
            ]
            with memory_watched() as peak:
                took = timed(lambda jobs=jobs: carry_out(jobs))  # type: ignore[misc]
            per_run[count] = took.wall / count
            print(
                f"  {count} runs of one cell: {took}, {per_run[count]:.3f} s wall a run, memory {json.dumps(peak)} MB, "
                f"{psutil.Process().num_fds()} open files afterwards",
                flush=True,
            )
    print(
        f"  ratio {counts[-1]} / {counts[0]} runs, seconds a run: {per_run[counts[-1]] / per_run[counts[0]]:.3f}; flat asked"
    )


def carry_out(jobs: list[work.Job]) -> None:
    done = job.run(jobs, job.Options(is_quiet=True), lambda line: None)
    states = {row["state"] for row in done.table}
    if states != {"done"}:
        raise SystemExit(f"the synthetic runs ended as {states}: {done.table[0]}")


@contextmanager
def synthetic_runs(folder: Path) -> Iterator[dict[str, str]]:
    """Runs of 04_rating carry out a notebook of one cell that promises no exhibits; their inputs."""
    path = notebook_of(
        folder, "synthetic_one_cell.ipynb", "number: int = 0\noutput_dir: str = ''", "number + 1"
    )
    source, declared = runs.source, work.declared_files
    runs.source, work.declared_files = lambda notebook: path, lambda notebook: []
    try:
        yield identity.inputs("04_rating")
    finally:
        runs.source, work.declared_files = source, declared


PLANNED = 10_000


def plan(folder: Path) -> None:
    """Time of the command on a grid of ten thousand: nothing done, and all of it."""
    grid, output = str(large_grid(folder)), str(folder / "planned")
    words = ["batch", grid, "--output", output]
    planned = command(str(BIN / "amur"), *words, "--dry-run")
    print(f"  {PLANNED} runs planned: {planned}; under 10 s asked", flush=True)
    amur_batch(folder, 1)
    jobs = job.plan(Path(grid), Path(output), (), job.Options())
    whole = next((folder / "amur-1" / "runs" / "05_association").iterdir())
    record = json.loads((whole / work.RECORD).read_text(encoding="utf-8"))
    for item in jobs:
        shutil.copytree(whole, item.folder, copy_function=os.link)
        (item.folder / work.RECORD).unlink()
        own = {**record, "id": item.id, "parameters": dict(item.parameters)}
        (item.folder / work.RECORD).write_text(json.dumps(own), encoding="utf-8")
    again = command(str(BIN / "amur"), *words, "--quiet")
    print(f"  {PLANNED} finished runs resumed: {again}; under 15 s asked", flush=True)


def large_grid(folder: Path) -> Path:
    """Grid of notebook 05 over both editions and as many levels as make ten thousand."""
    levels = [round(0.0001 * step, 4) for step in range(1, PLANNED // 2 + 1)]
    path = folder / "large.toml"
    path.write_text(
        f'[[grid]]\nnotebook = "05_association"\n[grid.cross]\nedition = ["II", "III"]\nalpha = {levels}\n',
        encoding="utf-8",
    )
    return path


# a cluster -------------------------------------------------------------------------------------------


def dask(folder: Path, count: int) -> None:
    """The same runs at home, on two workers, and on two of which one dies."""
    try:
        import distributed
    except ImportError:
        print("  distributed is not installed: not measured")
        return
    grid = folder / "dask.toml"
    levels = ", ".join(str(level) for level in ALPHAS[:count])
    grid.write_text(
        f'[[grid]]\nnotebook = "05_association"\n[grid.cross]\nalpha = [{levels}]\n', encoding="utf-8"
    )
    base = ["batch", str(grid), "--quiet", "--formats", "csv", "--output"]
    times = {"amur batch, pool of this machine": command(str(BIN / "amur"), *base, str(folder / "dask-pool"))}
    for name, is_killed in (("amur batch, two Dask workers", False), ("two Dask workers, one killed", True)):
        output = folder / f"dask-{is_killed}"
        with workers(folder, distributed) as (address, processes):
            if is_killed:
                threading.Thread(
                    target=kill_in_the_middle, args=(output, count, processes[0]), daemon=True
                ).start()
            words = [*base, str(output), "--scheduler", address]
            times[name] = command(str(BIN / "amur"), *words)
        records = [json.loads(path.read_text()) for path in output.glob("runs/*/*/run.json")]
        states = {record["state"] for record in records}
        once = len({record["id"] for record in records}) == len(records) == count
        print(f"  {name}: {len(records)} runs, {states}, each once: {once}", flush=True)
    # the workers' kernels are not this process's children: only the clock counts
    show(times)
    home, there = times["amur batch, pool of this machine"].wall, times["amur batch, two Dask workers"].wall
    print(f"  ratio two Dask workers / pool: {there / home:.3f} wall; at most 1.2 asked")


def kill_in_the_middle(output: Path, count: int, worker: subprocess.Popen[bytes]) -> None:
    """Kill a worker once half of the runs are there."""
    while len(list(output.glob("runs/*/*/run.json"))) < count // 2:
        time.sleep(0.5)
    worker.kill()


@contextmanager
def workers(folder: Path, distributed: object) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler on loopback and two workers of two threads."""
    log = folder / "scheduler.log"
    start = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
    ]
    with log.open("wb") as told:
        processes = [subprocess.Popen(start, stdout=told, stderr=told)]
    try:
        while not (found := re.search(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)\s", log.read_text())):
            time.sleep(0.1)
        for number in range(2):
            own = [
                "--nthreads",
                "2",  # while one run waits for messages, another has the core, as in the pool of one machine
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(folder / f"w{number}"),
            ]
            word = [sys.executable, "-m", "distributed.cli.dask_worker", found[1], *own]
            processes.append(subprocess.Popen(word, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        with distributed.Client(found[1], set_as_default=False) as client_of:  # type: ignore[attr-defined]
            client_of.wait_for_workers(2, timeout=300)
        yield found[1], processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def main() -> None:
    """Measure what was asked for."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--runs", type=int, default=64, help="runs of notebook 05")
    given.add_argument("--flat", type=int, default=1000, help="runs of the longest synthetic batch")
    given.add_argument("--snakemake", help="command that starts Snakemake")
    given.add_argument("--dask-runs", type=int, default=200, help="runs on two Dask workers")
    given.add_argument("--only", choices=["start", "05", "study", "plan", "flat", "dask"])
    asked = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="synthetic-batch-") as name:
        folder = Path(name)
        parts: dict[str, Callable[[], None]] = {
            "start": lambda: start_up(folder),
            "05": lambda: notebook_05(folder, asked.runs, asked.snakemake),
            "study": lambda: study(folder),
            "plan": lambda: plan(folder),
            "flat": lambda: flat(
                folder, sorted({min(count, asked.flat) for count in (100, 300, asked.flat)})
            ),
            "dask": lambda: dask(folder, asked.dask_runs),
        }
        print(f"{runs.available_cores()} cores, Python {sys.version.split()[0]}", flush=True)
        for part, measure in parts.items():
            if asked.only in (None, part):
                print(f"{part} (load before {os.getloadavg()[0]:.1f})", flush=True)
                measure()
                print(f"  load after {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
