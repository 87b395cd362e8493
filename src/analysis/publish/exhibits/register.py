"""The one register of exhibits: identifier, notebook, outputs, title, data.

The README's table, the tests and the files under ``results/`` are made from it, so they cannot
disagree. The paper's own exhibits are ``table-1`` ... ``chart-4``; ours say what they show.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analysis.data.regions import LANGUAGES, Language
from analysis.errors import one_of
from analysis.publish import collect
from analysis.publish.words import text

Output = Literal["table", "figure"]


@dataclass(frozen=True)
class Entry:
    """One registered exhibit.

    Attributes
    ----------
    id : str
        Identifier, the same in files, pages and references.
    notebook : str
        The notebook that makes it.
    outputs : tuple of {'table', 'figure'}
        What is written for it.
    inputs : tuple of str
        Data resources it may draw on.
    title : dict
        Title by language.
    with_customs : tuple of {'table', 'figure'}
        What is written where the reader's own customs files make the exhibit or take part in it.
    is_optional : bool
        Whether it is made only where the request gives it something to show.
    """

    id: str
    notebook: str
    outputs: tuple[Output, ...]
    inputs: tuple[str, ...]
    title: dict[Language, str]
    with_customs: tuple[Output, ...] = ()
    is_optional: bool = False


def _entry(
    id: str,
    notebook: str,
    outputs: tuple[Output, ...],
    inputs: tuple[str, ...],
    en: str,
    ru: str,
    with_customs: tuple[Output, ...] = (),
    is_optional: bool = False,
) -> Entry:
    return Entry(id, notebook, outputs, inputs, {"en": en, "ru": ru}, with_customs, is_optional)


_TRANSIT = ("paper-table-1", "crossings-2026")
_COVARIATES = (
    "rating-scores",
    "paper-table-2",
    "rosstat-trade",
    "rosstat-investment",
    "tochno-investment",
    "rosstat-population",
    "tochno-population",
    "paper-table-1",
    "crossings-2026",
)

_ENTRY_SOURCES = (
    "rating-scores",
    "rating-statements",
    "rating-dictionary-counts",
    "rating-initiatives",
    "rosstat-population",
    "tochno-population",
    "rosstat-investment",
    "tochno-investment",
)

_ENTRIES: tuple[Entry, ...] = (
    _entry(
        "table-1-verdicts",
        "01_transit_potential",
        ("table",),
        ("paper-claims", *_TRANSIT, "rosstat-transport", "tochno-transport"),
        "Table 1 cell by cell: what holds",
        "Таблица 1 по ячейкам: что подтвердилось",
    ),
    _entry(
        "table-2-verdicts",
        "02_china_share",
        ("table",),
        ("paper-claims", "paper-table-2", "rosstat-trade"),
        "Table 2 cell by cell: what holds",
        "Таблица 2 по ячейкам: что подтвердилось",
        with_customs=("table",),
    ),
    _entry(
        "table-3-verdicts",
        "03_exports",
        ("table",),
        ("paper-claims", "paper-table-3"),
        "Table 3 cell by cell: what holds",
        "Таблица 3 по ячейкам: что подтвердилось",
        with_customs=("table",),
    ),
    _entry(
        "timber-tree",
        "03_exports",
        ("table", "figure"),
        ("paper-table-3",),
        "Table 3 corrected: timber exports as the tree they are",
        "Исправленная таблица 3: экспорт древесины как дерево товаров",
    ),
)


def entries(notebook: str | None = None) -> tuple[Entry, ...]:
    """Registered exhibits in reading order, of one notebook or of all."""
    return tuple(entry for entry in _all() if notebook in (None, entry.notebook))


def _all() -> tuple[Entry, ...]:
    """Exhibits listed here and those that the notebooks save, in the order of the notebooks."""
    saved = collect.collected()
    listed = [
        *_ENTRIES,
        *(
            Entry(
                item.id,
                item.notebook,
                item.outputs,
                (),
                {language: text(item.title, language) for language in LANGUAGES},
                is_optional=item.is_optional,
            )
            for item in saved
        ),
    ]
    return tuple(sorted(listed, key=lambda entry: entry.notebook))


def made(folder: Path, notebook: str | None = None) -> tuple[Entry, ...]:
    """Registered exhibits that a folder of results holds, in reading order."""
    return tuple(item for item in entries(notebook) if (folder / f"exhibits/{item.id}.json").is_file())


def entry(exhibit_id: str) -> Entry:
    """Registered exhibit with an identifier.

    Raises
    ------
    AnalysisError
        If there is none.
    """
    for item in _all():
        if item.id == exhibit_id:
            return item
    raise one_of("An exhibit", exhibit_id, (item.id for item in _all()))


def promised(notebook: str) -> list[str]:
    """Files that every run of a notebook writes for its exhibits, relative to its folder."""
    return [name for item in entries(notebook) if not item.is_optional for name in files(item)]


def files(item: Entry) -> list[str]:
    """Files of an exhibit, relative to the folder of results; none where only own customs files make it."""
    if not item.outputs:
        return []
    names = [f"exhibits/{item.id}.json"]
    if "table" in item.outputs:
        names += [f"tables/{item.id}.csv", f"tables/{item.id}.tidy.csv"]
        names += [
            f"tables/{item.id}.{language}.{kind}"
            for language in ("en", "ru")
            for kind in ("html", "tex", "xlsx", "docx")
        ]
    if "figure" in item.outputs:
        names += [
            f"figures/{item.id}.{language}.{kind}" for language in ("en", "ru") for kind in ("png", "svg")
        ]
    return names
