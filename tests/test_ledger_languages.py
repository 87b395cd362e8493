"""What the ledger finds is said in both languages by the rule that finds it; neither shows through in the other."""

import re
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import paths
from analysis.data import indicators, regions
from analysis.errors import AnalysisError
from analysis.ledger import (
    CHECKS,
    EVIDENCE_COLUMNS,
    LedgerRow,
    read_claims,
    read_ledger,
    read_tables,
    verify_file,
    write_ledger,
)
from analysis.ledger import COLUMNS as LEDGER_COLUMNS
from analysis.ledger.claims import COLUMNS, CUSTOMS_COLUMNS, RUSSIAN_COLUMNS
from analysis.ledger.intervals import Interval
from analysis.ledger.rules.numbers import _fold
from analysis.ledger.wording import named, period, quoted, shown, shown_interval, span
from test_ledger_customs import OTHER, OTHER_CELLS, YEAR, line, made, other_claims
from test_ledger_rules import CASES, TABLE, judged

PAPER = paths.raw() / "paper" / "claims.csv"
NOTHING = pd.DataFrame(columns=["region", "indicator", "period", "value", "source"])
CODE = re.compile(r"RU-[A-Z]{2,3}\b|FAR_EAST")


def texts(row: LedgerRow) -> list[tuple[str, str]]:
    """Every pair of texts a row carries, English and Russian."""
    pairs = [(row.note, row.note_ru), (row.reproduced, row.reproduced_ru)]
    for evidence in (row.without_customs, row.customs):
        if evidence is not None:
            pairs += [(evidence.note, evidence.note_ru), (evidence.reproduced, evidence.reproduced_ru)]
    return pairs


def latin_words(text: str, kept: set[str]) -> list[str]:
    """Latin words of a Russian text outside printed strings and what the claims file itself is written with."""
    bare = re.sub(r"«[^»]*»", "", text)
    for piece in sorted(filter(None, kept), key=len, reverse=True):
        bare = re.sub(rf"(?<!\w){re.escape(piece)}(?!\w)", " ", bare)
    return re.findall(r"[A-Za-z]{2,}", bare.replace("DOI", ""))


@pytest.fixture(scope="module")
def kept() -> dict[str, set[str]]:
    """Formulas, names of inputs and ids of the paper's claims; for a reference also what the list prints."""
    tables = read_tables(PAPER.parent)
    claims = read_claims(PAPER, tables)
    ids = {claim.claim_id for claim in claims}
    works = {cell.printed for cell in tables["references"].values()}
    works |= {text.casefold() for text in works} | {row for row, _ in tables["references"]}
    found = {}
    for claim in claims:
        own = {claim.formula, *dict(claim.inputs)}
        if claim.customs is not None:
            own |= {claim.customs.formula, *dict(claim.customs.inputs)}
        if claim.check == "same":
            # what is reproduced is the other printed string
            own |= {reference.removeprefix("text:") for _, reference in claim.inputs}
        found[claim.claim_id] = ids | own | (works if claim.claim_id.startswith("ref.") else set())
    return found


@pytest.fixture(scope="module")
def with_files(tmp_path_factory):
    return verify_file(PAPER, indicators.committed(), made(tmp_path_factory.mktemp("year"), YEAR))


def check_pair(english: str, russian: str, kept: set[str]) -> None:
    assert bool(english) == bool(russian)
    assert not latin_words(russian, kept), russian
    assert not CODE.search(english + russian), english
    # a decimal point that was not printed so would be the English number
    ours = re.sub(r"«[^»]*»|\d{2}\.\d{2}\.\d{4}|10\.\d{4}/\S+|\S+\.csv", "", russian)
    assert not re.search(r"\d\.\d", ours), russian


