"""A batch from its grid file to its summary."""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish import parameters, repository
from analysis.publish.run import FIGURE_FORMATS
from analysis.workflow import runs
from analysis.workflow.batch import collect, grid, gridfile, identity, summary
from analysis.workflow.batch.pools import Pool, pool
from analysis.workflow.batch.work import PARTIAL, Job, Outcome, carry_out, finished

# results that do not depend on the parameters, worth computing once for all runs of a notebook
PRECOMPUTED = {"05_association": ("analysis.rating.associations:table",)}
# what a batch writes unless it is asked for something else: a thousand runs are read as tables and looked at as
# figures that a page scales; PNG, LaTeX and the other language double the time of a run
FORMATS = "csv,svg"
# lines of progress in a log over a whole batch
LOG_LINES = 20


@dataclass(frozen=True)
class Options:
    """How a batch is run.

    Attributes
    ----------
    cell_seconds, run_seconds : float, optional
        Longest time for a cell and for a run.
    scheduler : str, optional
        Address of a Dask scheduler; None for this machine.
    is_retry : bool
        Whether to run again what failed before.
    is_quiet : bool
        Whether to write lines for a log instead of a progress display.
    tables : tuple of str
        Tables to collect from every run.
    formats : str, optional
        ``all`` or formats with commas, which runs that are done must have too; without it, new runs write what the
        grid says, else `FORMATS`.
    with_figures : bool
        Whether runs that are done must have figures too.
    """

    cell_seconds: float | None = None
    run_seconds: float | None = None
    scheduler: str | None = None
    is_retry: bool = False
    is_quiet: bool = False
    tables: tuple[str, ...] = ()
    formats: str | None = None
    with_figures: bool = False


@dataclass(frozen=True)
class Batch:
    """What a batch is and what came of it.

    Attributes
    ----------
    output : Path
        Its folder.
    table : list of dict
        One row a run, as :func:`analysis.workflow.batch.summary.rows`.
    is_interrupted : bool
        Whether it was stopped by Ctrl-C.
    collected : tuple of Path
        The gathered tables, those asked for that a run wrote.
    """

    output: Path
    table: list[dict[str, Any]]
    is_interrupted: bool = False
    collected: tuple[Path, ...] = ()


def plan(file: Path, output: Path | None, where: Sequence[str], options: Options) -> list[Job]:
    """Runs of a grid file, checked, with their identities; nothing is written.

    Raises
    ------
    AnalysisError
        For anything wrong in the grid file or the options.
    """
    requests = grid.requests(gridfile.read(file), where)
    names = list(dict.fromkeys(request.notebook for request in requests))
    for table in options.tables:
        collect.table_name(table, names)
    inputs = {name: identity.inputs(name) for name in names}
    often = Counter(request.notebook for request in requests)
    folder = (output or paths.build() / "batch" / file.stem).absolute()
    paths.check_output_folder(folder, f"The batch's folder is {paths.relative(folder)}")
    git = repository.git_state()
    identify = {name: identity.identifier(name, found) for name, found in inputs.items()}
    return [
        Job(
            id=identify[request.notebook](request.values),
            notebook=request.notebook,
            parameters=request.values,
            inputs=inputs[request.notebook],
            output=folder,
            alive=folder / PARTIAL / "alive",
            cell_seconds=options.cell_seconds,
            run_seconds=options.run_seconds,
            primes=PRECOMPUTED.get(request.notebook, ()) if often[request.notebook] > 1 else (),
            git=git,
            is_retry=options.is_retry,
            formats=formats,
            needed=needed,
        )
        for request in requests
        for formats, needed in [_formats(request, options)]
    ]


