"""A multiverse over any table, sampled families, and results as tables."""

import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from analysis import stats
from analysis.stats.errors import StatisticsError

COEFFICIENT = {
    "kendall_tau_b": scipy.stats.kendalltau,
    "spearman_rho": scipy.stats.spearmanr,
    "pearson_r": scipy.stats.pearsonr,
}
CHOICES = {
    "covariate": ["wealth", "letters"],
    "cases": {"all": lambda d: d, "without f": lambda d: d.drop("f")},
    "transform": {
        "level": lambda d: d,
        "log": lambda d: d.assign(wealth=np.log(d["wealth"]), letters=np.log(d["letters"])),
    },
}


@pytest.fixture
def table():
    """Seven synthetic towns."""
    return pd.DataFrame(
        {
            "score": [1, 1, 2, 2, 3, 4, 4],
            "wealth": [2.0, 1.5, 3.0, 2.5, 9.0, 4.0, np.nan],
            "letters": [5.0, 3.0, 3.0, 8.0, 13.0, 1.0, 2.0],
            "coast": list("yyynnny"),
        },
        index=list("abcdefg"),
    )


def by_definition(table, found):
    """Every specification on every arrangement of the score, by scipy."""
    every = sorted(set(itertools.permutations(table["score"])))
    values = np.zeros((len(every), len(found.specifications)))
    for column, specification in enumerate(found.specifications):
        members = list(specification.members)
        for row, arranged in enumerate(every):
            inside = np.array(arranged)[members]
            if len(set(inside)) > 1:
                values[row, column] = COEFFICIENT[specification.statistic](
                    inside, specification.covariate[members]
                ).statistic
    return values, every.index(tuple(table["score"]))


def test_a_declared_multiverse_is_what_brute_force_finds(table):
    """Gaps, subsets, transforms and three statistics on 630 arrangements; fails if a row or family is mixed up."""
    found = stats.multiverse(table, CHOICES, list(COEFFICIENT), score="score", alpha=0.3)
    values, observed = by_definition(table, found)
    assert found.joint.arrangements == len(values) == 630
    # ranks do not know the logarithm: 2 covariates x 2 sets, twice, and as many again with it for Pearson's r
    assert (len(found.specifications), found.combinations) == (4 + 4 + 8, 24)
    size = np.abs(values)
    tail = (size[None] >= size[:, None] - 1e-9).mean(axis=1)
    assert [a.estimate for a in found.associations] == pytest.approx(values[observed].tolist())
    assert found.joint.p_joint == pytest.approx(tail[observed])
    for (statistic, _), members in found.families.items():
        spread = np.sqrt((values[:, members] ** 2).mean(axis=0))
        extreme = size[:, members] / spread
        order = np.argsort(-extreme[observed])
        expected, last = np.empty(len(members)), 0.0
        for position, column in enumerate(order):
            reached = (extreme[:, order[position:]].max(axis=1) >= extreme[observed, column] - 1e-9).mean()
            last = expected[column] = max(last, reached)
        assert found.joint.p_maxt[members] == pytest.approx(expected), statistic
    rank = [i for i, s in enumerate(found.specifications) if s.statistic != "pearson_r"]
    assert found.p_all == pytest.approx(
        (tail[:, rank].min(axis=1) <= tail[observed, rank].min() + 1e-9).mean()
    )
    frame = found.frame()
    assert len(frame) == 16 and list(frame.columns[:4]) == ["covariate", "cases", "transform", "statistic"]
    assert frame["combinations"].sum() == 24
    for shares in found.shares().values():
        assert sum(shares.values()) == pytest.approx(1)


def test_an_adjusted_p_of_pearson_is_never_below_that_of_a_farther_estimate():
    """Two nearly equal r: alone the second would have 0.59, but the first, farther from zero, has 0.71."""
    table = pd.DataFrame(
        {"score": range(6), "first": [8, 7, 1, 8, 8, 2], "second": [3, 4, 5, 3, 1, 8]}, dtype=float
    )
    found = stats.multiverse(table, {"covariate": ["first", "second"]}, ["pearson_r"], score="score")
    orders = np.array(list(itertools.permutations(range(6))))
    size = np.abs(
        [[np.corrcoef(order, table[name])[0, 1] for order in orders] for name in ("first", "second")]
    )
    observed = size[:, 0]
    first = (size.max(axis=0) >= observed[0] - 1e-9).mean()
    assert observed[0] > observed[1] and first > (size[1] >= observed[1] - 1e-9).mean()
    assert found.joint.p_maxt == pytest.approx([first, first])


