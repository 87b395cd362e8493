"""Requests: what a notebook accepts, and that everything else ends in a sentence, not in a wrong run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import paths
from analysis.errors import AnalysisError
from analysis.publish import parameters

DEFAULTS = {
    "01_transit_potential": {"regions": ["RU-AMU", "RU-PRI"], "crossings_period": 2020},
    "02_china_share": {"regions": ["RU-AMU"], "first_year": 2000, "last_year": 2021},
    "04_rating": {"edition": "III", "district": "all"},
    "05_association": {
        "edition": "III",
        "subset": "far_east",
        "trade_period": 2021,
        "investment_period": 2024,
        "crossings_period": 2020,
        "alpha": 0.05,
        "regions": [],
        "covariates": [],
    },
}


@pytest.fixture(autouse=True)
def build_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "build", lambda: tmp_path / "build")


def validated(notebook, **changes):
    values = {"language": "en", "output_dir": "", **DEFAULTS[notebook], **changes}
    # papermill writes what it was given into a cell of its own, which IPython keeps with the others
    injected = "# Parameters\n" + "\n".join(f"{name} = {value!r}" for name, value in changes.items())
    return parameters.validate_parameters(notebook, {**values, "In": ["", injected]})


def test_a_year_may_be_a_number_or_text_and_means_the_same():
    number = validated("05_association", trade_period=2019)
    text = validated("05_association", trade_period="2019")
    assert number.values == text.values
    assert number.output_dir == text.output_dir


def test_regions_come_back_in_register_order_and_one_code_may_stand_alone():
    assert validated("01_transit_potential", regions=["RU-YEV", "RU-PRI"])["regions"] == ("RU-PRI", "RU-YEV")
    assert validated("01_transit_potential", regions="RU-AMU")["regions"] == ("RU-AMU",)


@pytest.mark.parametrize(
    ("notebook", "changes", "message"),
    [
        ("01_transit_potential", {"regions": ["Amur"]}, "'Amur'.*RU-AMU"),
        ("01_transit_potential", {"regions": ["RU-MAG"]}, "RU-MAG.*RU-AMU"),  # no border, no table
        ("01_transit_potential", {"regions": []}, "must be a list of region codes"),
        ("01_transit_potential", {"regions": ["RU-AMU", "RU-AMU"]}, "twice"),
        ("01_transit_potential", {"crossings_period": 2021}, "2020, 2026"),
        ("02_china_share", {"first_year": 1999}, "2000-2021"),
        ("02_china_share", {"first_year": 2021, "last_year": 2015}, "is after last_year"),
        ("02_china_share", {"first_year": 2011, "last_year": 2014}, "No printed year lies"),
        ("04_rating", {"output_dir": "data/raw"}, "must not touch"),
        ("04_rating", {"edition": "I"}, "II, III"),
        ("04_rating", {"edition": 3}, "II, III"),
        ("04_rating", {"district": "crimean"}, "far_eastern"),
        ("05_association", {"subset": "all"}, "far_east, border"),
        ("05_association", {"trade_period": 2022}, "2000-2021"),
        ("05_association", {"trade_period": True}, "2000-2021"),
        ("05_association", {"trade_period": 2021.0}, "2000-2021"),
        ("05_association", {"alpha": 0}, "between 0 and 1"),
        ("05_association", {"alpha": float("nan")}, "between 0 and 1"),
        ("05_association", {"alpha": "0.05"}, "between 0 and 1"),
        ("05_association", {"language": "de"}, "en, ru"),
        ("05_association", {"output_dir": None}, "must be text"),
        ("05_association", {"trade_year": 2021}, "'trade_year'.*trade_period"),
    ],
)
def test_everything_else_is_refused_with_what_is_allowed(notebook, changes, message):
    with pytest.raises(AnalysisError, match=message):
        validated(notebook, **changes)


def test_a_missing_parameter_is_named():
    with pytest.raises(AnalysisError, match="needs the parameter district"):
        parameters.validate_parameters("04_rating", {"language": "en", "output_dir": "", "edition": "III"})


def test_an_unknown_notebook_is_refused_with_those_there_are():
    with pytest.raises(AnalysisError, match="01_transit_potential"):
        parameters.allowed_names("1_transit")


def test_different_parameters_write_to_different_folders():
    assert validated("04_rating").output_dir != validated("04_rating", edition="II").output_dir


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_no_value_at_all_ends_in_anything_but_acceptance_or_a_sentence(value):
    for name in DEFAULTS["05_association"]:
        try:
            validated("05_association", **{name: value})
        except AnalysisError as error:
            assert str(error).endswith(".")
