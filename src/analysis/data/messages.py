"""Sentences before they have a language: an English template and the values of this run.

What computes says what it found as a :class:`Message`; :mod:`analysis.publish.words` turns it into English
or, through the catalogue ``locale/ru.po``, into Russian. The English template is the key, so it must stand as a
literal in the call: ``_("{n:d} of {total:d} values hold.", n=3, total=9)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """One sentence or label.

    Attributes
    ----------
    key : str
        English template with fields in braces. A field may carry a format: ``:d`` a whole number with
        thousands marked, ``:.2f`` decimals, ``:g`` as many decimals as the number has, ``:+.2f`` with a sign, ``:.0%`` per cent, ``:p`` a p-value (``0.034``), ``:P`` the same as an equation (``p = 0.034``). Without a
        format a value is shown as it is: text, another message, a name in both languages, a list of these, or a
        whole number such as a year.
    values : dict
        Values of the fields.
    plural : str, optional
        English template for counts other than one; the field ``n`` is then the count.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None

    def __str__(self) -> str:
        """Show the template and its values, for a debugger; readers are shown `analysis.publish.words.text`."""
        return f"{self.key} {dict(self.values)}" if self.values else self.key


@dataclass(frozen=True)
class Name:
    """A proper name in both languages, as the registers hold it.

    Attributes
    ----------
    en, ru : str
        The name.
    """

    en: str
    ru: str


def _(key: str, **values: Any) -> Message:
    """Make a message from a literal English template.

    Parameters
    ----------
    key : str
        Template, as `Message.key`.
    **values
        Values of its fields.
    """
    return Message(key, values)


def ngettext(singular: str, plural: str, n: int, **values: Any) -> Message:
    """Make a message that depends on a count.

    Parameters
    ----------
    singular, plural : str
        English templates for one and for other counts; Russian has three forms in the catalogue.
    n : int
        The count; a field ``{n}`` shows it.
    **values
        Values of the other fields.
    """
    return Message(singular, {"n": n, **values}, plural)


def number(value: float, decimals: int) -> Message:
    """A number as a message, for a field whose decimals are not its template's to say.

    Parameters
    ----------
    value : float
        The number.
    decimals : int
        How many decimals are shown.
    """
    return Message(f"{{value:.{decimals}f}}", {"value": value})


def joined(parts: Sequence[Any], separator: str) -> Message:
    """Messages or names one after the other, for headings and lists that are no sentence.

    Parameters
    ----------
    parts : sequence of Message, Name or str
        What is joined.
    separator : str
        What stands between two of them.
    """
    fields = [f"part_{place}" for place in range(len(parts))]
    template = separator.join(f"{{{field}}}" for field in fields)
    return Message(template, dict(zip(fields, parts, strict=True)))


def english(words: Any) -> str:
    """English of a message whose fields are text, names and messages, for errors; numbers are shown as they are.

    Parameters
    ----------
    words : Message, Name or any
        What to say.
    """
    if isinstance(words, Message):
        return words.key.format(**{name: english(value) for name, value in words.values.items()})
    return words.en if isinstance(words, Name) else str(words)