def _formats(request: grid.RunRequest, options: Options) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Formats that a run writes, and those without which one that is done is run again."""
    asked = options.formats or request.formats or FORMATS
    formats: tuple[str, ...] = parameters.check_value(request.notebook, "formats", asked)
    if options.with_figures and not set(formats) & set(FIGURE_FORMATS):
        formats = (*formats, FIGURE_FORMATS[0])
    figures = tuple(kind for kind in formats if kind in FIGURE_FORMATS) if options.with_figures else ()
    return formats, formats if options.formats else figures


def listing(jobs: Sequence[Job]) -> list[str]:
    """Lines of a plan: every run with what sets it apart, then how many there are."""
    varied = {
        name
        for name in {name for job in jobs for name in job.parameters}
        if len({str(job.parameters.get(name)) for job in jobs}) > 1
    }
    lines = []
    ended = 0
    for job in jobs:
        known = finished(job)
        state = known.state if known is not None else "to do"
        ended += known is not None
        shown = ", ".join(
            f"{name}={summary.as_cell(value)}" for name, value in job.parameters.items() if name in varied
        )
        lines.append(f"{job.id}  {state:7}  {job.notebook}  {shown}".rstrip())
    return [
        *lines,
        f"{len(jobs)} run{'' if len(jobs) == 1 else 's'}, {len(jobs) - ended} to do, {ended} ended before.",
    ]


def status(jobs: Sequence[Job]) -> Batch:
    """How far a batch is, from the records of its runs; what was killed left its finished runs behind.

    Parameters
    ----------
    jobs : sequence of Job
        The plan, at least one run.

    Returns
    -------
    Batch
        One row a run. Where the batch has a folder its summary is written anew.
    """
    output = jobs[0].output
    outcomes = {job.id: outcome for job in jobs if (outcome := finished(job)) is not None}
    table = summary.rows(jobs, outcomes)
    if output.is_dir():
        summary.write(output, table)
    return Batch(output, table)


def run(jobs: Sequence[Job], options: Options, say: Callable[[str], None]) -> Batch:
    """Carry out what is not finished yet, and write the summary.

    Parameters
    ----------
    jobs : sequence of Job
        The plan, at least one run.
    options : Options
        How.
    say : callable
        Takes lines for a log.

    Returns
    -------
    Batch
        One row a run, also for what was finished before.

    Raises
    ------
    AnalysisError
        If the folder cannot be written or another batch works in it, or the scheduler does not answer.
    """
    runs.check_session()
    output = paths.make_folder(jobs[0].output)
    known = {job.id: outcome for job in jobs if (outcome := finished(job)) is not None}
    outcomes = {id: item for id, item in known.items() if not (options.is_retry and item.state == "failed")}
    todo = [job for job in jobs if job.id not in outcomes]
    is_interrupted = False
    with _alone_in(output), _alive(output, todo) as started:
        if todo:
            with pool(options.scheduler, output) as opened:
                summary.write(output, summary.rows(jobs, outcomes))
                is_interrupted = _carry_out_all(started, opened, outcomes, options, say)
    table = summary.rows(jobs, outcomes)
    summary.write(output, table)
    collected: list[Path | None] = []
    if not is_interrupted:
        names = list(dict.fromkeys(job.notebook for job in jobs))
        done = [job for job in jobs if job.id in outcomes and outcomes[job.id].state == "done"]
        collected = [
            collect.collect(output, collect.table_name(name, names), done) for name in options.tables
        ]
    return Batch(output, table, is_interrupted, tuple(path for path in collected if path is not None))


def _carry_out_all(
    jobs: Sequence[Job],
    opened: Pool,
    outcomes: dict[str, Outcome],
    options: Options,
    say: Callable[[str], None],
) -> bool:
    """Carry out the runs, filling `outcomes`; whether Ctrl-C ended it."""
    progress = _Progress(len(jobs), opened.slots, options.is_quiet, say)
    futures: dict[Future[Outcome], Job] = {}
    try:
        for job in jobs:
            futures[opened.executor.submit(carry_out, job)] = job
        for future in runs.as_ended(list(futures)):
            outcome = _result(future, futures.pop(future))
            outcomes[outcome.id] = outcome
            progress.show(outcome)
    except KeyboardInterrupt:
        # runs that go on, here or on other machines, see within a second that the batch is gone
        jobs[0].alive.unlink(missing_ok=True)
        for future in futures:
            future.cancel()
        return True
    finally:
        progress.close()
    return False


def _result(future: Future[Outcome], job: Job) -> Outcome:
    """Outcome of a run; a worker that is gone for good fails its run and nothing else."""
    try:
        return future.result()
    except CancelledError:
        return Outcome(job.id, "stopped", 0.0, reason="The run was cancelled.")
    except Exception as error:  # whatever a cluster raises for a task it gave up
        told = f"{type(error).__name__}: {error}".rstrip(": ")
        return Outcome(job.id, "failed", 0.0, reason=f"The run could not be carried out ({told}).")


class _Progress:
    """Done, running, failed, left, time to go; or now and then a line for a log."""

    def __init__(self, total: int, slots: int, is_quiet: bool, say: Callable[[str], None]) -> None:
        self.total, self.slots, self.is_quiet, self.say = total, slots, is_quiet, say
        self.states: Counter[str] = Counter()
        self.bar = tqdm(total=total, desc="Runs", unit="run", disable=is_quiet, smoothing=0.1)
        self._tell()

    def _tell(self) -> None:
        left = self.total - sum(self.states.values())
        running = min(self.slots, left)
        self.bar.set_postfix_str(
            f"{running} running, {self.states['failed']} failed, {left - running} waiting",
            refresh=not self.is_quiet,
        )

    def show(self, outcome: Outcome) -> None:
        self.states[outcome.state] += 1
        self.bar.update()
        self._tell()
        if not self.is_quiet:
            return
        if outcome.state == "failed":
            self.say(f"failed {outcome.id}: {outcome.reason}")
        ended = sum(self.states.values())
        step = max(1, self.total // LOG_LINES)
        if ended % step == 0 or ended == self.total:
            self.say(f"{ended} of {self.total} runs ended, {self.states['failed']} failed")

    def close(self) -> None:
        self.bar.close()


@contextmanager
def _alive(output: Path, jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Jobs with the file that keeps them running, in a fresh folder for what is half done."""
    partial = output / PARTIAL
    shutil.rmtree(partial, ignore_errors=True)  # what a killed batch left
    paths.make_folder(partial)
    alive = partial / f"alive-{uuid.uuid4().hex}"
    alive.touch()
    try:
        yield [replace(job, alive=alive) for job in jobs]
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _alone_in(output: Path) -> Iterator[None]:
    """Hold the folder of a batch, so that two batches do not clear away each other's work."""
    with (output / ".lock").open("w") as file:
        if not paths.lock(file):
            raise AnalysisError(
                f"Another batch works in {paths.relative(output)}; wait for it, or choose another --output."
            )
        yield
