"""Claims judged from a reader's customs files: synthetic unloads, every total added by hand.

A printed number may only be confirmed or refuted by months that the files hold, and what the paper's own
figures say of it must stay on the ledger.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import customs, ledger, paths
from analysis.customs import trade
from analysis.data import indicators, regions, user_data
from analysis.errors import AnalysisError
from analysis.ledger import customs as asking
from analysis.ledger.claims import COLUMNS, CUSTOMS_COLUMNS
from analysis.publish import exhibits, verdicts
from analysis.publish.ledger_file import COLUMNS as LEDGER_COLUMNS
from analysis.publish.ledger_file import EVIDENCE_COLUMNS, ledger_table, read_ledger, write_ledger
from analysis.publish.words import text
from analysis.workflow.batch import identity
from analysis.workflow.cli import main
from notebook_cells import run_cells
from test_customs_trade import AMUR, PRIMORYE, unload

PAPER = paths.raw() / "paper" / "claims.csv"
NOTHING = pd.DataFrame(columns=["region", "indicator", "period", "value", "source"])
SAKHA = "98000 - РЕСПУБЛИКА САХА (ЯКУТИЯ)"
MOSCOW = "45000 - Г. МОСКВА"


def row(napr, month, partner, goods, dollars, region=AMUR, kg="0"):
    return (napr, month, partner, goods, "", dollars, kg, "0", region)


# Amur, January to September 2021, to China (thousand dollars): timber 1 495.3 + 4 804.7 + 2 331.42 + 5 306.6
# + 398.08 = 14 336.1; soybeans 50 000; oil 169 763.9: 234 100 in all, of exports of 510 020: 45.900 %.
# Imports 150 000 of 400 000 come from China.
NINE_MONTHS = [
    row("ЭК", 1, "CN", "4403211100", "1495300,00"),
    row("ЭК", 2, "CN", "4403950000", "4804700,00"),
    row("ЭК", 3, "CN", "4403970000", "2331420,00"),
    row("ЭК", 4, "CN", "4407110000", "5306600,00"),
    row("ЭК", 5, "CN", "4401220000", "398080,00"),
    row("ЭК", 6, "CN", "1201900000", "50000000,00"),
    row("ЭК", 7, "CN", "2710192100", "169763900,00"),
    row("ЭК", 8, "JP", "1201900000", "60000000,00"),
    row("ЭК", 9, "KR", "2701120000", "215920000,00"),
    row("ИМ", 1, "CN", "8703239094", "150000000,00"),
    row("ИМ", 9, "JP", "8703239094", "250000000,00"),
]
# the rest of the year: turnover 1 109.52 million, 583.6 with China: 52.599 %
LAST_QUARTER = [
    row("ЭК", 10, "CN", "4403210000", "1000000,00"),
    row("ИМ", 11, "CN", "8703239094", "198500000,00"),
    row("ИМ", 12, "NNN", "8703239094", "0,00"),
]
# one million a month, three of them with China: 25 %
OTHERS = [
    row("ЭК", month, "CN" if month < 4 else "KR", "0303", "1000000,00", PRIMORYE) for month in range(1, 13)
]
OTHERS = [(*cells[:3], "0303000000", *cells[4:]) for cells in OTHERS]
IMPORTS = [row("ИМ", 1, "KR", "8703239094", "0,00", PRIMORYE)]
# outside the district, and so nowhere in the paper: half with China
CAPITAL = [
    row("ЭК", month, "CN" if month % 2 else "US", "9999000000", "2000000,00", MOSCOW)
    for month in range(1, 13)
] + [row("ИМ", 1, "US", "9999000000", "0,00", MOSCOW)]
YEAR = [*NINE_MONTHS, *LAST_QUARTER, *OTHERS, *IMPORTS, *CAPITAL]


def made(folder, cells, year=2021, name="synthetic_DATTSVT.csv"):
    """Store of one synthetic unload."""
    folder.mkdir(parents=True, exist_ok=True)
    customs.ingest([unload(folder, cells, year, name)], folder / "store")
    return customs.open_store(folder / "store")


@pytest.fixture(scope="module")
def full_year(tmp_path_factory):
    return made(tmp_path_factory.mktemp("year"), YEAR)


@pytest.fixture(scope="module")
def nine_months(tmp_path_factory):
    return made(tmp_path_factory.mktemp("nine"), NINE_MONTHS)


@pytest.fixture(scope="module")
def judged(full_year):
    return ledger.verify_file(PAPER, indicators.committed(), full_year)


@pytest.fixture(scope="module")
def without():
    return ledger.verify_file(PAPER, indicators.committed())


CONFIRMED = {
    "text.export-share": "45.9",
    "text.exports-china": "234.1",
    "text.export-leader": "place 1",
    "text.greatest-interest": "place 1",
    "text.oil-main-buyer": "place 1",
    "text.timber-main-importer": "place 1",
    "cell.table-2.RU-AMU.2021": "52.599",
    "cell.table-3.1": "14,336.1",
    "cell.table-3.3": "1,495.3",
    "cell.table-3.5": "4,804.7",
    "cell.table-3.6": "2,331.42",
    "cell.table-3.7": "5,306.6",
    "cell.table-3.8": "5,306.6",
}
REFUTED = {
    "text.soy-main-importer": "place 2",
    "text.imports-china": "150",
    "text.imports-half": "0.375",
    "text.countries": "3",
    "cell.table-2.RU-PRI.2021": "25",
}
# the paper contradicts itself there already
ALSO_REFUTED = {"cell.table-3.9": "14,336.1"}


@pytest.mark.parametrize("claim_id", CONFIRMED)
def test_a_claim_the_files_agree_with_holds_on_them(judged, claim_id):
    """The store holds the whole year: were the other months added, every nine-month figure would be refuted."""
    found = judged.row(claim_id)
    assert (found.verdict, found.basis, found.rule) == ("match", "external", "R11"), found.note
    assert text(found.reproduced, "en") == CONFIRMED[claim_id]
    assert found.stands_on_customs


@pytest.mark.parametrize("claim_id", REFUTED)
def test_a_claim_the_files_contradict_fails_on_them(judged, claim_id):
    found = judged.row(claim_id)
    assert (found.verdict, found.basis) == ("mismatch", "external"), found.note
    assert text(found.reproduced, "en") == REFUTED[claim_id]


@pytest.mark.parametrize("claim_id", ALSO_REFUTED)
def test_a_claim_that_the_paper_contradicts_itself_stays_its_own_error_and_shows_the_files_too(
    judged, claim_id
):
    """A total that contradicts its rows is a paper error, whatever else it contradicts."""
    found = judged.row(claim_id)
    assert (found.verdict, found.basis) == ("paper_error", "internal")
    assert (found.customs.verdict, text(found.customs.reproduced, "en")) == (
        "mismatch",
        ALSO_REFUTED[claim_id],
    )
    assert found.pieces == {"external": "mismatch", "internal": "paper_error"}


def test_an_answer_names_the_store_its_files_and_their_checksums(judged, full_year):
    """Otherwise nobody could tell which files a verdict stands on."""
    found = judged.row("text.exports-china")
    sha256 = full_year.sources[0].sha256
    assert found.customs.source == f"{user_data.CUSTOMS}: synthetic_DATTSVT.csv (sha256 {sha256[:12]})"
    assert found.customs.source in text(found.note, "en")
    assert user_data.CUSTOMS == trade.SOURCE


MISSING = (
    "cell.table-2.RU-AMU.2020",
    "cell.table-2.RU-KHA.2021",
    "text.countries-change",
    "cell.table-2.FAR_EAST.2021",
)


@pytest.mark.parametrize("claim_id", MISSING)
def test_a_claim_whose_months_are_missing_stays_as_it_was_and_says_what_is_missing(judged, without, claim_id):
    found = judged.row(claim_id)
    assert [getattr(found, name) for name in COLUMNS_OF_ROW] == [
        getattr(without.row(claim_id), name) for name in COLUMNS_OF_ROW
    ]
    assert found.customs.verdict == "not_checkable" and not found.customs.source
    note = text(found.customs.note, "en")
    assert "does not hold" in note and "2020" in note + "2020" * ("2021" in claim_id)


COLUMNS_OF_ROW = ("claim_id", "rule", "basis", "verdict", "reproduced", "note", "readings")


def test_nine_months_are_enough_for_nine_months_and_not_for_a_year(nine_months):
    found = ledger.verify_file(PAPER, indicators.committed(), nine_months)
    assert found.row("text.exports-china").stands_on_customs
    assert found.row("cell.table-3.1").verdict == "match"
    year = found.row("cell.table-2.RU-AMU.2021")
    assert not year.has_customs_answer and "2021-10" in text(year.customs.note, "en")


def test_inside_the_revision_band_files_decide_nothing_and_displace_nothing(judged, without):
    """Row 2 adds up on paper; 8 631.42 against 8 631,5 is 0.001 per cent and no reason to doubt that."""
    found = judged.row("cell.table-3.2")
    assert found.customs.verdict == "not_checkable" and text(found.customs.reproduced, "en") == "8,631.42"
    assert (found.verdict, found.basis, found.note) == (
        "match",
        "internal",
        without.row("cell.table-3.2").note,
    )


def test_what_the_papers_own_figures_say_stays_beside_the_files_verdict(judged, without):
    for claim_id in (*CONFIRMED, *REFUTED, *ALSO_REFUTED):
        before, old = judged.row(claim_id).without_customs, without.row(claim_id)
        assert (before.rule, before.basis, before.reproduced, before.verdict, before.note) == (
            old.rule, old.basis, old.reproduced, old.verdict, old.note
        )  # fmt: skip


def test_a_claim_judged_twice_is_counted_once(judged, without):
    """With customs files no failure against the paper's own figures may drop out of the headline."""
    new, old = ledger.headline(judged), ledger.headline(without)
    for group in ("text", "cell", "reference"):
        assert new.share(group).internal == old.share(group).internal
        assert new.share(group).total == old.share(group).total
    assert new.share("cell").external == old.share("cell").external + 1


