"""Customs figures as inputs of a claim: what is asked for, and the answer from the reader's own store.

A question is read and checked without the store, so that a fault in a claims file is found on every machine.
The libraries of the customs reader load only where there is a store to ask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from analysis import paths
from analysis.data import regions, user_data
from analysis.errors import AnalysisError, one_of

if TYPE_CHECKING:
    import pandas as pd

    from analysis.customs import Store

PREFIX = "customs:"
PARTS = ("measure", "region", "period", "direction", "partner", "goods")
MEASURES = ("thousand_usd", "million_usd", "tonnes", "share", "partners")
FLOWS: dict[str, tuple[str, ...]] = {
    "export": ("export",),
    "import": ("import",),
    "turnover": ("export", "import"),
}
ALL = "all"
EACH = "*"
FAR_EAST = "FAR_EAST"
RUSSIA = "RU"
# the partner code of rows that state none; it stands for no country
UNKNOWN_PARTNER = "NNN"
_MONTH = r"\d{4}-(?:0[1-9]|1[0-2])"
_PERIOD = re.compile(rf"\d{{4}}|(?P<first>{_MONTH})(?:/(?P<last>{_MONTH}))?", re.ASCII)
_PARTNER = re.compile(r"[A-Z]{2}|NNN", re.ASCII)
_GOODS = re.compile(r"(?:\d{2}){1,5}", re.ASCII)


@dataclass(frozen=True)
class Question:
    """One customs figure asked for, or a set of them.

    Attributes
    ----------
    measure : str
        One of `MEASURES`: value, net weight, the partner's share of the trade with all partners (per cent), or
        the number of partner countries.
    regions : tuple of str
        ISO codes, ``FAR_EAST`` or ``RU``.
    period : str
        ``2021``, ``2021-06`` or ``2021-01/2021-09``.
    direction : str
        One of `FLOWS`.
    partner : str
        Two-letter code, ``all`` (together) or ``*`` (each).
    goods : tuple of str
        Codes summed together; none for all goods.
    """

    measure: str
    regions: tuple[str, ...]
    period: str
    direction: str
    partner: str
    goods: tuple[str, ...]


def question(parts: list[str], region_codes: tuple[str, ...], where: str) -> Question:
    """Question from the parts of a reference.

    Parameters
    ----------
    parts : list of str
        The six `PARTS`.
    region_codes : tuple of str
        Regions the second part chooses.
    where : str
        File and line, for the error's sentence.

    Raises
    ------
    AnalysisError
        If a part is not of its form.
    """
    measure, _, period, direction, partner, goods = parts
    if measure not in MEASURES:
        raise one_of(f"{where}: the customs measure", measure, MEASURES)
    if direction not in FLOWS:
        raise one_of(f"{where}: the customs direction", direction, FLOWS)
    _check_period(period, where)
    if partner not in (ALL, EACH) and not _PARTNER.fullmatch(partner):
        raise AnalysisError(
            f"{where} has the partner {partner!r}; a partner is a two-letter country code in capitals such as CN, "
            f"{UNKNOWN_PARTNER} (not stated), {ALL} (together) or {EACH} (each)."
        )
    if measure == "partners" and partner != ALL:
        raise AnalysisError(
            f"{where} counts partners and names {partner!r}; the partner of a count is {ALL}."
        )
    if measure == "share" and partner == ALL:
        raise AnalysisError(
            f"{where} asks for the share of all partners, which is the whole; name a partner."
        )
    codes = () if goods == ALL else tuple(code.strip() for code in goods.split("+"))
    for code in codes:
        if not _GOODS.fullmatch(code):
            raise AnalysisError(
                f"{where} has the goods {goods!r}; goods are {ALL}, or codes of 2, 4, 6, 8 or 10 digits joined by +."
            )
    return Question(measure, region_codes, period, direction, partner, codes)


def choose_regions(selector: str, where: str) -> tuple[str, ...]:
    """Regions a reference chooses: a code, a list of codes with commas, ``@far_east`` or ``@border``.

    Raises
    ------
    AnalysisError
        If a code is unknown.
    """
    if selector.startswith("@"):
        return regions.codes(regions.subset(selector.removeprefix("@")))
    known = (*regions.codes(regions.all_regions()), FAR_EAST, RUSSIA)
    codes = tuple(code.strip() for code in selector.split(","))
    for code in codes:
        if code not in known:
            raise one_of(f"{where}: the customs region", code, known)
    return codes


def _check_period(period: str, where: str) -> None:
    found = _PERIOD.fullmatch(period)
    if not found or (found["last"] and found["last"] < found["first"]):
        raise AnalysisError(
            f"{where} has the customs period {period!r}; periods are written 2021, 2021-06 or 2021-01/2021-09 and do "
            "not end before they begin."
        )


def user_store() -> Store | None:
    """Return the reader's customs store, if there is one."""
    if not user_data.has_customs(paths.user()):
        return None
    from analysis import customs

    return customs.open_store(paths.user() / "customs")


