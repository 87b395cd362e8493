"""From content to pages: where each page stands, what it links to, and the templates that write it."""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pygments.formatters import HtmlFormatter

from analysis import paths
from analysis.data import formats, indicators, package
from analysis.data.formats import NO_BREAK_SPACE
from analysis.data.messages import Message, _
from analysis.data.regions import LANGUAGES, Language
from analysis.ledger import BASES, RULES, VERDICTS
from analysis.publish import citation, parameters, repository
from analysis.publish.report import claims, content, explorer, notebooks, raw, svg
from analysis.publish.report.content import LEADING, Content, Page
from analysis.publish.words import text

FOLDER = "report"
ASSETS = ("report.css", "report.js")
# pages with the same name in both languages
PAIRED = ("index", "exhibits", "ledger", "multiverse", "notebooks", "sources")
# drawn on the first page, where they were made: what an economist looks for first ...
FIRST_PICTURES = ("china-share-lines", "rating-map", "country-scatter")
# ... and how far it can be trusted
FIRST_STATISTICS = ("association-forest", "multiverse-curve")
EXPLORED = "multiverse-curve"
# of a table, in its picture in the gallery
PREVIEW_ROWS, PREVIEW_COLUMNS = 6, 4


def build(results: Path) -> Path:
    """Make the report from a folder of results.

    Parameters
    ----------
    results : Path
        Folder with exhibits, executed notebooks, ledger and specifications; the report is put into its folder
        ``report``, in the place of an older one.

    Returns
    -------
    Path
        The report's folder.

    Raises
    ------
    AnalysisError
        If a file that a page needs is not there.
    """
    shutil.rmtree(results / FOLDER, ignore_errors=True)
    for name in parameters.study():
        write_notebook(results, name)
    write_others(results)
    return results / FOLDER


def write_notebook(results: Path | str, name: str) -> None:
    """Write the pages of a notebook, which show nothing but what its run has left in `results`."""
    _Site(Path(results)).write(f"notebooks/{name}")


def write_others(results: Path | str, part: int = 0, parts: int = 1) -> None:
    """Write all but the pages of notebooks, or one of several equal parts, which together are all."""
    site = _Site(Path(results))
    if part == 0:
        _write_assets(site.target)
    for name in site.names()[part::parts]:
        site.write(name)


def load() -> None:
    """Load what every page needs, so that processes forked from this one have it."""
    for name in _templates().list_templates():
        _templates().get_template(name)
    for name in parameters.study():
        parameters.allowed_names(name)
    notebooks.load()
    citation.load()


def _write_assets(target: Path) -> None:
    folder = resources.files("analysis.publish.report").joinpath("assets")
    for name in ASSETS:
        paths.write_text(target / "assets" / name, folder.joinpath(name).read_text(encoding="utf-8"))
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    code = f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    paths.write_text(target / "assets" / "code.css", code)


def address(name: str, language: Language) -> str:
    """Path of a page in a language, relative to the report: Russian pages stand under ``ru/``."""
    return f"{name}.html" if language == "en" else f"ru/{name}.html"


@cache
def _style_names(language: Language) -> dict[str, str]:
    """Styles of references by name; the one that a page's readers use stands first."""
    names = {str(style): text(name, language) for style, name in citation.STYLE_NAMES.items()}
    return names if language == "ru" else dict(sorted(names.items(), key=lambda item: "gost" in item[0]))


