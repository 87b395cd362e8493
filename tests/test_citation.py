"""References: from CITATION.cff, by a CSL processor, naming bytes, git state and parameters."""

import datetime
import hashlib
import json
import re
import shutil

import bibtexparser
import pytest
import yaml
from click.testing import CliRunner

from analysis import paths
from analysis.data import package
from analysis.errors import AnalysisError
from analysis.publish import citation, documents, exhibits, parameters, repository
from analysis.publish.words import text
from analysis.workflow.cli import main

STATE = repository.State("0123456789abcdef0123456789abcdef01234567", False)

TITLE_RU = text(citation.TITLE, "ru")


@pytest.fixture
def run_folder(tmp_path):
    """A run's folder with one exhibit, made with another first year; the figures are the reference's."""
    (tmp_path / "tables").mkdir()
    shutil.copy(paths.reference() / "tables" / "table-2.csv", tmp_path / "tables")
    usual = parameters.check_values("02_china_share", **parameters.defaults("02_china_share"))
    values = json.loads(json.dumps(usual)) | {"first_year": "2015"}
    (tmp_path / "exhibits").mkdir()
    card = {"id": "table-2", "notebook": "02_china_share", "parameters": values, "outputs": ["table"]}
    card |= {
        "title": {name: text(exhibits.entry("table-2").title, name) for name in ("en", "ru")},
        "period": "2015–2021",
    }
    (tmp_path / "exhibits" / "table-2.json").write_text(json.dumps(card))
    return tmp_path


