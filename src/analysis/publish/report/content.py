"""What the pages say: findings, exhibits with their files, the ledger, the sources. No HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import ledger
from analysis.data import formats, indicators, package, regions
from analysis.data.formats import number, p_value
from analysis.data.regions import Language
from analysis.publish import citation, parameters, readme
from analysis.publish.exhibits import register
from analysis.publish.exhibits.ledger import VERDICT_HEADS
from analysis.publish.exhibits.multiverse import DRAWN
from analysis.publish.output import read_card
from analysis.publish.report.words import words


@dataclass(frozen=True)
class Page:
    """What a page of an exhibit is made from.

    Attributes
    ----------
    entry : Entry
        Its entry in the register.
    card : dict
        What was recorded when it was made.
    files : tuple of str
        Its files, relative to the folder of results.
    claims : tuple of LedgerRow
        The ledger's rows on it.
    """

    entry: register.Entry
    card: Mapping[str, Any]
    files: tuple[str, ...]
    claims: tuple[ledger.LedgerRow, ...]

    @property
    def verdict_counts(self) -> dict[str, int]:
        """Number of claims by verdict, failures first."""
        counts = Counter(row.verdict for row in self.claims)
        return {verdict: counts[verdict] for verdict in ledger.VERDICTS if counts[verdict]}


@dataclass(frozen=True)
class Content:
    """Everything read from a folder of results.

    Attributes
    ----------
    folder : Path
        The folder.
    pages : tuple of Page
        One an exhibit, in the order of the register.
    found : Ledger
        The ledger.
    specifications : pandas.DataFrame
        ``multiverse.csv``; choices as text.
    """

    folder: Path
    pages: tuple[Page, ...]
    found: ledger.Ledger
    specifications: pd.DataFrame


def read(folder: Path) -> Content:
    """Read what the pages need from a folder of results.

    An exhibit that was not made (of a batch, or of customs files the reader does not have) gets no page.
    """
    found = ledger.read_ledger(folder / "ledger.csv")
    pages = []
    for registered in register.made(folder):
        card = read_card(folder, registered.id)
        assert card is not None  # `made` looks for it
        entry = replace(registered, outputs=tuple(card["outputs"]), title=card["title"])
        files = tuple(name for name in register.files(entry) if not name.startswith("exhibits/"))
        claims = tuple(row for row in found.rows if row.exhibit == entry.id)
        pages.append(Page(entry, card, files, claims))
    table = pd.read_csv(
        folder / "multiverse.csv",
        dtype={name: str for name in ("period", "region_set", "strata", "regions")},
        keep_default_na=False,
        na_values={"p_minp": [""], "loo_low": [""], "loo_high": [""]},
    )
    return Content(folder, tuple(pages), found, table)


def findings(content: Content, language: Language) -> list[str]:
    """Five sentences with the numbers of these results, and a sixth where a reader's own files took part."""
    sentences = [
        *readme.association_sentences(content.folder, language),
        _all_specifications(content, language),
    ]
    return [*sentences, _own_files(language)] if indicators.has_own() else sentences


def _own_files(language: Language) -> str:
    differ = len(indicators.disagreements())
    return {
        "en": "The reader's own files under data/user/ took part in these results, in the verdicts of the ledger too; "
        f"figures that differ from another source: {differ} (data/processed/disagreements.csv).",
        "ru": "В этих результатах, в том числе в выводах реестра, участвуют собственные файлы читателя из data/user/; "
        f"значений, которые расходятся с другим источником: {differ} (data/processed/disagreements.csv).",
    }[language]


def _all_specifications(content: Content, language: Language) -> str:
    rows = content.specifications
    together = int(rows["p_minp"].notna().sum())
    rows = rows[rows["statistic"] == DRAWN]
    positive, low = int((rows["estimate"] > 0).sum()), float(rows["p_minp"].min())
    smallest, largest = (
        number(float(value), 2, language) for value in (rows["estimate"].min(), rows["estimate"].max())
    )
    return {
        "en": f"All {len(rows)} defensible specifications with tau-b: from {smallest} to {largest}, {positive} of them above zero; "
        f"the smallest p, adjusted for all {together} rank specifications together, is {p_value(low, 'en')}.",
        "ru": f"Все обоснованные спецификации с тау-b, {len(rows)}: от {smallest} до {largest}, выше нуля — {positive}; "
        f"наименьшее p с поправкой сразу на все ранговые спецификации ({together}) — {p_value(low, 'ru')}.",
    }[language]


def verdict_name(verdict: str, language: Language) -> str:
    """Verdict in words."""
    return VERDICT_HEADS[verdict][language]


def basis_name(basis: str, language: Language) -> str:
    """What a claim was judged from, in words."""
    return str(getattr(words(language), "no_basis" if basis == "none" else basis))


def parameter_rows(card: Mapping[str, Any], language: Language) -> list[tuple[str, str, bool]]:
    """Name, value and whether it differs from the default, for each parameter of a run."""
    changed = parameters.differing(card["notebook"], card["parameters"])
    return [(name, _value(value, language), name in changed) for name, value in card["parameters"].items()]


def _value(value: Any, language: Language) -> str:
    known = set(regions.codes(regions.all_regions()))
    parts = value if isinstance(value, list) else [value]
    shown = ", ".join(formats.region_name(part, language) if part in known else str(part) for part in parts)
    return shown or formats.MISSING


def references(name: str, folder: Path) -> dict[str, str]:
    """Reference in every style, without the state of git: two runs must give the same bytes."""
    return {style: citation.cite(name, style, folder=folder) for style in citation.STYLES}


def resources(folder: Path) -> list[dict[str, Any]]:
    """Descriptor entries of the raw files, with those exhibits of a folder of results that may draw on each."""
    # one that needs the reader's own files may not have been made, and has no page to link to
    made = register.made(folder)
    used = {name: [entry.id for entry in made if name in entry.inputs] for name in package.resources()}
    return [{**entry, "used_by": used[entry["name"]]} for entry in package.descriptor()["resources"]]
