"""The coding of statements: word list, sheets, agreement of coders, register of initiatives.

Coders, experts and statements here are made up for the tests and named synthetic; the committed
figures are only checked against each other.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import paths, stats
from analysis.data import regions, tabular
from analysis.errors import AnalysisError
from analysis.publish import guides
from analysis.publish.words import text
from analysis.rating import codebook, coding, document, follow_up, sheets, statements
from analysis.rating.coder_agreement import alpha
from analysis.rating.coding import Coding

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT / "data" / "raw" / "rating"
SYNTHETIC_EDITION = Path(__file__).parent / "fixtures" / "rating" / "synthetic_edition.txt"
SYNTHETIC_INITIATIVES = Path(__file__).parent / "fixtures" / "rating" / "synthetic_initiatives.csv"


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((RAW / name).read_text(encoding="utf-8").splitlines()))


# The word list


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Учебный завод кубиков не был реализован.", "stalled"),
        ("Учебный завод кубиков реализован.", "realised"),
        ("Новости о заводе кубиков не обновляются.", "stalled"),
        ("Фабрика карандашей открыта.", "realised"),
        ("Фабрика карандашей будет открыта.", "intended"),
        ("Фабрика карандашей строится.", "under_way"),
        ("Подписано соглашение о создании фабрики карандашей.", "intended"),
        ("Обсуждается строительство завода игрушек.", "intended"),
        ("Через вымышленный город течёт река.", "context"),
        ("ЗАВОД ИГРУШЕК ВВЕДЁН В ЭКСПЛУАТАЦИЮ", "realised"),
    ],
)
def test_a_sentence_gets_the_code_its_words_say(text, expected):
    """A negation, a future or a gerund read as a result would turn plans into achievements."""
    assert codebook.code(text).code == expected


def test_longer_expression_takes_the_words_of_a_shorter_one():
    """Without it "не был реализован" would count as stalled and realised at once."""
    found = codebook.code("Проект не был реализован.").found
    assert [item.text for item in found] == ["не ~ реализован*"]


def test_gap_does_not_reach_over_more_words_than_it_says():
    """An unbounded gap would join the words of different clauses."""
    near, far = "нет " + "очень " * codebook.GAP + "данных", "нет " + "очень " * (codebook.GAP + 1) + "данных"
    assert codebook.code(near).code == "stalled"
    assert codebook.code(far).code == codebook.REMAINDER


@given(st.text(max_size=200))
def test_any_text_has_one_code_and_reasons_for_it(text):
    """A code without an expression that gives it could not be explained to anybody."""
    coded = codebook.code(text)
    assert coded.code in codebook.CODES
    assert (coded.code == codebook.REMAINDER) == (not coded.found)
    assert coded.found == () or coded.code in {item.category for item in coded.found}


def test_word_list_is_well_formed_and_gives_reasons():
    """An empty reason is a choice nobody can check."""
    assert len(codebook.expressions()) > 200
    assert all(item.reason and item.text == codebook.folded(item.text) for item in codebook.expressions())
    assert {item.category for item in codebook.expressions()} == set(codebook.CODES) - {codebook.REMAINDER}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("realised,слово,x\nstalled,слово,x", "row 3.*again"), ("done,слово,x", "row 2.*category")],
)
def test_faulty_word_list_is_refused_by_row(line, sentence):
    """A repeated expression would silently take the category that sorts first."""
    with pytest.raises(AnalysisError, match=sentence):
        codebook.parse(f"category,expression,reason\n{line}\n")


def test_counts_are_written_as_counted(tmp_path):
    """The reader of a later edition gets the same table as the committed one, without any text."""
    edition = document.read_edition(SYNTHETIC_EDITION)
    path = codebook.write_counts(edition, tmp_path / "counts.csv")
    table = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert table == codebook.count_rows(edition) and tuple(table[0]) == codebook.COLUMNS


def test_count_rows_lose_no_statement():
    """Counts that do not add up to the statements would hide what could not be placed."""
    edition = document.read_edition(SYNTHETIC_EDITION)
    counted = codebook.count_rows(edition)
    total = sum(int(row["statements"]) for row in counted)
    assert total == len(statements.statements(edition)) > 0
    assert all(int(r["statements"]) == sum(int(r[name]) for name in codebook.CODES) for r in counted)


def test_committed_counts_are_of_this_word_list_and_of_the_committed_statements():
    """A changed word list without new counts, or counts of another document, would go unnoticed."""
    statements = Counter((row["region"], row["column"]) for row in rows("statements.csv"))
    documents = {row["document_sha256"] for row in rows("statements.csv")}
    counted = rows("dictionary_counts.csv")
    assert {row["codebook_sha256"] for row in counted} == {codebook.checksum()}
    assert {row["document_sha256"] for row in counted} == documents
    assert {
        (r["region"], r["column"]): int(r["statements"]) for r in counted if r["statements"] != "0"
    } == dict(statements)
    for row in counted:
        assert int(row["statements"]) == sum(int(row[name]) for name in codebook.CODES)
        assert int(row["stalled"]) >= int(row["stalled_known"]) >= int(row["stalled_italic"]) >= 0


# Sheets


HOSTILE = [
    "=1+1",
    "+cmd",
    "-2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    " =1",
    "\u00a0=1",
    "＝1",
    "\u2212 5",
    "'=1",
    "'tis",
    "",
]


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_starts_like_a_formula_and_its_text_comes_back(cell):
    """A spreadsheet would run the cell, or the round trip would change somebody's text."""
    written = tabular.harmless(cell)
    assert not written.lstrip(" \u00a0\ufeff").startswith(tabular.FORMULA_STARTS)
    assert tabular.original(written) == cell


