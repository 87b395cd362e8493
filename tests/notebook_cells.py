"""The code cells of a notebook, run in this process: quick, and where a test has replaced a folder it stays so."""

import ast
import gc
import json
import tempfile
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.publish import parameters
from analysis.publish.output import MESSAGE_TYPE, read_card


@dataclass(frozen=True)
class Executed:
    """What a run of the cells left.

    Attributes
    ----------
    names : dict
        The notebook's globals.
    shown : list
        What its cells displayed, in order.
    folder : Path
        Where it wrote.
    """

    names: dict[str, Any]
    shown: list[Any]
    folder: Path

    def said(self, language: str = "en") -> list[str]:
        """Sentences of `run.say` that were shown."""
        bundles = (getattr(item, "bundle", {}) for item in self.shown)
        return [bundle[MESSAGE_TYPE][language] for bundle in bundles if MESSAGE_TYPE in bundle]

    def card(self, exhibit_id: str) -> dict[str, Any]:
        """Card of an exhibit; an empty dict where it was not made."""
        return read_card(self.folder, exhibit_id) or {}

    def table(self, exhibit_id: str) -> pd.DataFrame:
        """An exhibit's CSV."""
        return pd.read_csv(self.folder / "tables" / f"{exhibit_id}.csv", dtype={"period": str})

    def sentence(self, exhibit_id: str, language: str = "en") -> str:
        """What an exhibit says to see."""
        return str(self.card(exhibit_id)["sentence"][language])


def run_of(notebook: str, **changes: Any) -> Executed:
    """As `run_cells` into a folder of its own, once a session for the same parameters; tables and pages if not said."""
    return _run_of(notebook, json.dumps({"formats": "csv,html", **changes}, sort_keys=True))


@cache
def _run_of(notebook: str, changes: str) -> Executed:
    return run_cells(notebook, Path(tempfile.mkdtemp(prefix="notebook-")), **json.loads(changes))


def run_cells(notebook: str, folder: Path, **changes: Any) -> Executed:
    """Execute the code cells of a notebook with other parameters.

    Parameters
    ----------
    notebook : str
        Name without the suffix.
    folder : Path
        Where it writes.
    **changes
        Parameters that differ from the defaults.
    """
    shown: list[Any] = []
    names: dict[str, Any] = {"__name__": "__main__", "display": shown.append}
    cells = json.loads((paths.notebooks() / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    with warnings.catch_warnings():
        # a warning in a notebook is a question its reader cannot answer
        warnings.simplefilter("error")
        for cell in cells:
            if cell["cell_type"] != "code":
                continue
            _execute("".join(cell["source"]), names, shown)
            if "parameters" in cell["metadata"].get("tags", []):
                parameters.check_names(notebook, changes)
                names |= {**changes, "output_dir": str(folder)}
    return Executed(names, shown, folder)


def _execute(source: str, names: dict[str, Any], shown: list[Any]) -> None:
    # a collection inside the parser warns of what it finds unclosed, pytest formats the warning, and that parses
    # again: Python 3.11 takes the second parser's depth for the first one's
    gc.disable()
    try:
        tree = ast.parse(source)
    finally:
        gc.enable()
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        if value is not None:
            shown.append(value)
