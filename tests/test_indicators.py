"""Observations against arithmetic by hand: a wrong formula or unit would shift every result."""

import pandas as pd
import pytest

from analysis.data import crossings, indicators, package, regions
from analysis.errors import AnalysisError

FAR_EAST = regions.codes(regions.far_east())


def value(name, code, period):
    return float(indicators.values(name, period, [code]).iloc[0])


def test_the_table_has_one_row_a_key_and_no_gaps_inside():
    table = indicators.observations()
    assert list(table.columns) == indicators.COLUMNS
    assert not table.duplicated(["indicator", "region", "period"]).any()
    assert not table.isna().any().any()
    assert set(table["basis"]) == {"observed", "derived"}


def test_the_table_cannot_be_spoilt_by_its_reader():
    mine = indicators.observations()
    mine["value"] = 0.0
    assert indicators.observations()["value"].abs().sum() > 0


def test_exports_are_far_abroad_plus_cis():
    # rosstat/trade.csv, Чукотский автономный округ, 2021: 275.4 + 6.2 and 77.8 + 2.5
    assert value("exports", "RU-CHU", "2021") == pytest.approx(281.6)
    assert value("imports", "RU-CHU", "2021") == pytest.approx(80.3)
    assert value("trade_turnover", "RU-CHU", "2021") == pytest.approx(361.9)


def test_a_dash_is_no_trade_and_a_blank_cell_no_figure():
    # sheets 21.1.1 and 21.2.1: Чукотский АО, 2015: 88.9 to the far abroad and a dash for the CIS
    assert value("exports", "RU-CHU", "2015") == pytest.approx(88.9)
    # Ненецкий АО, 2000-2002: dots
    assert pd.isna(value("exports", "RU-NEN", "2002"))


def test_russia_and_the_district_stand_beside_the_regions():
    # sheet 21.1.1 and 21.2.1, row 8: 89 269.2 + 13 823.6; sheet 16.3, row 7
    assert value("exports", "RU", "2000") == pytest.approx(103092.8)
    assert value("rail_density", "RU", "2020") == 51
    total = indicators.values("investment", "2021", FAR_EAST).sum()
    assert value("investment", "FAR_EAST", "2021") == pytest.approx(total)


def test_a_later_vintage_stands_where_a_figure_has_been_revised():
    """The first estimate of a year would stand beside revised years, and growth mix the two."""
    # 10.1 of the 2023 edition has 464 063.587 for Amur in 2022
    assert value("investment", "RU-AMU", "2022") != pytest.approx(464063.587)
    assert indicators.resources_of("investment", "2022", ["RU-AMU"]) == ["tochno-investment"]
    assert indicators.resources_of("investment", "2021", ["RU-AMU"]) == ["rosstat-investment"]
    assert indicators.resources_of("investment", "2022", ["RU"]) == ["rosstat-investment"]


def test_two_publishers_of_one_series_are_compared():
    """A slip in one of the two tables would not show."""
    found = package.sources_agree().set_index("series")
    assert (found["shared"] == found["equal"] + found["different"]).all()
    trade = found.loc[[name for name in found.index if name.endswith("_usd")]]
    assert trade["different"].sum() == 0
    assert trade["shared"].sum() == 1723 + 1726 + 1687 + 1706 + 3 * 913
    assert found.loc["investment_mln_rub", "revised"] == "2022"
    assert found.loc["grp_per_head_rub", "revised"] == "2011–2021"
    assert found.loc["grp_mln_rub", "revised"] == "2015, 2021"


def test_turnover_with_china_is_share_times_turnover_in_the_years_it_holds_for():
    # 80.0 per cent of 361.9
    assert value("china_turnover", "RU-CHU", "2021") == pytest.approx(289.52)
    assert indicators.periods("china_turnover") == ["2019", "2020", "2021"]
    assert indicators.resources_of("china_turnover") == ["paper-table-2", "rosstat-trade"]


def test_regional_shares_weighted_by_turnover_give_the_printed_district_row():
    for year, printed in (("2019", 28.2), ("2020", 33.8), ("2021", 35.5)):
        turnover = indicators.values("trade_turnover", year, FAR_EAST)
        share = indicators.values("china_share", year, FAR_EAST)
        assert round(float((share * turnover).sum() / turnover.sum()), 1) == printed


def test_investment_per_head_is_in_roubles_by_annual_average_population():
    # Чукотский АО, 2024: 102 293 million over 47.904 thousand people
    assert value("investment_per_head", "RU-CHU", "2024") == pytest.approx(102293 * 1000 / 47.904)


