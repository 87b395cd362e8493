"""One notebook run: papermill with checked parameters, and nothing left half-done.

A run counts as done only when every code cell is marked completed: a ``sys.exit(0)`` in a cell
ends a notebook early and papermill calls that success. The executed notebook is cleaned of what
differs from run to run (times, paths, random cell ids), so that two runs give the same bytes.
"""

from __future__ import annotations

import copy
import hashlib
import logging
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from papermill.exceptions import PapermillExecutionError

from analysis import paths
from analysis.errors import AnalysisError, NoDataError
from analysis.publish import parameters
from analysis.stats.errors import StatisticsError
from analysis.workflow.kernels.engine import KernelEndedError

# the slowest cell takes seconds (the joint null over 1 663 200 arrangements); ten minutes mean a hang
CELL_TIMEOUT_SECONDS = 600
JSON_TYPES = (str, int, float, bool, list, dict, type(None))
ENGINE = "amur"
# Ctrl-C is answered within this time; waking so seldom costs nothing
WAKE_SECONDS = 0.2
Result = TypeVar("Result")


class RunError(AnalysisError):
    """A run that did not reach its end.

    Attributes
    ----------
    cell : int or None
        Number of the cell it failed in, counting every cell from one.
    has_no_data : bool
        Whether it stopped for want of figures (:class:`~analysis.errors.NoDataError`).
    """

    def __init__(self, sentence: str, cell: int | None = None, *, has_no_data: bool = False) -> None:
        super().__init__(sentence)
        self.cell = cell
        self.has_no_data = has_no_data


@dataclass(frozen=True)
class Limits:
    """When a run is stopped from outside.

    Attributes
    ----------
    cell_seconds, run_seconds : float, optional
        Longest time for one cell (`CELL_TIMEOUT_SECONDS`) and for the whole run (no limit).
    is_cancelled : callable, optional
        Asked several times a second; True ends the run.
    """

    cell_seconds: float | None = None
    run_seconds: float | None = None
    is_cancelled: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Done:
    """A finished run.

    Attributes
    ----------
    notebook : str
        Name without the suffix.
    path : Path
        The executed, cleaned notebook.
    seconds : float
        Time the cells took.
    """

    notebook: str
    path: Path
    seconds: float


def source(notebook: str) -> Path:
    """File of a notebook.

    Raises
    ------
    AnalysisError
        If there is no such notebook.
    """
    parameters.allowed_names(notebook)
    return paths.notebooks() / f"{notebook}.ipynb"


def run(
    notebook: str,
    values: Mapping[str, Any],
    target: Path,
    *,
    is_warm: bool = False,
    limits: Limits | None = None,
    place: str | None = None,
) -> Done:
    """Run a notebook with parameters and put the executed copy at `target`.

    Parameters
    ----------
    notebook : str
        Name without the suffix.
    values : dict
        Parameters, JSON values only; those not given keep the notebook's defaults.
    target : Path
        Where the executed notebook goes, whole or not at all.
    is_warm : bool
        Whether to fork the kernel from a process that has the libraries loaded; the result is the same.
    limits : Limits, optional
        When to stop it.
    place : str, optional
        Where the files it writes into ``output_dir`` are put afterwards: the place it is to tell of.

    Returns
    -------
    Done
        What ran and how long it took.

    Raises
    ------
    AnalysisError
        If a parameter is unknown or not a JSON value, if a cell fails, if the kernel dies or hangs,
        or if the notebook stops before its last cell. The failed notebook is kept under
        ``build/failed/`` and named in the sentence.
    """
    check_json(notebook, values)
    failed = paths.make_folder(paths.build() / "failed") / f"{notebook}.ipynb"
    failed.unlink(missing_ok=True)
    with paths.replacing(target) as temporary:
        scratch = temporary.with_name(temporary.name + ".ipynb")
        try:
            executed = execute(notebook, values, scratch, is_warm=is_warm, limits=limits)
        except RunError as error:
            where = ""
            if scratch.exists():
                shutil.move(scratch, failed)
                where = f" The notebook is kept as {paths.relative(failed)}."
            raise AnalysisError(f"{error}{where}") from None
        finally:
            scratch.unlink(missing_ok=True)
        if place is not None:
            placed(executed, values["output_dir"], place)
        temporary.write_text(as_text(executed), encoding="utf-8")
    return Done(notebook, target, _seconds(executed))


