"""Indicators of EMISS (fedstat.ru): SDMX-ML GenericData 1.0 from a saved file or fetched by number.

The library ``fedstat`` fetches and takes the XML apart. It recovers from broken XML in silence, so a
file is checked first: it must be whole, and free of document types and entities.

Regions are told by the names of the file's own code list, since EMISS codes them by OKATO in one table and by
codes of its own in the next. Arkhangelsk and Tyumen oblasts count only in the rows without their autonomous
okrugs, as everywhere in this study.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping
from pathlib import Path
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

import fedstat
import pandas as pd
import requests
from defusedxml import DefusedXmlException
from defusedxml import sax as safe_sax

from analysis.data import normalise, regions, tabular, units, yearbook
from analysis.data.yearbook import DECIMALS, WITH_OKRUGS
from analysis.errors import AnalysisError

TIME, VALUE = "TIME", "VALUE"
# attributes of a series: its unit, and which part of the year it speaks of
UNIT, PERIOD = "EI", "PERIOD"
# what EMISS calls a figure of a whole year, or of a day once a year
WHOLE_YEAR = (
    "значение показателя за год",
    "январь-декабрь",
    "на конец года",
    "раз в год на определенную дату",
    "на 1 января",
)
FIRST_DAY = "на 1 января"
# dimension of partner countries, and its labels for China and for all of them
PARTNERS = re.compile(r"стран\w*")
CHINA = ("китай", "кнр", "китайская народная республика")
EVERYBODY = ("всего", "все страны", "все страны мира", "мир", "итого", "весь мир")
# first word of a label of the dimension that tells exports from imports
DIRECTIONS = dict.fromkeys(("экспорт", "вывоз"), "exports") | dict.fromkeys(("импорт", "ввоз"), "imports")
NO_DATA = {"", "...", "…", "-"}
FIXED = (TIME, VALUE)


def read(path: Path) -> pd.DataFrame:
    """Read an SDMX file saved from EMISS.

    Parameters
    ----------
    path : Path
        The XML file.

    Returns
    -------
    pandas.DataFrame
        One row an observation, text throughout: each dimension with its label and, as
        ``<name>_code``, its code; attributes; ``TIME`` and ``VALUE`` as printed.

    Raises
    ------
    AnalysisError
        If the file is missing, damaged, declares entities or holds no observations.
    """
    content = tabular.read_bytes(path)
    _refuse_hostile(str(path), content)
    try:
        return fedstat.sdmx_to_dataframe(content, try_numeric=False, with_codes=True)
    # a damaged file meets parts of the library that expect a whole one: a comment where an element should stand
    except (fedstat.FedstatError, AttributeError, LookupError, TypeError, ValueError, RecursionError):
        raise AnalysisError(
            f"{path} holds no observations in the form of EMISS (SDMX-ML GenericData)."
        ) from None


def fetch(number: str | int, filters: Mapping[str, str | list[str]] | None = None) -> pd.DataFrame:
    """Fetch an indicator from fedstat.ru; the same table as `read`.

    Raises
    ------
    AnalysisError
        If `number` is no indicator number, or the site cannot be reached or refuses.
    """
    if not re.fullmatch(r"\d+", str(number), re.ASCII):
        raise AnalysisError(f"The EMISS indicator {number!r} is no number such as 61497.")
    try:
        return fedstat.load(str(number), dict(filters or {}), try_numeric=False, with_codes=True)
    except (fedstat.FedstatError, requests.RequestException) as error:
        raise AnalysisError(
            f"EMISS indicator {number} could not be fetched from fedstat.ru ({type(error).__name__}); save it "
            "there as SDMX and give the file instead."
        ) from None


def observations(
    table: pd.DataFrame,
    indicator: str,
    unit: str | None,
    source: str,
    choose: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Observations of an indicator from an EMISS table.

    Parameters
    ----------
    table : pandas.DataFrame
        From `read` or `fetch`.
    indicator : str
        Identifier in the catalogue.
    unit : str or None
        Unit of the catalogue, into which values are turned from the one the table states; None keeps them.
    source : str
        Name for the column ``source``.
    choose : dict, optional
        Label wanted, by the name of a dimension; needed where more than one is left.

    Returns
    -------
    pandas.DataFrame
        Columns ``region, indicator, period, value, unit, source, basis``, sorted; regions of the
        register and whole years only.

    Raises
    ------
    AnalysisError
        If a dimension of `choose` is unknown, a region and year keep several values, a year lies ahead, a value is no
        number, the table states no unit or another kind of it, or holds parts of years only.
    """
    part = _whole_years(_chosen(table, choose or {}))
    place, code = _region_columns(part)
    part = part.assign(region=[_region(*pair) for pair in zip(part[code], part[place], strict=True)])
    part = part[part["region"].notna() & ~part[VALUE].fillna("").str.strip().isin(NO_DATA)]
    if part.empty:
        raise AnalysisError("The EMISS table has no figure of a region of the register.")
    _refuse_several(part, {place, code})
    part = _years_of_first_days(part, indicator)
    _refuse_years_ahead(part)
    factor = _factors(part, unit) if unit is not None else _one_unit(part)
    result = pd.DataFrame(
        {
            "region": part["region"],
            "indicator": indicator,
            "period": part[TIME].astype(str),
            "value": [
                round(_number(text) * factor[stated], DECIMALS)
                for text, stated in zip(
                    part[VALUE], part[UNIT] if UNIT in part else [""] * len(part), strict=True
                )
            ],
            "unit": unit,
            "source": source,
            "basis": "observed",
        }
    )
    return result.sort_values(["indicator", "region", "period"], ignore_index=True)


