"""From a frame, a chart or a sentence of a notebook to its files and to what the notebook shows.

An exhibit is what has an identifier: a table, a figure, or both. Its title, its sources and its period stand in the
call that saves it; beside its files a card (``exhibits/<id>.json``) records them for pages and references. Which
languages and formats are written is the run's to say.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib.text
import pandas as pd
from matplotlib.figure import Figure

from analysis import paths
from analysis.data import formats, package, user_data
from analysis.data.messages import Message, Name, _
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import AnalysisError
from analysis.publish import charts, headings, tables
from analysis.publish.run import FIGURE_FORMATS, Run
from analysis.publish.tables import Column, Table
from analysis.publish.words import Words, text

# what a notebook's output carries beside its HTML, so that a page can show it in the other language
EXHIBIT_TYPE = "application/vnd.amur.exhibit+json"
MESSAGE_TYPE = "application/vnd.amur.message+json"
# a frame or names of raw resources, or a list of them
Of: TypeAlias = pd.DataFrame | pd.Series | str | Sequence[Any] | None


@dataclass(frozen=True)
class HtmlOutput:
    """What a notebook cell displays.

    Attributes
    ----------
    fragment : str
        HTML in the run's language.
    bundle : dict
        The same as data, by media type.
    """

    fragment: str
    bundle: Mapping[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_kwargs: Any) -> dict[str, Any]:
        return {"text/html": self.fragment, **self.bundle}


def card_name(exhibit_id: str) -> str:
    """File of an exhibit's card, relative to the folder of results."""
    return f"exhibits/{exhibit_id}.json"


def read_card(folder: Path, exhibit_id: str) -> dict[str, Any] | None:
    """Card of an exhibit in a folder of results; None where there is none.

    Returns
    -------
    dict or None
        ``id``, ``notebook``, ``parameters``, ``outputs``, ``period`` and ``sources``, and by language ``title``,
        ``sentence`` and ``source_line``.
    """
    path = folder / card_name(exhibit_id)
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def made_files(folder: Path, exhibit_id: str) -> tuple[str, ...]:
    """Tables and figures of an exhibit that are in a folder of results, relative to it."""
    return tuple(
        f"{kind}/{path.name}"
        for kind in ("tables", "figures")
        for path in sorted((folder / kind).glob(f"{exhibit_id}.*"))
    )


def save_table(
    run: Run,
    frame: pd.DataFrame,
    exhibit_id: str,
    *,
    title: Words | None = None,
    of: Of = None,
    period: str | None = None,
    see: Words | None = None,
    columns: Sequence[Column | str] = (),
    notes: Sequence[Words] = (),
    anchor: str | None = None,
    source_note: Words | None = None,
    is_missing: bool = False,
) -> HtmlOutput:
    """Write a frame as an exhibit's table: CSV with full precision, and HTML and LaTeX as printed.

    Parameters
    ----------
    run : Run
        The notebook's run; its method of this name calls this function.
    frame : pandas.DataFrame
        Rows in their order. A named index becomes the first columns; a cell may be a message or a name in both
        languages.
    exhibit_id : str
        Identifier: what the exhibit shows, in small letters and hyphens.
    title : Message, optional
        What the reader sees above it; needed in the first call for an exhibit.
    of : DataFrame, Series, str or sequence of these, optional
        Where the figures come from: frames of `analysis.data.observations` (they carry their sources and period in
        ``attrs``), or names of raw resources. Without it the exhibit is the study's own statement.
    period : str, optional
        What the figures refer to, where `of` does not say it.
    see : Message, optional
        What to see, in a sentence or two with this run's numbers.
    columns : sequence of Column or str, optional
        What is printed: by name with the headings the project knows (`analysis.publish.headings`), or in full.
    notes : sequence of Message, optional
        Sentences under the table.
    anchor : str, optional
        Column whose values name the rows for links.
    source_note : Message, optional
        What the source line adds, such as a reader's own files.
    is_missing : bool
        Whether no figure of it is known; the pages then list its rows as what is missing.

    Returns
    -------
    HtmlOutput
        The table in the run's language.

    Raises
    ------
    AnalysisError
        If no title was given, or the source named is no raw resource.
    """
    rows = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    named = [headings.column(each, rows[each]) if isinstance(each, str) else each for each in columns]
    chosen = named or headings.describe(rows)
    printed = Table(
        _labelled(_spelled(rows), chosen),
        _printed_columns(rows, chosen),
        {language: tuple(text(note, language) for note in notes) for language in LANGUAGES},
        anchor,
        is_missing,
    )
    card = _card(run, exhibit_id, "table", title, of, period, see, source_note)
    fragments = {}
    for language in dict.fromkeys((run.language, *run.languages)):
        heading = tables.caption(card["title"][language], card["period"], language)
        source = card["source_line"][language]
        fragments[language] = tables.to_html(printed, language, exhibit_id, heading, source)
        if language in run.languages:
            write_table(run, printed, language, exhibit_id, heading, source)
    _write_card(run, card)
    run.shown[exhibit_id] = fragments[run.language]
    sentence = card["sentence"][run.language] if see is not None else ""
    shown = fragments[run.language] + (f"<p>{html.escape(sentence)}</p>\n" if sentence else "")
    return HtmlOutput(shown, {EXHIBIT_TYPE: {"id": exhibit_id, "output": "table"}})


