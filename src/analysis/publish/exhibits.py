"""The exhibits that the notebooks save, read from their code cells without running them.

An exhibit is registered by the call that saves it, ``run.save_table(frame, "an-id", title=_("..."))``, so there is
no second list to keep in step with the notebooks.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from analysis import paths
from analysis.data.messages import Message
from analysis.data.regions import LANGUAGES
from analysis.errors import one_of

# of the results: what each exhibit draws on
SOURCES = "exhibit-sources.csv"
Output = Literal["table", "figure"]
SAVERS: dict[str, Output] = {"save_table": "table", "save_figure": "figure"}


@dataclass(frozen=True)
class Exhibit:
    """One exhibit that a notebook saves.

    Attributes
    ----------
    id, notebook : str
        Identifier; name of the notebook.
    outputs : tuple of {'table', 'figure'}
        What every run writes for it; of an optional exhibit, what some run does.
    title : Message
        Its title; fields that a run fills are shown as an ellipsis.
    is_optional : bool
        Whether all its calls stand under a condition or in a loop.
    """

    id: str
    notebook: str
    outputs: tuple[Output, ...]
    title: Message
    is_optional: bool


def entries(notebook: str | None = None) -> tuple[Exhibit, ...]:
    """Exhibits of one notebook or of all, in the order of the notebooks and of their first calls."""
    return tuple(
        item
        for path in sorted(paths.notebooks().glob("*.ipynb"))
        if notebook in (None, path.stem)
        for item in _of_notebook(path, path.stat().st_mtime_ns)
    )


def made(folder: Path, notebook: str | None = None) -> tuple[Exhibit, ...]:
    """Exhibits that a folder of results holds, in the order of `entries`."""
    return tuple(item for item in entries(notebook) if (folder / f"exhibits/{item.id}.json").is_file())


def sources_as_csv(folder: Path) -> str:
    """Raw files that each exhibit in a folder of results draws on, a row each, as CSV: ``exhibit, notebook, resource``."""
    rows = [
        (item.id, item.notebook, name)
        for item in made(folder)
        for name in json.loads((folder / f"exhibits/{item.id}.json").read_text(encoding="utf-8"))["sources"]
    ]
    return "exhibit,notebook,resource\n" + "".join(f"{','.join(row)}\n" for row in rows)


def sources(folder: Path) -> dict[str, list[str]]:
    """Raw files by exhibit, as a folder of results has them written down; none where it has not."""
    found: dict[str, list[str]] = {}
    path = folder / SOURCES
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["exhibit"], []).append(row["resource"])
    return found


def entry(exhibit_id: str) -> Exhibit:
    """Exhibit with an identifier.

    Raises
    ------
    AnalysisError
        If no notebook saves it.
    """
    found = {item.id: item for item in entries()}
    if exhibit_id not in found:
        raise one_of("An exhibit", exhibit_id, found)
    return found[exhibit_id]


def promised(notebook: str) -> list[str]:
    """Files that every run of a notebook writes for its exhibits, relative to its folder."""
    return [name for item in entries(notebook) if not item.is_optional for name in files(item)]


def files(item: Exhibit) -> list[str]:
    """Files of an exhibit in all formats, relative to the folder of results."""
    names = [f"exhibits/{item.id}.json"]
    if "table" in item.outputs:
        names += [f"tables/{item.id}.csv", f"tables/{item.id}.tidy.csv"]
        names += [
            f"tables/{item.id}.{language}.{kind}"
            for language in LANGUAGES
            for kind in ("html", "tex", "xlsx", "docx")
        ]
    if "figure" in item.outputs:
        names += [f"figures/{item.id}.{language}.{kind}" for language in LANGUAGES for kind in ("png", "svg")]
    return names


@cache
def _of_notebook(path: Path, _stamp: int) -> tuple[Exhibit, ...]:
    found: dict[str, Exhibit] = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            for item in _calls(ast.parse("".join(cell["source"])), path.stem, False):
                before = found.get(item.id)
                found[item.id] = item if before is None else _joined(before, item)
    return tuple(found.values())


def _joined(before: Exhibit, item: Exhibit) -> Exhibit:
    title = before.title if before.title.key else item.title
    if before.is_optional != item.is_optional:
        always = item if before.is_optional else before
        return replace(before, outputs=always.outputs, title=title, is_optional=False)
    return replace(before, outputs=tuple(dict.fromkeys((*before.outputs, *item.outputs))), title=title)


def _calls(node: ast.AST, notebook: str, is_optional: bool) -> Iterator[Exhibit]:
    for child in ast.iter_child_nodes(node):
        under = is_optional or isinstance(node, ast.If | ast.For | ast.While | ast.FunctionDef)
        if (
            isinstance(child, ast.Call)
            and isinstance(child.func, ast.Attribute)
            and child.func.attr in SAVERS
        ):
            name = child.args[1] if len(child.args) > 1 else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield Exhibit(name.value, notebook, (SAVERS[child.func.attr],), _title(child), under)
        yield from _calls(child, notebook, under)


def _title(call: ast.Call) -> Message:
    """First literal message of the call's title; the second of a choice names what only some runs show."""
    values = [keyword.value for keyword in call.keywords if keyword.arg == "title"]
    for key in (node for value in values for node in ast.walk(value)):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            fields = re.findall(r"{(\w+)", key.value)
            return Message(key.value, dict.fromkeys(fields, _Ellipsis()))
    return Message("")


class _Ellipsis(str):
    """A field no run has filled, whatever its format."""

    __slots__ = ()

    def __new__(cls) -> _Ellipsis:
        return super().__new__(cls, "…")
