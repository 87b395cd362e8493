"""A reader's own figures beside the committed ones; what would break is in each docstring."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import textwrap

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy.stats import kendalltau

import test_emiss
from analysis import customs, paths
from analysis.customs import trade
from analysis.data import (
    catalogue,
    comparison,
    emiss,
    indicators,
    observations,
    package,
    regions,
    units,
    user_data,
)
from analysis.errors import AnalysisError
from analysis.publish import disagreements, documents, parameters
from analysis.publish.report import content
from analysis.publish.words import text
from analysis.rating import associations
from analysis.workflow import cli, reproduce
from analysis.workflow.batch import identity
from notebook_cells import run_cells
from own_files import INVESTMENT, far_east_unload, missing_regions, workbook

CACHES = (
    indicators._observations,
    indicators._by_indicator,
    associations._table,
    parameters._checks,
)
FAR_EAST = regions.codes(regions.far_east())


def forget():
    """Empty what a process keeps of the observations, as a new process would find it."""
    for cached in CACHES:
        cached.cache_clear()


@pytest.fixture
def user(tmp_path, monkeypatch):
    folder = tmp_path / "user"
    monkeypatch.setattr(paths, "user", lambda: folder)
    forget()
    yield folder
    forget()


def amur(*arguments):
    forget()
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def raw(name, code, period):
    table = indicators.committed().set_index(["indicator", "region", "period"])["value"]
    return float(table[name, code, period])


def yearbook_file(folder, rows, title=INVESTMENT, sheet="10.1.", name="Раздел 10.xlsx"):
    return workbook(folder / name, rows, title, sheet)


def observation(name, code, period):
    table = indicators.observations()
    row = table.query("indicator == @name and region == @code and period == @period")
    return (float(row["value"].iloc[0]), row["source"].iloc[0]) if len(row) else None


# --- taking tables in ------------------------------------------------------------------------


def test_a_yearbook_table_is_kept_with_what_it_came_from(user, tmp_path):
    """Nobody could say later which file, table and day a figure is from, or the same file would count twice."""
    path = yearbook_file(
        tmp_path, [["", 2024, 2025], ["Амурская область", 1, 2.5], ["Республика Крым", 3, 4]]
    )
    first = amur("ingest", "rosstat", path, "--table", "10.1")
    assert first.exit_code == 0, first.output
    (written,) = (user / "rosstat").iterdir()
    table = pd.read_csv(written, dtype=str)
    assert list(table.columns) == user_data.COLUMNS
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert table[["region", "indicator", "period", "value", "unit", "basis"]].to_numpy().tolist() == [
        ["RU-AMU", "investment", "2024", "1.0", "million RUB", "observed"],
        ["RU-AMU", "investment", "2025", "2.5", "million RUB", "observed"],
    ]
    assert set(table["file"]) == {"Раздел 10.xlsx"}
    assert set(table["sha256"]) == {digest}
    assert set(table["table"]) == {"10.1"}
    assert table["date"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()
    assert "Республика Крым" in first.output
    before = written.read_bytes(), written.stat().st_mtime_ns
    second = amur("ingest", "rosstat", path, "--table", "10.1.")
    assert "nothing changed" in second.output
    assert (written.read_bytes(), written.stat().st_mtime_ns) == before
    assert [item.name for item in (user / "rosstat").iterdir()] == [written.name]


def test_a_table_nobody_knows_is_named_by_its_reader(user, tmp_path):
    """The command would guess an indicator, or not say which tables it knows."""
    path = yearbook_file(
        tmp_path,
        [
            ["", "Экспорт", None, "Импорт", None],
            ["", 2021, 2022, 2021, 2022],
            ["Амурская область", 1, 2, 3, 4],
        ],
        ["21.1. ЭКСПОРТ И ИМПОРТ (миллионов долларов США)"],
        "21.1.",
    )
    refused = amur("ingest", "rosstat", path, "--table", "21.1")
    assert refused.exit_code == 2
    assert "10.1 (Инвестиции в основной капитал: investment)" in refused.output
    assert not user.exists()
    wrong = amur("ingest", "rosstat", path, "--table", "21.1", "--indicator", "china_turnover")
    assert wrong.exit_code == 2
    assert "allowed are china_share, exports" in wrong.output
    named = amur("ingest", "rosstat", path, "--table", "21.1", "--indicator", "exports", "--group", "Экспорт")
    assert named.exit_code == 0, named.output
    assert "1 of them join" in named.output
    forget()
    assert observation("exports", "RU-AMU", "2022")[0] == 2.0


@pytest.mark.parametrize(
    ("title", "options", "sentence"),
    [
        (
            ["10.2. ИНВЕСТИЦИИ В ОСНОВНОЙ КАПИТАЛ на душу населения", "(рублей)"],
            ["investment"],
            "speaks of 'на душу'",
        ),
        (["19.4.1. ПОСТУПЛЕНИЯ ПЕНСИОННОГО ФОНДА", "(миллионов рублей)"], ["investment"], "does not name it"),
        (
            ["21.1.1. ЭКСПОРТ В СТРАНЫ ДАЛЬНЕГО ЗАРУБЕЖЬЯ", "(миллионов долларов США)"],
            ["exports"],
            "is a part of exports",
        ),
        (["4.4. ЧИСЛЕННОСТЬ УЧИТЕЛЕЙ", "(тысяч человек)"], ["teachers"], "say with --name"),
        (["4.4. ЧИСЛЕННОСТЬ УЧИТЕЛЕЙ", "(тысяч человек)"], ["Учителя"], "small Latin letters"),
    ],
)
def test_a_table_is_never_read_as_what_its_title_does_not_say(user, tmp_path, title, options, sentence):
    """Receipts of the Pension Fund joined as investment, and exports to the far abroad as all exports."""
    path = yearbook_file(tmp_path, [["", 2022, 2023], ["Амурская область", 1, 2]], title)
    result = amur("ingest", "rosstat", path, "--table", "10.1", "--indicator", *options)
    assert result.exit_code == 2
    assert sentence in result.output
    assert not user.exists()


def test_exports_are_the_sum_of_two_tables(user, tmp_path):
    """The yearbook has no table of all exports."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, title, value in (("21.1.1.", "ДАЛЬНЕГО ЗАРУБЕЖЬЯ", 7), ("21.2.1.", "СНГ", 5)):
        page = book.create_sheet(number)
        rows = [["", 2022, 2023], ["Амурская область", 1, value]]
        for row in (
            [f"ЭКСПОРТ В СТРАНЫ {title}"],
            ["(миллионов долларов США)"],
            *rows,
            *missing_regions(rows),
        ):
            page.append(row)
    book.save(tmp_path / "synthetic_21.xlsx")
    result = amur(
        "ingest", "rosstat", tmp_path / "synthetic_21.xlsx", "--table", "21.1.1", "--table", "21.2.1"
    )
    assert result.exit_code == 0, result.output
    forget()
    assert observation("exports", "RU-AMU", "2023")[0] == 12.0
    assert "cells: no data" in result.output
    again = amur(
        "ingest", "rosstat", tmp_path / "synthetic_21.xlsx", "--table", "21.1.1", "--indicator", "exports"
    )
    assert "is a part of exports" in again.output


