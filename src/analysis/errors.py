"""The one kind of error meant for people.

Everything that a reader can get wrong (a file, a parameter, a region's name) ends in an
:class:`AnalysisError` whose text is one sentence: what was wrong, where, and what is allowed.
The command line prints that sentence and nothing else; a traceback therefore always means a
fault of ours.
"""

from collections.abc import Iterable


class AnalysisError(ValueError):
    """A request that cannot be carried out, explained in one sentence."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: a notebook's reader sees the sentence, not the way to it
        return [f"{type(self).__name__}: {self}"]


class NoDataError(AnalysisError):
    """A request in order for which no source has figures: neither a result nor a failure.

    Parameters
    ----------
    message : str
        The sentence.
    russian : str, optional
        The same in Russian, where an exhibit may carry it.
    """

    def __init__(self, message: str, russian: str = "") -> None:
        super().__init__(message)
        self.russian = russian or message


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
    names = ", ".join(str(item) for item in allowed)
    return AnalysisError(f"{what} is {value!r}, which is not known; allowed are: {names}.")