def test_the_ledger_keeps_both_judgements_in_its_file_and_reads_them_back(judged, tmp_path):
    path = write_ledger(judged, tmp_path / "ledger.csv")
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert tuple(header) == (*LEDGER_COLUMNS, *EVIDENCE_COLUMNS)
    assert ledger_table(read_ledger(path)).equals(ledger_table(judged))
    table = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("claim_id")
    assert table.loc["cell.table-3.9", "without_customs_verdict"] == "paper_error"
    assert table.loc["cell.table-3.9", "customs_verdict"] == "mismatch"
    assert table.loc["footnotes.numbers", "customs_verdict"] == ""


def test_without_a_store_the_ledgers_bytes_are_the_committed_ones(without, tmp_path):
    path = write_ledger(without, tmp_path / "ledger.csv")
    assert path.read_bytes() == (paths.reference() / "ledger.csv").read_bytes()


@settings(max_examples=8)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ЭК", "ИМ"]),
            st.integers(1, 12),
            st.sampled_from(["CN", "JP", "NNN", "NA"]),
            st.sampled_from(["4403210000", "1201900000", "XXXXXXXXXX"]),
            st.integers(0, 10**8),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_file_changes_what_the_ledger_says_without_it(without, tmp_path_factory, cells):
    """Files may add a judgement; the judgement without them is always the one a reader without files gets."""
    lines = [row(n, month, partner, goods, f"{dollars},00") for n, month, partner, goods, dollars in cells]
    found = ledger.verify_file(PAPER, indicators.committed(), made(tmp_path_factory.mktemp("any"), lines))
    for now, old in zip(found.rows, without.rows, strict=True):
        before = now.without_customs or now
        assert all(
            getattr(before, name) == getattr(old, name) for name in ("rule", "basis", "verdict", "note")
        )
        assert old.verdict != "paper_error" or now.verdict == "paper_error"
        if now.stands_on_customs:
            assert now.basis == "external" and now.customs.source


