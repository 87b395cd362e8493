"""Rules R1 to R11: each check looks at one claim and its inputs and says whether the claim holds.

A check returns a :class:`Finding`: ``holds`` is True, False, or None where the inputs cannot decide. Which
verdict follows (``mismatch`` or ``paper_error``) depends on where the inputs come from and is settled in
:mod:`analysis.ledger.verify`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from analysis.errors import AnalysisError, one_of
from analysis.ledger.case import Case, Finding, shown, shown_beside, shown_interval
from analysis.ledger.goods import Tree, nest
from analysis.ledger.intervals import Interval, total
from analysis.ledger.printed import MISSING_MARKS

# ------------------------------------------------------------------ R1, R5: formulas


def judge(published: Interval, value: Interval, band: Fraction | None) -> bool | None:
    """Whether a computed value agrees with a printed one.

    Parameters
    ----------
    published : Interval
        What the printed string stands for. One open end: a limit ('more than').
    value : Interval
        What the inputs give.
    band : fractions.Fraction or None
        Revision band, when an outside figure takes part.

    Returns
    -------
    bool or None
        Rounding intervals that touch agree. A limit is met when the whole computed interval lies beyond it.
        Under a band, disagreement inside it, and a limit met by less than it, decide nothing.
    """
    is_limit = published.low is None or published.high is None
    if not is_limit and published.overlaps(value):
        return True
    if band is None:
        return value.within(published) or (None if published.overlaps(value) else False)
    near = value.widened(band)
    if near.within(published):
        return True
    return None if near.overlaps(published) else False


def check_formula(case: Case) -> Finding:
    """R1, R5, R11: a number recomputed from other numbers."""
    published, value = case.interval(), case.computed()
    value_shown = shown_beside(value, case.published)
    holds = judge(published, value, case.band if case.is_external else None)
    note = (
        f"{case.with_arithmetic()} gives {value_shown}; {case.text!r} stands for {shown_interval(published)}."
    )
    if holds is None:
        note += f" {_undecided(case)}"
    return Finding(holds, value_shown, note)


def _undecided(case: Case) -> str:
    if case.is_external:
        return f"The difference is inside the revision band of {shown(case.band * 100)} %."
    return "The rounding of the inputs leaves it open."


def check_bound(case: Case) -> Finding:
    """R5, R11: a number, or what follows from it, must not exceed a larger whole.

    A limit that is kept contradicts nothing, but it confirms nothing either: the finding is then open.
    """
    value = case.computed() if case.formula else case.interval()
    bound = case.scalar("bound")
    limit = bound.widened(case.band) if case.is_external else bound
    holds = False if limit.entirely_below(value) else None
    told = f"{case.with_arithmetic()} gives {shown_interval(value)}" if case.formula else f"{case.text!r}"
    ending = (
        "exceeds it" if holds is False else "keeps below it, which contradicts nothing and proves nothing"
    )
    return Finding(
        holds, shown_interval(value), f"{told}; the limit is {shown_interval(bound)}: the number {ending}."
    )


def check_between(case: Case) -> Finding:
    """R5: a mean lies between the smallest and the largest of its parts; being there proves nothing."""
    published, parts = case.interval(), case.numbers("parts")
    lowest, highest = (pick(parts.values(), key=lambda v: v.middle) for pick in (min, max))
    holds = False if published.entirely_below(lowest) or highest.entirely_below(published) else None
    span = f"{shown(lowest.middle)} to {shown(highest.middle)}"
    where = "outside" if holds is False else "inside, which contradicts nothing and proves nothing"
    return Finding(holds, span, f"A mean of the parts lies in {span}; {case.text!r} is {where}.")


# ------------------------------------------------------------------ R2: totals


def check_total(case: Case) -> Finding:
    """R2: a total is the sum of the rows that are part of no other row."""
    rows = case.numbers("rows")
    labels, values = list(rows), list(rows.values())
    whole = None
    if "whole" in case.inputs:
        if case.inputs["whole"].text not in labels:
            raise one_of(f"{case.where}: the row named as the whole", case.inputs["whole"].text, labels)
        whole = labels.index(case.inputs["whole"].text)
    published, everything = case.interval(), total(values)
    tree = nest(values, whole)
    if whole is None and not _roots(tree, values).overlaps(published):
        # rows that are equal by chance must not make an error of a correct total
        cautious = nest(values, equal_is_part=False)
        tree = cautious if _roots(cautious, values).overlaps(published) else tree
    correct = _roots(tree, values)
    holds = correct.overlaps(published)
    note = (
        _tree_told(tree, labels, whole) + f" The rows that are part of no other give {shown(correct.middle)}."
    )
    if not holds and everything.overlaps(published):
        excess = published.middle - correct.middle
        note += (
            f" The printed total is the sum of all {len(values)} rows, each value counted once for every level: "
            f"{shown(excess)} too much"
        )
        note += (
            f", {shown(published.middle / correct.middle, 3)} times the true total."
            if correct.middle
            else "."
        )
    return Finding(holds, shown(correct.middle), note)


def _roots(tree: Tree, values: list[Interval]) -> Interval:
    return total(values[i] for i in tree.roots)


def _tree_told(tree: Tree, labels: list[str], whole: int | None) -> str:
    nested = [
        f"{label} = {' + '.join(labels[j] for j in tree.children(i))}"
        for i, label in enumerate(labels)
        if tree.children(i) and i != whole
    ]
    note = f"Rows: {'; '.join(nested)}." if nested else "No row is the sum of others."
    if whole is not None and tree.remainder is not None:
        note += f" Row {labels[whole]} holds everything"
        if tree.remainder.entirely_below(Interval.point(0)):
            return (
                note
                + "; the others add up to more, so some of them is part of another without its sum showing it."
            )
        note += f", {shown_interval(tree.remainder)} of it not listed."
    return note


# ------------------------------------------------------------------ R3: superlatives and comparisons


def _standing(values: Mapping[str, Interval], subject: str, sign: int) -> tuple[bool | None, str]:
    """Whether `subject` is first, and the best of the others."""
    own = values[subject] if sign > 0 else -values[subject]
    others = {k: v if sign > 0 else -v for k, v in values.items() if k != subject}
    rival = max(others, key=lambda k: others[k].middle)
    if any(own.entirely_below(other) for other in others.values()):
        return False, rival
    if all(other.entirely_below(own) for other in others.values()):
        return True, rival
    return None, rival


def _superlative(case: Case, sign: int) -> Finding:
    subject = case.needs("of").text
    readings: dict[str, Mapping[str, Interval]] = {}
    if "printed" in case.inputs:
        # on paper the printed digits are compared as they stand
        printed = case.numbers("printed", 2)
        readings["printed"] = {k: Interval.point(v.middle) for k, v in printed.items()}
    if case.formula:
        readings["unrounded"] = case.compared()
    if not readings:
        raise AnalysisError(f"{case.where} compares nothing: give the input 'printed' or a formula.")
    standings, notes, best = [], [], ""
    for name, values in readings.items():
        if subject not in values:
            raise one_of(f"{case.where}: the region or row compared", subject, values)
        standing, rival = _standing(values, subject, sign)
        first = rival if standing is False else subject
        best = f"{first} {shown_interval(values[first], 4)}"
        relation = {True: "ahead of", False: "behind", None: "level with"}[standing]
        notes.append(
            f"{name}: {subject} {shown_interval(values[subject], 4)}, {relation} {rival} "
            f"{shown_interval(values[rival], 4)}"
        )
        standings.append(standing)
    holds = False if False in standings else standings[-1]
    return Finding(holds, best, "; ".join(notes) + ".")


def check_largest(case: Case) -> Finding:
    """R3: the largest, on printed and on unrounded values."""
    return _superlative(case, 1)


def check_smallest(case: Case) -> Finding:
    """R3: the smallest, on printed and on unrounded values."""
    return _superlative(case, -1)


def check_above(case: Case) -> Finding:
    """R3: one number, or every one of a series, is larger than its counterpart."""
    subject = case.numbers("subject") if "subject" in case.inputs else {"": case.interval()}
    than = case.numbers("than")
    common = [label for label in subject if label in than]
    if not common:
        raise AnalysisError(f"{case.where}: what is compared has no label in common.")
    behind = [k for k in common if not subject[k].middle > than[k].middle]
    gaps = {k: subject[k].middle - than[k].middle for k in common}
    smallest = min(gaps, key=lambda k: gaps[k])
    at = f" ({smallest})" if smallest else ""
    note = (
        f"Larger in {len(common) - len(behind)} of {len(common)}; the smallest distance is "
        f"{shown(subject[smallest].middle)} against {shown(than[smallest].middle)}{at}."
    )
    if behind:
        note += f" Not larger: {', '.join(behind)}."
    return Finding(not behind, shown(gaps[smallest]), note)


def check_majority(case: Case) -> Finding:
    """R3: a leader by share of a whole (in per cent) is certain above one half; below, the others decide."""
    share = case.scalar("share")
    low, _ = share.bounds()
    rest = Interval.point(100) - share
    if low > 50:
        return Finding(
            True, shown_interval(share), f"{shown_interval(share)} % is more than half: nobody can have more."
        )
    note = f"The others hold {shown_interval(rest)} % together; their shares are needed to know that none has more."
    return Finding(None, f"others together {shown_interval(rest)}", note)


# ------------------------------------------------------------------ R4: counts


def check_integer_base(case: Case) -> Finding:
    """R4: a count and its per-cent change must come from a whole number."""
    count = case.published.value
    if count is None or count != count.to_integral_value():
        raise AnalysisError(f"{case.where} needs a printed whole number; {case.text!r} is none.")
    change = case.scalar("change") / Interval.point(100)
    direction = case.needs("direction").text
    if direction not in ("up", "down"):
        raise one_of(f"{case.where}: direction", direction, ("up", "down"))
    factor = Interval.point(1) + (change if direction == "up" else -change)
    base = Interval.point(count) / factor
    low, high = base.bounds()
    whole = range(math.ceil(low), math.floor(high) + 1)
    note = f"{case.text} after a change {direction} of {case.needs('change').text} % comes from {shown_interval(base)}"
    if whole:
        return Finding(True, ", ".join(map(str, whole)), f"{note}: {', '.join(map(str, whole))}.")
    near = []
    for n in (math.floor(low), math.ceil(high)):
        near.append(f"from {n} it is {shown(abs(Fraction(count) / n - 1) * 100, 3)} %")
    return Finding(False, shown_interval(base), f"{note}, where there is no whole number; {', '.join(near)}.")


# ------------------------------------------------------------------ R6: labels


def _repeated(labels: Iterable[str]) -> list[str]:
    return [label for label, times in Counter(labels).items() if times > 1]


def check_unique(case: Case) -> Finding:
    """R6: no label stands for two things."""
    labels = list(case.needs("labels").texts.values())
    repeated = _repeated(labels)
    if repeated:
        told = "; ".join(f"{label!r} {labels.count(label)} times" for label in repeated)
        return Finding(False, f"{len(set(labels))} different of {len(labels)}", f"Repeated: {told}.")
    return Finding(True, f"{len(labels)} different", f"All {len(labels)} labels differ.")


def check_numbering(case: Case) -> Finding:
    """R6: numbers in order of appearance, one after the other, none twice."""
    numbers = [int(number.middle) for number in case.numbers("labels").values()]
    expected = list(range(1, len(numbers) + 1))
    repeated = _repeated(map(str, numbers))
    absent = [str(n) for n in range(1, max(numbers) + 1) if n not in numbers]
    faults = [f"twice: {', '.join(repeated)}"] if repeated else []
    faults += [f"absent: {', '.join(absent)}"] if absent else []
    if numbers != expected and not faults:
        faults = ["not in order"]
    printed = ", ".join(map(str, numbers))
    return Finding(
        numbers == expected,
        printed,
        f"Printed: {printed}. {'; '.join(faults) or 'Complete'}.".replace("..", "."),
    )


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[\u2010-\u2015\u2212]", "-", text)).strip().casefold()


def check_same(case: Case) -> Finding:
    """R6, R10: two printings of one fact agree."""
    other = case.needs("other").text
    holds = _folded(case.text) == _folded(other)
    return Finding(holds, other, f"{case.text!r} here, {other!r} there.")


def check_same_in_languages(case: Case) -> Finding:
    """R6: facts printed in two languages agree; inputs are labelled ``<language> <fact>``."""
    facts: dict[str, dict[str, str]] = {}
    for label, text in case.needs("facts").texts.items():
        language, _, fact = label.partition(" ")
        if text and fact != "label":
            facts.setdefault(language, {})[fact] = _folded(text)
    if len(facts) != 2:
        raise AnalysisError(f"{case.where} needs facts in two languages; {', '.join(facts) or 'none'} given.")
    (first, a), (second, b) = facts.items()
    common = [fact for fact in a if fact in b]
    differing = [
        f"{fact}: {a[fact]} ({first}), {b[fact]} ({second})" for fact in common if a[fact] != b[fact]
    ]
    swapped = [
        f"{a[x]} is the {x.replace('_', ' ')} ({first}) and the {y.replace('_', ' ')} ({second})"
        for x in a.keys() - b.keys()
        for y in b.keys() - a.keys()
        if a[x] == b[y]
    ]
    doi = a.get("doi", "")
    if "year" in common and a["year"] != b["year"]:
        carried = [facts_of["year"] for facts_of in (a, b) if facts_of["year"] in doi]
        swapped += [f"the DOI carries {carried[0]}"] if carried else []
    alone = [f"{fact} ({first})" for fact in a if fact not in b and not swapped]
    alone += [f"{fact} ({second})" for fact in b if fact not in a and not swapped]
    told = "; ".join(differing + swapped)
    note = f"{told}." if told else f"{len(common)} facts agree: {', '.join(common)}."
    if alone:
        note += f" In one list only: {', '.join(alone)}."
    return Finding(not told, told or f"{len(common)} facts agree", note[0].upper() + note[1:])


def check_listed_once(case: Case) -> Finding:
    """R6: a label that points into a list finds exactly one entry there."""
    labels = [_folded(text) for text in case.needs("list").texts.values()]
    times = labels.count(_folded(case.text))
    what = {0: "no entry", 1: "one entry"}.get(
        times, f"{times} entries, so that it is not known which is meant"
    )
    return Finding(times == 1, str(times), f"The list has {what} for {case.text!r}.")


def check_code_lengths(case: Case) -> Finding:
    """R6: codes of the Harmonized System and its national extensions have 2, 4, 6, 8 or 10 digits."""
    codes = [c for text in case.needs("codes").texts.values() for c in re.split(r"[;,\s]+", text) if c]
    odd = [code for code in dict.fromkeys(codes) if len(code) not in (2, 4, 6, 8, 10)]
    if odd:
        told = ", ".join(f"{code} ({len(code)} digits)" for code in odd)
        return Finding(False, told, f"Impossible: {told}; codes have 2, 4, 6, 8 or 10 digits.")
    return Finding(True, ", ".join(dict.fromkeys(codes)), "Every code has a possible number of digits.")


# ------------------------------------------------------------------ R7: sources


def check_one_use(case: Case) -> Finding:
    """R7: one source is cited for one thing.

    Inputs: ``sources`` (addresses by place of citing) and ``subjects`` (what each place cites it for).
    """
    sources, subjects = case.needs("sources").texts, case.needs("subjects").texts
    places = [k for k, text in sources.items() if _folded(text) == _folded(case.text)]
    without = [place for place in places if place not in subjects]
    if without:
        raise AnalysisError(f"{case.where}: nothing says what {', '.join(without)} cites its source for.")
    cited = dict.fromkeys(subjects[place] for place in places)
    note = f"Cited at {', '.join(places)} for: {'; '.join(cited)}."
    if len(places) < 2:
        return Finding(None, f"{len(places)} place", note + " Cited once, so there is nothing to compare.")
    ending = "" if len(cited) == 1 else "s"
    return Finding(len(cited) == 1, f"{len(cited)} subject{ending} in {len(places)} places", note)


# ------------------------------------------------------------------ R8: counting words


def check_count(case: Case) -> Finding:
    """R8: a counting word agrees with the list that follows."""
    items = case.needs("items").texts
    count = case.published.value
    if count is None:
        raise AnalysisError(f"{case.where} needs a counting word or number; {case.text!r} is none.")
    listed = "; ".join(items.values())
    return Finding(count == len(items), str(len(items)), f"{case.text!r}, and {len(items)} follow: {listed}.")


def check_same_count(case: Case) -> Finding:
    """R8: two versions of one list have the same number of items."""
    if len(case.inputs) != 2:
        raise AnalysisError(f"{case.where} compares two lists; {len(case.inputs)} given.")
    (first, a), (second, b) = [(name, value.texts) for name, value in case.inputs.items()]
    holds = len(a) == len(b)
    note = f"{first}: {len(a)} ({'; '.join(a.values())}); {second}: {len(b)} ({'; '.join(b.values())})."
    return Finding(holds, f"{first} {len(a)}, {second} {len(b)}", note)


# ------------------------------------------------------------------ R9: marks


def check_one_mark(case: Case) -> Finding:
    """R9: a table marks a missing number in one way, or explains its marks."""
    marks = Counter(
        text.strip() or "blank"
        for text in case.needs("cells").texts.values()
        if text.strip() in MISSING_MARKS
    )
    legend = case.inputs["legend"].text if "legend" in case.inputs else ""
    told = ", ".join(f"{mark!r} in {n} cells" for mark, n in marks.items()) or "no missing cell"
    holds = len(marks) <= 1 or bool(legend)
    ending = (
        f" Explained: {legend}."
        if legend
        else " The table explains none of its marks."
        if len(marks) > 1
        else ""
    )
    return Finding(holds, f"{len(marks)} marks", f"{told}.{ending}"[0].upper() + f"{told}.{ending}"[1:])


# ------------------------------------------------------------------ R10: periods and dates

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
    return Finding(holds, source, f"Captioned {caption}; the source and the text are for {source}.")


def check_same_date(case: Case) -> Finding:
    """R10: one date printed twice."""
    other = date_of(case.needs("other").text, case.where)
    return Finding(
        date_of(case.text, case.where) == other, other.isoformat(), f"{case.text!r} and {other.isoformat()}."
    )


def check_not_before(case: Case) -> Finding:
    """R10: nothing can have been read before it was published."""
    published = date_of(case.needs("published_on").text, case.where)
    read = date_of(case.text, case.where)
    days = (read - published).days
    if days < 0:
        return Finding(
            False,
            published.isoformat(),
            f"Read on {read}, {-days} days before the {published} in its address.",
        )
    return Finding(
        True, published.isoformat(), f"Read on {read}, {days} days after the {published} in its address."
    )


def check_over_by(case: Case) -> Finding:
    """R10: results of a period cannot be published before the period is over."""
    period, on = case.needs("period").text, date_of(case.needs("published_on").text, case.where)
    _, last = months_of(period, case.where)
    holds = f"{on:%Y-%m}" > last
    return Finding(
        holds,
        f"source of {on}",
        f"Results of {period}, which {'was' if holds else 'was not'} over when its source came out on {on}.",
    )


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
    told = ", ".join(fitting) or "none"
    note = f"All {len(row)} cells agree to the printed digit in: {told} (of {years[0]}-{years[-1]})."
    return Finding(holds, told, note)


# ------------------------------------------------------------------ R11: outside data


def check_in_year(case: Case) -> Finding:
    """R11: a cell against an outside series, in its own year first, then in all others."""
    year, series, published = case.needs("year").text, case.numbers("series"), case.interval()
    if year not in series:
        raise one_of(f"{case.where}: the year", year, series)
    holds = judge(published, series[year], case.band)
    fitting = [y for y, value in series.items() if published.overlaps(value)]
    note = f"Outside series, {year}: {shown_interval(series[year])}; {case.text!r} stands for {shown_interval(published)}."
    if holds is not True:
        note += f" {'Inside' if holds is None else 'Beyond'} the revision band of {shown(case.band * 100)} %."
        note += f" It fits: {', '.join(fitting) or 'no year'}."
    return Finding(holds, shown_interval(series[year]), note)


def check_first(case: Case) -> Finding:
    """R11: first place in an outside series; closer than the revision band is undecided."""
    subject = case.needs("of").text
    values = case.compared() if case.formula else case.numbers("values", 2)
    if subject not in values:
        raise one_of(f"{case.where}: the region or year compared", subject, values)
    rival = max((label for label in values if label != subject), key=lambda label: values[label].middle)
    own, other = values[subject].middle, values[rival].middle
    place = 1 + sum(value.middle > own for value in values.values())
    if own > other * (1 + case.band):
        holds: bool | None = True
    else:
        holds = False if other > own * (1 + case.band) else None
    note = f"{subject} {shown(own)}, place {place} of {len(values)}; {rival} {shown(other)}; distance {shown(own - other)}."
    if holds is None:
        note += f" {_undecided(case)}"
    return Finding(holds, f"place {place}", note)


def check_other_date(case: Case) -> Finding:
    """R11: an outside figure of another date; it can neither confirm nor refute, and is shown."""
    other, on = case.scalar("other"), case.needs("on").text
    same = other.overlaps(case.interval())
    note = (
        f"The outside figure is of {on} and {'is the same' if same else 'differs'}: {shown_interval(other)}; "
    )
    return Finding(None, shown_interval(other), note + "with another date it neither confirms nor refutes.")


def check_plausible(case: Case) -> Finding:
    """R11: the leader in an outside measure of another kind; shown as plausibility, never as a match."""
    subject, values = case.needs("of").text, case.numbers("values", 2)
    if subject not in values:
        raise one_of(f"{case.where}: what is compared", subject, values)
    standing, rival = _standing(values, subject, 1)
    everything = total(values.values()).middle
    if not everything:
        raise AnalysisError(f"{case.where}: the values add up to nothing, so there is no share of them.")
    share_text = shown(values[subject].middle / everything * 100, 3)
    relation = {True: "ahead of", False: "behind", None: "level with"}[standing]
    note = (
        f"In the outside measure {subject} has {share_text} % and is {relation} {rival}: plausibility only."
    )
    return Finding(None, f"{share_text} % in another measure", note)


Check = Callable[[Case], Finding]

CHECKS: dict[str, dict[str, Check]] = {
    "R1": {"formula": check_formula},
    "R2": {"total": check_total},
    "R3": {
        "largest": check_largest,
        "smallest": check_smallest,
        "above": check_above,
        "majority": check_majority,
    },
    "R4": {"integer_base": check_integer_base},
    "R5": {"formula": check_formula, "bound": check_bound, "between": check_between},
    "R6": {
        "unique": check_unique,
        "numbering": check_numbering,
        "same": check_same,
        "same_in_languages": check_same_in_languages,
        "listed_once": check_listed_once,
        "code_lengths": check_code_lengths,
    },
    "R7": {"one_use": check_one_use},
    "R8": {"count": check_count, "same_count": check_same_count},
    "R9": {"one_mark": check_one_mark},
    "R10": {
        "same_period": check_same_period,
        "same": check_same,
        "same_date": check_same_date,
        "not_before": check_not_before,
        "over_by": check_over_by,
        "fitting_year": check_fitting_year,
    },
    "R11": {
        "formula": check_formula,
        "in_year": check_in_year,
        "first": check_first,
        "bound": check_bound,
        "other_date": check_other_date,
        "plausible": check_plausible,
    },
}
NO_RULE = "none"
RULES = (*CHECKS, NO_RULE)


def find_check(rule: str, check: str, where: str) -> Check:
    """Check of a rule.

    Raises
    ------
    AnalysisError
        If the rule or its check is unknown.
    """
    if rule not in CHECKS:
        raise one_of(f"{where}: rule", rule, RULES)
    if check not in CHECKS[rule]:
        raise one_of(f"{where}: check of {rule}", check, CHECKS[rule])
    return CHECKS[rule][check]
