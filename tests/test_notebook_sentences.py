"""What a notebook says must follow from what it shows, whatever it was asked for.

Each notebook is executed over other parameters, and its sentences are held against the tables it wrote, which are
read back here and looked at with other code than the notebook's.
"""

import itertools
import re
import shutil

import nbformat
import pandas as pd
import pytest

from analysis import ledger, paths
from analysis.data import regions
from analysis.data.formats import region_name
from analysis.errors import NoDataError
from analysis.publish import catalogue, parameters
from notebook_cells import run_cells, run_of

BORDER = ["RU-PRI", "RU-KHA", "RU-AMU", "RU-ZAB", "RU-YEV"]
FAR_EAST = list(regions.codes(regions.far_east()))


def table(made, name):
    return pd.read_csv(made.folder / "tables" / f"{name}.csv", dtype={"period": str})


def figures(sentence):
    """Numbers of an English sentence."""
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", sentence.replace(",", ""))]


TRANSIT = [
    {"regions": chosen, "crossings_period": year}
    for chosen, year in itertools.product(
        (BORDER, ["RU-AMU"], ["RU-AMU", "RU-YEV"], ["RU-PRI", "RU-ZAB"]), (2020, 2026)
    )
]


@pytest.mark.parametrize("asked", TRANSIT, ids=str)
def test_the_crossings_are_read_as_they_were_counted(tmp_path, asked):
    made = run_cells("01_transit_potential", tmp_path, formats="csv", **asked)
    rows = table(made, "crossing-densities")
    sentence = made.sentence("crossing-densities")
    for kind, word in (
        ("established", "Fewest established points per kilometre"),
        ("functioning", "fewest functioning"),
    ):
        part = rows[rows["kind_en"] == kind].sort_values("density_per_1000_km")
        assert f"{word}: {region_name(part['region'].iloc[0], 'en')}" in sentence
        said = [text for text in made.said() if text.startswith(f"{kind.capitalize()} points:")]
        assert len(said) == ("RU-AMU" in asked["regions"])
        is_lowest = part["region"].iloc[0] == "RU-AMU"
        assert all(("has the lowest" in text) == is_lowest for text in said)
    # nothing is printed of another year, so nothing can lie inside what is printed
    assert ("lie inside" in sentence) == (asked["crossings_period"] == 2020)
    # printed 91, 12, 34, 34, 67; Rosstat's 2018: 90.8, 12.3, 34.4, 34.1, 67.3; 2020: 93.1, 12.7, 34.7, 34.1, 67.46
    n, of_2020 = len(asked["regions"]), len({"RU-ZAB", "RU-YEV"} & set(asked["regions"]))
    assert f"of 2018 in {n} of {n} regions" in made.sentence("table-1")
    assert made.sentence("table-1").endswith(f"in {of_2020} of {n}.")
    # the reading of all five regions is not shown where they are not all there
    is_default = asked == TRANSIT[0]
    assert any("one of the two criteria" in text for text in made.said()) == is_default


SHARES = [
    {"regions": chosen, "first_year": first, "last_year": last}
    for chosen, (first, last) in itertools.product(
        (FAR_EAST, ["RU-AMU"], ["RU-ZAB", "RU-CHU"]), ((2000, 2021), (2006, 2018), (2015, 2015))
    )
]


@pytest.mark.parametrize("asked", SHARES, ids=str)
def test_the_shares_are_read_as_they_are_printed(tmp_path, asked):
    made = run_cells("02_china_share", tmp_path, formats="csv", **asked)
    rows = pd.read_csv(made.folder / "tables" / "table-2.csv", dtype=str).set_index("region")
    years = [name for name in rows if name.isdigit()]
    assert years[0] >= str(asked["first_year"]) and years[-1] <= str(asked["last_year"])
    last = (
        rows.drop("FAR_EAST")[years[-1]].str.replace(",", ".").pipe(pd.to_numeric, errors="coerce").dropna()
    )
    sentence = made.sentence("table-2")
    top = f"In {years[-1]} the highest of the regions shown is {region_name(last.idxmax(), 'en')} with {last.max():.1f}"
    assert sentence.startswith(top)
    if "RU-AMU" in last:
        place = int((last > last["RU-AMU"]).sum()) + 1
        assert f"place {place} of {len(last)}." in sentence
    is_default = asked == SHARES[0]
    assert any("the fall after 2017" in text for text in made.said()) == is_default
    implied = table(made, "far-east-share")
    holds = implied.loc[(implied["weighted"] - implied["printed"]).abs() <= 0.05, "period"]
    assert f"in {', '.join(holds)};" in made.sentence("far-east-share")


