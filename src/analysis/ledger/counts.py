"""From verdicts to numbers about them: the headline, tables by exhibit and rule, how far each exhibit was checked.

Sentences are counted, not rows: claims of one sentence are one, with the worst verdict among them, and claims that
show one fault are one fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.data.messages import _
from analysis.ledger.checks import registered
from analysis.ledger.rules import RULES
from analysis.ledger.verify import FAILURES, GROUPS, VERDICTS, Group, Ledger, LedgerRow, Verdict
from analysis.ledger.wording import NOTHING, Words, joined


@dataclass(frozen=True)
class Share:
    """Verdicts of one group of claims, each sentence counted once.

    Attributes
    ----------
    group : str
        What is counted.
    internal, external : int
        Sentences that fail: against what is printed elsewhere, against independent data. One that fails on both bases
        counts once, as internal.
    depending, matched, undecided : int
        Sentences whose verdict depends on their reading, that hold, that could not be checked.
    faults : int
        Different faults among those that fail.
    """

    group: Group
    internal: int
    external: int
    depending: int
    matched: int
    undecided: int
    faults: int

    @property
    def failed(self) -> int:
        """Sentences that fail."""
        return self.internal + self.external

    @property
    def checked(self) -> int:
        """Sentences that could be checked: the denominator of the shares."""
        return self.failed + self.depending + self.matched

    @property
    def total(self) -> int:
        """Every sentence counted here."""
        return self.checked + self.undecided


@dataclass(frozen=True)
class Headline:
    """The result in a few numbers, group by group.

    Attributes
    ----------
    shares : tuple of Share
        In the order of `GROUPS`.
    faults : int
        Different faults in all groups together.
    """

    shares: tuple[Share, ...]
    faults: int

    def share(self, group: Group) -> Share:
        """Counts of one group."""
        return next(share for share in self.shares if share.group == group)

    @property
    def text(self) -> Words:
        """Failures first, with denominators."""
        groups = joined(_group_told(share) for share in self.shares if share.total)
        failed = sum(share.failed for share in self.shares)
        if failed == self.faults:
            return groups
        faults = _(
            "What fails, {failed} in all, comes from {faults} different faults.",
            failed=failed,
            faults=self.faults,
        )
        return joined([groups, faults])


_GROUPS = {
    "text": _("Sentences"),
    "cell": _("Table cells"),
    "reference": _("References"),
}


def _group_told(share: Share) -> Words:
    return _(
        "{name}: of {checked} that can be checked {failed} fail ({internal} against what is printed elsewhere, {external} "
        "against independent data), {depending} depend on how they are read and {matched} hold; {undecided} of {total} "
        "cannot be checked.",
        name=_GROUPS[share.group],
        checked=share.checked,
        failed=share.failed,
        internal=share.internal,
        external=share.external,
        depending=share.depending,
        matched=share.matched,
        undecided=share.undecided,
        total=share.total,
    )


def sentences(rows: Iterable[LedgerRow]) -> dict[tuple[Group, str], Verdict]:
    """Verdict of every sentence: the worst among its claims; one claim that holds is a sentence that was checked."""
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    found: dict[tuple[Group, str], Verdict] = {}
    for row in rows:
        key = (row.group, row.sentence)
        found[key] = min(found.get(key, row.verdict), row.verdict, key=lambda verdict: order[verdict])
    return found


def headline(ledger: Ledger) -> Headline:
    """Count sentences by group and verdict."""
    counts = Counter((group, verdict) for (group, _), verdict in sentences(ledger.rows).items())
    failing = [row for row in ledger.rows if row.verdict in FAILURES]

    def share(group: Group) -> Share:
        return Share(
            group,
            internal=counts[group, "paper_error"],
            external=counts[group, "mismatch"],
            depending=counts[group, "depends_on_reading"],
            matched=counts[group, "match"],
            undecided=counts[group, "not_checkable"],
            faults=len({row.fault for row in failing if row.group == group}),
        )

    return Headline(tuple(map(share, GROUPS)), len({row.fault for row in failing}))


def customs_sentence(rows: Sequence[LedgerRow]) -> Words:
    """Say how many of these claims were set against the reader's customs files; nothing where none were asked."""
    asked = [row.customs for row in rows if row.customs is not None]
    found = Counter(judgement.verdict for judgement in asked if judgement.source)
    if not asked:
        return NOTHING
    lacking = len(asked) - found.total()
    if not found:
        return _(
            "Your customs files lack what the {lacking} claims that ask for them need: everything stands on the printed "
            "figures and on sources other than these files.",
            lacking=lacking,
        )
    return _(
        "Your customs files were set against {asked} of these claims: {held} hold, {failed} fail, {undecided} stay open; "
        "for {lacking} more the files lack what is needed. The rest stands on the printed figures and on sources other "
        "than these files.",
        asked=found.total(),
        held=found["match"],
        failed=found["mismatch"],
        undecided=found["not_checkable"],
        lacking=lacking,
    )


