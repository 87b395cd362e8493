"""Rules R1, R2, R4 and R5: formulas, limits, totals and counts, by interval arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

from analysis.data.formats import Text
from analysis.errors import AnalysisError, one_of
from analysis.ledger.case import Case, Finding
from analysis.ledger.goods import Tree, nest
from analysis.ledger.intervals import Interval, total
from analysis.ledger.wording import NOTHING, joined, same, shown, shown_beside, shown_interval, span

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
    holds = judge(published, value, case.band if case.is_external else None)
    given, means = shown_beside(value, case.published), shown_interval(published)
    arithmetic = case.with_arithmetic()
    note: Text = {
        "en": f"{arithmetic['en']} gives {given['en']}; {case.quoted['en']} stands for {means['en']}.",
        "ru": f"{arithmetic['ru']} даёт {given['ru']}; {case.quoted['ru']} означает {means['ru']}.",
    }
    return Finding(holds, given, joined([note, undecided(case) if holds is None else NOTHING]))


def undecided(case: Case) -> Text:
    """Why a comparison decides nothing."""
    if case.is_external:
        band = shown(case.band * 100)
        return {
            "en": f"The difference is inside the revision band of {band['en']} %.",
            "ru": f"Разница не превышает допуска на пересмотр в {band['ru']} %.",
        }
    return {
        "en": "The rounding of the inputs leaves it open.",
        "ru": "Округление исходных чисел оставляет вопрос открытым.",
    }


_EXCEEDS: Text = {"en": "exceeds it", "ru": "больше"}
_KEEPS_BELOW: Text = {
    "en": "keeps below it, which contradicts nothing and proves nothing",
    "ru": "ниже, что ничему не противоречит и ничего не доказывает",
}


def check_bound(case: Case) -> Finding:
    """R5, R11: a number, or what follows from it, must not exceed a larger whole.

    A limit that is kept contradicts nothing, but it confirms nothing either: the finding is then open.
    """
    value = case.computed() if case.formula else case.interval()
    bound = case.scalar("bound")
    limit = bound.widened(case.band) if case.is_external else bound
    holds = False if limit.entirely_below(value) else None
    ending = _EXCEEDS if holds is False else _KEEPS_BELOW
    given, whole, told = shown_interval(value), shown_interval(bound), case.quoted
    if case.formula:
        arithmetic = case.with_arithmetic()
        told = {
            "en": f"{arithmetic['en']} gives {given['en']}",
            "ru": f"{arithmetic['ru']} даёт {given['ru']}",
        }
    note: Text = {
        "en": f"{told['en']}; the limit is {whole['en']}: the number {ending['en']}.",
        "ru": f"{told['ru']}; предел — {whole['ru']}: число {ending['ru']}.",
    }
    return Finding(holds, given, note)


def check_between(case: Case) -> Finding:
    """R5: a mean lies between the smallest and the largest of its parts; being there proves nothing."""
    published, parts = case.interval(), case.numbers("parts")
    lowest, highest = (pick(parts.values(), key=lambda v: v.middle) for pick in (min, max))
    holds = False if published.entirely_below(lowest) or highest.entirely_below(published) else None
    ends = span(shown(lowest.middle), shown(highest.middle))
    where: Text = (
        {"en": "outside", "ru": "вне этих границ"}
        if holds is False
        else {
            "en": "inside, which contradicts nothing and proves nothing",
            "ru": "внутри, что ничему не противоречит и ничего не доказывает",
        }
    )
    note: Text = {
        "en": f"A mean of the parts lies in {ends['en']}; {case.quoted['en']} is {where['en']}.",
        "ru": f"Среднее частей лежит в границах {ends['ru']}; {case.quoted['ru']} {where['ru']}.",
    }
    return Finding(holds, ends, note)


# ------------------------------------------------------------------ R2: totals


def check_total(case: Case) -> Finding:
    """R2: a total is the sum of the rows that are part of no other."""
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
    counts_twice = not holds and everything.overlaps(published)
    given = shown(correct.middle)
    roots: Text = {
        "en": f"The rows that are part of no other give {given['en']}.",
        "ru": f"Строки, не входящие в другие, дают {given['ru']}.",
    }
    excess = _excess(published.middle, correct.middle, len(values)) if counts_twice else NOTHING
    return Finding(holds, given, joined([_tree_told(case, tree, labels, whole), roots, excess]))


def _roots(tree: Tree, values: list[Interval]) -> Interval:
    return total(values[i] for i in tree.roots)


def _excess(printed: Fraction, correct: Fraction, rows: int) -> Text:
    """What a total that adds every row is too large by."""
    much = shown(printed - correct)
    times = NOTHING
    if correct:
        ratio = shown(printed / correct, 3)
        times = {
            "en": f", {ratio['en']} times the true total",
            "ru": f", в {ratio['ru']} {_fold(ratio['ru'])} больше верного итога",
        }
    return {
        "en": f"The printed total is the sum of all {rows} rows, each value counted once for every level: "
        f"{much['en']} too much{times['en']}.",
        "ru": f"Напечатанный итог — сумма всех строк ({rows}), где каждая величина сосчитана на каждом уровне: лишние "
        f"{much['ru']}{times['ru']}.",
    }


def _fold(ratio: str) -> str:
    """Russian for 'times' behind a number: 2,4 раза, 3 раза, 5 раз, 12 раз."""
    return "раза" if "," in ratio or (ratio[-1] in "234" and ratio[-2:-1] != "1") else "раз"


def _tree_told(case: Case, tree: Tree, labels: list[str], whole: int | None) -> Text:
    names = [case.named(label) for label in labels]
    nested = joined(
        (
            joined([name, joined((names[j] for j in tree.children(i)), " + ")], " = ")
            for i, name in enumerate(names)
            if tree.children(i) and i != whole
        ),
        "; ",
    )
    rows: Text = {"en": "No row is the sum of others.", "ru": "Ни одна строка не является суммой других."}
    if nested["en"]:
        rows = {"en": f"Rows: {nested['en']}.", "ru": f"Строки: {nested['ru']}."}
    if whole is None or tree.remainder is None:
        return rows
    return joined([rows, _remainder(names[whole], tree.remainder)])


def _remainder(name: Text, remainder: Interval) -> Text:
    if remainder.entirely_below(Interval.point(0)):
        return {
            "en": f"Row {name['en']} holds everything; the others add up to more, so some of them is part of another "
            "without its sum showing it.",
            "ru": f"Строка {name['ru']} содержит всё; остальные в сумме дают больше, значит, какая-то из них входит в "
            "другую, и по сумме это не видно.",
        }
    rest = shown_interval(remainder)
    return {
        "en": f"Row {name['en']} holds everything, {rest['en']} of it not listed.",
        "ru": f"Строка {name['ru']} содержит всё, не перечислено {rest['ru']}.",
    }


# ------------------------------------------------------------------ R4: counts

_AFTER: dict[str, Text] = {
    "up": {"en": "after a change up of", "ru": "после роста на"},
    "down": {"en": "after a change down of", "ru": "после снижения на"},
}


def check_integer_base(case: Case) -> Finding:
    """R4: a count and its per-cent change must come from a whole number."""
    count = case.published.value
    if count is None or count != count.to_integral_value():
        raise AnalysisError(f"{case.where} needs a printed whole number; {case.text!r} is none.")
    change = case.scalar("change") / Interval.point(100)
    direction = case.needs("direction").text
    if direction not in _AFTER:
        raise one_of(f"{case.where}: direction", direction, ("up", "down"))
    base = Interval.point(count) / (Interval.point(1) + (change if direction == "up" else -change))
    low, high = base.bounds()
    whole = ", ".join(map(str, range(math.ceil(low), math.floor(high) + 1)))
    near = () if whole else (math.floor(low), math.ceil(high))
    given, after, by = shown_interval(base), _AFTER[direction], case.needs("change").told
    told: Text = {
        "en": f"{case.text} {after['en']} {by['en']} % comes from {given['en']}",
        "ru": f"{case.text} {after['ru']} {by['ru']} % получается из {given['ru']}",
    }
    if whole:
        return Finding(True, same(whole), {"en": f"{told['en']}: {whole}.", "ru": f"{told['ru']}: {whole}."})
    changes = [shown(abs(Fraction(count) / n - 1) * 100, 3) for n in near]
    note: Text = {
        "en": f"{told['en']}, where there is no whole number; "
        + ", ".join(f"from {n} it is {x['en']} %" for n, x in zip(near, changes, strict=True))
        + ".",
        "ru": f"{told['ru']}, где нет целого числа; "
        + ", ".join(f"от {n} это {x['ru']} %" for n, x in zip(near, changes, strict=True))
        + ".",
    }
    return Finding(False, given, note)
