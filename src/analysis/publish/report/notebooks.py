"""An executed notebook as a page in either language: markdown from the catalogue, exhibits and sentences from their bundles."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML

from analysis.data.messages import Message, _
from analysis.data.regions import Language
from analysis.publish.output import EXHIBIT_TYPE, MESSAGE_TYPE, read_card
from analysis.publish.words import text

_UNDESCRIBED = _("No description has been provided for this image")


class CellExporter(HTMLExporter):
    """nbconvert's cells as HTML without what takes it most of its time and changes nothing here.

    `HTMLExporter` reads each page again with BeautifulSoup, to give words to images without any (`_translate` has given
    them) and tab stops to cells of another template, and cleans what pygments has escaped. Code is the same in both
    languages and is coloured once.
    """

    def __init__(self) -> None:
        super().__init__(
            template_name="basic",
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            exclude_anchor_links=True,
        )
        highlighted = cache(Highlight2HTML())
        self.register_filter("highlight_code", lambda source, metadata: highlighted(source))
        self.register_filter("clean_html", lambda code: code)

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
        """Cells of a notebook, and what the exporter says of them."""
        return TemplateExporter.from_notebook_node(self, nb, resources, **options)


@cache
def _exporter() -> CellExporter:
    return CellExporter()


def load() -> None:
    """Have nbconvert compile its templates, so that processes forked from this one have them."""
    _exporter().from_notebook_node(nbformat.v4.new_notebook())


def body(results: Path, name: str, language: Language) -> Markup:
    """Cells of an executed notebook as HTML, its text and its exhibits in `language`.

    Parameters
    ----------
    results : Path
        Folder of results that holds ``notebooks/<name>.ipynb``.
    name : str
        The notebook.
    language : {'en', 'ru'}
        Language; what the catalogue lacks stays English.
    """
    executed = nbformat.read(results / "notebooks" / f"{name}.ipynb", as_version=4)
    for cell in executed.cells:
        if cell.cell_type == "markdown":
            # a brace in a cell is the author's, not a field of a message
            cell.source = text(Message(cell.source), language) if "{" not in cell.source else cell.source
        for output in cell.get("outputs", ()):
            _translate(output.get("data", {}), results, language)
            if "image/png" in output.get("data", {}):
                output.metadata.setdefault("alt", text(_UNDESCRIBED, language))
    made, _resources = _exporter().from_notebook_node(executed)
    return wide(made, language)


def _translate(data: dict[str, Any], results: Path, language: Language) -> None:
    """Put the other language's exhibit or sentence in the place of the one the run showed."""
    if MESSAGE_TYPE in data:
        parts = data[MESSAGE_TYPE][language].split("\n\n")
        data["text/html"] = "".join(f"<p>{html.escape(part)}</p>\n" for part in parts)
    elif EXHIBIT_TYPE in data:
        shown = _exhibit(results, data[EXHIBIT_TYPE], language)
        if shown:
            data["text/html"] = shown


def _exhibit(results: Path, named: dict[str, str], language: Language) -> str:
    """HTML of an exhibit from its files; empty where it has none of the kind."""
    card = read_card(results, named["id"])
    if card is None:
        return ""
    shown = ""
    table = results / "tables" / f"{card['id']}.{language}.html"
    if named["output"] in ("table", "all") and table.is_file():
        shown += table.read_text(encoding="utf-8")
        sentence = card["sentence"][language]
        # a figure has its sentence under it
        shown += f"<p>{html.escape(sentence)}</p>\n" if sentence and "figure" not in card["outputs"] else ""
    figure = results / "figures" / f"{card['id']}.{language}.svg"
    if named["output"] in ("figure", "all") and figure.is_file():
        words = html.escape(f"{card['title'][language]}. {card['sentence'][language]}", quote=True)
        shown += (
            f'<figure id="{card["id"]}-{language}-figure" lang="{language}">'
            f'<img loading="lazy" alt="{words}" src="{{results}}/figures/{figure.name}"></figure>\n'
        )
    return shown


def wide(made: str, language: Language) -> Markup:
    """HTML with its tables and images in boxes that scroll; tables of exhibits can be sorted.

    Every cell is escaped where it was written, so the strings looked for stand only where a table begins or ends.
    """
    table, figure = (
        f'<div class="scroll" role="group" tabindex="0" aria-label="{Markup.escape(text(words, language))}">'
        for words in (_("Table, scrolls sideways"), _("Figure, scrolls sideways"))
    )
    made = made.replace('<table class="dataframe exhibit">', f'{table}<table class="sortable">')
    made = made.replace('<table border="1" class="dataframe">', f'{table}<table class="frame">')
    # pandas leaves the corner above its index an empty heading, which a screen reader would announce
    made = made.replace("<th></th>", "<td></td>")
    # a heading would break at the hyphen of its shortest word
    made = re.sub(r"(<th[^>]*>[^<]*?\w)-(?=b\b)", "\\1\N{NON-BREAKING HYPHEN}", made)
    made = made.replace("</table>", "</table></div>").replace(' style="text-align: left;"', "")
    made = re.sub(r'(<figure id="[\w-]+" lang="\w+">)(<img [^>]*>)', rf"\1{figure}\2</div>", made)
    return Markup(made)
