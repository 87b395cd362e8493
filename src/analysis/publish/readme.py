"""The part of the READMEs that is made, not written: what was found, in sentences with the committed reference's numbers.

``python -m analysis.publish.readme`` rewrites it between its markers.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from analysis import paths
from analysis.data.messages import _
from analysis.data.regions import Language
from analysis.errors import AnalysisError
from analysis.publish.ledger_file import read_ledger
from analysis.publish.report import claims, content
from analysis.publish.report.answers import answers
from analysis.publish.words import text

FILES: dict[Language, str] = {"en": "README.md", "ru": "README.ru.md"}
FAILURES: dict[Language, str] = {"en": "docs/failures.md", "ru": "docs/ru/failures.md"}
_MARKED = re.compile(r"(<!-- findings -->\n).*?(<!-- /findings -->)", re.DOTALL)


def findings(language: Language) -> str:
    """What was found and what fails in the paper, from the committed reference."""
    folder = paths.reference()
    rows = read_ledger(folder / "ledger.csv").rows
    sentences = [
        f"{text(content.answer(folder), language)}.",
        *(text(one, language) for one in answers(folder)),
        text(claims.summary(rows), language),
    ]
    failing = [text(message, language) for message, _row in claims.finds(rows)]
    everything = text(_("Everything that fails, and why"), language)
    heads = [text(words, language) for words in (_("What it finds"), _("What fails in the paper"))]
    parts = [
        f"## {heads[0]}",
        "\n".join(f"- {one}" for one in sentences),
        f"## {heads[1]}",
        "\n".join(f"- {one}" for one in [*failing, f"[{everything}]({FAILURES[language]})"]),
    ]
    return "\n\n".join(parts)


def rendered(old: str, language: Language) -> str:
    """`old` text of a README with its made part renewed.

    Raises
    ------
    AnalysisError
        If the markers are missing.
    """
    if not _MARKED.search(old):
        raise AnalysisError(f"{FILES[language]} lacks the markers <!-- findings --> and <!-- /findings -->.")
    made = findings(language)
    return _MARKED.sub(lambda match: f"{match[1]}{made}\n{match[2]}", old)


def path(language: Language) -> Path:
    """README in a language."""
    return paths.root() / FILES[language]


def main() -> int:
    """Rewrite the made parts of both READMEs."""
    try:
        for language in FILES:
            paths.write_text(path(language), rendered(path(language).read_text(encoding="utf-8"), language))
    except AnalysisError as error:
        print(f"readme: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