@given(st.text(max_size=30))
def test_every_text_survives_the_apostrophe(cell):
    """An apostrophe taken off too often or too seldom would change the text."""
    assert tabular.original(tabular.harmless(cell)) == cell


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_sheet_round_trip(tmp_path, ending):
    """A sheet people cannot get back into the project is worth nothing."""
    path = tmp_path / f"sheet{ending}"
    cells = [{"text": text.strip() or "x", "code": "stalled"} for text in HOSTILE]
    sheets.write(path, ["text", "code"], cells, {"code": codebook.CODES})
    back = sheets.read(path, ["code", "text"])
    assert [(row["text"], row["code"]) for row in back] == [(row["text"], row["code"]) for row in cells]
    assert back[0]["row"] == "2"


def test_workbook_holds_no_formula(tmp_path):
    """A formula in a coding sheet runs on the coder's machine."""
    from openpyxl import load_workbook

    path = sheets.write(tmp_path / "sheet.xlsx", ["text"], [{"text": text} for text in HOSTILE])
    cells = [cell for row in load_workbook(path).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert not any(str(cell.value).startswith(("=", "+", "@")) for cell in cells)


def test_semicolons_and_whole_floats_of_spreadsheets_are_read(tmp_path):
    """A Russian Excel saves CSV with semicolons; without that every sheet would be refused."""
    path = tmp_path / "sheet.csv"
    path.write_text("Region;score;remark\nRU-AMU;7;a,b\n;;\n", encoding="utf-8-sig")
    assert sheets.read(path, ["region", "score"]) == [{"region": "RU-AMU", "score": "7", "row": "2"}]


def test_faulty_sheets_are_refused_with_a_sentence(tmp_path):
    """A traceback, or an empty result, would leave the coder helpless."""
    (tmp_path / "no.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "latin.csv").write_bytes("код\n".encode("cp1251"))
    (tmp_path / "twice.csv").write_text("code,Code\n1,2\n", encoding="utf-8")
    (tmp_path / "text.xlsx").write_text("no workbook", encoding="utf-8")
    for name, sentence in [
        ("no.csv", "lacks the column code"),
        ("latin.csv", "lacks the column code"),
        ("text.xlsx", "lacks the column code"),
        ("twice.csv", "has twice the column code"),
        ("absent.csv", "There is no file"),
        ("sheet.ods", "allowed are: .csv, .xlsx"),
    ]:
        with pytest.raises(AnalysisError, match=sentence):
            sheets.read(tmp_path / name, ["code"])


# Coders


def synthetic_coder(name: str, codes: str) -> Coding:
    """A made-up coder; one letter a statement, a dot for a blank."""
    letters = {code[0]: code for code in codebook.CODES}
    return Coding(
        name, {("V", "RU-AMU", i): letters[letter] for i, letter in enumerate(codes, 1) if letter != "."}
    )


def test_coding_sheet_goes_out_and_comes_back(tmp_path):
    """Codes attached to the wrong statement would be worse than none."""
    edition = document.read_edition(SYNTHETIC_EDITION)
    path = coding.write_sheet(edition, tmp_path / "synthetic_coder.csv").path
    table = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    for row in table[:4]:
        row["code"] = "realised"
    sheets.write(path, coding.COLUMNS, table)
    back = coding.read_sheet(path, "synthetic coder")
    wanted = {(row["edition"], row["region"], int(row["statement"])): "realised" for row in table[:4]}
    assert back == Coding("synthetic coder", wanted)


def test_a_coding_workbook_says_what_each_code_means(tmp_path):
    """A coder gets the file alone; codes without their meaning are guessed, and agreement says nothing."""
    from openpyxl import load_workbook

    book = load_workbook(
        coding.write_sheet(
            document.read_edition(SYNTHETIC_EDITION), tmp_path / "synthetic_coder.xlsx", guides.coding_sheet()
        ).path
    )
    assert "the first of the list" in book.worksheets[0].data_validations.dataValidation[0].prompt
    told = [str(row[0].value) for row in book.worksheets[1].iter_rows()]
    for code, meaning in codebook.CATEGORIES.items():
        assert f"{code}: {text(meaning, 'en')} - {code}: {text(meaning, 'ru')}" in told


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("V,RU-AMU,1,done", r"row 2: the code is 'done'"),
        ("V,RU-AMU,x,realised", r"row 2: the statement is 'x'"),
        ("V,RU-AMU,1,realised\nV,RU-AMU,1,", "row 3: V RU-AMU 1 stands twice"),
    ],
)
def test_faulty_coding_sheet_names_the_row(tmp_path, line, sentence):
    """A code outside the codebook must not become a sixth category."""
    path = tmp_path / "synthetic.csv"
    path.write_text(f"edition,region,statement,code\n{line}\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match=sentence):
        coding.read_sheet(path, "synthetic coder")


def test_statements_text_is_never_written_into_the_committed_data():
    """The document's text is somebody else's and stays out of the repository."""
    edition = document.read_edition(SYNTHETIC_EDITION)
    with pytest.raises(AnalysisError, match="data/user"):
        coding.write_sheet(edition, paths.raw() / "rating" / "sheet.csv")
    assert not (paths.raw() / "rating" / "sheet.csv").exists()


def test_confusion_precision_and_recall_by_hand():
    """Rows and columns swapped would exchange precision and recall."""
    person = synthetic_coder("synthetic person", "rrrriisc.")
    judged = synthetic_coder("synthetic dictionary", "rrriirscr")
    found = coding.confusion(person, judged)
    assert found.statements == 8
    # by hand: four realised by the person, three of them found; four given realised, one of them wrong
    assert found.recall("realised") == pytest.approx(3 / 4)
    assert found.precision("realised") == pytest.approx(3 / 4)
    assert found.recall("intended") == pytest.approx(1 / 2)
    assert found.precision("intended") == pytest.approx(1 / 2)
    assert found.recall("under_way") is None and found.precision("under_way") is None
    assert "6 of 8" in text(found.sentence(), "en") and "6 из 8" in text(found.sentence(), "ru")


def test_one_coder_has_no_agreement():
    """An agreement figure from one person's codes would be made up."""
    one = synthetic_coder("synthetic coder", "rri")
    for coders in ([one], [one, one]):
        with pytest.raises(AnalysisError, match="at least two people"):
            coding.coders_alpha(coders)


def test_two_synthetic_coders_reach_full_and_chance_agreement():
    """The sign or the scale of alpha turned round would call noise agreement."""
    same = [synthetic_coder(name, "rriissuuc" * 3) for name in ("synthetic one", "synthetic two")]
    found = coding.coders_alpha(same)
    assert (found.estimate, found.low, found.high) == (1.0, 1.0, 1.0)
    generator = np.random.default_rng(1)
    letters = ["".join(generator.choice(list("rius"), 400)) for _ in range(2)]
    chance = coding.coders_alpha([synthetic_coder(f"synthetic {i}", text) for i, text in enumerate(letters)])
    assert chance.low < 0 < chance.high


# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": four observers, twelve units;
# nominal 0.743, ordinal 0.815.
NAN = np.nan
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
)


