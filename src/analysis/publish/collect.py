"""The exhibits that the notebooks save, read from their code cells without running them.

An exhibit is registered by the call that saves it, ``run.save_table(frame, "an-id", title=_("..."))``, so there is
no second list to keep in step with the notebooks.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from analysis import paths
from analysis.data.messages import Message

Output = Literal["table", "figure"]
SAVERS: dict[str, Output] = {"save_table": "table", "save_figure": "figure"}


@dataclass(frozen=True)
class Saved:
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


def collected() -> tuple[Saved, ...]:
    """Exhibits of all notebooks, in the order of their first calls."""
    return tuple(
        item
        for path in sorted(paths.notebooks().glob("*.ipynb"))
        for item in _of_notebook(path, path.stat().st_mtime_ns)
    )


@cache
def _of_notebook(path: Path, _stamp: int) -> tuple[Saved, ...]:
    found: dict[str, Saved] = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            for item in _calls(ast.parse("".join(cell["source"])), path.stem, False):
                before = found.get(item.id)
                found[item.id] = item if before is None else _joined(before, item)
    return tuple(found.values())


def _joined(before: Saved, item: Saved) -> Saved:
    title = before.title if before.title.key else item.title
    if before.is_optional != item.is_optional:
        always = item if before.is_optional else before
        return replace(before, outputs=always.outputs, title=title, is_optional=False)
    return replace(before, outputs=tuple(dict.fromkeys((*before.outputs, *item.outputs))), title=title)


def _calls(node: ast.AST, notebook: str, is_optional: bool) -> Iterator[Saved]:
    for child in ast.iter_child_nodes(node):
        under = is_optional or isinstance(node, ast.If | ast.For | ast.While | ast.FunctionDef)
        if (
            isinstance(child, ast.Call)
            and isinstance(child.func, ast.Attribute)
            and child.func.attr in SAVERS
        ):
            name = child.args[1] if len(child.args) > 1 else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield Saved(name.value, notebook, (SAVERS[child.func.attr],), _title(child), under)
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
