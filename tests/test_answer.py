"""The answer: notebooks 05, 06 and 10 under many sets of parameters, their sentences against their own numbers.

A sentence that holds for one run only would be found out here: every number, sign, count and comparison said is
computed again from the exhibits' CSV files, and the coefficients by scipy or by counting.
"""

import itertools
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import paths
from analysis.data import indicators, regions
from analysis.publish.words import text
from analysis.rating import associations
from notebook_cells import run_of


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
            data = associations.score_and_covariate("III", name, row["period"], "far_east")
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


# the default, and runs that turn signs, counts and comparisons round
GRID = [
    {},
    {"edition": "II"},
    {"edition": "II", "trade_period": 2019, "investment_period": 2022},
    {"subset": "border"},
    {"subset": "border", "edition": "II", "crossings_period": 2026},
    {"trade_period": 2015, "alpha": 0.1},
    {"regions": "siberian", "covariates": ["population:2024", "trade_turnover:2021"]},
    {
        "regions": ["RU-AMU", "Приморский край", "RU-KHA", "RU-SAK", "RU-KAM", "RU-MAG"],
        "covariates": ["grp:2020"],
    },
]
NUMBER = r"([+−]?\d+(?:\.\d+)?|—)"


def near(said, value):
    """Whether a printed number is the rounding of a value; a dash stands for none."""
    if said == "—":
        return pd.isna(value)
    decimals = len(said.partition(".")[2])
    return abs(float(said.replace("−", "-").replace(",", "")) - value) <= 0.5 * 10.0**-decimals + 1e-9


def numbers(pattern, sentence):
    found = re.search(pattern, sentence)
    assert found is not None, sentence
    return found.groups()