def test_alpha_gives_the_published_example():
    """The published worked example is the outside reference; gaps and all."""
    nominal = alpha(KRIPPENDORFF, "nominal")
    assert nominal.estimate == pytest.approx(0.743, abs=5e-4)
    assert alpha(KRIPPENDORFF, "ordinal").estimate == pytest.approx(0.815, abs=5e-4)
    assert nominal.low < nominal.estimate < nominal.high <= 1
    assert (nominal.judges, nominal.units) == (4, 11)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(1, 10)] * 3), min_size=2, max_size=20))
def test_ordinal_alpha_is_that_of_the_association_package(units):
    """Two alphas in one project that differ would both be doubted."""
    ratings = np.array(units, dtype=float).T
    assert alpha(ratings, "ordinal").estimate == pytest.approx(
        stats.krippendorff_alpha(ratings).estimate, abs=1e-9
    )


@pytest.mark.parametrize(
    ("ratings", "sentence"), [([[1.0, NAN], [NAN, 2.0]], "judged twice"), ([[3, 3], [3, 3]], "is the same")]
)
def test_alpha_says_why_there_is_none(ratings, sentence):
    """NaN in a report says nothing; a reason does."""
    found = alpha(ratings, "nominal")
    assert found.estimate is None and sentence in text(found.sentence(), "en")
    assert "не определена" in text(found.sentence(), "ru")


