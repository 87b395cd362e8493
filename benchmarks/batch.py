"""Speed of batches, side by side in one go: ``.venv/bin/python benchmarks/batch.py [--runs 64] [--flat 1000]``.

Warm kernels against plain papermill: the start of a kernel, notebook 05 with all its exhibits, the
whole study, and whether the thousandth run costs what the first did. The last part runs a synthetic
notebook of one cell; everything else is the study itself. Give ``--snakemake COMMAND`` to measure it too
(it wants an environment of its own).
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import papermill
import psutil

from analysis import parameters, paths, runs
from analysis.batch import identity, job, work
from analysis.kernels import client

IMPORTS = "import pandas, statsmodels.api, matplotlib.pyplot"
ALPHAS = [round(0.001 * step, 3) for step in range(1, 1000)]
BIN = Path(sys.executable).parent


def notebook_of(folder: Path, name: str, *sources: str) -> Path:
    """A synthetic notebook of these cells."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    made.cells[0].metadata["tags"] = ["parameters"]
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / name
    nbformat.write(made, path)
    return path


def timed(command: list[str], **options: object) -> float:
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, **options)  # type: ignore[call-overload]
    return time.monotonic() - started


def start_up(folder: Path) -> dict[str, float]:
    """Seconds for a notebook of imports only, the middle of five."""
    path = str(notebook_of(folder, "synthetic_imports.ipynb", IMPORTS))
    out = str(folder / "out.ipynb")
    quiet = ["--no-progress-bar"]
    client.server().prime("builtins:id")  # wait until the libraries are loaded

    def once(engine: str | None) -> float:
        started = time.monotonic()
        papermill.execute_notebook(path, out, engine_name=engine, progress_bar=False)
        return time.monotonic() - started

    return {
        "papermill, the command": middle(lambda: timed([str(BIN / "papermill"), path, out, *quiet])),
        "papermill, from Python": middle(lambda: once(None)),
        "engine amur": middle(lambda: once("amur")),
    }


def middle(measure: object) -> float:
    return round(statistics.median(measure() for _ in range(5)), 2)  # type: ignore[operator]


def notebook_05(folder: Path, count: int, snakemake: str | None) -> dict[str, float]:
    """Seconds for `count` runs of notebook 05 on two cores, everything from the first process on."""
    source = paths.notebooks() / "05_association.ipynb"
    alphas = ALPHAS[:count]
    lines = "\n".join(f"{folder}/{a}.ipynb -p alpha {a} -p output_dir {folder}/{a}" for a in alphas)
    command = f"{shlex.quote(str(BIN / 'papermill'))} --no-progress-bar {shlex.quote(str(source))} {{}}"
    found = {
        "xargs -P2 papermill": timed(["xargs", "-P2", "-I{}", "sh", "-c", command], input=lines.encode())
    }
    if snakemake is not None:
        found["snakemake --cores 2"] = timed(
            [*shlex.split(snakemake), "--cores", "2", "--snakefile", str(snakefile(folder, alphas, source))],
            cwd=folder,
        )
    grid = folder / "grid.toml"
    grid.write_text(
        f'[[grid]]\nnotebook = "05_association"\n[grid.cross]\nalpha = {alphas}\n', encoding="utf-8"
    )
    amur = [str(BIN / "amur"), "batch", str(grid), "--output", str(folder / "amur"), "--quiet"]
    found["amur batch"] = timed(amur)
    found["amur batch, nothing left to do"] = timed(amur)
    return {name: round(seconds, 1) for name, seconds in found.items()}


def snakefile(folder: Path, alphas: list[float], source: Path) -> Path:
    path = folder / "Snakefile"
    path.write_text(
        f"rule all:\n    input: expand('snakemake/{{alpha}}.ipynb', alpha={alphas})\n"
        "rule run:\n    output: 'snakemake/{alpha}.ipynb'\n"
        f"    shell: '{BIN / 'papermill'} --no-progress-bar {source} {{output}} "
        "-p alpha {wildcards.alpha} -p output_dir $PWD/snakemake/{wildcards.alpha}'\n",
        encoding="utf-8",
    )
    return path


def study(folder: Path) -> dict[str, float]:
    """Seconds for all notebooks of the study."""
    started = time.monotonic()
    for name in parameters.study():
        given = [str(paths.notebooks() / f"{name}.ipynb"), str(folder / f"{name}.ipynb"), "--no-progress-bar"]
        given += ["-p", "output_dir", str(folder / "study")]
        timed([str(BIN / "papermill"), *given])
    plain = time.monotonic() - started
    return {
        "papermill, one after another": round(plain, 1),
        "amur reproduce": round(timed([str(BIN / "amur"), "reproduce", "--quiet"]), 1),
    }


def flat(folder: Path, counts: list[int]) -> list[dict[str, float]]:
    """Seconds a run and memory of the batch process, for batches of a synthetic notebook of one cell."""
    path = notebook_of(
        folder, "synthetic_one_cell.ipynb", "number: int = 0\noutput_dir: str = ''", "number + 1"
    )
    runs.source = lambda notebook: path  # type: ignore[assignment]
    work.declared_files = lambda notebook: []  # type: ignore[assignment]
    inputs = identity.inputs("04_rating")
    found = []
    for count in counts:
        output = folder / f"flat-{count}"
        jobs = [
            work.Job(f"{n:020x}", "04_rating", {"number": n}, inputs, output, output / "alive")
            for n in range(count)
        ]
        started = time.monotonic()
        done = job.run(jobs, job.Options(is_quiet=True), lambda line: None)
        seconds = time.monotonic() - started
        assert {row["state"] for row in done.table} == {"done"}, done.table[0]
        again = time.monotonic()
        job.run(jobs, job.Options(is_quiet=True), lambda line: None)
        found.append(
            {
                "runs": count,
                "seconds a run": round(seconds / count, 3),
                "memory of the batch, MB": round(psutil.Process().memory_info().rss / 1e6),
                "open files": psutil.Process().num_fds(),
                "resume, s": round(time.monotonic() - again, 2),
            }
        )
    return found


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--runs", type=int, default=64, help="runs of notebook 05")
    given.add_argument("--flat", type=int, default=1000, help="runs of the longest synthetic batch")
    given.add_argument("--snakemake", help="command that starts Snakemake")
    given.add_argument("--only", choices=["start", "05", "study", "flat"])
    asked = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="synthetic-batch-") as name:
        folder = Path(name)
        parts = {
            "start": lambda: start_up(folder),
            "05": lambda: notebook_05(folder, asked.runs, asked.snakemake),
            "study": lambda: study(folder),
            "flat": lambda: flat(folder, sorted({min(64, asked.flat), asked.flat})),
        }
        print(f"cores {runs.available_cores()}, load before {os.getloadavg()[0]:.1f}", flush=True)
        for part, measure in parts.items():
            if asked.only in (None, part):
                print(part, json.dumps(measure(), indent=1), f"load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