def test_figures_that_are_not_those_at_hand_do_not_join(user, tmp_path):
    """A table of another meaning under the right title would join where the extracts have no figure."""
    names = [region.name_ru for region in regions.far_east()]
    rows = [["", 2021, 2025], *([name, 1.0, 2.0] for name in names)]
    result = amur("ingest", "rosstat", yearbook_file(tmp_path, rows), "--table", "10.1")
    assert result.exit_code == 2
    assert "11 of 11 figures differ from those at hand" in result.output
    assert not user.exists()


def test_investment_is_not_negative(user, tmp_path):
    """A slip of sign would join."""
    path = yearbook_file(tmp_path, [["", 2024, 2025], ["Амурская область", 1, -2.5]])
    result = amur("ingest", "rosstat", path, "--table", "10.1")
    assert "investment is never below zero" in result.output
    assert not user.exists()


def test_an_indicator_of_ones_own_by_one_csv(user, tmp_path):
    """A stranger's indicator would need an edit of the package."""
    path = tmp_path / "synthetic_retail.csv"
    lines = [
        f"{region.name_ru};{place * 10};{place},5" for place, region in enumerate(regions.far_east(), start=1)
    ]
    path.write_bytes("\r\n".join(["Регион;2022;2023", *lines]).encode("cp1251"))
    refused = amur("ingest", "csv", path, "--indicator", "retail")
    assert "say with --name" in refused.output
    assert not user.exists()
    done = amur(
        "ingest", "csv", path, "--indicator", "retail", "--name", "Retail turnover", "--unit", "million RUB"
    )
    assert done.exit_code == 0, done.output
    assert "retail: 22 figures of 11 regions, 2022-2023" in done.output
    forget()
    frame = observations.wide(["retail:2023", "china_share:2021"], regions="far_east")
    assert frame["retail:2023"].tolist() == [place + 0.5 for place in range(1, 12)]
    covariate = observations.covariate("retail:2023")
    assert (covariate.label("en"), covariate.unit("en")) == ("Retail turnover, 2023", "million RUB")
    assert indicators.indicator("retail").decimals == 1
    (source,) = observations.sources(["retail:2023"])
    assert text(user_data.title(source, user), "en").startswith(
        "Table synthetic_retail (the reader's own file"
    )
    # the same again changes nothing; another unit of the same name is refused
    assert "nothing changed" in amur("ingest", "csv", path, "--indicator", "retail").output
    other = amur("ingest", "csv", path, "--indicator", "retail", "--unit", "tonnes")
    assert "has the unit 'million RUB' in your catalogue" in other.output
    # nothing of it enters what is committed
    assert "retail" not in documents.data_dictionary()
    assert "retail" not in set(indicators.committed()["indicator"])


def test_figures_of_a_known_indicator_may_come_from_a_csv(user, tmp_path):
    """A year that the extracts lack could not be added without a publisher's form."""
    path = tmp_path / "synthetic.csv"
    path.write_text("region,year,value\nRU-AMU,2025,500000\n", encoding="utf-8")
    wrong = amur("ingest", "csv", path, "--indicator", "investment", "--unit", "USD")
    assert "is in million RUB" in wrong.output
    assert amur("ingest", "csv", path, "--indicator", "investment").exit_code == 0
    forget()
    assert observation("investment", "RU-AMU", "2025")[0] == 500000.0


