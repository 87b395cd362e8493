"""Rule R10: periods and dates."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction

from analysis.data.formats import Text
from analysis.errors import AnalysisError
from analysis.ledger.case import Case, Finding
from analysis.ledger.wording import dated, period, same

_MONTHS = (
    ("янв", "jan"), ("фев", "feb"), ("мар", "mar"), ("апр", "apr"), ("ма", "may"), ("июн", "jun"),
    ("июл", "jul"), ("авг", "aug"), ("сен", "sep"), ("окт", "oct"), ("ноя", "nov"), ("дек", "dec"),
)  # fmt: skip


def date_of(text: str, where: str) -> dt.date:
    """Read a printed date: ``03.06.2025``, ``2025-06-03``, ``2025/06``, ``8 июля 2025``, ``July 8, 2025``.

    A date without a day is the first of its month.

    Raises
    ------
    AnalysisError
        If it is none of these.
    """
    bare = text.strip().casefold()
    try:
        if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", bare):
            day, month, year = map(int, found.groups())
            return dt.date(year, month, day)
        if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?", bare):
            return dt.date(int(found[1]), int(found[2]), int(found[3] or 1))
        found = re.fullmatch(r"(\d{1,2}) ([а-яa-z]+),? (\d{4})(?: г(?:\.|ода))?", bare)
        english = re.fullmatch(r"([a-z]+) (\d{1,2}),? (\d{4})", bare)
        if found or english:
            day_text, name, year_text = found.groups() if found else (english[2], english[1], english[3])  # type: ignore[index]
            for month, starts in enumerate(_MONTHS, 1):
                if name.startswith(starts):
                    return dt.date(int(year_text), month, int(day_text))
    except ValueError:
        pass
    raise AnalysisError(f"{where} has the date {text!r}, which cannot be read; write it as 2025-06-03.")


def months_of(period: str, where: str) -> tuple[str, str]:
    """First and last month of a period: ``2021``, ``2021-06`` or ``2021-01/2021-09``."""
    if found := re.fullmatch(r"(\d{4})", period.strip()):
        return f"{found[1]}-01", f"{found[1]}-12"
    if found := re.fullmatch(r"(\d{4}-\d{2})(?:/(\d{4}-\d{2}))?", period.strip()):
        return found[1], found[2] or found[1]
    if found := re.fullmatch(r"(\d{4})/(\d{4})", period.strip()):
        return f"{found[1]}-01", f"{found[2]}-12"
    raise AnalysisError(
        f"{where} has the period {period!r}; periods are written 2021, 2021-06 or 2021-01/2021-09."
    )


def check_same_period(case: Case) -> Finding:
    """R10: the period of a caption is the period of its source."""
    caption, source = (case.needs(name).text for name in ("caption", "source"))
    holds = months_of(caption, case.where) == months_of(source, case.where)
    here, there = period(caption), period(source)
    note: Text = {
        "en": f"Captioned {here['en']}; the source and the text are for {there['en']}.",
        "ru": f"В подписи {here['ru']}; источник и текст — за {there['ru']}.",
    }
    return Finding(holds, there, note)


def check_same_date(case: Case) -> Finding:
    """R10: one date printed twice."""
    other = date_of(case.needs("other").text, case.where)
    here, there = case.quoted, dated(other)
    note: Text = {"en": f"{here['en']} and {there['en']}.", "ru": f"{here['ru']} и {there['ru']}."}
    return Finding(date_of(case.text, case.where) == other, there, note)


def check_not_before(case: Case) -> Finding:
    """R10: nothing can have been read before it was published."""
    published = date_of(case.needs("published_on").text, case.where)
    read = date_of(case.text, case.where)
    days = (read - published).days
    order: Text = {"en": "before", "ru": "до"} if days < 0 else {"en": "after", "ru": "после"}
    on, out = dated(read), dated(published)
    note: Text = {
        "en": f"Read on {on['en']}, {abs(days)} days {order['en']} the {out['en']} in its address.",
        "ru": f"Прочитано {on['ru']}, дней {order['ru']} даты {out['ru']} в адресе: {abs(days)}.",
    }
    return Finding(days >= 0, out, note)


def check_over_by(case: Case) -> Finding:
    """R10: results of a period cannot be published before the period is over."""
    results, on = period(case.needs("period").text), date_of(case.needs("published_on").text, case.where)
    _, last = months_of(case.needs("period").text, case.where)
    holds = f"{on:%Y-%m}" > last
    was: Text = (
        {"en": "was", "ru": "кончился до выхода источника"}
        if holds
        else {"en": "was not", "ru": "ещё не кончился, когда вышел источник"}
    )
    out = dated(on)
    note: Text = {
        "en": f"Results of {results['en']}, which {was['en']} over when its source came out on {out['en']}.",
        "ru": f"Итоги за {results['ru']}: период {was['ru']} ({out['ru']}).",
    }
    return Finding(holds, {"en": f"source of {out['en']}", "ru": f"источник от {out['ru']}"}, note)


def check_fitting_year(case: Case) -> Finding:
    """R10: a row of a table is of the year in its heading, all years looked at.

    Inputs: ``row`` (printed cells by region) and ``series`` (outside values by ``region/year``).
    """
    row, series = case.numbers("row"), case.numbers("series")
    years = sorted({label.partition("/")[2] for label in series})

    def fits(year: str, band: Fraction) -> bool:
        cells = [(cell, series.get(f"{region}/{year}")) for region, cell in row.items()]
        return all(value is not None and cell.widened(band).overlaps(value) for cell, value in cells)

    fitting = [year for year in years if fits(year, Fraction(0))]
    own = case.text.strip()
    if own in fitting:
        holds: bool | None = True
    else:
        holds = None if fits(own, case.band) and not fitting else False
    told: Text = same(", ".join(fitting)) if fitting else {"en": "none", "ru": "ни одного"}
    cells, first, last = len(row), years[0], years[-1]
    note: Text = {
        "en": f"All {cells} cells agree to the printed digit in: {told['en']} (of {first}-{last}).",
        "ru": f"Годы ({first}–{last}), за которые все ячейки ({cells}) совпадают до напечатанного знака: {told['ru']}.",
    }
    return Finding(holds, told, note)