def test_the_paper_is_told_in_russian_without_english_and_in_english_without_codes(with_files, kept):
    """With customs files every request of the paper is answered too, or says which months it lacks."""
    for row in with_files.rows:
        assert row.note and row.note_ru
        for english, russian in texts(row):
            files = set(re.findall(r"user/customs: \S+ \(sha256 \w+\)", english))
            check_pair(english, russian, kept[row.claim_id] | files)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case[5] != "error"], ids=lambda case: f"{case[0]}-{case[1]}-{case[5]}"
)
def test_every_check_tells_its_finding_in_both_languages(case):
    """A rule with words in one language only would show through on the pages of the other."""
    rule, check, published, formula, inputs = case[:5]
    row = judged(rule, check, published, formula, inputs)
    kept = {formula, *(piece.strip() for piece in re.split(r"[;|=:,]", inputs))}
    kept |= {text for (line, column), cell in TABLE.items() for text in (line, column, cell.printed)}
    assert row.reproduced and row.reproduced_ru and row.note and row.note_ru
    for english, russian in texts(row):
        check_pair(english, russian, kept)
    # two lists under names of their author are told by these names and numbers alone
    assert re.search("[а-я]", row.note_ru) or check == "same_count"


def test_the_cases_have_every_check():
    assert {(case[0], case[1]) for case in CASES} == {(r, c) for r, checks in CHECKS.items() for c in checks}


@pytest.mark.parametrize("case", OTHER, ids=[case[0] for case in OTHER])
def test_what_customs_files_give_or_lack_is_told_in_both_languages(tmp_path, case):
    name, published, reference, _ = case
    path = other_claims(tmp_path, [line(name, published, reference)])
    found = verify_file(path, NOTHING, made(tmp_path / "own", OTHER_CELLS)).rows[0].customs
    assert re.search("[а-я]", found.note_ru) and found.note != found.note_ru
    assert not CODE.search(found.note + found.note_ru)


# ------------------------------------------------------------------ Russian columns of a claims file

LINE = "a,text,here,two,,R8,count,,items=list:soil | water,A remark."


def judge(folder: Path, header: tuple[str, ...], text: str) -> LedgerRow:
    path = folder / "synthetic_claims.csv"
    path.write_text(",".join(header) + "\n" + text + "\n", encoding="utf-8")
    return verify_file(path, NOTHING).rows[0]


def test_a_claims_file_without_russian_shows_its_own_words(tmp_path):
    """Whoever judges another paper need not write Russian."""
    row = judge(tmp_path, COLUMNS, LINE)
    assert row.note == "'two', and 2 follow: soil; water. A remark."
    assert row.note_ru == "«two», а далее — 2: soil; water. A remark."


def test_russian_columns_are_shown_and_judge_nothing(tmp_path):
    header = (*COLUMNS, "note_ru", "inputs_ru")
    row = judge(tmp_path, header, f"{LINE},Замечание.,items=list:почва | вода")
    assert row.note_ru == "«two», а далее — 2: почва; вода. Замечание."
    assert row.note == judge(tmp_path, COLUMNS, LINE).note
    assert row.verdict == "match"


def test_the_remark_on_a_reading_by_customs_files_has_its_russian(tmp_path):
    header = (*COLUMNS, *CUSTOMS_COLUMNS, "customs_note_ru")
    text = line("a", "2,1", "thousand_usd:RU-AMU:2021-01/2021-03:export:CN:1201")
    path = tmp_path / "synthetic_claims.csv"
    path.write_text(",".join(header) + "\n" + text + "Soybeans.,Соя.\n", encoding="utf-8")
    row = verify_file(path, NOTHING, made(tmp_path / "own", OTHER_CELLS)).rows[0]
    assert "Soybeans." in row.note and "Соя." in row.note_ru and "Soybeans." not in row.note_ru
    path = write_ledger(verify_file(path, NOTHING, made(tmp_path / "two", OTHER_CELLS)), tmp_path / "l.csv")
    assert read_ledger(path).row("a").note_ru == row.note_ru


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{LINE},,items=list:почва", "has 1 entries in inputs_ru and 2 in inputs"),
        (f"{LINE},,things=list:почва | вода", "'things', which is not known; allowed are: items"),
        ("a,text,here,1,,none,,,,missing,,x=list:вода", "no rule but gives a check, a formula or inputs"),
    ],
)
def test_russian_words_that_fit_no_input_are_refused_with_their_line(tmp_path, text, told):
    with pytest.raises(AnalysisError, match="line 2") as caught:
        judge(tmp_path, (*COLUMNS, "note_ru", "inputs_ru"), text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "header",
    [
        ("note_ru", *COLUMNS),
        (*COLUMNS, "inputs_ru", "note_ru"),
        (*COLUMNS, "note_ru", *CUSTOMS_COLUMNS),
        (*COLUMNS, "note_ru", "note_ru"),
        (*COLUMNS, "note_de"),
        (*COLUMNS, CUSTOMS_COLUMNS[0]),
    ],
)
def test_other_columns_are_refused(tmp_path, header):
    with pytest.raises(AnalysisError, match="line 1 has the columns"):
        judge(tmp_path, header, "")


