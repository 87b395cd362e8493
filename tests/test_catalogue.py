"""The Russian catalogue: nothing missing, fuzzy or unused, and no field that the English does not have."""

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from analysis import paths
from analysis.data.messages import Message, Name, _, joined, ngettext, number
from analysis.publish import catalogue, words


def test_every_message_of_the_project_has_its_russian_and_nothing_else_is_there():
    """A missing one would show English on a Russian page; an unused one would go on being translated."""
    assert catalogue.faults() == []


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Catalogue of made-up messages, and a project that has one message."""
    project = Catalog(locale="ru")
    project.add("{n:d} of {total:d} hold.", locations=[("synthetic.py", 0)])
    monkeypatch.setattr(catalogue, "extracted", lambda: project)
    monkeypatch.setattr(catalogue, "catalogue_path", lambda: tmp_path / "ru.po")

    def write(entries, flags=()):
        made = Catalog(locale="ru")
        for key, russian in entries.items():
            made.add(key, russian, flags=flags)
        content = io.BytesIO()
        write_po(content, made)
        (tmp_path / "ru.po").write_bytes(content.getvalue())
        return catalogue.faults()

    return write


@pytest.mark.parametrize(
    ("entries", "flags", "told"),
    [
        ({}, (), "No Russian"),
        ({"{n:d} of {total:d} hold.": ""}, (), "No Russian"),
        ({"{n:d} of {total:d} hold.": "{n:d} из {total:d}."}, ("fuzzy",), "Marked fuzzy"),
        ({"{n:d} of {total:d} hold.": "{n:d} из {all:d}."}, (), "a field all of its own"),
        ({"{n:d} of {total:d} hold.": "{n:d} из {total:d}.", "Old.": "Старое."}, (), "Unused"),
    ],
)
def test_each_kind_of_fault_is_told(small, entries, flags, told):
    (fault,) = small(entries, flags)
    assert fault.startswith(told) or told in fault
    assert "synthetic.py" in fault or told == "Unused"


def test_numbers_names_and_plurals_follow_the_language(monkeypatch):
    """A decimal point in Russian, or «5 регион», is what a reader sees first."""
    russian = Catalog(locale="ru")
    russian.add("{x:.2f} in {where} ({p:P}, {share:.0%})", "{x:.2f}: {where} ({p:P}, {share:.0%})")
    russian.add(("{n:d} region", "{n:d} regions"), ("{n:d} регион", "{n:d} региона", "{n:d} регионов"))
    monkeypatch.setattr(words, "russian", lambda: russian)
    values = {"x": 0.5, "where": Name("Amur", "Амурская область"), "p": 0.0433, "share": 0.25}
    message = _("{x:.2f} in {where} ({p:P}, {share:.0%})", **values)
    assert words.text(message, "en") == "0.50 in Amur (p = 0.043, 25%)"
    assert words.text(message, "ru") == "0,50: Амурская область (p = 0,043, 25 %)"
    counted = [words.text(ngettext("{n:d} region", "{n:d} regions", n), "ru") for n in (1, 2, 5, 21)]
    assert counted == ["1 регион", "2 региона", "5 регионов", "21 регион"]
    assert words.text(ngettext("{n:d} region", "{n:d} regions", 1), "en") == "1 region"
    assert words.text(joined([number(1.25, 1), Message("x")], "; "), "ru") == "1,3; x"


def test_a_number_without_a_format_is_refused():
    """How many decimals a figure deserves is a choice; sixteen would be printed otherwise."""
    with pytest.raises(ValueError, match="needs a format"):
        words.text(Message("{x}", {"x": 0.1}), "en")


def test_the_catalogue_is_where_translators_look():
    assert catalogue.catalogue_path() == paths.root() / "locale" / "ru.po"


@pytest.mark.parametrize(
    ("level", "told"), [(0.05, "0,05"), (0.001, "0,001"), (0.1, "0,1"), (1e-5, "0,00001")]
)
def test_a_level_has_the_decimals_it_was_given(level, told):
    """A level of 0.001 printed as 0.00 would be another level."""
    assert words.text(Message("{alpha:g}", {"alpha": level}), "ru") == told
