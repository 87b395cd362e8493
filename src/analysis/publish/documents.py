"""Documents that are made, not written: the data dictionary, the replication README, what fails, ``codemeta.json``.

They come from the register of exhibits, the catalogue of indicators, the descriptor of the raw files and the ledger, so
they cannot say something else. ``python -m analysis.publish.documents`` rewrites them.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis import ledger, paths
from analysis.data import catalogue, indicators, package
from analysis.data.messages import Message, _
from analysis.data.regions import Language
from analysis.errors import AnalysisError
from analysis.publish import citation, exhibits, parameters
from analysis.publish.ledger_file import read_ledger
from analysis.publish.report import claims
from analysis.publish.verdicts import VERDICT_HEADS
from analysis.publish.words import text

MADE = "<!-- Made by `python -m analysis.publish.documents`; change the register, the catalogue or the descriptor instead. -->"


def _rendered(template: str, language: Language = "en", **context: Any) -> str:
    environment = Environment(
        loader=PackageLoader("analysis.publish", "documents_templates"),
        # Markdown for people who read it as text; nothing of it comes from a reader's files
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    table = environment.get_template("macros.md").module.table  # type: ignore[attr-defined]
    written = environment.get_template(template).render(
        context, made=MADE, table=table, _=lambda key: text(Message(key), language)
    )
    return re.sub(r"\n{3,}", "\n\n", written).strip() + "\n"


def data_dictionary() -> str:
    """Every indicator and every column of every raw file."""
    table = indicators.committed()
    spans = {name: (min(periods), max(periods)) for name, periods in table.groupby("indicator")["period"]}
    columns = [
        ("`region`", "ISO 3166-2 code, `FAR_EAST` for the district, `RU` for Russia"),
        ("`indicator`", "identifier, below"),
        ("`period`", "year, edition (`II`, `III`) or months (`2021-01/2021-09`)"),
        ("`value`", "number in the unit of the indicator"),
        ("`unit`", "unit, in English"),
        ("`source`", "raw resource it comes from, below, or `user/...` for a reader's own; several for a derived value"),
        ("`basis`", "`observed`: published, or a sum of published parts of one source; `derived`: computed from several"),
    ]  # fmt: skip
    known = [
        (
            f"`{item.id}`", item.name["en"], item.name["ru"], f"{item.unit['en']} / {item.unit['ru']}", item.basis,
            item.formula, "–".join(dict.fromkeys(spans.get(item.id, ()))), item.remark,
        )
        for item in catalogue.committed().values()
    ]  # fmt: skip
    resources = [_resource(entry) for entry in package.descriptor()["resources"]]
    return _rendered("data-dictionary.md", observations=columns, indicators=known, resources=resources)


def _resource(entry: dict[str, Any]) -> tuple[dict[str, Any], str, list[tuple[Any, ...]]]:
    """Descriptor of a raw file, what names a row of it, and its columns."""
    rows = [
        (f"`{field['name']}`", field["type"], field.get("title", ""), field.get("unit", ""), _rules(field))
        for field in entry["schema"]["fields"]
    ]
    key = entry["schema"]["primaryKey"]
    return entry, ", ".join(f"`{name}`" for name in ([key] if isinstance(key, str) else key)), rows


def _rules(field: dict[str, Any]) -> str:
    found = field.get("constraints", {})
    return ", ".join(name if value is True else f"{name}: {value}" for name, value in found.items())


def replication() -> str:
    """README for a journal's data editor, in the order of the editors' common template."""
    study = citation.metadata()
    entries = package.descriptor()["resources"]
    drawn_on = exhibits.sources(paths.reference())
    return _rendered(
        "REPLICATION.md",
        study=study,
        abstract=" ".join(study["abstract"].split()),
        project=tomllib.loads((paths.root() / "pyproject.toml").read_text(encoding="utf-8"))["project"],
        sources=[_data_row(entry) for entry in entries],
        programs=[
            (f"`notebooks/{name}.ipynb`", citation.notebook_title(name, "en"), _parameters(name))
            for name in parameters.notebooks()
        ],
        exhibits=[
            (
                f"`{item.id}`",
                text(item.title, "en"),
                f"`{item.notebook}`",
                ", ".join(f"`{name}`" for name in drawn_on.get(item.id, ())) or "—",
                ", ".join(f"`{name}`" for name in exhibits.files(item) if ".ru." not in name),
            )
            for item in exhibits.entries()
        ],
        references=list(dict.fromkeys(_source(one) for entry in entries for one in entry["sources"])),
    )


def _data_row(entry: dict[str, Any]) -> tuple[str, ...]:
    sources = "; ".join(_source(source) for source in entry["sources"])
    terms = "; ".join(licence["title"] for licence in entry["licenses"])
    return (
        f"`data/raw/{entry['path']}`",
        f"`{entry['name']}`",
        sources,
        entry["table"],
        entry["date"],
        terms,
        "yes",
    )


def _parameters(notebook: str) -> str:
    return ", ".join(f"`{name}`" for name in parameters.allowed_names(notebook))


def exhibits_page(language: Language) -> str:
    """Page of all tables and figures by notebook, with the parameters each notebook takes."""
    words = {"table": _("table"), "figure": _("figure")}
    groups = [
        (
            name,
            citation.notebook_title(name, language),
            [
                (
                    f"`{item.id}`",
                    text(item.title, language),
                    ", ".join(text(words[kind], language) for kind in item.outputs) or "—",
                )
                for item in exhibits.entries(name)
            ],
        )
        for name in parameters.notebooks()
    ]
    return _rendered(
        "exhibits.md",
        language,
        groups=groups,
        parameters={name: parameters.allowed_names(name) for name in parameters.notebooks()},
        up="../" if language == "en" else "../../",
    )


def failures(language: Language) -> str:
    """Page of everything in the paper that fails, from the committed reference: place, print, finding and why."""
    rows = read_ledger(paths.reference() / "ledger.csv").rows
    groups = [
        (
            text(VERDICT_HEADS[verdict], language),
            [
                (
                    text(row.full_place, language),
                    row.published or "—",
                    *(text(one, language) for one in (row.reproduced, row.note)),
                )
                for row in rows
                if row.verdict == verdict
            ],
        )
        for verdict in ledger.VERDICTS
        if any(row.verdict == verdict and row.is_failure for row in rows)
    ]
    return _rendered("failures.md", language, summary=text(claims.summary(rows), language), groups=groups)


def codemeta() -> str:
    """Return the study's description for software catalogues, in CodeMeta 3.0, from ``CITATION.cff`` and ``pyproject.toml``."""
    study = citation.metadata()
    project = tomllib.loads((paths.root() / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = citation.identifiers()
    described: dict[str, Any] = {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": study["title"],
        "alternateName": citation.study_title("ru"),
        "description": " ".join(study["abstract"].split()),
        "version": str(study["version"]),
        "datePublished": str(study["date-released"]),
        "license": f"https://spdx.org/licenses/{study['license']}",
        "author": [_agent(person) for person in study["authors"]],
        "keywords": study["keywords"],
        "programmingLanguage": {"@type": "ComputerLanguage", "name": "Python", "version": project["requires-python"]},
        "softwareRequirements": project["dependencies"],
        "inLanguage": ["en", "ru"],
    }  # fmt: skip
    if "url" in known:
        described["codeRepository"] = known["url"]
    if found := [known[kind] for kind in ("doi", "swh") if kind in known]:
        described["identifier"] = found
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def _agent(person: dict[str, str]) -> dict[str, str]:
    if "name" in person:
        return {"@type": "Organization", "name": person["name"]}
    orcid = {"@id": person["orcid"]} if "orcid" in person else {}
    return {
        "@type": "Person",
        **orcid,
        "familyName": person["family-names"],
        "givenName": person["given-names"],
    }


def _source(source: dict[str, str]) -> str:
    return source["title"] + (f" <{source['path']}>" if "path" in source else "")


DOCUMENTS: dict[str, Callable[[], str]] = {
    "codemeta.json": codemeta,
    "docs/exhibits.md": lambda: exhibits_page("en"),
    "docs/ru/exhibits.md": lambda: exhibits_page("ru"),
    "docs/failures.md": lambda: failures("en"),
    "docs/ru/failures.md": lambda: failures("ru"),
    "docs/data-dictionary.md": data_dictionary,
    "docs/REPLICATION.md": replication,
}


def path(name: str) -> Path:
    """File of a made document."""
    return paths.root() / name


def main() -> int:
    """Rewrite the made documents."""
    try:
        for name, make in DOCUMENTS.items():
            paths.write_text(path(name), make())
    except AnalysisError as error:
        print(f"documents: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
