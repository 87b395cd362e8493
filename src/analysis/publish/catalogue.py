"""Keep ``locale/ru.po`` in step with the sources: every message of the code, of the notebooks and of the pages.

``python -m analysis.publish.catalogue`` writes it anew: what is new comes in without a translation, what nothing
uses any more goes. ``--check`` only tells what is missing, fuzzy or unused, which is what the tests do.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from analysis import paths

# how messages are marked in Python; markdown cells of notebooks are messages whole
KEYWORDS = {"_": None, "ngettext": (1, 2)}
HEADER = "# Russian of the study's sentences, labels and notebooks; renewed by python -m analysis.publish.catalogue."
# lines of the header that Babel fills with dates and placeholders
TEMPLATES = (
    '"POT-Creation',
    '"PO-Revision',
    '"Generated-By',
    '"Project-Id',
    '"Report-Msgid',
    '"Last-Tr',
    '"Language-Team',
)
PLACES = (
    ("python", "src/analysis/**/*.py"),
    ("jinja2", "src/analysis/**/*.html"),
    ("jinja2", "src/analysis/**/*.md"),
)


def catalogue_path() -> Path:
    """Where the Russian catalogue is."""
    return paths.root() / "locale" / "ru.po"


def extracted() -> Catalog:
    """Every message of the project, without translations.

    Returns
    -------
    babel.messages.catalog.Catalog
        Keys with the files they stand in.
    """
    catalog = Catalog(locale="ru", charset="utf-8", fuzzy=False, header_comment=HEADER)
    root = paths.root()
    for method, pattern in PLACES:
        for path in sorted(root.glob(pattern)):
            with path.open("rb") as file:
                _add(catalog, method, file, path)
    for notebook in sorted(paths.notebooks().glob("*.ipynb")):
        for kind, source in _cells(notebook):
            if kind == "markdown":
                catalog.add(source, locations=[(paths.relative(notebook), 0)])
            elif kind == "code":
                _add(catalog, "python", io.BytesIO(source.encode()), notebook)
    return catalog


def _add(catalog: Catalog, method: str, file: io.BufferedIOBase, path: Path) -> None:
    options = {"encoding": "utf-8", "extensions": "", "silent": "false"}
    for _, key, _, _ in extract(method, file, keywords=KEYWORDS, options=options):
        catalog.add(key, locations=[(paths.relative(path), 0)])


def _cells(notebook: Path) -> Iterator[tuple[str, str]]:
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        yield cell["cell_type"], "".join(cell["source"])


def translated() -> Catalog:
    """The catalogue as it is committed."""
    with catalogue_path().open("rb") as file:
        return read_po(file, locale="ru", abort_invalid=True)


def faults() -> list[str]:
    """Say what is missing, fuzzy or unused in the catalogue, and where fields differ.

    Returns
    -------
    list of str
        One sentence a fault; empty where there is none.
    """
    wanted, present = extracted(), translated()
    found = [f"Unused in locale/ru.po: {_start(m)}" for m in present if m.id and m.id not in wanted]
    for message in wanted:
        if not message.id:
            continue
        entry = present.get(message.id[0] if message.pluralizable else message.id)
        strings = entry.string if entry is not None else ""
        forms = [form or "" for form in (strings if isinstance(strings, tuple | list) else (strings,))]
        if not all(forms):
            found.append(f"No Russian in locale/ru.po: {_start(message)}")
        elif entry is not None and entry.fuzzy:
            found.append(f"Marked fuzzy in locale/ru.po: {_start(message)}")
        elif unknown := set().union(*map(_fields, forms)) - set().union(*map(_fields, _keys(message))):
            found.append(f"The Russian has a field {min(unknown)} of its own: {_start(message)}")
    return found


def _keys(message: Message) -> Sequence[str]:
    return (message.id,) if isinstance(message.id, str) else list(message.id)


def _fields(template: str) -> set[str]:
    """Fields of a template; a markdown cell may hold braces that are none."""
    return set(re.findall(r"{(\w+)(?::[^{}]*)?}", template))


def _start(message: Message) -> str:
    key = _keys(message)[0]
    where = ", ".join(dict.fromkeys(name for name, _ in message.locations))
    # enough of a long cell to find it by
    return f"{key[:80]!r} ({where})"


def update() -> None:
    """Write the catalogue anew from the sources, keeping the translations that are still used."""
    wanted, present = extracted(), translated()
    for message in wanted:
        entry = present.get(message.id[0] if message.pluralizable else message.id) if message.id else None
        if entry is not None and isinstance(entry.string, tuple) == message.pluralizable:
            message.string = entry.string
            message.flags |= entry.flags & {"fuzzy"}
        # braces in a sentence are this project's fields, not another language's
        message.flags -= {"python-format", "python-brace-format"}
    buffer = io.BytesIO()
    write_po(buffer, wanted, width=100, sort_output=True, include_lineno=False, omit_header=False)
    lines = buffer.getvalue().decode().split("\n")
    kept = [line for line in lines if not line.startswith(TEMPLATES)]
    paths.write_text(catalogue_path(), "\n".join(kept))


def main(arguments: list[str]) -> int:
    """Update the catalogue, or with ``--check`` only list its faults."""
    if arguments != ["--check"]:
        update()
    found = faults()
    for sentence in found:
        print(sentence)
    print(f"{len(extracted())} messages, {len(found)} faults.")
    return 1 if found and arguments == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
