"""A grid file with the line of everything in it: TOML, or YAML where a reader prefers it.

``tomllib`` tells values and not lines, so a line is found by reading the file again from its top, as far
as its first statement with the value; that happens only once something is wrong.

A grid may come from anybody: its size, its depth and what its aliases unfold to have bounds, and a whole
number has at most 64 bits, beyond which neither JSON readers nor tables keep it.
"""

from __future__ import annotations

import bisect
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis import paths
from analysis.errors import AnalysisError, one_of

Place = tuple[str | int, ...]
SUFFIXES = (".toml", ".yaml", ".yml")
# a list of a hundred thousand levels takes less; PyYAML reads a megabyte in ten seconds
MOST_BYTES = 1 << 20
# values and keys once every YAML alias is written out
MOST_NODES = 250_000
# a grid has five levels; Python's own stack ends at a few hundred of a parser
MOST_LEVELS = 50


@dataclass(frozen=True)
class GridFile:
    """Content of a grid file.

    Attributes
    ----------
    path : Path
        The file.
    content : dict
        What it says.
    line_of : callable
        Line of the value at a place, such as ``("grid", 0, "cross", "edition", 1)``.
    """

    path: Path
    content: dict[str, Any]
    line_of: Callable[[Place], int]

    def error(self, place: Place, sentence: str) -> AnalysisError:
        """Error with file and line."""
        return AnalysisError(f"{paths.relative(self.path)}, line {self.line_of(place)}: {sentence}")


def read(path: Path) -> GridFile:
    """Read a grid file.

    Raises
    ------
    AnalysisError
        If it cannot be read, is neither TOML nor YAML, or breaks their rules.
    """
    where = paths.relative(path)
    if path.suffix not in SUFFIXES:
        raise one_of(f"The suffix of {where}", path.suffix, SUFFIXES)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise AnalysisError(f"The grid file {where} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise AnalysisError(f"The grid file {where} is not UTF-8 (byte {error.start}).") from None
    if len(content) > MOST_BYTES:
        raise AnalysisError(f"The grid file {where} is larger than {MOST_BYTES >> 20} MiB; write several.")
    try:
        return _toml(path, text) if path.suffix == ".toml" else _yaml(path, text)
    except RecursionError:
        raise AnalysisError(f"The grid file {where} is nested too deeply; a grid has five levels.") from None


def _no_value(path: Path, error: Exception) -> AnalysisError:
    why = f" ({error})" if type(error) is ValueError else ""
    if "set_int_max_str_digits" in why:  # Python's advice is for programmers
        why = " (a whole number of thousands of digits)"
    return AnalysisError(f"{paths.relative(path)} has a value that cannot be{why}.")


def _toml(path: Path, text: str) -> GridFile:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AnalysisError(f"{paths.relative(path)} is not TOML: {error}.") from None
    except ValueError as error:
        raise _no_value(path, error) from None
    return GridFile(path, content, lambda place: _toml_line(text, place))


def _toml_line(text: str, place: Place) -> int:
    lines = text.split("\n")
    ends = list(_statement_ends(lines))

    def has(end: int) -> bool:
        return _has(tomllib.loads("\n".join(lines[:end])), place)

    # what one statement has said, all that follow leave there
    found = bisect.bisect_left(ends, True, key=has)
    if found == len(ends):
        return 1 if not place else _toml_line(text, place[:-1])
    content = tomllib.loads("\n".join(lines[: ends[found]]))
    return _line_within(lines, ends[found - 1] if found else 0, ends[found], _value(content, place))


# what opens, closes or hides brackets in TOML: a comment, the four kinds of text, brackets
_TOML_MARKS = re.compile(
    r"""#[^\n]*|\"{3}(?:\\.|[^\\])*?"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[\[{]|[\]}]|\n""",
    re.DOTALL,
)


def _statement_ends(lines: list[str]) -> Iterator[int]:
    """Line after which each statement of a TOML file is complete; some go over several lines."""
    line, depth = 0, 0
    for mark in _TOML_MARKS.findall("\n".join(lines) + "\n"):
        depth += (mark in ("[", "{")) - (mark in ("]", "}"))
        line += mark.count("\n")
        if mark == "\n" and depth == 0:
            yield line


def _line_within(lines: list[str], before: int, end: int, value: Any) -> int:
    """Line of a value in the statement between two lines; of the statement where it is not seen."""
    with suppress(ValueError):  # a hexadecimal number can be longer than Python writes
        written = json.dumps(value, ensure_ascii=False, default=str)
        for number in range(before, end):
            if written in lines[number]:
                return number + 1
    code = [number for number in range(before, end) if lines[number].strip()[:1] not in ("", "#")]
    return (code[0] if code else before) + 1


def _value(content: Any, place: Place) -> Any:
    for key in place:
        content = content[key]
    return content


def _has(content: Any, place: Place) -> bool:
    try:
        _value(content, place)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _yaml(path: Path, text: str) -> GridFile:
    lines: dict[Place, int] = {(): 1}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _note_lines(path, node, (), lines, [0])
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise AnalysisError(
            f"{paths.relative(path)} is not YAML{line}: {getattr(error, 'problem', None) or 'it breaks its rules'}."
        ) from None
    except AnalysisError:
        raise
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        # what PyYAML's constructors meet in a thirteenth month, or in `!!int ""`
        raise _no_value(path, error) from None
    if not isinstance(content, dict):
        content = {}

    def line_of(place: Place) -> int:
        while place not in lines:
            place = place[:-1]
        return lines[place]

    return GridFile(path, content, line_of)


def _note_lines(path: Path, node: Any, place: Place, lines: dict[Place, int], count: list[int]) -> None:
    """Note the line of every node; refuse what YAML allows and a grid cannot mean.

    A key written twice, of which YAML drops the first; a key that is no text (``{{ name }}`` of a template is a
    table as the key of a table); aliases that lead back to themselves or unfold to more than `MOST_NODES`.
    """
    count[0] += 1
    if count[0] > MOST_NODES or len(place) > MOST_LEVELS:
        what = "aliases that unfold without end" if len(place) > MOST_LEVELS else "too many values"
        raise AnalysisError(f"{paths.relative(path)}, line {node.start_mark.line + 1}: it has {what}.")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise AnalysisError(
                    f"{paths.relative(path)}, line {line}: a name must be text; braces of a template are filled in "
                    "before the grid is run."
                )
            inner = (*place, key.value)
            if inner in lines:
                raise AnalysisError(f"{paths.relative(path)}, line {line}: {key.value} stands here twice.")
            lines[inner] = line
            _note_lines(path, value, inner, lines, count)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[(*place, number)] = value.start_mark.line + 1
            _note_lines(path, value, (*place, number), lines, count)
