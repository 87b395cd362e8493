"""Customs files into the store: all of them, or after any fault none.

An ingest writes its parts under a temporary name, moves them beside the others, sums them for the table of
observations, and then replaces the manifest by one rename; whatever happens before that rename leaves the store
as it was, and whatever happens after leaves it as it is to be. What a killed run left lying about is swept up by
the next one. A lock keeps two ingests apart.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analysis import paths
from analysis.customs import reading, trade
from analysis.customs.detection import Skipped, SourceTable, find_tables
from analysis.customs.reading import Coverage, Progress
from analysis.customs.rules import GOODS_DIGITS, Unreadable
from analysis.customs.store import MANIFEST, PARTS, Cell, Source, Store, exists, manifest_text, read_manifest
from analysis.data import user_data
from analysis.errors import AnalysisError

STAGING = ".staging-"
LOCK = ".lock"


@dataclass(frozen=True)
class FileReport:
    """What became of one table: ``added`` or ``already in the store``, and the rows left out.

    Attributes
    ----------
    name : str
        File, with its member of a ZIP in brackets.
    outcome : str
        One of the two.
    edition : str
        Key of `analysis.customs.detection.EDITIONS`.
    rows : int
        Rows read.
    unreadable : tuple of Unreadable
        Rows left out.
    encoding : str
        How its text was read.
    level : int
        Digits of its goods codes.
    """

    name: str
    outcome: str
    edition: str
    rows: int
    unreadable: tuple[Unreadable, ...] = ()
    encoding: str = "utf-8"
    level: int = GOODS_DIGITS


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did.

    Attributes
    ----------
    files : tuple of FileReport
        One a table, in the order read.
    skipped : tuple of Skipped
        Files of folders that are no customs tables.
    replaced_rows : int
        Rows of earlier sources that gave way.
    """

    files: tuple[FileReport, ...]
    skipped: tuple[Skipped, ...]
    replaced_rows: int


def ingest(
    given: Iterable[Path], root: Path, *, replace: bool = False, progress: Progress | None = None
) -> IngestReport:
    """Bring customs files into the store: all of them, or after any fault none.

    Parameters
    ----------
    given : iterable of Path
        Files, ZIPs and folders.
    root : Path
        Folder of the store (``data/user/customs``); made if missing.
    replace : bool
        Whether rows of the same region, month and direction from earlier files give way.
    progress : callable, optional
        Called with a table's name and the share of it done.

    Returns
    -------
    IngestReport
        A table already in the store is reported and changes nothing.

    Raises
    ------
    AnalysisError
        If a file is no customs table or hostile, too many of its rows cannot be read, or it overlaps
        with another file of the same call or, without `replace`, of the store.
    """
    tables, skipped = find_tables(given)
    with paths.disk_full_as_error(root), _locked(root), _staging(root) as folder:
        run = _Run(root, folder, replace, progress)
        for table in tables:
            run.add(table)
        run.commit()
        return IngestReport(tuple(run.files), skipped, run.replaced_rows)


