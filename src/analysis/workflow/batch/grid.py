"""From a grid file to the runs it asks for, everything checked before the first one starts.

::

    [[grid]]
    notebook = "05_association"          # or notebooks = [...]
    [grid.fixed]
    alpha = 0.05
    [grid.cross]                         # every value with every other
    edition = ["II", "III"]
    [[grid.zip]]                         # the first with the first, the second with the second
    trade_period = [2019, 2020]
    investment_period = [2022, 2023]
    [[grid.exclude]]                     # runs with all of these values are left out
    edition = "II"
    trade_period = 2020
"""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from analysis.errors import AnalysisError, one_of, quoted
from analysis.publish import parameters
from analysis.workflow.batch.gridfile import GridFile, Place

KEYS = ("notebook", "notebooks", "fixed", "cross", "zip", "exclude")
# a slip in a grid multiplies; a hundred thousand runs of a second each are a day on one core
MOST_RUNS = 100_000
# the batch itself says where a run writes
NOT_IN_A_GRID = ("output_dir",)


@dataclass(frozen=True)
class RunRequest:
    """One run that a grid asks for.

    Attributes
    ----------
    notebook : str
        Name without the suffix.
    values : dict
        Every parameter but the formats and the folder, as JSON values, defaults included.
    formats : str, optional
        Formats that the grid asks for.
    """

    notebook: str
    values: Mapping[str, Any]
    formats: str | None = None


def requests(file: GridFile, where: Sequence[str] = ()) -> list[RunRequest]:
    """Runs a grid file asks for, in its order, each once.

    Parameters
    ----------
    file : GridFile
        The file.
    where : sequence of str
        Conditions such as ``trade_period>=2018``, all of which a run must meet.

    Returns
    -------
    list of RunRequest
        At least one.

    Raises
    ------
    AnalysisError
        For anything wrong in the file, with its line, or in a condition; if no run is left.
    """
    for key in file.content:
        if key != "grid":
            raise file.error((key,), str(one_of("A key of a grid file", key, ("grid",))))
    grids = file.content.get("grid")
    if not isinstance(grids, list) or not grids:
        raise file.error(("grid",), "a grid file holds one or more [[grid]] tables.")
    found: dict[str, RunRequest] = {}
    for number, _ in enumerate(grids):
        for request in _runs_of(file, ("grid", number)):
            found.setdefault(parameters.identity(request.notebook, request.values), request)
        if len(found) > MOST_RUNS:
            raise _too_many(file, ("grid", number), len(found))
    conditions = [_condition(text, found.values()) for text in where]
    chosen = [request for request in found.values() if all(test(request) for test in conditions)]
    if not chosen:
        raise AnalysisError(f"No run of {file.path.name} meets {' and '.join(where)}.")
    return chosen


def _runs_of(file: GridFile, place: Place) -> Iterator[RunRequest]:
    """Runs of one ``[[grid]]``."""
    grid = _table(file, place, _at(file, place))
    for key in grid:
        if key not in KEYS:
            raise file.error((*place, key), str(one_of("A key of a grid", key, KEYS)))
    notebooks = _notebooks(file, place, grid)
    fixed = _table(file, (*place, "fixed"), grid.get("fixed", {}))
    axes = _axes(file, place, grid)
    _check_once(file, place, grid)
    for notebook in notebooks:
        for name, value, at in _values(place, grid):
            _check(file, at, notebook, name, value)
    count = math.prod(len(axis) for axis in axes) * len(notebooks)
    if count > MOST_RUNS:
        raise _too_many(file, place, count)
    excluded = _Exclusions(file, place, grid, notebooks)
    for notebook in notebooks:
        defaults = parameters.defaults(notebook)
        defaults.pop("formats", None)
        for steps in itertools.product(*axes):
            values = {**defaults, **fixed, **{k: v for step in steps for k, v in step.items()}}
            if excluded(notebook, values):
                continue
            try:
                parameters.check_values(notebook, **values)
            except AnalysisError as error:
                raise file.error(place, f"a run of this grid cannot be: {error}") from None
            formats = values.pop("formats", None)
            yield RunRequest(notebook, values, ",".join(formats) if isinstance(formats, list) else formats)
    excluded.check_used()


