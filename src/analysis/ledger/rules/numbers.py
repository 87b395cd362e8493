"""Rules R1, R2, R4 and R5: formulas, limits, totals and counts, by interval arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

from analysis.data.messages import _
from analysis.errors import AnalysisError, one_of
from analysis.ledger.checks import CheckInput, Finding, check
from analysis.ledger.goods import Tree, nest
from analysis.ledger.interval_arithmetic import Interval, total
from analysis.ledger.normal_forms import direction_of
from analysis.ledger.printed import is_range
from analysis.ledger.wording import (
    NOTHING,
    Words,
    in_unit,
    joined,
    put,
    shown,
    shown_beside,
    shown_interval,
    span,
)

# ------------------------------------------------------------------ R1, R5, R11: formulas


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
    if value.widened(band).within(published):
        return True
    return None if value.widened(band).overlaps(published) else False


@check(
    "R1", "R5", "R11",
    says=_("the number follows from other numbers"),
)  # fmt: skip
def formula(given: CheckInput) -> Finding:
    """R1, R5, R11: a number recomputed from other numbers."""
    published, value = given.interval(), given.computed()
    band = given.band if given.is_external else None
    holds = judge(published, value, band)
    result = in_unit(shown_beside(value, given.published), given.unit)
    note = _(
        "{quoted} stands for {means}; {arithmetic} = {result}.",
        arithmetic=given.arithmetic(),
        result=result,
        quoted=given.quoted,
        means=given.worded(published),
    )
    return Finding(
        holds,
        shown_beside(value, given.published),
        joined([note, undecided(given) if holds is None else NOTHING]),
    )


def undecided(given: CheckInput) -> Words:
    """Why a comparison decides nothing."""
    if given.is_external:
        return _(
            "The difference is inside the revision band of {band} %.",
            band=shown(given.band * 100),
        )
    return _("The rounding of the inputs leaves it open.")


@check(
    "R5", "R11",
    says=_("the number lies between bounds that missing parts leave"),
)  # fmt: skip
def bounds(given: CheckInput) -> Finding:
    """R5, R11: a number against the bounds that missing parts leave.

    Outside them it fails. Inside them it holds only if the bounds are as narrow as print and band: otherwise many
    other numbers would hold too.
    """
    published, value = given.interval(), given.computed()
    allowed = published.widened(given.band) if given.is_external else published
    holds = True if value.within(allowed) else None if value.overlaps(allowed) else False
    place = {
        True: _("agrees with all of it"),
        None: _("is possible, and so are others"),
        False: _("is outside"),
    }[holds]
    note = put(
        "{quoted} {place}: {arithmetic} = {result}.",
        arithmetic=given.arithmetic(),
        result=in_unit(shown_beside(value, given.published), given.unit),
        quoted=given.quoted,
        place=place,
    )
    return Finding(holds, shown_beside(value, given.published), note)


@check(
    "R5", "R11",
    says=_("the number does not exceed the whole it is part of"),
)  # fmt: skip
def bound(given: CheckInput) -> Finding:
    """R5, R11: a number, or what follows from it, must not exceed a larger whole.

    A limit that is kept contradicts nothing, but it confirms nothing either: the finding is then open.
    """
    value = given.computed() if given.formula else given.interval()
    whole = given.scalar("bound")
    limit = whole.widened(given.band) if given.is_external else whole
    holds = False if limit.entirely_below(value) else None
    told: Words = given.quoted
    if given.formula:
        told = put("{arithmetic} = {result}", arithmetic=given.arithmetic(), result=given.worded(value))
    ending = _("more than the whole") if holds is False else _("no more than the whole, which proves nothing")
    note = _("{told}; the whole is {whole}: {ending}.", told=told, whole=given.worded(whole), ending=ending)
    return Finding(holds, shown_interval(value), note)


@check("R5", says=_("a mean lies among its parts"))
def between(given: CheckInput) -> Finding:
    """R5: a mean lies between the smallest and the largest of its parts; being there proves nothing."""
    published, parts = given.interval(), given.numbers("parts")
    lowest, highest = (pick(parts.values(), key=lambda v: v.middle) for pick in (min, max))
    holds = False if published.entirely_below(lowest) or highest.entirely_below(published) else None
    ends = span(shown(lowest.middle), shown(highest.middle))
    where = _("outside") if holds is False else _("inside, which proves nothing")
    note = _(
        "A mean of the parts lies in {ends}; {quoted} is {where}.",
        ends=in_unit(ends, given.unit),
        quoted=given.quoted,
        where=where,
    )
    return Finding(holds, ends, note)


@check("R5", "R6", says=_("two printings of one number agree"))
def same_number(given: CheckInput) -> Finding:
    """R5, R6: one quantity printed twice, possibly to different digits; numbers that merely touch are two numbers."""
    here, there = given.interval().bounds(), given.scalar("other").bounds()
    note = _("{here} here, {there} there.", here=given.quoted, there=given.needs("other").placed[0])
    # the ends of two ranges are numbers of their own, and ranges that overlap are not one range
    is_same = here == there if is_range(given.text) else here[0] < there[1] and there[0] < here[1]
    return Finding(is_same, given.needs("other").words, note)


@check("R5", says=_("what only accumulates is not smaller later"))
def not_fallen(given: CheckInput) -> Finding:
    """R5: a sum that only grows, such as what was invested, is not smaller than it was before."""
    before = given.scalar("before")
    note = _("{before} before, {now} since.", before=given.needs("before").placed[0], now=given.quoted)
    return Finding(not given.interval().entirely_below(before), shown_interval(before), note)


@check("R5", says=_("one quantity beside another of its kind, shown and never decisive"))
def proportion(given: CheckInput) -> Finding:
    """R5: how many times another quantity a printed one is; a reader judges whether that is plausible."""
    ratio = shown(given.interval().middle / given.scalar("other").middle, 3)
    note = _(
        "{here} is {ratio} times {there}.",
        here=given.quoted,
        ratio=ratio,
        there=given.needs("other").placed[0],
    )
    return Finding(None, _("{ratio} times the other", ratio=ratio), note)


# ------------------------------------------------------------------ R2: totals


@check(
    "R2",
    name="total",
    says=_("the total counts nothing twice"),
)
def total_of_rows(given: CheckInput) -> Finding:
    """R2: a total is the sum of the rows that are part of no other."""
    rows = given.numbers("rows")
    labels, values = list(rows), list(rows.values())
    whole = None
    if "whole" in given.inputs:
        if given.words("whole") not in labels:
            raise one_of(f"{given.where}: the row named as the whole", given.words("whole"), labels)
        whole = labels.index(given.words("whole"))
    published, everything = given.interval(), total(values)
    tree = nest(values, whole)
    if whole is None and not _roots(tree, values).overlaps(published):
        # rows that are equal by chance must not make an error of a correct total
        cautious = nest(values, equal_is_part=False)
        tree = cautious if _roots(cautious, values).overlaps(published) else tree
    correct = _roots(tree, values)
    holds = correct.overlaps(published)
    roots = _(
        "The rows that are part of no other give {total}.",
        total=in_unit(shown(correct.middle), given.unit),
    )
    counts_twice = not holds and everything.overlaps(published)
    excess = _excess(given, published.middle, correct.middle, len(values)) if counts_twice else NOTHING
    return Finding(
        holds, shown(correct.middle), joined([_tree_told(given, tree, labels, whole), roots, excess])
    )


def _roots(tree: Tree, values: list[Interval]) -> Interval:
    return total(values[i] for i in tree.roots)


def _excess(given: CheckInput, printed: Fraction, correct: Fraction, rows: int) -> Words:
    """What a total that adds every row is too large by."""
    times = NOTHING
    if correct:
        ratio = shown(printed / correct, 3)
        times = _("; it is {ratio} times the true total", ratio=ratio)
    return _(
        "The printed total is the sum of all {rows} rows, each value counted once for every level: {much} too much{times}.",
        rows=rows,
        much=in_unit(shown(printed - correct), given.unit),
        times=times,
    )


def _tree_told(given: CheckInput, tree: Tree, labels: list[str], whole: int | None) -> Words:
    names = [given.named(label) for label in labels]
    nested = joined(
        (
            joined([name, joined((names[j] for j in tree.children(i)), " + ")], " = ")
            for i, name in enumerate(names)
            if tree.children(i) and i != whole
        ),
        "; ",
    )
    rows = _("No row is the sum of others.")
    if nested:
        rows = _("Rows: {nested}.", nested=nested)
    if whole is None or tree.remainder is None:
        return rows
    return joined([rows, _remainder(names[whole], tree.remainder)])


def _remainder(name: Words, remainder: Interval) -> Words:
    if remainder.entirely_below(Interval.point(0)):
        return _(
            "Row {name} holds everything; the others add up to more, so some of them is part of another without its sum "
            "showing it.",
            name=name,
        )
    return _(
        "Row {name} holds everything, {rest} of it not listed.",
        name=name,
        rest=shown_interval(remainder),
    )


# ------------------------------------------------------------------ R4: counts

_AFTER = {
    "up": _("after growth by"),
    "down": _("after a fall by"),
}


@check(
    "R4",
    says=_("a count after a change in per cent comes from a whole number"),
)  # fmt: skip
def integer_base(given: CheckInput) -> Finding:
    """R4: a count and its per-cent change must come from a whole number.

    ``digits=text:cut`` reads the per cent as cut off (9,9 printed as 9) and not as rounded.
    """
    count = given.published.value
    if count is None or count != count.to_integral_value():
        raise AnalysisError(f"{given.where} needs a printed whole number; {given.text!r} is none.")
    direction = direction_of(given.words("direction"), given.where)
    change = _change(given) / Interval.point(100)
    base = Interval.point(count) / (Interval.point(1) + (change if direction == "up" else -change))
    low, high = base.bounds()
    whole = ", ".join(map(str, range(math.ceil(low), math.floor(high) + 1)))
    told = _(
        "{count} {after} {by} % comes from {base}",
        count=given.text,
        after=_AFTER[direction],
        by=given.needs("change").words,
        base=shown_interval(base),
    )
    if whole:
        return Finding(True, whole, put("{told}: {whole}.", told=told, whole=whole))
    near = [(n, shown(abs(Fraction(count) / n - 1) * 100, 3)) for n in (math.floor(low), math.ceil(high))]
    neighbours = joined((_("from {n} it is {x} %", n=n, x=x) for n, x in near), ", ")
    note = _(
        "{told}, where there is no whole number; {neighbours}.",
        told=told,
        neighbours=neighbours,
    )
    return Finding(False, shown_interval(base), note)


def _change(given: CheckInput) -> Interval:
    """The per cent as rounded, or as cut off where the claim reads it so."""
    rounded = given.scalar("change")
    how = given.words("digits") if "digits" in given.inputs else "rounded"
    if how not in ("rounded", "cut"):
        raise one_of(f"{given.where}: digits", how, ("rounded", "cut"))
    low, high = rounded.bounds()
    return rounded if how == "rounded" else Interval((low + high) / 2, high + (high - low) / 2)
