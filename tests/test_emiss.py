"""EMISS tables from small SDMX files; what would break is in each docstring."""

from __future__ import annotations

import fedstat
import pytest
import requests

from analysis.data import emiss
from analysis.errors import AnalysisError

OKATO = {
    "10000000000": "Амурская область",
    "05000000000": "Приморский край",
    "11000000000": "Архангельская область",
    "11001000000": "Архангельская область (кроме Ненецкого автономного округа)",
    "11100000000": "Ненецкий автономный округ",
    "35000000000": "Республика Крым",
    "042": "Дальневосточный федеральный округ",
    "643004.АГ": "Российская Федерация без новых субъектов",
}
KINDS = {"1": "Экспорт", "2": "Импорт"}


def codelist(name, title, codes):
    items = "".join(
        f'<structure:Code value="{code}"><structure:Description>{label}</structure:Description></structure:Code>'
        for code, label in codes.items()
    )
    return f'<structure:CodeList id="{name}"><structure:Name>{title}</structure:Name>{items}</structure:CodeList>'


def series(okato, year, value, kind="1", unit="миллион рублей", period="значение показателя за год"):
    return (
        f'<generic:Series><generic:SeriesKey><generic:Value concept="s_OKATO" value="{okato}"/>'
        f'<generic:Value concept="s_KIND" value="{kind}"/></generic:SeriesKey>'
        f'<generic:Attributes><generic:Value concept="EI" value="{unit}"/>'
        f'<generic:Value concept="PERIOD" value="{period}"/></generic:Attributes>'
        f'<generic:Obs><generic:Time>{year}</generic:Time><generic:ObsValue value="{value}"/></generic:Obs>'
        "</generic:Series>"
    )


def sdmx(tmp_path, *parts, prolog=""):
    path = tmp_path / "data.xml"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        '<GenericData xmlns:structure="urn:s" xmlns:generic="urn:g"><CodeLists>'
        f"{codelist('s_OKATO', 'Территория', OKATO)}{codelist('s_KIND', 'Направление', KINDS)}</CodeLists>"
        f"<DataSet>{''.join(parts)}</DataSet></GenericData>"
    )
    path.write_text(text, encoding="utf-8")
    return path


def values(table, **options):
    found = emiss.observations(table, "grp", "million RUB", "emiss-61497", **options)
    assert list(found.columns) == ["region", "indicator", "period", "value", "unit", "source", "basis"]
    return [(row.region, row.period, row.value) for row in found.itertuples()]


def test_regions_by_okato_and_decimal_commas(tmp_path):
    """Districts and the country would enter as regions, commas would end a figure, gaps become zero."""
    path = sdmx(
        tmp_path,
        series("10000000000", 2021, "1 234,56"),
        series("10000000000", 2022, ""),
        series("05000000000", 2021, "7"),
        series("35000000000", 2021, "8"),
        series("042", 2021, "9"),
        series("643004.АГ", 2021, "10"),
    )
    assert values(emiss.read(path)) == [("RU-AMU", "2021", 1234.56), ("RU-PRI", "2021", 7.0)]


def test_oblasts_without_their_okrugs(tmp_path):
    """Arkhangelsk would count Nenets a second time."""
    path = sdmx(
        tmp_path,
        series("11000000000", 2021, "50"),
        series("11001000000", 2021, "30"),
        series("11100000000", 2021, "20"),
    )
    assert values(emiss.read(path)) == [("RU-ARK", "2021", 30.0), ("RU-NEN", "2021", 20.0)]


def test_an_open_dimension_must_be_chosen(tmp_path):
    """Exports and imports of a year would stand side by side as one indicator."""
    path = sdmx(tmp_path, series("10000000000", 2021, "1"), series("10000000000", 2021, "2", "2"))
    table = emiss.read(path)
    with pytest.raises(AnalysisError, match="Направление: Импорт, Экспорт"):
        values(table)
    assert values(table, choose={"Направление": "Импорт"}) == [("RU-AMU", "2021", 2.0)]
    with pytest.raises(AnalysisError, match="never 'Транзит'"):
        values(table, choose={"Направление": "Транзит"})
    with pytest.raises(AnalysisError, match=r"no dimension 'Период'.*Направление"):
        values(table, choose={"Период": "год"})


