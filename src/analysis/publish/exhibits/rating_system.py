"""The rating as a system: questions, trends, follow-up (notebook 04) and a made edition (notebook 09)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from analysis.data import formats, package
from analysis.data.formats import Text
from analysis.data.regions import LANGUAGES, Language
from analysis.publish import charts, charts_rating, tables
from analysis.publish.exhibits.publish import Exhibit
from analysis.publish.tables import Table, column
from analysis.rating import codebook, edition, follow_up, measures, trends
from analysis.rating import rating_tests as questions
from analysis.rating.document import TIERS, tier_of
from analysis.rating.edition import MadeEdition
from analysis.rating.rating_tests import Finding

SCORES = "rating-scores"
_QUESTION_SOURCES = (
    SCORES,
    measures.STATEMENTS,
    measures.DICTIONARY,
    follow_up.RESOURCE,
    "tochno-population",
    "tochno-investment",
)
_TIER_NAMES: dict[str, dict[Language, str]] = {
    "high": {"en": "high (10-7)", "ru": "высокая (10–7)"},
    "moderate": {"en": "moderate (6-4)", "ru": "умеренная (6–4)"},
    "low": {"en": "low (3-1)", "ru": "низкая (3–1)"},
}
_COLUMN_NAMES: dict[str, dict[Language, str]] = {
    "before": {"en": "before the edition before", "ru": "до прошлого выпуска"},
    "since": {"en": "since", "ru": "после него"},
    "": {"en": "column lost", "ru": "столбец утрачен"},
}
_STATUS_HEADINGS = tuple((status, names["en"], names["ru"]) for status, names in follow_up.STATUSES.items())
_CODE_HEADINGS: tuple[tuple[str, str, str], ...] = (
    ("stalled", "Stalled", "Остановлено"),
    ("realised", "Realised", "Реализовано"),
    ("under_way", "Under way", "Реализуется"),
    ("intended", "Intended", "Намерения"),
    ("context", "Context", "Контекст"),
)


def _both(frame: pd.DataFrame, name: str, texts: Iterable[Text]) -> pd.DataFrame:
    """Add a text column in either language: ``name_en`` and ``name_ru``."""
    listed = list(texts)
    return frame.assign(
        **{f"{name}_{language}": [text[language] for text in listed] for language in LANGUAGES}
    )


def _keys(name: str) -> dict[Language, str]:
    return {"en": f"{name}_en", "ru": f"{name}_ru"}


# Notebook 04: the map and the questions


def score_map() -> Exhibit:
    """Scores of edition III on a tile-grid map of the 83 regions."""
    frame = questions.frame().reset_index()
    top = frame[frame["score"] == frame["score"].max()]
    far_eastern = int((top["district"] == "far_eastern").sum())
    border = int((frame["border"] & (frame["score"] >= 8)).sum())
    return Exhibit(
        "rating-map",
        "III",
        {
            "en": f"One square a region, near where it lies. {far_eastern} of the {len(top)} regions with the highest score are "
            f"Far Eastern; {border} of the {int(frame['border'].sum())} regions at the border with China score 8 or more. "
            "A tile grid shows neither area nor distance.",
            "ru": f"Квадрат — регион, близко к его месту на карте. Высшая оценка у {len(top)}, из них на Дальнем Востоке "
            f"{far_eastern}; на границе с КНР оценка 8 и выше у {border} из {int(frame['border'].sum())}. "
            "Площадь и расстояния такая карта не показывает.",
        },
        (SCORES,),
        draw=lambda language, title, footer: charts_rating.tile_map(frame, language, title, footer),
    )


def findings_table(findings: Sequence[Finding]) -> Table:
    """Numbers of several answers as one table; answers and reservations are its notes.

    Returns
    -------
    Table
        One row a number: ``question``, subject and statistic by language, ``n``, ``estimate``, two-sided ``p`` with
        ``p_kind`` and ``p_min``, ``loo_low`` and ``loo_high``.
    """
    rows = [(finding, row) for finding in findings for row in finding.rows]
    frame = pd.DataFrame(
        {
            "question": [finding.id for finding, _ in rows],
            "n": [row.n for _, row in rows],
            "estimate": [np.nan if row.estimate is None else row.estimate for _, row in rows],
            "p": [np.nan if row.p is None else row.p for _, row in rows],
            "p_kind": [row.p_kind for _, row in rows],
            "p_min": [np.nan if row.p_min is None else row.p_min for _, row in rows],
            "loo_low": [np.nan if row.loo_low is None else row.loo_low for _, row in rows],
            "loo_high": [np.nan if row.loo_high is None else row.loo_high for _, row in rows],
        }
    )
    frame = _both(frame, "subject", (row.subject for _, row in rows))
    frame = _both(frame, "statistic", (row.statistic for _, row in rows))
    frame = _both(frame, "kind", (_P_KINDS[row.p_kind] for _, row in rows))
    heads: dict[Language, tuple[str, ...]] = {
        language: tuple(
            f"{finding.question[language]} {finding.sentence(language)} {finding.cannot_show(language)}"
            for finding in findings
        )
        for language in LANGUAGES
    }
    several: Text = {
        "en": "p-values are two-sided and not adjusted for the number of questions.",
        "ru": "Значения p двусторонние, без поправки на число вопросов.",
    }
    return Table(
        frame,
        (
            column(_keys("subject"), "Subject", "Предмет"),
            column(_keys("statistic"), "Statistic", "Показатель"),
            column("n", "n", "n", "number"),
            column("estimate", "Estimate", "Значение", "number", 2),
            column("p", "p", "p", "p_value"),
            column(_keys("kind"), "Kind of p", "Вид p"),
            column("loo_low", "One left out, lowest", "Без одного, наименьшее", "number", 2),
            column("loo_high", "One left out, highest", "Без одного, наибольшее", "number", 2),
        ),
        {language: (*heads[language], several[language]) for language in LANGUAGES},
    )


_P_KINDS: dict[str, dict[Language, str]] = {
    "exact": {"en": "exact", "ru": "точное"},
    "sampled": {"en": "sampled", "ru": "по выборке"},
    "asymptotic": {"en": "asymptotic", "ru": "асимптотическое"},
    "": {"en": formats.MISSING, "ru": formats.MISSING},
}


def question_table() -> Exhibit:
    """Every question to the rating, with its numbers and what they cannot show."""
    findings = questions.answers()
    return Exhibit(
        "rating-questions",
        "II–III",
        {
            "en": f"{len(findings)} questions to the scores and entries; each answer and its reservation stand under the table.",
            "ru": f"Вопросов к оценкам и записям: {len(findings)}; ответ и оговорка к каждому — под таблицей.",
        },
        _QUESTION_SOURCES,
        findings_table(findings),
    )


def entry_length() -> Exhibit:
    """Score against the length of the entry."""
    frame = questions.frame()
    finding = questions.length(frame)
    return Exhibit(
        "rating-length",
        "III",
        {
            language: f"{finding.sentence(language)} {_NAMED[language]} {finding.cannot_show(language)}"
            for language in LANGUAGES
        },
        (SCORES, measures.STATEMENTS, measures.DICTIONARY, "tochno-population", "tochno-investment"),
        draw=lambda language, title, footer: charts_rating.length_scatter(
            frame.reset_index(), language, title, footer
        ),
    )


_NAMED: dict[Language, str] = {
    "en": "One mark a region, equal scores spread a little; Far Eastern regions dark, those at the border named.",
    "ru": "Знак — регион, равные оценки слегка разведены; регионы ДФО выделены, приграничные подписаны.",
}


def dictionary_counts() -> Exhibit:
    """Statements by the dictionary's code, by tier of the score and column of the print."""
    counts = package.read(measures.DICTIONARY)
    scores = package.read(SCORES).set_index("region")["score"]
    counts = counts.assign(tier=[tier_of(int(scores[code])) for code in counts["region"]])
    names = ["statements", *codebook.CODES]
    rows = counts.groupby(["tier", "column"])[names].sum()
    order = [(tier, name) for tier in TIERS for name in _COLUMN_NAMES]
    rows = rows.reindex(
        pd.MultiIndex.from_tuples(order, names=["tier", "column"]), fill_value=0
    ).reset_index()
    rows = _both(rows, "tier", (_TIER_NAMES[tier] for tier in rows["tier"]))
    rows = _both(rows, "column", (_COLUMN_NAMES[name] for name in rows["column"]))
    total = int(rows["statements"].sum())
    shares = {name: 100 * int(rows[name].sum()) / total for name in codebook.CODES}
    known, both = (int(counts[name].sum()) for name in codebook.AGAINST_PRINT)
    italics = int(measures.lengths()["stalled"].sum())
    definitions: dict[Language, tuple[str, ...]] = {
        "en": tuple(f"{en}: {codebook.CATEGORIES[code]['en']}." for code, en, _ in _CODE_HEADINGS),
        "ru": tuple(f"{ru}: {codebook.CATEGORIES[code]['ru']}." for code, _, ru in _CODE_HEADINGS),
    }
    return Exhibit(
        "rating-dictionary",
        "III",
        {
            "en": f"Of {total} statements a list of Russian words finds {formats.number(shares['realised'], 0, 'en')}% realised, "
            f"{formats.number(shares['under_way'], 0, 'en')}% under way, {formats.number(shares['intended'], 0, 'en')}% "
            f"intended, {formats.number(shares['stalled'], 0, 'en')}% stalled: counts by a dictionary, {codebook.MARK['en']}.",
            "ru": f"Сообщений: {total}; словарь относит к реализованному {formats.number(shares['realised'], 0, 'ru')} %, к "
            f"реализуемому {formats.number(shares['under_way'], 0, 'ru')} %, к намерениям "
            f"{formats.number(shares['intended'], 0, 'ru')} %, к остановленному {formats.number(shares['stalled'], 0, 'ru')} %: "
            f"подсчёт по словарю, {codebook.MARK['ru']}.",
        },
        (measures.DICTIONARY, measures.STATEMENTS, SCORES),
        Table(
            rows,
            (
                column(_keys("tier"), "Productivity", "Продуктивность"),
                column(_keys("column"), "Column of the print", "Столбец документа"),
                column("statements", "Statements", "Сообщений", "number"),
                *(column(code, en, ru, "number") for code, en, ru in _CODE_HEADINGS),
            ),
            {
                "en": (
                    *definitions["en"],
                    f"The print marks {italics} stalled statements by italics: the list finds {both} of them, and {known - both} "
                    "more. That is a check against the print, not by people.",
                    "The word list was written with this edition in view, so it fits it better than another.",
                ),
                "ru": (
                    *definitions["ru"],
                    f"Курсивом в тексте выделено остановленных: {italics}; словарь находит из них {both} и ещё {known - both}. Это "
                    "сверка с набором, а не проверка людьми.",
                    "Словарь составлен по этому же выпуску и подходит к нему лучше, чем к другому.",
                ),
            },
        ),
    )


