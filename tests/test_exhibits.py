"""Exhibits: the register, the files and the notebooks must tell one story."""

import re

import pytest

from analysis import ledger
from analysis.data import regions
from analysis.publish import exhibits, parameters, verdicts
from analysis.publish.words import text
from analysis.rating import associations
from notebook_cells import run_cells, run_of

NOTEBOOKS = parameters.notebooks()


def test_identifiers_are_unique_and_safe_in_file_names():
    ids = [entry.id for entry in exhibits.entries()]
    assert len(set(ids)) == len(ids)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in ids)


def test_the_papers_seven_exhibits_are_registered():
    papers = {"table-1", "table-2", "table-3", "chart-1", "chart-2", "chart-3", "chart-4"}
    assert papers <= {entry.id for entry in exhibits.entries()}


def test_every_exhibit_belongs_to_a_notebook():
    assert {entry.notebook for entry in exhibits.entries()} <= set(NOTEBOOKS)


def test_saving_writes_exactly_the_files_the_register_promises(tmp_path):
    run_cells("03_exports", tmp_path)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {*exhibits.promised("03_exports"), "index.html"}


def test_every_claim_of_the_ledger_has_an_anchor_of_its_own_in_the_page():
    folder = run_of("07_ledger", formats="all").folder
    for name, claims in (("ledger", ledger.PAPER_CLAIMS), ("rating-ledger", ledger.RATING_CLAIMS)):
        rows = ledger.judge(claims).rows
        for language in ("en", "ru"):
            page = (folder / "tables" / f"{name}.{language}.html").read_text(encoding="utf-8")
            anchors = re.findall(r'<tr id="(claim-[^"]+)">', page)
            assert len(anchors) == len(set(anchors)) == len(rows)


def test_the_cells_of_table_3_carry_the_verdicts_of_the_ledger():
    last = verdicts.marked_cells(ledger.judge(), "table-3").frame.iloc[-1]
    assert last["value_thousand_usd"] == "49 348,4 ✗"


def test_the_corrected_table_3_adds_up_to_its_chapter():
    rows = verdicts.timber_tree()
    added = rows.loc[rows["counts_in_total"], "value"].sum()
    # 0.1 is the rounding of birch and poplar against their heading
    assert abs(added - 14336.1) <= 0.15


class TestAssociations:
    """Rows of the associations table against the exact reference values."""

    def test_chinas_share_2021_has_the_reference_values(self):
        row = associations.associate("III", "china_share", "2021", "far_east", "kendall_tau_b")
        assert row["n"] == 11
        assert row["estimate"] == pytest.approx(0.5060, abs=5e-5)
        assert row["arrangements"] == 554_400
        assert row["p_exact"] == pytest.approx(0.0433, abs=5e-5)
        rho = associations.associate("III", "china_share", "2021", "far_east", "spearman_rho")
        assert rho["p_exact"] == pytest.approx(33_812 / 554_400, rel=1e-12)

    def test_the_gap_is_counted_to_the_end_of_the_events(self):
        assert associations.gap_years("III", "2021") == 5
        assert associations.gap_years("II", "2024") == 1

    def test_density_is_judged_over_the_five_border_regions_in_either_subset(self):
        wide = associations.score_and_covariate("III", "crossing_density_functioning", "2020", "far_east")
        narrow = associations.score_and_covariate("III", "crossing_density_functioning", "2020", "border")
        assert wide.equals(narrow)
        assert len(wide) == 5

    def test_a_family_is_named_by_its_regions(self):
        assert regions.region_set(["RU-PRI", "RU-KHA", "RU-AMU", "RU-ZAB", "RU-YEV"]) == "border"
        assert regions.region_set(["RU-PRI", "RU-KHA", "RU-AMU", "RU-YEV"]) == "border less RU-ZAB"


class TestMarkedCells:
    """The parameters of a notebook reach the table of verdicts."""

    def test_table_1_shows_and_counts_the_regions_asked_for(self):
        found = ledger.judge()
        whole = verdicts.marked_cells(found, "table-1")
        one = verdicts.marked_cells(found, "table-1", columns=("RU-AMU",))
        assert [name for name in one.frame if name.startswith("RU-")] == ["RU-AMU"]
        # seven rows of the table, of which the paper's sentence counts every cell once
        assert sum(one.text.values.values()) == 7
        assert sum(whole.text.values.values()) == 35

    def test_table_2_shows_the_years_and_regions_asked_for(self):
        made = verdicts.marked_cells(
            ledger.judge(), "table-2", rows=("FAR_EAST", "RU-AMU"), columns=("2019", "2020", "2021")
        )
        assert made.frame["row"].tolist() == ["FAR_EAST", "RU-AMU"]
        assert made.frame.columns[3:].tolist() == ["2019", "2020", "2021"]
        # the district's three years hold, Amur's cells are copies
        assert text(made.text, "en") == (
            "Cells: 0 fail, 0 depend on the reading, 3 hold, 3 cannot be checked."
        )


def test_the_table_of_choices_names_its_options_in_words():
    from analysis.rating.specifications import CHOICES, option_name

    for choice in CHOICES:
        for option in choice.options:
            for language in ("en", "ru"):
                assert "_" not in text(option_name(choice.id, option.id), language)


def test_a_russian_word_names_one_thing():
    """«Реестр» is the ledger, a batch is «серия»; a list called either would be looked for in the wrong place."""
    for entry in exhibits.entries():
        title = text(entry.title, "ru").lower()
        assert "пакет" not in title, entry.id
        assert ("реестр" in title) == (entry.id in ("ledger", "rating-ledger")), entry.id