def test_a_catalogue_changed_by_hand_is_named(user, tmp_path):
    """A slip of the hand would end in a traceback or hide an indicator of the project."""
    user.mkdir()
    path = user / "catalogue.csv"
    path.write_text("indicator,name\nretail,Retail\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"catalogue\.csv must have the columns indicator, name_en"):
        indicators.catalogue()
    text = (paths.root() / "src/analysis/data/register/indicators.csv").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AnalysisError, match="which the project has itself"):
        indicators.catalogue()


def test_another_edition_with_the_same_number_is_refused(user, tmp_path):
    """Editions number their tables differently: housing would enter as investment."""
    path = yearbook_file(
        tmp_path, [["", 2024, 2025], ["Амурская область", 1, 2]], ["10.1. ЖИЛИЩНЫЙ ФОНД (миллионов рублей)"]
    )
    result = amur("ingest", "rosstat", path, "--table", "10.1")
    assert result.exit_code == 2
    assert "ЖИЛИЩНЫЙ ФОНД" in result.output
    assert not user.exists()


def test_nothing_is_left_of_a_table_that_cannot_be_read(user, tmp_path):
    """Half a table would join the observations."""
    path = yearbook_file(tmp_path, [["", 2024, 2025], ["Амурская область", 1, "2,5,1"]])
    assert amur("ingest", "rosstat", path, "--table", "10.1").exit_code == 2
    assert not user.exists()


@pytest.mark.parametrize(
    ("written", "unit", "expected"),
    [
        ("(миллионов рублей)", "million RUB", 1.0),
        ("тысяча рублей", "million RUB", 0.001),
        ("тыс. руб.", "RUB", 1000.0),
        ("рубль", "RUB", 1.0),
        ("млрд. рублей", "million RUB", 1000.0),
        ("тысяча долларов США", "million USD", 0.001),
        ("человек", "thousand", 0.001),
        ("(на конец года; километров путей на 10000 км2 территории)", "km per 10,000 km²", 1.0),
        ("(на конец года; километров дорог на 1000 км2 территории)", "km per 1,000 km²", 1.0),
    ],
)
def test_units(written, unit, expected):
    """Thousands would enter as units, the mistake a reader would not see."""
    assert units.factor(written, unit, "The title") == expected


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("миллионов рублей", "million USD"),
        ("в процентах", "million RUB"),
        ("км на 1000 км2", "km per 10,000 km²"),
    ],
)
def test_units_of_another_kind_are_refused(written, unit):
    """Roubles would enter as dollars."""
    with pytest.raises(AnalysisError, match="does not say that its figures are in"):
        units.factor(written, unit, "The title")


def test_none_is_zero_in_the_yearbook_as_in_the_raw_extract(user, tmp_path):
    """`-` means that there is none: a region without railways would be zero in one source and missing in the other."""
    title = ["17.1. ГУСТОТА ЖЕЛЕЗНОДОРОЖНЫХ ПУТЕЙ (километров путей на 10000 км2 территории)"]
    rows = [["", 2019, 2020], ["Магаданская область", "-", "-"], ["Чеченская Республика", "...", 195]]
    path = yearbook_file(tmp_path, rows, title, "17.1.")
    result = amur("ingest", "rosstat", path, "--table", "17.1", "--indicator", "rail_density")
    assert "No other source disagrees" in result.output, result.output
    assert raw("rail_density", "RU-MAG", "2020") == 0.0
    table = package.observations().query("indicator == 'rail_density' and region == 'RU-CE'")
    # the extract has Chechnya from 2005 on; dots before are no figure, not none
    assert sorted(table["period"])[0] == "2005"


def test_an_emiss_file_by_the_number_in_its_name(user, tmp_path):
    """Thousand roubles would enter as millions, or the number in the name not be looked at."""
    saved = test_emiss.sdmx(
        tmp_path, test_emiss.series("10000000000", 2025, "1 234 567,8", unit="тысяча рублей")
    )
    path = saved.rename(tmp_path / "data-61497.xml")
    result = amur("ingest", "emiss", path)
    assert result.exit_code == 0, result.output
    (written,) = (user / "emiss").iterdir()
    assert written.name.startswith("grp-61497-")
    forget()
    assert observation("grp", "RU-AMU", "2025")[0] == 1234.5678


def test_an_emiss_file_without_a_number_needs_a_name(user, tmp_path):
    """The command would guess, or not say what it knows."""
    path = test_emiss.sdmx(tmp_path, test_emiss.series("10000000000", 2025, "5"))
    refused = amur("ingest", "emiss", path)
    assert refused.exit_code == 2
    assert "61497 (Валовой региональный продукт" in refused.output
    assert not user.exists()
    # what it holds cannot be checked without its number, unless it gets a name of its own
    unchecked = amur("ingest", "emiss", path, "--indicator", "grp")
    assert "does not have the number of an EMISS indicator" in unchecked.output
    own = amur("ingest", "emiss", path, "--indicator", "mine", "--name", "Mine", "--unit", "million RUB")
    assert own.exit_code == 0, own.output
    # EMISS's own list of indicators says that 43011 is a share
    renamed = path.rename(tmp_path / "data-43011.xml")
    assert "speaks of 'удельн'" in amur("ingest", "emiss", renamed, "--indicator", "grp").output