# Notebook 04: follow-up


def _conversion_rows(found: Sequence[follow_up.Conversion]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": [item.group for item in found],
            "open": [item.open for item in found],
            **{status: [item.counts[status] for item in found] for status in follow_up.STATUSES},
            "moving_pct": [np.nan if item.moving is None else 100 * item.moving for item in found],
        }
    )


def _conversion_columns(group: tables.Column) -> tuple[tables.Column, ...]:
    return (
        group,
        column("open", "Left open", "Не завершено", "number"),
        *(column(status, en.capitalize(), ru.capitalize(), "number") for status, en, ru in _STATUS_HEADINGS),
        column("moving_pct", "Realised or under way, %", "Реализовано или реализуется, %", "number", 0),
    )


def conversion_by_region() -> Exhibit:
    """What became of the announcements of the Far Eastern regions."""
    items = follow_up.committed()
    scores = package.read(SCORES).set_index("region")["score"]
    found = sorted(
        follow_up.by_region(items), key=lambda item: (-int(scores[item.group]), -item.open, item.group)
    )
    rows = _conversion_rows(found)
    return Exhibit(
        "rating-conversion",
        "II–III",
        {language: follow_up.sentence(items, language) for language in LANGUAGES},
        (follow_up.RESOURCE, SCORES),
        Table(rows, _conversion_columns(column("group", "Region", "Регион", "region")), _conversion_notes()),
        lambda language, title, footer: charts_rating.status_bars(
            [(charts.short(item.group, language), item.counts) for item in found],
            follow_up.STATUSES,
            language,
            title,
            footer,
        ),
    )


