"""The ledger as the pages show it: every word of a row in a language, the counts, and the finds worth a first page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from analysis import ledger
from analysis.data.messages import Message, Name, _
from analysis.data.regions import Language
from analysis.ledger import LedgerRow
from analysis.publish.verdicts import VERDICT_HEADS
from analysis.publish.words import Words, text

GROUPS: dict[str, Words] = {
    "text": _("Statements in the text"),
    "cell": _("Cells of the tables"),
    "reference": _("References"),
}
BASIS_WORDS: dict[str, Words] = {
    "internal": _("the paper's own figures"),
    "external": _("independent data"),
    "none": _("nothing"),
}


@dataclass(frozen=True)
class ClaimPage:
    """A row of the ledger in a language."""

    row: LedgerRow
    language: Language

    @property
    def place(self) -> str:
        """Where it is printed."""
        return text(self.row.full_place, self.language)

    @property
    def reproduced(self) -> str:
        """What the inputs give."""
        return text(self.row.reproduced, self.language)

    @property
    def note(self) -> str:
        """The arithmetic, or what is missing."""
        return text(self.row.note, self.language)

    @property
    def sentence(self) -> str:
        """What was printed, what comes out, the verdict."""
        return text(self.row.text, self.language)

    @property
    def verdict(self) -> str:
        """Verdict in words."""
        return verdict_name(self.row.verdict, self.language)

    @property
    def rule(self) -> str:
        """What the rule looks at; empty where there is none."""
        return "" if self.row.rule == "none" else rule_name(self.row.rule, self.language)


def in_language(rows: Iterable[LedgerRow], language: Language) -> list[ClaimPage]:
    """Rows with their words in a language."""
    return [ClaimPage(row, language) for row in rows]


def verdict_name(verdict: str, language: Language) -> str:
    """Verdict in words."""
    return text(VERDICT_HEADS[verdict], language)


def basis_name(basis: str, language: Language) -> str:
    """What a claim was judged from, in words."""
    return text(BASIS_WORDS[basis], language)


def part_name(exhibit: str, language: Language) -> str:
    """Part of the paper in words."""
    return text(ledger.exhibit_name(exhibit), language)


def rule_name(rule: str, language: Language) -> str:
    """What a rule looks at."""
    return text(ledger.RULES[rule], language)


def customs_sentence(rows: Sequence[LedgerRow], language: Language) -> str:
    """What the reader's customs files had to do with it; empty where none were asked."""
    return text(ledger.customs_sentence(rows), language)


@dataclass(frozen=True)
class Count:
    """Claims of one kind by verdict."""

    label: Words
    verdicts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(number for verdict, number in self.verdicts)

    @property
    def shares(self) -> list[tuple[str, int, float]]:
        """Verdict, number and per cent, without those that do not occur."""
        return [(verdict, number, 100 * number / self.total) for verdict, number in self.verdicts if number]


def counts(rows: Sequence[LedgerRow]) -> list[Count]:
    """Sentences, cells and references by verdict, each counted once; every verdict that occurs anywhere in each."""
    once = ledger.sentences(rows)
    shown = [verdict for verdict in ledger.VERDICTS if verdict in once.values()]
    found = []
    for group, label in GROUPS.items():
        number = Counter(verdict for (kind, _name), verdict in once.items() if kind == group)
        if number:
            found.append(Count(label, tuple((verdict, number[verdict]) for verdict in shown)))
    return found


def summary(rows: Sequence[LedgerRow]) -> Message:
    """How many printed sentences, cells and references of the paper can be checked and how they come out."""
    return _(
        "Of {total:d} printed sentences, table cells and references {checked:d} can be checked: {hold:d} hold, {fail:d} fail, "
        "{depend:d} depend on how they are read. The other {open:d} cannot, most of them because the tables behind them could "
        "not be obtained or no source is named.",
        **_sums(rows),
    )


def rating_summary(rows: Sequence[LedgerRow]) -> Message:
    """The same of the rating, whose figures mostly name no source."""
    return _(
        "Of {total:d} sentences of the rating with figures {checked:d} can be checked: {hold:d} hold, {fail:d} fail, {depend:d} depend "
        "on how they are read. The other {open:d} cannot, most of them because no source is named.",
        **_sums(rows),
    )


def _sums(rows: Sequence[LedgerRow]) -> dict[str, int]:
    shares = ledger.headline(ledger.Ledger(tuple(rows))).shares
    return {
        "total": sum(share.total for share in shares),
        "checked": sum(share.checked for share in shares),
        "hold": sum(share.matched for share in shares),
        "fail": sum(share.failed for share in shares),
        "depend": sum(share.depending for share in shares),
        "open": sum(share.undecided for share in shares),
    }


def finds(rows: Sequence[LedgerRow]) -> list[tuple[Message, LedgerRow]]:
    """What fails that a reader would tell a colleague, each with its row; only what fails in these results."""
    by_id = {row.claim_id: row for row in rows}
    found: list[tuple[Message, LedgerRow]] = []
    total = by_id.get("cell.table-3.9")
    if total is not None and total.is_failure:
        found += [(message, total) for message in _timber(total)]
    roads = by_id.get("table-1.caption-roads")
    if roads is not None and roads.is_failure:
        message = _(
            "Table 1 gives road densities under the heading {printed}; all of them are Rosstat's of {found}.",
            printed=roads.published,
            found=str(text(roads.reproduced, "en")),
        )
        found.append((message, roads))
    fewest = by_id.get("text.density-established-smallest")
    if fewest is not None and fewest.is_failure:
        found.append((_density(fewest), fewest))
    return found


def _timber(total: LedgerRow) -> list[Message]:
    # both with the paper's decimal comma
    printed, whole = _number(total.published), _number(text(total.reproduced, "ru"))
    if printed is None or whole is None:
        return []
    # thousand dollars in the table, millions in the sentence
    return [
        _(
            "The total of Table 3 adds goods to the headings that contain them: {printed:.1f} million dollars of timber exports "
            "instead of {whole:.1f} million.",
            printed=float(printed) / 1000,
            whole=float(whole) / 1000,
        )
    ]


def _number(printed: str) -> Decimal | None:
    try:
        return Decimal("".join(printed.split()).replace(",", "."))
    except InvalidOperation:
        return None


def _density(fewest: LedgerRow) -> Message:
    # what comes out is the region and its value: "Zabaykalsky Krai – 0.004697 to ..."
    region = Name(*(text(fewest.reproduced, language).partition(" – ")[0] for language in ("en", "ru")))
    return _(
        "The paper calls the Amur region lowest by established crossing points per kilometre of the border too. By its own "
        "Table 1 the lowest is {region}.",
        region=region,
    )
