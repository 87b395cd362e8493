"""Notebook 03 on a reader's own customs files: a chart must come from them, or say that it does not."""

import pytest

from analysis import customs, paths
from analysis.errors import AnalysisError, NoDataError
from analysis.publish import citation, parameters
from analysis.publish.exhibits import customs as own
from analysis.publish.exhibits import exports, ledger, publish, register
from test_customs_trade import CELLS, PRIMORYE, unload

REQUEST = {
    "region": "RU-AMU",
    "period": "2021-01/2021-03",
    "partner": "CN",
    "direction": "export",
    "goods": [],
    "by": "chapter",
    "top": 10,
}


@pytest.fixture
def user(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "user", lambda: tmp_path / "user")
    return tmp_path / "user"


@pytest.fixture
def synthetic_store(user, tmp_path):
    customs.ingest([unload(tmp_path, CELLS)], user / "customs")


def accept(tmp_path, **changes):
    values = {"language": "en", "output_dir": str(tmp_path / "out"), **REQUEST, **changes}
    return parameters.validate_parameters("03_exports", values)


def test_charts_1_to_4_and_what_goes_beyond_them_are_made_and_written(synthetic_store, tmp_path):
    run = accept(tmp_path)
    made = [
        exports.chart_1(run),
        exports.chart_2(run),
        exports.chart_3(run),
        exports.chart_4(run),
        *own.beyond(run),
        ledger.cell_verdicts("table-3", "2021-01/2021-09"),
    ]
    for exhibit in made:
        publish(exhibit, run)
        entry = register.entry(exhibit.id)
        for kind, folder in (("table", "tables"), ("figure", "figures")):
            written = list((tmp_path / "out" / folder).glob(f"{exhibit.id}.*"))
            assert bool(written) == (kind in entry.with_customs), (exhibit.id, kind)
    assert {exhibit.id for exhibit in made} == {
        entry.id for entry in register.entries("03_exports") if entry.with_customs
    }


def test_chart_1_holds_the_sums_of_the_file_and_names_it_as_its_source(synthetic_store, tmp_path):
    run = accept(tmp_path)
    exhibit = exports.chart_1(run)
    # soybeans: 1000 dollars to China, 400 to Namibia, in thousands
    assert exhibit.table.rows[["partner", "value_thousand_usd"]].to_numpy().tolist() == [
        ["CN", 1.0],
        ["NA", 0.4],
    ]
    assert "data/user/customs/" in exhibit.own_source["en"]
    assert exhibit.table.rows["name_en"].tolist() == ["China", "Namibia"]


def test_without_a_store_the_papers_charts_say_what_is_missing(user, tmp_path):
    run = accept(tmp_path, period="2021-01/2021-09")
    exhibit = exports.chart_1(run)
    assert exhibit.sources == ("paper-claims",)
    assert exhibit.draw is None
    assert own.beyond(run) == []


def test_anything_else_without_a_store_is_no_data_and_no_failure(user, tmp_path):
    with pytest.raises(NoDataError, match="amur ingest customs"):
        own.store_for(accept(tmp_path, region="RU-PRI"))


@pytest.mark.parametrize("changes", [{"period": "2021-01/2021-12"}, {"region": "RU-MAG"}, {"region": "RU"}])
def test_what_the_store_does_not_hold_is_no_data_and_not_zero(synthetic_store, tmp_path, changes):
    with pytest.raises(NoDataError, match="2021"):
        own.store_for(accept(tmp_path, **changes))


