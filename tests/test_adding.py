"""What a contributor adds is one thing in one place, as CONTRIBUTING.md says; tried in a copy of the repository.

An indicator from a new CSV is a row of the catalogue and a resource of the descriptor; an exhibit is one call; a
notebook is one file; a rule of the ledger is one function. The copy then runs the fast tests that read registers:
packages and imports, catalogue of words, made pages, descriptor, exhibits, declared parameters. The whole fast tier
would take minutes and looks at nothing else that an addition touches.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from analysis import paths
from analysis.data import regions

pytestmark = pytest.mark.slow

COPIED = ("src", "data/raw", "data/processed", "notebooks", "locale", "docs", "grids", "tests", "benchmarks")
COPIED += ("reference/tables", "reference/figures", "reference/ledger.csv", "reference/associations.csv")
COPIED += (
    "reference/multiverse.csv",
    "CITATION.cff",
    "pyproject.toml",
    "README.md",
    "README.ru.md",
    "LICENSE",
)
COPIED += (
    "CONTRIBUTING.md",
    "environment.yml",
    "requirements.lock",
    "Makefile",
    "LICENSE-DATA.md",
    "codemeta.json",
)
# test modules, or single tests, that read registers
REGISTERS = (
    "test_project.py",
    "test_catalogue.py",
    "test_documents.py",
    "test_package.py",
    "test_exhibits.py::test_identifiers_are_unique_and_safe_in_file_names",
    "test_exhibits.py::test_every_exhibit_belongs_to_a_notebook",
    "test_exhibits.py::test_a_russian_word_names_one_thing",
    "test_notebooks.py::test_it_is_committed_without_outputs_and_declares_its_parameters",
)

# a made-up series, which says so in its name
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
    "description_ru": "Придумано для теста.",
    "title_en": "Synthetic retail",
    "title_ru": "Синтетический оборот",
    "mediatype": "text/csv",
    "encoding": "utf-8",
    "format": "csv",
    "bytes": len(CSV.encode()),
    "hash": f"sha256:{hashlib.sha256(CSV.encode()).hexdigest()}",
    "sources": [{"title": "Made up", "title_ru": "Придумано"}],
    "licenses": [{"name": "CC0-1.0", "title": "CC0", "title_ru": "Общественное достояние (CC0)"}],
    "table": "Table 1",
    "table_ru": "Таблица 1",
    "date": "2022/2023",
    "trust": "none",
    "trust_ru": "нет",
    "schema": {
        "fields": [
            {"name": "region", "type": "string", "description": "Region"},
            {"name": "year", "type": "year", "description": "Year"},
            {
                "name": "synthetic_turnover",
                "type": "number",
                "description": "Made up",
                "unit": "million RUB",
                "indicators": ["synthetic_retail"],
            },
        ],
        "primaryKey": ["region", "year"],
    },
}
USE_OF_THE_INDICATOR = """
    from analysis.data import indicators, observations, package

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
"""
PARAMETERS = """year: int = 2023  # a year of investment
language: str = "en"  # language shown here
formats: str = "all"  # files written
output_dir: str = ""  # folder for the exhibits"""
HEAD = """from analysis.data import observations
from analysis.data.messages import _
from analysis.publish.parameters import validate_parameters

run = validate_parameters("11_mine", globals())"""
SAVED = """frame = observations.wide([f"investment_per_head:{year}"], regions="border")
run.save_table(frame, "my-investment", title=_("Investment per head in {year}", year=year), of=frame)"""
EXHIBIT = """run.save_table(points, "my-points", title=_("Points of my own"), of=points)"""
USE_OF_THE_EXHIBITS = """
    from analysis.publish import exhibits

    found = {entry.id: entry.notebook for entry in exhibits.entries()}
    assert (found["my-investment"], found["my-points"]) == ("11_mine", "01_transit_potential")
    assert "tables/my-investment.csv" in exhibits.promised("11_mine")
"""
RULE = '''"""A rule of my own."""

from analysis.data.messages import _
from analysis.ledger.checks import CheckInput, Finding, check


@check("R8", says=_("the word is printed backwards"))
def backwards(given: CheckInput) -> Finding:
    """Whether the printed word is another one read from its end."""
    other = given.needs("other").text
    return Finding(given.text == other[::-1], other[::-1], _("Compared with {other}.", other=other))
'''
USE_OF_THE_RULE = """
    from analysis import ledger
    from analysis.data import indicators
    from pathlib import Path

    head = "claim_id,exhibit,locus,published,unit,rule,check,formula,inputs,note\\n"
    rows = ["a,text,p. 1,abc,,R8,backwards,,other=text:cba,", "b,text,p. 1,abc,,R8,backwards,,other=text:abc,"]
    claims = Path("synthetic_claims.csv")
    claims.write_text(head + "\\n".join(rows) + "\\n", encoding="utf-8")
    found = ledger.verify_file(claims, indicators.committed())
    assert [row.verdict for row in found.rows] == ["match", "paper_error"]
"""
TRANSLATED = """
    import io
    from babel.messages.pofile import write_po
    from analysis import paths
    from analysis.publish import catalogue

    words = catalogue.translated()
    for message in words:
        if message.id and not message.string:
            message.string = f"по-русски: {message.id}"
    written = io.BytesIO()
    write_po(written, words, width=100)
    paths.write_text(catalogue.catalogue_path(), written.getvalue().decode())
    catalogue.update()
"""