def _conversion_notes() -> dict[Language, tuple[str, ...]]:
    return {
        "en": (
            "Regions by score. No news: the new column reports that there is none, or does not name the initiative. An "
            "initiative counts once whatever its size.",
        ),
        "ru": (
            "Регионы по убыванию оценки. Новостей нет: новый столбец сообщает об их отсутствии либо не называет инициативу. "
            "Каждая инициатива считается один раз независимо от масштаба.",
        ),
    }


def conversion_by_kind() -> Exhibit:
    """What became of the announcements by kind of initiative."""
    items = follow_up.committed()
    found = follow_up.by_kind(items)
    rows = _both(_conversion_rows(found), "kind", (follow_up.KINDS[item.group] for item in found))
    largest = max(found, key=lambda item: item.open)
    name = follow_up.KINDS[largest.group]
    return Exhibit(
        "rating-conversion-kinds",
        "II–III",
        {
            "en": f"The most open initiatives are in one kind, {name['en']} ({largest.open}): {largest.counts['realised']} "
            f"realised, {largest.counts['under_way']} under way, {largest.counts['no_news']} without news; "
            f"{follow_up.MARK['en']}.",
            "ru": f"Больше всего незавершённых инициатив вида «{name['ru']}» ({largest.open}): реализовано "
            f"{largest.counts['realised']}, реализуется {largest.counts['under_way']}, без новостей "
            f"{largest.counts['no_news']}; {follow_up.MARK['ru']}.",
        },
        (follow_up.RESOURCE,),
        Table(rows, _conversion_columns(column(_keys("kind"), "Kind", "Вид"))),
    )


