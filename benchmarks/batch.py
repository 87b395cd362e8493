"""Speed of batches, side by side in one go: ``.venv/bin/python benchmarks/batch.py [--runs 64] [--flat 1000]``.

Four parts, each printed with the ratio it is about:

``start``   a notebook of imports only: papermill from Python and from the command line, and the engine
            ``amur``; the middle of five. To be at most 0.2 of papermill's.
``05``      notebook 05 with all its exhibits, ``--runs`` times with different levels: everything from the
            first process to the last, two at a time. To be at least 3 times as fast as either baseline.
``study``   every notebook of the study: papermill one after another, and ``amur reproduce``, which also
            checks the raw files, builds the report and sums everything (it writes ``results/``). To take
            at most 0.5 of papermill's time.
``flat``    what a run costs in a batch of 64 and in one of ``--flat``, with the memory of the batch's
            process and of all its processes together, on a synthetic notebook of one cell; and a resume,
            through the command, of ``--flat`` finished runs of notebook 05 (synthetic too: one run is
            carried out, the others are its files under other names). The resume is to take under 10 s.

The baselines are what a reader would type. ``xargs -P2`` starts ``papermill`` of this environment once a
run, with papermill's own engine: a new process and a cold kernel each time, two at a time. Snakemake has
one rule with that same command and ``--cores 2``; it pins packages that the notebooks need newer, so it
stands in an environment of its own::

    python -m venv /tmp/snakemake && /tmp/snakemake/bin/pip install snakemake
    .venv/bin/python benchmarks/batch.py --snakemake /tmp/snakemake/bin/snakemake

All of them run the same notebook with the same packages, ``jsonschema`` below 4.25 included, which starts
papermill seconds sooner than a newer one would; ratios measured without that bound say nothing here.
Wall times mean something only on a machine that does nothing else: the load is printed with each part, and
the processor time (user and system, children included) beside each wall time, which load changes less.
"""

from __future__ import annotations

import argparse
import json
import os
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


def amur_batch(folder: Path, count: int) -> Took:
    output = str(folder / f"amur-{count}")
    return command(str(BIN / "amur"), "batch", str(grid_of(folder, count)), "--output", output, "--quiet")


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
    times["amur batch"] = amur_batch(folder, count)
    times["amur batch, nothing left to do"] = amur_batch(folder, count)
    show(times)
    for baseline in baselines:
        ratio(times, "amur batch", baseline, "at least 3 times as fast asked")
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
    ratio(times, "amur reproduce", "papermill, one after another", "at most 0.5 asked")


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
    again = resumed(folder, counts[-1])
    print(f"  resume of {counts[-1]} finished runs of notebook 05: {again}; under 10 s asked", flush=True)


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


def resumed(folder: Path, count: int) -> Took:
    """Time of the command on a batch whose runs are all done: one was, the others are its links."""
    amur_batch(folder, 1)
    first, *others = job.plan(grid_of(folder, count), folder / f"amur-{count}", (), job.Options())
    whole = next((folder / "amur-1" / "runs" / first.notebook).iterdir())
    record = json.loads((whole / work.RECORD).read_text(encoding="utf-8"))
    for item in (first, *others):
        if work.finished(item) is not None:
            continue
        shutil.copytree(whole, item.folder, copy_function=os.link)
        (item.folder / work.RECORD).unlink()
        own = {**record, "id": item.id, "parameters": dict(item.parameters)}
        (item.folder / work.RECORD).write_text(json.dumps(own), encoding="utf-8")
    return amur_batch(folder, count)


def main() -> None:
    """Measure what was asked for."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--runs", type=int, default=64, help="runs of notebook 05")
    given.add_argument("--flat", type=int, default=1000, help="runs of the longest synthetic batch")
    given.add_argument("--snakemake", help="command that starts Snakemake")
    given.add_argument("--only", choices=["start", "05", "study", "flat"])
    asked = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="synthetic-batch-") as name:
        folder = Path(name)
        parts: dict[str, Callable[[], None]] = {
            "start": lambda: start_up(folder),
            "05": lambda: notebook_05(folder, asked.runs, asked.snakemake),
            "study": lambda: study(folder),
            "flat": lambda: flat(folder, sorted({min(64, asked.flat), asked.flat})),
        }
        print(f"{runs.available_cores()} cores, Python {sys.version.split()[0]}", flush=True)
        for part, measure in parts.items():
            if asked.only in (None, part):
                print(f"{part} (load before {os.getloadavg()[0]:.1f})", flush=True)
                measure()
                print(f"  load after {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
