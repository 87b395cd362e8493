"""Rule R11 where a printed number stands beside an outside series or an outside figure."""

from __future__ import annotations

from analysis.data.messages import _
from analysis.errors import one_of
from analysis.ledger.checks import CheckInput, Finding, check
from analysis.ledger.normal_forms import months_of
from analysis.ledger.rules.numbers import judge
from analysis.ledger.wording import Words, in_unit, joined, shown, shown_interval


@check("R11", says=_("the cell agrees with its own year of an outside series"))
def in_year(given: CheckInput) -> Finding:
    """R11: a cell against an outside series, in its own year first, then in all others."""
    first, last = months_of(given.words("year"), given.where)
    year = first[:4]
    series, published = given.numbers("series"), given.interval()
    if year not in series or year != last[:4]:
        raise one_of(f"{given.where}: the year", year, series)
    holds = judge(published, series[year], given.band)
    value = shown_interval(series[year])
    note = _(
        "Outside series, {year}: {value}; {quoted} stands for {means}.",
        year=year,
        value=in_unit(value, given.unit),
        quoted=given.quoted,
        means=shown_interval(published),
    )
    if holds is True:
        return Finding(holds, value, note)
    fitting = ", ".join(y for y, outside in series.items() if published.overlaps(outside))
    fits = _("It fits: {years}.", years=fitting) if fitting else _("It fits no year.")
    return Finding(holds, value, joined([note, _band_told(given, holds), fits]))


def _band_told(given: CheckInput, holds: bool | None) -> Words:
    band = shown(given.band * 100)
    if holds is None:
        return _("Inside the revision band of {band} %.", band=band)
    return _("Beyond the revision band of {band} %.", band=band)


@check("R11", says=_("a figure of another date, shown and never decisive"))
def other_date(given: CheckInput) -> Finding:
    """R11: an outside figure of another date; it can neither confirm nor refute, and is shown."""
    other = given.scalar("other")
    values = {"on": given.words("on"), "value": shown_interval(other)}
    note = (
        _("On {on} it is the same: {value}; another date decides nothing.", **values)
        if other.overlaps(given.interval())
        else _("On {on} it is {value}; another date decides nothing.", **values)
    )  # fmt: skip
    return Finding(None, shown_interval(other), note)