def check_json(notebook: str, values: Mapping[str, Any]) -> None:
    """Refuse what a notebook cannot be given.

    Raises
    ------
    AnalysisError
        If a parameter is unknown or not a JSON value.
    """
    parameters.check_names(notebook, values)
    for name, value in values.items():
        if not isinstance(value, JSON_TYPES):
            raise AnalysisError(f"{name} is a {type(value).__name__}; parameters are JSON values.")


def execute(
    notebook: str,
    values: Mapping[str, Any],
    scratch: Path,
    *,
    is_warm: bool = False,
    limits: Limits | None = None,
) -> nbformat.NotebookNode:
    """Execute a notebook to its last cell.

    Parameters
    ----------
    notebook, values, is_warm
        As in `run`.
    scratch : Path
        Where papermill keeps the notebook while it runs; it stays there after a failure.
    limits : Limits, optional
        When to stop it.

    Returns
    -------
    NotebookNode
        The executed notebook, every code cell completed.

    Raises
    ------
    RunError
        If it did not reach its end.
    """
    limits = limits or Limits()
    cell_seconds = limits.cell_seconds or CELL_TIMEOUT_SECONDS
    stop = _Stop(limits)
    # papermill reports through logging what it also raises
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        executed = papermill.execute_notebook(
            _unformatted(source(notebook)),
            _unformatted(scratch),
            parameters=dict(values),
            kernel_name="python3",
            engine_name=ENGINE,
            progress_bar=False,
            execution_timeout=cell_seconds,
            is_warm=is_warm,
            # not papermill's cwd, which would move the whole process and with it runs in other threads
            kernel_folder=str(paths.notebooks()),
            must_stop=stop,
        )
    except PapermillExecutionError as error:
        raise _cell_failed(notebook, error) from None
    except KernelEndedError as error:
        raise RunError(f"{notebook} {stop.reason or _how_it_ended(error.status)}.") from None
    except CellTimeoutError:
        raise RunError(
            f"{notebook} was stopped because a cell ran for more than {cell_seconds:g} seconds."
        ) from None
    except RuntimeError as error:  # jupyter_client's, when a kernel does not come up
        raise RunError(f"{notebook} {stop.reason or f'could not start its kernel ({error})'}.") from None
    _check_completed(notebook, executed)
    return executed


def as_ended(futures: Iterable[Future[Result]]) -> Iterator[Future[Result]]:
    """Futures in the order they end, as ``concurrent.futures.as_completed`` yields them.

    The main thread wakes now and then: polars, once imported, has waiting system calls restarted
    after a signal (https://github.com/pola-rs/polars/issues/21739), and a wait without an end would
    see Ctrl-C only when the next run is over. A queue makes each of thousands cost the same;
    ``as_completed`` and ``wait`` look at all that are left each time.
    """
    ended: SimpleQueue[Future[Result]] = SimpleQueue()
    left = list(futures)
    for future in left:
        future.add_done_callback(ended.put)
    for _ in left:
        yield _next(ended)


def _next(ended: SimpleQueue[Result]) -> Result:
    while True:
        with suppress(Empty):
            return ended.get(timeout=WAKE_SECONDS)


# a kernel with its sockets and libraries holds a few dozen, the process that waits for it a dozen more a kernel
FEWEST_FILES = 256


def check_session() -> None:
    """Refuse before the work a session in which kernels would die one after the other.

    Raises
    ------
    AnalysisError
        If too few files may be open at a time.
    """
    with suppress(ImportError):
        import resource  # not on Windows

        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if allowed != resource.RLIM_INFINITY and allowed < FEWEST_FILES:
            raise AnalysisError(
                f"This session may have {allowed} files open at a time, and notebooks need up to {FEWEST_FILES}; raise the "
                f"limit (`ulimit -n {4 * FEWEST_FILES}`) and run the same command again."
            )


