"""Documents that are made, not written: the data dictionary, the replication README and ``codemeta.json``.

They come from the register of exhibits, the catalogue of indicators and the descriptor of the raw files, so
they cannot say something else. ``python -m analysis.publish.documents`` rewrites them.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.data import catalogue, indicators, package
from analysis.errors import AnalysisError
from analysis.publish import citation, parameters
from analysis.publish.exhibits import register

MADE = "<!-- Made by `python -m analysis.publish.documents`; change the register, the catalogue or the descriptor instead. -->"


def data_dictionary() -> str:
    """Every indicator and every column of every raw file."""
    entries = catalogue.committed().values()
    table = indicators.committed()
    spans = {name: (min(periods), max(periods)) for name, periods in table.groupby("indicator")["period"]}
    parts = [
        "# Data dictionary",
        MADE,
        "## Observations",
        "`data/processed/observations.csv` has one row an observation. Every notebook reads it.",
        _table(
            ("Column", "Content"),
            [
                ("`region`", "ISO 3166-2 code, `FAR_EAST` for the district, `RU` for Russia"),
                ("`indicator`", "identifier, below"),
                ("`period`", "year, edition (`II`, `III`) or months (`2021-01/2021-09`)"),
                ("`value`", "number in the unit of the indicator"),
                ("`unit`", "unit, in English"),
                ("`source`", "raw resource it comes from, below, or `user/...` for a reader's own; several for a derived value"),
                ("`basis`", "`observed`: published, or a sum of published parts of one source; `derived`: computed from several"),
            ],
        ),
        "## Indicators",
        _table(
            ("Indicator", "Name", "Название", "Unit", "Basis", "Formula", "Periods", "Remark"),
            [
                (
                    f"`{item.id}`", item.name["en"], item.name["ru"], f"{item.unit['en']} / {item.unit['ru']}", item.basis,
                    item.formula, "–".join(dict.fromkeys(spans.get(item.id, ()))), item.remark,
                )
                for item in entries
            ],
        ),
        "## Raw files",
        *(_resource(entry) for entry in package.descriptor()["resources"]),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _resource(entry: dict[str, Any]) -> str:
    rows = [
        (
            f"`{field['name']}`",
            field["type"],
            field.get("title", ""),
            field.get("unit", ""),
            _constraints(field),
        )
        for field in entry["schema"]["fields"]
    ]
    key = entry["schema"]["primaryKey"]
    names = ", ".join(f"`{name}`" for name in ([key] if isinstance(key, str) else key))
    head = f"### {entry['name']}\n\n`data/raw/{entry['path']}`: {entry['title']}. {entry['description']} A row is named by {names}."
    return f"{head}\n\n{_table(('Column', 'Type', 'Content', 'Unit', 'Rules'), rows)}"


def _constraints(field: dict[str, Any]) -> str:
    found = field.get("constraints", {})
    return ", ".join(name if value is True else f"{name}: {value}" for name, value in found.items())


def replication() -> str:
    """README for a journal's data editor, in the order of the editors' common template."""
    study = citation.metadata()
    entries = package.descriptor()["resources"]
    project = tomllib.loads((paths.root() / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parts = [
        f"# Replication package: {study['title']}",
        MADE,
        "The order is that of the template of the social science data editors.",
        "## Overview",
        " ".join(study["abstract"].split()),
        "One command, `make reproduce`, rebuilds every table and figure from the files in `data/raw/`; `make check` compares "
        "them with the committed `reference/`. The replicator should expect it to run for two to five minutes.",
        "## Data availability and provenance",
        "- [x] All data needed for the results are in the package.\n"
        "- [x] The terms of each file are given below; where they rest on something unconfirmed, this says so.\n"
        "- What could not be had, and which exhibits are therefore incomplete, is listed in the README under "
        "“What cannot be reproduced, and why”.",
        _table(
            ("File", "Resource", "Source", "Place in the source", "Date", "Terms", "Provided"),
            [
                (
                    f"`data/raw/{entry['path']}`", f"`{entry['name']}`", "; ".join(_source(source) for source in entry["sources"]),
                    entry["table"], entry["date"], "; ".join(licence["title"] for licence in entry["licenses"]), "yes",
                )
                for entry in entries
            ],
        ),
        "Columns and units: [data-dictionary.md](data-dictionary.md). Every file has its SHA-256 in "
        "`data/raw/datapackage.json`; a file that differs stops the run.",
        "## Computational requirements",
        f"- Python {project['requires-python']}, make and a package index. Everything else is installed into `.venv` from "
        "`requirements.lock`, which pins every version with its hash.\n"
        "- Direct dependencies: " + ", ".join(project["dependencies"]) + ".\n"
        "- Randomness: exact distributions are computed in full. Drawn, with fixed seeds and saying so, are only the smallest "
        "association the design could have shown and cases too large for every arrangement.\n"
        "- Measured on two cores: two to five minutes the first time, most of it installing, about half a minute after that; 2 GB of disk, "
        "most of it the environment.\n"
        "- Tests also use chromium, TeX Live and R where they are there, and say so where they are not; no result needs them.",
        "## Programs",
        _table(
            ("Program", "What it answers", "Parameters"),
            [
                (
                    f"`notebooks/{name}.ipynb`", citation.notebook_title(name, "en"),
                    ", ".join(f"`{parameter}`" for parameter in parameters.allowed_names(name)),
                )
                for name in parameters.notebooks()
            ],
        ),
        "The notebooks call the package in `src/analysis/`; `amur reproduce` (in `src/analysis/workflow/reproduce.py`) runs them all. "
        "Code is under the MIT licence, see `LICENSE`.",
        "## Instructions to replicators",
        "1. `make reproduce`\n2. `make check`\n3. Optional: `make test`; `amur export ro-crate` packs all of it.",
        "## Tables and figures",
        "All of them are rebuilt. Files are below `results/`; `en` stands for `en` and `ru`.",
        _table(
            ("Exhibit", "Title", "Program", "Output", "Data"),
            [
                (
                    f"`{item.id}`", item.title["en"], f"`{item.notebook}`",
                    ", ".join(f"`{name}`" for name in register.files(item) if ".ru." not in name),
                    ", ".join(f"`{name}`" for name in item.inputs),
                )
                for item in register.entries()
            ],
        ),
        "## References",
        "\n".join(f"- {line}" for line in dict.fromkeys(_source(s) for entry in entries for s in entry["sources"])),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


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


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    # a bar would end the cell
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


DOCUMENTS: dict[str, Callable[[], str]] = {
    "codemeta.json": codemeta,
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