def summary(ledger: Ledger) -> pd.DataFrame:
    """Count claims by exhibit, rule and verdict, failures first.

    Returns
    -------
    pandas.DataFrame
        Columns ``exhibit, rule``, one a verdict in the order of `VERDICTS`, and ``claims``, in the order of the claims
        file.
    """
    rows = pd.DataFrame(
        [(row.exhibit, row.rule, row.verdict) for row in ledger.rows], columns=["exhibit", "rule", "verdict"]
    )
    exhibits = pd.CategoricalDtype(list(dict.fromkeys(rows["exhibit"])), ordered=True)
    keys = {"exhibit": exhibits, "rule": pd.CategoricalDtype(list(RULES), ordered=True)}
    counts = rows.astype(keys).groupby(["exhibit", "rule", "verdict"], observed=True).size()
    table = counts.unstack(fill_value=0).reindex(columns=list(VERDICTS), fill_value=0)  # noqa: PD010 - counts exist
    table["claims"] = table.sum(axis=1)
    table = table.reset_index().rename_axis(columns=None)
    return table.astype({"exhibit": "str", "rule": "str"})


def checks_table() -> pd.DataFrame:
    """Every check there is: rule, name and what it looks at."""
    records = [(one.rule, one.name, one.says) for one in registered()]
    return pd.DataFrame(records, columns=["rule", "check", "says"])


LEVELS = {
    0: _("nothing could be checked"),
    1: _("checked in part, from the document itself"),
    2: _("checked in part, against independent data too"),
    3: _("every claim checked"),
}


def levels(ledger: Ledger) -> pd.DataFrame:
    """How far each exhibit could be checked, in the manner of the levels of the ACRE guide.

    The scale is ours (`LEVELS`); ACRE's ten levels grade the materials authors provide, and here there are
    none but the printed page. A level says how much could be checked, not how much of it holds.

    Returns
    -------
    pandas.DataFrame
        Columns ``exhibit, level, claims, checked_internal, checked_external, failed``.

    References
    ----------
    Berkeley Initiative for Transparency in the Social Sciences, *Guide for Accelerating Computational
    Reproducibility in the Social Sciences* (ACRE), section on levels of reproducibility.
    """
    records = []
    for exhibit in dict.fromkeys(row.exhibit for row in ledger.rows):
        rows = [row for row in ledger.rows if row.exhibit == exhibit]
        checked = [row for row in rows if row.verdict != "not_checkable"]
        external = sum(row.basis == "external" for row in checked)
        level = 0 if not checked else 3 if len(checked) == len(rows) else 2 if external else 1
        records.append(
            {
                "exhibit": exhibit,
                "level": level,
                "claims": len(rows),
                "checked_internal": len(checked) - external,
                "checked_external": external,
                "failed": sum(row.is_failure for row in checked),
            }
        )
    return pd.DataFrame(records)
