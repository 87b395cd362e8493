"""What the pages say: findings, exhibits with their files, the sources. No HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import ledger
from analysis.data import comparison, indicators, package
from analysis.data.messages import Message, _
from analysis.data.regions import Language
from analysis.publish import exhibits, parameters, run_page
from analysis.publish.ledger_file import read_ledger
from analysis.publish.output import made_files, read_card
from analysis.publish.report.answers import answers
from analysis.publish.words import text
from analysis.rating import associations

# exhibits that rebuild one of the paper's own
_OWN = re.compile(r"(?P<kind>table|chart)-(?P<number>\d+)")
# the level at which a test of many indicators together is said to find something
LEVEL = 0.05
# one indicator a concept, in its latest year: dependence on China, volume of trade, investment
HEADLINE = (("china_share", "2021"), ("trade_turnover", "2021"), ("investment", "2024"))
# the coefficient that leads everywhere
LEADING = "kendall_tau_b"


@dataclass(frozen=True)
class Page:
    """What a page of an exhibit is made from.

    Attributes
    ----------
    card : dict
        What was recorded when it was made.
    files : tuple of str
        Its files, relative to the folder of results.
    claims : tuple of LedgerRow
        The ledger's rows on it.
    """

    card: Mapping[str, Any]
    files: tuple[str, ...]
    claims: tuple[ledger.LedgerRow, ...]

    @property
    def id(self) -> str:
        """Identifier."""
        return str(self.card["id"])

    @property
    def notebook(self) -> str:
        """Notebook that made it."""
        return str(self.card["notebook"])

    @property
    def printed_name(self) -> Message | None:
        """``Table 2`` where it rebuilds one of the paper's own exhibits."""
        found = _OWN.fullmatch(self.id)
        if found is None:
            return None
        words = {"table": _("Table {number}"), "chart": _("Chart {number}")}
        return Message(words[found["kind"]].key, {"number": found["number"]})

    def title(self, language: Language) -> str:
        """Title, with the paper's own number before it."""
        title = str(self.card["title"][language])
        return title if self.printed_name is None else f"{text(self.printed_name, language)}. {title}"

    def has(self, output: str) -> bool:
        """Whether it has a table or a figure."""
        return output in self.card["outputs"]

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
        One an exhibit, in the order of reading.
    found : Ledger
        The ledger of the paper.
    rating : tuple of LedgerRow
        The ledger of the rating; none where it was not judged.
    specifications : pandas.DataFrame
        ``multiverse.csv``; choices as text.
    """

    folder: Path
    pages: tuple[Page, ...]
    found: ledger.Ledger
    rating: tuple[ledger.LedgerRow, ...]
    specifications: pd.DataFrame

    def page(self, exhibit_id: str) -> Page | None:
        """Page of an exhibit; None where it was not made."""
        return next((page for page in self.pages if page.id == exhibit_id), None)


def read(folder: Path) -> Content:
    """Read what the pages need from a folder of results.

    An exhibit that was not made (of a batch, or of customs files the reader does not have) gets no page.
    """
    found = read_ledger(folder / "ledger.csv")
    other = folder / "rating-ledger.csv"
    rating = read_ledger(other).rows if other.is_file() else ()
    table = pd.read_csv(
        folder / "multiverse.csv",
        dtype={name: str for name in ("period", "region_set", "strata", "regions")},
        keep_default_na=False,
        na_values={"p_minp": [""], "loo_low": [""], "loo_high": [""]},
    )
    return Content(folder, tuple(_pages(folder, found)), found, rating, table)


def _pages(folder: Path, found: ledger.Ledger) -> list[Page]:
    """Exhibits by notebook, each notebook's in the order in which it saves them."""
    order = [entry.id for entry in exhibits.entries()]
    cards = [card for path in (folder / "exhibits").glob("*.json") if (card := read_card(folder, path.stem))]
    studied = set(parameters.study())
    cards = [card for card in cards if card["notebook"] in studied]
    cards.sort(
        key=lambda card: (
            card["notebook"],
            order.index(card["id"]) if card["id"] in order else len(order),
            card["id"],
        )
    )
    return [
        Page(
            card,
            made_files(folder, card["id"]),
            tuple(row for row in found.rows if row.exhibit == card["id"]),
        )
        for card in cards
    ]


# ------------------------------------------------------------------ what was found


def _leading(folder: Path) -> pd.DataFrame:
    """Associations of the current edition over the Far East by the leading coefficient."""
    rows = pd.read_csv(folder / "associations.csv", dtype={"period": str})
    chosen = (rows["edition"] == "III") & (rows["subset"] == "far_east") & (rows["statistic"] == LEADING)
    return rows[chosen].set_index(["indicator", "period"])