def test_a_dimension_is_chosen_on_the_command_line(user, tmp_path):
    """Exports and imports could not be told apart."""
    parts = [
        test_emiss.series("10000000000", 2025, value, kind, unit="миллион долларов США")
        for value, kind in (("1", "1"), ("2", "2"))
    ]
    path = test_emiss.sdmx(tmp_path, *parts).rename(tmp_path / "data-37148.xml")
    command = ("ingest", "emiss", path, "--indicator", "imports")
    assert "Направление: Импорт, Экспорт" in amur(*command).output
    assert "DIMENSION=LABEL" in amur(*command, "--choose", "Импорт").output
    assert amur(*command, "--choose", "Направление=Импорт").exit_code == 0
    forget()
    assert observation("imports", "RU-AMU", "2025")[0] == 2.0


def test_a_part_of_a_year_is_no_year(user, tmp_path):
    """Investment of a first quarter would stand for the year's."""
    quarter = test_emiss.series("10000000000", 2025, "1", period="январь-март")
    path = test_emiss.sdmx(tmp_path, quarter).rename(tmp_path / "data-58090.xml")
    result = amur("ingest", "emiss", path, "--indicator", "investment")
    assert result.exit_code == 2
    assert "январь-март" in result.output
    year = test_emiss.series("10000000000", 2025, "4", period="январь-декабрь")
    path = test_emiss.sdmx(tmp_path, quarter, year).rename(tmp_path / "data-58090.xml")
    assert amur("ingest", "emiss", path, "--indicator", "investment").exit_code == 0
    forget()
    assert observation("investment", "RU-AMU", "2025")[0] == 4.0


def test_trade_by_country_is_trade_with_china_where_china_is_chosen(user, tmp_path):
    """Exports to China would join as all exports, or to all countries as those to China."""
    kinds = {"156": "Китай", "0": "Все страны"}
    text = test_emiss.sdmx(
        tmp_path,
        *(
            test_emiss.series("10000000000", 2021, value, kind, unit="миллион долларов США")
            for value, kind in (("400", "156"), ("627,2", "0"))
        ),
    ).read_text(encoding="utf-8")
    for code, label in test_emiss.KINDS.items():
        text = text.replace(
            f'value="{code}"><structure:Description>{label}',
            f'value="x{code}"><structure:Description>{label}',
        )
    codes = "".join(
        f'<structure:Code value="{code}"><structure:Description>{label}</structure:Description></structure:Code>'
        for code, label in kinds.items()
    )
    text = text.replace(
        "<structure:Name>Направление</structure:Name>", f"<structure:Name>Страны</structure:Name>{codes}"
    )
    path = tmp_path / "data-38568.xml"
    path.write_text(text, encoding="utf-8")
    assert "choose one" in amur("ingest", "emiss", path).output
    china = amur("ingest", "emiss", path, "--choose", "Страны=Китай")
    assert china.exit_code == 0, china.output
    forget()
    assert observation("exports_china", "RU-AMU", "2021")[0] == 400.0
    assert observation("exports", "RU-AMU", "2021")[0] != 400.0
    everybody = amur("ingest", "emiss", path, "--choose", "Страны=Все страны")
    assert "No other source disagrees" in everybody.output


def test_the_capacity_of_crossing_points_has_the_name_and_unit_of_emiss(user, tmp_path):
    """It would be refused, or take a unit nobody stated."""
    saved = test_emiss.sdmx(tmp_path, test_emiss.series("10000000000", 2021, "12", unit="поезд"))
    path = saved.rename(tmp_path / "data-62844.xml")
    done = amur("ingest", "emiss", path)
    assert done.exit_code == 0, done.output
    entry = catalogue.user_indicators()["rail_crossing_capacity"]
    assert entry.name["ru"].startswith("Пропускная способность железнодорожных")
    assert entry.name["en"].startswith("Capacity of railway") and entry.unit["ru"] == "поезд"
    assert "nothing changed" in amur("ingest", "emiss", path).output
    done = amur("ingest", "emiss", path, "--indicator", "capacity", "--name", "Capacity", "--unit", "trains")
    assert done.exit_code == 0 and catalogue.user_indicators()["capacity"].unit["en"] == "trains"
    bare = path.read_text(encoding="utf-8").replace('concept="EI"', 'concept="OTHER"')
    (tmp_path / "data-62845.xml").write_text(bare, encoding="utf-8")
    assert "--unit" in amur("ingest", "emiss", tmp_path / "data-62845.xml").output


def test_a_table_of_exports_and_imports_joins_as_the_one_chosen(user, tmp_path):
    """Imports would join as exports, or both as one indicator."""
    parts = [
        test_emiss.series("10000000000", 2021, value, kind, unit="миллион долларов США")
        for value, kind in (("627,2", "1"), ("300", "2"))
    ]
    path = test_emiss.sdmx(tmp_path, *parts).rename(tmp_path / "data-38574.xml")
    assert "exports beside imports (Направление: Импорт, Экспорт)" in amur("ingest", "emiss", path).output
    done = amur("ingest", "emiss", path, "--choose", "Направление=Экспорт")
    assert done.exit_code == 0 and "No other source disagrees" in done.output
    for old, new in (("Экспорт", "Первое"), ("Импорт", "Второе")):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    refused = amur("ingest", "emiss", path, "--choose", "Направление=Первое")
    assert refused.exit_code == 2 and "does not say which" in refused.output


