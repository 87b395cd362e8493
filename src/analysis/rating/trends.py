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
from analysis.data import formats, package, regions
from analysis.data.formats import Text
from analysis.data.regions import Language
from analysis.errors import AnalysisError, one_of
from analysis.rating import follow_up
from analysis.rating import rating_tests as questions
from analysis.rating.follow_up import Initiative
from analysis.rating.rating_tests import Finding, Row, p_text, text

RESOURCE = "rating-trends"
Testable = Literal["yes", "partly", "no"]
TESTABLE: dict[str, dict[Language, str]] = {
    "yes": {"en": "tested", "ru": "проверен"},
    "partly": {"en": "tested in part", "ru": "проверен частично"},
    "no": {"en": "not testable yet", "ru": "пока не проверяется"},
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
    claim: Text
    data: Text
    missing: Text
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
                claim=text(row.claim_en, row.claim_ru),
                data=text(row.data_en, row.data_ru),
                missing=text(row.missing_en, row.missing_ru),
                testable=row.testable,
                tests=tests,
            )
        )
    return tuple(found)


def gap() -> Finding:
    """Trend 12, whether leaders drew away from outsiders."""
    return questions.gap(questions.frame())


def active_regions() -> Finding:
    """Trend 12, how many regions have any event since the edition before."""
    return active(package.read("rating-statements"))


def active(statements: pd.DataFrame) -> Finding:
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
    statistic = text("Regions", "Регионов")
    return Finding(
        "active_regions",
        text("Do nearly all regions do something?", "Почти ли все регионы что-то делают?"),
        (
            Row(text("With an event since", "С событием после прошлого выпуска"), statistic, n, float(since)),
            Row(
                text("Only with events of unknown column", "Лишь с событиями неизвестного столбца"),
                statistic,
                n,
                float(maybe),
            ),
        ),
        text(
            f"{since} of {n} regions have at least one statement in the new column, {maybe} more only statements whose column "
            "is lost.",
            f"Регионов, о которых есть сообщение в новом столбце: {since} из {n}; ещё у {maybe} есть лишь сообщения с "
            "утраченным столбцом.",
        ),
        text(
            "A statement may be a stall or a remark; the authors had to write something of every region.",
            "Сообщение может быть об остановке или общим; авторам нужно было что-то написать о каждом регионе.",
        ),
    )


def transport_conversion() -> Finding:
    """Trend 5, whether transport projects of the Far East got further than others."""
    return kind_conversion(follow_up.committed(), "transport")


def kind_conversion(items: Sequence[Initiative], kind: str) -> Finding:
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
    groups = ((name, inside), (text("Other kinds", "Другие виды"), ~inside))
    statistic = text("Realised or under way", "Реализовано или реализуется")
    rows = [Row(group, statistic, int(chosen.sum()), float(moving[chosen].sum())) for group, chosen in groups]
    # with two outcomes the rank-sum test is Fisher's exact test, by the two-sided rule of the project
    rows.append(
        Row(
            text(f"{name['en']} against other kinds", f"{name['ru']} и другие виды"),
            text("Probability of superiority", "Вероятность превосходства"),
            len(opened),
            found.superiority,
            found.association.p,
            "exact" if found.association.p_exact is not None else "",
            found.association.p_min,
        )
    )
    counts = [(int(moving[chosen].sum()), int(chosen.sum())) for _, chosen in groups]
    return Finding(
        f"{kind}_conversion",
        text(
            "Did transport projects get further than others?"
            if kind == "transport"
            else f"Did projects of this kind get further: {name['en']}?",
            "Продвинулись ли транспортные проекты дальше других?"
            if kind == "transport"
            else f"Продвинулись ли дальше проекты вида: {name['ru']}?",
        ),
        tuple(rows),
        text(
            f"{name['en']}: {counts[0][0]} of {counts[0][1]} open initiatives are realised or under way; other kinds: "
            f"{counts[1][0]} of {counts[1][1]} (exact {p_text(found.association.p, 'en')}).",
            f"{name['ru']}: реализовано или реализуется {counts[0][0]} из {counts[0][1]}; другие виды: {counts[1][0]} из "
            f"{counts[1][1]} (точное {p_text(found.association.p, 'ru')}).",
        ),
        text(
            "Eleven Far Eastern regions, one coder; roads, railways, ports and flights are one kind here, and no freight is "
            "measured.",
            "Одиннадцать регионов Дальнего Востока, один кодировщик; дороги, порты и рейсы здесь один вид, а перевозки не "
            "измеряются.",
        ),
    )


def origin_of_moving() -> Finding:
    """Trend 8, whether the Far Eastern projects that move now were announced before."""
    return origin(follow_up.committed())


def origin(items: Sequence[Initiative]) -> Finding:
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
    statistic = text("Initiatives", "Инициатив")
    share = {language: formats.number(100 * old / max(n, 1), 0, language) for language in regions.LANGUAGES}
    return Finding(
        "origin_of_moving",
        text(
            "Did most of the projects that move begin earlier?",
            "Начаты ли раньше большинство идущих проектов?",
        ),
        (
            Row(
                text("Moving, named before", "Идут, названы раньше"),
                statistic,
                n,
                float(old),
            ),
            Row(text("Moving, named since", "Идут, названы впервые"), statistic, n, float(n - old)),
            Row(text("All named since", "Все названные впервые"), statistic, new, float(new)),
        ),
        text(
            f"Of {n} initiatives under way or realised since, {old} ({share['en']}%) were named before; of {new} named for the "
            f"first time, {n - old} move already.",
            f"Реализуется или реализовано с тех пор инициатив: {n}, раньше названы {old} ({share['ru']} %); из названных впервые "
            f"({new}) уже идут {n - old}.",
        ),
        text(
            "A year is too short for a project to be named and built, so this share is high by construction; Far East and one "
            "coder only.",
            "За год проект редко успевают и объявить, и начать, поэтому доля высока по построению; только Дальний Восток и "
            "один кодировщик.",
        ),
    )


TESTS: dict[str, Callable[[], Finding]] = {
    "gap": gap,
    "active_regions": active_regions,
    "transport_conversion": transport_conversion,
    "origin_of_moving": origin_of_moving,
}


def findings(trend: Trend) -> tuple[Finding, ...]:
    """Tests of one trend, carried out."""
    return tuple(TESTS[name]() for name in trend.tests)