def answer(folder: Path) -> Message:
    """One sentence on whether the rating follows trade, investment and border crossings."""
    rows = _leading(folder)
    family = rows[rows["family"] == rows.loc[HEADLINE[0], "family"]]
    standing = int((family["p_maxt"] <= LEVEL).sum())
    country = _country_table(folder)
    if country is not None and not standing:
        everywhere = int((country["holm_all"] <= LEVEL).sum())
        if everywhere:
            return _(
                "Across {regions:d} Russian regions the rating goes with {n:d} of {size:d} indicators of trade, investment and size; "
                "within the Far East this is not shown and cannot be ruled out",
                regions=int(country["n_all"].max()),
                n=everywhere,
                size=len(country),
            )
    if standing:
        return _(
            "In the Far East the rating goes with {n:d} of {size:d} indicators and years of trade and investment that were tested "
            "together",
            n=standing,
            size=len(family),
        )
    return _(
        "In the Far East the rating is not shown to follow trade, investment or border crossings, and eleven regions cannot rule "
        "it out"
    )


def association_sentences(folder: Path) -> list[Message]:
    """Main associations in four sentences, from a folder of results."""
    rows = _leading(folder)
    found = []
    for name, period in HEADLINE:
        row = rows.loc[(name, period)]
        found.append(
            _(
                "{label}, {period}: Kendall's tau-b {estimate:.2f}, exact p {p:p}; adjusted for all {size:d} indicators and years "
                "tested together, p {adjusted:p}. Without any one region tau-b lies between {low:.2f} and {high:.2f}.",
                label=indicators.indicator(name).name,
                period=period,
                estimate=float(row["estimate"]),
                p=float(row["p_exact"]),
                size=int((rows["family"] == row["family"]).sum()),
                adjusted=float(row["p_maxt"]),
                low=float(row["loo_low"]),
                high=float(row["loo_high"]),
            )
        )
    densities = [rows.loc[(name, "2020")] for name in associations.CROSSINGS[:2]]
    least = min(float(row["p_min"]) for row in densities)
    found.append(
        _(
            "Density of border crossings: there are five border regions, and with their scores no two-sided p below {least:p} is "
            "possible, so nothing can be concluded.",
            least=least,
        )
    )
    return found


def findings(content: Content) -> list[Message]:
    """What was found, in sentences with the numbers of these results."""
    found = answers(content.folder) or [*association_sentences(content.folder), *_country(content.folder)]
    sentences = [*found, _all_specifications(content)]
    return [*sentences, _own_files()] if indicators.has_user_data() else sentences


def _country_table(folder: Path) -> pd.DataFrame | None:
    """The same question for every region of the rating; None where no notebook asked it."""
    path = folder / "tables" / "country-associations.csv"
    return pd.read_csv(path) if path.is_file() else None


def _country(folder: Path) -> list[Message]:
    """Say what the leading indicator does over the whole country and in the Far East alone."""
    rows = _country_table(folder)
    if rows is None:
        return []
    row = rows.iloc[0]
    name, period = str(row["covariate"]).split(":")
    return [
        _(
            "{label}, {period}, over all {n:d} regions with figures: tau-b {all:.2f}, p {p:p}, adjusted for {size:d} indicators "
            "{adjusted:p}; in the Far East alone {inside:.2f}.",
            n=int(row["n_all"]),
            label=indicators.indicator(name).name,
            period=period,
            all=float(row["tau_all"]),
            p=float(row["p_all"]),
            size=len(rows),
            adjusted=float(row["holm_all"]),
            inside=float(row["tau_inside"]),
        )
    ]


def _own_files() -> Message:
    return _(
        "The reader's own files under data/user/ took part in these results, in the verdicts of the ledger too; figures that "
        "differ from another source: {differ:d} (data/processed/disagreements.csv).",
        differ=len(comparison.disagreements()),
    )


def _all_specifications(content: Content) -> Message:
    rows = content.specifications
    together = int(rows["p_minp"].notna().sum())
    rows = rows[rows["statistic"] == LEADING]
    return _(
        "The {n:d} declared specifications with tau-b: from {smallest:.2f} to {largest:.2f}, {positive:d} of them above zero; the "
        "smallest of their p, adjusted for all {together:d} rank specifications together, is {low:p}.",
        n=len(rows),
        smallest=float(rows["estimate"].min()),
        largest=float(rows["estimate"].max()),
        positive=int((rows["estimate"] > 0).sum()),
        together=together,
        low=float(rows["p_minp"].min()),
    )


# ------------------------------------------------------------------ one exhibit


def parameter_rows(card: Mapping[str, Any], language: Language) -> list[tuple[str, str, bool]]:
    """Name, value and whether it differs from the default, for each parameter of a run."""
    changed = parameters.differing(card["notebook"], card["parameters"])
    return [
        (name, run_page.value_in_words(value, language), name in changed)
        for name, value in card["parameters"].items()
    ]


# ------------------------------------------------------------------ the sources


def resources(pages: Sequence[Page]) -> list[dict[str, Any]]:
    """Descriptor entries of the raw files, each with the exhibits that draw on it."""
    used: dict[str, list[Page]] = {name: [] for name in package.resources()}
    for page in pages:
        for name in page.card["sources"]:
            if name in used:
                used[name].append(page)
    return [{**entry, "used_by": used[entry["name"]]} for entry in package.descriptor()["resources"]]
