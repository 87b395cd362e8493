"""One table for one question: regions in the rows, covariates in the columns.

A covariate is written ``indicator:period`` (``"china_share:2021"``); a set of regions is a name
(``"far_east"``, ``"border"``, ``"all"``), a federal district, or a list of regions by code or name.

>>> frame = wide(["china_share:2021", "investment_per_head:2024"], regions="far_east")
>>> frame["china_share:2021"].notna().sum()
11
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.data import indicators
from analysis.data import regions as register
from analysis.data.messages import Name
from analysis.data.regions import Language
from analysis.errors import AnalysisError, one_of


@dataclass(frozen=True)
class Covariate:
    """An indicator in one of its periods.

    Attributes
    ----------
    indicator : str
        Identifier in the catalogue.
    period : str
        One of ``indicators.periods(indicator)``.
    """

    indicator: str
    period: str

    def __str__(self) -> str:
        """Return the covariate as it is written: ``china_share:2021``."""
        return f"{self.indicator}:{self.period}"

    @property
    def name(self) -> Name:
        """Name and period in both languages."""
        return Name(self.label("en"), self.label("ru"))

    @property
    def units(self) -> Name:
        """Unit of the indicator in both languages."""
        return Name(self.unit("en"), self.unit("ru"))

    def label(self, language: Language) -> str:
        """Name and period, for a row or an axis: ``Exports, 2021``."""
        return f"{indicators.indicator(self.indicator).name[language]}, {self.period}"

    def unit(self, language: Language) -> str:
        """Unit of the indicator."""
        return indicators.indicator(self.indicator).unit[language]


def covariate(written: str) -> Covariate:
    """Covariate written as ``indicator:period``.

    Parameters
    ----------
    written : str
        ``"exports:2021"``. An indicator with one period only (an area, a length) may stand alone.

    Raises
    ------
    AnalysisError
        If the catalogue has no such indicator, or the indicator no figure in the period.
    """
    if not isinstance(written, str):
        raise AnalysisError(f"A covariate is {written!r}; it must be text such as 'exports:2021'.")
    name, _, period = (part.strip() for part in written.partition(":"))
    known = indicators.periods(name)
    if not period and len(known) == 1:
        period = known[0]
    if not known:
        raise AnalysisError(
            f"The covariate {name} has no figure in any period; bring some with `amur ingest`."
        )
    if not period:
        raise AnalysisError(f"The covariate {name} needs a period: {name}:{known[-1]}, say.")
    if period not in known:
        raise one_of(f"The period of the covariate {name}", period, known)
    return Covariate(name, period)


def covariates(written: Iterable[str]) -> tuple[Covariate, ...]:
    """Covariates of a list, in its order.

    Parameters
    ----------
    written : iterable of str
        ``["china_share:2021", "retail:2023"]``; one text is a list of one.

    Raises
    ------
    AnalysisError
        If the list is empty, names a covariate twice, or one of them is not known.
    """
    given = [written] if isinstance(written, str) else list(written)
    if not given:
        raise AnalysisError(
            "covariates is empty; it must list indicators with their periods: ['exports:2021']."
        )
    found = tuple(covariate(each) for each in given)
    if len(set(found)) != len(found):
        twice = next(each for each in found if found.count(each) > 1)
        raise AnalysisError(f"covariates names {twice} twice.")
    return found


def wide(written: Sequence[str], regions: str | Sequence[str] = "far_east") -> pd.DataFrame:
    """Covariates side by side, one row a region.

    Parameters
    ----------
    written : iterable of str, length k
        As in `covariates`.
    regions : str or sequence of str
        As in `analysis.regions.resolve`: a named set, a district, or a list of n regions.

    Returns
    -------
    pandas.DataFrame
        Shape (n, k), float; index ``region`` (ISO codes, in register order for a set, as given for a
        list); columns as in `covariates`, written ``indicator:period``. NaN where there is no figure.
        Units are the catalogue's (`Covariate.unit`). ``attrs`` holds ``sources`` (names of resources) and
        ``period``.

    Raises
    ------
    AnalysisError
        If a covariate, a period or a region is not known.
    """
    codes = register.codes(register.resolve(regions))
    frame = pd.DataFrame(
        {str(each): indicators.values(each.indicator, each.period, codes) for each in covariates(written)},
        index=pd.Index(codes, name="region"),
    )
    # an exhibit's source line and period are made from what its frame carries
    frame.attrs = {
        "sources": sources(written, codes),
        "period": _periods(each.period for each in covariates(written)),
    }
    return frame.astype(float)


def _periods(periods: Iterable[str]) -> str:
    """Editions of the rating before the years, each in order: ``III; 2021, 2023``."""
    each = sorted(set(periods))
    is_year = [period[:1].isdigit() for period in each]
    parts = (
        [period for period, year in zip(each, is_year, strict=True) if year is wanted]
        for wanted in (False, True)
    )
    return "; ".join(", ".join(part) for part in parts if part)


def sources(written: Iterable[str], regions: str | Sequence[str] | None = None) -> tuple[str, ...]:
    """Data resources and own files that the figures of some covariates come from.

    Parameters
    ----------
    written : iterable of str
        As in `covariates`.
    regions : str or sequence of str, optional
        As in `wide`; by default every region.

    Returns
    -------
    tuple of str
        Names of resources, and ``user/...`` for a reader's own files, in the order first met.
    """
    codes = None if regions is None else register.codes(register.resolve(regions))
    found: dict[str, None] = {}
    for each in covariates(written):
        found.update(dict.fromkeys(indicators.resources_of(each.indicator, each.period, codes)))
    return tuple(found)
