"""Rule R11 where a printed number stands beside an outside series or an outside figure."""

from __future__ import annotations

from analysis.data.formats import Text
from analysis.errors import one_of
from analysis.ledger.case import Case, Finding
from analysis.ledger.rules.numbers import judge
from analysis.ledger.wording import joined, shown, shown_interval


def check_in_year(case: Case) -> Finding:
    """R11: a cell against an outside series, in its own year first, then in all others."""
    year, series, published = case.needs("year").text, case.numbers("series"), case.interval()
    if year not in series:
        raise one_of(f"{case.where}: the year", year, series)
    holds = judge(published, series[year], case.band)
    given, means, cell = shown_interval(series[year]), shown_interval(published), case.quoted
    note: Text = {
        "en": f"Outside series, {year}: {given['en']}; {cell['en']} stands for {means['en']}.",
        "ru": f"Внешний ряд, {year}: {given['ru']}; {cell['ru']} означает {means['ru']}.",
    }
    if holds is True:
        return Finding(holds, given, note)
    fitting = ", ".join(y for y, value in series.items() if published.overlaps(value))
    fits: Text = {"en": "It fits: no year.", "ru": "Не подходит ни один год."}
    if fitting:
        fits = {"en": f"It fits: {fitting}.", "ru": f"Подходит: {fitting}."}
    return Finding(holds, given, joined([note, _band_told(case, holds), fits]))


def _band_told(case: Case, holds: bool | None) -> Text:
    band = shown(case.band * 100)
    place: Text = {"en": "Inside", "ru": "В пределах"} if holds is None else {"en": "Beyond", "ru": "Сверх"}
    return {
        "en": f"{place['en']} the revision band of {band['en']} %.",
        "ru": f"{place['ru']} допуска на пересмотр в {band['ru']} %.",
    }


def check_other_date(case: Case) -> Finding:
    """R11: an outside figure of another date; it can neither confirm nor refute, and is shown."""
    other, on = case.scalar("other"), case.needs("on").told
    is_same = other.overlaps(case.interval())
    given = shown_interval(other)
    relation: Text = (
        {"en": "is the same", "ru": "такое же"} if is_same else {"en": "differs", "ru": "отличается"}
    )
    note: Text = {
        "en": f"The outside figure is of {on['en']} and {relation['en']}: {given['en']}; with another date it neither "
        "confirms nor refutes.",
        "ru": f"Внешнее число ({on['ru']}) {relation['ru']}: {given['ru']}; при другой дате оно ни подтверждает, ни "
        "опровергает.",
    }
    return Finding(None, given, note)
