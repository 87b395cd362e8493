"""Notebook 03 on a reader's own customs files: a chart must come from them, or say that it does not."""

import re

import pandas as pd
import pytest

from analysis import customs, paths
from analysis.customs import queries
from analysis.errors import AnalysisError, NoDataError
from analysis.publish import citation, parameters
from notebook_cells import run_cells
from test_customs_trade import AMUR, CELLS, PRIMORYE, unload

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


def requested(**changes):
    values = {**REQUEST, **changes}
    return parameters.check_values("03_exports", language="en", **values)


def made(tmp_path, **changes):
    """Notebook 03 on the synthetic store; its tables by identifier."""
    return run_cells("03_exports", tmp_path / "out", **{**REQUEST, **changes})


def table(run, name):
    return pd.read_csv(run.folder / "tables" / f"{name}.csv", dtype={"goods": str}, keep_default_na=False)


FROM_CUSTOMS = {
    **dict.fromkeys(("chart-1", "chart-2", "chart-3", "chart-4", "goods-tree", "trade-monthly"), True),
    **dict.fromkeys(("trade-concentration", "unit-values"), False),
}


def test_charts_1_to_4_and_what_goes_beyond_them_are_made_and_written(synthetic_store, tmp_path):
    run = made(tmp_path)
    for exhibit, is_drawn in FROM_CUSTOMS.items():
        assert (run.folder / "tables" / f"{exhibit}.csv").is_file(), exhibit
        assert bool(list((run.folder / "figures").glob(f"{exhibit}.*"))) == is_drawn, exhibit
    # soybeans: 1000 dollars to China, 400 to Namibia, in thousands
    soybeans = table(run, "chart-1")
    assert soybeans["value_thousand_usd"].tolist() == [1.0, 0.4]
    assert soybeans["name_en"].tolist() == ["China", "Namibia"]
    assert "data/user/customs/" in run.card("chart-1")["source_line"]["en"]
    largest = table(run, "trade-concentration").iloc[0]
    # the file keeps the codes
    assert largest[["largest", "largest_en", "largest_ru"]].tolist() == ["CN", "China", "Китай"]
    # a tree says each code once, in front of the name
    page = (run.folder / "tables" / "goods-tree.en.html").read_text(encoding="utf-8")
    assert "44 Wood and charcoal" in page and ">Code<" not in page
    assert ">Code<" in (run.folder / "tables" / "chart-3.en.html").read_text(encoding="utf-8")


def test_titles_name_region_partner_direction_and_goods_in_both_languages(synthetic_store, tmp_path):
    """A title that named another request, or "Soybeans, not for sowing by country", would mislead."""
    run = made(tmp_path, formats="csv")
    assert run.card("chart-1")["title"] == {
        "en": "Exports, Amur Oblast: soybeans, not for sowing, by country",
        "ru": "Экспорт, Амурская область: соевые бобы, кроме семенных, по странам",
    }
    assert run.card("chart-3")["title"] == {
        "en": "Exports, Amur Oblast to China: main goods",
        "ru": "Экспорт, Амурская область — Китай: основные товары",
    }
    concentration = run.card("trade-concentration")["title"]["en"]
    assert concentration == "Exports, Amur Oblast: concentration by country and goods"
    title = queries.title(requested(direction="import", partner="JP"), queries.goods_subject(["87"]))
    assert title.key.startswith("Imports, {region} from {partner}")


def test_a_reference_names_what_the_run_made(synthetic_store, tmp_path):
    """A chart of Primorye cited as one of the Amur region."""
    run = made(tmp_path, region="RU-PRI", formats="csv")
    told = citation.cite("chart-1", "apa", folder=run.folder)
    assert "Exports, Primorsky Krai: soybeans, not for sowing, by country, January-March 2021" in told
    assert "Amur region by country" not in told


def test_without_a_store_the_papers_charts_say_what_is_missing(user, tmp_path):
    run = made(tmp_path, period="2021-01/2021-09")
    assert run.card("chart-1")["sources"] == ["paper-claims"]
    assert run.card("chart-1")["outputs"] == ["table"]
    assert not run.card("goods-tree") and not run.card("unit-values")
    for name in ("chart-1", "chart-3", "chart-4"):
        page = (run.folder / "tables" / f"{name}.en.html").read_text(encoding="utf-8")
        # a table of dashes looks like a fault of ours
        assert "<li>" in page and "<table" not in page
        assert not table(run, name)["printed"].any()  # read with blanks kept as text


def test_anything_else_without_a_store_is_no_data_and_no_failure(user):
    with pytest.raises(NoDataError, match="amur ingest customs"):
        queries.requested_store(requested(region="RU-PRI"))