def test_the_documentation_names_the_russian_columns():
    page = (paths.root() / "docs" / "claims-file.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in RUSSIAN_COLUMNS)


# ------------------------------------------------------------------ the ledger's file


def test_the_ledgers_first_ten_columns_are_those_other_programs_read():
    assert LEDGER_COLUMNS == (
        "claim_id", "exhibit", "locus", "rule", "basis", "published", "reproduced", "unit", "verdict", "note",
        "reproduced_ru", "note_ru",
    )  # fmt: skip
    assert not set(EVIDENCE_COLUMNS) & set(LEDGER_COLUMNS)


def test_reading_a_ledger_needs_no_translation(with_files, tmp_path):
    assert read_ledger(write_ledger(with_files, tmp_path / "ledger.csv")) == with_files


# ------------------------------------------------------------------ pieces of sentences

NUMBERS = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=1000)


@given(NUMBERS, st.integers(1, 8))
def test_a_number_differs_between_the_languages_by_its_decimal_sign_only(value: Fraction, digits: int):
    number = shown(value, digits)
    assert number["ru"].replace(",", ".") == number["en"]
    assert "." not in number["ru"] and "," not in number["en"]


@given(NUMBERS, NUMBERS)
def test_an_interval_has_the_same_ends_in_both_languages(one: Fraction, other: Fraction):
    ends = shown_interval(Interval(min(one, other), max(one, other)))
    english = re.findall(r"-?[\d.]+", ends["en"])
    russian = re.findall(r"-?[\d,]+", ends["ru"])
    assert [end.replace(",", ".") for end in russian] == english


def test_pieces_by_hand():
    half = Fraction(1, 2)
    assert shown_interval(Interval(half, None)) == {"en": "at least 0.5", "ru": "не менее 0,5"}
    assert shown_interval(Interval(None, half)) == {"en": "at most 0.5", "ru": "не более 0,5"}
    assert span(shown(Fraction(21, 10)), shown(Fraction(24, 10))) == {"en": "2.1 to 2.4", "ru": "2,1–2,4"}
    assert span(shown(-half), shown(half)) == {"en": "-0.5 to 0.5", "ru": "от -0,5 до 0,5"}
    assert quoted("45.9 %") == {"en": "'45.9 %'", "ru": "«45.9 %»"}
    assert period("2021-01/2021-09") == {"en": "2021-01/2021-09", "ru": "январь–сентябрь 2021"}
    assert period("2021") == {"en": "2021", "ru": "2021"}


def test_names_stand_for_codes_and_nothing_else():
    """CN is China where labels are partners, and a row of somebody's table anywhere else."""
    assert named("RU-AMU") == {"en": "Amur Oblast", "ru": "Амурская область"}
    assert named("RU-SA/2020")["ru"] == "Республика Саха (Якутия)/2020"
    assert named("FAR_EAST")["en"] == "Far Eastern Federal District"
    assert named("CN", has_partners=True) == {"en": "China", "ru": "Китай"}
    assert named("CN")["ru"] == "CN" and named("NORTH", has_partners=True)["ru"] == "NORTH"
    for region in regions.all_regions():
        assert named(region.code)["ru"] == region.name_ru


@pytest.mark.parametrize(
    ("ratio", "word"),
    [("3,44", "раза"), ("2", "раза"), ("5", "раз"), ("12", "раз"), ("22", "раза"), ("10", "раз")],
)
def test_times_behind_a_number(ratio, word):
    assert _fold(ratio) == word
