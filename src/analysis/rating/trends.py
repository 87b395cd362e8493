"""The twelve trends the document names: what each claims, what could test it, and what today's data say.

Most need figures nobody publishes any more; the register says which, and the tests here are the few
that the scores, the entries and the register of initiatives allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis import stats
from analysis.data import package
from analysis.data.messages import Message, Name, _, joined
from analysis.errors import AnalysisError, one_of
from analysis.rating import follow_up, rating_tests
from analysis.rating.follow_up import Initiative
from analysis.rating.rating_tests import TestResult, TestRow, p_text

RESOURCE = "rating-trends"
Testable = Literal["yes", "partly", "no"]
TESTABLE: dict[str, Message] = {
    "yes": _("tested"),
    "partly": _("tested in part"),
    "no": _("not testable yet"),
}


@dataclass(frozen=True)
class Trend:
    """One trend of the document.

    Attributes
    ----------
    number : int
        Its number there.
    claim, data, missing : dict
        What it claims, what data could test it and what is missing, by language.
    testable : {'yes', 'partly', 'no'}
        Whether today's data allow a test.
    tests : tuple of str
        Keys of `TESTS`.
    """

    number: int
    claim: Name
    data: Name
    missing: Name
    testable: Testable
    tests: tuple[str, ...]


def register() -> tuple[Trend, ...]:
    """The trends, in the document's order.

    Raises
    ------
    AnalysisError
        If a trend names a test that does not exist, or none although it is called testable.
    """
    return parse(package.read(RESOURCE))


def parse(table: pd.DataFrame) -> tuple[Trend, ...]:
    """Trends of a table with the columns of the resource; errors as `register`."""
    found = []
    for row in table.itertuples():
        tests = tuple(name for name in str(row.tests).split("|") if name)
        where = f"Trend {row.number}"
        if row.testable not in TESTABLE:
            raise one_of(f"{where}: testable", row.testable, TESTABLE)
        unknown = [name for name in tests if name not in TESTS]
        if unknown:
            raise one_of(f"{where}: a test", unknown[0], TESTS)
        if (row.testable == "no") != (not tests):
            raise AnalysisError(
                f"{where} is testable: {row.testable}, but names {len(tests)} tests; 'no' goes with none."
            )
        found.append(
            Trend(
                number=int(row.number),
                claim=Name(row.claim_en, row.claim_ru),
                data=Name(row.data_en, row.data_ru),
                missing=Name(row.missing_en, row.missing_ru),
                testable=row.testable,
                tests=tests,
            )
        )
    return tuple(found)


def gap() -> TestResult:
    """Trend 12, whether leaders drew away from outsiders."""
    return rating_tests.gap(rating_tests.frame())


def active_regions() -> TestResult:
    """Trend 12, how many regions have any event since the edition before."""
    return active(package.read("rating-statements"))


def active(statements: pd.DataFrame) -> TestResult:
    """Regions by the events of their entries.

    Parameters
    ----------
    statements : pandas.DataFrame
        Columns ``region`` and ``column`` (``before``, ``since`` or empty), one row a statement.
    """
    n = int(statements["region"].nunique())
    since = int(statements.loc[statements["column"] == "since", "region"].nunique())
    unclear = set(statements.loc[statements["column"] == "", "region"])
    maybe = len(unclear - set(statements.loc[statements["column"] == "since", "region"]))
    statistic = _("Regions")
    return TestResult(
        "active_regions",
        _("Do nearly all regions do something?"),
        (
            TestRow(_("With an event since"), statistic, n, float(since)),
            TestRow(
                _("Only with events of unknown column"),
                statistic,
                n,
                float(maybe),
            ),
        ),
        _(
            "{since} of {n} regions have at least one statement in the new column, {maybe} more only statements whose column is lost.",
            since=since,
            n=n,
            maybe=maybe,
        ),
        _("A statement may be a stall or a remark; the authors had to write something of every region."),
    )


def transport_conversion() -> TestResult:
    """Trend 5, whether transport projects of the Far East got further than others."""
    return kind_conversion(follow_up.committed(), "transport")


def kind_conversion(items: Sequence[Initiative], kind: str) -> TestResult:
    """Open initiatives of one kind against the others: how many move or are done.

    Parameters
    ----------
    items : sequence of Initiative
        The register.
    kind : str
        Key of `analysis.rating.follow_up.KINDS`.
    """
    opened = [item for item in items if item.is_open]
    moving = np.array([item.status_now in ("realised", "under_way") for item in opened], dtype=int)
    inside = np.array([item.kind == kind for item in opened], dtype=bool)
    found = stats.compare_groups(moving, inside)
    name = follow_up.KINDS[kind]
    groups = ((name, inside), (_("Other kinds"), ~inside))
    statistic = _("Realised or under way")
    rows = [
        TestRow(group, statistic, int(chosen.sum()), float(moving[chosen].sum())) for group, chosen in groups
    ]
    # with two outcomes the rank-sum test is Fisher's exact test, by the two-sided rule of the project
    rows.append(
        TestRow(
            _("{name} against other kinds", name=name),
            _("Probability of superiority"),
            len(opened),
            found.superiority,
            found.association.p,
            "exact" if found.association.p_exact is not None else "",
            found.association.p_min,
        )
    )
    counts = [(int(moving[chosen].sum()), int(chosen.sum())) for _, chosen in groups]
    return TestResult(
        f"{kind}_conversion",
        _("Did transport projects get further than others?")
        if kind == "transport"
        else _("Did projects of this kind get further: {kind}?", kind=name),
        tuple(rows),
        _(
            "{name}: {moving} of {open} open initiatives are realised or under way; other kinds: {other_moving} of {other_open} (exact {p}).",
            name=name,
            moving=counts[0][0],
            open=counts[0][1],
            other_moving=counts[1][0],
            other_open=counts[1][1],
            p=p_text(found.association.p),
        ),
        _(
            "Eleven Far Eastern regions, one coder; roads, railways, ports and flights are one kind here, and no freight is measured."
        ),
    )


def origin_of_moving() -> TestResult:
    """Trend 8, whether the Far Eastern projects that move now were announced before."""
    return origin(follow_up.committed())


def origin(items: Sequence[Initiative]) -> TestResult:
    """Where the initiatives come from that are under way, or realised since the edition before.

    Parameters
    ----------
    items : sequence of Initiative
        The register.
    """
    moving = [
        item
        for item in items
        if item.status_now in ("realised", "under_way") and item.status_before != "realised"
    ]
    old = sum(item.announced == "before" for item in moving)
    new = sum(item.announced == "since" for item in items)
    n = len(moving)
    statistic = _("Initiatives")
    return TestResult(
        "origin_of_moving",
        _("Did most of the projects that move begin earlier?"),
        (
            TestRow(
                _("Moving, named before"),
                statistic,
                n,
                float(old),
            ),
            TestRow(_("Moving, named since"), statistic, n, float(n - old)),
            TestRow(_("All named since"), statistic, new, float(new)),
        ),
        _(
            "Of {n} initiatives under way or realised since, {old} ({share:.0f}%) were named before; of {new} named for the first time, {moving} move already.",
            n=n,
            old=old,
            share=100 * old / max(n, 1),
            new=new,
            moving=n - old,
        ),
        _(
            "A year is too short for a project to be named and built, so this share is high by construction; Far East and one coder only."
        ),
    )


TESTS: dict[str, Callable[[], TestResult]] = {
    "gap": gap,
    "active_regions": active_regions,
    "transport_conversion": transport_conversion,
    "origin_of_moving": origin_of_moving,
}


def findings(trend: Trend) -> tuple[TestResult, ...]:
    """Tests of one trend, carried out."""
    return tuple(TESTS[name]() for name in trend.tests)


def summary(tested: Sequence[tuple[int, TestResult]]) -> Message:
    """Answers of several tests, each behind the number of its trend."""
    return joined(
        [_("Trend {number}: {answer}", number=number, answer=finding.answer) for number, finding in tested],
        " ",
    )
