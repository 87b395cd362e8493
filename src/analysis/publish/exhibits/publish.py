"""From a made exhibit to its files and to what a notebook shows.

Both languages are always written; the run's language decides which one the notebook displays.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from analysis import paths
from analysis.data import formats, package, user_data
from analysis.data.formats import Text
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import AnalysisError
from analysis.publish import charts, tables
from analysis.publish.exhibits import register
from analysis.publish.output import EXHIBIT_TYPE, HtmlOutput, card_name, write_table
from analysis.publish.parameters import Run
from analysis.publish.tables import Table

# the title and the lines under a figure are the same for every chart, so a chart only draws
Draw = Callable[[Language, str, Sequence[str]], Figure]
# the figure whose bytes name an exhibit without a table; the other language differs only in words
HASHED_LANGUAGE: Language = "en"


@dataclass(frozen=True)
class Exhibit:
    """One made exhibit.

    Attributes
    ----------
    id : str
        Identifier in the register.
    period : str
        What the figures refer to.
    sentence : dict
        What to see, by language; one or two sentences with the numbers of this run.
    sources : tuple of str
        Data resources of the observations in it.
    table : Table, optional
        The table.
    draw : callable, optional
        Draws the figure: ``draw(language, title, footer)``.
    own_source : dict, optional
        Source line of an exhibit made from the reader's own files; it follows that of the resources.
    own_title : dict, optional
        Title of an exhibit made for another region or period than the registered title names.
    """

    id: str
    period: str
    sentence: Text
    sources: tuple[str, ...]
    table: Table | None = None
    draw: Draw | None = None
    own_source: Text | None = None
    own_title: Text | None = None


def source_line(exhibit: Exhibit, language: Language) -> str:
    """Source line of an exhibit, made from the observations in it; without any it is our own statement."""
    study: Text = {"en": "this study", "ru": "настоящее исследование"}
    readers = [
        user_data.title(name, paths.user(), language) for name in exhibit.sources if user_data.is_own(name)
    ]
    if exhibit.own_source:
        readers.append(exhibit.own_source[language])
    line = package.source_line(list(exhibit.sources), language)
    return "; ".join(filter(None, (line, *dict.fromkeys(readers)))) or study[language]


def title_of(exhibit: Exhibit, language: Language) -> str:
    """Title of an exhibit: its own, or the registered one."""
    return (exhibit.own_title or register.entry(exhibit.id).title)[language]


def footer(exhibit: Exhibit, language: Language) -> list[str]:
    """Lines under a figure: what to see, source, identifier and period."""
    label = {"en": "Exhibit", "ru": "Обозначение"}[language]
    source = f"{tables.source_label(language)}{source_line(exhibit, language)}."
    period = formats.period_name(exhibit.period, language)
    return [exhibit.sentence[language], f"{source} {label}: {exhibit.id}. {period}."]


def publish(exhibit: Exhibit, run: Run) -> HtmlOutput:
    """Write an exhibit's files into the run's folder and return what the notebook shows.

    Parameters
    ----------
    exhibit : Exhibit
        The exhibit, with the outputs its register entry declares.
    run : Run
        The accepted request.

    Returns
    -------
    HtmlOutput
        The exhibit in the run's language.

    Raises
    ------
    AnalysisError
        If the exhibit is not registered for this notebook, or its outputs or sources are not those
        declared.
    """
    entry = register.entry(exhibit.id)
    _check(exhibit, entry, run)
    run.shown[exhibit.id] = shown = ""
    if exhibit.table is not None:
        shown += _write_table(exhibit, exhibit.table, run)
    if exhibit.draw is not None:
        shown += _write_figure(exhibit, exhibit.draw, run)
    paths.write_text(run.output_dir / card_name(exhibit.id), _card(exhibit, run))
    return HtmlOutput(shown, {EXHIBIT_TYPE: {"id": exhibit.id, "output": "all"}})


def _card(exhibit: Exhibit, run: Run) -> str:
    """What pages and references need to know of a made exhibit beside its files."""
    card = {
        "id": exhibit.id,
        "notebook": run.notebook,
        "parameters": dict(run.values),
        "outputs": [
            kind for kind, made in (("table", exhibit.table), ("figure", exhibit.draw)) if made is not None
        ],
        "title": {language: title_of(exhibit, language) for language in LANGUAGES},
        "period": exhibit.period,
        "sentence": dict(exhibit.sentence),
        "sources": list(exhibit.sources),
        "source_line": {language: source_line(exhibit, language) for language in LANGUAGES},
    }
    return json.dumps(card, ensure_ascii=False, indent=1) + "\n"


def show(exhibit: Exhibit, language: Language) -> HtmlOutput:
    """Display another notebook's exhibit, its table and its figure, without writing anything."""
    shown = ""
    if exhibit.table is not None:
        title = tables.caption(title_of(exhibit, language), exhibit.period, language)
        shown += tables.to_html(exhibit.table, language, exhibit.id, title, source_line(exhibit, language))
    if exhibit.draw is not None:
        figure = exhibit.draw(language, title_of(exhibit, language), footer(exhibit, language))
        shown += _image(exhibit, charts.to_bytes(figure, "png"), language)
    return HtmlOutput(shown)