def test_a_step_that_changes_the_table_in_place_changes_no_other_option(table):
    """Otherwise the order of the options would decide the estimates."""

    def turned(frame):
        frame["wealth"] = -frame["wealth"]
        return frame

    choices = {"covariate": ["wealth"], "sign": {"turned": turned, "as it is": lambda d: d}}
    found = stats.multiverse(table, choices, score="score").frame().set_index("sign")["estimate"]
    assert found["turned"] == -found["as it is"] != 0


def test_strata_are_a_choice_and_do_not_meet_pearsons_r(table):
    """Fails if labels are misplaced, or r is computed within strata it does not know."""
    choices = {"covariate": ["letters"], "strata": [None, "coast"]}
    found = stats.multiverse(table, choices, ["kendall_tau_b", "pearson_r"], score="score")
    assert [s.options[0]["strata"] for s in found.specifications] == ["none", "none", "coast"]
    within = stats.kendall_tau_b(table["score"], table["letters"], strata=table["coast"])
    assert found.associations[2] == within


def test_options_that_do_not_apply_or_cannot_be_computed_are_told_apart(table):
    """Fails if a combination without a result is lost from the count, or one that does not exist counted."""
    choices = {
        "covariate": ["wealth"],
        "cases": {"all": lambda d: d, "two": lambda d: d.iloc[:2], "never": lambda d: None},
    }
    found = stats.multiverse(table, choices, score="score")
    assert found.combinations == 2 and len(found.specifications) == 1
    assert found.without_result[0][0]["cases"] == "two" and "at least 3" in found.without_result[0][1]


def test_options_follow_from_what_was_taken_before(table):
    """A choice by a function: fails if it is asked where it does not apply, or its options reach other branches."""
    choices = {
        "source": {
            "a": lambda d: d.assign(covariate=d["wealth"]),
            "b": lambda d: d.assign(covariate=d["letters"]),
        },
        "gap": lambda taken: (
            {"left out": lambda d: d, "filled": lambda d: d.fillna({"covariate": 1.0})}
            if taken["source"] == "a"
            else {}
        ),
        "statistic": ["kendall_tau_b", "pearson_r"],
        "strata": lambda taken: (
            {"none": lambda d: d, "coast": lambda d: d.assign(strata=d["coast"])}
            if taken["statistic"] != "pearson_r"
            else {}
        ),
    }
    found = stats.multiverse(table, choices, score="score")
    rows = found.frame(every=True, order=False)
    # (two of source a and one of b) x (two strata for tau-b, r without)
    assert len(rows) == found.combinations == 3 * 3
    assert (rows["gap"] == "not_applicable").equals(rows["source"] == "b")
    assert (rows["strata"] == "not_applicable").equals(rows["statistic"] == "pearson_r")
    filled = rows[(rows["gap"] == "filled") & (rows["strata"] == "coast")].iloc[0]
    own = stats.kendall_tau_b(table["score"], table["wealth"].fillna(1.0), strata=table["coast"])
    assert (filled["n"], filled["estimate"], filled["p"]) == (7, own.estimate, own.p)


def test_a_part_of_the_combinations_is_a_multiverse_of_its_own(table):
    """Fails if a restricted family keeps the adjustment of the whole, or a label that was not kept."""
    everything = stats.multiverse(table, CHOICES, ["kendall_tau_b", "spearman_rho"], score="score", alpha=0.3)
    part = everything.restricted(lambda taken: taken["cases"] == "all" and taken["transform"] == "log")
    choices = {**CHOICES, "cases": {"all": lambda d: d}, "transform": {"log": CHOICES["transform"]["log"]}}
    alone = stats.multiverse(table, choices, ["kendall_tau_b", "spearman_rho"], score="score", alpha=0.3)
    pd.testing.assert_frame_equal(part.frame(), alone.frame())
    pd.testing.assert_frame_equal(part.summary(), alone.summary())
    assert part.whole().p_smallest == alone.whole().p_smallest == pytest.approx(part.p_all)
    with pytest.raises(StatisticsError, match="No combination"):
        everything.restricted(lambda taken: False)


