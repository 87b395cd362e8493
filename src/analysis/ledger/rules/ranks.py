"""Rules R3 and R11 where something comes first: superlatives, comparisons, places."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from analysis.data.messages import _
from analysis.errors import AnalysisError, one_of
from analysis.ledger.checks import CheckInput, Finding, check
from analysis.ledger.interval_arithmetic import Interval, total
from analysis.ledger.rules.numbers import undecided
from analysis.ledger.wording import NOTHING, Words, in_unit, joined, put, shown, shown_interval

# digits of the numbers compared: four tell any two densities of a table apart
_DIGITS = 4


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


def _subject(given: CheckInput, values: Mapping[str, Interval]) -> str:
    subject = given.words("of")
    if subject not in values:
        raise one_of(f"{given.where}: what is compared", subject, values)
    return subject


def _readings(given: CheckInput) -> list[tuple[Words, Mapping[str, Interval]]]:
    """Numbers to compare: as printed, and as a formula gives them."""
    readings: list[tuple[Words, Mapping[str, Interval]]] = []
    if "printed" in given.inputs:
        # on paper the printed digits are compared as they stand
        printed = given.numbers("printed", 2)
        values = {k: Interval.point(v.middle) for k, v in printed.items()}
        readings.append((_("As printed"), values))
    if given.formula:
        readings.append((_("Unrounded"), given.compared()))
    if not readings:
        raise AnalysisError(f"{given.where} compares nothing: give the input 'printed' or a formula.")
    return readings


def _superlative(given: CheckInput, sign: int) -> Finding:
    standings, notes, best = [], [], NOTHING
    for reading, values in _readings(given):
        subject = _subject(given, values)
        standing, rival = _standing(values, subject, sign)
        own, other = (_with_number(given, label, values) for label in (subject, rival))
        best = other if standing is False else own
        notes.append(_place_told(reading, standing, sign, own, other))
        standings.append(standing)
    holds = False if False in standings else standings[-1]
    return Finding(holds, best, put("{notes}.", notes=joined(notes, ". ")))


def _with_number(given: CheckInput, label: str, values: Mapping[str, Interval]) -> Words:
    number = in_unit(shown_interval(values[label], _DIGITS), given.unit)
    return joined([given.named(label), number], " – ")


def _place_told(reading: Words, standing: bool | None, sign: int, own: Words, other: Words) -> Words:
    if standing is None:
        return _("{reading}: {own}, level with {other}", reading=reading, own=own, other=other)
    if standing is (sign > 0):
        return _("{reading}: {own}, more than {other}", reading=reading, own=own, other=other)
    return _("{reading}: {own}, less than {other}", reading=reading, own=own, other=other)


@check("R3", says=_("nothing compared is larger"))
def largest(given: CheckInput) -> Finding:
    """R3: the largest, on printed and on unrounded values."""
    return _superlative(given, 1)


@check("R3", says=_("nothing compared is smaller"))
def smallest(given: CheckInput) -> Finding:
    """R3: the smallest, on printed and on unrounded values."""
    return _superlative(given, -1)


@check("R3", says=_("the number is larger than the one it is compared with"))
def above(given: CheckInput) -> Finding:
    """R3: one number, or every one of a series, is larger than its counterpart."""
    subject = given.numbers("subject") if "subject" in given.inputs else {"": given.interval()}
    than = given.numbers("than")
    common = [label for label in subject if label in than]
    if not common:
        raise AnalysisError(f"{given.where}: what is compared has no label in common.")
    behind = [k for k in common if not than[k].entirely_below(subject[k])]
    pairs = {k: _pair(given, subject[k], than[k]) for k in common}
    if len(common) == 1:
        note = put("{pair}.", pair=pairs[common[0]])
    else:
        closest = min(common, key=lambda k: subject[k].middle - than[k].middle)
        note = _(
            "Larger in {ahead} of {all} cases; closest in {label}: {pair}.",
            ahead=len(common) - len(behind),
            all=len(common),
            label=given.named(closest),
            pair=pairs[closest],
        )
    return Finding(not behind, pairs[common[0]] if len(common) == 1 else _count(common, behind), note)


def _pair(given: CheckInput, one: Interval, other: Interval) -> Words:
    unit = given.unit or given.inputs["than"].unit
    return _(
        "{one} against {other}",
        one=in_unit(shown(one.middle), unit),
        other=in_unit(shown(other.middle), unit),
    )


def _count(common: list[str], behind: list[str]) -> Words:
    return _("{ahead} of {all}", ahead=len(common) - len(behind), all=len(common))


@check("R3", says=_("the number is above that of most others"))
def above_most(given: CheckInput) -> Finding:
    """R3: above the median of the others in every column; inputs are labelled ``row/column`` and ``column``."""
    subject, others = given.numbers("subject"), given.numbers("others", 2)
    places: dict[str, tuple[int, int]] = {}
    behind = []
    for column, own in subject.items():
        rivals = {
            k: v for k, v in others.items() if k.rpartition("/")[2] == column and v.middle != own.middle
        }
        places[column] = (1 + sum(v.middle > own.middle for v in rivals.values()), 1 + len(rivals))
        if rivals and not own.middle > median(v.middle for v in rivals.values()):
            behind.append(column)
    last = list(subject)[-1]
    note = _(
        "Above the median of the others in {ahead} of {all} columns; in {last} place {place} of {rows}.",
        ahead=len(subject) - len(behind),
        all=len(subject),
        last=given.named(last),
        place=places[last][0],
        rows=places[last][1],
    )
    place = _("place {place} of {rows}", place=places[last][0], rows=places[last][1])
    return Finding(not behind, place, note)


@check("R3", says=_("the share is more than half"))
def majority(given: CheckInput) -> Finding:
    """R3: a leader by share of a whole (in per cent) is certain above one half; below, the others decide."""
    share = given.scalar("share")
    low = share.bounds()[0]
    own, rest = shown_interval(share), shown_interval(Interval.point(100) - share)
    if low > 50:
        note = _(
            "{own} % is more than half: nobody can have more.",
            own=own,
        )
        return Finding(True, own, note)
    note = _(
        "The others hold {rest} % together; their shares are needed to know that none has more.",
        rest=rest,
    )
    return Finding(None, _("others together {rest} %", rest=rest), note)


# ------------------------------------------------------------------ R11: places in outside data


@check("R11", says=_("first place in independent data"))
def first(given: CheckInput) -> Finding:
    """R11: first place in an outside series; closer than the revision band is undecided."""
    values = given.compared() if given.formula else given.numbers("values", 2)
    subject = _subject(given, values)
    rival = max((label for label in values if label != subject), key=lambda label: values[label].middle)
    own, other = values[subject].middle, values[rival].middle
    place = 1 + sum(value.middle > own for value in values.values())
    if own > other * (1 + given.band):
        holds: bool | None = True
    else:
        holds = False if other > own * (1 + given.band) else None
    unit = given.unit if given.formula else given.inputs["values"].unit
    numbers = {k: in_unit(shown(values[k].middle), unit) for k in (subject, rival)}
    note = _(
        "{subject} – {own}, place {place} of {all}; {rival} – {other}.",
        subject=given.named(subject),
        own=numbers[subject],
        place=place,
        all=len(values),
        rival=given.named(rival),
        other=numbers[rival],
    )
    told = joined([note, undecided(given) if holds is None else NOTHING])
    return Finding(holds, _("place {place}", place=place), told)


@check("R11", says=_("the leader in another measure, shown and never decisive"))
def plausible(given: CheckInput) -> Finding:
    """R11: the leader in an outside measure of another kind; shown as plausibility, never as a match."""
    values = given.numbers("values", 2)
    subject = _subject(given, values)
    standing, rival = _standing(values, subject, 1)
    everything = total(values.values()).middle
    if not everything:
        raise AnalysisError(f"{given.where}: the values add up to nothing, so there is no share of them.")
    share = shown(values[subject].middle / everything * 100, 3)
    templates = {
        True: _("ahead of {rival}", rival=given.named(rival)),
        False: _("behind {rival}", rival=given.named(rival)),
        None: _("level with {rival}", rival=given.named(rival)),
    }
    note = _(
        "In the outside measure {own} has {share} % and is {relation}: plausibility only.",
        own=given.named(subject),
        share=share,
        relation=templates[standing],
    )
    return Finding(None, _("{share} % in another measure", share=share), note)