def _with_code(words: object) -> Markup:
    """Words of the descriptor as HTML, what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(words))))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("analysis.publish.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_code"] = _with_code
    # a page's data stay readable; tojson still escapes what could end the element
    environment.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,
        "separators": (",", ":"),
        "sort_keys": True,
    }
    return environment


class _Site:
    """The pages of one report."""

    def __init__(self, results: Path) -> None:
        self.folder = results
        self.target = results / FOLDER
        state = repository.state()
        self.has_own = indicators.has_user_data()
        self.references = cache(lambda name: citation.references(name, results, state))

    @cached_property
    def found(self) -> Content:
        """What the results say; the page of a notebook is made before all are there."""
        return content.read(self.folder)

    @cached_property
    def resources(self) -> list[dict[str, Any]]:
        """Raw files with the exhibits that draw on them."""
        return content.resources(self.found.pages)

    def names(self) -> list[str]:
        """Every page but those of notebooks."""
        exhibits = (f"exhibits/{page.id}" for page in self.found.pages)
        sources = (f"sources/{item['name']}" for item in self.resources)
        return [*PAIRED, *exhibits, *sources]

    def write(self, name: str) -> None:
        """Write a page in both languages."""
        kind, slash, shown = name.rpartition("/")
        template, made = _TEMPLATES[kind + slash or name]
        for language in LANGUAGES:
            self._write(name, language, made(self, shown, language), template)

    def _write(self, name: str, language: Language, context: Mapping[str, Any], template: str) -> None:
        here = address(name, language)
        link = _linker(here)
        sheet = _templates().get_template(f"{template}.html")
        made = sheet.render(
            context,
            _=lambda key, **values: text(Message(key, values), language),
            language=language,
            here=name,
            has_own=self.has_own,
            other=link(address(name, _other(language))),
            page=lambda name: link(address(name, language)),
            asset=lambda name: link(f"assets/{name}"),
            result=lambda name: link(f"../{name}"),
            study=citation.metadata(),
            study_title=citation.study_title(language),
            style_names=_style_names(language),
            text=lambda words: text(words, language),
            part_name=lambda name: claims.part_name(name, language),
            period_name=lambda period: formats.period_name(period, language),
            verdict_name=lambda name: claims.verdict_name(name, language),
            basis_name=lambda name: claims.basis_name(name, language),
            in_language=lambda entry, key: package.in_language(entry, key, language),
        )
        paths.write_text(self.target / here, _kept_together(made))

    def _figure(self, page: Page, language: Language) -> Markup | None:
        if not page.has("figure"):
            return None
        path = self.folder / "figures" / f"{page.id}.{language}.svg"
        return Markup(svg.inline(path, page.id, page.title(language), page.card["sentence"][language]))

    def _table(self, page: Page, language: Language) -> Markup | None:
        """Table as its notebook wrote it, every cell escaped there, in a box that scrolls, its figures linked."""
        if not page.has("table"):
            return None
        path = self.folder / "tables" / f"{page.id}.{language}.html"
        made = notebooks.wide(path.read_text(encoding="utf-8"), language)
        return raw.linked(made, _pages(f"exhibits/{page.id}", language), language)

    def _drawn(self, names: tuple[str, ...], language: Language) -> list[tuple[Page, Markup | None]]:
        pages = [page for name in names if (page := self.found.page(name)) is not None]
        return [(page, self._figure(page, language)) for page in pages]

    def _index(self, _name: str, language: Language) -> dict[str, Any]:
        rows = self.found.found.rows
        return {
            "answer": content.answer(self.folder),
            "summary": claims.summary(rows),
            "counts": claims.counts(rows),
            "finds": claims.finds(rows),
            "findings": content.findings(self.found),
            "pictures": self._drawn(FIRST_PICTURES, language),
            "statistics": self._drawn(FIRST_STATISTICS, language),
            "references": self.references(citation.PROJECT),
        }

    def _gallery(self, _name: str, language: Language) -> dict[str, Any]:
        """The paper's own exhibits under their numbers, then the others by notebook, each with a picture."""
        own = sorted(
            (page for page in self.found.pages if page.printed_name),
            key=lambda page: (not page.id.startswith("table"), page.id),
        )
        groups = [(text(_("The paper's own tables and charts"), language), "", own)]
        groups += [
            (title, name, [page for page in pages if not page.printed_name])
            for name, title, pages in self._groups(language)
        ]
        previews = {page.id: self._preview(page, language) for page in self.found.pages}
        return {"groups": groups, "previews": previews}

    def _preview(self, page: Page, language: Language) -> list[list[Markup]]:
        """First cells of a table without a figure, as its picture."""
        if page.has("figure") or not page.has("table"):
            return []
        path = self.folder / "tables" / f"{page.id}.{language}.html"
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", path.read_text(encoding="utf-8"), re.DOTALL)
        # the cells are escaped in the file
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows[:PREVIEW_ROWS]]
        return [[Markup(cell) for cell in row[:PREVIEW_COLUMNS]] for row in cells]

    def _groups(self, language: Language) -> list[tuple[str, str, list[Page]]]:
        """Notebooks with their titles and exhibits."""
        return [
            (
                name,
                citation.notebook_title(name, language),
                [page for page in self.found.pages if page.notebook == name],
            )
            for name in parameters.study()
        ]

    def _exhibit(self, name: str, language: Language) -> dict[str, Any]:
        pages = self.found.pages
        number, page = next((number, page) for number, page in enumerate(pages) if page.id == name)
        verdicts = f"{page.id}-verdicts"
        used = [item for item in self.resources if item["name"] in page.card["sources"]]
        return {
            "shown": page,
            "figure": self._figure(page, language),
            "table": self._table(page, language),
            "failures": claims.in_language(
                [row for row in page.claims if row.is_failure or row.verdict == "depends_on_reading"],
                language,
            ),
            "parameters": content.parameter_rows(page.card, language),
            "files": [name for name in page.files if f".{_other(language)}." not in name],
            "resources": used,
            "references": self.references(page.id),
            "verdicts": verdicts if self.found.page(verdicts) else None,
            "before": pages[number - 1] if number else None,
            "after": pages[number + 1] if number + 1 < len(pages) else None,
        }

    def _notebook(self, name: str, language: Language) -> dict[str, Any]:
        body = notebooks.body(self.folder, name, language)
        link = _linker(address(f"notebooks/{name}", language))
        body = raw.linked(body, _pages(f"notebooks/{name}", language), language)
        return {
            "name": name,
            "title": citation.notebook_title(name, language),
            "body": Markup(body.replace(Markup("{results}"), Markup(link("..")))),
            "references": self.references(name),
        }

    def _notebooks(self, _name: str, language: Language) -> dict[str, Any]:
        return {"groups": self._groups(language)}

    def _sources(self, _name: str, language: Language) -> dict[str, Any]:
        return {"resources": self.resources}

    def _raw(self, name: str, language: Language) -> dict[str, Any]:
        item = next(item for item in self.resources if item["name"] == name)
        return {"item": item, "table": raw.table(name, language)}

    def _ledger(self, _name: str, language: Language) -> dict[str, Any]:
        paper, rating = self.found.found.rows, self.found.rating
        rows = (*paper, *rating)
        return {
            "rows": claims.in_language(rows, language),
            "summary": claims.summary(paper),
            "row_of": raw.claim,
            "rating_summary": claims.rating_summary(rating) if rating else "",
            "counts": claims.counts(paper),
            "customs": claims.customs_sentence(rows, language),
            "verdicts": [name for name in VERDICTS if any(row.verdict == name for row in rows)],
            "bases": [name for name in BASES if any(row.basis == name for row in rows)],
            "parts": list(dict.fromkeys(row.exhibit for row in rows)),
            "rules": {
                name: claims.rule_name(name, language)
                for name in RULES
                if any(row.rule == name for row in rows)
            },
        }

    def _explorer(self, _name: str, language: Language) -> dict[str, Any]:
        page = self.found.page(EXPLORED)
        alpha = float(page.card["parameters"]["alpha"]) if page else content.LEVEL
        return {"data": explorer.data(self.found.specifications, alpha, language), "drawn": LEADING}