def test_influence_of_each_case_and_families_in_one_table(table):
    """Fails if the wrong case is named, or a family counts another's p."""
    found = stats.multiverse(table, {"covariate": ["letters"], "strata": [None, "coast"]}, score="score")
    known = stats.leave_one_out("kendall_tau_b", table["score"], table["letters"])
    # all arrangements where they can be listed, whatever sample was offered
    sampled = stats.multiverse(table, {"covariate": ["letters"]}, score="score", resamples=99)
    assert sampled.joint.arrangements == 630
    row = found.influence().loc[0]
    assert (row["loo_low"], row["loo_high"]) == pytest.approx((known.loo_low, known.loo_high))
    shift = np.abs(np.array(known.estimates) - found.associations[0].estimate)
    assert row["most_influential"] == table.index[shift.argmax()]
    summary = found.summary()
    assert summary["size"].tolist() == [2] and summary["cases"].tolist() == ["7 cases"]
    assert summary["significant"][0] == sum(a.p <= 0.05 for a in found.associations)


@pytest.mark.parametrize(
    ("choices", "statistic", "words"),
    [
        ({"cases": {"all": lambda d: d}}, "kendall_tau_b", "no covariate"),
        ({"covariate": ["health"]}, "kendall_tau_b", "health"),
        ({"covariate": ["wealth"], "cases": ["all"]}, "kendall_tau_b", "no mapping of options"),
        ({"covariate": ["wealth"], "cases": {}}, "kendall_tau_b", "no options"),
        (
            {"covariate": ["wealth"], "statistic": {"a": lambda d: d}},
            "kendall_tau_b",
            "names of coefficients",
        ),
        ({"covariate": ["wealth"], "cases": {"all": "all"}}, "kendall_tau_b", "no function of the table"),
        ({"covariate": ["wealth"]}, "theil_sen", "kendall_tau_b, spearman_rho, pearson_r"),
        (
            {"covariate": ["wealth"], "x": {"a": lambda d: d.assign(score=1)}},
            "kendall_tau_b",
            "both must stay",
        ),
        ({"covariate": ["wealth"], "x": {"a": lambda d: d.iloc[:2]}}, "kendall_tau_b", "No combination"),
    ],
)
def test_declarations_that_mean_nothing_are_refused(table, choices, statistic, words):
    """Fails if pandas explains it instead."""
    with pytest.raises(StatisticsError, match=words):
        stats.multiverse(table, choices, statistic, score="score")


def test_families_too_large_to_list_are_sampled_when_asked():
    """83 cases on ten levels; fails if the sample's p strays from the exact one, or is made without asking."""
    generator = np.random.default_rng(4)
    score = generator.permutation(np.repeat(np.arange(10.0), [2, 5, 10, 14, 16, 13, 9, 8, 4, 2]))
    rows = np.stack([score + generator.normal(0, 8, 83), generator.random(83), generator.random(83)])
    rows[2, :20] = np.nan
    with pytest.raises(StatisticsError, match="give resamples"):
        stats.step_down_max_t(score, rows)
    alone = stats.step_down_max_t(score, rows[:1], resamples=4999)
    exact = stats.kendall_tau_b(score, rows[0]).p_exact
    assert alone[0] == pytest.approx(exact, abs=4 * np.sqrt(exact / 4999))
    together = stats.step_down_max_t(score, rows, resamples=4999)
    assert (together >= stats.step_down_max_t(score, rows[:1], resamples=4999)[0] - 1e-12).any()
    assert together[0] <= 3 * exact + 0.03
    assert (together == stats.step_down_max_t(score, rows, resamples=4999)).all()
    small, covariates = [1, 1, 2, 2, 3, 4], [[3, 1, 4, 1, 5, 9], [2, 7, 1, 8, 2, 8]]
    drawn = stats.step_down_max_t(small, covariates, "spearman_rho", resamples=20_000)
    assert drawn == pytest.approx(stats.step_down_max_t(small, covariates, "spearman_rho"), abs=0.02)


def test_results_as_a_table(table):
    """Fails if a column is lost, or a result that cannot be had leaves no reason."""
    known = table.dropna()
    results = {
        "wealth": stats.kendall_tau_b(known["score"], known["wealth"]),
        "constant": stats.kendall_tau_b(known["score"], [1] * 6),
    }
    influence = {"wealth": stats.leave_one_out("kendall_tau_b", known["score"], known["wealth"])}
    frame = stats.tidy(results, influence)
    assert frame.loc["wealth", "p_exact"] == results["wealth"].p_exact
    assert frame.loc["wealth", "loo_p_high"] == max(influence["wealth"].p_values)
    assert "same in all" in frame.loc["constant", "reason"] and pd.isna(frame.loc["constant", "estimate"])
    assert list(stats.tidy({}).columns)[:3] == ["statistic", "n", "estimate"]
    with pytest.raises(StatisticsError, match="no association"):
        stats.tidy({"x": 3})
    with pytest.raises(StatisticsError, match="no result of that name"):
        stats.tidy({}, influence)