def test_an_indicator_is_fetched_by_its_number(user, tmp_path, monkeypatch):
    """What is fetched would be kept without its number, or twice."""
    path = test_emiss.sdmx(tmp_path, test_emiss.series("10000000000", 2025, "5"))
    monkeypatch.setattr(emiss, "fetch", lambda number: emiss.read(path))
    assert amur("ingest", "emiss", "61497").exit_code == 0
    assert "nothing changed" in amur("ingest", "emiss", "61497").output
    (written,) = (user / "emiss").iterdir()
    assert set(pd.read_csv(written)["file"]) == {"fedstat.ru/indicator/61497"}
    assert "37149 (Экспорт товаров" in amur("ingest", "emiss", "99999").output


def test_every_known_table_holds_an_indicator_that_can_be_read():
    """A slip in the register of tables would show only when a reader has that table."""
    for item in user_data.known_tables():
        # a name of its own is needed exactly where the catalogue has none
        assert all((name in catalogue.readable()) != bool(item.name_en) for name in item.indicators)
    # a table of the yearbook is known by the words of its title
    for item in user_data.known_tables():
        if item.publisher == "rosstat":
            parts = {"exports": ["экспорт со странами дальнего зарубежья", "экспорт со странами снг"]}
            parts["imports"] = [title.replace("экспорт", "импорт") for title in parts["exports"]]
            titles = parts.get(item.indicator, [item.title])
            catalogue.check_title(catalogue.indicator(item.indicator), titles, "", "The table")
    keys = [(item.publisher, item.table) for item in user_data.known_tables()]
    assert len(set(keys)) == len(keys)
    assert {item.publisher for item in user_data.known_tables()} | {"csv"} == set(user_data.PUBLISHERS)


def test_the_page_on_own_data_names_every_known_table():
    """A reader would not learn that a table is known."""
    text = (paths.root() / "docs" / "own-data.md").read_text(encoding="utf-8")
    for item in user_data.known_tables():
        number = re.compile(rf"(?<![\d.+]){re.escape(item.table)}(?![\d.+])")
        row = next(line for line in text.splitlines() if line.startswith("|") and number.search(line))
        assert all(f"`{name}`" in row for name in item.indicators)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("RU-AMU", "RU-XXX"),
        lambda text: text.replace(",2.5,", ",much,"),
        lambda text: text.replace(",2.5,", ",inf,"),
        lambda text: text.replace("investment", "invested"),
        lambda text: text.replace("investment", "score"),
        lambda text: text.replace(",2025,", ",2024,"),
        lambda text: "region,value\nRU-AMU,1\n",
        lambda text: "",
    ],
)
def test_a_file_changed_by_hand_is_named(user, tmp_path, spoil):
    """A slip of the hand in data/user/ would end in a traceback or in a wrong figure."""
    path = yearbook_file(tmp_path, [["", 2024, 2025], ["Амурская область", 1, 2.5]])
    amur("ingest", "rosstat", path, "--table", "10.1")
    (written,) = (user / "rosstat").iterdir()
    written.write_text(spoil(written.read_text(encoding="utf-8")), encoding="utf-8")
    forget()
    with pytest.raises(AnalysisError, match=written.stem):
        indicators.observations()


# --- joining ---------------------------------------------------------------------------------


def test_raw_figures_stand_and_what_they_lack_joins(user, tmp_path):
    """A committed figure would be overwritten in silence, or a reader's new year be lost."""
    before = raw("investment", "RU-AMU", "2024")
    rows = [["", 2024, 2025], ["Амурская область", before * 1.5, 500000], ["Приморский край", 7, 8]]
    result = amur("ingest", "rosstat", yearbook_file(tmp_path, rows), "--table", "10.1")
    forget()
    assert observation("investment", "RU-AMU", "2024") == (before, "tochno-investment")
    value, source = observation("investment", "RU-AMU", "2025")
    assert value == 500000.0
    assert source.startswith("user/rosstat/investment-10.1-")
    assert "2 of them join" in result.output
    assert f"RU-AMU 2024 investment: {before * 1.5:.12g}" in result.output
    assert "(+50.00%)" in result.output
    # derived from the figures joined: growth on the year before, but no share of two regions in a district
    growth, source = observation("investment_growth", "RU-AMU", "2025")
    assert growth == pytest.approx((500000 / before - 1) * 100)
    assert observation("investment_district_share", "RU-AMU", "2025") is None


@pytest.mark.slow
def test_without_own_files_nothing_changes(user):
    """The committed results would depend on what nobody has."""
    assert not indicators.has_user_data()
    pd.testing.assert_frame_equal(indicators.observations(), indicators.committed())
    assert not set(indicators.observations()["indicator"]) & set(indicators.CUSTOMS)
    assert comparison.disagreements().empty
    assert disagreements.shown("en") is None
    made = associations.table().to_csv(index=False, lineterminator="\n")
    assert made == (paths.reference() / "associations.csv").read_text(encoding="utf-8")


