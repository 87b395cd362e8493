"""``index.html`` of a run's folder: what was asked, what came out, where the figures come from, how it is cited.

Written by the notebook itself, so that a run under plain papermill, in JupyterLab and in a batch has it alike. No
template and no script: it must cost a run of a batch next to nothing.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from analysis import paths
from analysis.data import formats, package, regions, user_data
from analysis.data.messages import Message, _
from analysis.data.regions import Language
from analysis.publish import citation, output, parameters, repository, tables
from analysis.publish.run import PAGE, Run
from analysis.publish.words import text

# titles and parameters may be other people's text: nothing in the page may run
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,"DejaVu Sans",sans-serif;max-width:70rem;margin:0 auto;padding:0 1rem 2rem}
h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.2rem;margin-top:2.5rem}
p,dd,li{max-width:46rem;overflow-wrap:anywhere}
.wide{overflow-x:auto}figure{margin:0}img{min-width:36rem;max-width:100%;background:#fff}
table{border-collapse:collapse;font-size:.9rem}
figcaption{display:none}td:first-child{min-width:9rem}
th,td{padding:.2em .7em;text-align:left;vertical-align:top;border-bottom:1px solid #8886}
pre{white-space:pre-wrap;overflow-wrap:anywhere;max-width:46rem;font-size:.9rem}
dt{font-weight:600;margin-top:.6rem}dd{margin:0}.small{font-size:.88rem}
"""
# the styles of the lists of references that readers of a language write
_REFERENCES: dict[Language, tuple[citation.Style, ...]] = {
    "en": ("apa", "bibtex"),
    "ru": ("gost", "gost-2018"),
}


def write(run: Run) -> output.HtmlOutput:
    """Write the page and tell where it and the files of the run are.

    Parameters
    ----------
    run : Run
        The notebook's run, when everything is saved; its method ``finish`` calls this function.

    Returns
    -------
    HtmlOutput
        One sentence.
    """
    cards = [card for name in run.shown if (card := output.read_card(run.output_dir, name)) is not None]
    paths.write_text(run.output_dir / PAGE, _page(run, cards))
    folder = paths.relative(run.output_dir)
    told = _(
        "The files of this run are in {folder}; {page} there shows them with parameters, sources and a reference.",
        folder=f"{folder}/",
        page=PAGE,
    )
    return output.say(run, told) or output.HtmlOutput("")


def _page(run: Run, cards: list[dict[str, Any]]) -> str:
    language = run.language
    title = html.escape(citation.notebook_title(run.notebook, language))
    lead = _(
        "A run of the notebook {name}. The sentences it computed are in the executed notebook.",
        name=run.notebook,
    )
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{_said(lead, language)}</p>",
        _contents(cards, language),
        _parameters(run),
        *(_exhibit(run, card) for card in cards),
        _sources(cards, language),
        _references(run),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def _said(message: Message, language: Language) -> str:
    return html.escape(text(message, language))


def _heading(message: Message, language: Language) -> str:
    return f"<h2>{_said(message, language)}</h2>\n"


def _parameters(run: Run) -> str:
    language = run.language
    if not run.values:
        return ""
    changed = parameters.differing(run.notebook, run.values)
    words = {True: _said(_("changed"), language), False: _said(_("default"), language)}
    heading = _heading(_("Parameters"), language)
    rows = "".join(
        f"<tr><td><code>{html.escape(name)}</code></td><td>{html.escape(value_in_words(value, language))}</td>"
        f"<td>{words[name in changed]}</td></tr>\n"
        for name, value in run.values.items()
    )
    return f'{heading}<div class="wide"><table>\n{rows}</table></div>'


def value_in_words(value: Any, language: Language) -> str:
    """Value of a parameter as a reader sees it: regions by their names, an empty one as a dash."""
    known = set(regions.codes(regions.all_regions()))
    parts = value if isinstance(value, list | tuple) else [value]
    shown = ", ".join(formats.region_name(part, language) if part in known else str(part) for part in parts)
    return shown or formats.MISSING


def _contents(cards: list[dict[str, Any]], language: Language) -> str:
    items = "".join(
        f'<li><a href="#{html.escape(card["id"])}">{html.escape(card["title"][language])}</a></li>\n'
        for card in cards
    )
    return f"<ul>\n{items}</ul>" if items else ""


def _exhibit(run: Run, card: Mapping[str, Any]) -> str:
    language, name = run.language, html.escape(card["id"])
    title = html.escape(tables.caption(card["title"][language], card["period"], language))
    files = output.made_files(run.output_dir, card["id"])
    drawn = next(
        (file for kind in ("svg", "png") for file in files if file.endswith(f".{language}.{kind}")), None
    )
    parts = [f'<section id="{name}">', f"<h2>{title}</h2>"]
    parts += [f"<p>{html.escape(card['sentence'][language])}</p>"] if card["sentence"][language] else []
    parts += (
        [f'<div class="wide"><a href="{drawn}"><img alt="{title}" src="{drawn}"></a></div>'] if drawn else []
    )
    parts += [f'<div class="wide">{run.shown[card["id"]]}</div>'] if run.shown[card["id"]] else []
    told = _links(files) or _said(_("no file of it was asked for (parameter formats)"), language)
    parts.append(f'<p class="small"><code>{name}</code>: {told}</p></section>')
    return "\n".join(parts)


def _links(files: Iterable[str]) -> str:
    return ", ".join(f'<a href="{html.escape(name)}">{html.escape(name)}</a>' for name in files)


def _sources(cards: list[dict[str, Any]], language: Language) -> str:
    names = dict.fromkeys(name for card in cards for name in card["sources"])
    rows = "".join(_source(name, language) for name in names)
    heading = _heading(_("Where the figures come from"), language)
    return f"{heading}<dl>\n{rows}</dl>" if rows else ""


def _source(name: str, language: Language) -> str:
    if user_data.is_user_source(name):
        return f"<dt>{html.escape(text(user_data.title(name, paths.user()), language))}</dt>\n"
    entry = next(entry for entry in package.descriptor()["resources"] if entry["name"] == name)
    told = "; ".join(
        package.in_language(source, "title", language).rstrip(".") for source in entry["sources"]
    )
    return (
        f"<dt>{html.escape(entry[f'title_{language}'])}</dt>\n"
        f"<dd>{html.escape(told)}. {html.escape(package.in_language(entry, 'table', language))}<br>"
        f'<span class="small"><code>data/raw/{html.escape(entry["path"])}</code>, {entry["hash"]}</span></dd>\n'
    )


def _references(run: Run) -> str:
    language = run.language
    state = repository.state()
    shown = "".join(
        f"<p>{html.escape(text(citation.STYLE_NAMES[style], language))}</p>\n"
        f"<pre>{html.escape(citation.cite_run(run, style, state))}</pre>\n"
        for style in _REFERENCES[language]
    )
    note = _(
        "The same with the checksum of the executed notebook, which sets a run apart from every other: {command}",
        command=f"amur cite PATH/TO/{run.notebook}.ipynb",
    )
    heading = _heading(_("Reference to copy"), language)
    return f'{heading}{shown}<p class="small">{_said(note, language)}</p>'