def _refuse_hostile(name: str, content: bytes) -> None:
    try:
        safe_sax.parse(io.BytesIO(content), ContentHandler(), forbid_dtd=True)
    except DefusedXmlException:
        raise AnalysisError(
            f"{name} declares a document type or entities, which EMISS never does and which can be used to "
            "exhaust memory; it is not opened."
        ) from None
    except SAXParseException as error:
        raise AnalysisError(
            f"{name} is no whole XML file (line {error.getLineNumber()}: {error.getMessage()}); save it again."
        ) from None
    except (LookupError, ValueError) as error:
        # an encoding that there is not, or that the parser cannot take
        raise AnalysisError(f"{name} cannot be read as XML ({error}); save it again.") from None


def _chosen(table: pd.DataFrame, choose: Mapping[str, str]) -> pd.DataFrame:
    for name, label in choose.items():
        if name not in table:
            dimensions = [column for column in table if column not in FIXED and not column.endswith("_code")]
            raise AnalysisError(
                f"The EMISS table has no dimension {name!r}; it has: {', '.join(map(str, dimensions))}."
            )
        labels = sorted(table[name].dropna().unique())
        table = table[table[name] == label]
        if table.empty:
            raise AnalysisError(f"{name} is never {label!r} in the EMISS table; it is: {', '.join(labels)}.")
    return table


