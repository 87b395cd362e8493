"""Exhibits from a customs store whose every cell is written here and every total added by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import customs
from analysis.customs import trade
from analysis.data import comparison, regions
from analysis.errors import AnalysisError, NoDataError
from analysis.publish.words import text

HEADER = "napr\tperiod\tstrana\ttnved\tedizm\tStoim\tNetto\tKol\tRegion\tRegion_s"
AMUR = "10000 - АМУРСКАЯ ОБЛАСТЬ"
PRIMORYE = "05000 - ПРИМОРСКИЙ КРАЙ"
# napr, month, partner, goods, unit, dollars, kg, quantity, region
CELLS = [
    ("ЭК", 1, "CN", "1201900000", "", "1000,00", "2000", "0", AMUR),
    ("ЭК", 1, "CN", "4403110000", "113", "500,50", "4000", "10", AMUR),
    ("ЭК", 2, "CN", "4403950000", "113", "300,25", "3000", "5", AMUR),
    ("ЭК", 2, "CN", "4407110000", "113", "200,00", "1000", "4", AMUR),
    ("ЭК", 2, "CN", "2716000000", "246", "0", "0", "700", AMUR),
    ("ЭК", 2, "CN", "2701120000", "166", "99,25", "900", "900", AMUR),
    ("ЭК", 2, "NA", "1201900000", "", "400,00", "500", "0", AMUR),
    ("ЭК", 3, "NNN", "XXXXXXXXXX", "", "1500,00", "0", "0", AMUR),
    ("ИМ", 1, "CN", "8703239094", "796", "2000,00", "1500", "1", AMUR),
    ("ИМ", 3, "JP", "0101210000", "796", "1000,00", "500", "2", AMUR),
    ("ЭК", 1, "KR", "0303000000", "", "7000,00", "100", "0", PRIMORYE),
    ("ЭК", 2, "CN", "0303000000", "", "3000,00", "100", "0", PRIMORYE),
    ("ИМ", 3, "CN", "8703239094", "796", "5000,00", "100", "1", PRIMORYE),
]
EXPORTS = 4000.0  # 1000 + 500.50 + 300.25 + 200 + 0 + 99.25 + 400 + 1500
TO_CHINA = 2100.0  # 1000 + 500.50 + 300.25 + 200 + 0 + 99.25


def unload(folder, cells, year=2021, name="DATTSVT.csv"):
    lines = ["\t".join([napr, f"{month:02d}/{year}", *rest, "07 - ДВФО"]) for napr, month, *rest in cells]
    path = folder / name
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def monthly(folder, name, line):
    path = folder / name
    path.write_text(f"NAPR,PERIOD,STRANA,TNVED,EDIZM,STOIM,NETTO,KOL\n{line}\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trade")
    customs.ingest([unload(folder, CELLS)], folder / "store")
    return customs.open_store(folder / "store")


Q1 = "2021-01/2021-03"


def pairs(table, key="partner", value="value_thousand_usd"):
    return list(zip(table[key], table[value], strict=True))


def test_partner_values_in_thousand_dollars(store):
    """Dollars would be printed as thousands, Namibia or unknown partners be lost, other regions be added."""
    table = trade.partner_values(store, "RU-AMU", Q1)
    assert pairs(table) == [("CN", 2.1), ("NNN", 1.5), ("NA", 0.4)]
    assert table["net_weight_tonnes"].tolist() == [10.9, 0.0, 0.5]


@pytest.mark.parametrize(
    ("goods", "expected"),
    [
        (["120190"], [("CN", 1.0), ("NA", 0.4)]),
        (["12", "1201"], [("CN", 1.0), ("NA", 0.4)]),
        (["4403", "2716"], [("CN", 0.80075)]),
        (["4407110000"], [("CN", 0.2)]),
        (["99"], []),
    ],
)
def test_goods_at_any_level_count_once(store, goods, expected):
    """A code and a code inside it would count twice, or a level would not be understood."""
    assert pairs(trade.partner_values(store, "RU-AMU", Q1, goods)) == expected


def test_imports_and_single_months(store):
    """Directions or months would mix."""
    assert pairs(trade.partner_values(store, "RU-AMU", Q1, direction="import")) == [("CN", 2.0), ("JP", 1.0)]
    assert pairs(trade.partner_values(store, "RU-AMU", "2021-02")) == [("CN", 0.5995), ("NA", 0.4)]


def test_shares_add_up_and_keep_withheld_positions(store):
    """Withheld positions would leave the total and every share would be too large."""
    table = trade.partner_shares(store, "RU-AMU", Q1, top=1)
    assert pairs(table, value="share_percent") == [("CN", 52.5), ("OTHER", 47.5)]
    assert pairs(table) == [("CN", 2.1), ("OTHER", 1.9)]


def test_top_items(store):
    """Levels would mix, or leading zeros be lost."""
    table = trade.top_items(store, "RU-AMU", Q1, "CN", top=2)
    assert pairs(table, "goods") == [("44", 1.00075), ("12", 1.0), ("OTHER", 0.09925)]
    by_heading = trade.top_items(store, "RU-AMU", Q1, "CN", by="heading", goods=["27"])
    assert pairs(by_heading, "goods") == [("2701", 0.09925), ("2716", 0.0)]
    assert pairs(trade.top_items(store, "RU-AMU", Q1, direction="import"), "goods") == [
        ("87", 2.0),
        ("01", 1.0),
    ]
    assert ("XX", 1.5) in pairs(trade.top_items(store, "RU-AMU", Q1), "goods")


def test_goods_tree_of_timber(store):
    """Table 3 would add levels together, as the paper's total does."""
    tree = trade.goods_tree(store, "RU-AMU", Q1, "CN", goods=["44"])
    assert list(
        zip(tree["goods"], tree["level"], tree["parent"], tree["value_thousand_usd"], strict=True)
    ) == [
        ("44", "chapter", "", 1.00075),
        ("4403", "heading", "44", 0.80075),
        ("440311", "subheading", "4403", 0.5005),
        ("440395", "subheading", "4403", 0.30025),
        ("4407", "heading", "44", 0.2),
        ("440711", "subheading", "4407", 0.2),
    ]
    assert tree["share_percent"].iloc[0] == 100