def test_a_damaged_store_is_a_failure_and_nothing_printed_stands_in_for_it(synthetic_store, user, tmp_path):
    (user / "customs" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(AnalysisError) as caught:
        own.store_for(accept(tmp_path, period="2021-01/2021-09"))
    assert not isinstance(caught.value, NoDataError)


def test_a_region_without_soybeans_fuels_or_timber_still_has_its_other_exhibits(user, tmp_path):
    # those goods are the paper's choice: a region that does not trade in them has trade all the same
    customs.ingest([unload(tmp_path, [cell for cell in CELLS if cell[-1] == PRIMORYE])], user / "customs")
    run = accept(tmp_path, region="RU-PRI")
    made = [
        exports.chart_1(run),
        exports.chart_2(run),
        exports.chart_3(run),
        exports.chart_4(run),
        *own.beyond(run),
    ]
    for exhibit in made:
        publish(exhibit, run)
    assert [exhibit.table.rows["value_thousand_usd"].tolist() for exhibit in (made[0], made[3], made[4])] == [
        [0.0], [0.0], [0.0]
    ]  # fmt: skip
    assert "no such trade" in made[0].sentence["en"]
    # 3000 dollars to China in February, by hand
    assert made[5].table.rows["value_thousand_usd"].tolist() == [0.0, 3.0, 0.0]


def test_goods_asked_for_that_were_not_traded_are_no_data(synthetic_store, tmp_path):
    with pytest.raises(NoDataError, match="no trade"):
        own.timber(accept(tmp_path, goods=["87"]), own.store_for(accept(tmp_path)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"region": "Amur"}, "FAR_EAST"),
        ({"period": "2021-13"}, "period"),
        ({"period": "last year"}, "period"),
        ({"partner": "China"}, "two-letter"),
        ({"direction": "both"}, "export, import"),
        ({"goods": ["440"]}, "'440'"),
        ({"goods": [4403]}, "goods code is text"),
        ({"by": "section"}, "chapter"),
        ({"top": 0}, "1 to 97"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(user, tmp_path, changes, message):
    with pytest.raises(AnalysisError, match=message):
        accept(tmp_path, **changes)


def test_titles_name_region_partner_direction_and_goods_in_both_languages(synthetic_store, tmp_path):
    """A title that named another request, or "Soybeans, not for sowing by country", would mislead."""
    run = accept(tmp_path)
    titles = {
        exhibit.id: exhibit.own_title
        for exhibit in (exports.chart_1(run), exports.chart_3(run), *own.beyond(run))
    }
    assert titles["chart-1"] == {
        "en": "Exports, Amur Oblast: soybeans, not for sowing, by country",
        "ru": "Экспорт, Амурская область: соевые бобы, кроме семенных, по странам",
    }
    assert titles["chart-3"] == {
        "en": "Exports, Amur Oblast to China: main goods",
        "ru": "Экспорт, Амурская область — Китай: основные товары",
    }
    assert titles["trade-concentration"]["en"] == "Exports, Amur Oblast: concentration by country and goods"
    bought = accept(tmp_path, direction="import", partner="JP")
    assert exports.chart_3(bought).own_title["en"] == "Imports, Amur Oblast from Japan: main goods"


def test_concentration_names_what_is_largest(synthetic_store, tmp_path):
    run = accept(tmp_path)
    table = own.concentration(run, own.store_for(run)).table
    assert table.printed("en")["Largest"].tolist()[0] == "China"
    assert table.printed("ru")["На первом месте"].tolist()[0] == "Китай"
    # the file keeps the codes
    assert table.rows["largest"].tolist()[0] == "CN"


def test_a_tree_says_each_code_once(synthetic_store, tmp_path):
    assert "Code" in exports.chart_3(accept(tmp_path)).table.printed("en")
    tree = own.timber(accept(tmp_path), own.store_for(accept(tmp_path))).table.printed("en")
    assert "Code" not in tree
    assert tree["Goods"].tolist()[0] == "44 Wood and charcoal"


def test_a_reference_names_what_the_run_made(synthetic_store, tmp_path):
    """A chart of Primorye cited as one of the Amur region."""
    run = accept(tmp_path, region="RU-PRI")
    publish(exports.chart_1(run), run)
    told = citation.cite("chart-1", "apa", folder=tmp_path / "out")
    assert "Exports, Primorsky Krai: soybeans, not for sowing, by country, January-March 2021" in told
    assert "Amur region by country" not in told