def test_every_request_of_the_paper_names_goods_with_a_name_or_all(full_year):
    """A mistyped code would ask for trade in nothing and refute a true figure."""
    tables = ledger.read_tables(PAPER.parent)
    claims = [claim for claim in ledger.read_claims(PAPER, tables) if claim.customs]
    # the printed cells of Table 2 but the district's of 2018, whose regions changed in November; 9 of Table 3; 11 statements
    printed = sum(bool(c.printed.strip("-")) for c in tables["table_2"].values())
    assert len(claims) == printed - 1 + 9 + 11
    for claim in claims:
        for _, reference in claim.customs.inputs:
            if reference.startswith("customs:"):
                for code in reference.rsplit(":", 1)[1].split("+"):
                    assert code == "all" or text(trade.goods_name(code), "en") != code


# ------------------------------------------------------------------ another paper

OTHER = [
    ("value", "2,1", "thousand_usd:RU-AMU:2021-01/2021-03:export:CN:1201", "match"),
    ("weight", "7", "tonnes:RU-AMU:2021-01/2021-03:export:all:1201", "match"),
    ("share", "75,0", "share:RU-AMU:2021-01/2021-03:turnover:CN:1201+4403", "mismatch"),
    ("partners", "2", "partners:RU-AMU:2021-01/2021-03:turnover:all:all", "match"),
    ("months", "1", "million_usd:RU-AMU:2021-04:export:all:all", "not_checkable"),
    ("nothing", "1", "share:RU-AMU:2021-01/2021-03:export:CN:99", "not_checkable"),
]
# soybeans: 2.1 thousand dollars and 4 tonnes to China, 0.9 and 3 to Namibia; timber 3 to China; 'not stated' is no
# country; imports none. Share of China in 1201 and 4403 together: 5.1 of 6.
OTHER_CELLS = [
    row("ЭК", 1, "CN", "1201900000", "2100,00", kg="4000"),
    row("ЭК", 2, "NA", "1201900000", "900,00", kg="3000"),
    row("ЭК", 3, "CN", "4403210000", "3000,00"),
    row("ЭК", 3, "NNN", "2701000000", "50,00"),
    row("ИМ", 3, "CN", "8703000000", "0,00"),
]