def _check(exhibit: Exhibit, entry: register.Entry, run: Run) -> None:
    if entry.notebook != run.notebook:
        raise AnalysisError(f"The exhibit {exhibit.id} belongs to {entry.notebook}, not to {run.notebook}.")
    made = tuple(
        kind for kind, value in (("table", exhibit.table), ("figure", exhibit.draw)) if value is not None
    )
    if not made or made not in (entry.outputs, entry.with_customs):
        raise AnalysisError(f"The exhibit {exhibit.id} must be made as {' and '.join(entry.outputs)}.")
    # a reader's own figures may join those of any declared source
    undeclared = {name for name in exhibit.sources if not user_data.is_own(name)} - set(entry.inputs)
    if undeclared:
        raise AnalysisError(
            f"The exhibit {exhibit.id} draws on {sorted(undeclared)[0]}, which its register entry "
            "does not list."
        )


def _write_table(exhibit: Exhibit, table: Table, run: Run) -> str:
    fragments = {}
    for language in dict.fromkeys((run.language, *run.languages)):
        title = tables.caption(title_of(exhibit, language), exhibit.period, language)
        source = source_line(exhibit, language)
        fragments[language] = tables.to_html(table, language, exhibit.id, title, source)
        if language in run.languages:
            write_table(run, table, language, exhibit.id, title, source)
    run.shown[exhibit.id] = fragments[run.language]
    if exhibit.draw is not None:
        return fragments[run.language]
    return fragments[run.language] + f"<p>{html.escape(exhibit.sentence[run.language])}</p>\n"


def _write_figure(exhibit: Exhibit, draw: Draw, run: Run) -> str:
    folder = run.output_dir / "figures"
    shown = b""
    kinds = [kind for kind in charts.FORMATS if run.writes(kind)]
    for language in run.languages if kinds else ():
        figure = draw(language, title_of(exhibit, language), footer(exhibit, language))
        for kind in kinds:
            content = charts.to_bytes(figure, kind)
            _write_bytes(folder / f"{exhibit.id}.{language}.{kind}", content)
            if kind == "png" and language == run.language:
                shown = content
    return _image(exhibit, shown, run.language) if shown else ""


def _image(exhibit: Exhibit, png: bytes, language: Language) -> str:
    text = html.escape(f"{title_of(exhibit, language)}. {exhibit.sentence[language]}", quote=True)
    data = base64.b64encode(png).decode()
    return (
        f'<figure id="{exhibit.id}-{language}-figure" lang="{language}">'
        f'<img style="max-width:100%" alt="{text}" src="data:image/png;base64,{data}"></figure>\n'
    )


def _write_bytes(path: Path, content: bytes) -> None:
    with paths.replacing(path) as temporary:
        temporary.write_bytes(content)
