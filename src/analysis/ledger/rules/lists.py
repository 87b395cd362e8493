"""Rules R8 and R9: counting words with their lists, and marks for missing figures."""

from __future__ import annotations

from collections import Counter

from analysis.data.messages import _
from analysis.errors import AnalysisError
from analysis.ledger.checks import CheckInput, Finding, check
from analysis.ledger.printed import MISSING_MARKS
from analysis.ledger.wording import NOTHING, Words, joined, put, quoted

# ------------------------------------------------------------------ R8: counting words


@check("R8", says=_("a counting word agrees with its list"))
def count(given: CheckInput) -> Finding:
    """R8: a counting word agrees with the list that follows."""
    items = given.needs("items")
    printed = given.published.value
    if printed is None:
        raise AnalysisError(f"{given.where} needs a counting word or number; {given.text!r} is none.")
    number = len(items.items)
    note = _(
        "{word}, and {number} are listed: {items}.",
        word=given.quoted,
        number=number,
        items=joined(map(quoted, items.texts.values()), "; "),
    )
    return Finding(printed == number, str(number), note)


# lists that are named by their language; other names are shown as the claims file has them
_LISTS = {"Russian": _("in Russian"), "English": _("in English")}


@check("R8", says=_("two versions of a list are equally long"))
def same_count(given: CheckInput) -> Finding:
    """R8: two versions of one list have the same number of items."""
    if len(given.inputs) != 2:
        raise AnalysisError(f"{given.where} compares two lists; {len(given.inputs)} given.")
    counts, notes = [], []
    for name, value in given.inputs.items():
        title = _LISTS.get(name, name)
        counts.append(put("{title} {count}", title=title, count=len(value.items)))
        listed = joined(map(quoted, value.texts.values()), "; ")
        notes.append(_("{count} {title}: {listed}", count=len(value.items), title=title, listed=listed))
    first, second = (len(value.items) for value in given.inputs.values())
    return Finding(first == second, joined(counts, ", "), put("{notes}.", notes=joined(notes, ". ")))


# ------------------------------------------------------------------ R9: marks

_BLANK = _("blank")


def _marks(given: CheckInput) -> dict[str, str]:
    """Marks for missing numbers by the label of their cell."""
    cells = given.needs("cells").texts
    return {label: text.strip() for label, text in cells.items() if text.strip() in MISSING_MARKS}


@check("R9", says=_("missing figures have one mark, or their marks are explained"))
def one_mark(given: CheckInput) -> Finding:
    """R9: a table marks a missing number in one way, or explains its marks."""
    marks = Counter(_marks(given).values())
    told = _marks_told(marks)
    ending = NOTHING
    legend = "legend" in given.inputs
    if legend:
        ending = _("Explained: {legend}.", legend=given.needs("legend").placed[0])
    elif len(marks) > 1:
        ending = _("The table explains none of its marks.")
    number = _("marks: {count}", count=len(marks))
    return Finding(len(marks) <= 1 or legend, number, joined([told, ending]))


def _marks_told(marks: Counter[str]) -> Words:
    told = joined(
        (
            _("{mark} in {cells} cells", mark=quoted(mark) if mark else _BLANK, cells=n)
            for mark, n in marks.items()
        ),
        ", ",
    )
    return put("{told}.", told=told) if marks else _("No missing cell.")


@check("R9", says=_("each mark for missing figures has one meaning"))
def mark_by_meaning(given: CheckInput) -> Finding:
    """R9: one mark stands in the rows and columns where there was nothing to print, and nowhere else.

    Inputs: ``cells`` (labelled ``row/column``), ``rows`` and ``until`` (rows for which nothing is printed up to a
    column).
    """
    rows, until = given.words("rows").split(","), given.words("until")
    own = {row.strip() for row in rows}

    def belongs(label: str) -> bool:
        row, _, column = label.partition("/")
        return row in own and column <= until

    marks = _marks(given)
    inside = {mark for label, mark in marks.items() if belongs(label)}
    outside = {mark for label, mark in marks.items() if not belongs(label)}
    note = _(
        "{marks} The marks of {rows} until {until} stand nowhere else.",
        marks=_marks_told(Counter(marks.values())),
        rows=joined((given.named(row) for row in sorted(own)), ", "),
        until=until,
    )
    holds = not inside & outside
    number = _("marks: {count}", count=len(inside | outside))
    return Finding(holds, number, note if holds else _marks_told(Counter(marks.values())))
