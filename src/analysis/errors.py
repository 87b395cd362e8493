"""The one kind of error meant for people.

Everything that a reader can get wrong (a file, a parameter, a region's name) ends in an
:class:`AnalysisError` whose text is one sentence: what was wrong, where, and what is allowed.
The command line prints that sentence and nothing else; a traceback therefore always means a
fault of ours.
"""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import accumulate
from typing import Any

# a sentence of more characters is not read; what it quotes from a file is then cut out of its middle
LONGEST = 1500
# of one value from a file: enough to find it there
LONGEST_QUOTED = 120
CUT = " ... "
# share of letters that a slip of the keys leaves as they were; years, which all look alike, stay below it
LIKE = 0.8
# faults of one file told at once: a screen of them
MOST_FAULTS = 40


class AnalysisError(ValueError):
    """A request that cannot be carried out, explained in one sentence.

    Parameters
    ----------
    sentence : str
        The sentence. Whatever it quotes, it stays one line without control characters, of at most `LONGEST`
        characters; beginning (which file and row) and end (what is allowed) are kept.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(_cut(one_line(sentence), LONGEST))

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: a notebook's reader sees the sentence, not the way to it
        return [f"{type(self).__name__}: {self}"]


class SeveralFaultsError(AnalysisError):
    """Everything that is wrong with a file people write by hand, a sentence a line, so that one look mends it.

    Parameters
    ----------
    faults : iterable of AnalysisError
        The faults; each is told once, and at most `MOST_FAULTS` of them.
    """

    def __init__(self, faults: Iterable[AnalysisError]) -> None:
        told = list(dict.fromkeys(map(str, faults)))
        # a file damaged throughout has a fault a line; a screen of them is enough to see what happened
        shown = [line for line, end in zip(told, accumulate(map(len, told)), strict=True) if end <= LONGEST]
        lines = shown[:MOST_FAULTS] or told[:1]
        if left := len(told) - len(lines):
            lines = [*lines, f"And {left} more faults."]
        ValueError.__init__(self, "\n".join(lines))


class NoDataError(AnalysisError):
    """A request in order for which no source has figures: neither a result nor a failure.

    Parameters
    ----------
    message : str
        The sentence.
    words : Message, optional
        The same as a message, where an exhibit may carry it in either language.
    """

    def __init__(self, message: str, words: Any = None) -> None:
        super().__init__(message)
        self.words = message if words is None else words


def one_of(what: str, value: object, allowed: Iterable[object]) -> AnalysisError:
    """Make the error for a value outside a closed list.

    Parameters
    ----------
    what : str
        The parameter, column or file the value stands in.
    value : object
        What was given.
    allowed : iterable of str
        What is allowed, in the order to be shown.

    Returns
    -------
    AnalysisError
        Ready to be raised.
    """
    known = [str(item) for item in allowed]
    names = _cut(", ".join(known), LONGEST - 4 * LONGEST_QUOTED)
    near = get_close_matches(value, known, 1, LIKE) if isinstance(value, str) else []
    meant = f" (did you mean {near[0]}?)" if near else ""
    return AnalysisError(f"{what} is {quoted(value)}, which is not known{meant}; allowed are: {names}.")


def quoted(value: object) -> str:
    """Quote a value somebody gave, however long it is, in at most `LONGEST_QUOTED` characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python writes no whole number of more than 4300 digits
        return f"a {type(value).__name__} too long to be shown"
    return _cut(text, LONGEST_QUOTED)


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = (longest - len(CUT)) // 2
    return f"{text[:half]}{CUT}{text[-half:]}"


def one_line(text: str) -> str:
    """Write a text without line breaks, and with control characters (a terminal would obey them) as escapes."""
    if text.isprintable():
        return text
    line = " ".join(text.splitlines())
    # Cc: control characters; Cs: halves of characters, from file names that are no UTF-8
    odd = {letter for letter in line if unicodedata.category(letter) in ("Cc", "Cs")}
    return "".join(repr(letter)[1:-1] if letter in odd else letter for letter in line) if odd else line
