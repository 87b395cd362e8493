"""Customs files of any known edition in, one store of Parquet out."""

from analysis.customs.detection import EDITIONS, Skipped
from analysis.customs.ingesting import FileReport, IngestReport, ingest
from analysis.customs.reading import MAX_UNREADABLE_SHARE
from analysis.customs.rules import Unreadable
from analysis.customs.store import MANIFEST, Source, Store, exists, open_store

__all__ = [
    "EDITIONS",
    "MANIFEST",
    "MAX_UNREADABLE_SHARE",
    "FileReport",
    "IngestReport",
    "Skipped",
    "Source",
    "Store",
    "Unreadable",
    "exists",
    "ingest",
    "open_store",
]