# of a page at the top by its name, of one below by its folder: the template, and the method that makes what it is filled with
_TEMPLATES: dict[str, tuple[str, Callable[[_Site, str, Language], dict[str, Any]]]] = {
    "index": ("index", _Site._index),
    "exhibits": ("exhibits", _Site._gallery),
    "ledger": ("ledger", _Site._ledger),
    "multiverse": ("multiverse", _Site._explorer),
    "notebooks": ("notebooks", _Site._notebooks),
    "sources": ("sources", _Site._sources),
    "exhibits/": ("exhibit", _Site._exhibit),
    "notebooks/": ("notebook", _Site._notebook),
    "sources/": ("raw", _Site._raw),
}

# what a line must not end in the middle of: a number and its sign of per cent, "p = 0.04", "n = 11"
_SPACED = re.compile(r"(?<=\d) (?=%)|(?<=\b[pn]) (?=[=<] )|(?<=\b[pn] [=<]) (?=[\d−])")


def _kept_together(made: str) -> str:
    return _SPACED.sub(NO_BREAK_SPACE, made)


def _other(language: Language) -> Language:
    return "ru" if language == "en" else "en"


def _linker(here: str) -> Callable[[str], str]:
    """Function that gives the way from a page to another file of the report or beside it."""
    folder = posixpath.dirname(here)
    return lambda target: posixpath.relpath(target, folder or ".")


def _pages(here: str, language: Language) -> Callable[[str], str]:
    """Function that gives the way from a page to another of its language by its name."""
    link = _linker(address(here, language))
    return lambda name: link(address(name, language))
