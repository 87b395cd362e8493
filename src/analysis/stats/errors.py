"""The one kind of error meant for people: a request that cannot be carried out, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable


class StatisticsError(ValueError):
    """A request that cannot be carried out, explained in one sentence."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: a notebook's reader sees the sentence, not the way to it
        return [f"{type(self).__name__}: {self}"]


def one_of(what: str, value: object, allowed: Iterable[object]) -> StatisticsError:
    """Make the error for a value outside a closed list.

    Parameters
    ----------
    what : str
        The argument the value stands in.
    value : object
        What was given.
    allowed : iterable of str
        What is allowed, in the order to be shown.
    """
    names = ", ".join(str(item) for item in allowed)
    return StatisticsError(f"{what} is {value!r}, which is not known; allowed are: {names}.")
