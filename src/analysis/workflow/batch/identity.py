"""What a run is made from, as hashes: change any of it and the run is another run.

The notebook's cells, the raw data files and a reader's own, the modules of the package it imports,
directly or through others, and the lock file. A module counts by its syntax tree without docstrings,
so a comment, a blank line or a docstring changes nothing.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from analysis import customs, paths
from analysis.data import catalogue, package, user_data
from analysis.workflow import runs

PACKAGE = "analysis"
# a batch asks for the same few files before and after every run
CACHED_FILES = 1024


def identity(notebook: str, values: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """Twenty hexadecimal digits that stand for a run: enough for 10^9 runs without a collision.

    Parameters
    ----------
    notebook : str
        Name without the suffix.
    values : dict
        Checked parameters, as JSON has them.
    inputs : dict
        Hashes, as `inputs` gives them.
    """
    return identifier(notebook, inputs)(values)


def identifier(notebook: str, inputs: Mapping[str, str]) -> Callable[[Mapping[str, Any]], str]:
    """Identity of each run of a notebook, for thousands that share their inputs; see `identity`."""
    shared = json.dumps(inputs, sort_keys=True, ensure_ascii=False)

    def identify(values: Mapping[str, Any]) -> str:
        text = json.dumps([notebook, values], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(f"{text[:-1]}, {shared}]".encode()).hexdigest()[:20]

    return identify


def inputs(notebook: str) -> dict[str, str]:
    """Hash of everything a notebook's results are made from.

    Parameters
    ----------
    notebook : str
        Name without the suffix.

    Returns
    -------
    dict
        SHA-256 by name: ``notebook``, ``lock``, ``data <resource>``, ``customs store`` and ``own <table>``
        for a reader's own files, ``module <name>``, and ``file <path>`` for what the package keeps beside
        its modules.

    Raises
    ------
    AnalysisError
        If the notebook or a data file is missing.
    """
    path = runs.source(notebook)
    source = paths.root() / "src" / PACKAGE
    found = {
        "notebook": _hash(_cells, path),
        "lock": _hash(Path.read_bytes, paths.root() / "requirements.lock"),
    }
    for entry in package.descriptor()["resources"]:
        # a cell may read any of them, and their descriptions are shown: titles, units, missing marks
        data = _hash(Path.read_bytes, package.resource(entry["name"]).path)
        found[f"data {entry['name']}"] = digest(f"{data}{json.dumps(entry, sort_keys=True)}".encode())
    store = paths.user() / "customs" / customs.MANIFEST
    if store.is_file():
        # the manifest names every part of the reader's store with its source's checksum
        found["customs store"] = _hash(Path.read_bytes, store)
    for table in user_data.files(paths.user()):
        found[f"own {table.parent.name}/{table.name}"] = _hash(Path.read_bytes, table)
    names = paths.user() / catalogue.USER_FILE
    if names.is_file():
        # what the reader's own indicators are called, and their units
        found[f"own {names.name}"] = _hash(Path.read_bytes, names)
    for name, module in sorted(modules(path).items()):
        found[f"module {name}"] = _module(name, *_stamped(module)).digest
    for beside in sorted(source.rglob("*")):
        if beside.is_file() and beside.suffix != ".py" and "__pycache__" not in beside.parts:
            found[f"file {beside.relative_to(source).as_posix()}"] = _hash(Path.read_bytes, beside)
    return found


def modules(notebook: Path) -> dict[str, Path]:
    """Modules of the package that a notebook imports, directly or through others.

    Parameters
    ----------
    notebook : Path
        The notebook's file.

    Returns
    -------
    dict
        File by module name.
    """
    known = _module_files()
    found: dict[str, Path] = {}
    waiting = list(_imports_of_notebook(*_stamped(notebook)))
    while waiting:
        name = waiting.pop()
        if name in found or name not in known:  # a name inside a module is no module
            continue
        path = found[name] = known[name]
        waiting += _module(name, *_stamped(path)).imports
    return found


def _module_files() -> dict[str, Path]:
    source = paths.root() / "src"
    found = {}
    for path in (source / PACKAGE).rglob("*.py"):
        name = ".".join(path.relative_to(source).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def _stamped(path: Path) -> tuple[Path, int, int]:
    status = path.stat()
    return path, status.st_mtime_ns, status.st_size


@lru_cache(CACHED_FILES)
def _imports_of_notebook(path: Path, *stamp: int) -> tuple[str, ...]:
    cells = nbformat.read(path, as_version=4).cells
    code = [_without_magics(cell.source) for cell in cells if cell.cell_type == "code"]
    return tuple(name for text in code for name in _imported(ast.walk(ast.parse(text)), ""))


@dataclass(frozen=True)
class _Module:
    """What a module imports of the package, and the hash of its syntax tree."""

    imports: tuple[str, ...]
    digest: str


@lru_cache(CACHED_FILES)
def _module(name: str, path: Path, *stamp: int) -> _Module:
    # parsed and walked once for both: that is most of what the plan of a small batch costs
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    package_name = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            ast.get_docstring(node, clean=False) is not None
        ):
            del node.body[0]
    return _Module(tuple(_imported(nodes, package_name)), digest(ast.dump(tree).encode()))


def _without_magics(text: str) -> str:
    return "\n".join("" if line.lstrip()[:1] in ("%", "!", "?") else line for line in text.splitlines())


def _imported(nodes: Iterable[ast.AST], package_name: str) -> Iterator[str]:
    """Names below the package that the nodes of a tree import, at its top or inside functions."""
    for node in nodes:
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package_name.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (base, node.module) if part)
            # an imported name may be a module itself
            names = [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE:
                # importing a.b.c runs a and a.b too
                yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _hash(read: Any, path: Path) -> str:
    return _hash_stamped(read, *_stamped(path))


@lru_cache(CACHED_FILES)
def _hash_stamped(read: Any, path: Path, *stamp: int) -> str:
    return digest(read(path))


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _cells(path: Path) -> bytes:
    """What a reader wrote: sources and tags, without outputs and ids."""
    cells = nbformat.read(path, as_version=4).cells
    return json.dumps(
        [[cell.cell_type, cell.source, sorted(cell.metadata.get("tags", []))] for cell in cells],
        ensure_ascii=False,
    ).encode()