def test_years_without_any_figure_are_no_data(tmp_path):
    with pytest.raises(NoDataError, match="RU-ZAB: 2018"):
        run_cells("02_china_share", tmp_path, regions=["RU-ZAB"], first_year=2005, last_year=2010)


def test_what_table_3_says_follows_from_its_rows():
    made = run_of("03_exports")
    values = pd.read_csv(made.folder / "tables" / "table-3.csv")["value"]
    total, rows, times = figures(made.sentence("table-3"))
    assert (total, rows) == (values.iloc[-1], round(values.iloc[:-1].sum(), 1))
    assert times == round(values.iloc[-1] / values.iloc[0], 2)
    tonnes = pd.read_csv(made.folder / "tables" / "soybean-tonnes.csv").set_index("partner")["tonnes"]
    assert figures(made.sentence("soybean-tonnes")) == [round(tonnes["CN"] / tonnes.sum() * 100)]
    # 234,1 million at 45,9 per cent, both rounded: 234.05 / 0.4595 to 234.15 / 0.4585
    assert figures(made.sentence("chart-2")) == [509.4, 510.7]


RATING = [
    {"edition": "III", "district": "all"},
    {"edition": "II", "district": "all"},
    {"edition": "III", "district": "far_eastern"},
    {"edition": "II", "district": "volga"},
    {"edition": "III", "district": "ural"},
    {"edition": "II", "district": "north_caucasian"},
]


@pytest.mark.parametrize("asked", RATING, ids=str)
def test_the_rating_is_read_as_it_is_printed(tmp_path, asked):
    """Counts, medians and moves from the raw scores; fails if a sentence stays with the edition or district before."""
    made = run_cells("04_rating", tmp_path, formats="csv", **asked)
    raw = pd.read_csv(paths.raw() / "rating" / "scores.csv").set_index("region")
    raw["district"] = [regions.by_code(code).district for code in raw.index]
    score = raw["score" if asked["edition"] == "III" else "previous_score"]
    is_shown = (raw["district"] == asked["district"]) | (asked["district"] == "all")
    shown = score[is_shown]
    medians = shown.groupby(raw["district"]).median()
    high, count, *_, median = figures(made.sentence("rating-scores").split(" One dot")[0])
    assert (high, count, median) == ((shown >= 7).sum(), len(shown), medians.max())
    best = re.search(r"of a district: (.+),", made.sentence("rating-scores")).group(1)
    assert best in {regions.DISTRICT_NAMES[name]["en"] for name in medians.index[medians == medians.max()]}
    tiers = [((low <= shown) & (shown <= top)).sum() for low, top in ((7, 10), (4, 6), (1, 3))]
    assert figures(made.sentence("rating-tiers")) == tiers
    change = (raw["score"] - raw["previous_score"])[is_shown]
    kept, rose, fell = ((change == 0).sum(), (change > 0).sum(), (change < 0).sum())
    assert figures(made.sentence("rating-transitions"))[:5] == [
        kept,
        len(change),
        rose,
        fell,
        change.abs().max(),
    ]
    assert figures(made.sentence("rating-changes"))[:2] == [rose, fell]
    border = score[[region.code for region in regions.far_east_border()]]
    inland = score[raw["district"] == "far_eastern"].drop(border.index)
    elsewhere = score[raw["district"] != "far_eastern"]
    (said,) = (text for text in made.said() if text.startswith(f"Edition {asked['edition']}: "))
    expected = [5, border.min(), border.max(), 6, inland.min(), inland.max(), inland.median()]
    expected += [len(elsewhere), elsewhere.min(), elsewhere.max(), elsewhere.median()]
    assert figures(said) == expected


