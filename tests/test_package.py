"""The descriptor's guard: a figure whose bytes, type or key are wrong must never enter a result."""

import hashlib
import json
import re

import pytest

from analysis import paths
from analysis.data import package
from analysis.errors import AnalysisError


def test_every_raw_file_is_described_and_unchanged():
    assert package.verify() == len(package.resources())


def test_every_resource_reads_with_its_schema():
    for name in package.resources():
        assert len(package.read(name)) > 0, name


@pytest.mark.parametrize("name", list(package.resources()))
def test_every_number_has_a_unit_and_every_resource_a_source(name):
    entry = next(item for item in package.descriptor()["resources"] if item["name"] == name)
    assert entry["sources"][0]["title"]
    assert entry["licenses"][0]["title"]
    assert entry["table"]
    counted = {
        "number",
        "line_now",
        "row",
        "position",
        "statement",
        "line",
        "characters",
        "words",
        "numbers",
        "latin_names",
        "sheet_row",
        "value",
    }
    for field in entry["schema"]["fields"]:
        if field["type"] in ("number", "integer") and field["name"] not in counted:
            assert "unit" in field, (name, field["name"])


@pytest.mark.parametrize("name", list(package.resources()))
def test_a_russian_reader_is_told_everything_in_russian(name):
    """A resource without a Russian description would stand in English on the report's Russian page."""
    entry = next(item for item in package.descriptor()["resources"] if item["name"] == name)
    texts = [package.in_language(entry, "description", "ru")]
    texts += [package.in_language(item, "title", "ru") for item in entry["licenses"] + entry["sources"][:1]]
    # one letter of trust and a code of a series have no language
    texts += [package.in_language(entry, key, "ru") for key in ("table", "trust") if len(entry[key]) > 2]
    for text in texts:
        assert re.search("[а-я]{3}", text), text


def test_one_changed_byte_stops_with_the_file_named(raw_copy):
    target = raw_copy / "rosstat" / "investment.csv"
    content = bytearray(target.read_bytes())
    content[-3] ^= 1
    target.write_bytes(content)
    with pytest.raises(AnalysisError, match=r"rosstat/investment\.csv differs from its checksum"):
        package.verify()
    with pytest.raises(AnalysisError, match=r"rosstat/investment\.csv"):
        package.read("rosstat-investment")


def test_a_missing_file_stops_with_its_name(raw_copy):
    (raw_copy / "crossings" / "points_2026.csv").unlink()
    with pytest.raises(AnalysisError, match=r"points_2026\.csv cannot be read"):
        package.verify()


def test_an_undescribed_file_is_refused(raw_copy):
    (raw_copy / "rosstat" / "mine.csv").write_text("a\n1\n")
    with pytest.raises(AnalysisError, match=r"mine\.csv is not described"):
        package.verify()


def test_a_descriptor_that_is_not_json_is_named_with_its_line(raw_copy):
    (raw_copy / package.DESCRIPTOR).write_text("{\n oops", encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"datapackage\.json is not JSON at line 2"):
        package.descriptor()


def _rewrite(raw_copy, name, text):
    """Put `text` in the place of a resource and describe it truthfully."""
    path = raw_copy / package.DESCRIPTOR
    content = json.loads(path.read_text(encoding="utf-8"))
    entry = next(item for item in content["resources"] if item["name"] == name)
    (raw_copy / entry["path"]).write_text(text, encoding="utf-8")
    entry["hash"] = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("region,area\nАмурская область,1\n", "must have the columns region, area_km2"),
        ("region,area_km2\nАмурская область,1,5\n", "line 2"),
        ("region,area_km2\nАмурская область,много\n", "line 2, has 'много' as area_km2"),
        ("region,area_km2\nАмурская область,\n", "line 2, has no area_km2"),
        ("region,area_km2\nАмурская область,1\nАмурская область,2\n", "line 3, repeats an earlier row"),
    ],
)
def test_a_described_but_wrong_table_is_refused_with_its_line(raw_copy, text, message):
    _rewrite(raw_copy, "rosreestr-area", text)
    with pytest.raises(AnalysisError, match=message):
        package.read("rosreestr-area")


def test_an_unknown_resource_is_refused_with_those_there_are():
    with pytest.raises(AnalysisError, match="rosstat-trade"):
        package.resource("rosstat-trad")


def test_a_path_outside_the_repository_is_shown_as_it_is(tmp_path):
    assert paths.relative(tmp_path) == tmp_path.as_posix()


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "table.csv"
    paths.write_text(target, "old")
    with pytest.raises(RuntimeError), paths.replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    new.mkdir()
    old.mkdir()
    (new / "b").touch()
    (old / "a").touch()
    paths.replace_folder(new, old)
    assert [path.name for path in old.iterdir()] == ["b"]
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_an_output_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(AnalysisError, match="cannot be written"):
        paths.make_folder(tmp_path / "file" / "below")