def test_the_later_edition_and_the_yearbook_come_first(user, tmp_path):
    """Which of two own figures counts would depend on the order of the file system."""
    for name, value in (("old.xlsx", 10), ("new.xlsx", 20)):
        amur(
            "ingest", "rosstat",
            yearbook_file(tmp_path, [["", 2024, 2025], ["Амурская область", None, value]], name=name),
            "--table", "10.1",
        )  # fmt: skip
    for path in (user / "rosstat").iterdir():
        day = "2026-01-02" if ",20.0," in path.read_text(encoding="utf-8") else "2026-01-01"
        text = pd.read_csv(path, dtype=str).assign(date=f"{day}T00:00:00Z")
        path.write_text(text.to_csv(index=False), encoding="utf-8")
    saved = test_emiss.sdmx(tmp_path, test_emiss.series("10000000000", 2025, "30"))
    saved = saved.rename(tmp_path / "data-58090.xml")
    result = amur("ingest", "emiss", saved, "--indicator", "investment")
    assert "0 of them join" in result.output
    forget()
    assert observation("investment", "RU-AMU", "2025")[0] == 20.0
    found = comparison.disagreements()
    assert found[["value", "other_value"]].to_numpy().tolist() == [[20.0, 30.0], [20.0, 10.0]] or found[
        ["value", "other_value"]
    ].to_numpy().tolist() == [[20.0, 10.0], [20.0, 30.0]]


def test_rounding_is_no_disagreement(user, tmp_path):
    """Every figure printed with fewer decimals would be called different; or a true revision be called rounding."""
    exact = raw("investment", "RU-AMU", "2004")  # 22025.9649
    assert round(exact, 1) != exact
    rows = [["", 2003, 2004], ["Амурская область", None, round(exact, 1)], ["Приморский край", None, 1.1]]
    amur("ingest", "rosstat", yearbook_file(tmp_path, rows), "--table", "10.1")
    forget()
    assert comparison.disagreements()["region"].tolist() == ["RU-PRI"]
    rows[1][2] = round(exact, 1) + 0.2
    amur("ingest", "rosstat", yearbook_file(tmp_path, rows, name="other.xlsx"), "--table", "10.1")
    forget()
    assert "RU-AMU" in comparison.disagreements()["region"].tolist()


def test_decimals_of_a_figure():
    """How far rounding may carry a figure would be read wrongly."""
    assert [package.decimals(value) for value in (1.0, 1.5, 10212.5406, 0.1 + 0.2, 1e9, 1 / 3)] == [
        0, 1, 4, 1, 0, 6,
    ]  # fmt: skip


def test_disagreements_are_written_with_the_processed_data_and_taken_away_again(user, tmp_path, monkeypatch):
    """A list of disagreements would outlive the files it speaks of."""
    monkeypatch.setattr(paths, "processed", lambda: tmp_path / "processed")
    target = tmp_path / "processed" / "disagreements.csv"
    rows = [["", 2023, 2024], ["Амурская область", 1, 2]]
    amur("ingest", "rosstat", yearbook_file(tmp_path, rows), "--table", "10.1")
    forget()
    reproduce.write_processed()
    table = pd.read_csv(target)
    assert list(table.columns) == comparison.COLUMNS
    assert table["value"].tolist() == [1.0, 2.0]
    assert set(table["other_source"]) == {"tochno-investment"}
    for path in (user / "rosstat").iterdir():
        path.unlink()
    forget()
    reproduce.write_processed()
    assert not target.exists()


def test_made_documents_do_not_depend_on_a_readers_files(user, tmp_path):
    """A reader's year would be committed as a period of the study."""
    rows = [["", 2024, 2025], ["Амурская область", 1, 2]]
    amur("ingest", "rosstat", yearbook_file(tmp_path, rows), "--table", "10.1")
    forget()
    assert "2025" in indicators.periods("investment")
    assert "2001-2025" not in documents.data_dictionary()


# --- customs ---------------------------------------------------------------------------------


@pytest.fixture
def store(user, tmp_path):
    """Eleven regions in 2021; Amur trades a fifth more with China than Table 2 says, Primorye a tenth more in all."""
    customs.ingest(
        [far_east_unload(tmp_path, total={"RU-PRI": 1.1}, china={"RU-AMU": 1.2})], user / "customs"
    )
    forget()
    return user / "customs"


def test_trade_with_china_joins_the_observations(store):
    """Notebook 05 could not use what the customs files hold."""
    share, turnover = raw("china_share", "RU-AMU", "2021"), raw("trade_turnover", "RU-AMU", "2021")
    value, source = observation("turnover_china", "RU-AMU", "2021")
    assert value == pytest.approx(share / 100 * 1.2 * turnover)
    assert source == "user/customs"
    exports, imports = (observation(name, "RU-AMU", "2021")[0] for name in ("exports_china", "imports_china"))
    assert exports + imports == pytest.approx(value)
    assert observation("turnover_china", "FAR_EAST", "2021") is not None
    # Rosstat's totals stay Rosstat's
    assert observation("trade_turnover", "RU-PRI", "2021")[1] == "rosstat-trade"


def test_customs_against_rosstat_and_the_derived_turnover(store):
    """A difference between customs and Rosstat would go unreported, or rounding be called one."""
    found = comparison.disagreements()
    told = {(row.region, row.indicator): row.relative_difference for row in found.itertuples()}
    # the district's own row of Rosstat and the sum of its regions in the files differ where a region does
    district = {name for region, name in told if region == "FAR_EAST"}
    assert district == {"exports", "imports", "trade_turnover", "turnover_china"}
    assert {key: value for key, value in told.items() if key[0] != "FAR_EAST"} == {
        ("RU-AMU", "turnover_china"): pytest.approx(0.2, abs=1e-6),
        ("RU-PRI", "turnover_china"): pytest.approx(0.1, abs=1e-6),
        ("RU-PRI", "exports"): pytest.approx(0.1, abs=1e-6),
        ("RU-PRI", "imports"): pytest.approx(0.1, abs=1e-6),
        ("RU-PRI", "trade_turnover"): pytest.approx(0.1, abs=1e-6),
    }
    derived = found[found["indicator"] == "turnover_china"]
    assert set(derived["other_indicator"]) == {"china_turnover"}
    assert set(derived["other_source"]) == {"paper-table-2; rosstat-trade"}