def test_tree_begins_where_it_is_told(store):
    """A tree from a heading would show the chapter, or lose a second root."""
    tree = trade.goods_tree(store, "RU-AMU", Q1, "CN", goods=["4407", "12"], depth="position")
    assert tree["goods"].tolist() == [
        *("12", "1201", "120190", "12019000", "1201900000"),
        *("4407", "440711", "44071100", "4407110000"),
    ]
    assert tree.loc[tree["parent"] == "", "goods"].tolist() == ["12", "4407"]


@settings(max_examples=15, deadline=None)
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(["44", "27", "XX"]), st.integers(0, 99), st.integers(0, 99), st.integers(0, 10**9)
        ),
        min_size=1,
        max_size=30,
    )
)
def test_each_level_adds_up(tmp_path_factory, cells):
    """A row of the tree would differ from the sum of the rows below it, or the top from the total."""
    folder = tmp_path_factory.mktemp("tree")
    written = [("ЭК", 1, "CN", "1201900000", "", "1,00", "1", "0", AMUR)]
    for chapter, heading, subheading, cents in cells:
        code = "X" * 10 if chapter == "XX" else f"{chapter}{heading:02d}{subheading:02d}0000"
        written.append(("ЭК", 1, "CN", code, "", f"{cents // 100},{cents % 100:02d}", "1", "0", AMUR))
    customs.ingest([unload(folder, written)], folder / "store")
    tree = trade.goods_tree(customs.open_store(folder / "store"), "RU-AMU", "2021-01", "CN")
    for code in tree["goods"]:
        below = tree.loc[tree["parent"] == code, "value_thousand_usd"]
        if len(below):
            own = tree.loc[tree["goods"] == code, "value_thousand_usd"].iloc[0]
            assert round(below.sum(), 5) == own
    top = tree.loc[tree["parent"] == "", "value_thousand_usd"].sum()
    assert round(top, 5) == round(1e-3 + sum(cents for *_, cents in cells) / 1e5, 5)


def test_monthly_series_has_every_month(store):
    """A month without this trade would be missing, or one not held be taken for zero."""
    table = trade.monthly_series(store, "RU-AMU", Q1, "CN")
    assert pairs(table, "period") == [("2021-01", 1.5005), ("2021-02", 0.5995), ("2021-03", 0.0)]


