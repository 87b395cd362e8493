"""Rules R3 and R11 where something comes first: superlatives, comparisons, places."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.data.formats import Text
from analysis.data.regions import LANGUAGES
from analysis.errors import AnalysisError, one_of
from analysis.ledger.case import Case, Finding
from analysis.ledger.intervals import Interval, total
from analysis.ledger.rules.numbers import undecided
from analysis.ledger.wording import NOTHING, capitalised, joined, shown, shown_interval

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


_READINGS: dict[str, Text] = {
    "printed": {"en": "printed", "ru": "напечатанные значения"},
    "unrounded": {"en": "unrounded", "ru": "без округления"},
}


def _readings(case: Case) -> dict[str, Mapping[str, Interval]]:
    """Numbers to compare: as printed, and as a formula gives them."""
    readings: dict[str, Mapping[str, Interval]] = {}
    if "printed" in case.inputs:
        # on paper the printed digits are compared as they stand
        printed = case.numbers("printed", 2)
        readings["printed"] = {k: Interval.point(v.middle) for k, v in printed.items()}
    if case.formula:
        readings["unrounded"] = case.compared()
    if not readings:
        raise AnalysisError(f"{case.where} compares nothing: give the input 'printed' or a formula.")
    return readings


def _superlative(case: Case, sign: int) -> Finding:
    subject = case.needs("of").text
    standings, notes, best = [], [], NOTHING
    for name, values in _readings(case).items():
        if subject not in values:
            raise one_of(f"{case.where}: the region or row compared", subject, values)
        standing, rival = _standing(values, subject, sign)
        own, other = (_with_number(case, label, values) for label in (subject, rival))
        best = other if standing is False else own
        notes.append(_place_told(_READINGS[name], standing, own, other))
        standings.append(standing)
    holds = False if False in standings else standings[-1]
    note = joined(notes, "; ")
    return Finding(holds, best, {"en": f"{note['en']}.", "ru": f"{capitalised(note)['ru']}."})


def _with_number(case: Case, label: str, values: Mapping[str, Interval]) -> Text:
    return joined([case.named(label), shown_interval(values[label], _DIGITS)])


def _place_told(reading: Text, standing: bool | None, own: Text, other: Text) -> Text:
    relation = {True: "ahead of", False: "behind", None: "level with"}[standing]
    russian = {True: "впереди (следом {})", False: "позади (впереди {})", None: "наравне ({})"}[standing]
    return {
        "en": f"{reading['en']}: {own['en']}, {relation} {other['en']}",
        "ru": f"{reading['ru']}: {own['ru']}, {russian.format(other['ru'])}",
    }


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
    closest = min(gaps, key=lambda k: gaps[k])
    own, other, name = shown(subject[closest].middle), shown(than[closest].middle), case.named(closest)
    at = {language: f" ({name[language]})" if closest else "" for language in LANGUAGES}
    ahead = len(common) - len(behind)
    note: Text = {
        "en": f"Larger in {ahead} of {len(common)}; the smallest distance is {own['en']} against {other['en']}{at['en']}.",
        "ru": f"Больше в {ahead} из {len(common)}; наименьшая разность: {own['ru']} против {other['ru']}{at['ru']}.",
    }
    names = joined((case.named(label) for label in behind), ", ")
    faults: Text = {"en": f"Not larger: {names['en']}.", "ru": f"Не больше: {names['ru']}."}
    return Finding(not behind, shown(gaps[closest]), joined([note, faults if behind else NOTHING]))


def check_majority(case: Case) -> Finding:
    """R3: a leader by share of a whole (in per cent) is certain above one half; below, the others decide."""
    share = case.scalar("share")
    low, _ = share.bounds()
    own, rest = shown_interval(share), shown_interval(Interval.point(100) - share)
    if low > 50:
        note: Text = {
            "en": f"{own['en']} % is more than half: nobody can have more.",
            "ru": f"{own['ru']} % — больше половины: больше ни у кого быть не может.",
        }
        return Finding(True, own, note)
    note = {
        "en": f"The others hold {rest['en']} % together; their shares are needed to know that none has more.",
        "ru": f"Остальные вместе — {rest['ru']} %; чтобы знать, что ни у кого нет больше, нужны их доли.",
    }
    return Finding(
        None, {"en": f"others together {rest['en']}", "ru": f"остальные вместе {rest['ru']}"}, note
    )


# ------------------------------------------------------------------ R11: places in outside data


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
    first, second = (joined([case.named(k), shown(values[k].middle)]) for k in (subject, rival))
    gap = shown(own - other)
    note: Text = {
        "en": f"{first['en']}, place {place} of {len(values)}; {second['en']}; distance {gap['en']}.",
        "ru": f"{first['ru']}, место {place} из {len(values)}; {second['ru']}; разность {gap['ru']}.",
    }
    told = joined([note, undecided(case) if holds is None else NOTHING])
    return Finding(holds, {"en": f"place {place}", "ru": f"место {place}"}, told)


def check_plausible(case: Case) -> Finding:
    """R11: the leader in an outside measure of another kind; shown as plausibility, never as a match."""
    subject, values = case.needs("of").text, case.numbers("values", 2)
    if subject not in values:
        raise one_of(f"{case.where}: what is compared", subject, values)
    standing, rival = _standing(values, subject, 1)
    everything = total(values.values()).middle
    if not everything:
        raise AnalysisError(f"{case.where}: the values add up to nothing, so there is no share of them.")
    share = shown(values[subject].middle / everything * 100, 3)
    own, other = case.named(subject), case.named(rival)
    relation = {True: "ahead of", False: "behind", None: "level with"}[standing]
    russian = {True: "следом", False: "впереди", None: "наравне"}[standing]
    note: Text = {
        "en": f"In the outside measure {own['en']} has {share['en']} % and is {relation} {other['en']}: plausibility only.",
        "ru": f"По внешнему показателю: {own['ru']} — {share['ru']} %, {russian} {other['ru']}; это лишь правдоподобие.",
    }
    given: Text = {
        "en": f"{share['en']} % in another measure",
        "ru": f"{share['ru']} % по другому показателю",
    }
    return Finding(None, given, note)