def other_claims(folder: Path, lines: list[str]) -> Path:
    path = folder / "synthetic_claims.csv"
    path.write_text("\n".join([",".join((*COLUMNS, *CUSTOMS_COLUMNS)), *lines]) + "\n", encoding="utf-8")
    return path


def line(name, published, reference, check="formula", formula="x"):
    return f'{name},text,here,"{published}",,none,,,,Missing: customs figures.,{check},{formula},x=customs:{reference},'


@pytest.mark.parametrize(
    ("name", "published", "reference", "verdict"), OTHER, ids=[case[0] for case in OTHER]
)
def test_another_paper_is_judged_by_every_measure(tmp_path, name, published, reference, verdict):
    path = other_claims(tmp_path, [line(name, published, reference)])
    store = made(tmp_path / "own", OTHER_CELLS)
    found = ledger.verify_file(path, NOTHING, store).rows[0]
    assert found.verdict == verdict, found.note
    assert ledger.verify_file(path, NOTHING).rows[0].verdict == "not_checkable"


def test_a_rival_that_buys_other_goods_is_a_rival_with_nothing(tmp_path):
    """Only China buys timber, and that is what being the main buyer means."""
    path = other_claims(
        tmp_path,
        [
            line(
                "first", "", "thousand_usd:RU-AMU:2021-01/2021-03:export:*:44; of=text:CN", "first", ""
            ).replace("x=customs", "values=customs")
        ],
    )
    found = ledger.verify_file(path, NOTHING, made(tmp_path / "own", OTHER_CELLS)).rows[0]
    assert (found.verdict, text(found.reproduced, "en")) == ("match", "place 1")
    assert "place 1 of 2" in text(found.note, "en")


def test_a_region_without_partners_stops_no_ledger(tmp_path):
    """The request is in order; it is these files that leave nothing to compare."""
    path = other_claims(
        tmp_path,
        [
            line("first", "", "thousand_usd:RU-AMU:2021-01:export:*:44; of=text:CN", "first", "").replace(
                "x=customs", "values=customs"
            )
        ],
    )
    found = ledger.verify_file(path, NOTHING, made(tmp_path / "own", OTHER_CELLS)).rows[0]
    assert found.verdict == "not_checkable"
    assert "1 numbers" in text(found.note, "en")