def test_concentration_by_hand(store):
    """The index would rest on other shares: 52.5, 37.5 and 10 per cent."""
    result = trade.concentration(store, "RU-AMU", Q1)
    assert result.hhi == pytest.approx(0.525**2 + 0.375**2 + 0.1**2, rel=1e-12)
    assert (result.n, result.largest, result.largest_share) == (3, "CN", 52.5)
    assert result.unstated_share == 37.5
    assert result.effective_number == pytest.approx(1 / 0.42625)
    by_goods = trade.concentration(store, "RU-AMU", Q1, by="chapter")
    assert by_goods.unstated_share == 37.5
    assert by_goods.n == 4  # 12, 27, 44 and withheld


def test_unit_values_leave_out_zero_values(store):
    """Electricity with a quantity and no value would get a price of nothing."""
    table = trade.unit_values(store, "RU-AMU", Q1, "CN").set_index(["goods", "unit"])
    assert table.loc[("4403", "113"), "usd_per_unit"] == pytest.approx(800.75 / 15, rel=1e-11)
    assert table.loc[("4403", "113"), "usd_per_kg"] == pytest.approx(800.75 / 7000, rel=1e-11)
    assert pd.isna(table.loc[("2716", "246"), "usd_per_unit"])
    assert table.loc[("2716", "246"), "quantity"] == 700
    assert pd.isna(table.loc[("1201", ""), "usd_per_unit"])
    assert table.loc[("1201", ""), "usd_per_kg"] == 0.5


def test_china_share_of_turnover(store):
    """Table 2 would divide by exports only, or leave withheld positions out."""
    # (2100 to China + 2000 from China) of (4000 exports + 3000 imports)
    assert trade.china_share(store, "RU-AMU", Q1) == pytest.approx(4100 / 7000 * 100)


def test_observations_in_the_catalogue_form(store):
    """Trade with China would enter under another unit, period or region."""
    table = trade.observations(store)
    assert list(table.columns) == ["region", "indicator", "period", "value", "unit", "source", "basis"]
    assert list(zip(table["region"], table["indicator"], table["value"], strict=True)) == [
        ("RU-AMU", "exports_china", 0.0021),
        ("RU-PRI", "exports_china", 0.003),
        ("RU-AMU", "imports_china", 0.002),
        ("RU-PRI", "imports_china", 0.005),
        ("RU-AMU", "turnover_china", 0.0041),
        ("RU-PRI", "turnover_china", 0.008),
    ]
    assert set(table["period"]) == {Q1}
    assert set(table["unit"]) == {"million USD"}
    assert set(table["basis"]) == {"observed"}
    totals = trade.total_observations(store).set_index(["region", "indicator"])["value"]
    assert totals["RU-AMU", "trade_turnover"] == 0.007


def test_full_years_and_runs_of_months(tmp_path):
    """A year with a hole would pass for a full one, and Table 2 would be of nine months."""
    cells = [
        (napr, month, "CN", "0303000000", "", "10", "1", "0", AMUR)
        for month in range(1, 13)
        for napr in ("ЭК", "ИМ")
    ]
    customs.ingest([unload(tmp_path, cells)], tmp_path / "store")
    holed = [cell for cell in cells if cell[1] not in (5, 12)]
    customs.ingest([unload(tmp_path, holed, 2020, "2020.csv")], tmp_path / "store")
    store = customs.open_store(tmp_path / "store")
    table = trade.observations(store)
    exports = table[table["indicator"] == "exports_china"]
    assert exports["period"].tolist() == ["2020-01/2020-04", "2020-06/2020-11", "2021"]
    assert trade.china_shares(store).to_dict("list") == {
        "region": ["RU-AMU"],
        "period": ["2021"],
        "china_share": [100.0],
    }


def nationwide_cells(silent="77000"):
    """One row each way for every region but one, in January."""
    return [
        (napr, 1, "CN", "0303000000", "", "10", "1", "0", f"{region.okato} - X")
        for region in regions.all_regions()
        if region.okato != silent
        for napr in ("ЭК", "ИМ")
    ]


