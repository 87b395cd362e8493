"""The store of customs rows: Parquet parts and one manifest that says which of them count.

A part counts when ``manifest.json`` lists it; :mod:`analysis.customs.ingesting` writes both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import polars as pl

from analysis.customs import reading
from analysis.customs.reading import NO_REGION, Coverage
from analysis.customs.rules import GOODS_DIGITS
from analysis.data import regions
from analysis.errors import AnalysisError

Cell = tuple[str, str, int]  # direction, region, month
FORMAT = 1
MANIFEST = "manifest.json"
PARTS = "parts"
STAGING = ".staging-"
LOCK = ".lock"


@dataclass(frozen=True)
class Source:
    """One ingested table and where it came from.

    Attributes
    ----------
    path : str
        File the reader gave.
    member : str or None
        Name inside the ZIP.
    bytes : int
        Size of the file.
    sha256 : str
        Checksum of the file.
    content_sha256 : str
        Checksum of the table itself, which for a ZIP is that of the unpacked member.
    edition : str
        Key of `analysis.customs.detection.EDITIONS`.
    rows, unreadable : int
        Rows in the store, and rows of the table that could not be read.
    replaced : int
        Rows that have given way to a later file.
    parts : tuple of str
        Parquet files below the store's ``parts`` folder.
    coverage : dict
        Months with rows, by direction and region (OKATO; empty for editions without regions).
    level : int
        Digits of its goods codes.
    encoding : str
        Of its text.
    """

    path: str
    member: str | None
    bytes: int
    sha256: str
    content_sha256: str
    edition: str
    rows: int
    unreadable: int
    replaced: int
    parts: tuple[str, ...]
    coverage: Coverage
    level: int = GOODS_DIGITS
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.path if self.member is None else f"{self.path} ({self.member})"

    @cached_property
    def cells(self) -> frozenset[Cell]:
        """Every direction, region and month the table has rows for."""
        return frozenset(
            (direction, region, month)
            for direction, by_region in self.coverage.items()
            for region, months in by_region.items()
            for month in months
        )

    @cached_property
    def regions(self) -> frozenset[str]:
        """OKATO codes the table has rows for."""
        return frozenset(region for by_region in self.coverage.values() for region in by_region)

    @cached_property
    def is_nationwide(self) -> bool:
        """Whether the table has rows of all eight federal districts, so that no region was left out.

        In such a table a region without rows had no trade; in one of fewer districts it was not asked for.
        """
        known = {region.okato: region.district for region in regions.all_regions()}
        return {known[okato] for okato in self.regions if okato in known} == set(regions.DISTRICTS)

    def months(self, okato: str, direction: str) -> frozenset[int]:
        """Months for which this table can speak of a region: rows in either direction, or nationwide.

        Parameters
        ----------
        okato : str
            Five digits.
        direction : {'export', 'import'}
            Direction of trade.

        Returns
        -------
        frozenset of int
            Months ``yyyymm``; none where the table has no rows of the direction, or does not name regions.
        """
        if direction not in self.coverage or NO_REGION in self.regions:
            return frozenset()
        if okato not in self.regions and not self.is_nationwide:
            return frozenset()
        return self.all_months

    @cached_property
    def all_months(self) -> frozenset[int]:
        """Months with any row."""
        return frozenset().union(
            *(months for by_region in self.coverage.values() for months in by_region.values())
        )


@dataclass(frozen=True)
class Store:
    """A customs store as its manifest describes it.

    Attributes
    ----------
    root : Path
        Its folder.
    sources : tuple of Source
        Ingested tables, in the order of their ingest.
    """

    root: Path
    sources: tuple[Source, ...]

    def rows(self) -> pl.LazyFrame:
        """Every row, to be filtered and collected with `collect`; columns as in `reading`."""
        parts = [self.root / PARTS / part for source in self.sources for part in source.parts]
        return pl.scan_parquet(parts, schema=reading.STORED, glob=False)

    def monthly(self) -> pl.DataFrame:
        """Sums of all rows as `reading.monthly` gives them; errors as `collect`."""
        return self.collect(reading.monthly(self.rows()))

    def collect(self, query: pl.LazyFrame) -> pl.DataFrame:
        """Answer a query made from `rows`.

        Raises
        ------
        AnalysisError
            If a part is missing or damaged.
        """
        try:
            return query.collect(engine="streaming")
        except (pl.exceptions.PolarsError, OSError) as error:
            raise AnalysisError(
                f"The customs store in {self.root} is damaged ({str(error).splitlines()[0]}); "
                "delete the folder and ingest the files again."
            ) from None


def exists(root: Path) -> bool:
    """Whether there is a customs store in `root`."""
    return (root / MANIFEST).is_file()


def open_store(root: Path) -> Store:
    """Store in the folder `root`.

    Raises
    ------
    AnalysisError
        If there is none, or its manifest is not one this version can read.
    """
    if not exists(root):
        raise AnalysisError(
            f"There is no customs store in {root}; make one from customs files with `amur ingest customs PATH`."
        )
    return Store(root, read_manifest(root))


def manifest_text(sources: Iterable[Source]) -> str:
    """Manifest of a store, a source a line: a national file covers thousands of months by region, which nobody reads one by one."""
    entries = [{field.name: getattr(source, field.name) for field in fields(Source)} for source in sources]
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f'{{"format": {json.dumps(FORMAT)}, "sources": [\n{lines}\n]}}\n'


def read_manifest(root: Path) -> tuple[Source, ...]:
    """Sources that the manifest of a store lists; errors as `open_store`."""
    path = root / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise AnalysisError(
                f"{path} has the format {content['format']}, this version reads {FORMAT}; delete the folder "
                "and ingest the files again."
            )
        return tuple(
            Source(**{**entry, "parts": tuple(entry["parts"]), "coverage": _tuples(entry["coverage"])})
            for entry in content["sources"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, AnalysisError):
            raise
        raise AnalysisError(
            f"{path} cannot be read ({error}); delete the folder and ingest the files again."
        ) from None


def _tuples(coverage: dict[str, dict[str, list[int]]]) -> Coverage:
    return {
        direction: {region: tuple(months) for region, months in by_region.items()}
        for direction, by_region in coverage.items()
    }
