"""A figure's SVG file made fit to stand inside a page among others."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from analysis.errors import AnalysisError

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
# matplotlib's sheet speaks to `*`: inside a page that would be every element of it
_DROPPED = (f"{{{SVG}}}metadata", f"{{{SVG}}}style")


def inline(path: Path, name: str, title: str, description: str) -> str:
    """SVG of a figure as an element of a page.

    Parameters
    ----------
    path : Path
        File written by matplotlib.
    name : str
        Put before every id in it: two figures on a page both have an ``axes_1``.
    title, description : str
        What a screen reader says.

    Returns
    -------
    str
        The element; its width in print is the property ``--own`` of its style.

    Raises
    ------
    AnalysisError
        If the file is not SVG.
    """
    try:
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    except ElementTree.ParseError as error:
        raise AnalysisError(f"The figure {path.name} is not SVG: {error}.") from None
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _DROPPED]:
            parent.remove(child)
    for element in root.iter():
        for key, value in element.attrib.items():
            element.set(key, _prefixed(key, value, name))
    # the sheet says how far a page may go from the width at which the figure's text is 8 pt
    root.set("style", f"--own: {float(root.attrib.pop('width').removesuffix('pt')):.0f}pt")
    root.attrib.pop("height")
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-description")
    for tag, text in (("desc", description), ("title", title)):
        element = ElementTree.Element(
            f"{{{SVG}}}{tag}", {"id": f"{name}-{'title' if tag == 'title' else 'description'}"}
        )
        element.text = text
        root.insert(0, element)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode")


def _prefixed(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key.endswith("href") and value.startswith("#"):
        return f"#{name}-{value[1:]}"
    return re.sub(r"url\(#", f"url(#{name}-", value)
