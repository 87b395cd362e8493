"""A message in a language: English as it stands in the code, Russian from the catalogue ``locale/ru.po``.

Numbers follow the language too: a decimal comma and spaces between thousands in Russian. Plural forms are
gettext's, lists and countries Unicode CLDR's, through Babel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from gettext import c2py
from string import Formatter
from typing import Any

from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from analysis import paths
from analysis.data.formats import MISSING, number, p_value
from analysis.data.messages import Message, Name
from analysis.data.regions import LANGUAGES, Language, Region

Words = Message | Name | Mapping[Language, str] | Region | str
_DECIMALS = re.compile(r"(?P<sign>\+?)\.(?P<decimals>\d+)(?P<kind>[f%])")


# a sentence that ends in an abbreviation has one full stop; three are an ellipsis
_TWO_STOPS = re.compile(r"(?<=[^\W\d_])\.\.(?!\.)")


def text(words: Any, language: Language) -> str:
    """Turn a message, a name, a list of these or a plain string into text.

    Parameters
    ----------
    words : Message, Name, Region, dict by language, str, int or sequence of these
        What to say.
    language : {'en', 'ru'}
        Language.

    Returns
    -------
    str
        The text; the English of a message that the catalogue lacks.

    Raises
    ------
    ValueError
        If a number that is not whole has no format in its template: how many decimals it deserves is a choice.
    """
    if isinstance(words, Message):
        filled = _Filler(language).vformat(_template(words, language), (), words.values)
        return _TWO_STOPS.sub(".", filled) if ".." in filled else filled
    if isinstance(words, Name):
        return words.en if language == "en" else words.ru
    if isinstance(words, Region):
        return words.name(language)
    if isinstance(words, Mapping):
        return str(words[language])
    if isinstance(words, str):
        return words
    if isinstance(words, Sequence):
        return format_list([text(part, language) for part in words], locale=language)
    if isinstance(words, float):
        raise ValueError(f"The number {words!r} needs a format such as {{x:.2f}} in its template.")
    return str(words)


class _Filler(Formatter):
    """Fills a template with numbers and names of a language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        """Show one value; see `Message.key` for the formats."""
        if not format_spec:
            return text(value, self.language)
        if value is None or value != value:
            return MISSING  # a coefficient that the data of this run do not allow
        if format_spec == "p":
            return p_value(float(value), self.language)
        if format_spec == "P":
            shown = p_value(float(value), self.language)
            return f"p {shown}" if shown.startswith("<") else f"p = {shown}"
        if format_spec == "g":
            # the shortest text that says it: a level of 0.001 is not 0.00
            exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
            return number(float(value), max(0, -int(exponent)), self.language)
        if format_spec == "d":
            return number(float(value), 0, self.language)
        found = _DECIMALS.fullmatch(format_spec)
        if found is None:
            raise ValueError(
                f"The format {format_spec!r} is not known; allowed are d, g, p, P, .2f, +.2f, .0%."
            )
        is_share = found["kind"] == "%"
        shown = number(float(value) * (100 if is_share else 1), int(found["decimals"]), self.language)
        # English sets the sign against the number, Russian a space before it
        unit = ("%" if self.language == "en" else " %") if is_share else ""
        sign = "+" if found["sign"] and float(value) > 0 else ""
        return f"{sign}{shown}{unit}"


def load() -> None:
    """Read the catalogue and the rules of both languages, which the first sentences would do."""
    russian()
    for language in LANGUAGES:
        format_list(["", ""], locale=language)


@cache
def russian() -> Catalog:
    """The catalogue ``locale/ru.po``."""
    with (paths.root() / "locale" / "ru.po").open("rb") as file:
        return read_po(file, locale="ru", abort_invalid=True)


def _template(message: Message, language: Language) -> str:
    count = message.values.get("n")
    english = message.key if message.plural is None or count == 1 else message.plural
    if language == "en":
        return english
    # gettext's key of a plural entry is its singular
    entry = russian().get(message.key)
    found = (entry.string if entry is not None else "") or english
    return found if isinstance(found, str) else found[_plural_form(count)] or english


def _plural_form(count: Any) -> int:
    """Which of the forms of a Russian noun a count takes."""
    return int(c2py(russian().plural_expr)(int(count)))


def bilingual(words: Any) -> str:
    """Text in both languages, for a form that people of either read.

    Parameters
    ----------
    words : Message, Name, dict by language
        As `text`.
    """
    return " - ".join(dict.fromkeys(text(words, language) for language in LANGUAGES))