def test_shares_of_the_district_add_up_to_a_hundred():
    for year in ("2001", "2023"):
        assert indicators.values("investment_district_share", year, FAR_EAST).sum() == pytest.approx(100)


def test_growth_needs_the_year_before():
    assert "2000" not in indicators.periods("investment_growth")
    before, now = value("investment", "RU-AMU", "2022"), value("investment", "RU-AMU", "2023")
    assert value("investment_growth", "RU-AMU", "2023") == pytest.approx((now / before - 1) * 100)


def test_density_is_count_over_length_and_missing_without_a_border():
    # Table 1: 7 points on 1 254 km, 3 of them functioning
    assert value("crossing_density_established", "RU-AMU", "2020") == pytest.approx(7 / 1254 * 1000)
    assert value("crossing_density_functioning", "RU-AMU", "2020") == pytest.approx(3 / 1254 * 1000)
    densities = indicators.values("crossing_density_functioning", "2020", FAR_EAST)
    assert densities.notna().sum() == 5
    assert densities[["RU-MAG", "RU-BU", "RU-SA"]].isna().all()


def test_skovorodino_is_the_difference_between_four_and_three_functioning_points():
    assert value("crossings_functioning", "RU-AMU", "2026") == 4
    assert value("crossings_functioning_without_skovorodino", "RU-AMU", "2026") == 3
    assert value("crossings_established", "RU-AMU", "2026") == 8


def test_the_27_points_are_all_counted():
    assert indicators.values("crossings_established", "2026", FAR_EAST).sum() == 27


def test_scores_of_both_editions_are_there_for_83_regions():
    codes = regions.codes(regions.all_regions())
    for edition in ("II", "III"):
        assert indicators.values("score", edition, codes).between(1, 10).all()


def test_a_density_printed_in_the_paper_is_not_an_observation():
    # three printed decimals tie Amur with Primorye, which counts and lengths do not
    first, second = (value("crossing_density_established", code, "2020") for code in ("RU-AMU", "RU-PRI"))
    assert first != second


@pytest.mark.parametrize(("name", "period"), [("exports", "2022"), ("export", "2021"), ("score", "IV")])
def test_an_unknown_indicator_or_period_is_refused_with_what_there_is(name, period):
    with pytest.raises(AnalysisError, match="allowed are"):
        indicators.values(name, period, FAR_EAST)


@pytest.fixture
def _read_anew():
    indicators._published.cache_clear()
    yield
    indicators._published.cache_clear()


@pytest.mark.usefixtures("_read_anew")
def test_a_changed_raw_figure_reaches_the_derived_indicator(raw_copy, monkeypatch):
    monkeypatch.setattr(
        package,
        "observations",
        lambda original=package.observations: original().assign(
            value=lambda table: table["value"].where(table["indicator"] != "investment", table["value"] * 2)
        ),
    )
    changed = indicators._observations.__wrapped__()
    row = changed.query("indicator == 'investment_per_head' and region == 'RU-AMU' and period == '2024'")
    assert float(row["value"].iloc[0]) == pytest.approx(2 * value("investment_per_head", "RU-AMU", "2024"))


@pytest.mark.usefixtures("_read_anew")
def test_two_sources_of_one_figure_are_refused(monkeypatch):
    monkeypatch.setattr(
        crossings,
        "observations",
        lambda original=crossings.observations: pd.concat([original(), original()]),
    )
    with pytest.raises(AnalysisError, match="Two sources give"):
        indicators._observations.__wrapped__()


def test_the_known_slip_of_the_publisher_in_2019_is_as_described():
    """The descriptor says which figures of the North Caucasus change places; fails once the source is mended."""
    trade = package.read("rosstat-trade").query("year == 2019").set_index("region")
    imports, exports = trade["import_far_abroad_mln_usd"], trade["export_cis_mln_usd"]
    names = [region.name_ru for region in regions.in_district("north_caucasian")]
    slipped = [regions.by_code(f"RU-{code}").name_ru for code in ("KB", "KC", "SE", "CE", "STA")]
    district = "Северо-Кавказский федеральный округ"
    assert imports[names].sum() == pytest.approx(imports[district] - 135.3, abs=0.1)
    mended = (
        imports.where(~imports.index.isin(slipped), exports),
        exports.where(~exports.index.isin(slipped), imports),
    )
    for column, whole in zip(mended, (imports, exports), strict=True):
        assert column[names].sum() == pytest.approx(whole[district], abs=0.5)