@pytest.mark.parametrize("given", GRID, ids=str)
class TestSentencesOfNotebook05:
    """What is said against what stands in the tables, and these against scipy."""

    def run(self, given):
        return run_of("05_association", **given)

    def test_coefficients_are_scipys(self, given):
        made = self.run(given)
        rows, data = made.table("association-forest"), made.table("association-data").set_index("region")
        for row in rows.itertuples():
            name = row.indicator if row.indicator in data else f"{row.indicator}:{row.period}"
            both = data[["score", name]].dropna()
            assert row.estimate == pytest.approx(stats.kendalltau(both["score"], both[name]).statistic)
            assert row.n == len(both) and row.p_min <= row.p_exact + 1e-15

    def test_the_counts_of_the_main_sentence(self, given):
        made = self.run(given)
        rows = made.table("association-forest")
        alpha, hits, k, all_rows, exact, shown, everything, mute = numbers(
            r"a p of ([\d.]+) or less: (\d+) of the (\d+) in the primary family, .* of all (\d+), (\d+) unadjusted, "
            r"(\d+) adjusted for the rows shown, (\d+) adjusted for all indicators and years\. .*: (\d+)\.",
            made.sentence("association-forest"),
        )
        level = float(alpha)
        primary = rows[rows["is_primary"]]
        assert (int(k), int(all_rows)) == (len(primary), len(rows))
        for said, column, part in (
            (hits, "p_primary", primary),
            (exact, "p_exact", rows),
            (shown, "p_shown", rows),
            (everything, "p_all", rows),
        ):
            assert int(said) == (part[column] <= level).sum(), column
        assert int(mute) == (rows["p_min"] > level).sum()

    def test_every_indicator_with_the_smallest_adjusted_p_is_named(self, given):
        """A step-down procedure gives several the same p; naming one would rank what is not ranked."""
        made = self.run(given)
        rows = made.table("association-forest")
        said = next(text for text in made.said() if text.startswith("The smallest adjusted p"))
        nearest = rows[np.isclose(rows["p_primary"], rows["p_primary"].min())]
        assert len(nearest) and said.count("in the other edition") == len(nearest)
        for _, row in nearest.iterrows():
            found = numbers(
                rf"{re.escape(row['label_en'])} \(tau-b {NUMBER}, .*?; in the other edition tau-b {NUMBER}",
                said,
            )
            assert near(found[0], row["estimate"]) and near(found[1], row["other_estimate"])

    def test_pairs_and_moves_are_counted_again(self, given):
        made = self.run(given)
        row = made.table("fragility").iloc[0]
        data = made.table("association-data").set_index("region")
        name = row["covariate"] if row["covariate"] in data else row["covariate"].split(":")[0]
        both = data[["score", name]].dropna().to_numpy()
        products = [np.sign((a - c) * (b - d)) for (a, b), (c, d) in itertools.combinations(both, 2)]
        same, other = products.count(1), products.count(-1)
        assert (row["same_way"], row["other_way"]) == (same, other)
        said = numbers(
            r"of (\d+) pairs .* both, (\d+) go the same way and (\d+) the other", made.sentence("fragility")
        )
        assert tuple(map(int, said)) == (same + other, same, other)
        assert 0 <= row["moved_above"] <= row["moved_cases"] <= 2 * row["n"]
        # the interval inverts the test: zero lies in it just where p is above the level
        if not np.isnan(row["ci_low"]):
            alpha = self.run(given).names["alpha"]
            assert (row["ci_low"] <= 0 <= row["ci_high"]) == (row["p_exact"] > alpha)

    def test_the_benchmarks_are_compared_as_said(self, given):
        made = self.run(given)
        rows = made.table("benchmarks")
        mine, others = rows[~rows["is_benchmark"]], rows[rows["is_benchmark"]].dropna(subset="raw")
        mine = mine[mine["n"] == mine["n"].max()]
        first = mine.loc[mine["raw"].abs().idxmax()]
        tau, within, count, k = numbers(
            rf"farthest from zero of the indicators \({NUMBER}; with the border held fixed {NUMBER}, p .*\)\. (\d+) of the (\d+) bench",
            made.sentence("benchmarks"),
        )
        assert near(tau, first["raw"]) and near(within, first["within"])
        assert int(k) == len(others)
        assert int(count) == (others["raw"].abs() >= abs(first["raw"]) - 1e-12).sum()

    def test_nearer_to_zero_with_the_border_held_fixed(self, given):
        made = self.run(given)
        rows, said = made.table("border-effect"), made.sentence("border-effect")
        if rows.empty:
            assert "all on one side" in said
            return
        k, smaller = numbers(r"Of (\d+) coefficients (\d+) come nearer to zero", said)
        assert int(k) == len(rows)
        assert int(smaller) == (rows["within"].abs() < rows["raw"].abs()).sum()

    def test_the_arrangements_of_five_scores(self, given):
        made = self.run(given)
        rows = made.table("five-regions")
        n, tau, low = numbers(
            rf"arranged in (\d+) ways\. The observed one has tau-b {NUMBER}; (\d+) of",
            made.sentence("five-regions"),
        )
        observed = rows.loc[rows["is_observed"], "tau_b"].iloc[0]
        assert int(n) == len(rows) and near(tau, observed)
        assert int(low) == (rows["tau_b"] <= observed + 1e-9).sum()

    def test_no_reading_of_the_default_run_is_shown_for_another(self, given):
        said = " ".join(self.run(given).said())
        assert ("Chukotka trades little" in said) == self.run(given).names["run"].is_default


