"""What stands on the page of instructions of a form, in both languages: experts and coders get the file alone."""

from __future__ import annotations

from analysis.data.regions import LANGUAGES
from analysis.publish.words import bilingual, text
from analysis.rating import coding, edition


def scoring(*, is_shown: bool) -> list[str]:
    """Instructions of a scoring sheet, English first.

    Parameters
    ----------
    is_shown : bool
        Whether the sheet shows the score of the edition before.
    """
    english, russian = (
        [text(line, language) for line in edition.instructions(is_shown=is_shown)] for language in LANGUAGES
    )
    return [*english, "", *russian]


def coding_sheet() -> list[str]:
    """Instructions of a coding sheet, each line in both languages."""
    return [bilingual(line) for line in coding.instructions()]