def test_whole_country_and_far_east(tmp_path):
    """In a nationwide file a region without rows traded nothing; it would be called missing."""
    customs.ingest([unload(tmp_path, nationwide_cells())], tmp_path / "store")
    store = customs.open_store(tmp_path / "store")
    assert pairs(trade.partner_values(store, "RU", "2021-01")) == [("CN", 0.82)]
    assert pairs(trade.partner_values(store, "FAR_EAST", "2021-01")) == [("CN", 0.1)]
    assert pairs(trade.partner_values(store, "RU-CHU", "2021-01")) == []
    table = trade.observations(store).set_index(["region", "indicator"])["value"]
    assert table["RU-CHU", "turnover_china"] == 0
    assert table["FAR_EAST", "turnover_china"] == pytest.approx(0.0002)


def test_country_is_not_the_sum_of_some_regions(store):
    """Two regions would be sold as Russia."""
    with pytest.raises(NoDataError, match="nationwide"):
        trade.partner_values(store, "RU", Q1)
    with pytest.raises(NoDataError, match=r"Khabarovsk|Kamchatka"):
        trade.partner_values(store, "FAR_EAST", Q1)


def test_editions_without_regions_serve_the_country_only(tmp_path):
    """A regional exhibit would show zero where the file cannot know; the country would count twice."""
    files = [monthly(tmp_path, "2021-01.csv", "ЭК,2021,CN,0303000000,,1000,1,0")]
    customs.ingest(files, tmp_path / "store")
    store = customs.open_store(tmp_path / "store")
    with pytest.raises(NoDataError, match=r"without regions.*Amur") as caught:
        trade.partner_values(store, "RU-AMU", "2021-01")
    told = text(caught.value.words, "ru")
    assert "Амурская область" in told and "без регионов" in told
    assert trade.observations(store).empty
    customs.ingest([unload(tmp_path, nationwide_cells())], tmp_path / "store")
    store = customs.open_store(tmp_path / "store")
    assert pairs(trade.partner_values(store, "RU", "2021-01")) == [("CN", 1.0)]
    assert pairs(trade.partner_values(store, "RU-AMU", "2021-01")) == [("CN", 0.01)]
    with pytest.raises(NoDataError, match="2021-02"):
        trade.partner_values(store, "RU", "2021-01/2021-02")


def test_months_not_held_are_refused(store):
    """A year would be printed from three months."""
    with pytest.raises(NoDataError, match=r"exports of Amur Oblast for 2021-04/2021-12"):
        trade.partner_values(store, "RU-AMU", 2021)
    with pytest.raises(NoDataError, match="Sakhalin"):
        trade.partner_values(store, "RU-SAK", Q1)


@pytest.mark.parametrize(
    ("value", "text", "count"),
    [
        (2021, "2021", 12),
        ("2021", "2021", 12),
        ("2021-03", "2021-03", 1),
        (Q1, Q1, 3),
        ("2020-11/2021-02", None, 4),
    ],
)
def test_periods(value, text, count):
    """A month would be lost at an end or between years."""
    period = trade.parse_period(value)
    assert len(period.months) == count
    assert str(period) == (text or value)


@pytest.mark.parametrize(
    "value",
    [
        "2021-13",
        "2021-00",
        "2021-1",
        "2021-09/2021-01",
        "21",
        2021.0,
        True,
        None,
        "2021/2022",
        "2021-01/",
        "٢٠٢١",
    ],
)
def test_bad_periods(value):
    """A typing error would be read as some other period."""
    with pytest.raises(AnalysisError, match="allowed are a year"):
        trade.parse_period(value)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"region": "Amur"}, "region"),
        ({"direction": "both"}, "direction"),
        ({"goods": "44"}, "list of codes"),
        ({"goods": ["440"]}, "2, 4, 6, 8 or 10"),
        ({"goods": [44]}, "2, 4, 6, 8 or 10"),
        ({"partner": "China"}, "two-letter"),
        ({"partner": "CN' OR 1=1"}, "two-letter"),
        ({"by": "month"}, "by is"),
        ({"top": 0}, "top is"),
        ({"top": True}, "top is"),
    ],
)
def test_bad_parameters(store, arguments, sentence):
    """A wrong value would give an empty or another exhibit."""
    with pytest.raises(AnalysisError, match=sentence):
        trade.top_items(store, **{"region": "RU-AMU", "period": Q1, **arguments})