def study():
    return yaml.safe_load((paths.root() / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.mark.parametrize("style", citation.STYLES)
def test_every_style_names_version_state_hash_and_the_changed_parameter_only(run_folder, style):
    text = citation.cite("table-2", style, folder=run_folder, state=STATE).replace("\\_", "_")
    assert study()["version"] in text
    assert "git 0123456789ab" in text
    assert ("незафиксированными" if style.startswith("gost") else "uncommitted") in text
    assert hashlib.sha256((run_folder / "tables" / "table-2.csv").read_bytes()).hexdigest() in text
    assert "first_year = 2015" in text
    assert "last_year" not in text
    assert "regions =" not in text


@pytest.mark.parametrize("style", citation.STYLES)
@pytest.mark.parametrize("name", ["project", "table-3", "05_association", "rosstat-trade"])
def test_authors_and_title_are_those_of_the_citation_file(name, style):
    text = citation.cite(name, style)
    # GOST references are Russian, and so are their authors and what they are part of
    is_russian = style.startswith("gost")
    assert (TITLE_RU if is_russian else study()["title"]) in text
    author = next(
        (
            entry["authors"][0]
            for entry in study()["references"]
            if name == "rosstat-trade" and "Regions of Russia" in entry["title"]
        ),
        study()["authors"][0],
    )
    assert author["alias" if is_russian else "name"] in text
    assert author["name" if is_russian else "alias"] not in text


def test_the_title_that_has_a_russian_one_is_that_of_the_citation_file():
    """A new title would keep the old one's translation."""
    assert citation.TITLE.key == study()["title"]


def test_gost_is_what_the_style_sheet_makes_of_it():
    # arithmetic of the style file by hand: heading. title [medium]: kind // container. edition. year.
    text = citation.cite("table-3", "gost")
    sha = hashlib.sha256((paths.raw() / "paper" / "table_3.csv").read_bytes()).hexdigest()
    made = hashlib.sha256((paths.reference() / "tables" / "table-3.csv").read_bytes()).hexdigest()
    assert text == (
        f"{study()['authors'][0]['alias']}. Экспорт древесины из Амурской области в Китай, январь–сентябрь 2021 года "
        f"[Электронный ресурс]: таблица table-3 // {TITLE_RU}. Версия {study()['version']}, sha256 {made}. "
        f"{str(study()['date-released'])[:4]}."
    )
    assert sha in citation.cite("paper-table-3", "gost")


def test_the_full_record_has_the_areas_of_gost_2018_in_their_order(with_identifiers):
    # by hand after GOST R 7.0.100-2018: title : kind / responsibility. - content // whole. - edition. - year. - DOI. - URL. - notes
    made = hashlib.sha256((paths.reference() / "tables" / "table-3.csv").read_bytes()).hexdigest()
    day = datetime.date(2026, 12, 1)
    assert citation.cite("table-3", "gost-2018", folder=paths.reference(), accessed=day) == (
        "Экспорт древесины из Амурской области в Китай, январь–сентябрь 2021 года : таблица table-3 / "
        f"{study()['authors'][0]['alias']}. – Текст : электронный // {TITLE_RU}. – Версия {study()['version']}. – "
        f"{str(study()['date-released'])[:4]}. – DOI 10.5281/zenodo.1. – URL: https://example.org/study (дата обращения: 01.12.2026). – "
        f"sha256 {made}; swh:1:dir:abc."
    )
    source = citation.cite("paper-table-1", "gost-2018")
    assert source.startswith("Жуковский, А. Д. ")
    assert " / А. Д. Жуковский, М. С. Клокель. – Электронные данные : электронные // " in source


@pytest.fixture
def with_identifiers(monkeypatch):
    """A study that was deposited."""
    block = [
        {"type": "doi", "value": "10.5281/zenodo.1"},
        {"type": "swh", "value": "swh:1:dir:abc"},
        {"type": "url", "value": "https://example.org/study"},
    ]
    deposited = citation.metadata() | {"identifiers": block}
    monkeypatch.setattr(citation, "metadata", lambda: deposited)


@pytest.mark.parametrize("style", citation.STYLES)
def test_every_style_reads_the_one_block_of_identifiers(with_identifiers, style):
    text = citation.cite("project", style, accessed=datetime.date(2026, 12, 1))
    assert "10.5281/zenodo.1" in text
    assert "swh:1:dir:abc" in text
    assert ("01.12.2026" in text) == style.startswith("gost")
    described = json.loads(documents.codemeta())
    assert described["identifier"] == ["10.5281/zenodo.1", "swh:1:dir:abc"]
    assert described["codeRepository"] == "https://example.org/study"


@pytest.fixture
def executed(tmp_path):
    """Two executed notebooks as plain papermill leaves them: parameters injected, its own record in the metadata."""

    def make(name, given):
        content = json.loads((paths.notebooks() / "05_association.ipynb").read_text(encoding="utf-8"))
        at = next(
            i for i, cell in enumerate(content["cells"]) if "parameters" in cell["metadata"].get("tags", ())
        )
        cell = {
            "cell_type": "code",
            "execution_count": 1,
            "outputs": [],
            "metadata": {"tags": ["injected-parameters"]},
        }
        content["cells"].insert(at + 1, cell | {"source": ["# Parameters\n", given]})
        path = tmp_path / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return make


@pytest.mark.parametrize("style", citation.STYLES)
def test_a_run_is_cited_by_its_own_bytes_and_parameters(executed, style):
    """Two runs with one reference could not be told apart by who reads it."""
    first, second = executed("a.ipynb", 'trade_period = "2019"'), executed("b.ipynb", 'trade_period = "2015"')
    texts = [citation.cite(str(path), style, state=STATE) for path in (first, second)]
    assert texts[0] != texts[1]
    for path, reference, year in zip((first, second), texts, ("2019", "2015"), strict=True):
        bare = reference.replace("\\_", "_")
        assert hashlib.sha256(path.read_bytes()).hexdigest() in bare
        assert f"trade_period = {year}" in bare
        assert "alpha" not in bare
        assert "git 0123456789ab" in bare and study()["version"] in bare


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ("?? out.ipynb", False),
        ("?? retail.csv", False),
        ("?? src/analysis/mine.py", True),
        ('?? "data/raw/\\320\\260.csv"', True),
        (" M README.md", True),
        ("D  notebooks/05_association.ipynb", True),
    ],
)
def test_the_executed_notebook_itself_is_no_uncommitted_change(change, counts):
    """The README has it written to the top of the repository: every reference to it said that something was changed."""
    assert repository._counts(change) == counts