MULTIVERSE = [
    {"subset": "border"},
    {"subset": "border", "edition": "II", "alpha": 0.2},
    {
        "edition": "II",
        "regions": ["RU-AMU", "RU-PRI", "RU-KHA", "RU-ZAB", "RU-SA", "RU-SAK", "RU-KAM"],
        "covariates": ["china_share:2015", "exports:2010", "exports:2021"],
    },
    {"covariates": ["crossing_density_functioning:2020", "investment_per_head:2024"], "alpha": 0.01},
    # figures too, where years or shares leave nothing to draw
    {"covariates": ["crossing_density_functioning:2026"], "formats": "csv,svg"},
    {"subset": "border", "covariates": ["exports:2021"], "formats": "csv,svg"},
    {"regions": "siberian", "edition": "II"},
    {"regions": "volga", "covariates": ["exports:2021", "china_share:2021"], "alpha": 0.3},
    {"regions": "all", "covariates": ["exports:2021"]},
    {
        "regions": ["RU-AMU", "RU-PRI", "RU-KHA", "RU-IRK", "RU-SAK", "RU-KAM"],
        "covariates": ["population:2024", "investment:2020"],
    },
]


@pytest.mark.slow
@pytest.mark.parametrize("given", MULTIVERSE, ids=str)
class TestMultiverse:
    """Notebook 06: what it says against its tables; read here by other code than the notebook's."""

    def run(self, given):
        return run_of("06_multiverse", **given)

    def everything(self, given):
        return pd.read_csv(self.run(given).folder / "multiverse.csv", dtype={"period": str})

    def test_the_curve(self, given):
        made = self.run(given)
        alpha, curve = given.get("alpha", 0.05), made.table("multiverse-curve")
        tau = curve[curve["statistic"] == "kendall_tau_b"]
        said = made.sentence("multiverse-curve")
        n, low, high, above, below, level, hits, reach = numbers(
            rf"tau-b: (\d+), {NUMBER} to {NUMBER}; estimates above zero (\d+), below (\d+)\. .*"
            r"Exact p of ([\d.]+) or less in (\d+) of the (\d+) that",
            said,
        )
        assert (int(n), float(level)) == (len(tau), alpha)
        assert near(low, tau["estimate"].min()) and near(high, tau["estimate"].max())
        assert (int(above), int(below)) == ((tau["estimate"] > 0).sum(), (tau["estimate"] < 0).sum())
        small = tau[tau["p_exact"] <= alpha]
        assert (int(hits), int(reach)) == (len(small), (tau["p_min"] <= alpha).sum())
        zeros = (small["non_border_density"] == "zero").sum()
        assert re.findall(r"no border in (\d+) of them", said) == ([str(zeros)] if zeros else [])
        ends = re.search(r"Lowest: (.+); highest: (.+?)\. Exact", said).groups()
        for end, value in zip(ends, (tau["estimate"].min(), tau["estimate"].max()), strict=True):
            rows = tau[(tau["estimate"] - value).abs() < 1e-9]
            names = set(rows["indicator_en"] + " (" + rows["period"] + ")")
            assert all(name in end for name in names) and len(re.findall(r"\(\d{4}\)", end)) == len(names)

    def test_the_tests_of_the_whole(self, given):
        made, everything = self.run(given), self.everything(given)
        curve, joint = made.table("multiverse-curve"), made.table("multiverse-joint")
        assert joint["p"].iloc[0] == pytest.approx(curve["p_minp"].min())
        assert joint["observed"].iloc[2] == pytest.approx(curve["estimate"].median())
        assert joint["p"].iloc[3] == pytest.approx(everything["p_minp"].min())
        latest, all_years = numbers(
            r"Latest years, (\d+) .*every year, ([\d,]+) spec", made.sentence("multiverse-joint")
        )
        assert int(latest) == len(curve) and int(all_years) == (everything["statistic"] != "pearson_r").sum()
        families = made.table("multiverse-families")
        (k,) = numbers(r"^(\d+) sets", made.sentence("multiverse-families"))
        groups = everything.groupby(["regions_used", "statistic"])
        assert int(k) == len(families) == len(groups)
        for family in families.itertuples():
            rows = groups.get_group((family.region_set, family.statistic))
            assert family.size == len(rows) and family.smallest_p_maxt == rows["p_maxt"].min()
            assert family.median == pytest.approx(rows["estimate"].median())
        assert ("drawn at random" in text(made.names["primary"].null, "en")) == (
            given.get("regions") in ("volga", "all")
        )

    def test_the_years(self, given):
        made, alpha = self.run(given), given.get("alpha", 0.05)
        rows, said = made.table("multiverse-years"), made.sentence("multiverse-years")
        if rows.empty:
            assert all(name.startswith("crossing") for name in given["covariates"])
            assert said.startswith("No coefficient to draw")
            return
        low, n, held_low, held = numbers(r"solid: (\d+) of (\d+), dashed: (\d+) of (\d+)\)", said)
        plain = rows["strata"] == "none"
        assert (int(n), int(held)) == (plain.sum(), (~plain).sum())
        small = rows["p_exact"] <= alpha
        assert (int(low), int(held_low)) == ((small & plain).sum(), (small & ~plain).sum())

    def test_the_shares(self, given):
        made = self.run(given)
        rows, said = made.table("multiverse-shares"), made.sentence("multiverse-shares")
        tau = rows[(rows["statistic"] == "kendall_tau_b") & (rows["choice"] != "unexplained")]
        if tau.empty:
            assert said == "The estimates do not vary."
            return
        top = tau.loc[tau["share_pct"].idxmax()]
        choice, share = re.search(
            r"over every year: (.+?), which alone accounts for (\d+) per", said
        ).groups()
        assert choice == top["choice_name_en"] and near(share, top["share_pct"])
        latest = tau.dropna(subset="latest_with_interactions_pct")
        assert ("in the latest year" in said) == (len(latest) > 0)

    def test_what_was_asked_for_and_nothing_else(self, given):
        everything, said = self.everything(given), " ".join(self.run(given).said())
        if "covariates" in given:
            pairs = set(everything["indicator"] + ":" + everything["period"])
            assert pairs <= set(given["covariates"])
            missing = set(given["covariates"]) - pairs
            assert ("Left out" in said) == bool(missing)
            # the share is printed for the Far East alone
            assert missing <= {"china_share:2021"} and (not missing or given["regions"] == "volga")
        explained = self.run(given).table("multiverse-choices")
        options = set(zip(explained["choice"], explained["option"], strict=True))
        taken = self.run(given).names["computed"][
            ["indicator", "region_set", "statistic", "strata", "transform"]
        ]
        for choice in taken:
            assert {(choice, option) for option in taken[choice]} <= options | {(choice, "not_applicable")}
        # rho over 83 regions takes more values than a joint test can keep
        assert ("spearman_rho" not in set(everything["statistic"])) == ("Spearman's rho is left out" in said)
        assert ("Spearman's rho is left out" in said) == (given.get("regions") == "all")
        home = regions.codes(regions.resolve(given.get("regions") or given.get("subset", "far_east")))
        assert set(" ".join(everything["regions"]).split()) <= set(home)
        # one border region, as in Siberia, makes no set of its own
        mixed = 3 <= sum(regions.by_code(code).has_china_border for code in home) < len(home)
        assert (self.run(given).names["computed"]["strata"] == "border").any() == mixed