def test_a_value_that_is_no_number_is_refused(tmp_path):
    """The library would turn it into a gap without a word."""
    with pytest.raises(AnalysisError, match="'1,2,3'"):
        values(emiss.read(sdmx(tmp_path, series("10000000000", 2021, "1,2,3"))))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"year": "2021-03"}, "no year"),
        ({"unit": "процент"}, "процент"),
        ({"unit": "тысяча долларов США"}, "million RUB"),
        ({"period": "I квартал"}, "i квартал and no whole year"),
        ({"value": "inf"}, "'inf'"),
    ],
)
def test_what_is_no_yearly_figure_in_the_unit_is_refused(tmp_path, options, sentence):
    """A month, a percentage, dollars or an overflow would enter as a year's roubles."""
    given = {"okato": "10000000000", "year": 2021, "value": "1", **options}
    with pytest.raises(AnalysisError, match=sentence):
        values(emiss.read(sdmx(tmp_path, series(**given))))


def test_a_cut_file_is_refused(tmp_path):
    """The library would read the first half and stay silent about the rest."""
    path = sdmx(tmp_path, series("10000000000", 2021, "1"), series("05000000000", 2021, "2"))
    path.write_bytes(path.read_bytes()[:-150])
    with pytest.raises(AnalysisError, match="no whole XML"):
        emiss.read(path)


def test_entities_are_refused(tmp_path):
    """A few lines of XML would swell to gigabytes, or read a file of the reader's."""
    prolog = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(AnalysisError, match="entities"):
        emiss.read(sdmx(tmp_path, series("10000000000", 2021, "1"), prolog=prolog))


def test_files_without_observations(tmp_path):
    """A traceback in place of a sentence."""
    with pytest.raises(AnalysisError, match="no observations"):
        emiss.read(sdmx(tmp_path))
    with pytest.raises(AnalysisError, match="There is no file"):
        emiss.read(tmp_path / "none.xml")
    with pytest.raises(AnalysisError, match="no figure of a region"):
        values(emiss.read(sdmx(tmp_path, series("042", 2021, "1"))))


def test_names_decide_where_codes_are_the_tables_own(tmp_path):
    """Bank statistics code regions by numbers of their own, of which some are other regions' OKATO."""
    own = {
        "10": "Амурская область",
        "101": "Республика Бурятия",
        "11999": "Архангельская область (без АО)",
        "0": "Россия",
    }
    path = sdmx(tmp_path, *(series(code, 2021, str(place)) for place, code in enumerate(own, start=1)))
    text = path.read_text(encoding="utf-8")
    start, end = (
        text.index("<structure:CodeList"),
        text.index("</structure:CodeList>") + len("</structure:CodeList>"),
    )
    path.write_text(text[:start] + codelist("s_OKATO", "Регион", own) + text[end:], encoding="utf-8")
    assert values(emiss.read(path)) == [
        ("RU-AMU", "2021", 1.0),
        ("RU-ARK", "2021", 3.0),
        ("RU-BU", "2021", 2.0),
    ]


def test_figures_of_a_day_once_a_year(tmp_path):
    """Stocks have no period of a year, and a stock on 1 January is the end of the year before."""
    yearly = series("10000000000", 2021, "5", period="раз в год на определенную дату")
    assert values(emiss.read(sdmx(tmp_path, yearly))) == [("RU-AMU", "2021", 5.0)]
    first = series("10000000000", 2021, "763600", unit="человек", period="На 1 января")
    table = emiss.read(sdmx(tmp_path, first))
    found = emiss.observations(table, "population_year_end", "thousand", "emiss-58085")
    assert found[["period", "value"]].to_numpy().tolist() == [["2020", 763.6]]


def test_fetching_without_a_network_says_what_to_do(monkeypatch):
    """A reader offline would see a traceback; a wrong number would be sent out."""

    def offline(*arguments, **options):
        raise requests.ConnectionError

    monkeypatch.setattr(fedstat, "load", offline)
    with pytest.raises(AnalysisError, match="save it there as SDMX"):
        emiss.fetch(61497)
    with pytest.raises(AnalysisError, match="no number"):
        emiss.fetch("ВРП")


def test_fetching_gives_the_table_of_the_file(tmp_path, monkeypatch):
    """What is fetched and what is saved would differ in form."""
    path = sdmx(tmp_path, series("10000000000", 2021, "1,5"))

    def load(number, filters, **options):
        assert (number, filters) == ("61497", {})
        return fedstat.sdmx_to_dataframe(path.read_bytes(), **options)

    monkeypatch.setattr(fedstat, "load", load)
    assert values(emiss.fetch(61497)) == values(emiss.read(path)) == [("RU-AMU", "2021", 1.5)]


def test_a_year_ahead_is_refused(tmp_path):
    """A projection would pass for the latest figure there is."""
    path = sdmx(tmp_path, series("10000000000", 2021, "1"), series("10000000000", 2099, "2"))
    with pytest.raises(AnalysisError, match="year 2099, which lies ahead"):
        values(emiss.read(path))
