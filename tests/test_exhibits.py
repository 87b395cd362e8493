"""Exhibits: the register, the files and the notebooks must tell one story."""

import itertools
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import paths
from analysis.data import indicators, regions
from analysis.errors import AnalysisError
from analysis.publish import parameters
from analysis.publish.exhibits import Exhibit, ledger, publish, register, robustness
from analysis.publish.exhibits.association import Periods
from analysis.publish.tables import Table, column
from analysis.rating import associations

NOTEBOOKS = parameters.notebooks()


def test_identifiers_are_unique_and_safe_in_file_names():
    ids = [entry.id for entry in register.entries()]
    assert len(set(ids)) == len(ids)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in ids)


def test_the_papers_seven_exhibits_are_registered():
    papers = {"table-1", "table-2", "table-3", "chart-1", "chart-2", "chart-3", "chart-4"}
    assert papers <= {entry.id for entry in register.entries()}


def test_every_exhibit_belongs_to_a_notebook():
    assert {entry.notebook for entry in register.entries()} <= set(NOTEBOOKS)


def run(tmp_path, notebook="03_exports"):
    return parameters.Run(notebook, "en", tmp_path, {})


def test_publishing_writes_exactly_the_files_the_register_promises(tmp_path):
    shown = publish(ledger.timber_tree(), run(tmp_path))
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(register.files(register.entry("timber-tree")))
    assert 'lang="en"' in shown.fragment


def exhibit(**changes):
    table = Table(pd.DataFrame({"a": [1]}), (column("a", "A", "А"),))
    made = {
        "id": "table-3-verdicts",
        "period": "2020",
        "sentence": {"en": "x", "ru": "х"},
        "sources": ("paper-table-3",),
        "table": table,
    }
    return Exhibit(**{**made, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "table-9"}, "table-9"),
        ({"id": "table-1-verdicts"}, "belongs to 01_transit_potential"),
        ({"sources": ("rosstat-fdi",)}, "draws on rosstat-fdi"),
        ({"table": None}, "must be made as table"),
    ],
)
def test_an_exhibit_that_is_not_as_registered_is_refused(tmp_path, changes, message):
    with pytest.raises(AnalysisError, match=message):
        publish(exhibit(**changes), run(tmp_path))
    assert not list(tmp_path.iterdir())


def test_every_claim_of_the_ledger_has_an_anchor_of_its_own_in_the_page(tmp_path):
    ledger_run = parameters.Run("07_ledger", "en", tmp_path, {"claims": ledger.PAPER_CLAIMS})
    publish(ledger.full(ledger.paper_ledger(), ledger_run), ledger_run)
    for language in ("en", "ru"):
        page = (tmp_path / "tables" / f"ledger.{language}.html").read_text(encoding="utf-8")
        anchors = re.findall(r'<tr id="(claim-[^"]+)">', page)
        assert len(anchors) == len(set(anchors)) == len(ledger.paper_ledger().rows)


def test_the_cells_of_table_3_carry_the_verdicts_of_the_ledger():
    made = ledger.cell_verdicts("table-3", "2021")
    last = made.table.rows.iloc[-1]
    assert last["value_thousand_usd"] == "49 348,4 ✗"


def test_the_corrected_table_3_adds_up_to_its_chapter():
    rows = ledger.timber_tree().table.rows
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
        wide = associations.pair("III", "crossing_density_functioning", "2020", "far_east")
        narrow = associations.pair("III", "crossing_density_functioning", "2020", "border")
        assert wide.equals(narrow)
        assert len(wide) == 5

    def test_a_family_is_named_by_its_regions(self):
        assert regions.region_set(["RU-PRI", "RU-KHA", "RU-AMU", "RU-ZAB", "RU-YEV"]) == "border"
        assert regions.region_set(["RU-PRI", "RU-KHA", "RU-AMU", "RU-YEV"]) == "border less RU-ZAB"


