"""The comparison with the reference: it must see a difference, and not see the last digit."""

import shutil

import pytest

from analysis import paths
from analysis.errors import AnalysisError
from analysis.workflow import check


@pytest.fixture
def results(tmp_path):
    copy = tmp_path / "results"
    shutil.copytree(paths.reference(), copy)
    return copy


def test_the_reference_agrees_with_itself_and_is_complete(results):
    assert check.compare(results, paths.reference()) == []


def test_a_changed_cell_is_listed_with_its_place(results):
    target = results / "tables" / "far-east-share.csv"
    target.write_text(target.read_text().replace("28.2,", "28.3,"))
    (difference,) = check.compare(results, paths.reference())
    assert "far-east-share.csv, line 3, printed: '28.3'; the reference has '28.2'" in difference


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        ("0.1", "0.1000000000000001", True),
        ("0.1", "0.10001", False),
        ("", "0", False),
        ("RU-AMU", "RU-PRI", False),
        ("554400", "554400.0", True),
    ],
)
def test_numbers_may_differ_in_their_last_digits_and_text_may_not(a, b, equal):
    assert check.same(a, b) is equal


def test_a_lost_row_a_lost_column_and_a_lost_file_are_listed(results):
    table = results / "tables" / "rating-tiers.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    (results / "tables" / "table-1.csv").write_text("a,b\n1,2\n")
    (results / "associations.csv").unlink()
    found = " ".join(check.compare(results, paths.reference()))
    assert "has 8 rows; the reference has 9" in found
    assert "table-1.csv has the columns a, b" in found
    assert "associations.csv is missing" in found


def test_a_picture_of_another_size_is_listed(results):
    """A figure that gained rows would end the comparison in a traceback."""
    from PIL import Image

    target = results / "figures" / "association-forest.ru.png"
    with Image.open(target) as picture:
        taller = picture.resize((picture.width, picture.height + 10))
    taller.save(target)
    (difference,) = check.compare(results, paths.reference())
    assert difference.endswith("association-forest.ru.png has another size than the reference.")


def test_another_picture_is_noticed(results):
    name = "figures/association-forest.en.png"
    shutil.copy(results / name, results / "same.png")
    from PIL import Image

    with Image.open(results / name) as picture:
        upside_down = picture.rotate(180)
    upside_down.save(results / name)
    (difference,) = check.compare(results, paths.reference())
    assert "looks different" in difference


def test_without_results_it_says_what_to_run(tmp_path):
    with pytest.raises(AnalysisError, match="make reproduce"):
        check.compare(tmp_path / "none", paths.reference())


def test_renewing_keeps_exactly_the_files_that_are_compared(results, tmp_path):
    (results / "extra.csv").touch()
    check.renew(results, tmp_path / "reference")
    kept = {
        p.relative_to(tmp_path / "reference").as_posix()
        for p in (tmp_path / "reference").rglob("*")
        if p.is_file()
    }
    assert kept == set(check.reference_files())


def test_results_of_an_older_state_do_not_become_half_a_reference(results, tmp_path):
    """A traceback, and a folder of what had been copied before it."""
    (results / "tables" / "table-2.csv").unlink()
    with pytest.raises(AnalysisError, match=r"lacks tables/table-2\.csv; run `make reproduce` first"):
        check.renew(results, tmp_path / "reference")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
