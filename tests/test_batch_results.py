"""What the runs of a batch found: nothing counted twice, nothing taken from a run that is not done."""

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.publish import batch_tables, charts_batch
from analysis.workflow.batch import summary, work
from notebook_cells import run_cells

FOREST = "tables/association-forest.csv"
ROW = {"edition": "III", "subset": "far_east", "indicator": "exports", "period": "2021", "n": 11}


def left(folder, *runs):
    """Summary and folders of a batch of (notebook, parameters, state, {table: rows})."""
    rows = []
    for number, (notebook, values, state, written) in enumerate(runs):
        job = work.Job(f"{number:020x}", notebook, values, {}, folder, folder / "alive")
        for name, table in written.items():
            (job.folder / name).parent.mkdir(parents=True, exist_ok=True)
            pd.DataFrame(table).to_csv(job.folder / name, index=False)
        rows += summary.rows([job], {job.id: work.Outcome(job.id, state, 1.0)})
    summary.write(folder, rows)
    return batch_tables.summary(str(folder))


def estimate(value, p, **changes):
    return {**ROW, "estimate": value, "p_exact": p, "p_min": 1e-5, **changes}


def shown(folder, **changes):
    """Notebook 08 on a batch: both languages are drawn and written."""
    return run_cells("08_batch", folder / "out", batch=str(folder), **changes)


def table_of(made, name):
    return pd.read_csv(made.folder / "tables" / f"{name}.csv")


def test_an_estimate_that_several_runs_show_counts_once(tmp_path):
    left(
        tmp_path,
        *(
            (
                "05_association",
                {"alpha": 0.05, "trade_period": 2021, "investment_period": year},
                "done",
                {
                    FOREST: [
                        estimate(0.25, 0.3),
                        estimate(0.5, 0.05, indicator="investment", period=str(year)),
                    ]
                },
            )
            for year in (2023, 2024)
        ),
    )
    made = shown(tmp_path)
    assert not made.card("batch-regions")
    rows = table_of(made, "batch-estimates").set_index("indicator")
    # exports: one estimate shown by two runs; investment: one for each year; p = alpha is low enough
    assert rows["estimates"].to_dict() == {"exports": 1, "investment": 2}
    assert rows["significant"].to_dict() == {"exports": 0, "investment": 2}
    assert made.sentence("batch-estimates").startswith(
        "3 different estimates, tau-b from 0.25 (Exports; III, Far East, 2021) to 0.50 (Investment in fixed capital;"
    )
    assert "у 2 из них" in made.sentence("batch-estimates", "ru")
    assert (made.folder / "figures" / "batch-estimates.ru.png").is_file()
    assert made.sentence("batch-states").startswith("2 runs (Done: 2).")


def test_a_missing_estimate_is_neither_lowest_nor_low_enough(tmp_path):
    rows = [estimate(None, None), estimate(-0.1, 0.9, period="2020")]
    left(tmp_path, ("05_association", {"alpha": 0.1}, "done", {FOREST: rows}))
    line = table_of(shown(tmp_path, formats="csv"), "batch-estimates").iloc[0]
    assert (line["estimates"], line["lowest"], line["significant"]) == (2, -0.1, 0)


def test_only_done_runs_are_read_and_a_lost_table_is_told(tmp_path):
    failed = ("05_association", {"alpha": 0.05}, "failed", {})
    assert batch_tables.estimates(str(tmp_path), left(tmp_path, failed)).empty
    lost = left(tmp_path, ("05_association", {"alpha": 0.05}, "done", {}))
    with pytest.raises(AnalysisError, match=r"association-forest\.csv is missing though its run is done"):
        batch_tables.estimates(str(tmp_path), lost)


def test_runs_over_regions_stand_by_region_with_names_and_dashes(tmp_path):
    density = {"indicator": "crossing_density_established", "period": "2026", "density_per_1000_km": 6.5}
    asked = {"direction": "export", "partner": "CN", "period": "2021", "goods": []}
    left(
        tmp_path,
        ("02_china_share", {"regions": ["RU-PRI"]}, "done", {
            "tables/table-2.csv": {"region": ["FAR_EAST", "RU-PRI"], "2015": ["26,0", "50,1"], "2016": ["1,0", "2,0"],
                                   "2021": ["35,5", ""]}}),
        ("02_china_share", {"regions": ["RU-CHU"]}, "no data", {}),
        ("01_transit_potential", {"regions": ["RU-AMU"]}, "done", {
            "tables/crossing-densities.csv": [{**density, "region": "RU-AMU"},
                                              {**density, "region": "RU-AMU", "indicator": "crossing_density_functioning"}]}),
        ("01_transit_potential", {"regions": ["RU-ZAB"]}, "failed", {}),
        ("03_exports", {"region": "RU", **asked}, "done", {
            "tables/trade-monthly.csv": {"period": ["2021-01", "2021-02"], "value_thousand_usd": [1.5, 2.0]}}),
        ("03_exports", {"region": "RU-AMU", **asked}, "done", {}),
    )  # fmt: skip
    made = shown(tmp_path)
    rows = table_of(made, "batch-regions").drop(columns=["region", "name_en"]).set_index("name_ru")
    assert list(rows.index) == [
        "Приморский край", "Амурская область", "Забайкальский край", "Чукотский автономный округ", "Россия"
    ]  # fmt: skip
    found = rows.fillna(-1)
    assert found.loc["Приморский край"].tolist() == [50.1, -1, -1, -1]
    assert found.loc["Амурская область"].tolist() == [-1, -1, 6.5, -1]
    assert found.loc["Россия"].tolist() == [-1, -1, -1, 3.5]
    page = (made.folder / "tables" / "batch-regions.ru.html").read_text(encoding="utf-8")
    assert "Экспорт в: Китай, 2021, тыс. долл." in page and "50,1" in page
    assert made.sentence("batch-regions") == "Of 5 regions asked for 3 have a result."
    assert made.said()[-2] == "Every notebook of the batch has results above."


def test_a_notebook_of_which_nothing_is_gathered_is_named(tmp_path):
    asked = {"direction": "export", "partner": "CN", "period": "2021", "goods": []}
    left(
        tmp_path,
        ("04_rating", {"edition": "II"}, "done", {}),
        ("02_china_share", {"regions": ["RU-AMU"]}, "done", {}),
        # without customs files: one run is done from what is printed, the other has no data
        ("03_exports", {"region": "RU-AMU", **asked}, "done", {}),
        ("03_exports", {"region": "RU-PRI", **asked}, "no data", {}),
    )
    made = shown(tmp_path, formats="csv")
    assert not made.card("batch-regions") and not made.card("batch-estimates")
    names = "02_china_share, 03_exports, 04_rating"
    assert made.said()[-2].startswith(f"Nothing is gathered here from {names}:")
    assert made.said("ru")[-2].startswith(f"Из {names} здесь ничего не сведено:")


def test_zipped_parameters_are_one_axis_and_regions_go_down_by_name(tmp_path):
    runs = [
        ("02_china_share", {"regions": [code], "first_year": first, "last_year": first + 6}, "done", {})
        for code in ("RU-AMU", "RU-CHU")
        for first in (2000, 2015)
    ]
    panel = charts_batch.panel("02_china_share", left(tmp_path, *runs), "ru")
    assert panel.heading == "02_china_share, ↓ regions, → first_year · last_year"
    assert panel.cells[["row", "column"]].to_numpy().tolist() == [
        ["Амурская обл.", "2000 · 2006"],
        ["Амурская обл.", "2015 · 2021"],
        ["Чукотка", "2000 · 2006"],
        ["Чукотка", "2015 · 2021"],
    ]
