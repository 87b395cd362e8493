"""What a check is given and what it gives back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analysis.data.formats import Text
from analysis.errors import AnalysisError
from analysis.ledger import formula as formulas
from analysis.ledger.inputs import Input
from analysis.ledger.intervals import Interval
from analysis.ledger.printed import Printed, parse
from analysis.ledger.wording import joined, named, quoted

REVISION_BAND = Fraction(1, 100)
"""How far an outside figure may stand from a printed one before they disagree: one per cent.

One figure here can be seen before and after its revision: Amur's investment in 2023, first published by
the regional statistics office as 751 058 008 thousand roubles (28.rosstat.gov.ru, table 26_2_7), stands at
745 544 million in the later vintage used here, 0.73 per cent less. The other vintages that could be compared
(investment of 2021-2023 in two re-publications, 255 values; the turnovers behind Table 2 in 2019-2021) agree
to the printed digit; of road lengths no second vintage was seen. One per cent is the observed 0.73 rounded up to a whole per cent. It is a convention,
applied alike to values, to limits and to the distance between a first and a second place.
"""


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    holds : bool or None
        Whether the claim holds; None when the inputs cannot decide.
    reproduced : dict
        What the inputs give, in both languages.
    note : dict
        The arithmetic, for a reader, in both languages.
    """

    holds: bool | None
    reproduced: Text
    note: Text


@dataclass(frozen=True)
class Case:
    """One claim with its inputs looked up.

    Attributes
    ----------
    text : str
        The printed string.
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
        """Values the printed string stands for.

        Raises
        ------
        AnalysisError
            If it marks a missing number.
        """
        interval = self.published.interval
        if interval is None:
            raise AnalysisError(f"{self.where} checks {self.text!r}, which marks a missing number.")
        return interval

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

    def scalar(self, name: str) -> Interval:
        """Single number called `name`."""
        value = self.needs(name).value(self.where)
        if not isinstance(value, Interval):
            raise AnalysisError(f"{self.where}: the input {name!r} is a set where one number is needed.")
        return value

    def numbers(self, name: str, least: int = 1) -> dict[str, Interval]:
        """Labelled numbers called `name`, at least `least` of them.

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
        return found

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

    def evaluated(self) -> formulas.Value:
        """Value of the claim's formula.

        Raises
        ------
        AnalysisError
            If the claim has no formula.
        """
        if not self.formula:
            raise AnalysisError(f"{self.where} needs a formula.")
        # only numbers can be computed with: an input that is text stays out of the formula
        used = [name for name in self.inputs if re.search(rf"\b{name}\b", self.formula)]
        names = {name: self.inputs[name].value(self.where) for name in used}
        return formulas.evaluate(self.formula, names, self.where)

    def computed(self) -> Interval:
        """Value of the claim's formula, where it is one number."""
        value = self.evaluated()
        if not isinstance(value, Interval):
            raise AnalysisError(f"{self.where}: the formula gives a set where one number is needed.")
        return value

    @property
    def quoted(self) -> Text:
        """The printed string between quotation marks."""
        return quoted(self.text)

    def named(self, label: str) -> Text:
        """Name of what a label of the inputs stands for."""
        return named(label, any(value.has_partners for value in self.inputs.values()))

    def with_arithmetic(self) -> Text:
        """Formula and inputs in words; the formula as the claims file writes it."""
        used = [(k, v) for k, v in self.inputs.items() if re.search(rf"\b{k}\b", self.formula)]
        given = [_single(name, value.told) for name, value in used if not value.is_set]
        given += [_set(name, len(value.intervals)) for name, value in used if value.is_set]
        told = joined(given, ", ")
        return {"en": f"{self.formula} with {told['en']}", "ru": f"{self.formula}, где {told['ru']},"}


def _single(name: str, number: Text) -> Text:
    return {"en": f"{name} = {number['en']}", "ru": f"{name} = {number['ru']}"}


def _set(name: str, size: int) -> Text:
    return {"en": f"{name}: {size} values", "ru": f"{name} (значений: {size})"}