def test_trees_refuse_nested_roots_and_empty_trade(store):
    """A chapter and its heading side by side would be added together."""
    with pytest.raises(AnalysisError, match="count it twice"):
        trade.goods_tree(store, "RU-AMU", Q1, goods=["44", "4403"])
    with pytest.raises(AnalysisError, match="below the lowest level"):
        trade.goods_tree(store, "RU-AMU", Q1, goods=["440311"], depth="heading")
    with pytest.raises(NoDataError, match="no trade"):
        trade.goods_tree(store, "RU-AMU", Q1, goods=["93"])
    with pytest.raises(NoDataError, match="nothing to share"):
        trade.partner_shares(store, "RU-AMU", Q1, ["93"])


def test_disagreements_between_sources():
    """A difference between customs and Rosstat would go unreported, or rounding be called one."""
    columns = ["region", "indicator", "period", "value", "source"]
    ours = pd.DataFrame(
        [
            ("RU-AMU", "turnover_china", "2021", 105.0, "customs-store"),
            ("RU-PRI", "exports", "2021", 100.5, "customs-store"),
        ],
        columns=columns,
    )
    others = pd.DataFrame(
        [
            ("RU-AMU", "china_turnover", "2021", 100.0, "derived"),
            ("RU-PRI", "exports", "2021", 100.0, "rosstat-trade"),
        ],
        columns=columns,
    )
    found = comparison.differing(
        ours.assign(rounding=0.0), others.assign(rounding=0.0), {"turnover_china": "china_turnover"}, 0.01
    )
    assert found["region"].tolist() == ["RU-AMU"]
    assert found["relative_difference"].tolist() == [pytest.approx(0.05)]
    assert found["other_source"].tolist() == ["derived"]


def test_names_in_both_languages():
    """Exhibits would show codes, or Namibia and the special codes no name."""
    assert text(trade.partner_name("CN"), "ru") == "Китай"
    assert text(trade.partner_name("NA"), "en") == "Namibia"
    assert text(trade.partner_name("AB"), "ru") == "Абхазия"
    assert text(trade.partner_name("NNN"), "en") == "Not stated"
    assert text(trade.partner_name("QZ"), "en") == "QZ"
    assert text(trade.goods_name("44"), "ru") == "Древесина и древесный уголь"
    assert text(trade.goods_name("9999"), "en") == "9999"
    assert text(trade.goods_name("XX"), "en") == "Position withheld"


def test_goods_register_is_complete():
    """A chapter, or a heading of chapters 12, 27 and 44, would have no name."""
    names = trade._goods_names()
    assert {code for code in names if len(code) == 2} == {f"{number:02d}" for number in range(1, 98)}
    for chapter, headings in (("12", 14), ("27", 16), ("44", 21)):
        expected = {f"{chapter}{number:02d}" for number in range(1, headings + 1)}
        assert {code for code in names if len(code) == 4 and code[:2] == chapter} == expected
    assert all(name.en and name.ru for name in names.values())


def test_source_names(store):
    """The line under an exhibit would not say which file it stands on."""
    names = trade.source_names(store, "RU-AMU", Q1)
    assert len(names) == 1
    assert names[0].startswith("DATTSVT.csv (sha256 ")
    assert trade.source_names(store, "RU-SAK", Q1) == []


def test_an_excerpt_answers_as_the_store_does_without_its_files(tmp_path):
    """Notebook 03 asks it for every exhibit: a row lost in it would be lost from all of them."""
    customs.ingest([unload(tmp_path, CELLS)], tmp_path / "store")
    whole = customs.open_store(tmp_path / "store")
    part = trade.excerpt(whole, "RU-AMU", Q1)
    asked = [
        lambda store: trade.partner_values(store, "RU-AMU", Q1, direction="import"),
        lambda store: trade.goods_tree(store, "RU-AMU", "2021-02", "CN", goods=["44"]),
        lambda store: trade.unit_values(store, "RU-AMU", Q1, "CN"),
        lambda store: trade.monthly_series(store, "RU-AMU", Q1),
    ]
    expected = [question(whole) for question in asked]
    for file in (tmp_path / "store" / "parts").iterdir():
        file.unlink()
    for question, table in zip(asked, expected, strict=True):
        pd.testing.assert_frame_equal(question(part), table)
    with pytest.raises(NoDataError):
        trade.partner_values(part, "RU-AMU", "2020")
    assert trade.excerpt(whole, "RU", Q1) is whole