def test_the_rounding_of_a_small_share_is_no_disagreement(user, tmp_path):
    """A share of 3.2 per cent may be 3.24: more than one per cent of the turnover derived from it."""
    smallest = min(FAR_EAST, key=lambda code: raw("china_share", code, "2021"))
    share = raw("china_share", smallest, "2021")
    inside = {smallest: (share + 0.04) / share}
    customs.ingest([far_east_unload(tmp_path, china=inside)], user / "customs")
    forget()
    assert comparison.disagreements().empty


@pytest.mark.slow
def test_the_new_covariates_are_associated_where_regions_are_enough(store):
    """The observed turnover would stay out of the associations, or a family lose a row."""
    table = associations.table()
    new = table[table["indicator"].isin(indicators.CUSTOMS)]
    assert set(new["period"]) == {"2021"}
    assert set(new["n"]) == {11, 5}
    assert len(new) == 3 * 2 * 2 * 2  # indicators, editions, subsets, statistics
    assert new["p_exact"].notna().all()
    assert new["p_maxt"].notna().all()
    committed = pd.read_csv(paths.reference() / "associations.csv", dtype={"period": str})
    old = table[~table["indicator"].isin(indicators.CUSTOMS)].reset_index(drop=True)
    # the coefficients of the others stay; only the families they are adjusted in have grown
    pd.testing.assert_frame_equal(
        old.drop(columns=["p_holm", "p_maxt"]),
        committed.drop(columns=["p_holm", "p_maxt"]),
        check_dtype=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("marks", "period"), [(("\t10000 - ", "\t05000 - "), "2021"), (("\t01/2021\t",), "2021-01")]
)
def test_a_store_of_few_regions_or_months_adds_no_covariate(user, tmp_path, marks, period):
    """Two regions, or nine months, would stand beside eleven regions and a year."""
    path = far_east_unload(tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if any(mark in line for mark in marks)]
    path.write_text("\n".join([lines[0], *kept]) + "\n", encoding="utf-8")
    customs.ingest([path], user / "customs")
    forget()
    assert indicators.periods("turnover_china") == [period]
    assert not associations.table()["indicator"].isin(indicators.CUSTOMS).any()
    years = associations.Years("2021", "2024", "2020")
    assert "turnover_china:2021" in associations.available(years.covariates(), "far_east")[1]


def test_sums_of_the_store_are_those_of_its_rows(store, user, tmp_path):
    """The observations would go on with sums of rows that are gone."""
    (kept,) = store.glob("observations-*.csv")
    opened = customs.open_store(store)
    expected = pd.concat([trade.observations(opened), trade.total_observations(opened)], ignore_index=True)
    pd.testing.assert_frame_equal(user_data.customs_sums(user), expected)
    customs.ingest([far_east_unload(tmp_path, total={"RU-AMU": 2.0})], store, replace=True)
    second = user_data.customs_sums(user).set_index(["indicator", "region"])["value"]
    assert second["exports", "RU-AMU"] == pytest.approx(2 * raw("exports", "RU-AMU", "2021"), rel=1e-6)
    (now,) = store.glob("observations-*.csv")
    assert now != kept


def test_sums_that_are_missing_are_asked_for_and_made_again(store, user, tmp_path):
    """A store without them would look like no store, and its figures be left out in silence."""
    (kept,) = store.glob("observations-*.csv")
    content = kept.read_bytes()
    kept.unlink()
    with pytest.raises(AnalysisError, match="amur ingest customs"):
        indicators.observations()
    customs.ingest([far_east_unload(tmp_path, total={"RU-PRI": 1.1}, china={"RU-AMU": 1.2})], store)
    assert kept.read_bytes() == content


