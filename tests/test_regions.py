"""The register: if a code, district or spelling were wrong, figures would land in the wrong region."""

import datetime as dt
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data import regions
from analysis.errors import AnalysisError


def test_the_register_has_the_83_subjects_with_an_iso_code_once_each():
    everything = regions.all_regions()
    assert len(everything) == 83
    for attribute in ("code", "okato", "name_en", "name_ru", "short_en", "short_ru"):
        assert len({getattr(region, attribute) for region in everything}) == 83, attribute


def test_far_east_has_eleven_regions_and_five_on_the_border():
    assert len(regions.far_east()) == 11
    assert set(regions.codes(regions.far_east_border())) == {
        "RU-AMU",
        "RU-KHA",
        "RU-PRI",
        "RU-ZAB",
        "RU-YEV",
    }


def test_no_russian_genitive_has_an_adjective_left_in_the_nominative():
    # "без Северная Осетии" stood on a chart that leaves the region out
    undeclined = re.compile(r"([кн]ая|[кн]ий|ый|край)\b")
    assert {
        region.code: region.genitive_ru
        for region in regions.all_regions()
        if undeclined.search(region.genitive_ru)
    } == {}


def test_altai_republic_borders_china_outside_the_far_east():
    bordering = {region.code for region in regions.all_regions() if region.has_china_border}
    assert bordering - set(regions.codes(regions.far_east())) == {"RU-AL"}


@pytest.mark.parametrize("code", ["RU-BU", "RU-ZAB"])
def test_buryatia_and_zabaykalsky_joined_the_far_east_on_3_november_2018(code):
    region = regions.by_code(code)
    assert region.district_on(dt.date(2018, 11, 2)) == "siberian"
    assert region.district_on(dt.date(2018, 11, 3)) == "far_eastern"
    # so before that day the district had nine regions
    assert len(regions.in_district("far_eastern", dt.date(2018, 11, 2))) == 9


def test_district_sizes_add_up_to_the_register():
    sizes = {name: len(regions.in_district(name)) for name in regions.DISTRICTS}
    # 18, 11, 6 (without Crimea and Sevastopol), 7, 14, 6, 10, 11
    assert sizes == {
        "central": 18,
        "northwestern": 11,
        "southern": 6,
        "north_caucasian": 7,
        "volga": 14,
        "ural": 6,
        "siberian": 10,
        "far_eastern": 11,
    }


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("Еврейская АО", "RU-YEV"),
        ("ЕВРЕЙСКАЯ АВТОНОМНАЯ ОБЛАСТЬ", "RU-YEV"),
        ("Архангельская область1)", "RU-ARK"),
        ("Тюменская область (без автономных округов)", "RU-TYU"),
        ("Республика Северная Осетия - Алания", "RU-SE"),
        ("Ханты-Мансийский\u00a0АО", "RU-KHM"),
        ("Республика Саха", "RU-SA"),
    ],
)
def test_spellings_met_in_the_sources_are_understood(spelling, code):
    assert regions.by_name(spelling).code == code


def test_moscow_and_its_oblast_are_two_regions():
    assert regions.by_name("Москва").code == "RU-MOW"
    assert regions.by_name("Московская область").code == "RU-MOS"


@given(
    st.sampled_from(regions.all_regions()),
    st.sampled_from(["en", "ru"]),
    st.sampled_from([str.upper, str.lower, str.title, lambda text: f"  {text.replace(' ', '   ')}1)"]),
)
def test_a_name_is_found_whatever_its_case_spacing_and_footnote_mark(region, language, spoil):
    assert regions.by_name(spoil(region.name(language))) == region


def test_an_unknown_name_is_refused_with_its_place():
    with pytest.raises(AnalysisError, match=r"data/x\.csv.*'Атлантида'"):
        regions.by_name("Атлантида", "data/x.csv")


def test_an_unknown_code_is_refused_with_the_codes_there_are():
    with pytest.raises(AnalysisError, match="RU-AMU"):
        regions.by_code("RU-XXX")


def test_customs_codes_lead_back_to_the_region():
    assert regions.by_okato("10000").code == "RU-AMU"
    assert all(regions.by_okato(region.okato) == region for region in regions.all_regions())


def test_neighbours_are_pairs_of_the_register_once_each():
    pairs = regions.neighbours()
    known = {region.code for region in regions.all_regions()}
    assert {code for pair in pairs for code in pair} <= known
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)
    assert all(first != second for first, second in pairs)


def test_neighbours_have_the_counts_of_an_independent_map():
    # spdep::poly2nb on GADM 3.6 (level 1, 83 regions) prints this summary; that map is older than the
    # Moscow of 2012, which reaches Kaluga Oblast
    pairs = [pair for pair in regions.neighbours() if set(pair) != {"RU-KLU", "RU-MOW"}]
    counts = Counter(code for pair in pairs for code in pair)
    alone = [region.code for region in regions.all_regions() if region.code not in counts]
    assert 2 * len(pairs) == 376
    assert Counter(counts.values()) == {1: 5, 2: 5, 3: 9, 4: 19, 5: 22, 6: 8, 7: 5, 8: 7, 9: 1}
    assert sorted(alone) == ["RU-KGD", "RU-SAK"]
    assert [code for code, count in counts.items() if count == 9] == ["RU-KIR"]
    assert {code for code, count in counts.items() if count == 1} == {
        "RU-AD",
        "RU-MOW",
        "RU-MUR",
        "RU-PRI",
        "RU-SPE",
    }