def write_table(run: Run, table: Table, language: Language, exhibit_id: str, title: str, source: str) -> None:
    """Write a table's files of a language in the formats the run asks for; its CSV files are the same in both."""
    folder = run.output_dir / "tables"
    paths.write_text(folder / f"{exhibit_id}.csv", tables.to_csv(table))
    stem, asked = f"{exhibit_id}.{language}", (table, language, exhibit_id, title, source)
    if run.writes("html"):
        paths.write_text(folder / f"{stem}.html", tables.to_html(*asked))
    if run.writes("tex"):
        paths.write_text(folder / f"{stem}.tex", tables.to_latex(*asked))
    if not (run.writes("xlsx") or run.writes("docx")):
        return
    from analysis.publish import office  # its libraries take a moment, and batches seldom want them

    if run.writes("xlsx"):
        paths.write_text(folder / f"{exhibit_id}.tidy.csv", office.to_tidy_csv(table))
        paths.write_bytes(folder / f"{stem}.xlsx", office.to_xlsx(*asked))
    if run.writes("docx"):
        paths.write_bytes(folder / f"{stem}.docx", office.to_docx(*asked))


def save_figure(
    run: Run,
    chart: charts.Chart | Figure | Callable[..., Figure],
    exhibit_id: str,
    *,
    title: Words | None = None,
    of: Of = None,
    period: str | None = None,
    see: Words | None = None,
    source_note: Words | None = None,
) -> HtmlOutput:
    """Write a chart as an exhibit's figure, with title, source line and identifier.

    Parameters
    ----------
    run, exhibit_id, title, of, period, see, source_note
        As `save_table`; an exhibit that has a table already keeps what was said there.
    chart : Chart or matplotlib Figure
        A chart of `analysis.publish.charts`, which draws itself in each language; or a figure of one's own, whose
        words are looked up in the catalogue.

    Returns
    -------
    HtmlOutput
        The figure in the run's language.

    Raises
    ------
    AnalysisError
        As `save_table`.
    """
    card = _card(run, exhibit_id, "figure", title, of, period, see, source_note)
    shown = ""
    kinds = [kind for kind in FIGURE_FORMATS if run.writes(kind)]
    for language in run.languages if kinds else ():
        figure = _draw(chart, language, card)
        for kind in kinds:
            content = charts.to_bytes(figure, kind)  # type: ignore[arg-type]
            paths.write_bytes(run.output_dir / "figures" / f"{exhibit_id}.{language}.{kind}", content)
            if language == run.language:
                shown = _image(card, kind, content, language)
    _write_card(run, card)
    run.shown.setdefault(exhibit_id, "")
    return HtmlOutput(shown or _not_drawn(exhibit_id), {EXHIBIT_TYPE: {"id": exhibit_id, "output": "figure"}})