@dataclass(frozen=True)
class Answers:
    """A store to ask, read once for each list of goods.

    Attributes
    ----------
    store : Store
        The reader's store.
    questions : tuple of Question
        Everything that will be asked.
    """

    store: Store
    questions: tuple[Question, ...]
    _read: dict[tuple[str, ...], Store] = field(default_factory=dict)

    def values(self, asked: Question) -> dict[tuple[str, str], Decimal]:
        """Figures by region and partner; ``all`` where partners are taken together.

        Raises
        ------
        NoDataError
            If the store does not hold every month asked for, or there was no trade to have a share of.
        """
        found: dict[tuple[str, str], Decimal] = {}
        for region in asked.regions:
            table = self._by_partner(asked, region, asked.goods)
            for partner in self._partners(asked, region):
                number = _figure(table, asked, partner, region)
                # the shortest decimal that gives the float is the sum as the files state it
                found[region, partner] = Decimal(repr(number))
        return found

    def files(self, asked: Question) -> list[str]:
        """Files the answer stands on, each with the beginning of its checksum."""
        from analysis.customs import trade

        names = (
            name for region in asked.regions for name in trade.source_names(self.store, region, asked.period)
        )
        return list(dict.fromkeys(names))

    def _partners(self, asked: Question, region: str) -> list[str]:
        if asked.partner != EACH:
            return [asked.partner]
        # a country that buys other goods is a rival too, with nothing
        everything = self._by_partner(asked, region, ())
        return sorted(partner for partner in everything.index if partner != UNKNOWN_PARTNER)

    def _by_partner(self, asked: Question, region: str, goods: tuple[str, ...]) -> pd.DataFrame:
        """Value in thousand dollars and net weight in tonnes by partner, all directions asked for together."""
        import pandas as pd

        from analysis.customs import trade

        parts = [
            trade.partner_values(self._summed(goods), region, asked.period, direction=direction)
            for direction in FLOWS[asked.direction]
        ]
        return pd.concat(parts).groupby("partner").sum()

    def _summed(self, goods: tuple[str, ...]) -> Store:
        from analysis.customs import trade

        if goods not in self._read:
            asking = [q for q in self.questions if q.goods == goods or (not goods and q.partner == EACH)]
            region_codes = sorted({region for q in asking for region in q.regions})
            self._read[goods] = trade.summed(self.store, goods, region_codes)
        return self._read[goods]


def _figure(table: pd.DataFrame, asked: Question, partner: str, region: str) -> float:
    if asked.measure == "partners":
        return float(sum(code != UNKNOWN_PARTNER for code in table.index))
    amounts = table["net_weight_tonnes" if asked.measure == "tonnes" else "value_thousand_usd"]
    part = float(amounts.sum() if partner == ALL else amounts.get(partner, 0.0))
    if asked.measure == "share":
        whole = float(amounts.sum())
        if not whole:
            from analysis.customs import trade

            raise trade.no_trade(region, asked.period)
        # twelve digits: what is left of the order of a sum is beyond them
        return float(f"{part / whole * 100:.12g}")
    # files state dollars to the cent and weights to the milligram, so many decimals a sum has
    return round(part / 1000, 8) if asked.measure == "million_usd" else round(part, 9)
