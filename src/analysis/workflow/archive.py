"""The study as one file to deposit: an RO-Crate with everything a stranger needs to read it and run it again.

The crate is the repository's files and the results, packed as they stand, with a description after RO-Crate 1.1
(Sefton et al. 2022) and the Process Run Crate profile 0.5 (Leo et al. 2024): one ``CreateAction`` a notebook,
from its raw files and parameters to its exhibits.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from analysis import paths
from analysis.data import package
from analysis.errors import AnalysisError
from analysis.publish import citation, exhibits, parameters, repository
from analysis.publish.output import card_name, made_files, read_card
from analysis.workflow import reproduce

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
# the oldest date a ZIP can carry: the same files must give the same archive
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# what the standard library's list of types does not know
_TYPES = {
    ".cff": "text/yaml",
    ".ipynb": "application/x-ipynb+json",
    ".lock": "text/plain",
    ".tex": "text/x-tex",
}


def export(target: Path | None = None) -> Path:
    """Pack the repository and its results.

    Parameters
    ----------
    target : Path, optional
        The ZIP file; by default ``build/archive/<name>-<version>.zip``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    AnalysisError
        If there are no results, or a file of them is not the one that was made.
    """
    results = _checked_results()
    names = [*_repository_files(), *results]
    study = citation.metadata()
    target = target or paths.build() / "archive" / f"amur-china-cooperation-{study['version']}.zip"
    description = json.dumps(describe(names), ensure_ascii=False, indent=1) + "\n"
    with paths.replacing(target) as temporary, zipfile.ZipFile(temporary, "w") as crate:
        _add(crate, METADATA, description.encode())
        for name in names:
            _add(crate, name, (paths.root() / name).read_bytes())
    return target


def remarks() -> list[str]:
    """What a depositor should know before handing the archive over; nothing if all is in order."""
    now = repository.state()
    found = []
    if now is None or not now.is_clean:
        found.append("The repository has changes that are not committed: commit them before a deposit.")
    made = json.loads((paths.results() / reproduce.RECORD).read_text(encoding="utf-8"))["git"]
    if now and (made is None or made["commit"] != now.commit):
        found.append("The results were made from another commit: run `make reproduce` before a deposit.")
    return found


def _add(crate: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    # .ci/run is the one file to be started by its name
    entry.external_attr = (0o755 if content.startswith(b"#!") else 0o644) << 16
    crate.writestr(entry, content)


def _repository_files() -> list[str]:
    tracked = repository.tracked_files()
    if tracked is not None:
        return [name for name in tracked if (paths.root() / name).is_file()]
    # an unpacked archive knows its files
    described = paths.root() / METADATA
    if not described.is_file():
        raise AnalysisError(
            f"The folder has neither git nor {METADATA}, so its files are not known; export from a clone."
        )
    graph = json.loads(described.read_text(encoding="utf-8"))["@graph"]
    root = next(entity for entity in graph if entity["@id"] == "./")
    names = [part["@id"] for part in root["hasPart"]]
    return [name for name in names if not name.startswith("results/") and (paths.root() / name).is_file()]


def _checked_results() -> list[str]:
    """Files of the results, each compared with its sum."""
    folder = paths.results()
    listed = folder / reproduce.SUMS
    if not listed.is_file():
        raise AnalysisError(f"There is no {paths.relative(listed)}; run `make reproduce` first.")
    if reproduce.sums(folder) != listed.read_text(encoding="utf-8"):
        raise AnalysisError(
            f"The files in {paths.relative(folder)}/ are not those of {reproduce.SUMS}; run `make reproduce` again."
        )
    return sorted(path.relative_to(paths.root()).as_posix() for path in folder.rglob("*") if path.is_file())


# ------------------------------------------------------------------ the description


def describe(names: Sequence[str]) -> dict[str, Any]:
    """RO-Crate metadata of the files `names`, given from the top of the repository."""
    study = citation.metadata()
    crate = ROCrate(version="1.1")
    people = [_agent(crate, number, person) for number, person in enumerate(study["authors"], 1)]
    profile = {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    licence = {"@type": "CreativeWork", "name": "Creative Commons Attribution 4.0 International"}
    for name in names:
        crate.add_file(dest_path=name, properties=_file(name))
    found = citation.identifiers()
    root = crate.root_dataset
    for key, value in {
        "conformsTo": crate.add(ContextEntity(crate, PROFILE, profile)),
        "name": study["title"],
        "description": " ".join(study["abstract"].split()),
        "version": str(study["version"]),
        "datePublished": str(study["date-released"]),
        "keywords": ", ".join(study["keywords"]),
        "license": [crate.add(ContextEntity(crate, CC_BY, licence)), crate.dereference("LICENSE")],
        "author": _unpacked(people),
        "identifier": [found[kind] for kind in ("doi", "swh") if kind in found],
        "url": found.get("url"),
        "mentions": [_action(crate, notebook, people) for notebook in parameters.study()],
    }.items():
        if value:
            root[key] = value
    described: dict[str, Any] = crate.metadata.generate()
    return described


def _agent(crate: ROCrate, number: int, person: dict[str, str]) -> ContextEntity:
    if "name" in person:
        properties = {"@type": "Organization", "name": person["name"]}
    else:
        properties = {"@type": "Person", "name": f"{person['given-names']} {person['family-names']}"}
    return crate.add(ContextEntity(crate, person.get("orcid", f"#author-{number}"), properties))


def _file(name: str) -> dict[str, Any]:
    content = (paths.root() / name).read_bytes()
    suffix = Path(name).suffix
    is_code = suffix in (".py", ".ipynb") and not name.startswith("results/")
    described: dict[str, Any] = {
        "@type": ["File", "SoftwareSourceCode"] if is_code else "File",
        "name": citation.notebook_title(Path(name).stem, "en") if name.startswith("notebooks/") else name,
        "contentSize": str(len(content)),
        "encodingFormat": _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "text/plain"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return described | ({"version": str(citation.metadata()["version"])} if is_code else {})


def _unpacked(entities: list[Any]) -> Any:
    """Entities as RO-Crate 1.1 wants them: a single one stands without a list around it."""
    return entities[0] if len(entities) == 1 else entities


def _action(crate: ROCrate, notebook: str, agents: list[ContextEntity]) -> ContextEntity:
    """Run of a notebook: the notebook is the instrument, raw files and parameters the object."""
    folder = paths.results()
    cards = [card for entry in exhibits.made(folder, notebook) if (card := read_card(folder, entry.id))]
    names = dict.fromkeys(name for card in cards for name in card["sources"] if name in package.resources())
    made = [
        f"results/{name}"
        for card in cards
        for name in (card_name(card["id"]), *made_files(folder, card["id"]))
    ]
    record = json.loads((folder / reproduce.RECORD).read_text(encoding="utf-8"))
    started = datetime.fromisoformat(record["started"])
    objects = [crate.dereference(paths.relative(package.resource(name).path)) for name in names]
    objects += _values(crate, notebook, cards)
    results = [crate.dereference(name) for name in (f"results/notebooks/{notebook}.ipynb", *made)]
    properties = {
        "name": f"Run of {notebook}",
        "description": f"{record['notebooks'][notebook]} seconds, within the run of all notebooks between the times given.",
        "startTime": started.isoformat(),
        "endTime": (started + timedelta(seconds=record["seconds"])).isoformat(timespec="seconds"),
        # text, as the profile gives it
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    action = crate.add_action(
        crate.dereference(f"notebooks/{notebook}.ipynb"),
        identifier=f"#run-{notebook}",
        # the tour publishes nothing, so no card says what it read
        object=_unpacked(objects) if objects else None,
        result=_unpacked(results),
        properties=properties,
    )
    action["agent"] = _unpacked(agents)
    return action


def _values(crate: ROCrate, notebook: str, cards: Sequence[dict[str, Any]]) -> list[ContextEntity]:
    """Parameters a notebook was run with."""
    given = cards[0]["parameters"] if cards else {}
    return [
        crate.add(
            ContextEntity(
                crate,
                f"#{notebook}-{name}",
                {
                    "@type": "PropertyValue",
                    "name": name,
                    "value": value if isinstance(value, str | int | float) else json.dumps(value),
                },
            )
        )
        for name, value in given.items()
    ]