def _at(file: GridFile, place: Place) -> Any:
    content: Any = file.content
    for key in place:
        content = content[key]
    return content


def _table(file: GridFile, place: Place, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise file.error(place, f"{place[-1]} must be a table of parameters and values.")
    return content


def _tables(file: GridFile, place: Place, content: Any) -> list[dict[str, Any]]:
    if not isinstance(content, list):
        raise file.error(place, f"{place[-1]} must be written [[grid.{place[-1]}]]: there may be several.")
    return [_table(file, (*place, number), item) for number, item in enumerate(content)]


def _notebooks(file: GridFile, place: Place, grid: dict[str, Any]) -> list[str]:
    if ("notebook" in grid) == ("notebooks" in grid):
        raise file.error(place, 'a grid needs either notebook = "..." or notebooks = [...].')
    key = "notebook" if "notebook" in grid else "notebooks"
    names = [grid[key]] if key == "notebook" else grid[key]
    if not isinstance(names, list) or not names:
        raise file.error((*place, key), "notebooks must be a list of names.")
    allowed = parameters.study()  # one that shows what a batch left cannot be part of one
    for number, name in enumerate(names):
        if name not in allowed:
            at = (*place, key) if key == "notebook" else (*place, key, number)
            raise file.error(at, str(one_of("A notebook", name, allowed)))
    return names


def _axes(file: GridFile, place: Place, grid: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Crossed lists and zipped groups, each as the steps it takes."""
    axes = []
    cross = _table(file, (*place, "cross"), grid.get("cross", {}))
    for name, values in cross.items():
        at = (*place, "cross", name)
        axes.append([{name: value} for value in _list(file, at, values)])
    for number, group in enumerate(_tables(file, (*place, "zip"), grid.get("zip", []))):
        at = (*place, "zip", number)
        lists = {name: _list(file, (*at, name), values) for name, values in group.items()}
        lengths = {name: len(values) for name, values in lists.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise file.error(at, f"zipped lists must be equally long; {told}.")
        steps = zip(*lists.values(), strict=True)
        axes.append([dict(zip(lists, step, strict=True)) for step in steps])
    return axes


def _list(file: GridFile, place: Place, values: Any) -> list[Any]:
    if not isinstance(values, list) or not values:
        raise file.error(place, f"{place[-1]} must be a list of values; one value alone belongs in fixed.")
    seen = set()
    for number, value in enumerate(values):
        # ten thousand values are compared by their hash; lists and tables have one as text
        key = value if isinstance(value, str | int | float) else _as_text(value)
        if key in seen:
            raise file.error((*place, number), f"{place[-1]} has {quoted(value)} twice.")
        seen.add(key)
    return values


def _as_text(value: Any) -> str:
    with suppress(ValueError, RecursionError):
        return str(value)
    return str(id(value))  # a number longer than Python writes, which `_check` refuses


def _check_once(file: GridFile, place: Place, grid: dict[str, Any]) -> None:
    """Refuse a parameter that stands in two sections, where one would win unseen."""
    seen: dict[str, str] = {}
    groups = [("fixed", grid.get("fixed", {}), (*place, "fixed"))]
    groups.append(("cross", grid.get("cross", {}), (*place, "cross")))
    for number, group in enumerate(grid.get("zip", [])):
        groups.append(("zip", group, (*place, "zip", number)))
    for section, group, at in groups:
        for name in group:
            if name in seen:
                raise file.error((*at, name), f"{name} stands in {seen[name]} already.")
            seen[name] = section


def _values(place: Place, grid: dict[str, Any]) -> Iterator[tuple[str, Any, Place]]:
    """Every value of a grid with its name and place."""
    for name, value in grid.get("fixed", {}).items():
        yield name, value, (*place, "fixed", name)
    groups = [(grid.get("cross", {}), (*place, "cross"))]
    groups += [(group, (*place, "zip", number)) for number, group in enumerate(grid.get("zip", []))]
    for group, at in groups:
        for name, values in group.items():
            for number, value in enumerate(values):
                yield name, value, (*at, name, number)


def _check(file: GridFile, place: Place, notebook: str, name: str, value: Any) -> Any:
    """Typed value of a parameter, or the line where it is wrong."""
    if name in NOT_IN_A_GRID:
        raise file.error(place, f"{name} cannot stand in a grid: every run has a folder of its own.")
    if name == "formats" and "fixed" not in place:
        raise file.error(place, "formats belongs in fixed: it changes what a run writes and no result.")
    if not _is_json(value):
        raise file.error(
            place,
            f"{name} is a {type(value).__name__} that no run can be given; values are text, numbers of up to 64 bits, "
            "true or lists of them.",
        )
    try:
        return parameters.check_value(notebook, name, value)
    except AnalysisError as error:
        raise file.error(place, str(error)) from None


def _is_json(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_json(item) for item in value)
    if isinstance(value, int | float):
        return math.isfinite(value) if isinstance(value, float) else abs(value) < 2**63
    return isinstance(value, str)


class _Exclusions:
    """The combinations to leave out, and whether each left out anything."""

    def __init__(self, file: GridFile, place: Place, grid: dict[str, Any], notebooks: list[str]) -> None:
        self.file, self.place = file, (*place, "exclude")
        self.rules = [
            {
                notebook: {
                    name: _check(file, (*self.place, number, name), notebook, name, value)
                    for name, value in rule.items()
                }
                for notebook in notebooks
            }
            for number, rule in enumerate(_tables(file, self.place, grid.get("exclude", [])))
        ]
        self.used = [False] * len(self.rules)

    def __call__(self, notebook: str, values: Mapping[str, Any]) -> bool:
        hit = False
        for number, rule in enumerate(self.rules):
            if all(
                parameters.check_value(notebook, name, values[name]) == value
                for name, value in rule[notebook].items()
            ):
                self.used[number] = hit = True
        return hit

    def check_used(self) -> None:
        for number, used in enumerate(self.used):
            if not used:
                raise self.file.error((*self.place, number), "this exclusion leaves out nothing.")


def _too_many(file: GridFile, place: Place, count: int) -> AnalysisError:
    return file.error(place, f"this grid asks for {count} runs; a batch has at most {MOST_RUNS}.")


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|!=|==|>|<)\s*(\S+)\s*")


def _condition(text: str, found: Any) -> Callable[[RunRequest], bool]:
    """Test of a run made from ``name operator value``; a list meets ``==`` when it has the value.

    A run whose notebook does not have the parameter does not meet it.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise AnalysisError(
            f"--where {text!r} is not a condition; write a parameter, one of {', '.join(_OPERATORS)}, and a value."
        )
    name, sign, wanted = match.groups()
    known = sorted({known for request in found for known in request.values})
    if name not in known:
        raise one_of(f"The parameter of --where {text!r}", name, known)

    def test(request: RunRequest) -> bool:
        if name not in request.values:
            return False
        value = request.values[name]
        if isinstance(value, list):
            if sign not in ("==", "!="):
                raise AnalysisError(
                    f"--where {text!r}: {name} is a list; it can only be compared by == and !=."
                )
            return (wanted in map(str, value)) == (sign == "==")
        return _OPERATORS[sign](*_comparable(value, wanted))

    return test


def _comparable(value: Any, wanted: str) -> tuple[Any, Any]:
    """Both as numbers where both are, else both as text."""
    try:
        return float(value), float(wanted)
    except ValueError:
        return str(value), wanted
