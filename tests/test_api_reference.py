"""The reference from docstrings: complete, without a name that leads nowhere, and readable offline."""

import re
from pathlib import Path

import pytest

from analysis import errors
from analysis.errors import AnalysisError
from analysis.publish import api_reference


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return api_reference.build(tmp_path_factory.mktemp("docs") / "reference").parent


def test_every_public_name_has_a_docstring_and_every_reference_leads_somewhere():
    assert api_reference.undescribed() == []
    assert api_reference.unresolved() == []


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        ("`allowed`", True),  # a parameter
        ("`AnalysisError`", True),  # a name of the module
        ("`analysis.ledger.Ledger.failures`", True),
        ("`analysis.ledger.LedgerRow.published`", True),  # a field without a default
        (":mod:`analysis.data.paper`", True),
        ("``none``", True),  # code, not a reference
        ("`none`", False),
        (":class:`analysis.ledger.Book`", False),
        ("`analysis.rating.questions`", False),
    ],
)
def test_a_name_that_leads_nowhere_is_found(monkeypatch, text, is_known):
    item = api_reference.Documented("here", text, errors, (errors.one_of,))
    monkeypatch.setattr(api_reference, "documented", lambda: [item])
    assert (api_reference.unresolved() == []) == is_known


def test_a_broken_reference_stops_the_build_and_leaves_the_old_pages(tmp_path, monkeypatch):
    kept = tmp_path / "reference" / "index.html"
    kept.parent.mkdir()
    kept.write_text("old")
    monkeypatch.setattr(api_reference, "unresolved", lambda: ["analysis.x: y"])
    with pytest.raises(AnalysisError, match=r"analysis\.x refers to y, which is not there"):
        api_reference.build(kept.parent)
    assert kept.read_text() == "old"


def test_there_is_a_page_a_module_with_the_words_of_its_docstrings(pages):
    for module in api_reference.public_modules():
        assert (pages / (module.__name__.replace(".", "/") + ".html")).is_file(), module.__name__
    text = (pages / "analysis" / "stats" / "coefficients.html").read_text(encoding="utf-8")
    assert "Kendall" in text
    assert "<h6" in text  # the sections of a NumPy docstring: parameters, returns, raises


def test_links_between_pages_lead_somewhere_and_nothing_is_fetched_from_outside(pages):
    anchors = {}
    for page in pages.rglob("*.html"):
        anchors[page] = set(re.findall(r'\bid="([^"]+)"', page.read_text(encoding="utf-8")))
    for page in anchors:
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?//', text), page
        text = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
        for target in re.findall(r'<a\b[^>]*href="([^"]+)"', text):
            if target.startswith(("http:", "https:", "data:")):
                continue
            name, _, anchor = target.partition("#")
            other = (page.parent / name).resolve() if name else page
            assert other in anchors, (page.name, target)
            assert not anchor or anchor in anchors[other], (page.name, target)


def test_the_pages_name_no_folder_of_this_machine(pages):
    root = str(Path(api_reference.__file__).resolve().parents[2])
    for page in pages.rglob("*"):
        assert page.is_dir() or root not in page.read_text(encoding="utf-8"), page
