"""A bibliographic record after GOST R 7.0.100-2018, for which there is no CSL style file.

Areas in the standard's order, each after a point and a dash: title and responsibility, edition, date, notes with
identifiers and address, and last what the thing is and how it is read (area 0, which may stand at the end).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.data.messages import Message, _
from analysis.data.regions import Language
from analysis.publish.words import text

# kind of content and medium, in the standard's words; a table is text
_CONTENT: dict[str, Message] = {
    "table": _("Text : electronic"),
    "figure": _("Image : electronic"),
    "data": _("Data : electronic"),
    "program": _("Computer program : electronic"),
}
AREA = ". – "


def record(
    item: Mapping[str, Any], outputs: Sequence[str], identity: Sequence[str], accessed: datetime.date | None
) -> str:
    """Compose the record.

    Parameters
    ----------
    item : dict
        CSL-JSON item of `analysis.publish.citation.csl`.
    outputs : sequence of str
        What it consists of; the first says what kind of content it is.
    identity : sequence of str
        State of git, hash and parameters, which stand in the notes.
    accessed : date, optional
        Day of access, beside the address.

    Returns
    -------
    str
        One paragraph.
    """
    language: Language = item["language"]
    authors = item.get("author", [])
    title = f"{item['title']} : {item['genre']}" if "genre" in item else item["title"]
    first = f"{_heading(authors)}{title}{_responsibility(authors)}"
    content = text(_CONTENT[outputs[0]], language)
    edition = text(_("Version {number}", number=item["version"]), language)
    year = str(item["issued"]["date-parts"][0][0]) if "issued" in item else ""
    tail = [edition, year, *_found_by(item, language, accessed), "; ".join(identity)]
    if "container-title" not in item:
        return AREA.join(filter(None, [first, *tail, content])) + "."
    # a part is described before the double stroke, what it is part of behind it
    whole = AREA.join(filter(None, [item["container-title"], *tail]))
    return f"{first}{AREA}{content} // {whole}."


def _heading(authors: Sequence[Mapping[str, str]]) -> str:
    """Name of the first person before the title; bodies and more than three persons have no heading."""
    if not authors or "literal" in authors[0] or len(authors) > 3:
        return ""
    return f"{authors[0]['family']}, {_initials(authors[0]['given'])} "


def _responsibility(authors: Sequence[Mapping[str, str]]) -> str:
    names = [
        person.get("literal") or f"{_initials(person['given'])} {person['family']}" for person in authors
    ]
    return f" / {', '.join(names)}" if names else ""


def _initials(given: str) -> str:
    return " ".join(name if name.endswith(".") else f"{name[0]}." for name in given.split())


def _found_by(item: Mapping[str, Any], language: Language, accessed: datetime.date | None) -> list[str]:
    found = [f"DOI {item['DOI']}"] if "DOI" in item else []
    if "URL" in item:
        read = text(_("accessed"), language)
        day = f" ({read}: {accessed:%d.%m.%Y})" if accessed else ""
        found.append(f"URL: {item['URL']}{day}")
    return found