class _Run:
    """One ingest under way: the sources as they will be, and the files made for them."""

    def __init__(self, root: Path, folder: Path, replace: bool, progress: Progress | None) -> None:
        self.root = root
        self.folder = folder
        self.replace = replace
        self.progress = progress
        self.before = read_manifest(root) if exists(root) else ()
        self.sources = list(self.before)
        self.new: dict[str, Path] = {}
        self.files: list[FileReport] = []
        self.replaced_rows = 0
        self.checksums: dict[Path, str] = {}
        self.added: set[str] = set()
        self.monthly: dict[tuple[str, ...], pl.DataFrame] = {}  # sums of what has been read, by its parts

    def add(self, table: SourceTable) -> None:
        """Read a table and take it among the sources."""
        if known := self._known(table):
            self._report_known(table, known)
            return
        part = reading.read(table, Path(tempfile.mkdtemp(dir=self.folder)), self.progress)
        for known in self.sources:
            if known.content_sha256 == part.sha256 and self._is_whole(known):
                self._report_known(table, known)
                return
        source = self._source(table, part)
        self._make_room(source)
        self.sources.append(source)
        self.added.add(part.sha256)
        self.monthly[source.parts] = part.monthly
        self.new.update(zip(source.parts, part.paths, strict=True))
        self.files.append(
            FileReport(
                table.name, "added", source.edition, part.rows, part.unreadable, source.encoding, source.level
            )
        )

    def commit(self) -> None:
        """Move the new parts in and replace the manifest; then drop what nobody lists any more."""
        if tuple(self.sources) == self.before:
            if not user_data.customs_sums_path(self.root).is_file():
                self._write_sums(self.root / MANIFEST)
            return
        parts = self.root / PARTS
        parts.mkdir(exist_ok=True)
        for name, path in self.new.items():
            _to_disk(path)
            path.rename(parts / name)
        _to_disk(parts)
        manifest = self.folder / MANIFEST
        manifest.write_text(manifest_text(self.sources), encoding="utf-8")
        _to_disk(manifest)
        self._write_sums(manifest)
        manifest.rename(self.root / MANIFEST)
        _to_disk(self.root)
        _sweep(self.root, self.sources)

    def _write_sums(self, manifest: Path) -> None:
        """Write the sums that the table of observations takes, named after the manifest they belong to."""
        # a source that was here before, or has given way in part, is summed from the store
        other = tuple(source for source in self.sources if source.parts not in self.monthly)
        sums = [self.monthly[source.parts] for source in self.sources if source.parts in self.monthly]
        if other:
            sums.append(Store(self.root, other).monthly())
        table = trade.sums(Store(self.root, tuple(self.sources)), reading.added(sums))
        path = user_data.customs_sums_path(self.root, manifest)
        paths.write_text(path, table.to_csv(index=False, lineterminator="\n"))

    def _checksum(self, path: Path) -> str:
        if path not in self.checksums:
            self.checksums[path] = reading.digest(path)
        return self.checksums[path]

    def _known(self, table: SourceTable) -> Source | None:
        """Find the source that is this very file; only files of the same size are compared by checksum."""
        size = table.path.stat().st_size
        for source in self.sources:
            same = source.bytes == size and source.member == table.member and self._is_whole(source)
            if same and source.sha256 == self._checksum(table.path):
                return source
        return None

    def _is_whole(self, source: Source) -> bool:
        """Whether a source can stand for its file: with `replace`, one that lost rows may get them back."""
        return not (self.replace and source.replaced)

    def _report_known(self, table: SourceTable, source: Source) -> None:
        self.files.append(FileReport(table.name, "already in the store", source.edition, source.rows))

    def _source(self, table: SourceTable, part: reading.Part) -> Source:
        return Source(
            path=str(table.path),
            member=table.member,
            bytes=table.path.stat().st_size,
            sha256=part.sha256 if table.member is None else self._checksum(table.path),
            content_sha256=part.sha256,
            edition=table.layout.edition,
            rows=part.rows,
            unreadable=len(part.unreadable),
            replaced=0,
            parts=tuple(f"{part.sha256[:16]}-{number:04d}.parquet" for number in range(len(part.paths))),
            coverage=part.coverage,
            level=table.layout.level,
            encoding=table.layout.encoding,
        )

    def _make_room(self, source: Source) -> None:
        """Refuse an overlap, or take the overlapping rows out of the earlier sources."""
        for place, other in enumerate(self.sources):
            shared = source.cells & other.cells
            if not shared:
                continue
            # within one call nothing says which file is the newer
            if not self.replace or other.content_sha256 in self.added:
                raise _overlap(source, other, shared)
            self.sources[place] = self._without(other, shared)
        self.sources = [each for each in self.sources if each.rows]

    def _without(self, source: Source, cells: frozenset[Cell]) -> Source:
        """Rewrite a source without the rows of `cells`."""
        mark = hashlib.sha256(repr((source.parts, sorted(cells))).encode()).hexdigest()[:16]
        gone = pl.DataFrame(
            [(direction == "export", region, month) for direction, region, month in sorted(cells)],
            schema={name: reading.STORED[name] for name in ("is_export", "region", "period")},
            orient="row",
        )
        parts, rows = [], 0
        for number, part in enumerate(source.parts):
            path = self.new.pop(part, self.root / PARTS / part)
            frame = pl.read_parquet(path, glob=False).join(gone, on=gone.columns, how="anti")
            name = f"{mark}-{number:04d}.parquet"
            self.new[name] = self.folder / name
            frame.write_parquet(self.new[name], compression=reading.COMPRESSION)
            parts.append(name)
            rows += frame.height
        self.replaced_rows += source.rows - rows
        return dataclasses.replace(
            source,
            rows=rows,
            replaced=source.replaced + source.rows - rows,
            parts=tuple(parts),
            coverage=_uncovered(source.coverage, cells),
        )


def _uncovered(coverage: Coverage, cells: frozenset[Cell]) -> Coverage:
    """Coverage without some cells; a direction or region of which nothing is left is not listed."""
    left: Coverage = {}
    for direction, by_region in coverage.items():
        for region, months in by_region.items():
            kept = tuple(month for month in months if (direction, region, month) not in cells)
            if kept:
                left.setdefault(direction, {})[region] = kept
    return left


def _overlap(new: Source, old: Source, shared: frozenset[Cell]) -> AnalysisError:
    direction, okato, month = min(shared)
    region = f"region {okato}" if okato else "all regions"
    return AnalysisError(
        f"{new.name} overlaps with {old.name} ({len(shared)} combinations of region, month and direction, "
        f"such as {region}, {month // 100}-{month % 100:02d}, {direction}); give one of the two, or let a later "
        "call replace the stored rows (replace, --replace)."
    )


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Keep other ingests out; the system lets go of the lock when the process dies, however it dies."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        stream = (root / LOCK).open("w")
    except OSError as error:
        raise AnalysisError(f"The customs store {root} cannot be written ({error.strerror}).") from None
    with stream:
        if not paths.lock(stream):
            raise AnalysisError(f"Another ingest is writing to {root}; wait until it is done.")
        yield


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """Temporary folder on the store's own disk, so that moving out of it is a rename."""
    _sweep(root, read_manifest(root) if exists(root) else ())
    folder = Path(tempfile.mkdtemp(dir=root, prefix=STAGING))
    try:
        yield folder
    except OSError as error:
        raise AnalysisError(f"The customs store {root} cannot be written ({error}).") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # parts moved in before a failed commit are listed nowhere
        _sweep(root, read_manifest(root) if exists(root) else ())


def _sweep(root: Path, sources: Iterable[Source]) -> None:
    """Remove staging folders, parts that no source lists, and sums of another state of the store."""
    for folder in root.glob(f"{STAGING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    listed = {part for source in sources for part in source.parts}
    for part in (root / PARTS).glob("*.parquet"):
        if part.name not in listed:
            part.unlink()
    current = user_data.customs_sums_path(root) if exists(root) else None
    for sums in root.glob("observations-*.csv"):  # those of earlier versions too
        if sums != current:
            sums.unlink()


def _to_disk(path: Path) -> None:
    """Have the system write a file or folder out, so that a power cut cannot reorder the steps."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