def test_a_confirmed_number_does_not_reconcile_two_that_exclude_each_other(tmp_path):
    lines = [
        "two,text,here,2,,R5,formula,other,other=printed:9,,formula,x,x=customs:partners:RU-AMU:2021-01/2021-03:turnover:all:all,"
    ]
    found = ledger.verify_file(
        other_claims(tmp_path, lines), NOTHING, made(tmp_path / "own", OTHER_CELLS)
    ).rows[0]
    assert found.customs.verdict == "match"
    assert (found.verdict, found.basis) == ("paper_error", "internal")
    assert found.pieces == {"external": "match", "internal": "paper_error"}


DISTRICT_UNTIL_2018 = (
    "RU-PRI",
    "RU-KHA",
    "RU-AMU",
    "RU-KAM",
    "RU-MAG",
    "RU-SAK",
    "RU-CHU",
    "RU-SA",
    "RU-YEV",
)


def test_the_district_of_2017_is_the_sum_of_its_nine_regions(tmp_path, without):
    """242 of 1 000 dollars in each of the nine are the printed 24,2; Rosstat's weights alone contradict it."""
    cells = []
    for code in DISTRICT_UNTIL_2018:
        region = f"{regions.by_code(code).okato} - X"
        cells += [row("ЭК", month, "CN", "4403210000", "242,00", region) for month in range(1, 13)]
        cells += [row("ИМ", month, "KR", "4403210000", "758,00", region) for month in range(1, 13)]
    found = ledger.verify_file(PAPER, indicators.committed(), made(tmp_path, cells, year=2017))
    district = found.row("cell.table-2.FAR_EAST.2017")
    assert (district.verdict, text(district.reproduced, "en")) == ("match", "24.2")
    assert district.without_customs.verdict == "mismatch"
    # two independent sources: the one that speaks of the figure itself counts
    assert district.pieces == {"external": "match"}


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("value:RU-AMU:2021:export:CN:all", "thousand_usd, million_usd, tonnes"),
        ("share:Amur:2021:export:CN:all", "RU-AMU"),
        ("share:RU-AMU:2021-13:export:CN:all", "2021-13"),
        ("share:RU-AMU:2021-09/2021-01:export:CN:all", "end before"),
        ("share:RU-AMU:2021:exports:CN:all", "turnover"),
        ("share:RU-AMU:2021:export:China:all", "two-letter"),
        ("share:RU-AMU:2021:export:all:all", "name a partner"),
        ("partners:RU-AMU:2021:export:CN:all", "counts partners"),
        ("share:RU-AMU:2021:export:CN:440", "2, 4, 6, 8 or 10"),
        ("share:RU-AMU:2021:export:CN", "6 parts"),
    ],
)
def test_a_faulty_request_is_one_sentence_with_its_line_even_without_a_store(tmp_path, reference, told):
    """A file that fails only on machines with customs files could not be mended on the others."""
    path = other_claims(tmp_path, [line("a", "1", reference)])
    with pytest.raises(AnalysisError, match="line 2") as caught:
        ledger.verify_file(path, NOTHING)
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,text,here,1,,none,,,,missing,,x,x=customs:share:RU-AMU:2021:export:CN:all,", "customs_check"),
        ("a,text,here,1,,none,,,,missing,formula,y,x=customs:share:RU-AMU:2021:export:CN:all,", "'y'"),
        (
            "a,text,here,1,,none,,,,missing,largest,x,x=customs:share:RU-AMU:2021:export:CN:all,",
            "customs_check",
        ),
        ("a,text,here,1,,none,,,,missing,formula,x,x=printed:1,", "without a customs: reference"),
        ("a,text,here,1,,R11,formula,x,x=customs:share:RU-AMU:2021:export:CN:all,,,,,", "customs_inputs"),
    ],
)
def test_a_request_in_the_wrong_place_or_of_the_wrong_form_is_refused(tmp_path, text, told):
    with pytest.raises(AnalysisError, match="line 2") as caught:
        ledger.verify_file(other_claims(tmp_path, [text]), NOTHING)
    assert told in str(caught.value)


def test_the_country_itself_can_be_asked_for(tmp_path, full_year):
    store = made(tmp_path / "own", [row("ЭК", 1, "CN", "1201900000", "5000,00")])
    path = other_claims(tmp_path, [line("a", "5,0", "thousand_usd:RU:2021-01:export:all:all")])
    found = ledger.verify_file(path, NOTHING, store).rows[0]
    assert "nationwide" in text(found.customs.note, "en") and "по стране в целом" in text(
        found.customs.note, "ru"
    )