# The register of initiatives


def test_committed_register_is_consistent_and_says_one_coder():
    """A register that contradicts itself, or hides that one person coded it, misleads."""
    items = follow_up.read(RAW / "initiatives.csv")
    assert {item.region for item in items} == set(regions.codes(regions.far_east()))
    assert {item.coding for item in items} == {"one coder, a language model"}
    assert all(len(item.name_ru) <= 69 and len(item.name_en) <= 69 for item in items)
    assert not any(re.search("[а-яё]", item.name_en, re.IGNORECASE) for item in items)


def test_lines_of_the_register_are_statements_of_their_region():
    """A line that leads to another region's row could not be checked by a second coder."""
    columns: dict[tuple[str, int], set[str]] = {}
    for row in rows("statements.csv"):
        columns.setdefault((row["region"], int(row["line"])), set()).add(row["column"])
    for item in follow_up.read(RAW / "initiatives.csv"):
        there = columns[item.region, item.line]
        assert item.line_now is None or (item.region, item.line_now) in columns
        assert item.announced in there if item.column_basis == "printed" else there == {""}


def test_conversion_counts_only_what_was_open():
    """Counting what was finished before would make any region look as if it delivered."""
    items = follow_up.read(SYNTHETIC_INITIATIVES)
    total = follow_up.overall(items)
    # by hand: of seven rows five are open (one was realised before, one is new)
    assert total.open == 5
    assert total.counts == {"realised": 1, "under_way": 1, "announced": 1, "no_news": 1, "abandoned": 1}
    assert (total.realised, total.moving) == (pytest.approx(1 / 5), pytest.approx(2 / 5))
    by_region = {item.group: item for item in follow_up.by_region(items)}
    assert by_region["RU-MAG"].open == 0 and by_region["RU-MAG"].moving is None
    assert sum(item.open for item in follow_up.by_kind(items)) == total.open
    assert "Of 5 initiatives" in text(follow_up.sentence(items), "en")
    assert "инициатив: 5. Из них реализовано 1" in text(follow_up.sentence(items), "ru")


