"""What a figure draws, as lines of text: kept as reference, compared without a picture's accidents.

An SVG of matplotlib becomes one line a mark: its kind, its coordinates in points, and everything about it
that is no coordinate (path commands, text, colours). A PNG becomes the mean grey of the squares of a grid.
Another font renderer moves labels, and with them the axes, by fractions of a point.
"""

from __future__ import annotations

import base64
import binascii
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO

import numpy as np
from matplotlib import image
from numpy.typing import NDArray

from analysis.errors import AnalysisError

# a third of a millimetre; on the forest, where tau-b from -1 to 1 is 228 pt wide, less than a hundredth of tau
POINTS = 1.0
# levels of 255 in the mean of a square: an edge that moves by a point changes it by up to 25
GREY_LEVELS = 32
# squares across a picture: 3.75 mm on a page's width, two characters of its text
SQUARES = 48

_NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
# attributes that hold coordinates; the others are compared as they are
_GEOMETRY = ("x", "y", "width", "height", "d", "points", "transform", "viewBox")
_DROPPED = ("metadata", "style", "title", "desc")
# ids differ between a figure's file and the same figure inside a page
_UNCOMPARED = ("id", "clip-path", "role", "aria-labelledby", "version", "space", "class")
_QUOTED = 60  # characters of a difference that are shown


def of_svg(text: str) -> list[str]:
    """Read what an SVG draws.

    Parameters
    ----------
    text : str
        Content of a file of matplotlib's, or the element of a page made from it.

    Returns
    -------
    list of str
        One line a mark: kind, coordinates with one decimal, the rest; separated by tabs.

    Raises
    ------
    AnalysisError
        If it is not SVG.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise AnalysisError(f"it is not SVG: {error}") from None
    if _local(root.tag) != "svg":
        raise AnalysisError("it is not SVG")
    # shapes of marks and hatches, in the order in which they are defined
    shapes = {element.get("id", ""): f"shape {n}" for n, element in enumerate(_defined(root), start=1)}
    return [f"figure\t{_decimals(root.get('viewBox', ''))}\t", *_marks(root, shapes)]


def _defined(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for definitions in root.iter():
        if _local(definitions.tag) == "defs":
            yield from (child for child in definitions if _local(child.tag) in ("path", "pattern"))


def _marks(parent: ElementTree.Element, shapes: Mapping[str, str]) -> Iterator[str]:
    for element in parent:
        kind = _local(element.tag)
        if kind in (*_DROPPED, "clipPath"):
            continue
        if kind in ("path", "use", "rect", "text", "image", "pattern"):
            yield _mark(kind, element, shapes)
        if kind != "text":
            yield from _marks(element, shapes)


def _mark(kind: str, element: ElementTree.Element, shapes: Mapping[str, str]) -> str:
    geometry, rest = [], []
    if element.get("id") in shapes:
        rest.append(shapes[element.get("id", "")])
    for key, value in sorted((_local(key), value) for key, value in element.attrib.items()):
        if key == "href":
            if value.startswith("data:"):
                geometry += [f"{grey:.1f}" for grey in _squares(decoded(value)).ravel()]
            else:
                rest.append(shapes.get(value.removeprefix("#"), value))
        elif key in _GEOMETRY:
            # the letters of a path, the names of a transformation
            letters = re.sub(r"\s+", "", re.sub(_NUMBER, "", value))
            rest.append(re.sub(r"(.)\1{2,}", lambda run: f"{run[1]}*{len(run[0])}", letters))
            geometry.append(_decimals(value))
        elif key not in _UNCOMPARED:
            rest.append(_unnamed(value, shapes))
    if kind == "text":
        rest.insert(0, " ".join("".join(element.itertext()).split()))
    return f"{kind}\t{' '.join(geometry)}\t{' '.join(filter(None, rest))}"


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _decimals(text: str) -> str:
    # minus zero is zero
    return " ".join(f"{float(found) + 0:.1f}".replace("-0.0", "0.0") for found in re.findall(_NUMBER, text))


def _unnamed(style: str, shapes: Mapping[str, str]) -> str:
    return re.sub(r"url\(#([^)]*)\)", lambda found: shapes.get(found[1], found[1]), style)


def decoded(address: str) -> bytes:
    """Bytes of an address that carries them (``data:image/png;base64,...``).

    Raises
    ------
    ValueError
        If they are not base64.
    """
    return base64.b64decode(address.partition(",")[2])


def of_png(content: bytes) -> list[str]:
    """Read what a PNG shows, coarsely.

    Returns
    -------
    list of str
        Width and height in pixels, then the mean grey of each square of a grid as two hexadecimal digits, a
        line a row of squares.

    Raises
    ------
    AnalysisError
        If it is not PNG.
    """
    grey = _grey(content)
    rows = ["".join(f"{round(level):02x}" for level in row) for row in _means(grey)]
    return [f"{grey.shape[1]} x {grey.shape[0]} pixels", *rows]


def _squares(content: bytes) -> NDArray[np.float64]:
    return _means(_grey(content))


def _grey(content: bytes) -> NDArray[np.float64]:
    """Luminance from 0 to 255 on white."""
    try:
        pixels = np.atleast_3d(np.asarray(image.imread(BytesIO(content), format="png"), dtype=float))
    except (OSError, SyntaxError, ValueError, binascii.Error) as error:
        raise AnalysisError(f"it is not PNG: {error}") from None
    if pixels.shape[2] in (2, 4):
        opacity = pixels[:, :, -1:]
        pixels = pixels[:, :, :-1] * opacity + (1 - opacity)
    return 255 * pixels.mean(axis=2)


def _means(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over the squares of a grid, or of an image smaller than the grid its pixels."""
    high, wide = grey.shape
    across = min(SQUARES, wide)
    down = min(high, max(1, round(high / wide * across)))
    columns = np.linspace(0, wide, across, endpoint=False).astype(int)
    lines = np.linspace(0, high, down, endpoint=False).astype(int)
    sums = np.add.reduceat(np.add.reduceat(grey, lines, axis=0), columns, axis=1)
    areas = np.outer(np.diff([*lines, high]), np.diff([*columns, wide]))
    return np.asarray(sums / areas)


