"""Covariates side by side; what would break is in each docstring."""

from __future__ import annotations

import pytest

from analysis.data import indicators, observations, regions
from analysis.errors import AnalysisError


def test_a_frame_has_the_regions_and_covariates_asked_for():
    """A notebook would correlate another year, another indicator or another set of regions."""
    frame = observations.wide(["china_share:2021", "exports:2020"], regions="far_east")
    assert list(frame.columns) == ["china_share:2021", "exports:2020"]
    assert tuple(frame.index) == regions.codes(regions.far_east())
    assert frame.index.name == "region"
    assert frame.loc["RU-AMU", "china_share:2021"] == 52.6  # Table 2 of the paper
    known = indicators.observations().query("indicator == 'exports' and period == '2020'")
    assert (
        frame["exports:2020"].to_dict() == known.set_index("region")["value"].reindex(frame.index).to_dict()
    )


def test_what_is_missing_is_no_number():
    """A region without a figure would be zero, or vanish from the frame."""
    frame = observations.wide(["china_share:2021"], regions=["RU-AMU", "RU-MOW"])
    assert frame["china_share:2021"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("border", regions.codes(regions.far_east_border())),
        ("far_eastern", regions.codes(regions.far_east())),
        ("Дальневосточный федеральный округ", regions.codes(regions.far_east())),
        ("siberian", regions.codes(regions.in_district("siberian"))),
        ("all", regions.codes(regions.all_regions())),
        ("Amur Oblast", ("RU-AMU",)),
        (["Приморье", "RU-AMU", "Chukotka", "г. Москва"], ("RU-PRI", "RU-AMU", "RU-CHU", "RU-MOW")),
    ],
)
def test_regions_are_a_set_a_district_or_a_list(given, expected):
    """A name would be refused where a code is taken, or a district mean something else."""
    assert regions.codes(regions.resolve(given)) == expected


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "regions is empty"),
        ("Amour", "'Amour', which is not known; allowed are far_east"),
        (["RU-AMU", "Амурская обл."], r"names RU-AMU \(Amur Oblast\) twice"),
        ([7], "regions holds 7"),
    ],
)
def test_regions_that_are_not_known_are_refused(given, sentence):
    """A misspelt region would be left out in silence."""
    with pytest.raises(AnalysisError, match=sentence):
        regions.resolve(given)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ([], "covariates is empty"),
        (["exports"], "needs a period: exports:2021"),
        (["exports:1890"], "The period of the covariate exports is '1890'"),
        (["nothing:2021"], "An indicator is 'nothing'"),
        (["exports:2021", " exports : 2021"], "names exports:2021 twice"),
        ([2021], "it must be text"),
    ],
)
def test_covariates_that_are_not_known_are_refused(written, sentence):
    """A slip would give a column of nothing, or a traceback."""
    with pytest.raises(AnalysisError, match=sentence):
        observations.wide(written)


def test_an_indicator_of_one_period_needs_none():
    """An area has no year that a reader would know."""
    assert str(observations.covariate("area")) == "area:2020"


def test_labels_and_sources_come_from_the_catalogue_and_the_figures():
    """A new covariate would need code for its label, or be shown without its source."""
    exports = observations.covariate("exports:2021")
    assert exports.label("en") == "Exports, 2021"
    assert exports.unit("ru") == "млн долл."
    assert observations.sources(["china_share:2021", "exports:2021"], regions="far_east") == (
        "paper-table-2",
        "rosstat-trade",
    )
    assert observations.sources(["china_share:2021"], regions=["RU-MOW"]) == ()


def test_no_two_regions_share_a_spelling():
    """A name would be read as another region's, whichever came last."""
    seen: dict[str, str] = {}
    for region in regions.all_regions():
        for name in (region.name_en, region.name_ru, region.short_en, region.short_ru, *region.variants):
            assert seen.setdefault(regions.name_key(name), region.code) == region.code
