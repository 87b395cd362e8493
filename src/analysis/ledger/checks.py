"""What a check is given, what it gives back, and the register every check enters by its decorator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from analysis.data.messages import _
from analysis.errors import AnalysisError, one_of
from analysis.ledger import formula as formulas
from analysis.ledger import units
from analysis.ledger.inputs import Input
from analysis.ledger.interval_arithmetic import Interval
from analysis.ledger.printed import Printed, parse
from analysis.ledger.wording import Words, in_unit, named, quoted, shown_interval

REVISION_BAND = Fraction(1, 100)
"""How far an outside figure may stand from a printed one before they disagree: one per cent.

One figure here can be seen before and after its revision: Amur's investment in 2023, first published by
the regional statistics office as 751 058 008 thousand roubles (28.rosstat.gov.ru, table 26_2_7), stands at
745 544 million in the later vintage used here, 0.73 per cent less. The other vintages that could be compared
(investment of 2021-2023 in two re-publications, 255 values; the turnovers behind Table 2 in 2019-2021) agree
to the printed digit; of road lengths no second vintage was seen. One per cent is the observed 0.73 rounded up
to a whole per cent. It is a convention, applied alike to values, to limits and to the distance between a first
and a second place.
"""

NO_RULE = "none"


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    holds : bool or None
        Whether the claim holds; None when the inputs cannot decide.
    reproduced : Words
        What the inputs give.
    note : Words
        The arithmetic, for a reader.
    """

    holds: bool | None
    reproduced: Words
    note: Words


@dataclass(frozen=True)
class CheckInput:
    """One claim with its inputs looked up.

    Attributes
    ----------
    text : str
        The printed string.
    unit : str
        Its unit.
    inputs : mapping
        Inputs by name.
    formula : str
        Formula over them, or nothing.
    band : fractions.Fraction
        Revision band for outside figures.
    where : str
        File and line, for sentences about errors.
    """

    text: str
    unit: str
    inputs: Mapping[str, Input]
    formula: str
    band: Fraction
    where: str

    @property
    def is_external(self) -> bool:
        """Whether any input comes from outside the paper."""
        return any(value.is_external for value in self.inputs.values())

    @property
    def published(self) -> Printed:
        """The printed string as a number."""
        return parse(self.text, f"{self.where}: published")

    def interval(self) -> Interval:
        """Values the printed string stands for, in the claim's unit.

        Raises
        ------
        AnalysisError
            If it marks a missing number.
        """
        interval = self.published.interval
        if interval is None:
            raise AnalysisError(f"{self.where} checks {self.text!r}, which marks a missing number.")
        return interval

    # -------------------------------------------------------------- inputs

    def needs(self, name: str) -> Input:
        """Input called `name`.

        Raises
        ------
        AnalysisError
            If the claim does not give it.
        """
        if name not in self.inputs:
            raise AnalysisError(f"{self.where} lacks the input {name!r}, which its check needs.")
        return self.inputs[name]

    def words(self, name: str) -> str:
        """Words of the single input called `name`."""
        return self.needs(name).text

    def scalar(self, name: str) -> Interval:
        """Single number called `name`, in the claim's unit where both units are known."""
        value = self.needs(name).value(self.where)
        if not isinstance(value, Interval):
            raise AnalysisError(f"{self.where}: the input {name!r} is a set where one number is needed.")
        return value * Interval.point(self._factor(name))

    def numbers(self, name: str, least: int = 1) -> dict[str, Interval]:
        """Labelled numbers called `name`, at least `least` of them, in the claim's unit where both are known.

        Raises
        ------
        AnalysisError
            If there are fewer.
        """
        found = self.needs(name).intervals
        if len(found) < least:
            raise AnalysisError(
                f"{self.where}: the input {name!r} has {len(found)} numbers, its check needs {least}."
            )
        factor = Interval.point(self._factor(name))
        return {label: interval * factor for label, interval in found.items()}

    def _factor(self, name: str) -> Fraction:
        """How many of the claim's units one of the input's is; 1 where one of them says nothing of its size."""
        own, other = units.read(self.unit), units.read(self.inputs[name].unit)
        if own is None or other is None:
            return Fraction(1)
        self._refuse_other_kind(own, other, self.inputs[name].unit)
        return other.size / own.size

    def _refuse_other_kind(self, own: units.Unit, other: units.Unit, written: str) -> None:
        if own.dimensions != other.dimensions:
            raise AnalysisError(
                f"{self.where} compares a number in {self.unit!r} with one in {written!r}; these are different kinds of "
                "quantity, so give the claim the unit of what is compared, or another input."
            )

    # -------------------------------------------------------------- formula

    def evaluated(self) -> formulas.Value:
        """Value of the claim's formula, in the claim's unit where every unit in it is known.

        Raises
        ------
        AnalysisError
            If the claim has no formula, or its result is another kind of quantity than the claim.
        """
        if not self.formula:
            raise AnalysisError(f"{self.where} needs a formula.")
        # only numbers can be computed with: an input that is text stays out of the formula
        names = {name: self.inputs[name].value(self.where) for name in self._used()}
        own = units.read(self.unit)
        known = {name: units.read(self.inputs[name].unit) for name in names}
        if own is None or any(unit is None for unit in known.values()):
            return formulas.evaluate(self.formula, names, self.where)
        sizes = {name: unit for name, unit in known.items() if unit is not None}
        result = formulas.unit(self.formula, sizes, self.where)
        self._refuse_other_kind(own, result, f"the units of {self.formula}")
        base = {name: _times(value, sizes[name].size) for name, value in names.items()}
        return _times(formulas.evaluate(self.formula, base, self.where), 1 / own.size)

    def _used(self) -> list[str]:
        return [name for name in self.inputs if re.search(rf"\b{name}\b", self.formula)]

    def computed(self) -> Interval:
        """Value of the claim's formula, where it is one number."""
        value = self.evaluated()
        if not isinstance(value, Interval):
            raise AnalysisError(f"{self.where}: the formula gives a set where one number is needed.")
        return value

    def compared(self) -> dict[str, Interval]:
        """Labelled numbers that the formula gives, two at least.

        Raises
        ------
        AnalysisError
            If it gives one number, or fewer than two labels.
        """
        found = self.evaluated()
        if isinstance(found, Interval) or len(found) < 2:
            raise AnalysisError(f"{self.where}: the formula gives one number where several are compared.")
        return found

    # -------------------------------------------------------------- words

    @property
    def quoted(self) -> Words:
        """The printed string between quotation marks."""
        return quoted(self.text)

    def named(self, label: str) -> Words:
        """Name of what a label of the inputs stands for."""
        return named(label, any(value.has_partners for value in self.inputs.values()))

    def arithmetic(self) -> Words:
        """The formula with its numbers in the place of its names."""
        told = {name: self._worded(name) for name in self._used()}
        values = {name: self.inputs[name].value(self.where) for name in self._used()}
        return formulas.with_values(self.formula, told, values, self.where)

    def _worded(self, name: str) -> Words:
        value = self.inputs[name]
        if value.is_set:
            return _("{count} numbers", count=len(value.intervals))
        return in_unit(value.words, value.unit)

    def worded(self, value: Interval, digits: int = 6) -> Words:
        """An interval in the claim's unit, for a reader."""
        return in_unit(shown_interval(value, digits), self.unit)