# ------------------------------------------------------------------ comparison


def drawn_differences(mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Differences between two drawings, one clause each, to follow the name of the first's file.

    Parameters
    ----------
    mine, theirs : sequence of str
        As `of_svg` gives them.
    """
    found = []
    if len(mine) != len(theirs):
        found.append(f"draws {len(mine)} marks; the reference has {len(theirs)}")
        only_mine, only_theirs = _alone(mine, theirs)
        found += [f"draws {_shown(line)}, which the reference does not" for line in only_mine[:1]]
        found += [f"lacks {_shown(line)} of the reference" for line in only_theirs[:1]]
        return found
    for a, b in zip(mine, theirs, strict=True):
        if a == b:
            continue
        (kind, here, rest), (other_kind, there, other_rest) = _fields(a), _fields(b)
        if (kind, rest) != (other_kind, other_rest):
            found.append(f"draws {_shown(a)}; the reference has {_shown(b)}")
        elif not _near(here, there):
            found.append(f"draws {_shown(a)} at {_cut(here)}; the reference has it at {_cut(there)} (points)")
    return found


def _fields(line: str) -> tuple[str, str, str]:
    kind, _, others = line.partition("\t")
    coordinates, _, rest = others.partition("\t")
    return kind, coordinates, rest


def _near(here: str, there: str) -> bool:
    mine, theirs = here.split(), there.split()
    return len(mine) == len(theirs) and all(
        abs(float(a) - float(b)) <= POINTS for a, b in zip(mine, theirs, strict=True)
    )


def _alone(mine: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    """Marks without a counterpart, by what is no coordinate and by whole coordinates."""

    def key(line: str) -> tuple[str, str, str]:
        kind, coordinates, rest = _fields(line)
        return kind, rest, " ".join(f"{float(part):.0f}" for part in coordinates.split())

    here, there = {key(line) for line in mine}, {key(line) for line in theirs}
    return [line for line in mine if key(line) not in there], [
        line for line in theirs if key(line) not in here
    ]


def _shown(line: str) -> str:
    kind, _, rest = _fields(line)
    names = {"use": "a mark", "path": "a line or area", "text": "the text", "figure": "a figure"}
    return f"{names.get(kind, kind)} ({_cut(rest)})" if rest else names.get(kind, kind)


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}..."


def picture_differences(mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Differences between two pictures, one clause at most, to follow the name of the first's file.

    Parameters
    ----------
    mine, theirs : sequence of str
        As `of_png` gives them.
    """
    if mine[:1] != theirs[:1] or len(mine) != len(theirs):
        return [f"has {mine[0]}; the reference has {theirs[0]}"]
    here, there = (np.frombuffer(bytes.fromhex("".join(rows[1:])), np.uint8) for rows in (mine, theirs))
    if here.shape != there.shape:
        return ["has another grid of squares than the reference"]
    worst = int(np.abs(here.astype(int) - there).max(initial=0))
    if worst <= GREY_LEVELS:
        return []
    return [f"looks different from the reference (a part of it by {worst} of 255 levels of grey)"]