def say(run: Run, message: Message, *, default_only: bool = False) -> HtmlOutput | None:
    """Show a sentence whose numbers come from this run.

    Parameters
    ----------
    run : Run
        The notebook's run.
    message : Message
        The sentence; in both languages in the executed notebook.
    default_only : bool
        Whether it reads the default parameters alone; with others, or with a reader's own figures, nothing is shown.

    Returns
    -------
    HtmlOutput or None
        The paragraph.
    """
    if default_only and not run.is_default:
        return None
    spoken = {language: text(message, language) for language in LANGUAGES}
    fragment = "".join(f"<p>{html.escape(part)}</p>\n" for part in spoken[run.language].split("\n\n"))
    return HtmlOutput(fragment, {MESSAGE_TYPE: spoken})


def sources_of(of: Of) -> tuple[str, ...]:
    """Names of the raw resources behind a frame, a name, or a list of these, each once."""
    if of is None:
        return ()
    if isinstance(of, str):
        return (of,)
    if isinstance(of, pd.DataFrame | pd.Series):
        return tuple(of.attrs.get("sources", ()))
    return tuple(dict.fromkeys(name for part in of for name in sources_of(part)))


def _period_of(of: Of) -> str:
    if isinstance(of, pd.DataFrame | pd.Series):
        return str(of.attrs.get("period", ""))
    if of is None or isinstance(of, str):
        return ""
    return ", ".join(dict.fromkeys(filter(None, map(_period_of, of))))


def _card(
    run: Run,
    exhibit_id: str,
    output: str,
    title: Words | None,
    of: Of,
    period: str | None,
    see: Words | None,
    source_note: Words | None,
) -> dict[str, Any]:
    """What pages and references need to know of an exhibit beside its files."""
    before = read_card(run.output_dir, exhibit_id)
    if before is not None and before["notebook"] != run.notebook:
        raise AnalysisError(
            f"The exhibit {exhibit_id} is made by {before['notebook']} already; name another."
        )
    if before is None and title is None:
        raise AnalysisError(f"The exhibit {exhibit_id} needs a title: give title=_(...).")
    sources = sources_of(of) if of is not None or before is None else tuple(before["sources"])
    card: dict[str, Any] = {
        "id": exhibit_id,
        "notebook": run.notebook,
        "parameters": dict(run.values),
        "outputs": list(dict.fromkeys([*(before or {}).get("outputs", ()), output])),
        "title": _both(title) if title is not None else before["title"],  # type: ignore[index]
        "period": period or _period_of(of) or (before or {}).get("period", ""),
        "sentence": _both(see) if see is not None else (before or {}).get("sentence", _both("")),
        "sources": list(sources),
        "source_line": before["source_line"]
        if before is not None and of is None and source_note is None
        else {language: source_line(sources, language, source_note) for language in LANGUAGES},
    }
    return card


def _both(words: Words) -> dict[str, str]:
    return {language: text(words, language) for language in LANGUAGES}


def source_line(sources: Sequence[str], language: Language, note: Words | None = None) -> str:
    """Source line of an exhibit from the resources behind it; without any it is the study's own statement."""
    readers = [
        text(user_data.title(name, paths.user()), language)
        for name in sources
        if user_data.is_user_source(name)
    ]
    if note is not None:
        readers.append(text(note, language))
    line = package.source_line(list(sources), language)
    return "; ".join(filter(None, (line, *dict.fromkeys(readers)))) or text(_("this study"), language)