def _times(value: formulas.Value, factor: Fraction) -> formulas.Value:
    by = Interval.point(factor)
    if isinstance(value, Interval):
        return value * by
    return {label: interval * by for label, interval in value.items()}


# ------------------------------------------------------------------ the register

Check = Callable[[CheckInput], Finding]


@dataclass(frozen=True)
class Rule:
    """One check of a rule, as the register has it.

    Attributes
    ----------
    rule, name : str
        ``R3`` and ``largest``.
    says : Words
        What it looks at, for a page.
    run : callable
        The check.
    alone : bool
        Whether the printed words are judged by themselves, without inputs.
    """

    rule: str
    name: str
    says: Words
    run: Check
    alone: bool = False


_REGISTER: dict[tuple[str, str], Rule] = {}


def check(*rules: str, says: Words, name: str = "", alone: bool = False) -> Callable[[Check], Check]:
    """Enter a function into the register under these rules, by its name and with the sentence of what it looks at.

    Parameters
    ----------
    *rules : str
        Rules it belongs to, ``R1`` to ``R11``.
    says : Words
        What it looks at.
    name : str, optional
        Name in claims files, where the function cannot carry it.
    alone : bool
        Whether it judges the printed words by themselves.
    """

    def enter(function: Check) -> Check:
        called = name or function.__name__
        for rule in rules:
            _REGISTER[rule, called] = Rule(rule, called, says, function, alone)
        return function

    return enter


def registered() -> tuple[Rule, ...]:
    """Every check, by rule and name."""
    from analysis.ledger import rules  # loading the modules fills the register

    rules.load()
    return tuple(sorted(_REGISTER.values(), key=lambda one: (int(one.rule[1:]), one.name)))


def find_check(rule: str, name: str, where: str) -> Rule:
    """Check of a rule.

    Raises
    ------
    AnalysisError
        If the rule or its check is unknown.
    """
    known = registered()
    names = list(dict.fromkeys(one.rule for one in known))
    if rule not in names:
        raise one_of(f"{where}: rule", rule, (*names, NO_RULE))
    if (rule, name) not in _REGISTER:
        raise one_of(f"{where}: check of {rule}", name, (one.name for one in known if one.rule == rule))
    return _REGISTER[rule, name]