COUNTRY = [
    {},
    {"edition": "II", "district": "siberian"},
    {"district": "volga", "covariates": ["investment:2024", "population:2024"], "alpha": 0.01},
    {"edition": "II", "district": "ural", "covariates": ["grp_per_head:2023"]},
    {"district": "northwestern", "covariates": ["fdi_inflow:2021", "exports:2010"], "alpha": 0.2},
    {"covariates": ["china_share:2021"]},
]


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("given", COUNTRY, ids=str)
class TestSentencesOfNotebook10:
    """What is said of the country and a district, against the tables of the same run."""

    def run(self, given):
        return run_of("10_all_regions", **given)

    def test_the_first_indicator_and_the_counts_of_all(self, given):
        made, alpha = self.run(given), given.get("alpha", 0.05)
        rows = made.table("country-associations")
        first, said = rows.iloc[0], made.sentence("country-associations")
        found = numbers(
            rf"tau-b {NUMBER} over (\d+) regions .*, {NUMBER} over the (\d+) of other .*, {NUMBER} over the (\d+) of this"
            rf".* Within districts it is {NUMBER}",
            said,
        )
        for tau, n, part in zip(
            found[::2], [*found[1::2], None], ("all", "outside", "inside", "within"), strict=True
        ):
            assert near(tau, first[f"tau_{part}"])
            assert n is None or int(n) == first[f"n_{part}"]
        (counts,) = (each for each in made.said() if each.startswith("Adjusted for"))
        said_counts = numbers(
            r"for (\d+) of them over all .* (\d+) outside .* (\d+) inside it and for (\d+) within", counts
        )
        for count, part in zip(said_counts, ("all", "outside", "inside", "within"), strict=True):
            # Holm by its definition
            p = rows[f"p_{part}"].dropna().sort_values().to_numpy()
            adjusted = np.maximum.accumulate(p * np.arange(len(p), 0, -1))
            assert int(count) == (adjusted <= alpha).sum()

    def test_the_district_and_what_it_could_have_shown(self, given):
        made = self.run(given)
        contrast, said = made.table("district-contrast"), made.sentence("district-contrast")
        if contrast.empty:
            assert "cannot be compared" in said
        else:
            first = contrast.iloc[0]
            n, share, tau = numbers(rf"sets of (\d+) other regions ([\d.]+)% .* of {NUMBER} or less", said)
            assert int(n) == first["n_inside"] and near(tau, first["tau_inside"])
            assert near(share, first["share_as_low"] * 100)
        limits, said = made.table("country-power"), made.sentence("country-power")
        parts = re.findall(
            rf"n = (\d+)\): tau-b {NUMBER}, {NUMBER} to {NUMBER} not excluded, power of 80% from {NUMBER} on",
            said,
        )
        assert len(parts) == len(limits) > 0
        for (n, tau, low, high, least), row in zip(parts, limits.itertuples(), strict=True):
            assert int(n) == row.n and near(tau, row.estimate) and near(least, row.detectable)
            assert near(low, row.excluded_below) and near(high, row.excluded_above)

    def test_the_models(self, given):
        made, alpha = self.run(given), given.get("alpha", 0.05)
        models, said = made.table("all-regions-models").set_index("term"), made.sentence("all-regions-models")
        level, before, after = numbers(r"terms (\d+) have p of [\d.]+ or less", said) + numbers(
            r"p of ([\d.]+) or less without trade and (\d+)", said
        )
        base = models[models["b_base"].notna()]
        assert (int(level), float(before)) == ((base["p_base"] <= alpha).sum(), alpha)
        assert int(after) == (base["p_turnover"] <= alpha).sum()
        (turnover,) = numbers(rf"Turnover enters with {NUMBER}", said)
        assert near(turnover, models.loc["log_turnover", "b_turnover"])
        alike, said = (
            made.table("country-neighbours").set_index("variable"),
            made.sentence("country-neighbours"),
        )
        rest = alike.drop("score")
        observed, expected = numbers(rf"Moran's I {NUMBER} where {NUMBER}", said)
        assert near(observed, alike.loc["score", "moran_i"]) and near(
            expected, alike.loc["score", "expected"]
        )
        n, held = numbers(r"or less for (\d+) of them, within districts for (\d+)", said)
        assert (
            int(n) == (rest["p_permutation"] <= alpha).sum()
            and int(held) == (rest["p_within"] <= alpha).sum()
        )
        too_small = any("too small rather than too large" in each for each in made.said())
        assert too_small == (alike.loc["turnover", "p_permutation"] <= alpha)


