"""Rule R10: periods and dates."""

from __future__ import annotations

from fractions import Fraction

from analysis.data.messages import _
from analysis.errors import AnalysisError
from analysis.ledger.checks import CheckInput, Finding, check
from analysis.ledger.normal_forms import EVER, Months, date_of, months_of
from analysis.ledger.wording import Words, dated, period


def _told(months: Months) -> Words:
    first, last = months
    if first == EVER:
        return _("until {last}", last=period(last))
    if (first[5:], last[5:]) == ("01", "12"):
        years = first[:4] if first[:4] == last[:4] else f"{first[:4]}/{last[:4]}"
        return period(years)
    return period(first if first == last else f"{first}/{last}")


@check("R10", says=_("caption and source are of one period"))
def same_period(given: CheckInput) -> Finding:
    """R10: the printed period is that of the source."""
    printed = months_of(given.text, given.where)
    source = months_of(given.words("source"), given.where)
    note = _(
        "{quoted} is {here}; the source, {source}, is of {there}.",
        quoted=given.quoted,
        here=_told(printed),
        source=given.needs("source").placed[0],
        there=_told(source),
    )
    return Finding(printed == source, _told(source), note)


@check("R10", says=_("a date printed twice agrees"))
def same_date(given: CheckInput) -> Finding:
    """R10: one date printed twice."""
    other = date_of(given.words("other"), given.where)
    note = _(
        "{here} here, {there} there.",
        here=given.quoted,
        there=given.needs("other").placed[0],
    )
    return Finding(date_of(given.text, given.where) == other, dated(other), note)


@check("R10", says=_("nothing was read before it was published"))
def not_before(given: CheckInput) -> Finding:
    """R10: nothing can have been read before it was published; read later, it proves nothing about the date."""
    published = date_of(given.words("published_on"), given.where)
    read = date_of(given.text, given.where)
    days = (read - published).days
    values: dict[str, Words | int] = {"read": dated(read), "out": dated(published), "days": abs(days)}
    note = (
        _("Read on {read}; the address is of {out}, {days} days later.", **values)
        if days < 0
        else _("Read on {read}, {days} days after the {out} of its address, which proves nothing.", **values)
    )
    return Finding(None if days >= 0 else False, dated(published), note)


@check("R10", says=_("a period was over when its results came out"))
def over_by(given: CheckInput) -> Finding:
    """R10: results of a period cannot be published before the period is over.

    `period` takes the place of the printed words where these are read as another period.
    """
    words = given.words("period") if "period" in given.inputs else given.text
    months, on = months_of(words, given.where), date_of(given.words("published_on"), given.where)
    holds = f"{on:%Y-%m}" > months[1]
    values = {"period": _told(months), "on": dated(on)}
    note = (
        _("Results of {period}; the source came out on {on}, after its end.", **values)
        if holds
        else _("Results of {period}; the source came out on {on}, before its end.", **values)
    )  # fmt: skip
    return Finding(holds, _("source of {on}", on=dated(on)), note)


@check("R10", says=_("the year of a caption is the year of the figures"))
def fitting_year(given: CheckInput) -> Finding:
    """R10: a row of a table is of the year in its heading, all years looked at.

    Inputs: ``row`` (printed cells by region) and ``series`` (outside values by ``region/year``).
    """
    row, series = given.numbers("row"), given.numbers("series")
    years = sorted({label.partition("/")[2] for label in series})

    def fits(year: str, band: Fraction) -> bool:
        cells = [(cell, series.get(f"{region}/{year}")) for region, cell in row.items()]
        return all(value is not None and cell.widened(band).overlaps(value) for cell, value in cells)

    fitting = [year for year in years if fits(year, Fraction(0))]
    own = given.text.strip()
    if own in fitting:
        holds: bool | None = True
    else:
        holds = None if fits(own, given.band) and not fitting else False
    told = ", ".join(fitting) if fitting else _("none")
    note = _(
        "Of {first}-{last} all {cells} cells agree to the printed digit in: {years}.",
        first=years[0],
        last=years[-1],
        cells=len(row),
        years=told,
    )
    return Finding(holds, told, note)


@check("R10", says=_("an event stands in the column of its date"))
def in_column(given: CheckInput) -> Finding:
    """R10: the date an event is told with falls into the period its column names."""
    event, column = months_of(given.text, given.where), months_of(given.words("column"), given.where)
    holds = event[0] <= column[1] and column[0] <= event[1]
    note = _(
        "{quoted} is {event}; the column, {column}, holds {months}.",
        quoted=given.quoted,
        event=_told(event),
        column=given.needs("column").placed[0],
        months=_told(column),
    )
    return Finding(holds, _told(column), note)


@check("R10", says=_("results of a period stand in a column that reaches its end"))
def results_in_column(given: CheckInput) -> Finding:
    """R10: the period that results are told for has ended by the end of the column they stand in."""
    results, column = months_of(given.text, given.where), months_of(given.words("column"), given.where)
    note = _(
        "Results of {results}; the column, {column}, ends with {end}.",
        results=_told(results),
        column=given.needs("column").placed[0],
        end=period(column[1]),
    )
    return Finding(results[1] <= column[1], period(column[1]), note)


@check("R10", says=_("a count of months is the length of the period"))
def months_long(given: CheckInput) -> Finding:
    """R10: as many months as the period has that the document names."""
    first, last = months_of(given.words("period"), given.where)
    count = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
    note = _(
        "{period} has {count} months.",
        period=_told((first, last)),
        count=count,
    )
    return Finding(given.published.value == count, str(count), note)


@check("R10", says=_("what is called annual came out every year"))
def yearly(given: CheckInput) -> Finding:
    """R10: as many editions, one quoted item each, as years from the first to the last."""
    years = [int(months_of(text, given.where)[0][:4]) for text in (given.words("first"), given.words("last"))]
    editions = len(given.needs("editions").items)
    span = years[1] - years[0] + 1
    if span < 1:
        raise AnalysisError(f"{given.where}: the first year, {years[0]}, is after the last, {years[1]}.")
    note = _(
        "From {first} to {last} there are {span} years and {editions} editions.",
        first=years[0],
        last=years[1],
        span=span,
        editions=editions,
    )
    return Finding(editions == span, f"{editions} / {span}", note)
