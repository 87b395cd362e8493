"""What the ledger finds is a message; in Russian nothing of it is English, and in English no code stands for a name."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import paths
from analysis.data import indicators, regions
from analysis.errors import AnalysisError
from analysis.ledger import LedgerRow, checks_table, registered, verify_file
from analysis.ledger.interval_arithmetic import Interval
from analysis.ledger.wording import (
    dated,
    in_unit,
    is_number,
    joined,
    named,
    number,
    period,
    quoted,
    shown,
    shown_interval,
    span,
)
from analysis.publish.ledger_file import COLUMNS, EVIDENCE_COLUMNS, ledger_table, read_ledger, write_ledger
from analysis.publish.words import text
from test_ledger_customs import NOTHING, OTHER, OTHER_CELLS, YEAR, line, made, other_claims
from test_ledger_rules import CASES, TABLE, judged

DOCUMENTS = (paths.raw() / "paper" / "claims.csv", paths.raw() / "rating" / "claims.csv")
CODE = re.compile(r"RU-[A-Z]{2,3}\b|FAR_EAST")


def words_of(row: LedgerRow) -> list[object]:
    """Every message a row carries."""
    found = [row.note, row.reproduced, row.text, row.full_place]
    for one in (*row.readings, row.without_customs, row.customs):
        found += [] if one is None else [one.note, one.reproduced, one.reading]
    return found


def latin_words(russian: str) -> list[str]:
    """Latin words of a Russian text outside printed strings, file names, addresses and identifiers."""
    bare = re.sub(r"«[^»]*»", "", russian)
    bare = re.sub(r"user/customs: .*$|\S+\.(?:csv|ru|org)\S*|\S*[-/_.]\S*[-/_.]\S*|10\.\d{4}/\S+", "", bare)
    return re.findall(r"[A-Za-z]{3,}", bare.replace("DOI", "").replace("claims", ""))


@pytest.mark.parametrize("path", DOCUMENTS, ids=["paper", "rating"])
def test_a_document_is_told_in_russian_without_english_and_in_english_without_codes(path):
    """A sentence whose Russian is missing in the catalogue would show through."""
    for row in verify_file(path, indicators.committed()).rows:
        assert text(row.note, "en") and text(row.note, "ru")
        for words in words_of(row):
            english, russian = text(words, "en"), text(words, "ru")
            assert not CODE.search(english + russian), english
            if row.group == "reference":
                continue
            kept = (row.published, text(row.reproduced, "ru") if isinstance(row.reproduced, str) else "")
            for piece in filter(None, kept):
                russian = russian.replace(piece, "")
            assert not latin_words(russian), russian


def test_a_placeholder_that_nothing_fills_is_refused(tmp_path):
    """The Russian ledger named cells «{столбец}» for want of it."""
    claims = (
        'cell.t.{column},table-1,Row {row},cell:t:*:*,,none,,,,Missing: a source.,,,,,,,,"Строка {строка}",,,'
    )
    header = (paths.raw() / "paper" / "claims.csv").read_text(encoding="utf-8").split("\n")[0]
    (tmp_path / "claims.csv").write_text(f"{header}\n{claims}\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("row,column,printed\na,b,1\n", encoding="utf-8")
    with pytest.raises(
        AnalysisError, match=r"line 2.* has \{строка\}; what is filled in is \{row\} and \{column\}"
    ):
        verify_file(tmp_path / "claims.csv", NOTHING)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case[5] != "error"], ids=lambda case: f"{case[0]}-{case[1]}-{case[5]}"
)
def test_every_check_tells_its_finding_in_both_languages(case):
    rule, check, published, formula, inputs = case[:5]
    row = judged(rule, check, published, formula, inputs)
    english, russian = text(row.note, "en"), text(row.note, "ru")
    kept = {published, *(piece.strip() for piece in re.split(r"[;|=:,]", inputs))}
    kept |= {printed for (r, c), cell in TABLE.items() for printed in (r, c, cell.printed)}
    for piece in sorted(filter(None, kept), key=len, reverse=True):
        russian = re.sub(rf"(?<!\w){re.escape(piece)}(?!\w)", " ", russian)
    assert english and not latin_words(russian), russian
    # a formula's code would be read by nobody
    assert not re.search(r"\b[a-z_]+\(|\b[a-z] / [a-z]\b", english), english


def test_the_cases_have_every_check():
    assert {(case[0], case[1]) for case in CASES} == {(one.rule, one.name) for one in registered()}


def test_every_check_says_what_it_looks_at_in_both_languages():
    table = checks_table()
    for says in table["says"]:
        assert re.search("[а-я]", text(says, "ru")) and re.search("[a-z]", text(says, "en"))


@pytest.mark.parametrize("case", OTHER, ids=[case[0] for case in OTHER])
def test_what_customs_files_give_or_lack_is_told_in_both_languages(tmp_path, case):
    name, published, reference, _ = case
    path = other_claims(tmp_path, [line(name, published, reference)])
    found = verify_file(path, NOTHING, made(tmp_path / "own", OTHER_CELLS)).rows[0].customs
    assert re.search("[а-я]", text(found.note, "ru")) and text(found.note, "en") != text(found.note, "ru")
    assert not CODE.search(text(found.note, "en") + text(found.note, "ru"))


# ------------------------------------------------------------------ the ledger's file


def test_the_ledgers_first_ten_columns_are_those_other_programs_read():
    assert COLUMNS[:10] == (
        "claim_id", "exhibit", "locus", "rule", "basis", "published", "reproduced", "unit", "verdict", "note",
    )  # fmt: skip
    assert not set(EVIDENCE_COLUMNS) & set(COLUMNS)


def test_a_ledger_read_back_says_the_same(tmp_path):
    """Pages are made from the file: readings, evidence and both languages must survive it."""
    found = verify_file(DOCUMENTS[0], indicators.committed(), made(tmp_path / "year", YEAR))
    back = read_ledger(write_ledger(found, tmp_path / "ledger.csv"))
    assert ledger_table(back).equals(ledger_table(found))
    for one, other in zip(back.rows, found.rows, strict=True):
        for language in ("en", "ru"):
            assert text(one.text, language) == text(other.text, language), one.claim_id


# ------------------------------------------------------------------ pieces of sentences

NUMBERS = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=1000)


@given(NUMBERS, st.integers(1, 8))
def test_a_number_differs_between_the_languages_by_its_signs_only(value: Fraction, digits: int):
    english, russian = (text(shown(value, digits), language) for language in ("en", "ru"))
    assert russian.replace("\u00a0", "").replace(",", ".") == english.replace(",", "")


@given(NUMBERS, NUMBERS)
def test_an_interval_has_the_same_ends_in_both_languages(one: Fraction, other: Fraction):
    ends = shown_interval(Interval(min(one, other), max(one, other)))
    assert is_number(ends)
    english = re.findall(r"\u2212?[\d.]+", text(ends, "en").replace(",", ""))
    russian = re.findall(r"\u2212?[\d,]+", text(ends, "ru").replace("\u00a0", ""))
    assert [end.replace(",", ".") for end in russian] == english


def both(words) -> tuple[str, str]:
    return text(words, "en"), text(words, "ru")


def test_pieces_by_hand():
    half = Fraction(1, 2)
    assert both(shown_interval(Interval(half, None))) == ("at least 0.5", "не менее 0,5")
    assert both(shown_interval(Interval(None, half))) == ("at most 0.5", "не более 0,5")
    assert both(span(shown(Fraction(21, 10)), shown(Fraction(24, 10)))) == ("2.1 to 2.4", "2,1–2,4")
    assert both(span(shown(-half), shown(half))) == ("from \u22120.5 to 0.5", "от \u22120,5 до 0,5")
    assert both(span(number(half, 1), number(half + Fraction(1, 10**9), 1))) == ("0.5", "0,5")
    assert both(quoted("45.9 %")) == ("'45.9 %'", "«45.9 %»")
    assert both(period("2021-01/2021-09")) == ("January-September 2021", "январь–сентябрь 2021")
    assert both(in_unit(number(751, 0), "bn RUB")) == ("751 billion RUB", "751 млрд руб.")
    assert both(in_unit("7", "count")) == ("7", "7")
    assert both(joined(["a", "", "b"], "; ")) == ("a; b", "a; b") and joined([]) == ""


def test_dates_by_hand():
    import datetime as dt

    assert both(dated(dt.date(2025, 6, 3))) == ("2025-06-03", "03.06.2025")


def test_names_stand_for_codes_and_nothing_else():
    """CN is China where labels are partners, and a row of somebody's table anywhere else."""
    assert both(named("RU-AMU")) == ("Amur Oblast", "Амурская область")
    assert both(named("RU-SA/2020"))[1] == "Республика Саха (Якутия)/2020"
    assert both(named("FAR_EAST"))[0] == "Far Eastern Federal District"
    assert both(named("CN", has_partners=True)) == ("China", "Китай")
    assert both(named("CN"))[1] == "CN" and both(named("NORTH", has_partners=True))[1] == "NORTH"
    for region in regions.all_regions():
        assert both(named(region.code))[1] == region.name_ru