def _write_card(run: Run, card: Mapping[str, Any]) -> None:
    content = json.dumps(card, ensure_ascii=False, indent=1) + "\n"
    paths.write_text(run.output_dir / card_name(card["id"]), content)


def _spelled(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in which a column of messages or names stands as two, one a language."""
    out: dict[str, Any] = {}
    for name in rows.columns:
        if rows[name].map(lambda cell: isinstance(cell, Message | Name)).any():
            for language in LANGUAGES:
                out[f"{name}_{language}"] = [
                    text(cell, language) if isinstance(cell, Message | Name | str) else None
                    for cell in rows[name]
                ]
        else:
            out[str(name)] = rows[name]
    return pd.DataFrame(out, index=rows.index)


def _labelled(rows: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Rows with the meanings of coded columns behind them, a column a language."""
    meanings = {
        f"{column.key}_{language}": [text(column.labels[code], language) for code in rows[column.key]]
        for column in columns
        if column.labels is not None
        for language in LANGUAGES
    }
    return rows.assign(**meanings)


def _printed_columns(rows: pd.DataFrame, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Columns to print; one of messages or of codes with meanings is printed from its column of the language."""
    return tuple(
        replace(column, key={language: f"{column.key}_{language}" for language in LANGUAGES}, labels=None)
        if column.labels is not None or _is_spoken(rows, column.key)
        else column
        for column in columns
    )


def _is_spoken(rows: pd.DataFrame, key: str | formats.Text) -> bool:
    """Whether a column holds messages or names, or stands beside its own columns in the two languages."""
    if not isinstance(key, str):
        return False
    if all(f"{key}_{language}" in rows for language in LANGUAGES):
        return True
    return key in rows and bool(rows[key].map(lambda cell: isinstance(cell, Message | Name)).any())


def _draw(chart: Any, language: Language, card: Mapping[str, Any]) -> Figure:
    title = card["title"][language]
    label = text(_("Exhibit"), language)
    source = f"{tables.source_label(language)}{card['source_line'][language]}."
    ending = f"{source} {label}: {card['id']}."
    if card["period"]:
        period = formats.period_name(card["period"], language)
        # a word begins a sentence here; the n of a number of cases stays small
        ending += f" {period[:1].upper() if period[:2].isalpha() else period[:1]}{period[1:]}."
    footer = [line for line in (card["sentence"][language], ending) if line]
    if not isinstance(chart, Figure):
        drawn: Figure = (
            chart.draw(language, title, footer)
            if isinstance(chart, charts.Chart)
            else chart(language, title, footer)
        )
        return drawn
    return _captioned(chart, language, title, footer)


def _captioned(figure: Figure, language: Language, title: str, footer: Sequence[str]) -> Figure:
    """A reader's own figure with its words in a language; the English stays in the artists' labels."""
    for artist in figure.findobj(matplotlib.text.Text):
        english = artist.get_gid() or artist.get_text()
        artist.set_gid(english)
        artist.set_text(text(Message(english), language) if "{" not in english else english)
    # a source may be a reader's own file, whose name may hold dollar signs
    figure.suptitle(title, parse_math=False)
    figure.supxlabel("\n".join(footer), fontsize=8, parse_math=False)
    return figure


def _image(card: Mapping[str, Any], kind: str, content: bytes, language: Language) -> str:
    words = html.escape(f"{card['title'][language]}. {card['sentence'][language]}", quote=True)
    media = {"png": "image/png", "svg": "image/svg+xml"}[kind]
    data = base64.b64encode(content).decode()
    return (
        f'<figure id="{card["id"]}-{language}-figure" lang="{language}">'
        f'<img style="max-width:100%" alt="{words}" src="data:{media};base64,{data}"></figure>\n'
    )


def _not_drawn(exhibit_id: str) -> str:
    return f"<p>{html.escape(exhibit_id)}: no figure was asked for (parameter formats).</p>\n"