@pytest.mark.slow
class TestCountry:
    """Notebook 10: all regions, by scipy and by hand."""

    @pytest.mark.parametrize("given", [{}, {"edition": "II", "district": "siberian"}], ids=str)
    def test_coefficients_are_scipys_and_within_districts_pairs_of_one_district_count(self, given):
        made = run_of("10_all_regions", **given)
        frame = made.names["frame"]
        score, district = made.names["score"], given.get("district", "far_eastern")
        for row in made.table("country-associations").itertuples():
            used = frame[[score, row.covariate, "district"]].dropna()
            parts = {
                "all": used,
                "inside": used[used["district"] == district],
                "outside": used[used["district"] != district],
            }
            for part, rows in parts.items():
                expected = stats.kendalltau(rows[score], rows[row.covariate]).statistic
                assert getattr(row, f"tau_{part}") == pytest.approx(expected)
            surplus = ties_x = ties_y = 0
            for _, rows in used.groupby("district"):
                for (a, b), (c, d) in itertools.combinations(rows[[score, row.covariate]].to_numpy(), 2):
                    surplus += np.sign((a - c) * (b - d))
                    ties_x, ties_y = ties_x + (a != c), ties_y + (b != d)
            assert row.tau_within == pytest.approx(surplus / np.sqrt(ties_x * ties_y))

    def test_the_share_of_random_sets_is_that_of_sets_drawn_again(self):
        """Another generator, scipy's coefficient: within five standard errors of the share printed."""
        made = run_of("10_all_regions")
        frame, score = made.names["frame"], made.names["score"]
        row = made.table("district-contrast").iloc[0]
        others = frame[~frame["inside"]][[score, row["covariate"]]].dropna().to_numpy()
        draw = np.random.default_rng(20261126)
        taus = [
            stats.kendalltau(
                *others[draw.choice(len(others), int(row["n_inside"]), replace=False)].T
            ).statistic
            for _ in range(2_000)
        ]
        share = np.mean(np.array(taus) <= row["tau_inside"] + 1e-12)
        assert share == pytest.approx(row["share_as_low"], abs=5 * np.sqrt(0.08 * 0.92 / 2_000))

    def test_moran_compares_each_region_with_the_mean_of_its_neighbours(self):
        """By hand: slope of the neighbours' mean on the score; fails if a pair counts once or a gap as zero."""
        made = run_of("10_all_regions")
        scores = made.names["sizes"][made.names["score"]]
        near = {code: set() for code in scores.index}
        for first, second in regions.neighbours():
            near[first].add(second)
            near[second].add(first)
        z = scores[[code for code in scores.index if near[code]]]
        z = z - z.mean()
        lag = pd.Series({code: z[sorted(near[code])].mean() for code in z.index})
        row = made.table("country-neighbours").set_index("variable").loc["score"]
        assert (row["n"], row["pairs"]) == (81, 189)
        assert row["moran_i"] == pytest.approx((z * lag).sum() / (z**2).sum())
        assert row["expected"] == pytest.approx(-1 / 80)

    def test_the_range_that_is_not_excluded_holds_the_observed_coefficient(self):
        """Fails if the ends are exchanged, or a set of regions is taken for another."""
        made = run_of("10_all_regions")
        frame = made.names["frame"]
        limits = made.table("country-power").set_index("regions")
        assert limits["n"].to_dict() == {"inside": 11, "all": 83}
        shown = made.table("country-associations").iloc[0]
        for part, row in limits.iterrows():
            assert row["estimate"] == pytest.approx(shown[f"tau_{part}"])
            assert row["excluded_below"] < row["estimate"] < row["excluded_above"]
        assert limits.loc["all", "detectable"] < limits.loc["inside", "detectable"]
        assert frame["inside"].sum() == 11
        curves = made.names["curves"]
        for part, line in curves.groupby("regions"):
            four_in_five = np.interp(0.8, line["power"], line["tau"])
            assert four_in_five == pytest.approx(limits.loc[part, "detectable"], abs=0.02)