def initiative_list() -> Exhibit:
    """The register of initiatives, one row each."""
    items = follow_up.committed()
    frame = pd.DataFrame(
        [{"id": item.id, "region": item.region, "counterpart": item.counterpart} for item in items]
    )
    frame["sum_mln"] = [np.nan if item.sum_mln is None else item.sum_mln for item in items]
    frame["currency"] = [item.currency for item in items]
    frame["counterpart"] = frame["counterpart"].where(frame["counterpart"] != "", None)
    frame = _both(frame, "name", ({"en": item.name_en, "ru": item.name_ru} for item in items))
    frame = _both(frame, "kind", (follow_up.KINDS[item.kind] for item in items))
    frame = _both(frame, "before", (_STATUS_BEFORE[item.status_before] for item in items))
    frame = _both(frame, "now", (_now(item) for item in items))
    new = sum(item.announced == "since" for item in items)
    judged = sum(item.column_basis == "judged" for item in items)
    return Exhibit(
        "rating-initiatives",
        "II–III",
        {
            "en": f"{len(items)} named initiatives of eleven regions, {new} of them new in edition III; for {judged} the coder had "
            f"to judge the column; {follow_up.MARK['en']}.",
            "ru": f"Названных инициатив одиннадцати регионов: {len(items)}, из них новых в выпуске III {new}; для {judged} столбец "
            f"определил кодировщик; {follow_up.MARK['ru']}.",
        },
        (follow_up.RESOURCE,),
        Table(
            frame,
            (
                column("id", "No.", "№"),
                column("region", "Region", "Регион", "region"),
                column(_keys("name"), "Initiative", "Инициатива"),
                column("counterpart", "Counterpart", "Партнёр"),
                column(_keys("kind"), "Kind", "Вид"),
                column("sum_mln", "Sum, million", "Сумма, млн", "number", 1),
                column("currency", "Currency", "Валюта"),
                column(_keys("before"), "In the old column", "В прежнем столбце"),
                column(_keys("now"), "Now", "Сейчас"),
            ),
        ),
    )