@pytest.mark.parametrize("changes", [{"period": "2021-01/2021-12"}, {"region": "RU-MAG"}, {"region": "RU"}])
def test_what_the_store_does_not_hold_is_no_data_and_not_zero(synthetic_store, changes):
    with pytest.raises(NoDataError, match="2021"):
        queries.requested_store(requested(**changes))


def test_a_damaged_store_is_a_failure_and_nothing_printed_stands_in_for_it(synthetic_store, user):
    (user / "customs" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(AnalysisError) as caught:
        queries.requested_store(requested(period="2021-01/2021-09"))
    assert not isinstance(caught.value, NoDataError)


def test_a_region_without_soybeans_fuels_or_timber_still_has_its_other_exhibits(user, tmp_path):
    # those goods are the paper's choice: a region that does not trade in them has trade all the same
    customs.ingest([unload(tmp_path, [cell for cell in CELLS if cell[-1] == PRIMORYE])], user / "customs")
    run = made(tmp_path, region="RU-PRI", formats="csv")
    for name in ("chart-1", "chart-4", "goods-tree"):
        assert table(run, name)["value_thousand_usd"].tolist() == [0.0]
        assert "no such trade" in run.sentence(name)
    # 3000 dollars to China in February, by hand
    assert table(run, "trade-monthly")["value_thousand_usd"].tolist() == [0.0, 3.0, 0.0]


ASKED = [
    {},
    {"partner": "NA"},
    {"direction": "import"},
    {"direction": "import", "partner": "JP", "period": "2021-03"},
    {"region": "RU-PRI", "by": "heading"},
    {"period": "2021-01/2021-02", "top": 2},
    {"region": "RU-PRI", "direction": "import", "goods": ["8703"], "by": "subheading"},
    {"goods": ["4403", "120190"], "top": 1},
]


@pytest.mark.slow
@pytest.mark.parametrize("changes", ASKED, ids=str)
def test_what_is_said_of_another_request_follows_from_its_own_cells(synthetic_store, tmp_path, changes):
    """Another region, month, partner, direction, goods: every sum again from the cells, not by the package."""
    asked = {**REQUEST, **changes}
    rows = pd.DataFrame(
        CELLS, columns=["napr", "month", "partner", "goods", "unit", "usd", "kg", "n", "region"]
    )
    rows["usd"] = rows["usd"].str.replace(",", ".").astype(float) / 1000
    first, last = (int(part[-2:]) for part in (asked["period"].split("/")[0], asked["period"].split("/")[-1]))
    place = {"RU-AMU": AMUR, "RU-PRI": PRIMORYE}[asked["region"]]
    rows = rows[
        rows["month"].between(first, last)
        & (rows["region"] == place)
        & (rows["napr"] == {"export": "ЭК", "import": "ИМ"}[asked["direction"]])
    ]
    partner = rows[rows["partner"] == asked["partner"]]
    goods = partner[partner["goods"].str.startswith(tuple(asked["goods"]))] if asked["goods"] else partner
    run = made(tmp_path, formats="csv", **changes)
    months = table(run, "trade-monthly")["value_thousand_usd"]
    assert len(months) == last - first + 1 and months.sum() == pytest.approx(goods["usd"].sum())
    said = re.match(r"(\d+) months, ([\d.,]+) thousand", run.sentence("trade-monthly"))
    assert (int(said[1]), float(said[2].replace(",", ""))) == (len(months), round(months.sum(), 1))
    across = rows.groupby("partner")["usd"].sum()
    spread = table(run, "trade-concentration").iloc[0]
    assert float(spread["effective_number"]) == pytest.approx(1 / ((across / across.sum()) ** 2).sum())
    digits = {"chapter": 2, "heading": 4, "subheading": 6}[asked["by"]]
    sums = goods.groupby(goods["goods"].str[:digits])["usd"].sum().sort_values(ascending=False)
    chart = table(run, "chart-3")
    shown = chart[chart["goods"].isin(sums.index)].set_index("goods")["value_thousand_usd"].astype(float)
    assert shown.to_dict() == pytest.approx(sums[sums > 0][: asked["top"]].to_dict())
    # a title names what was asked for
    verb = {"export": "Exports", "import": "Imports"}[asked["direction"]]
    assert run.card("chart-3")["title"]["en"].startswith(verb)


def test_goods_asked_for_that_were_not_traded_are_no_data(synthetic_store, tmp_path):
    with pytest.raises(NoDataError, match="no trade"):
        made(tmp_path, goods=["87"], formats="csv")


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
def test_a_request_that_cannot_be_meant_is_refused(user, changes, message):
    with pytest.raises(AnalysisError, match=message):
        requested(**changes)