def test_the_documentations_example_is_judged_from_files(tmp_path):
    """Whoever gives a claim its customs inputs has only that page; 234.1 of 510.02 million are 45.9 per cent."""
    page = (paths.root() / "docs" / "claims-file.md").read_text(encoding="utf-8")
    path = tmp_path / "synthetic_claims.csv"
    path.write_text(page.split("## Customs files")[1].split("```csv\n")[1].split("```")[0], encoding="utf-8")
    found = ledger.verify_file(path, NOTHING, made(tmp_path / "own", YEAR))
    assert [row.verdict for row in found.rows] == ["match", "match"]
    table = page.split("## Customs files")[1]
    names = (*asking.MEASURES, *asking.FLOWS, *CUSTOMS_COLUMNS)
    assert all(f"`{name}`" in table for name in names)


def test_the_command_judges_another_paper_by_the_readers_files(user, tmp_path):
    customs.ingest([unload(tmp_path, OTHER_CELLS)], user / "customs")
    path = other_claims(tmp_path, [line("a", "2,1", "thousand_usd:RU-AMU:2021-01/2021-03:export:CN:1201")])
    result = CliRunner().invoke(main, ["verify", str(path), "--output", str(tmp_path / "ledger.csv")])
    assert result.exit_code == 0, result.output
    assert "Your customs files were set against 1 of these claims: 1 hold" in result.output
    assert read_ledger(tmp_path / "ledger.csv").row("a").stands_on_customs


# ------------------------------------------------------------------ exhibits and notebooks


@pytest.fixture
def user(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "user", lambda: tmp_path / "user")
    return tmp_path / "user"


@pytest.fixture
def own_files(user, tmp_path):
    customs.ingest([unload(tmp_path, YEAR, name="synthetic_DATTSVT.csv")], user / "customs")


def test_table_2_of_the_files_stands_beside_the_printed_one(own_files, tmp_path):
    """52.599 against 52,6; 25 against 48,3; Moscow, which the paper does not print, half."""
    made = run_cells("02_china_share", tmp_path / "out", formats="csv")
    table = pd.read_csv(tmp_path / "out" / "tables" / "table-2-customs.csv")
    rows = table.set_index(["region", "figure"])["2021"]
    assert rows["RU-AMU", "customs"] == pytest.approx(583.6 / 1109.52 * 100)
    assert rows["RU-AMU", "printed"] == 52.6
    assert rows["RU-PRI", "difference"] == pytest.approx(25 - 48.3)
    assert rows["RU-MOW", "customs"] == 50
    assert list(dict.fromkeys(table["region"])) == ["RU-PRI", "RU-AMU", "RU-MOW"]
    assert ("RU-MOW", "printed") not in rows.index
    assert "Of 2 shares that the paper prints too, 1 agree" in made.sentence("table-2-customs")
    assert "data/user/customs/" in made.card("table-2-customs")["source_line"]["en"]


@pytest.mark.parametrize("has_store", [False, True])
def test_without_a_store_or_a_full_year_table_2_is_not_made(user, tmp_path, has_store):
    if has_store:
        customs.ingest([unload(tmp_path, NINE_MONTHS)], user / "customs")
    assert not run_cells("02_china_share", tmp_path / "out", formats="csv").card("table-2-customs")


def test_the_cells_say_which_verdicts_stand_on_the_readers_files(own_files):
    third = verdicts.marked_cells(ledger.judge(), "table-3")
    cells = third.frame.set_index("row")["value_thousand_usd"]
    assert cells["1"] == "14 336,1 ✓†"
    assert cells["2"] == "8 631,5 ✓"
    assert cells["9"] == "49 348,4 ✗"
    assert all("†" in text(third.notes[1], language) for language in ("en", "ru"))
    assert "customs files" in text(third.text, "en") and "таможенными файлами" in text(third.text, "ru")
    first = verdicts.marked_cells(ledger.judge(asks_customs=False), "table-1")
    assert first.source_note is None and "customs" not in text(first.text, "en")


