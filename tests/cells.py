"""Run a notebook's cells in this process, for tests that look at many sets of parameters."""

import ast
import json
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.publish.output import EXHIBIT_TYPE, MESSAGE_TYPE


@dataclass
class Executed:
    """What a notebook left: its names, the sentences it said and the folder it wrote to."""

    names: dict[str, Any]
    folder: Path
    said: list[dict[str, str]] = field(default_factory=list)
    exhibits: list[str] = field(default_factory=list)

    def card(self, exhibit: str) -> dict[str, Any]:
        return json.loads((self.folder / "exhibits" / f"{exhibit}.json").read_text(encoding="utf-8"))

    def sentence(self, exhibit: str, language: str = "en") -> str:
        return self.card(exhibit)["sentence"][language]

    def table(self, exhibit: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / "tables" / f"{exhibit}.csv", dtype={"period": str})


def run_of(notebook: str, **given: Any) -> Executed:
    """As `execute` into a folder of its own, once a test session for the same parameters."""
    return _run_of(notebook, json.dumps(given, sort_keys=True))


@cache
def _run_of(notebook: str, given: str) -> Executed:
    return execute(notebook, Path(tempfile.mkdtemp(prefix="notebook-")), **json.loads(given))


def execute(notebook: str, folder: Path, **given: Any) -> Executed:
    """Run every code cell as Jupyter would, the parameters replaced after their cell."""
    path = paths.notebooks() / f"{notebook}.ipynb"
    cells = [
        cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"
    ]
    done = Executed({"__name__": "__main__"}, folder)
    for cell in cells:
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), done.names)
        if "parameters" in cell["metadata"].get("tags", []):
            done.names |= {"formats": "csv", "output_dir": str(folder), **given}
        shown = eval(compile(ast.Expression(last.value), path.name, "eval"), done.names) if last else None
        bundle = getattr(shown, "bundle", {})
        if MESSAGE_TYPE in bundle:
            done.said.append(bundle[MESSAGE_TYPE])
        if EXHIBIT_TYPE in bundle:
            done.exhibits.append(bundle[EXHIBIT_TYPE]["id"])
    return done
