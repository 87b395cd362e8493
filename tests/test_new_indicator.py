"""An indicator from a new CSV is one row in the catalogue and one resource in the descriptor, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap

from analysis import paths

# what a contributor adds: a made-up series, which says so in its name
CSV = "region,year,synthetic_turnover\n" + "".join(
    f"{name},{year},{place + year / 10000}\n"
    for place, name in enumerate(
        ("Амурская обл.", "RU-PRI", "Хабаровский край", "Российская Федерация"), start=1
    )
    for year in (2022, 2023)
)
ROW = "synthetic_retail,Synthetic retail,Синтетический оборот,million RUB,млн руб.,observed,2,,false,,,,,made up for a test\n"
RESOURCE = {
    "name": "synthetic-retail",
    "path": "synthetic/retail.csv",
    "title": "Synthetic retail",
    "description": "Made up for a test.",
    "title_en": "Synthetic retail",
    "title_ru": "Синтетический оборот",
    "sources": [{"title": "Made up"}],
    "licenses": [{"name": "CC0-1.0", "title": "CC0"}],
    "table": "Table 1",
    "date": "2022/2023",
    "trust": "none",
    "schema": {
        "fields": [
            {"name": "region", "type": "string"},
            {"name": "year", "type": "year"},
            {
                "name": "synthetic_turnover",
                "type": "number",
                "unit": "million RUB",
                "indicators": ["synthetic_retail"],
            },
        ],
        "primaryKey": ["region", "year"],
    },
}
USE = """
    from analysis.data import indicators, observations, package
    from analysis.publish import documents

    frame = observations.wide(["synthetic_retail:2023", "china_share:2021"], regions="far_east")
    assert frame["synthetic_retail:2023"].dropna().round(4).to_dict() == {
        "RU-PRI": 2.2023, "RU-KHA": 3.2023, "RU-AMU": 1.2023
    }, frame
    assert observations.sources(["synthetic_retail:2023"]) == ("synthetic-retail",)
    covariate = observations.covariate("synthetic_retail:2023")
    assert covariate.label("ru") == "Синтетический оборот, 2023"
    assert covariate.unit("en") == "million RUB"
    assert indicators.indicator("synthetic_retail").decimals == 2
    assert float(indicators.values("synthetic_retail", "2023", ["RU"]).iloc[0]) == 4.2023
    assert package.source_line(["synthetic-retail"], "en") == "Synthetic retail"
    assert "`synthetic_retail`" in documents.data_dictionary()
"""


def test_a_row_and_a_resource_make_an_indicator(tmp_path):
    """It took ten files, and broke a notebook and five tests."""
    root = paths.root()
    skipped = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(root / "src", tmp_path / "src", ignore=skipped)
    shutil.copytree(root / "data" / "raw", tmp_path / "data" / "raw")
    for name in ("CITATION.cff", "pyproject.toml"):
        shutil.copy(root / name, tmp_path / name)
    with (tmp_path / "src/analysis/data/register/indicators.csv").open("a", encoding="utf-8") as file:
        file.write(ROW)
    path = tmp_path / "data/raw/synthetic/retail.csv"
    path.parent.mkdir()
    path.write_text(CSV, encoding="utf-8")
    descriptor = tmp_path / "data/raw/datapackage.json"
    content = json.loads(descriptor.read_text(encoding="utf-8"))
    content["resources"].append({**RESOURCE, "hash": f"sha256:{hashlib.sha256(CSV.encode()).hexdigest()}"})
    descriptor.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(USE)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
