"""A grid file with the line of everything in it: TOML, or YAML where a reader prefers it.

``tomllib`` tells values and not lines, so a line is found by reading the file again from its top, a
line more each time, until the value is there; that happens only once something is wrong.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis import paths
from analysis.errors import AnalysisError, one_of

Place = tuple[str | int, ...]
SUFFIXES = (".toml", ".yaml", ".yml")


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
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AnalysisError(f"The grid file {where} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise AnalysisError(f"The grid file {where} is not UTF-8 (byte {error.start}).") from None
    return _toml(path, text) if path.suffix == ".toml" else _yaml(path, text)


def _toml(path: Path, text: str) -> GridFile:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AnalysisError(f"{paths.relative(path)} is not TOML: {error}.") from None
    return GridFile(path, content, lambda place: _toml_line(text, place))


def _toml_line(text: str, place: Place) -> int:
    lines = text.splitlines()
    before = 0  # end of the statement before the one looked for
    for end in range(1, len(lines) + 1):
        try:
            content = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # inside a list that goes over several lines
        if _has(content, place):
            return _line_within(lines, before, end, _value(content, place))
        before = end
    return 1 if not place else _toml_line(text, place[:-1])


def _line_within(lines: list[str], before: int, end: int, value: Any) -> int:
    """Line of a value in the statement between two lines; of the statement where it is not seen."""
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
        _note_lines(path, node, (), lines)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise AnalysisError(
            f"{paths.relative(path)} is not YAML{line}: {getattr(error, 'problem', None) or 'it breaks its rules'}."
        ) from None
    if not isinstance(content, dict):
        content = {}

    def line_of(place: Place) -> int:
        while place not in lines:
            place = place[:-1]
        return lines[place]

    return GridFile(path, content, line_of)


def _note_lines(path: Path, node: Any, place: Place, lines: dict[Place, int]) -> None:
    """Note the line of every node, and refuse a key written twice, of which YAML drops the first."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, key.value)
            line = key.start_mark.line + 1
            if inner in lines:
                raise AnalysisError(f"{paths.relative(path)}, line {line}: {key.value} stands here twice.")
            lines[inner] = line
            _note_lines(path, value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[(*place, number)] = value.start_mark.line + 1
            _note_lines(path, value, (*place, number), lines)