# made-up panels: what each synthetic expert adds to edition III's score of the region in that place
PANELS = {
    "one expert, nothing new": [lambda place: 0],
    "one expert, one score": [lambda place: place == 40],
    "two that agree": [lambda place: place % 2, lambda place: place % 2],
    "two that differ": [lambda place: 0, lambda place: -(place % 3 == 0)],
    "three, up": [lambda place: 1, lambda place: 2, lambda place: place % 2],
    "three, all over": [lambda place: place % 5 - 2, lambda place: place % 7 - 3, lambda place: 0],
}


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_an_edition_made_from_sheets_says_what_they_give(tmp_path, panel):
    """Lower medians, tiers and moves by hand; fails if a sentence stays with edition III."""
    raw = pd.read_csv(paths.raw() / "rating" / "scores.csv").set_index("region")["score"]
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    given = {}
    for number, expert in enumerate(PANELS[panel], start=1):
        scores = [min(max(old + int(expert(place)), 1), 10) for place, old in enumerate(raw)]
        given[f"synthetic_{number}"] = scores
        rows = pd.DataFrame({"region": raw.index, "name": "", "previous_score": raw.array, "score": scores})
        rows.assign(remark="").to_csv(sheets / f"synthetic_{number}.csv", index=False)
    made = run_cells("09_rating_edition", tmp_path / "out", formats="csv,svg", scoring_sheets=str(sheets))
    # with two the lower one, with three the middle one
    middle = (len(given) - 1) // 2
    score = pd.Series([sorted(each)[middle] for each in zip(*given.values(), strict=True)], index=raw.index)
    change = score - raw
    tiers = [((low <= score) & (score <= top)).sum() for low, top in ((7, 10), (4, 6), (1, 3))]
    said = made.sentence("edition-scores")
    assert said.startswith("Edition IV scores") and "Against edition III " in said
    moved = [(change > 0).sum(), (change < 0).sum(), (change == 0).sum()]
    assert figures(said)[:7] == [83, *tiers, *moved]
    assert ("came as one sheet" in said) == (len(given) == 1)
    crossed = (pd.cut(score, [0, 3, 6, 10]) != pd.cut(raw, [0, 3, 6, 10])).sum()
    assert figures(made.sentence("edition-changes"))[:2] == [(change != 0).sum(), crossed]
    assert pd.read_csv(made.folder / "tables" / "edition-departures.csv").empty


def orchard(folder):
    """Another paper's claims, those of the synthetic fixture that no observation is needed for."""
    fixture = paths.root() / "tests" / "fixtures" / "ledger"
    claims = pd.read_csv(fixture / "synthetic_claims.csv", dtype=str, keep_default_na=False)
    claims[~claims["inputs"].str.contains("obs:")].to_csv(folder / "synthetic_claims.csv", index=False)
    shutil.copy(fixture / "synthetic_harvest.csv", folder)
    return str(folder / "synthetic_claims.csv")


def template(folder):
    ledger.write_template(folder / "my_claims.csv")
    return str(folder / "my_claims.csv")


PAPER, OF_RATING = "data/raw/paper/claims.csv", "data/raw/rating/claims.csv"
CLAIMS = [
    (PAPER, ""),
    (OF_RATING, ""),
    (OF_RATING, PAPER),
    (orchard, ""),
    (template, OF_RATING),
    (template, orchard),
]


@pytest.mark.parametrize(
    "files", CLAIMS, ids=lambda pair: "+".join(getattr(f, "__name__", str(f)) for f in pair)
)
def test_the_ledger_says_what_its_rows_say(tmp_path, files):
    """Counts from the written ledger, whichever document is judged; fails if a sentence knows the paper."""
    claims, beside = (each if isinstance(each, str) else each(tmp_path) for each in files)
    made = run_cells("07_ledger", tmp_path / "out", formats="csv", claims=claims, rating_claims=beside)
    rows = pd.read_csv(made.folder / "ledger.csv", keep_default_na=False)
    verdicts = rows["verdict"].value_counts()
    assert figures(made.sentence("ledger"))[0] == len(rows) > 0
    assert figures(made.sentence("ledger-rules"))[:2] == [verdicts.get("not_checkable", 0), len(rows)]
    internal, external = figures(made.sentence("ledger-failures"))[:2]
    assert (internal, external) == (verdicts.get("paper_error", 0), verdicts.get("mismatch", 0))
    summary = pd.read_csv(made.folder / "tables" / "ledger-summary.csv")
    assert summary["claims"].sum() == len(rows)
    for verdict, count in verdicts.items():
        assert summary[verdict].sum() == count
    assert figures(made.sentence("ledger-readings"))[0] == verdicts.get("depends_on_reading", 0)
    # of two documents each has its own ledger
    assert (made.folder / "rating-ledger.csv").exists() == bool(beside)
    if beside:
        second = pd.read_csv(made.folder / "rating-ledger.csv", keep_default_na=False)["verdict"]
        failing = second.isin(["paper_error", "mismatch"]).sum()
        expected = [len(second), failing, (second == "depends_on_reading").sum()]
        assert figures(made.sentence("rating-ledger-failures")) == expected


@pytest.mark.parametrize("notebook", parameters.notebooks())
def test_no_fixed_prose_reads_the_default_parameters(notebook):
    """A paragraph that another parameter makes false, under a notice at the top that nobody remembers."""
    cells = nbformat.read(paths.notebooks() / f"{notebook}.ipynb", as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    if not any("run.save_" in cell.source for cell in cells if cell.cell_type == "code"):
        pytest.skip("its cells compute nothing yet")
    assert "reads the default parameters" not in prose


def test_the_messages_of_notebooks_are_collected_for_the_translator():
    keys = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue.extracted()
        if message.id
    }
    assert "Crossing points per 1,000 km of the border with China" in keys
    assert any(key.startswith("# 1. How well connected") for key in keys)
