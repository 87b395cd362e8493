"""One notebook run: papermill with checked parameters, and nothing left half-done.

A run counts as done only when every code cell is marked completed: a ``sys.exit(0)`` in a cell
ends a notebook early and papermill calls that success. The executed notebook is cleaned of what
differs from run to run (times, paths, random cell ids), so that two runs give the same bytes.
"""

from __future__ import annotations

import copy
import hashlib
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from analysis import parameters, paths
from analysis.errors import AnalysisError

# the slowest cell takes seconds (the joint null over 1 663 200 arrangements); ten minutes mean a hang
CELL_TIMEOUT_SECONDS = 600
JSON_TYPES = (str, int, float, bool, list, dict, type(None))


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


def run(notebook: str, values: Mapping[str, Any], target: Path) -> Done:
    """Run a notebook with parameters and put the executed copy at `target`.

    Parameters
    ----------
    notebook : str
        Name without the suffix.
    values : dict
        Parameters, JSON values only; those not given keep the notebook's defaults.
    target : Path
        Where the executed notebook goes, whole or not at all.

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
    parameters.check_names(notebook, values)
    for name, value in values.items():
        if not isinstance(value, JSON_TYPES):
            raise AnalysisError(f"{name} is a {type(value).__name__}; parameters are JSON values.")
    failed = paths.make_folder(paths.build() / "failed") / f"{notebook}.ipynb"
    failed.unlink(missing_ok=True)
    with paths.replacing(target) as temporary:
        scratch = temporary.with_name(temporary.name + ".ipynb")
        try:
            executed = _execute(notebook, values, scratch)
            _check_completed(notebook, executed)
        except AnalysisError as error:
            where = ""
            if scratch.exists():
                shutil.move(scratch, failed)
                where = f" The notebook is kept as {paths.relative(failed)}."
            raise AnalysisError(f"{error}{where}") from None
        finally:
            scratch.unlink(missing_ok=True)
        temporary.write_text(nbformat.writes(cleaned(executed)) + "\n", encoding="utf-8")
    return Done(notebook, target, _seconds(executed))


def _execute(notebook: str, values: Mapping[str, Any], scratch: Path) -> nbformat.NotebookNode:
    # papermill reports through logging what it also raises
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        return papermill.execute_notebook(
            str(source(notebook)),
            # papermill formats output paths with str.format; ours are made by us and have no braces
            str(scratch),
            parameters=dict(values),
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=CELL_TIMEOUT_SECONDS,
            cwd=str(paths.notebooks()),
        )
    except PapermillExecutionError as error:
        last = f"{error.ename}: {error.evalue}".strip()
        # an AnalysisError is a sentence of its own, whatever module path Python prints before it
        told = error.evalue if error.ename == AnalysisError.__name__ else last
        raise AnalysisError(f"{notebook} failed in cell {error.cell_index + 1}: {told}") from None
    except DeadKernelError:
        raise AnalysisError(
            f"{notebook} stopped because its kernel died (out of memory, or ended from outside)."
        ) from None
    except CellTimeoutError:
        raise AnalysisError(
            f"{notebook} was stopped because a cell ran for more than {CELL_TIMEOUT_SECONDS} seconds."
        ) from None


def _check_completed(notebook: str, executed: nbformat.NotebookNode) -> None:
    for number, cell in enumerate(executed.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        status = cell.metadata.get("papermill", {}).get("status")
        if status != "completed":
            raise AnalysisError(
                f"{notebook} stopped before the end of its cells (cell {number} is {status or 'not run'}); a cell "
                "must not call sys.exit or end the kernel."
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
        cell["id"] = hashlib.sha256(f"{number}\n{cell.source}".encode()).hexdigest()[:8]
    return clean