def test_two_synthetic_registers_are_compared_by_status():
    """A second coder's register is what would lift the mark "one coder"; matched by row it would lie."""
    items = follow_up.read(SYNTHETIC_INITIATIVES)
    assert follow_up.coders_alpha([items, items[::-1]]).estimate == 1
    assert follow_up.coders_alpha([items, items[:3]]).units == 3
    with pytest.raises(AnalysisError, match="at least two people"):
        follow_up.coders_alpha([items])


MUTATIONS = [
    ("kind", "castle", "row 2: kind is 'castle'"),
    ("status_now", "lost", "row 2: status_now is 'lost'"),
    ("status_before", "", "row 2, contradicts itself.*no status before"),
    ("now_basis", "silent", "row 2, contradicts itself.*silence"),
    ("status_now", "abandoned", "row 2, contradicts itself.*abandoned"),
    ("line_now", "", "row 2, contradicts itself.*line_now"),
    ("currency", "RUB", "row 2, contradicts itself.*currency"),
    ("sum_mln", "many", "row 2: sum_mln is 'many'"),
    ("sum_mln", "nan", "row 2: sum_mln is 'nan'"),
    ("line", "0", "row 2: line is '0'"),
    ("name_ru", "", "row 2, has no name_ru"),
    ("id", "V-PRI-01", "row 2, contradicts itself.*an id is"),
    ("id", "V-AMU-02", r"row 3, gives V-AMU-02 again \(first in row 2\)"),
    ("edition", "5", "row 2: edition is '5'"),
]


@pytest.mark.parametrize(("cell", "value", "sentence"), MUTATIONS)
def test_a_mutated_register_names_the_row(cell, value, sentence):
    """A slip of the coder must not turn into a conversion figure."""
    table = list(csv.DictReader(SYNTHETIC_INITIATIVES.read_text(encoding="utf-8").splitlines()))
    table[0][cell] = value
    with pytest.raises(AnalysisError, match=sentence):
        follow_up.parse(as_csv(table), "synthetic.csv")


def test_a_later_edition_cannot_reopen_what_was_realised():
    """A project finished in one edition and open before the next would be converted twice."""
    table = list(csv.DictReader(SYNTHETIC_INITIATIVES.read_text(encoding="utf-8").splitlines()))
    later = {**table[0], "edition": "VI"}
    assert (
        len(
            follow_up.history(
                follow_up.parse(as_csv([table[0], {**later, "status_before": "realised"}]), "x")
            )
        )
        == 1
    )
    with pytest.raises(AnalysisError, match="edition V reported it realised"):
        follow_up.parse(as_csv([table[0], later]), "synthetic.csv")
    with pytest.raises(AnalysisError, match="keeps its kind"):
        follow_up.parse(as_csv([table[0], {**later, "status_before": "realised", "kind": "energy"}]), "x")


def as_csv(table: list[dict[str, str]]) -> str:
    lines = [",".join(follow_up.COLUMNS)]
    lines += [",".join(row[name] for name in follow_up.COLUMNS) for row in table]
    return "\n".join(lines) + "\n"
