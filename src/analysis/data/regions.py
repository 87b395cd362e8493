"""The register of federal subjects: codes, names in both languages, districts, the Chinese border.

One row a region in ``register/regions.csv``, for the 83 subjects that have an ISO 3166-2:RU code;
the rating scores the same 83. Codes are ISO 3166-2 everywhere in the project; ``okato`` is the
five-digit form of the state classifier OK 019-95, which the customs files use too (confirmed there
for the eleven Far Eastern regions and two others). Spellings are those met in the sources read.

District dates: presidential decrees of 13 May 2000 (No. 849, the districts), 19 January 2010
(No. 82, North Caucasus) and 3 November 2018 (No. 632, Buryatia and Zabaykalsky to the Far East).

Neighbours are the pairs of these 83 in ``register/neighbours.csv`` that share a border on land (a river
counts, a strait does not). They are common geography, written down for this study and compared with two
lists made by others. The list in the repository doonnof/GeoGame (``src/data/ruRegions.js``, commit
40d793e) has the same pairs but for Orenburg and Saratov, which it leaves out, and four pairs by sea or
with Crimea. The contiguity of the polygons of GADM 3.6, as R's ``spdep::poly2nb`` finds it, was printed
as counts only: 376 links, and so many regions with none, one, two ... neighbours; the register has the same
counts without the pair of Kaluga and Moscow, which that older map does not know.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from analysis.data.messages import Name
from analysis.data.normalise import name_key
from analysis.errors import AnalysisError, one_of, quoted

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "ru")

DISTRICT_NAMES: dict[str, dict[Language, str]] = {
    "central": {"en": "Central", "ru": "Центральный"},
    "northwestern": {"en": "Northwestern", "ru": "Северо-Западный"},
    "southern": {"en": "Southern", "ru": "Южный"},
    "north_caucasian": {"en": "North Caucasian", "ru": "Северо-Кавказский"},
    "volga": {"en": "Volga", "ru": "Приволжский"},
    "ural": {"en": "Ural", "ru": "Уральский"},
    "siberian": {"en": "Siberian", "ru": "Сибирский"},
    "far_eastern": {"en": "Far Eastern", "ru": "Дальневосточный"},
}
DISTRICTS: tuple[str, ...] = tuple(DISTRICT_NAMES)


@dataclass(frozen=True)
class Region:
    """One federal subject.

    Attributes
    ----------
    code : str
        ISO 3166-2 code (``RU-AMU``).
    okato : str
        Five-digit OKATO code, also the customs code.
    name_en, name_ru : str
        Names printed in tables.
    short_en, short_ru : str
        Short names for labels in charts.
    genitive_ru : str
        The Russian short name in the genitive, for "without" it.
    district : str
        Key of `DISTRICT_NAMES`, as of `district_since`.
    district_since : datetime.date
        First day in that district.
    district_before : str or None
        The district before that day, where there was another.
    has_china_border : bool
        Whether the region has a land or river border with China.
    variants : tuple of str
        Other spellings met in the sources.
    """

    code: str
    okato: str
    name_en: str
    name_ru: str
    short_en: str
    short_ru: str
    genitive_ru: str
    district: str
    district_since: dt.date
    district_before: str | None
    has_china_border: bool
    variants: tuple[str, ...]

    def name(self, language: Language) -> str:
        """Name of the region in `language`."""
        return self.name_en if language == "en" else self.name_ru

    @property
    def short(self) -> Name:
        """Short name in both languages, for a label."""
        return Name(self.short_name("en"), self.short_name("ru"))

    def short_name(self, language: Language) -> str:
        """Short name of the region in `language`, for labels in charts."""
        return self.short_en if language == "en" else self.short_ru

    def district_on(self, day: dt.date) -> str:
        """Federal district the region belonged to on `day`."""
        if day < self.district_since and self.district_before is not None:
            return self.district_before
        return self.district


@cache
def all_regions() -> tuple[Region, ...]:
    """Every region of the register, in OKATO order."""
    text = resources.files("analysis.data").joinpath("register/regions.csv").read_text(encoding="utf-8")
    return tuple(
        Region(
            code=row["code"],
            okato=row["okato"],
            name_en=row["name_en"],
            name_ru=row["name_ru"],
            short_en=row["short_en"],
            short_ru=row["short_ru"],
            genitive_ru=row["genitive_ru"],
            district=row["district"],
            district_since=dt.date.fromisoformat(row["district_since"]),
            district_before=row["district_before"] or None,
            has_china_border=row["has_china_border"] == "true",
            variants=tuple(v for v in row["variants"].split("|") if v),
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def neighbours() -> tuple[tuple[str, str], ...]:
    """Pairs of regions that share a border on land, by ISO code, each pair once.

    Kaliningrad and Sakhalin have no neighbour. Autonomous okrugs and federal cities are regions of their
    own; territories that are not among the 83 (Crimea, Sevastopol and those claimed in 2022) have no pair.
    """
    text = resources.files("analysis.data").joinpath("register/neighbours.csv").read_text(encoding="utf-8")
    return tuple((row["first"], row["second"]) for row in csv.DictReader(text.splitlines()))


@cache
def _by_code() -> dict[str, Region]:
    return {region.code: region for region in all_regions()}


@cache
def _by_name() -> dict[str, Region]:
    index: dict[str, Region] = {}
    for region in all_regions():
        for name in (region.name_en, region.name_ru, region.short_en, region.short_ru, *region.variants):
            index[name_key(name)] = region
    return index


def by_code(code: str) -> Region:
    """Region with an ISO code.

    Raises
    ------
    AnalysisError
        If `code` is not in the register; the sentence lists the codes.
    """
    try:
        return _by_code()[code]
    except (KeyError, TypeError):
        raise one_of("A region", code, _by_code()) from None


def by_name(name: str, where: str = "The table") -> Region:
    """Region with a name or known spelling, in either language.

    Parameters
    ----------
    name : str
        As the source spells it.
    where : str
        File and row, for the error's sentence.

    Raises
    ------
    AnalysisError
        If no region has that spelling.
    """
    try:
        return _by_name()[name_key(name)]
    except KeyError:
        raise AnalysisError(
            f"{where} names the region {quoted(name)}, which is not in the register; allowed are the names and "
            "spellings in src/analysis/data/register/regions.csv."
        ) from None


def find(written: str) -> Region | None:
    """Region with an ISO code or a known name, or None."""
    return _by_code().get(written) or _by_name().get(name_key(written))


def find_district(written: str) -> str | None:
    """Key of a federal district by its key or its name in either language, or None."""
    return _districts().get(name_key(written))


RUSSIA, FAR_EAST = "RU", "FAR_EAST"
RUSSIA_NAME: dict[Language, str] = {"en": "Russia", "ru": "Российская Федерация"}


# tables name the same few hundred territories line after line
@lru_cache(maxsize=4096)
def area(written: str) -> str | None:
    """Code of a territory by its name: a region's, ``RU``, ``FAR_EAST``, another district's key, or None."""
    if name_key(written) in {RUSSIA.casefold(), *map(name_key, RUSSIA_NAME.values())}:
        return RUSSIA
    district = find_district(written)
    if district is not None:
        return FAR_EAST if district == "far_eastern" else district
    # "Архангельская область без автономного округа", "(кроме ...)": the oblast, as everywhere in this study
    region = find(written) or find(_WITHOUT.split(name_key(written))[0])
    return None if region is None else region.code


_WITHOUT = re.compile(r"\b(?:без|кроме)\b")


def area_name(code: str) -> str:
    """Russian name of a territory as a publisher's table has it.

    Raises
    ------
    AnalysisError
        If `code` is none that `area` gives, nor a district's key.
    """
    if code == RUSSIA:
        return RUSSIA_NAME["ru"]
    if code in DISTRICT_NAMES:
        return f"{DISTRICT_NAMES[code]['ru']} федеральный округ"
    return by_code(code).name_ru


@cache
def _districts() -> dict[str, str]:
    index = {}
    for key, names in DISTRICT_NAMES.items():
        for name in (
            key,
            *names.values(),
            f"{names['ru']} федеральный округ",
            f"{names['en']} federal district",
        ):
            index[name_key(name)] = key
    return index


def resolve(given: str | Sequence[str]) -> tuple[Region, ...]:
    """Regions meant by a name of a set, a federal district, or a list.

    Parameters
    ----------
    given : str or sequence of str
        ``"far_east"``, ``"border"`` (the five of them at the border with China) or ``"all"`` (the 83 of
        the rating); a federal district by key or name (``"siberian"``, ``"Сибирский"``); or regions by
        ISO code or name, in either language.

    Returns
    -------
    tuple of Region
        Of a set or district in the order of the register, of a list in its own.

    Raises
    ------
    AnalysisError
        If the list is empty, names a region twice, or a name is not known.
    """
    if isinstance(given, str):
        if given in NAMED_SETS:
            return all_regions() if given == "all" else subset(given)
        if (district := find_district(given)) is not None:
            return in_district(district)
    written = [given] if isinstance(given, str) else list(given)
    if not written:
        raise AnalysisError(f"regions is empty; give {_ALLOWED_REGIONS}.")
    found = [find(name) if isinstance(name, str) else None for name in written]
    for name, region in zip(written, found, strict=True):
        if region is None:
            raise AnalysisError(
                f"regions holds {quoted(name)}, which is not known; allowed are {_ALLOWED_REGIONS}."
            )
        if found.count(region) > 1:
            raise AnalysisError(f"regions names {region.code} ({region.name_en}) twice.")
    return tuple(region for region in found if region is not None)


def by_okato(okato: str) -> Region:
    """Region with a five-digit OKATO (customs) code.

    Raises
    ------
    AnalysisError
        If no region has the code; the sentence lists the codes.
    """
    for region in all_regions():
        if region.okato == okato:
            return region
    raise one_of("An OKATO code", okato, (region.okato for region in all_regions()))


@cache
def in_district(district: str, day: dt.date | None = None) -> tuple[Region, ...]:
    """Regions of a federal district, today or on `day`.

    Raises
    ------
    AnalysisError
        If `district` is not a key of `DISTRICT_NAMES`.
    """
    if district not in DISTRICT_NAMES:
        raise one_of("district", district, DISTRICTS)
    return tuple(
        region
        for region in all_regions()
        if (region.district if day is None else region.district_on(day)) == district
    )


def far_east() -> tuple[Region, ...]:
    """Return the eleven regions of the Far Eastern Federal District since November 2018."""
    return in_district("far_eastern")


def far_east_border() -> tuple[Region, ...]:
    """Return the five Far Eastern regions that border China."""
    return tuple(region for region in far_east() if region.has_china_border)


SUBSETS = ("far_east", "border")
NAMED_SETS = (*SUBSETS, "all")
_ALLOWED_REGIONS = (
    f"{', '.join(NAMED_SETS)}, a federal district ({', '.join(DISTRICTS)}), or a list of ISO codes or names such as "
    "RU-AMU or Amur Oblast"
)


def subset(name: str) -> tuple[Region, ...]:
    """Regions of a named set: ``far_east`` (eleven) or ``border`` (the five of them at the border).

    Raises
    ------
    AnalysisError
        If `name` is not one of `SUBSETS`.
    """
    if name not in SUBSETS:
        raise one_of("subset", name, SUBSETS)
    return far_east() if name == "far_east" else far_east_border()


def codes(regions: Iterable[Region]) -> tuple[str, ...]:
    """ISO codes of `regions`, in their order."""
    return tuple(region.code for region in regions)


def region_set(region_codes: Sequence[str]) -> str:
    """Name of a set of Far Eastern regions: ``border``, ``far_east``, or one of them less some regions.

    Parameters
    ----------
    region_codes : sequence of str
        ISO codes.

    Returns
    -------
    str
        ``border less RU-ZAB``, say; the codes themselves for regions elsewhere.
    """
    for name in ("border", "far_east"):
        whole = codes(subset(name))
        if set(region_codes) <= set(whole):
            return name + "".join(f" less {code}" for code in whole if code not in region_codes)
    return " ".join(region_codes)
