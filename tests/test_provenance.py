"""From a figure of a table to its row in a raw file, to its publisher and its place in the source, as a reader clicks."""

import csv
import random
import re

import pytest

from analysis import paths
from analysis.data import package
from analysis.publish import exhibits
from analysis.publish.report import raw
from notebook_cells import run_of

# notebooks whose tables show figures as they were published, and the tables
SHOWN = {
    "01_transit_potential": ("table-1",),
    "02_china_share": ("table-2",),
    "03_exports": ("table-3", "soybean-tonnes"),
    "05_association": ("association-data",),
}
FIGURE = re.compile(r'<td data-figure="([^"]+)">([^<]+)</td>')
LINK = re.compile(r'<td><a class="figure" href="sources/([^#]+)#row-([^"]+)" title="[^"]+">([^<]+)</a></td>')


@pytest.fixture(scope="module")
def links():
    """Every figure that leads somewhere: what it is, raw file and anchor of the row, figure as shown."""
    found = []
    for notebook, names in SHOWN.items():
        folder = run_of(notebook).folder
        for name in names:
            fragment = (folder / "tables" / f"{name}.en.html").read_text(encoding="utf-8")
            leading = [
                each for each in FIGURE.findall(fragment) if raw.row(each[0]) and re.search(r"\d", each[1])
            ]
            made = LINK.findall(raw.linked(fragment, lambda page: page, "en"))
            assert leading and [shown for _what, shown in leading] == [shown for *_row, shown in made]
            found += [(what, *row) for (what, _shown), row in zip(leading, made, strict=True)]
    return found


def test_every_figure_leads_to_a_row_that_is_there(links):
    rows = {name: dict(raw.table(name, "en").rows) for name in {name for _what, name, *_rest in links}}
    assert not [link for link in links if link[2] not in rows[link[1]]]


@pytest.mark.parametrize("seed", range(5))
def test_a_figure_picked_at_random_is_followed_to_publisher_place_and_number(links, seed):
    """What an academic who doubts a number does; drawn, so that no list of figures can be made that happen to work."""
    what, name, anchor, shown = random.Random(seed).choice(links)
    described = next(entry for entry in package.descriptor()["resources"] if entry["name"] == name)
    assert described["sources"][0]["title"] and described["table"]
    figure = plain(what, shown)
    assert round(published(what, name, anchor), len(figure.partition(".")[2])) == float(figure)


def published(what, name, anchor):
    """Figure on the page of a raw file: in the column of its year, or the only number of its row; a sum of its parts."""
    table = raw.table(name, "en")
    rows = dict(table.rows)
    indicator, _colon, rest = what.partition(":")
    if package.resource(name).primary_key != raw.SERIES_KEY:
        keys = {"rating-scores": "previous_score" if "II/" in what else "score"}
        heads = list(table.heads)
        column = next(heads.index(each) for each in (keys.get(name), "value", "tonnes") if each in heads)
        return float(rows[anchor][column])
    region, year = rows[anchor][0], list(table.heads).index(rest.partition("/")[0])
    held = {f["name"] for f in package.resource(name).fields if indicator in f.get("indicators", ())}
    parts = [cells for key, cells in rows.items() if cells[0] == region and key.rpartition("-")[2] in held]
    return sum(float(cells[year]) for cells in parts)


def plain(what, shown):
    """A figure in our notation: cells of the paper's tables are shown with its decimal comma."""
    bare = re.sub(r"[\s>]", "", shown)
    return bare.replace(",", "." if what.startswith("paper-table-") else "")


def test_the_ledger_leads_to_what_was_printed():
    assert raw.claim("cell.table-2.FAR_EAST.2000") == ("paper-table-2", "FAR_EAST-2000")
    name, anchor = raw.claim("text.export-share")
    assert name == "paper-claims" and "text.export-share" in dict(raw.table(name, "en").rows)[anchor]
    assert raw.claim("nothing.like.it") is None


def test_a_series_of_the_yearbook_names_sheet_and_row():
    rows = dict(raw.table("rosstat-trade", "en").rows)
    region, series, place, *figures = rows["Амурская_область-export_far_abroad_mln_usd"]
    assert (series, place) == ("Exports to the far abroad", "sheet 21.1.1, row 101")
    with (paths.raw() / "rosstat" / "trade.csv").open(encoding="utf-8", newline="") as file:
        printed = [row for row in csv.DictReader(file) if row["region"] == region]
    assert figures == [
        row["export_far_abroad_mln_usd"] for row in sorted(printed, key=lambda row: row["year"])
    ]
    assert {row["sheet_row"] for row in printed} == {"101"}


def test_every_exhibit_of_the_study_has_its_inputs_in_the_replication_page():
    """Collected exhibits had none: the page showed inputs of three of sixty."""
    known = exhibits.sources(paths.reference())
    page = (paths.root() / "docs" / "REPLICATION.md").read_text(encoding="utf-8")
    for exhibit, names in known.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{exhibit}` |"))
        assert all(f"`{name}`" in row for name in names)
    assert {"paper-table-2"} <= set(known["table-2"]) and "rating-scores" in known["association-forest"]