def test_kernels_can_be_forked_after_the_observations_are_read(store, user):
    """The fork server reads the observations; if it ran polars for that, its kernels would hang on theirs."""
    code = f"""
        import os, signal, sys
        from pathlib import Path
        from analysis.data import comparison, indicators
        from analysis import paths
        from analysis.customs import trade
        from analysis import customs
        user = Path({str(user)!r})
        paths.user = lambda: user
        assert len(indicators.observations()) and len(comparison.disagreements())
        child = os.fork()
        if child == 0:
            trade.partner_values(customs.open_store(user / "customs"), "RU-AMU", "2021")
            os._exit(0)
        signal.alarm(60)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_ingest_customs_tells_the_differences(user, tmp_path):
    """A reader would learn of them only from a file."""
    result = amur("ingest", "customs", far_east_unload(tmp_path, total={"RU-PRI": 1.1}))
    assert result.exit_code == 0, result.output
    assert "figures that two sources give differently" in result.output
    assert "FAR_EAST 2021 exports" in result.output
    assert "RU-PRI 2021 exports" in result.output
    assert "china_turnover in paper-table-2; rosstat-trade" in result.output


# --- what rests on them ----------------------------------------------------------------------


def test_own_files_are_inputs_of_the_notebooks_they_enter(user, tmp_path):
    """A batch would call finished what was made from other figures."""
    without = {name: identity.inputs(name) for name in parameters.study()}
    rows = [["", 2024, 2025], ["Амурская область", 1, 2]]
    amur("ingest", "rosstat", yearbook_file(tmp_path, rows), "--table", "10.1")
    customs.ingest([far_east_unload(tmp_path)], user / "customs")
    changed = {
        name: {key for key, value in identity.inputs(name).items() if without[name].get(key) != value}
        for name in parameters.study()
    }
    (table,) = (user / "rosstat").iterdir()
    # any cell may read any of them
    assert all(found == {"customs store", f"own rosstat/{table.name}"} for found in changed.values())


@pytest.mark.slow
def test_notebook_05_runs_with_own_figures(store, user, tmp_path):
    """The exhibits would refuse a source that is no raw resource, or not name it."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-own.py").write_text(
        f"from pathlib import Path\nfrom analysis import paths\npaths.user = lambda: Path({str(user)!r})\n"
    )
    rows = [["", 2023, 2024], ["Амурская область", 1, 2]]
    amur("ingest", "rosstat", yearbook_file(tmp_path, rows), "--table", "10.1")
    done = subprocess.run(
        [
            sys.executable, "-m", "papermill", str(paths.notebooks() / "05_association.ipynb"), "out.ipynb",
            "--no-progress-bar", "-p", "output_dir", str(tmp_path / "out"), "-p", "language", "ru",
        ],
        cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    forest = pd.read_csv(tmp_path / "out" / "tables" / "association-forest.csv").set_index("indicator")
    assert forest.loc[list(indicators.CUSTOMS), "n"].tolist() == [11, 11, 11]
    card = json.loads((tmp_path / "out" / "exhibits" / "association-forest.json").read_text(encoding="utf-8"))
    assert "user/customs" in card["sources"]
    assert "собственные файлы читателя в data/user/customs/" in card["source_line"]["ru"]
    text = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    # all of them fit on the page
    assert re.search(r"Расхождения между источниками: (\d+) из \1,", text)
    assert "собственный файл читателя Раздел 10.xlsx" in text


@pytest.mark.slow
def test_an_own_indicator_enters_the_multiverse(user, tmp_path):
    """It would stand in notebook 05's forest and be passed over by every specification of notebook 06."""
    path = tmp_path / "synthetic_retail.csv"
    # falls with the score of the border regions, so that the lower end of the curve is its own
    figures = {"RU-AMU": 90, "RU-PRI": 20.5, "RU-KHA": 10, "RU-ZAB": 30, "RU-YEV": 70}
    path.write_text("region,2023\n" + "".join(f"{code},{value}\n" for code, value in figures.items()))
    amur(
        "ingest", "csv", path, "--indicator", "retail", "--name", "Synthetic retail", "--unit", "million RUB",
    )  # fmt: skip
    forget()
    made = run_cells(
        "06_multiverse", tmp_path / "out", subset="border",
        covariates=["retail:2023", "exports:2021", "china_share:2021"], formats=["csv", "svg"],
    )  # fmt: skip
    everything = pd.read_csv(tmp_path / "out" / "multiverse.csv", dtype={"period": str})
    assert set(zip(everything["indicator"], everything["period"], strict=True)) == {
        ("retail", "2023"), ("exports", "2021"), ("china_share", "2021"),
    }  # fmt: skip
    own = everything.query("indicator == 'retail' and statistic == 'kendall_tau_b'").iloc[0]
    score = [observation("score", code, "III")[0] for code in figures]
    assert own["estimate"] == pytest.approx(kendalltau(score, list(figures.values())).statistic)
    curve = pd.read_csv(tmp_path / "out" / "tables" / "multiverse-curve.csv")
    assert "Synthetic retail" in set(curve["indicator_en"])
    years = pd.read_csv(tmp_path / "out" / "tables" / "multiverse-years.csv")
    assert "Synthetic retail" in set(years["label_en"])
    ends = re.search(r"Lowest: (.+); highest: (.+?)\. Exact", made.sentence("multiverse-curve")).groups()
    assert "Synthetic retail (2023)" in ends
    assert any("synthetic_retail" in source for source in made.card("multiverse-curve")["sources"])
    drawn = (tmp_path / "out" / "figures" / "multiverse-curve.en.svg").read_text(encoding="utf-8")
    assert "Synthetic retail" in drawn


def test_the_reports_first_page_says_that_own_files_took_part(user, tmp_path, monkeypatch):
    """Verdicts that rest on a reader's own files must not pass for the study's."""
    monkeypatch.setattr(content, "answers", lambda folder: [text("no tables", "en")])
    table = pd.read_csv(paths.reference() / "multiverse.csv")
    made = content.Content(paths.reference(), (), None, (), table)
    without = [text(sentence, "en") for sentence in content.findings(made)]
    rows = [["", 2024, 2025], ["Амурская область", 1, 2.5], ["Приморский край", 2, 3]]
    path = yearbook_file(tmp_path, rows)
    assert amur("ingest", "rosstat", path, "--table", "10.1").exit_code == 0
    forget()
    told = [text(sentence, "en") for sentence in content.findings(made)]
    assert told[:-1] == without
    assert "differ from another source: 2 " in told[-1]
    assert "расходятся с другим источником: 2 " in text(content.findings(made)[-1], "ru")