_STATUS_BEFORE: dict[str, dict[Language, str]] = {
    "": {"en": formats.MISSING, "ru": formats.MISSING},
    "announced": {"en": "announced", "ru": "объявлено"},
    "under_way": {"en": "under way", "ru": "реализуется"},
    "realised": {"en": "realised", "ru": "реализовано"},
}


def _now(item: follow_up.Initiative) -> dict[Language, str]:
    if item.announced == "since" and item.status_now == "announced":
        return _STATUS_BEFORE["announced"]
    silent: dict[Language, str] = {"en": " (not named)", "ru": " (не упомянуто)"}
    end = silent if item.now_basis == "silent" else {"en": "", "ru": ""}
    return {language: follow_up.STATUSES[item.status_now][language] + end[language] for language in LANGUAGES}


# Notebook 04: trends


def trend_register() -> Exhibit:
    """The twelve trends: claim, data that could test it, whether it can be tested."""
    found = trends.register()
    frame = pd.DataFrame(
        {"number": [trend.number for trend in found], "testable": [t.testable for t in found]}
    )
    frame = _both(frame, "claim", (trend.claim for trend in found))
    frame = _both(frame, "data", (trend.data for trend in found))
    frame = _both(frame, "state", (trends.TESTABLE[trend.testable] for trend in found))
    frame = _both(frame, "missing", (trend.missing for trend in found))
    counts = {name: sum(trend.testable == name for trend in found) for name in trends.TESTABLE}
    return Exhibit(
        "rating-trends",
        "III",
        {
            "en": f"Of {len(found)} trends the document names, today's data test {counts['yes']} and {counts['partly']} in part; "
            f"for {counts['no']} the table says what is missing.",
            "ru": f"Из {len(found)} названных в документе трендов по сегодняшним данным проверен {counts['yes']}, частично — "
            f"{counts['partly']}; для {counts['no']} сказано, чего не хватает.",
        },
        (trends.RESOURCE,),
        Table(
            frame,
            (
                column("number", "No.", "№", "number"),
                column(_keys("claim"), "Claim, in our words", "Утверждение, нашими словами"),
                column(_keys("data"), "Data that could test it", "Данные для проверки"),
                column(_keys("state"), "State", "Состояние"),
                column(_keys("missing"), "Missing", "Чего не хватает"),
            ),
        ),
    )


def trend_tests() -> Exhibit:
    """Tests of the trends that today's data allow."""
    tested = [(trend, finding) for trend in trends.register() for finding in trends.findings(trend)]
    table = findings_table([finding for _, finding in tested])
    numbers = {finding.id: trend.number for trend, finding in tested}
    rows = table.rows.assign(trend=[numbers[name] for name in table.rows["question"]])
    return Exhibit(
        "rating-trend-tests",
        "II–III",
        {
            language: " ".join(
                f"{_TREND[language]} {trend.number}: {finding.sentence(language)}"
                for trend, finding in tested
            )
            for language in LANGUAGES
        },
        (SCORES, measures.STATEMENTS, follow_up.RESOURCE, trends.RESOURCE),
        Table(rows, (column("trend", "Trend", "Тренд", "number"), *table.columns), table.notes),
    )


_TREND: dict[Language, str] = {"en": "Trend", "ru": "Тренд"}


# Notebook 09: a made edition


def edition_frame(made: MadeEdition) -> pd.DataFrame:
    """A made edition as rows in its own order, columns as `analysis.rating.edition.Scored` and ``change``."""
    return pd.DataFrame(
        {
            "position": [entry.position for entry in made.entries],
            "region": [entry.region for entry in made.entries],
            "tier": [entry.tier for entry in made.entries],
            "score": [entry.score for entry in made.entries],
            "previous_score": pd.array([entry.previous_score for entry in made.entries], dtype="Float64"),
            "change": pd.array([entry.change for entry in made.entries], dtype="Float64"),
            "lowest": [entry.lowest for entry in made.entries],
            "highest": [entry.highest for entry in made.entries],
            "experts": [entry.experts for entry in made.entries],
        }
    ).astype({"previous_score": float, "change": float})