def test_a_run_that_recorded_its_commit_is_cited_by_that_one(executed):
    path = executed("a.ipynb", 'trade_period = "2019"')
    record = {"git": {"commit": "f" * 40, "is_clean": True}}
    (path.parent / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert "git ffffffffffff;" in citation.cite(str(path), "apa", state=STATE)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("{", "is not a notebook"),
        ("[]", "is not a notebook"),
        ('{"cells": []}', "no cell calls validate_parameters"),
    ],
)
def test_what_is_no_run_of_the_study_is_refused_in_a_sentence(tmp_path, content, said):
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(AnalysisError, match=said):
        citation.cite(str(path), "apa")


def test_a_russian_reference_names_a_notebook_by_its_russian_question():
    text = citation.cite("07_ledger", "gost")
    assert "Какие напечатанные числа подтверждаются?" in text
    assert study()["title"] not in text
    assert citation.notebook_title("07_ledger", "en") in citation.cite("07_ledger", "gost", language="en")


def test_apa_does_not_repeat_a_title_for_want_of_an_author():
    for name in package.resources():
        subject = citation.find(f"resource:{name}")
        assert subject.authors, name
        assert citation.cite(f"resource:{name}", "apa").count(subject.title) == 1, name


def test_bibtex_is_read_back_by_a_parser_with_braces_and_underscores_whole():
    text = citation.cite("05_association", "bibtex", state=STATE)
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    entry = library.entries[0]
    assert entry.key == "amur-china-05_association"
    # a body's name in double braces is not taken apart
    assert entry["author"] == "{" + study()["authors"][0]["name"] + "}"
    assert "05\\_association" in entry["howpublished"]


def test_csl_json_has_every_field_in_its_place():
    (item,) = json.loads(citation.cite("table-3", "csl-json", state=STATE))
    assert item["type"] == "dataset"
    assert item["version"] == study()["version"]
    assert item["container-title"] == study()["title"]
    assert item["author"] == [{"literal": study()["authors"][0]["name"]}]


def test_everything_listed_can_be_cited_once_it_was_made(tmp_path):
    assert len(set(citation.citable())) == len(citation.citable())
    for entry in exhibits.entries():
        # some exhibits are made from a reader's own customs files only
        has_table = "table" in (entry.outputs)
        name = f"tables/{entry.id}.csv" if has_table else f"figures/{entry.id}.en.svg"
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(entry.id)
    for name in citation.citable():
        assert re.search(r"\S", citation.cite(name, "apa", folder=tmp_path))


def test_an_exhibit_and_a_resource_of_one_name_are_told_apart():
    assert citation.find("rating-scores").kind == "table and figure rating-scores"
    assert citation.find("resource:rating-scores").kind == "data resource rating-scores"


def test_a_wrong_name_or_style_or_an_exhibit_not_made_is_one_sentence(tmp_path):
    with pytest.raises(AnalysisError, match="'exhibit-9', which is not known; allowed are: project, table-1"):
        citation.cite("exhibit-9", "apa")
    with pytest.raises(
        AnalysisError, match=r"'mla', which is not known; allowed are: bibtex, csl-json, gost, gost-2018, apa"
    ):
        citation.cite("table-3", "mla")
    with pytest.raises(AnalysisError, match="chart-2 has not been made"):
        citation.cite("chart-2", "apa", folder=tmp_path)
    done = CliRunner().invoke(main, ["cite", "table-9"])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)


def test_the_command_prints_the_reference():
    done = CliRunner().invoke(main, ["cite", "table-3", "--style", "gost"])
    assert done.exit_code == 0
    assert "таблица table-3" in done.output


def test_a_folder_inside_another_repository_has_no_state(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "root", lambda: paths.Path(__file__).resolve().parent)
    assert repository.state() is None
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    assert repository.state() is None


@pytest.mark.parametrize("notebook", parameters.notebooks())
def test_the_defaults_differ_from_themselves_in_nothing(notebook):
    usual = parameters.defaults(notebook)
    assert set(usual) == set(parameters.allowed_names(notebook)) - {"output_dir"}
    own = parameters.check_values(notebook, **usual)
    assert parameters.differing(notebook, json.loads(json.dumps(own))) == {}