class TestScoreAndLength:
    """The score against the length of the entry, by scipy and by arithmetic apart from ours."""

    PERIODS = Periods("2021", "2024", "2020")

    @pytest.fixture
    def words(self):
        """Words of each region's entry, added up from the raw file."""
        statements = pd.read_csv(paths.root() / "data/raw/rating/statements.csv")
        return statements.groupby("region")["words"].sum()

    def rows(self, subset="far_east"):
        made = robustness.score_and_length("III", subset, self.PERIODS)
        return made.table.rows.set_index("indicator")

    def test_the_coefficient_of_the_length_is_scipys(self, words):
        codes = list(regions.codes(regions.subset("far_east")))
        score = indicators.values("score", "III", codes)
        row = self.rows().loc["entry_words"]
        assert row["n"] == 11
        assert row["estimate"] == pytest.approx(stats.kendalltau(score, words[codes]).statistic, abs=1e-12)
        assert row["estimate"] == pytest.approx(0.74, abs=0.005)

    def test_the_p_of_the_length_is_that_of_all_orders_of_five_scores(self, words):
        """A p that is not of all 120 orders would be no exact one."""
        codes = list(regions.codes(regions.subset("border")))
        score, length = indicators.values("score", "III", codes).to_numpy(), words[codes].to_numpy()
        first, second = np.triu_indices(5, 1)

        def surplus(order):
            return np.sum(np.sign(order[second] - order[first]) * np.sign(length[second] - length[first]))

        sums = np.array([surplus(np.array(order)) for order in itertools.permutations(score)])
        row = self.rows("border").loc["entry_words"]
        assert row["p_exact"] == pytest.approx(np.mean(np.abs(sums) >= abs(surplus(score))), abs=1e-12)
        assert row["p_min"] == pytest.approx(np.mean(np.abs(sums) == np.abs(sums).max()), abs=1e-12)

    def test_the_p_of_the_length_counts_every_arrangement_of_eleven_scores(self, words):
        """Scores are dealt out from the shortest entry to the longest; S counts what is still to come above and below."""
        codes = list(regions.codes(regions.subset("far_east")))
        score = indicators.values("score", "III", codes)[words[codes].sort_values().index].to_numpy()
        counts: dict[tuple[int, ...], Counter[int]] = {}

        def dealt(left):
            if not any(left):
                return Counter({0: 1})
            if left not in counts:
                counts[left] = Counter()
                for level, have in enumerate(left):
                    rest = (*left[:level], have - 1, *left[level + 1 :])
                    surplus = sum(rest[level + 1 :]) - sum(rest[:level])
                    for value, times in dealt(rest).items() if have else ():
                        counts[left][value + surplus] += times
            return counts[left]

        null = dealt(tuple(Counter(sorted(score)).values()))
        first, second = np.triu_indices(11, 1)
        observed = np.sign(score[second] - score[first]).sum()
        assert null.total() == 554_400
        farther = sum(times for value, times in null.items() if abs(value) >= abs(observed))
        assert self.rows().loc["entry_words"]["p_exact"] == pytest.approx(farther / 554_400, abs=1e-15)

    def test_partial_coefficients_are_those_of_the_inverted_matrix_of_coefficients(self, words):
        """The precision matrix is another way to a partial coefficient than Kendall's formula."""
        rows = self.rows().drop(index="entry_words")
        for name, row in rows.iterrows():
            data = associations.pair("III", name, row["period"], "far_east")
            series = [data["score"], words[data.index], data["covariate"]]
            tau = np.array([[stats.kendalltau(a, b).statistic for a in series] for b in series])
            inverse = np.linalg.inv(tau)
            partial = -inverse[0, 2] / np.sqrt(inverse[0, 0] * inverse[2, 2])
            assert row["partial"] == pytest.approx(partial, abs=1e-9), name
            assert row["score_length"] == pytest.approx(tau[0, 1], abs=1e-12), name
            assert row["indicator_length"] == pytest.approx(tau[1, 2], abs=1e-12), name

    def test_the_indicators_are_those_of_the_forest_with_its_numbers(self):
        rows = self.rows().drop(index="entry_words")
        for name, row in rows.iterrows():
            one = associations.associate("III", name, row["period"], "far_east", "kendall_tau_b")
            assert (row["n"], row["estimate"], row["p_exact"]) == (one["n"], one["estimate"], one["p_exact"])
        assert len(rows) == 9

    def test_the_sentence_counts_the_indicators_below_the_length(self):
        """Of five regions one density lies as far from zero as the length does, and is not below it."""
        wide = robustness.score_and_length("III", "far_east", self.PERIODS).sentence
        narrow = robustness.score_and_length("III", "border", self.PERIODS).sentence
        assert "above 9 of 9 indicators" in wide["en"] and "чем у 9 из 9 показателей" in wide["ru"]
        assert "above 8 of 9 indicators" in narrow["en"]

    def test_edition_ii_says_that_its_entries_are_not_counted(self):
        """Lengths of edition III beside scores of edition II would compare what was never together."""
        made = robustness.score_and_length("II", "far_east", self.PERIODS)
        assert "edition II their length is missing" in made.sentence["en"]
        assert "rating-statements" not in made.sources
        assert "entry_words" not in set(made.table.rows["indicator"])
        assert made.table.rows[["score_length", "indicator_length", "partial"]].isna().all(axis=None)


class TestCellVerdicts:
    """The parameters of a notebook reach the table of verdicts."""

    def test_table_1_shows_and_counts_the_regions_asked_for(self):
        whole = ledger.cell_verdicts("table-1", "2020")
        one = ledger.cell_verdicts("table-1", "2020", columns=("RU-AMU",))
        assert [name for name in one.table.rows if name.startswith("RU-")] == ["RU-AMU"]
        # seven rows of the table, of which the paper's sentence counts every cell once
        counts = [int(n) for n in re.findall(r"\d+", one.sentence["en"])]
        assert sum(counts) == 7
        assert sum(int(n) for n in re.findall(r"\d+", whole.sentence["en"])) == 35

    def test_table_2_shows_the_years_and_regions_asked_for(self):
        made = ledger.share_verdicts(("RU-AMU",), "2019", "2021")
        assert made.table.rows["row"].tolist() == ["FAR_EAST", "RU-AMU"]
        assert made.table.rows.columns[3:].tolist() == ["2019", "2020", "2021"]
        # the district's three years hold, Amur's cells are copies
        assert made.sentence["en"].startswith("Cells: 0 fail, 3 hold, 3 cannot be checked.")


def test_the_table_of_choices_names_its_options_in_words():
    from analysis.publish.exhibits import multiverse
    from analysis.rating.specifications import CHOICES

    for choice in CHOICES:
        for option in choice.options:
            for language in ("en", "ru"):
                assert "_" not in multiverse.option_name(choice.id, option.id, language)


def test_a_russian_word_names_one_thing():
    """«Реестр» is the ledger, a batch is «серия»; a list called either would be looked for in the wrong place."""
    for entry in register.entries():
        title = entry.title["ru"].lower()
        assert "пакет" not in title, entry.id
        assert ("реестр" in title) == (entry.id == "ledger"), entry.id
