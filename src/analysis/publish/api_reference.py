"""The reference of the package: every public function and class from its docstring, as pages that open offline.

``make docs`` writes them to ``build/reference/`` with pdoc. A name in single backticks, or in a role such as
``:func:``, is a reference: one that leads nowhere stops the build, because pdoc would quietly print it as text.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import shutil
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import analysis
from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish import citation

_ROLE = re.compile(r":(?:class|func|mod|meth|data|attr):`~?([\w.]+)`")
_NAME = re.compile(r"(?<![`:\w])`([A-Za-z_][\w.]*)(?:\(\))?`(?!`)")
# inherited, and not ours to mend: a forward reference inside jupyter_client's manager
_FOREIGN = r"Error parsing type annotation .* for jupyter_client\."


@dataclass(frozen=True)
class Documented:
    """Something with a docstring.

    Attributes
    ----------
    place : str
        Full name.
    text : str
        The docstring; empty if there is none.
    module : ModuleType
        Where it is defined.
    owners : tuple
        What its names may belong to: the function, and the class it is part of.
    """

    place: str
    text: str
    module: ModuleType
    owners: tuple[Any, ...] = ()


def modules() -> Iterator[ModuleType]:
    """Every module of the package, imported."""
    yield analysis
    for found in pkgutil.walk_packages(analysis.__path__, "analysis."):
        yield importlib.import_module(found.name)


def public_modules() -> list[ModuleType]:
    """Modules that have a page: those without an underscore in front."""
    return [module for module in modules() if "._" not in module.__name__]


def documented() -> Iterator[Documented]:
    """Every module, and every class, method and function defined in one."""
    # lists, because importing a module and asking for annotations add names to what is gone through
    for module in list(modules()):
        yield Documented(module.__name__, inspect.getdoc(module) or "", module)
        for name, thing in list(vars(module).items()):
            if getattr(thing, "__module__", None) != module.__name__ or not callable(thing):
                continue
            place = f"{module.__name__}.{name}"
            yield Documented(place, inspect.getdoc(thing) or "", module, (thing,))
            if inspect.isclass(thing):
                yield from _members(place, thing, module)


def _members(place: str, owner: type, module: ModuleType) -> Iterator[Documented]:
    for name, value in list(vars(owner).items()):
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if inspect.isfunction(function):
            text = inspect.getdoc(function) or ""
            yield Documented(f"{place}.{name}", text, module, (function, owner))


def undescribed() -> list[str]:
    """Full names of what is public and has no docstring."""
    return [
        item.place
        for item in documented()
        if not item.text and not any(part.startswith("_") for part in item.place.split("."))
    ]


def unresolved() -> list[str]:
    """References in docstrings that lead nowhere, each as ``place: name``."""
    return [
        f"{item.place}: {name}"
        for item in documented()
        for name in dict.fromkeys([*_ROLE.findall(item.text), *_NAME.findall(item.text)])
        if not _is_known(name, item)
    ]


def _is_known(name: str, item: Documented) -> bool:
    """Whether a name is a parameter, a field, an attribute, a name of the module or a full path."""
    for owner in item.owners:
        if name in _parameters(owner) or name in getattr(owner, "__annotations__", {}):
            return True
    starts = [*item.owners, item.module]
    return any(_has(start, name.split(".")) for start in starts) or _is_importable(name.split("."))


def _parameters(owner: Any) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(owner).parameters)
    except (TypeError, ValueError):  # a class without a signature of its own
        return ()


def _has(start: Any, names: list[str]) -> bool:
    found = start
    for name in names:
        if name in getattr(found, "__annotations__", {}):
            return True
        if not hasattr(found, name):
            return False
        found = getattr(found, name)
    return True


def _is_importable(parts: list[str]) -> bool:
    for end in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        return _has(module, parts[end:])
    return False


def build(target: Path) -> Path:
    """Write the pages.

    Parameters
    ----------
    target : Path
        Folder; one that is there gives way when the new one is whole.

    Returns
    -------
    Path
        The page to open first.

    Raises
    ------
    AnalysisError
        If a public name has no docstring or a reference leads nowhere.
    """
    faults = [f"{place} has no docstring" for place in undescribed()]
    faults += [f"{place.replace(': ', ' refers to ')}, which is not there" for place in unresolved()]
    if faults:
        raise AnalysisError(f"{'; '.join(faults)}.")
    import pdoc  # of the extra "docs": nothing else needs it
    import pdoc.render

    footer = f"{citation.metadata()['title']}, version {citation.metadata()['version']}"
    pdoc.render.configure(docformat="numpy", show_source=False, footer_text=footer)
    staging = paths.make_folder(target.parent) / f".{target.name}.new"
    shutil.rmtree(staging, ignore_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", _FOREIGN)
        # named one by one, because pdoc leaves out modules that a package's __all__ does not list; it warns of
        # those it would have found by itself
        warnings.filterwarnings("ignore", "The module specification .* has already been added")
        pdoc.pdoc(*(module.__name__ for module in public_modules()), output_directory=staging)
    paths.replace_folder(staging, target)
    return target / "index.html"


def main() -> int:
    """Write the pages to ``build/reference/``."""
    try:
        print(paths.relative(build(paths.build() / "reference")))
    except AnalysisError as error:
        print(f"api_reference: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
