"""The reader of the rating: every row form, every hazard, and the committed scores.

The editions read here are synthetic: names and scores are those of the committed table, every
sentence is a filler of ours. ``fixtures/rating/synthetic_edition.txt`` was written once by
`edition_text` and stands as it is, so that reader and generator cannot drift together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data.regions import all_regions
from analysis.errors import AnalysisError
from analysis.publish import words
from analysis.rating import document

ROOT = Path(__file__).resolve().parents[1]
COMMITTED = ROOT / "data" / "raw" / "rating" / "scores.csv"
GOLDEN = Path(__file__).parent / "fixtures" / "rating" / "synthetic_edition.txt"

Row = tuple[str, int, int]
FORMS = (
    "cells",
    "plain",
    "paragraph",
    "later_alone",
    "later_cell",
    "later_plain_cell",
    "later_after_break",
)
# Fillers that try to pass for scores, names, headers and page breaks inside the event columns.
OLD_EVENTS = (
    "<p>Учебный склад принял 12 (15) вагонов.</p> <p>Договор о мебели подписан.</p>",
    "<p>В списке 5 (4) позиции, подробности уточняются.</p>",
    "Выставка посуды прошла в вымышленном зале.",
    "",
)
NEW_EVENTS = (
    "<p>Завод игрушек открыт, оценка 9 (8) дана жюри.</p> <p><i>Мост из кубиков не построен.</i></p>",
    "<p>Амурская область упомянута в отчёте о кубиках.</p>",
    "<i>Поезд с карандашами не вышел.</i>",
    "",
)
DETACHED = (
    "Татарстан и Москва обменялись письмами о вымышленном заводе.",
    "Регион заинтересован в поставках карандашей, Пермский край 4 (3) места в зале занял.",
    "Итог конкурса рисунков: 7 (7) баллов у школы, 5 (5) у лицея.",
)
BREAK = ("", "-- \t --\t---", "")
TITLES = ("ВЫСОКАЯ ПРОДУКТИВНОСТЬ", "УМЕРЕННАЯ ПРОДУКТИВНОСТЬ (6-4)", "**Низкая продуктивность**")
PERIODS = "События до июня 2027 года\tСобытия июля 2027 – июня 2028 годов"
HEADERS = (
    (f"Регион\t{PERIODS}", "Оценка по 10-балльной шкале (оценка в IV рейтинге)\t\t"),
    ("<p>Регион</p> <p>Оценка по 10-балльной шкале (оценка в IV рейтинге)</p>\t" + PERIODS,),
    ("Регион Оценка по 10-балльной шкале (оценка в IV рейтинге)\t" + PERIODS,),
)
PREFACE = (
    "",
    "Вымышленный выпуск рейтинга, написанный для проверки чтения",
    "Москва, июль 2028",
    "",
    "На основании событий июля 2027 - июня 2028 года",
    "Пятый выпуск сделан из выдуманных предложений, оценка в нём 9 (8) ничего не значит.",
    "",
)
FOOTNOTE = ("", "* Сноска вымышленного выпуска.", "")


def committed_rows() -> list[Row]:
    table = pd.read_csv(COMMITTED)
    return list(zip(table.name_printed, table.score, table.previous_score, strict=True))


def row_lines(row: Row, form: str, turn: int) -> list[str]:
    """One region in one of the row forms; `turn` picks the fillers around it."""
    name, score, previous = row
    mark = f"{score} ({previous})" if previous else f"{score}"  # 0: the edition prints no previous score
    events = f"{OLD_EVENTS[turn % 4]}\t{NEW_EVENTS[turn // 4 % 4]}"
    more = f"{OLD_EVENTS[(turn + 1) % 4]}\t{NEW_EVENTS[(turn + 2) % 4]}"
    body = {
        "cells": [f"<p>{name}</p> <p>{mark}</p>\t{events}"],
        "plain": [f"{name} {mark}\t{events}"],
        "paragraph": [f"<p>{name} {mark}</p>\t{events}"],
        "later_alone": [f"<p>{name}</p>\t{events}", "", mark, ""],
        "later_cell": [f"<p>{name}</p>\t{events}", "", f"<p>{mark}</p>\t{more}"],
        "later_plain_cell": [f"{name}\t{events}", "", f"{mark}\t{more}"],
        "later_after_break": [
            f"<p>{name}</p>\t{events}",
            *BREAK,
            *HEADERS[turn % 3],
            f"<p>{mark}</p>\t{more}",
        ],
    }[form]
    if turn % 3 == 0:
        body += ["", f"\t{more}", *BREAK]
    if turn % 5 == 0:
        body += ["", DETACHED[turn % 3], ""]
    return body


def edition_lines(rows: Sequence[Row], forms: Sequence[str], titles: Sequence[str | None]) -> list[str]:
    """Give a whole synthetic edition: preface, three tiers with their headers, footnote."""
    lines = list(PREFACE)
    tiers = ((7, 10), (4, 6), (1, 3))
    for number, ((lowest, highest), title) in enumerate(zip(tiers, titles, strict=True)):
        members = [(t, row) for t, row in enumerate(rows) if lowest <= row[1] <= highest]
        if not members:
            continue
        lines += [title, ""] if title else list(BREAK)
        lines += HEADERS[number]
        for turn, row in members:
            lines += row_lines(row, forms[turn % len(forms)], turn)
    return [*lines, *FOOTNOTE]


def edition_text(rows: Sequence[Row], forms: Sequence[str], titles: Sequence[str | None]) -> str:
    return "\n".join(edition_lines(rows, forms, titles))


def uncertainties(edition, language="en"):
    return [words.text(message, language) for message in document.uncertainties(edition)]


def differences(comparison, language="en"):
    return [words.text(message, language) for message in comparison.sentences()]


def read_text(text: str, folder: Path) -> document.Edition:
    path = folder / "edition.txt"
    path.write_text(text, encoding="utf-8")
    return document.read_edition(path)


def figures(edition: document.Edition) -> list[Row]:
    return [(e.name_printed, e.score, e.previous_score or 0) for e in edition.entries]


def golden_lines() -> list[str]:
    return GOLDEN.read_text(encoding="utf-8").split("\n")


def line_of(lines: Sequence[str], start: str) -> int:
    """Number of the first line whose text without markup begins with `start`."""
    return next(n for n, text in enumerate(lines, 1) if re.sub(r"<[^>]+>", "", text).startswith(start))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rating")


# The golden edition


def test_golden_edition_gives_all_regions_in_three_tiers():
    """A region lost to one of the row forms would change the count or a tier."""
    edition = document.read_edition(GOLDEN)
    assert len(edition.entries) == 83
    assert edition.tier_sizes() == {"high": 18, "moderate": 42, "low": 23}
    assert {entry.region.code for entry in edition.entries} == {region.code for region in all_regions()}
    assert [entry.position for entry in edition.entries] == list(range(1, 84))


def test_golden_edition_gives_the_printed_figures():
    assert figures(document.read_edition(GOLDEN)) == committed_rows()


def test_golden_edition_metadata():
    edition = document.read_edition(GOLDEN)
    assert (edition.label, edition.previous_label) == ("V", "IV")
    assert edition.published == "2028-07"
    assert edition.period == "2027-07/2028-06"


def test_golden_edition_has_every_row_form():
    """Without each form in the fixture, the other golden tests would prove less than they say."""
    text = GOLDEN.read_text(encoding="utf-8")
    patterns = (
        r"^<p>[^<\t]+</p> <p>\d \(\d\)</p>\t",
        r"^[А-Я][^<\t\d]+ \d \(\d\)\t",
        r"^<p>[^<\t\d]+ \d \(\d\)</p>\t",
        r"^\d \(\d\)$",
        r"^<p>\d \(\d\)</p>\t",
        r"^\d \(\d\)\t",
    )
    assert all(re.search(pattern, text, re.MULTILINE) for pattern in patterns)


def test_golden_edition_reports_what_is_irregular():
    """Anomalies that went unreported would be lost silently."""
    edition = document.read_edition(GOLDEN)
    lines = golden_lines()
    lost = line_of(lines, "Тверская область")
    assert [(note.code, note.subject) for note in edition.anomalies if note.code == "tier_heading_lost"] == [
        ("tier_heading_lost", "RU-TVE")
    ]
    assert "out_of_order" in entry(edition, "RU-ORE").anomalies
    assert "tier_heading_lost" in entry(edition, "RU-TVE").anomalies
    later = [e for e in edition.entries if e.line > e.row_line]
    assert later == [e for e in edition.entries if "score_on_later_line" in e.anomalies]
    assert len(later) > 8
    sentences = uncertainties(edition)
    assert (
        f"Line {lost}: the tier that begins with Tver Oblast has no heading; its scores settle it."
        in sentences
    )
    assert len(uncertainties(edition, "ru")) == len(sentences)
    assert any("Оренбургская область" in sentence for sentence in uncertainties(edition, "ru"))


def test_lines_are_those_of_the_document():
    """A line number that is off by one would send the reader to the wrong region."""
    lines = golden_lines()
    for item in document.read_edition(GOLDEN).entries:
        assert item.name_printed in lines[item.row_line - 1].split("\t")[0]
        assert f"{item.score} ({item.previous_score})" in lines[item.line - 1].split("\t")[0]


def entry(edition: document.Edition, code: str) -> document.Entry:
    return next(item for item in edition.entries if item.region.code == code)


# Any mixture of forms, any scores, any number of regions

scores = st.integers(1, 10)
names = st.permutations([region.name_ru for region in all_regions()])


@settings(max_examples=40, deadline=None)
@given(forms=st.lists(st.sampled_from(FORMS), min_size=83, max_size=83))
def test_no_mixture_of_row_forms_loses_a_region(folder, forms):
    rows = committed_rows()
    edition = read_text(edition_text(rows, forms, (TITLES[0], TITLES[1], None)), folder)
    assert figures(edition) == rows
    assert edition.tier_sizes() == {"high": 18, "moderate": 42, "low": 23}


@settings(max_examples=40, deadline=None)
@given(
    names=names,
    pairs=st.lists(st.tuples(scores, scores), min_size=1, max_size=83),
    forms=st.lists(st.sampled_from(FORMS), min_size=1, max_size=9),
    headed=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_no_permutation_or_other_edition_changes_a_score(folder, names, pairs, forms, headed):
    """Other regions, numbers, scores and lost headings are read as they stand."""
    ordered = sorted(pairs, reverse=True)
    rows = [(name, now, before) for name, (now, before) in zip(names, ordered, strict=False)]
    titles = [title if present else None for title, present in zip(TITLES, headed, strict=True)]
    edition = read_text(edition_text(rows, forms, titles), folder)
    assert figures(edition) == rows
    assert [e.tier for e in edition.entries] == [document.tier_of(now) for _, now, _ in rows]
    absent = [note.subject for note in edition.anomalies if note.code == "region_absent"]
    assert len(absent) == 83 - len(rows)
    occupied = {document.tier_of(now) for _, now, _ in rows}
    expected = {tier for tier, present in zip(document.TIERS, headed, strict=True) if not present} & occupied
    lost = {note.subject for note in edition.anomalies if note.code == "tier_heading_lost"}
    assert {entry(edition, code).tier for code in lost} == expected


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_byte_order_mark_and_hard_spaces_do_not_matter(tmp_path, end):
    """The same text saved on another system must give the same figures and line numbers."""
    text = GOLDEN.read_text(encoding="utf-8").replace(" область", "\u00a0область").replace("\n", end)
    path = tmp_path / "edition.txt"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    edition, golden = document.read_edition(path), document.read_edition(GOLDEN)
    assert [(e.region, e.score, e.line) for e in edition.entries] == [
        (e.region, e.score, e.line) for e in golden.entries
    ]


def test_first_edition_prints_no_previous_scores(tmp_path):
    """An edition of bare scores has none before it, and its label comes from the preface."""
    rows = [(name, now, 0) for name, now, _ in committed_rows()]
    forms = [form for form in FORMS if form != "later_alone"]
    text = edition_text(rows, forms, TITLES).replace(" (оценка в IV рейтинге)", "")
    edition = read_text(text.replace("Пятый выпуск", "Первый выпуск"), tmp_path)
    assert (edition.label, edition.previous_label) == ("I", None)
    assert figures(edition) == rows
    assert all(item.previous_score is None for item in edition.entries)
    assert document.to_rows(edition)[0]["previous_score"] == ""


def test_bare_number_alone_on_a_line_is_not_a_score(tmp_path):
    """It could as well be a page number, so the region is reported as having no score."""
    rows = [(name, now, 0) for name, now, _ in committed_rows()]
    text = edition_text(rows, ["later_alone"], TITLES).replace(" (оценка в IV рейтинге)", "")
    with pytest.raises(AnalysisError, match="names Амурская область without a score"):
        read_text(text, tmp_path)


def test_dash_for_a_previous_score_means_none(tmp_path):
    text = GOLDEN.read_text(encoding="utf-8").replace("Карелия 5 (4)", "Карелия 5 (–)")
    edition = read_text(text, tmp_path)
    assert entry(edition, "RU-KR").previous_score is None


def test_score_after_detached_text_is_claimed_and_reported(tmp_path):
    """A page break can put a whole cell between a name and its score; the claim is marked as uncertain."""
    lines = golden_lines()
    alone = next(n for n, text in enumerate(lines) if re.fullmatch(r"\d \(\d\)", text))
    lines.insert(alone, DETACHED[0])
    edition = read_text("\n".join(lines), tmp_path)
    assert figures(edition) == committed_rows()
    assert next(e for e in edition.entries if e.line == alone + 2).anomalies == (
        "score_on_later_line",
        "score_after_text",
    )


def test_sentence_that_ends_like_a_score_is_reported(tmp_path):
    """It is text, but a reader must be told that it was taken for text."""
    lines = golden_lines()
    place = line_of(lines, "Карелия")
    lines.insert(place, "Вымышленное жюри дало школе рисования, по слухам, 7 (7)")
    edition = read_text("\n".join(lines), tmp_path)
    assert figures(edition) == committed_rows()
    sentence = f"Line {place + 1}: text outside the table ends like a score (7 (7)) and was taken for text."
    assert sentence in uncertainties(edition)


def test_unknown_heading_is_reported_and_settled_by_scores(tmp_path):
    text = GOLDEN.read_text(encoding="utf-8").replace("УМЕРЕННАЯ ПРОДУКТИВНОСТЬ", "ОБЫЧНАЯ ПРОДУКТИВНОСТЬ")
    edition = read_text(text, tmp_path)
    assert edition.tier_sizes() == {"high": 18, "moderate": 42, "low": 23}
    place = line_of(golden_lines(), "УМЕРЕННАЯ")
    assert (
        f"Line {place}: the tier heading 'ОБЫЧНАЯ ПРОДУКТИВНОСТЬ (6-4)' is not known; "
        "the scores below it settle the tier."
    ) in uncertainties(edition)


def test_missing_dates_are_reported(tmp_path):
    text = GOLDEN.read_text(encoding="utf-8").replace("Москва, июль 2028", "Москва")
    text = text.replace("событий июля 2027 - июня 2028 года", "событий года").replace(
        "События июля", "Итоги июля"
    )
    edition = read_text(text, tmp_path)
    assert (edition.published, edition.period) == (None, None)
    codes = {note.code for note in edition.anomalies}
    assert {"publication_month_missing", "period_missing"} <= codes
    assert len(uncertainties(edition, "ru")) == len(uncertainties(edition, "en"))


# Damaged documents: one sentence that names the line


def replace_line(start: str, old: str, new: str) -> Callable[[list[str]], int]:
    def damage(lines: list[str]) -> int:
        number = line_of(lines, start)
        assert old in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)
        return number

    return damage


def repeat_region(lines: list[str]) -> int:
    number = line_of(lines, "Карелия")
    lines.insert(number, lines[number - 1])
    return number + 1


def drop_score_line(lines: list[str]) -> int:
    alone = next(n for n, text in enumerate(lines) if re.fullmatch(r"\d \(\d\)", text))
    del lines[alone]
    return alone - 1  # name, blank line, score


def drop_name(lines: list[str]) -> int:
    """The score stands on a later line, and the row of the name is gone."""
    alone = next(n for n, text in enumerate(lines) if re.fullmatch(r"\d \(\d\)", text))
    del lines[alone - 2]
    return alone  # one line up


def repeat_score(lines: list[str]) -> int:
    alone = next(n for n, text in enumerate(lines) if re.fullmatch(r"\d \(\d\)", text))
    lines.insert(alone + 1, "3 (3)")
    return alone + 2


def swap_columns(start: str) -> Callable[[list[str]], int]:
    def damage(lines: list[str]) -> int:
        number = line_of(lines, start)
        first, second, third = lines[number - 1].split("\t")
        lines[number - 1] = f"{second}\t{first}\t{third}"
        return number

    return damage


def swap_event_columns(lines: list[str]) -> int:
    number = line_of(lines, "Регион")
    first, second, third = lines[number - 1].split("\t")
    lines[number - 1] = f"{first}\t{third}\t{second}"
    return number


def lose_heading_and_header(lines: list[str]) -> int:
    number = line_of(lines, "УМЕРЕННАЯ")
    del lines[number - 1 : number + 2]  # heading, blank line, column header
    return line_of(lines, "Бурятия")


def score_beyond_tier(lines: list[str]) -> int:
    return replace_line("Карелия", "5 (4)", "8 (4)")(lines)


def other_previous_edition(lines: list[str]) -> int:
    return replace_line("Оценка", "IV рейтинге", "II рейтинге")(lines)


DAMAGES: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "region twice": (repeat_region, "Карелия a second row; its first row is line"),
    "score missing, next region follows": (drop_score_line, "without a score"),
    "score in brackets missing": (replace_line("Карелия", " 5 (4)", ""), "names Карелия without a score"),
    "last region without score": (replace_line("Чечня", "2 (1)", ""), "names Чечня without a score"),
    "name missing": (drop_name, "belongs to no region"),
    "second score": (repeat_score, r"holds the score 3 \(3\), which belongs to no region"),
    "score 11": (replace_line("Карелия", "5 (4)", "11 (4)"), "gives Карелия the score '11', .* from 1 to 10"),
    "score 0": (replace_line("Карелия", "5 (4)", "0 (4)"), "gives Карелия the score '0', .* from 1 to 10"),
    "score below zero": (replace_line("Карелия", "5 (4)", "-5 (4)"), "gives Карелия the score '-5',"),
    "half a score": (replace_line("Карелия", "5 (4)", "5,5 (4)"), "gives Карелия the score '5,5',"),
    "previous score 12": (replace_line("Карелия", "5 (4)", "5 (12)"), "Карелия the previous score '12',"),
    "unknown name": (replace_line("Карелия", "Карелия", "Карамелия"), "names the region 'Карамелия'"),
    "unknown name, later score": (replace_line("Камчатский", "Камчатский", "Камчатый"), "'Камчатый край'"),
    "letter for a digit": (replace_line("Карелия", "5 (4)", "З (4)"), "begins with 'Карелия З"),
    "name in second column": (swap_columns("Карелия"), "columns swapped|begins with"),
    "header in second column": (swap_columns("Регион"), "columns swapped"),
    "event columns swapped": (swap_event_columns, "columns swapped"),
    "tier heading and header lost": (lose_heading_and_header, "moderate 6-4, under the tier high 10-7"),
    "score beyond its tier": (score_beyond_tier, "high 10-7, under the tier moderate 6-4"),
    "two editions before": (other_previous_edition, "names several editions before it"),
    "edition number unreadable": (replace_line("Оценка", "IV", "ЧТО"), "'ЧТО', which is not known"),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_damaged_document_ends_in_a_sentence_naming_the_line(case, tmp_path):
    """A damage read without complaint would put a wrong figure into the study."""
    damage, said = DAMAGES[case]
    lines = golden_lines()
    number = damage(lines)
    with pytest.raises(AnalysisError, match=said) as caught:
        read_text("\n".join(lines), tmp_path)
    sentence = str(caught.value)
    assert re.search(rf"\bline {number}\b", sentence), sentence
    assert "edition.txt" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_lost_tier_heading_is_reported_with_its_line(tmp_path):
    """With the column header still there, the scores settle the tier and the report names the place."""
    lines = golden_lines()
    del lines[line_of(lines, "УМЕРЕННАЯ") - 1]
    edition = read_text("\n".join(lines), tmp_path)
    assert edition.tier_sizes() == {"high": 18, "moderate": 42, "low": 23}
    place = line_of(lines, "Бурятия")
    assert (
        f"Line {place}: the tier that begins with Republic of Buryatia has no heading; its scores settle it."
        in (uncertainties(edition))
    )


def test_region_without_row_is_reported(tmp_path):
    lines = golden_lines()
    del lines[line_of(lines, "Карелия") - 1]
    edition = read_text("\n".join(lines), tmp_path)
    assert len(edition.entries) == 82
    assert [n.subject for n in edition.anomalies if n.code == "region_absent"] == ["RU-KR"]
    assert any("Republic of Karelia" in sentence for sentence in uncertainties(edition))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a rating"),
        ("Просто письмо\nо погоде\n".encode(), "is not a rating of regions: none of its 3 lines"),
        ("ВЫСОКАЯ ПРОДУКТИВНОСТЬ\n".encode(), "no region with a score"),
        ("Письмо\n5 (4)\n".encode(), r"line 2, holds the score 5 \(4\), which belongs to no region"),
        ("Письмо\nв кодировке".encode("cp1251"), "line 1, holds bytes that are not UTF-8"),
        ("Первая\n".encode() + b"\xff\xfe", "line 2, holds bytes that are not UTF-8"),
        ("Амурская область 9 (9)\tа\tб\n".encode(), "does not say which edition"),
    ],
)
def test_not_a_rating_document(content, said, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    with pytest.raises(AnalysisError, match=said):
        document.read_edition(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(AnalysisError, match=r"none\.txt cannot be read"):
        document.read_edition(tmp_path / "none.txt")


# Tiers and order


def test_tier_bounds_cover_the_scale_once():
    """7-10, 4-6 and 1-3 leave no score without a tier and none in two."""
    assert [document.tier_of(score) for score in document.SCORES] == ["low"] * 3 + ["moderate"] * 3 + [
        "high"
    ] * 4


@given(st.lists(st.integers(1, 10), max_size=30), st.data())
def test_misplaced_finds_one_entry_moved_out_of_order(values, data):
    """Order is restored by moving what is named, and nothing is named in an ordered list."""
    keys = [(value,) for value in sorted(values)]
    assert document.misplaced(keys) == set()
    if keys:
        moved = data.draw(st.integers(0, len(keys) - 1))
        keys.insert(data.draw(st.integers(0, len(keys) - 1)), keys.pop(moved))
    misplaced = document.misplaced(keys)
    assert len(misplaced) <= 1
    left = [key for index, key in enumerate(keys) if index not in misplaced]
    assert left == sorted(left)


# Files and comparison


def test_scores_survive_writing_and_reading(tmp_path):
    edition = document.read_edition(GOLDEN)
    path = document.write_scores(edition, tmp_path / "new" / "scores.csv")
    assert b"\r" not in path.read_bytes()
    assert [item.name for item in path.parent.iterdir()] == ["scores.csv"]
    table = document.load_scores(path)
    assert tuple(table.columns) == document.COLUMNS
    assert table.score.dtype == "int64"
    assert table.previous_score.dtype == "Int64"
    assert table.score.tolist() == [item.score for item in edition.entries]
    assert set(table.document_sha256) == {edition.sha256}


def test_missing_previous_score_stays_missing(tmp_path):
    text = GOLDEN.read_text(encoding="utf-8").replace("Карелия 5 (4)", "Карелия 5 (-)")
    path = document.write_scores(read_text(text, tmp_path), tmp_path / "scores.csv")
    table = document.load_scores(path)
    assert table.region[table.previous_score.isna()].tolist() == ["RU-KR"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("edition,previous", "издание,previous", r"scores\.csv, row 1, must have the columns edition,"),
        ("RU-YEV,Еврейская", "RU-AMU,Еврейская", r"row 3, gives RU-AMU again \(first in row 2\)"),
        ("RU-YEV", "RU-XXX", "row 3, has the region 'RU-XXX'"),
        ("Еврейская АО,9,9", "Еврейская АО,11,9", "row 3, has the score '11', .* from 1 to 10"),
        ("Еврейская АО,9,9", "Еврейская АО,9,0", "row 3, has the previous score '0',"),
        ("Еврейская АО,9,9", "Еврейская АО,,9", "row 3, has the score"),
        ("9,9,high", "9,9,low", "row 2, tier is 'low', .* high for the score 9"),
        ("III,II,2,", "III,II,второе,", "row 3, position is 'второе'"),
        ("III,II,2,", "III,II,2,лишнее,", "row 3, must have 10 cells"),
    ],
)
def test_damaged_scores_table_ends_in_a_sentence_naming_the_row(old, new, said, tmp_path):
    text = COMMITTED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "scores.csv"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AnalysisError, match=said):
        document.load_scores(path)


@pytest.fixture
def committed_golden(tmp_path: Path) -> Path:
    """A committed table made of the golden edition."""
    return document.write_scores(document.read_edition(GOLDEN), tmp_path / "committed" / "scores.csv")


def test_comparison_with_itself_finds_nothing(committed_golden):
    comparison = document.compare(document.read_edition(GOLDEN), committed_golden)
    assert comparison.same_document
    assert comparison.same_figures
    assert differences(comparison) == []


def test_comparison_tells_another_copy_of_the_same_figures(committed_golden, tmp_path):
    """Other bytes with the same figures are the answer a reader with another copy hopes for."""
    copy = read_text(GOLDEN.read_text(encoding="utf-8") + "\n", tmp_path)
    comparison = document.compare(copy, committed_golden)
    assert not comparison.same_document
    assert comparison.same_figures


def test_comparison_lists_every_difference(committed_golden, tmp_path):
    lines = golden_lines()
    replace_line("Карелия", "5 (4)", "4 (3)")(lines)
    del lines[line_of(lines, "Чечня") - 1]
    comparison = document.compare(read_text("\n".join(lines), tmp_path), committed_golden)
    english = differences(comparison)
    assert "Republic of Karelia: score is 4 in the document and 5 in the committed table." in english
    assert "Republic of Karelia: previous score is 3 in the document and 4 in the committed table." in english
    assert "Chechen Republic: region is nothing in the document and RU-CE in the committed table." in english
    assert "Республика Карелия: оценка — 4 в документе, 5 в таблице проекта." in differences(comparison, "ru")
    assert len(differences(comparison, "ru")) == len(english)


def test_comparison_of_another_edition_is_one_difference():
    """The synthetic edition V shares no edition with the committed III, so no figure is compared."""
    comparison = document.compare(document.read_edition(GOLDEN), COMMITTED)
    assert differences(comparison) == ["The document is edition V, the committed table is edition III."]
    assert not comparison.same_document


def test_ingest_writes_scores_and_where_they_came_from(committed_golden, tmp_path):
    report = document.ingest(GOLDEN, tmp_path / "user", committed_golden)
    assert report.scores == tmp_path / "user" / "rating" / "V.csv"
    assert report.scores.read_bytes() == committed_golden.read_bytes()
    assert report.comparison.same_figures
    record = json.loads(report.sidecar.read_text(encoding="utf-8"))
    assert record["source_path"] == str(GOLDEN)
    assert record["source_sha256"] == document.load_scores(report.scores).document_sha256[0]
    assert record["regions"] == 83


def test_ingest_refuses_a_copy_that_lost_a_region(committed_golden, tmp_path):
    """A whole row gone leaves no line to name, so the committed regions are the count check."""
    lines = golden_lines()
    del lines[line_of(lines, "Карелия") - 1]
    damaged = tmp_path / "damaged.txt"
    damaged.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(
        AnalysisError, match=r"damaged\.txt, lines \d+-\d+, holds no row for Республика Карелия"
    ):
        document.ingest(damaged, tmp_path / "user", committed_golden)
    assert not (tmp_path / "user").exists()


def test_ingest_never_writes_beside_the_committed_figures(tmp_path):
    committed = document.write_scores(document.read_edition(GOLDEN), tmp_path / "rating" / "scores.csv")
    with pytest.raises(AnalysisError, match="never overwritten"):
        document.ingest(GOLDEN, tmp_path, committed)
    assert [item.name for item in committed.parent.iterdir()] == ["scores.csv"]


# The committed figures


def test_committed_scores_are_complete():
    """Counts of the print: 83 regions, 18 high, 42 moderate, 23 low, read from edition III."""
    table = document.load_scores(COMMITTED)
    assert len(table) == 83
    assert table.tier.value_counts().to_dict() == {"high": 18, "moderate": 42, "low": 23}
    assert set(table.edition) == {"III"}
    assert set(table.previous_edition) == {"II"}
    assert table.position.tolist() == list(range(1, 84))
    (checksum,) = set(table.document_sha256)
    assert re.fullmatch("[0-9a-f]{64}", checksum)


def test_committed_anomalies_are_the_known_ones():
    """Eight scores below their names, one region out of order, one heading lost, three out of alphabet."""
    table = document.load_scores(COMMITTED)
    found = {
        code: set(table.region[table.anomaly.str.split("|").map(lambda codes, code=code: code in codes)])
        for code in document.ANOMALIES
    }
    assert found["score_on_later_line"] == {
        "RU-TUL", "RU-YAN", "RU-VLA", "RU-KAM", "RU-VLG", "RU-SVE", "RU-SAR", "RU-IN",
    }  # fmt: skip
    assert found["out_of_order"] == {"RU-ORE"}
    assert found["tier_heading_lost"] == {"RU-TVE"}
    assert found["out_of_alphabet"] == {"RU-NVS", "RU-NEN", "RU-KB"}
    orenburg = table[table.region == "RU-ORE"].iloc[0]
    assert (orenburg.score, orenburg.previous_score) == (5, 4)
    assert table.score[table.position == orenburg.position - 1].item() == 4


def test_committed_far_east():
    """The eleven scores and previous scores of the Far East, read off the print by eye."""
    table = document.load_scores(COMMITTED).set_index("region")
    printed = {
        "RU-AMU": (9, 9), "RU-YEV": (9, 9), "RU-PRI": (9, 9), "RU-SA": (8, 8), "RU-KHA": (8, 8),
        "RU-ZAB": (8, 7), "RU-BU": (6, 6), "RU-SAK": (5, 6), "RU-KAM": (5, 5), "RU-CHU": (4, 2),
        "RU-MAG": (3, 3),
    }  # fmt: skip
    assert {code: (table.score[code], table.previous_score[code]) for code in printed} == printed