def edition_table(made: MadeEdition) -> Exhibit:
    """The edition's table in the order of the method, and its map."""
    frame = edition_frame(made)
    rows = _both(frame, "tier", (_TIER_NAMES[tier] for tier in frame["tier"]))
    return Exhibit(
        "edition-scores",
        made.label,
        {
            language: f"{made.sentence(language)} {made.agreement_sentence(language)}"
            for language in LANGUAGES
        },
        (SCORES,),
        Table(
            rows,
            (
                column("position", "Place", "Место", "number"),
                column("region", "Region", "Регион", "region"),
                column("score", "Score", "Оценка", "number"),
                column("previous_score", "Edition before", "Прошлый выпуск", "number"),
                column("change", "Change", "Изменение", "number"),
                column("lowest", "Lowest given", "Наименьшая", "number"),
                column("highest", "Highest given", "Наибольшая", "number"),
                column("experts", "Experts", "Экспертов", "number"),
                column(_keys("tier"), "Productivity", "Продуктивность"),
            ),
            {
                "en": (
                    "Score: lower median of the experts. Order: score, score of the edition before, alphabet of the Russian names.",
                ),
                "ru": (
                    "Оценка — нижняя медиана экспертов. Порядок: оценка, оценка прошлого выпуска, алфавит русских названий.",
                ),
            },
        ),
        lambda language, title, footer: charts_rating.tile_map(frame, language, title, footer),
    )


def edition_changes(made: MadeEdition) -> Exhibit:
    """Regions whose score changed against the edition before."""
    frame = edition_frame(made)
    order = [entry.region for entry in made.changed()]
    chosen = frame.set_index("region").loc[order].reset_index()
    crossed = len(made.tier_changes())
    return Exhibit(
        "edition-changes",
        f"{made.previous_label}–{made.label}",
        {
            "en": f"{len(order)} scores changed, {crossed} of them into another tier; hollow: edition {made.previous_label}, filled: "
            f"edition {made.label}.",
            "ru": f"Изменилось оценок: {len(order)}, из них с переходом в другую группу {crossed}; пустой знак — выпуск "
            f"{made.previous_label}, закрашенный — выпуск {made.label}.",
        },
        (SCORES,),
        draw=lambda language, title, footer: charts.score_changes(
            chosen.astype({"previous_score": int}),
            (made.previous_label, made.label),
            language,
            title,
            footer,
        ),
    )


def edition_departures(made: MadeEdition) -> Exhibit:
    """Where a print departs from the method; an empty table where there is no print or no departure."""
    departures = made.departures or ()
    frame = pd.DataFrame(
        {
            "region": [item.region for item in departures],
            "printed": [item.printed for item in departures],
            "position": [item.position for item in departures],
            "code": [item.code for item in departures],
        },
        columns=["region", "printed", "position", "code"],
    )
    frame = _both(frame, "why", (_WHY[item.code] for item in departures))
    return Exhibit(
        "edition-departures",
        made.label,
        {language: edition.departures_sentence(made, language) for language in LANGUAGES},
        (SCORES,),
        Table(
            frame,
            (
                column("region", "Region", "Регион", "region"),
                column("printed", "Place in print", "Место в тексте", "number"),
                column("position", "Place by the method", "Место по методике", "number"),
                column(_keys("why"), "Departure", "Отступление"),
            ),
            {
                "en": (
                    "The fewest regions that must be moved to turn the order of the print into that of the method.",
                ),
                "ru": (
                    "Наименьшее число регионов, перемещение которых превращает порядок текста в порядок методики.",
                ),
            },
        ),
    )


_WHY: dict[str, dict[Language, str]] = {
    "out_of_order": {"en": "among regions of another score", "ru": "среди регионов с другой оценкой"},
    "out_of_alphabet": {"en": "outside the alphabet", "ru": "вне алфавита"},
}
