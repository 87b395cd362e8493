"""From content to pages: where each page stands, what it links to, and the templates that write it."""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from analysis import ledger, paths
from analysis.data import formats, package
from analysis.data.regions import LANGUAGES, Language
from analysis.publish import citation, parameters
from analysis.publish.exhibits import register
from analysis.publish.exhibits.multiverse import DRAWN
from analysis.publish.report import content, explorer, svg
from analysis.publish.report.content import Content, Page
from analysis.publish.report.words import words

FOLDER = "report"
ASSETS = ("report.css", "report.js")
# pages with the same name in both languages
PAIRED = ("index", "exhibits", "ledger", "multiverse", "notebooks", "sources")
# drawn on the first page: the answer and how it depends on the choices made
FIRST_FIGURES = ("association-forest", "multiverse-curve")
EXPLORED = "multiverse-curve"


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
        If something the register promises is not there.
    """
    target = results / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    site = _Site(content.read(results), target)
    for language in LANGUAGES:
        site.write_language(language)
    for name in parameters.study():
        site.write_notebook(name)
    _write_assets(target)
    return target


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


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("analysis.publish.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # a page's data stay readable; tojson still escapes what could end the element
    environment.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,
        "separators": (",", ":"),
        "sort_keys": True,
    }
    return environment


class _Site:
    """The pages of one report."""

    def __init__(self, found: Content, target: Path) -> None:
        self.found = found
        self.target = target
        self.templates = _environment()
        self.exporter = HTMLExporter(
            template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True
        )
        self.references = {
            name: content.references(name, found.folder)
            for name in (citation.PROJECT, *(page.entry.id for page in found.pages), *parameters.study())
        }

    def write_language(self, language: Language) -> None:
        """Write every page of a language."""
        self._write("index", language, self._index(language))
        self._write("exhibits", language, {"groups": self._groups(language)})
        for number, page in enumerate(self.found.pages):
            self._write(f"exhibits/{page.entry.id}", language, self._exhibit(number, language), "exhibit")
        self._write("ledger", language, self._ledger(language))
        self._write("multiverse", language, self._explorer(language))
        self._write("notebooks", language, {"groups": self._groups(language)})
        self._write("sources", language, {"resources": content.resources(self.found.folder)})

    def write_notebook(self, name: str) -> None:
        """Write the page of an executed notebook, in English."""
        executed = nbformat.read(self.found.folder / "notebooks" / f"{name}.ipynb", as_version=4)
        body, _ = self.exporter.from_notebook_node(executed)
        # the cells' own exhibits are escaped where they are made, the rest by nbconvert
        told = _scrolling(_scrolling_images(body, words("en").figure_scroll), words("en").table_scroll)
        context = {"name": name, "title": citation.notebook_title(name, "en"), "body": told}
        self._write(f"notebooks/{name}", "en", context | {"references": self.references[name]}, "notebook")

    def _write(self, name: str, language: Language, context: Mapping[str, Any], template: str = "") -> None:
        is_paired = name in PAIRED or name.startswith("exhibits/")
        here = address(name, language)
        link = _linker(here)
        text = self.templates.get_template(f"{template or name}.html").render(
            context,
            w=words(language),
            language=language,
            here=name,
            other=link(address(name if is_paired else "notebooks", "ru" if language == "en" else "en")),
            page=lambda name: link(address(name, language)),
            english=lambda name: link(address(name, "en")),
            asset=lambda name: link(f"assets/{name}"),
            result=lambda name: link(f"../{name}"),
            study=citation.metadata(),
            exhibit_name=ledger.exhibit_name,
            period_name=formats.period_name,
            verdict_name=content.verdict_name,
            basis_name=content.basis_name,
            told=package.told,
        )
        paths.write_text(self.target / here, text)

    def _figure(self, page: Page, language: Language) -> Markup | None:
        if "figure" not in page.entry.outputs:
            return None
        path = self.found.folder / "figures" / f"{page.entry.id}.{language}.svg"
        sentence = page.card["sentence"][language]
        return Markup(svg.inline(path, page.entry.id, page.entry.title[language], sentence))

    def _table(self, page: Page, language: Language) -> Markup | None:
        """Table as its notebook wrote it, every cell escaped there, in a box that scrolls."""
        if "table" not in page.entry.outputs:
            return None
        path = self.found.folder / "tables" / f"{page.entry.id}.{language}.html"
        return _scrolling(path.read_text(encoding="utf-8"), words(language).table_scroll)

    def _index(self, language: Language) -> dict[str, Any]:
        first = [page for page in self.found.pages if page.entry.id in FIRST_FIGURES]
        return {
            "findings": content.findings(self.found, language),
            "headline": ledger.headline(self.found.found).sentence(language),
            "figures": [(page, self._figure(page, language)) for page in first],
            "references": self.references[citation.PROJECT],
        }

    def _groups(self, language: Language) -> list[tuple[str, str, list[register.Entry]]]:
        """Notebooks with their titles and exhibits."""
        return [
            (name, citation.notebook_title(name, language), list(register.made(self.found.folder, name)))
            for name in parameters.study()
        ]

    def _exhibit(self, number: int, language: Language) -> dict[str, Any]:
        pages = self.found.pages
        page = pages[number]
        verdicts = f"{page.entry.id}-verdicts"
        return {
            "shown": page,
            "entry": page.entry,
            "figure": self._figure(page, language),
            "table": self._table(page, language),
            "parameters": content.parameter_rows(page.card, language),
            "files": [name for name in page.files if f".{_other(language)}." not in name],
            "references": self.references[page.entry.id],
            "verdicts": verdicts if any(other.entry.id == verdicts for other in pages) else None,
            "before": pages[number - 1].entry if number else None,
            "after": pages[number + 1].entry if number + 1 < len(pages) else None,
        }

    def _ledger(self, language: Language) -> dict[str, Any]:
        rows = self.found.found.rows
        return {
            "rows": rows,
            "headline": ledger.headline(self.found.found).sentence(language),
            "customs": ledger.customs_sentence(rows, language),
            "verdicts": [name for name in ledger.VERDICTS if any(row.verdict == name for row in rows)],
            "bases": [name for name in ledger.BASES if any(row.basis == name for row in rows)],
            "parts": list(dict.fromkeys(row.exhibit for row in rows)),
            "rules": [name for name in ledger.RULE_WORDS if any(row.rule == name for row in rows)],
            "rule_words": {name: text[language] for name, text in ledger.RULE_WORDS.items()},
        }

    def _explorer(self, language: Language) -> dict[str, Any]:
        card = next(page.card for page in self.found.pages if page.entry.id == EXPLORED)
        alpha = float(card["parameters"]["alpha"])
        return {"data": explorer.data(self.found.specifications, alpha, language), "drawn": DRAWN}


def _other(language: Language) -> Language:
    return "ru" if language == "en" else "en"


def _scrolling(text: str, label: str) -> Markup:
    """Text with its tables, written by `analysis.publish.tables.to_html`, in boxes that scroll and can be sorted."""
    box = f'<div class="scroll" role="group" tabindex="0" aria-label="{Markup.escape(label)}"><table class="sortable">'
    # every cell is escaped, so these strings stand only where a table begins and ends
    text = text.replace('<table class="dataframe exhibit">', box).replace("</table>", "</table></div>")
    return Markup(text.replace(' style="text-align: left;"', ""))


def _scrolling_images(text: str, label: str) -> str:
    """Text with the images of figures, written by `analysis.publish.exhibits.publish`, in boxes that scroll."""
    box = f'<div class="scroll" role="group" tabindex="0" aria-label="{Markup.escape(label)}">'
    return re.sub(r'(<figure id="[\w-]+" lang="\w+">)(<img [^>]*>)', rf"\1{box}\2</div>", text)


def _linker(here: str) -> Callable[[str], str]:
    """Function that gives the way from a page to another file of the report or beside it."""
    folder = posixpath.dirname(here)
    return lambda target: posixpath.relpath(target, folder or ".")
