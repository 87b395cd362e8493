"""The answer: notebooks 05, 06 and 10 under many sets of parameters, their sentences against their own numbers.

A sentence that holds for one run only would be found out here: every number, sign, count and comparison said is
computed again from the exhibits' CSV files, and the coefficients by scipy or by counting.
"""

import itertools
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import paths
from analysis.data import indicators, regions
from analysis.rating import associations
from cells import run_of


class TestScoreAndLength:
    """The score against the length of the entry, by scipy and by arithmetic apart from ours."""

    @pytest.fixture
    def words(self):
        """Words of each region's entry, added up from the raw file."""
        statements = pd.read_csv(paths.root() / "data/raw/rating/statements.csv")
        return statements.groupby("region")["words"].sum()

    def rows(self, subset="far_east"):
        return run_of("05_association", subset=subset).table("score-and-length").set_index("indicator")

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
        wide, narrow = (run_of("05_association", subset=name) for name in ("far_east", "border"))
        assert "above 9 of 9 indicators" in wide.sentence("score-and-length")
        assert "above 8 of 9 indicators" in narrow.sentence("score-and-length")

    def test_edition_ii_says_that_its_entries_are_not_counted(self):
        """Lengths of edition III beside scores of edition II would compare what was never together."""
        made = run_of("05_association", edition="II")
        assert "their length is missing" in made.sentence("score-and-length")
        assert "rating-statements" not in made.card("score-and-length")["sources"]
        rows = made.table("score-and-length")
        assert "entry_words" not in set(rows["indicator"])
        assert rows[["score_length", "indicator_length", "partial"]].isna().all(axis=None)
