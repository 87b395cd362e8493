"""What the runs of a batch found: nothing counted twice, nothing taken from a run that is not done."""

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.publish import parameters
from analysis.publish.exhibits import batch, batch_results, publish
from analysis.workflow.batch import summary, work

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
    return batch.summary(str(folder))


def estimate(value, p, **changes):
    return {**ROW, "estimate": value, "p_exact": p, "p_min": 1e-5, **changes}


def shown(folder, table):
    """Exhibits, each published in a folder: both languages are drawn and written."""
    run = parameters.validate_parameters(
        "08_batch", {"language": "ru", "output_dir": str(folder / "out"), "batch": str(folder)}
    )
    found = batch_results.gather(str(folder), table).exhibits
    for exhibit in found:
        publish(exhibit, run)
    return {exhibit.id: exhibit for exhibit in found}


def test_an_estimate_that_several_runs_show_counts_once(tmp_path):
    table = left(
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
    found = shown(tmp_path, table)
    assert set(found) == {"batch-estimates"}
    rows = found["batch-estimates"].table.rows.set_index("indicator")
    # exports: one estimate shown by two runs; investment: one for each year; p = alpha is low enough
    assert rows["estimates"].to_dict() == {"exports": 1, "investment": 2}
    assert rows["significant"].to_dict() == {"exports": 0, "investment": 2}
    assert (
        found["batch-estimates"]
        .sentence["en"]
        .startswith(
            "3 different estimates, tau-b from 0.25 (Exports; III, Far East, 2021) to 0.50 (Investment in fixed capital;"
        )
    )
    assert "у 2 из них" in found["batch-estimates"].sentence["ru"]
    assert (tmp_path / "out" / "figures" / "batch-estimates.ru.png").is_file()


def test_a_missing_estimate_is_neither_lowest_nor_low_enough(tmp_path):
    rows = [estimate(None, None), estimate(-0.1, 0.9, period="2020")]
    table = left(tmp_path, ("05_association", {"alpha": 0.1}, "done", {FOREST: rows}))
    line = shown(tmp_path, table)["batch-estimates"].table.rows.iloc[0]
    assert (line["estimates"], line["lowest"], line["significant"]) == (2, -0.1, 0)


def test_only_done_runs_are_read_and_a_lost_table_is_told(tmp_path):
    failed = ("05_association", {"alpha": 0.05}, "failed", {})
    assert batch_results.gather(str(tmp_path), left(tmp_path, failed)).exhibits == []
    lost = left(tmp_path, ("05_association", {"alpha": 0.05}, "done", {}))
    with pytest.raises(AnalysisError, match=r"association-forest\.csv is missing though its run is done"):
        batch_results.gather(str(tmp_path), lost)


def test_runs_over_regions_stand_by_region_with_names_and_dashes(tmp_path):
    density = {"indicator": "crossing_density_established", "period": "2026", "density_per_1000_km": 6.5}
    asked = {"direction": "export", "partner": "CN", "period": "2021", "goods": []}
    table = left(
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
    exhibit = shown(tmp_path, table)["batch-regions"]
    rows = exhibit.table.printed("ru").set_index("Регион")
    assert list(rows.index) == [
        "Приморский край", "Амурская область", "Забайкальский край", "Чукотский автономный округ", "Россия"
    ]  # fmt: skip
    assert rows.loc["Приморский край"].tolist() == ["50,1", "—", "—", "—"]
    assert rows.loc["Амурская область"].tolist() == ["—", "—", "6,5", "—"]
    assert rows.loc["Россия"].tolist() == ["—", "—", "—", "3,5"]
    assert "Экспорт в: Китай, 2021, тыс. долл." in rows.columns
    assert exhibit.sentence["en"] == "Of 5 regions asked for 3 have a result."
    remark = batch_results.gather(str(tmp_path), table).remark
    assert remark["en"] == "Every notebook of the batch has results above."


def test_a_notebook_of_which_nothing_is_gathered_is_named(tmp_path):
    asked = {"direction": "export", "partner": "CN", "period": "2021", "goods": []}
    table = left(
        tmp_path,
        ("04_rating", {"edition": "II"}, "done", {}),
        ("02_china_share", {"regions": ["RU-AMU"]}, "done", {}),
        # without customs files: one run is done from what is printed, the other has no data
        ("03_exports", {"region": "RU-AMU", **asked}, "done", {}),
        ("03_exports", {"region": "RU-PRI", **asked}, "no data", {}),
    )
    found = batch_results.gather(str(tmp_path), table)
    assert found.exhibits == []
    assert found.remark["en"].startswith(
        "Nothing is gathered here from 02_china_share, 03_exports, 04_rating:"
    )
    assert found.remark["ru"].startswith("Из 02_china_share, 03_exports, 04_rating здесь ничего не сведено:")


def test_zipped_parameters_are_one_axis_and_regions_go_down_by_name(tmp_path):
    runs = [
        ("02_china_share", {"regions": [code], "first_year": first, "last_year": first + 6}, "done", {})
        for code in ("RU-AMU", "RU-CHU")
        for first in (2000, 2015)
    ]
    panel = batch._panel("02_china_share", left(tmp_path, *runs), "ru")
    assert panel.heading == "02_china_share, ↓ regions, → first_year · last_year"
    assert panel.cells[["row", "column"]].to_numpy().tolist() == [
        ["Амурская обл.", "2000 · 2006"],
        ["Амурская обл.", "2015 · 2021"],
        ["Чукотка", "2000 · 2006"],
        ["Чукотка", "2015 · 2021"],
    ]