def _whole_years(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that speak of a whole year; a quarter or a month must not pass for one."""
    years = table[TIME].astype(str)
    if not years.str.fullmatch(r"\d{4}").all():
        odd = years[~years.str.fullmatch(r"\d{4}")].iloc[0]
        raise AnalysisError(f"The EMISS table has the time {odd!r}, which is no year.")
    if PERIOD not in table:
        return table
    labels = table[PERIOD].map(_folded)
    if not labels.isin(WHOLE_YEAR).any():
        raise AnalysisError(
            f"The EMISS table holds {', '.join(sorted(labels.unique())[:6])} and no whole year "
            f"({', '.join(WHOLE_YEAR)}); save it with the year's figures."
        )
    return table[labels.isin(WHOLE_YEAR)]


def _years_of_first_days(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Years in which a stock on 1 January is the end of the year before, where the indicator is one of ends."""
    if PERIOD not in table or not indicator.endswith("year_end"):
        return table
    is_first = table[PERIOD].map(_folded) == FIRST_DAY
    years = table[TIME].astype(str).astype(int) - is_first.astype(int)
    return table.assign(**{TIME: years.astype(str)})


def _refuse_years_ahead(table: pd.DataFrame) -> None:
    """A projection is no observation, and would pass for the latest year there is."""
    last = table[TIME].astype(str).max()
    if int(last) > dt.date.today().year:
        raise AnalysisError(f"The EMISS table has the year {last}, which lies ahead; leave such years out.")


def _factors(table: pd.DataFrame, unit: str) -> dict[str, float]:
    """How many of `unit` each unit the table states is."""
    if UNIT not in table:
        raise AnalysisError(f"The EMISS table states no unit ({UNIT}), so it cannot be read as {unit}.")
    return {
        stated: units.factor(str(stated), unit, "The EMISS table's unit") for stated in table[UNIT].unique()
    }


def _one_unit(table: pd.DataFrame) -> dict[str, float]:
    """Factors that keep figures as they are; the table must state one unit, or none."""
    stated = list(table[UNIT].unique()) if UNIT in table else [""]
    if len(stated) > 1:
        raise AnalysisError(f"The EMISS table states {len(stated)} units: {', '.join(map(str, stated[:6]))}.")
    return dict.fromkeys(stated, 1.0)


def _region_columns(table: pd.DataFrame) -> tuple[str, str]:
    """Label and code column of the dimension most of whose labels are territories."""
    best, share = "", 0.0
    for column in table.columns:
        if not str(column).endswith("_code"):
            continue
        label = str(column).removesuffix("_code")
        names = table[label].dropna().unique()
        found = sum(regions.area(str(name)) is not None for name in names) / max(len(names), 1)
        if found > share:
            best, share = label, found
    if not best:
        raise AnalysisError(
            "The EMISS table has no dimension whose labels name regions, so it is not by region."
        )
    return best, f"{best}_code"


def _region(code: str, label: str) -> str | None:
    """ISO code, or None for districts, sums and territories outside the register; the name decides."""
    territory = yearbook.territory(str(label))
    if territory is not None:
        return territory if territory.startswith("RU-") else None
    known = {region.okato: region.code for region in regions.all_regions()}
    # a name nobody knows beside a code of eleven digits that is a region's
    found = known.get(str(code)[:5]) if re.fullmatch(r"\d{5}0{6}", str(code)) else None
    return None if found in WITH_OKRUGS or regions.find(str(label)) is not None else found


def partner(table: pd.DataFrame, choose: Mapping[str, str]) -> str | None:
    """Partner country that a table of trade is limited to.

    Parameters
    ----------
    table : pandas.DataFrame
        From `read` or `fetch`.
    choose : dict
        Label wanted, by the name of a dimension.

    Returns
    -------
    str or None
        ``CN``; empty for all countries together; None where the table has no dimension of countries.

    Raises
    ------
    AnalysisError
        If several countries are left, or one that is neither China nor all.
    """
    names = [
        str(name) for name in table if PARTNERS.search(_folded(name)) and not str(name).endswith("_code")
    ]
    names = [name for name in names if name not in FIXED and regions.area(name) is None]
    if not names:
        return None
    labels = sorted(table[names[0]].dropna().unique()) if names[0] not in choose else [choose[names[0]]]
    if len(labels) == 1 and _folded(labels[0]) in CHINA:
        return "CN"
    if len(labels) == 1 and _folded(labels[0]) in EVERYBODY:
        return ""
    shown = ", ".join(map(str, labels[:6]))
    raise AnalysisError(
        f'The EMISS table has trade by country ({names[0]}: {shown}); choose one: --choose "{names[0]}=Китай" for trade '
        "with China, or all countries together."
    )


def direction(table: pd.DataFrame, choose: Mapping[str, str]) -> str:
    """Whether a table that may hold exports beside imports is limited to one of them.

    Parameters
    ----------
    table : pandas.DataFrame
        From `read` or `fetch`.
    choose : dict
        Label wanted, by the name of a dimension.

    Returns
    -------
    str
        ``exports`` or ``imports``.

    Raises
    ------
    AnalysisError
        If both are left, or no dimension tells them apart.
    """
    part = _chosen(table, choose)
    for name in (str(name) for name in part if not str(name).endswith("_code")):
        labels = sorted(map(str, part[name].dropna().unique()))
        found = {DIRECTIONS.get(_folded(label).split(" ")[0]) for label in labels}
        if not found or None in found:
            continue
        if len(found) == 1:
            return str(found.pop())
        raise AnalysisError(
            f"The EMISS table has exports beside imports ({name}: {', '.join(labels[:6])}); choose one: --choose "
            f'"{name}={labels[0]}".'
        )
    raise AnalysisError(
        "The EMISS table does not say which of its figures are exports and which imports; name what is read from it with "
        "--indicator, --name and --unit."
    )


def stated_unit(table: pd.DataFrame) -> str:
    """Unit a table states, or nothing where it states none or several."""
    stated = list(table[UNIT].dropna().unique()) if UNIT in table else []
    return str(stated[0]) if len(stated) == 1 else ""


def _folded(text: object) -> str:
    return normalise.folded(normalise.clean(text))


def _refuse_several(part: pd.DataFrame, used: set[str]) -> None:
    if not part.duplicated(["region", TIME]).any():
        return
    others = [name for name in part if name not in used | {"region", *FIXED} and not name.endswith("_code")]
    labels = {name: sorted(part[name].dropna().unique()) for name in others}
    told = "; ".join(f"{name}: {', '.join(found[:6])}" for name, found in labels.items() if len(found) > 1)
    raise AnalysisError(
        f"The EMISS table gives a region and year more than one value; choose one label of each of {told or 'no'} "
        "dimension."
    )


def _number(text: str) -> float:
    plain = re.sub(r"\s", "", normalise.clean(text)).replace(",", ".")
    if not re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", plain, re.ASCII):
        raise AnalysisError(f"The EMISS table has the value {text!r}, which is no number.")
    return float(plain)