def test_without_files_the_cells_stand_on_the_printed_figures_as_before(user):
    for name in ("table-1", "table-2", "table-3"):
        made = verdicts.marked_cells(ledger.judge(), name)
        committed = pd.read_csv(
            paths.reference() / "tables" / f"{name}-verdicts.csv", dtype=str, keep_default_na=False
        )
        assert made.frame.fillna("").astype(str).to_numpy().tolist() == committed.to_numpy().tolist()
        assert len(made.notes) == 1


def test_the_exhibits_of_the_ledger_say_what_they_stand_on_in_both_languages(own_files, tmp_path):
    made_run = run_cells("07_ledger", tmp_path / "out", language="ru", rating_claims="")
    card = made_run.card("ledger-summary")
    assert "were set against" in card["sentence"]["en"] and "сопоставлено" in card["sentence"]["ru"]
    page = (tmp_path / "out/tables/ledger.en.html").read_text(encoding="utf-8")
    assert "Your customs files" in page and "Without them" in page


def test_a_store_that_holds_none_of_the_months_is_said_to_lack_them(user, tmp_path):
    customs.ingest([unload(tmp_path, NINE_MONTHS, year=2014)], user / "customs")
    found = ledger.judge()
    assert not any(r.has_customs_answer for r in found.rows)
    assert "lack what the" in text(ledger.customs_sentence(found.rows), "en")


def test_a_store_is_an_input_of_every_notebook(user):
    """A batch must run them again when the store changes: its figures join the observations of all."""
    before = identity.inputs("01_transit_potential")
    (user / "customs").mkdir(parents=True)
    (user / "customs" / customs.MANIFEST).write_text("{}")
    after = identity.inputs("01_transit_potential")
    assert "customs store" in after and after != before


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Copy of the repository whose data/user/ holds a synthetic store, as a reader's would."""
    root = tmp_path_factory.mktemp("reader")
    for name in ("src", "data/raw", "notebooks", "locale"):
        shutil.copytree(paths.root() / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(paths.root() / "CITATION.cff", root)
    customs.ingest([unload(root, YEAR, name="synthetic_DATTSVT.csv")], root / "data" / "user" / "customs")
    return root


@pytest.mark.slow
@pytest.mark.parametrize("notebook", ["02_china_share", "07_ledger"])
def test_the_notebooks_run_on_a_readers_store(reader, notebook):
    done = subprocess.run(
        [sys.executable, "-m", "papermill", f"notebooks/{notebook}.ipynb", "out.ipynb", "--no-progress-bar",
         "-p", "output_dir", "out"],
        cwd=reader, env={**os.environ, "PYTHONPATH": str(reader / "src")}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    for entry in exhibits.entries(notebook):
        card = json.loads((reader / "out" / "exhibits" / f"{entry.id}.json").read_text(encoding="utf-8"))
        assert card["outputs"] == list(entry.outputs)
        if entry.id in ("table-2-customs", "table-2-verdicts"):
            assert "data/user/customs/" in card["source_line"]["en"]
    if notebook == "07_ledger":
        found = read_ledger(reader / "out" / "ledger.csv")
        assert found.row("text.exports-china").stands_on_customs


def test_what_the_files_add_to_the_observations_does_not_judge_beside_them():
    """Trade observed in customs files joins the observations; there it would pass for a source of its own."""
    frame = indicators.committed()
    place = (frame["indicator"] == "exports") & (frame["region"] == "RU-AMU") & (frame["period"] == "2021")
    added = frame[place].assign(value=1.0, source=trade.SOURCE)
    more = pd.concat([frame, added], ignore_index=True)
    assert ledger.verify_file(PAPER, more) == ledger.verify_file(PAPER, frame)


def test_questions_are_read_without_the_customs_readers_libraries():
    """The ledger of a reader without customs files must not pay for them."""
    code = (
        "import sys; from analysis import ledger, paths; from analysis.data import indicators; "
        "ledger.verify_file(paths.raw() / 'paper' / 'claims.csv', indicators.committed()); "
        "print('polars' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_names_used_without_the_libraries_are_theirs():
    assert asking.FAR_EAST == trade.FAR_EAST and asking.RUSSIA == trade.RUSSIA
    assert asking.UNKNOWN_PARTNER in trade.SPECIAL_PARTNERS
    assert regions.by_code("RU-SA").okato == SAKHA[:5]