def python(folder: Path, *arguments: str) -> str:
    """Run Python in the copy, with the copy's package, and give what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder / "src")}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def runs(folder: Path, code: str) -> None:
    """Run lines of Python in the copy."""
    python(folder, "-c", textwrap.dedent(code))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the repository with an indicator, an exhibit, a notebook and a rule more."""
    root = tmp_path_factory.mktemp("copy")
    skipped = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in COPIED:
        if (paths.root() / name).is_dir():
            shutil.copytree(paths.root() / name, root / name, ignore=skipped)
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.root() / name, root / name)
    add_indicator(root)
    add_exhibit(root / "notebooks" / "01_transit_potential.ipynb")
    add_notebook(root / "notebooks" / "11_mine.ipynb")
    (root / "src/analysis/ledger/rules/mine.py").write_text(RULE, encoding="utf-8")
    return root


def add_indicator(root: Path) -> None:
    """A row of the catalogue, a CSV, and a resource of the descriptor."""
    with (root / "src/analysis/data/register/indicators.csv").open("a", encoding="utf-8") as file:
        file.write(ROW)
    path = root / "data/raw/synthetic/retail.csv"
    path.parent.mkdir()
    path.write_text(CSV, encoding="utf-8")
    descriptor = root / "data/raw/datapackage.json"
    content = json.loads(descriptor.read_text(encoding="utf-8"))
    content["resources"].append(RESOURCE)
    descriptor.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def add_exhibit(path: Path) -> None:
    """One call in a notebook that is there."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(-1, nbformat.v4.new_code_cell(EXHIBIT))
    nbformat.write(notebook, path)


def add_notebook(path: Path) -> None:
    """One file."""
    cells = [nbformat.v4.new_markdown_cell("# 11. What is mine?"), nbformat.v4.new_code_cell(PARAMETERS)]
    cells[1].metadata["tags"] = ["parameters"]
    cells += [nbformat.v4.new_code_cell(source) for source in (HEAD, SAVED, "run.finish()")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "title_ru": "Что здесь моего?"}
    )
    nbformat.write(made, path)


def test_a_row_and_a_resource_make_an_indicator(copy):
    """It took ten files, and broke a notebook and five tests."""
    runs(copy, USE_OF_THE_INDICATOR)


def test_an_exhibit_is_one_call_and_a_notebook_one_file(copy):
    """An exhibit took six files."""
    runs(copy, USE_OF_THE_EXHIBITS)
    python(
        copy, "-m", "papermill", "notebooks/11_mine.ipynb", "out.ipynb",
        "--no-progress-bar", "-p", "output_dir", "out", "-p", "year", "2022",
    )  # fmt: skip
    rows = pd.read_csv(copy / "out" / "tables" / "my-investment.csv")
    assert rows["region"].tolist() == list(regions.codes(regions.far_east_border()))
    card = json.loads((copy / "out" / "exhibits" / "my-investment.json").read_text(encoding="utf-8"))
    assert card["title"]["en"] == "Investment per head in 2022"
    assert "Rosstat" in card["source_line"]["en"]


def test_a_rule_is_one_decorated_function(copy):
    """A rule took seven files."""
    runs(copy, USE_OF_THE_RULE)


def test_the_tests_of_registers_pass_with_all_four(copy):
    """What is added would break tests that know how many there were before."""
    python(copy, "-m", "analysis.publish.catalogue")
    runs(copy, TRANSLATED)
    for module in ("readme", "documents"):
        python(copy, "-m", f"analysis.publish.{module}")
    python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/{name}" for name in REGISTERS))