def available_cores() -> int:
    """Cores this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def at_a_time() -> int:
    """Runs that are carried out side by side: one more than there are cores.

    Of its time a run spends about a fifth waiting for messages between its kernel and this process.
    """
    return available_cores() + 1


def _unformatted(path: Path) -> str:
    """Path for papermill, which puts parameters into paths by str.format: ours are to stay as they are."""
    return str(path).replace("{", "{{").replace("}", "}}")


class _Stop:
    """Tells the engine when a run must end, and afterwards why it had to."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.started = time.monotonic()
        self.reason = ""

    def __call__(self) -> bool:
        longest = self.limits.run_seconds
        if longest is not None and time.monotonic() - self.started > longest:
            self.reason = f"was stopped because it ran for more than {longest:g} seconds"
        elif self.limits.is_cancelled is not None and self.limits.is_cancelled():
            self.reason = "was stopped with its batch"
        return bool(self.reason)


def _cell_failed(notebook: str, error: PapermillExecutionError) -> RunError:
    # an error of ours is a sentence of its own, whatever module path Python prints before it
    ours = (AnalysisError.__name__, NoDataError.__name__, StatisticsError.__name__)
    told = error.evalue if error.ename in ours else f"{error.ename}: {error.evalue}".strip()
    number = error.cell_index + 1
    has_no_data = error.ename == NoDataError.__name__
    ended = "found no data" if has_no_data else "failed"
    return RunError(f"{notebook} {ended} in cell {number}: {told}", number, has_no_data=has_no_data)


def _how_it_ended(status: int | None) -> str:
    """Say how a kernel ended, for a sentence that begins with the notebook."""
    if status is None:
        return "stopped because its kernel died"
    if status >= 0:
        return f"stopped because its kernel died (it ended itself with exit status {status})"
    if status == -signal.SIGKILL:
        return "stopped because its kernel died (killed: out of memory, or ended from outside)"
    return f"stopped because its kernel died (signal {signal.Signals(-status).name})"


def placed(executed: nbformat.NotebookNode, made: str, place: str) -> None:
    """Have an executed notebook tell, in what it shows, the place of its files instead of where they were made."""
    for cell in executed.cells:
        for output in cell.get("outputs", ()):
            for kind, told in output.get("data", {}).items():
                output.data[kind] = _replaced(told, made, place)


def _replaced(told: Any, made: str, place: str) -> Any:
    if isinstance(told, str):
        return told.replace(made, place)
    if isinstance(told, dict):
        return {key: _replaced(value, made, place) for key, value in told.items()}
    return told


def as_text(executed: nbformat.NotebookNode) -> str:
    """Executed notebook as it is kept: cleaned, one line end at the end."""
    return str(nbformat.writes(cleaned(executed))) + "\n"


def _check_completed(notebook: str, executed: nbformat.NotebookNode) -> None:
    for number, cell in enumerate(executed.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        status = cell.metadata.get("papermill", {}).get("status")
        if status != "completed":
            raise RunError(
                f"{notebook} stopped before the end of its cells (cell {number} is {status or 'not run'}); a cell "
                "must not call sys.exit or end the kernel.",
                number,
            )


def _seconds(executed: nbformat.NotebookNode) -> float:
    return float(executed.metadata.get("papermill", {}).get("duration") or 0.0)


def cleaned(executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Copy of an executed notebook without what differs from run to run.

    Times, papermill's paths and the widget state go; cell ids become the hash of the cell's place
    and source, because papermill draws a random one for the cell it injects.
    """
    clean = copy.deepcopy(executed)
    clean.metadata.pop("papermill", None)
    clean.metadata.pop("widgets", None)
    for number, cell in enumerate(clean.cells):
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
        cell["id"] = hashlib.sha256(f"{number}\n{cell.source}".encode()).hexdigest()[:8]
    return clean


def joined(outputs: Sequence[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Outputs of a cell with what it printed in one piece.

    A busy machine sends what a cell prints in as many pieces as it happens to, and its errors and warnings
    before or after. Between two other outputs there is one piece a stream here, first that of ``stdout``.
    """
    found: list[nbformat.NotebookNode] = []
    printed: dict[str, nbformat.NotebookNode] = {}
    for output in outputs:
        if output.output_type != "stream":
            found += [printed[name] for name in sorted(printed, reverse=True)]
            printed = {}
            found.append(output)
        elif output.name in printed:
            printed[output.name].text += output.text
        else:
            printed[output.name] = copy.deepcopy(output)
    return found + [printed[name] for name in sorted(printed, reverse=True)]
