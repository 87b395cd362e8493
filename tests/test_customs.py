"""The customs reader on small files built cell by cell; what would break is in each docstring."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import dbf
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import customs
from analysis.customs import dbase, detection, reading, rules
from analysis.data import archives
from analysis.errors import AnalysisError

HEADER = "napr\tperiod\tstrana\ttnved\tedizm\tStoim\tNetto\tKol\tRegion\tRegion_s"
AMUR = "10000 - АМУРСКАЯ ОБЛАСТЬ"
FAR_EAST = "07 - ДАЛЬНЕВОСТОЧНЫЙ ФЕДЕРАЛЬНЫЙ ОКРУГ"


def row(
    direction="ЭК",
    period="01/2021",
    partner="CN",
    goods="1201900000",
    unit="",
    value="100,5",
    weight="10",
    quantity="0",
    region=AMUR,
):
    return "\t".join([direction, period, partner, goods, unit, value, weight, quantity, region, FAR_EAST])


def table(*rows, header=HEADER, end="\n"):
    return (end.join([header, *rows]) + end).encode()


# enough good rows that one bad one stays below the stated share
GOOD = [row(value=str(number)) for number in range(1, 2001)]


def write(folder, data, name="DATTSVT.csv"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def zipped(folder, members, name="DATTSVT.zip"):
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return path


def ingest(tmp_path, *paths, **options):
    return customs.ingest(paths, tmp_path / "store", **options)


COLUMNS = ["is_export", "period", "partner", "goods", "unit", "value", "net_weight", "quantity", "region"]


def rows(tmp_path, *columns):
    store = customs.open_store(tmp_path / "store")
    found = store.collect(store.rows().select(columns or COLUMNS)).rows()
    # exports first, then as the cells order
    return sorted(
        found,
        key=lambda row: [(cell is not None, not cell if isinstance(cell, bool) else cell) for cell in row],
    )


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


# --- the editions --------------------------------------------------------------------------------


def test_russian_edition_keeps_every_field(tmp_path):
    """Codes would lose zeros, Namibia would vanish, decimals would be misread, withheld value be lost."""
    data = table(
        row(goods="0101210000", unit="796", value="7,25", weight="1,5", quantity="2"),
        row(partner="NA", goods="XXXXXXXXXX", value="1000", weight="0,051005"),
        row(partner="", direction="ИМ", value="0", weight="0", quantity="1172643429", unit="113"),
        row(partner="NNN", region="90000 - РЕСПУБЛИКА СЕВЕРНАЯ ОСЕТИЯ - АЛАНИЯ", value="3"),
    )
    report = ingest(tmp_path, write(tmp_path, data))
    assert report.files[0].edition == "russian"
    assert report.files[0].rows == 4
    assert rows(tmp_path) == [
        (True, 202101, "CN", "0101210000", "796", 7.25, 1.5, 2.0, "10000"),
        (True, 202101, "NA", "XXXXXXXXXX", "", 1000.0, 0.051005, 0.0, "10000"),
        (True, 202101, "NNN", "1201900000", "", 3.0, 10.0, 0.0, "90000"),
        (False, 202101, "NNN", "1201900000", "113", 0.0, 0.0, 1172643429.0, "10000"),
    ]


def test_english_edition(tmp_path):
    """The 2015-2019 edition (its two sample rows of a public parser) would be refused or misread."""
    data = (
        b"DIRECTION,PERIOD,COUNTRY,HS,UM,VALUE,NETWEIGHT,QUANTITY,REGION,REGION_S\n"
        b"IMP,01/2015,LI,8708291000,,7826,1899,0,46000 - MOSCOW REGION,01-CENTRAL FEDERAL DISTRICT\n"
        b"EXP,01/2015,IR,4407109100,MTQ,517346,1850969,3861,33000 - KIROV REGION,04-VOLGA FEDERAL DISTRICT\n"
    )
    assert ingest(tmp_path, write(tmp_path, data)).files[0].edition == "english"
    assert rows(tmp_path) == [
        (True, 201501, "IR", "4407109100", "MTQ", 517346.0, 1850969.0, 3861.0, "33000"),
        (False, 201501, "LI", "8708291000", "", 7826.0, 1899.0, 0.0, "46000"),
    ]


def test_monthly_edition_takes_the_month_from_the_name(tmp_path):
    """The later open files hold the year only; all months would fall into one or be lost."""
    data = (
        "NAPR,PERIOD,STRANA,TNVED,EDIZM,STOIM,NETTO,KOL\n"
        "ЭК,2021,KZ,9504500002,796,38333.71,235.313,495\n"
        "ЭК,2021,PL,XXXXXXXXXX,,193128686.73,0.051005,0\n"
        "ЭК,2021,FR,2711210000,113,0,0,1172643429\n"
    ).encode()
    assert ingest(tmp_path, write(tmp_path, data, "2021-03.csv")).files[0].edition == "monthly"
    assert rows(tmp_path, "period", "partner", "value", "quantity", "region") == [
        (202103, "FR", 0.0, 1172643429.0, ""),
        (202103, "KZ", 38333.71, 495.0, ""),
        (202103, "PL", 193128686.73, 0.0, ""),
    ]


@pytest.mark.parametrize("name", ["open.csv", "2020-03.csv", "2021-13.csv"])
def test_monthly_edition_without_a_month_is_refused(tmp_path, name):
    """A month would be guessed from a name that does not give one of the rows' year."""
    data = "NAPR,PERIOD,STRANA,TNVED,EDIZM,STOIM,NETTO,KOL\nЭК,2021,KZ,9504500002,796,1.5,2,3\n".encode()
    with pytest.raises(AnalysisError, match=r"2021-03\.csv"):
        ingest(tmp_path, write(tmp_path, data, name))


def test_republication_by_header_names_in_any_order(tmp_path):
    """The research re-publication (known by its columns) would be refused, or read by position."""
    data = (
        "month;direction;country;code;measure;value;netto;quantity;district;region\n"
        f"12/2016;ИМ;JP;8703239094;796;12345.5;1000;2;{FAR_EAST};05000 - ПРИМОРСКИЙ КРАЙ\n"
    ).encode()
    assert ingest(tmp_path, write(tmp_path, data)).files[0].edition == "republication"
    assert rows(tmp_path) == [(False, 201612, "JP", "8703239094", "796", 12345.5, 1000.0, 2.0, "05000")]


DBF_FIELDS = (
    "napr C(2); period C(7); strana C(3); tnved C(10); edizm C(3); stoim N(20,2); netto N(20,3); kol N(20,3); "
    "region C(60); region_s C(60)"
)


def write_dbf(path: Path, records, fields=DBF_FIELDS):
    made = dbf.Table(str(path.with_suffix(".dbf")), fields, codepage="cp866", dbf_type="db3", on_disk=True)
    with made.open(dbf.READ_WRITE):
        for record in records:
            made.append(record)
    return path.with_suffix(".dbf").rename(path)


def test_dbf_in_cp866_under_any_name(tmp_path):
    """The DBF form would be garbled or taken for text; a deleted record would count."""
    path = write_dbf(
        tmp_path / "unload.txt",
        [
            ("ЭК", "09/2021", "NA", "0101210000", "796", 7.25, 1.5, 2, AMUR, FAR_EAST),
            ("ИМ", "09/2021", "", "XXXXXXXXXX", "", 100, 0, None, AMUR, FAR_EAST),
            ("ЭК", "09/2021", "CN", "1201900000", "", 5, 5, 5, AMUR, FAR_EAST),
        ],
    )
    data = bytearray(path.read_bytes())
    start, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    data[start + 2 * width] = dbase.DELETED
    path.write_bytes(data)
    assert ingest(tmp_path, path).files[0].rows == 2
    assert rows(tmp_path) == [
        (True, 202109, "NA", "0101210000", "796", 7.25, 1.5, 2.0, "10000"),
        (False, 202109, "NNN", "XXXXXXXXXX", "", 100.0, 0.0, None, "10000"),
    ]


def test_dbf_says_the_same_as_csv(tmp_path):
    """The two forms of one unload would give different totals."""
    record = ("ЭК", "09/2021", "CN", "1201900000", "796", 1234.56, 7.5, 3, AMUR, FAR_EAST)
    ingest(tmp_path, write_dbf(tmp_path / "a.dbf", [record] * 3))
    from_dbf = rows(tmp_path)
    line = row(period="09/2021", unit="796", value="1234,56", weight="7,5", quantity="3")
    ingest(tmp_path, write(tmp_path, table(line, line, line)), replace=True)
    assert rows(tmp_path) == from_dbf
    assert len(from_dbf) == 3


# --- told apart by content -----------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", detection.BOM])
def test_byte_order_mark_and_line_ends(tmp_path, bom, end):
    """A BOM would spoil the first column's name; foreign line ends would lose or glue rows."""
    data = bom + table(row(value="1"), row(value="2,5"), end=end)
    ingest(tmp_path, write(tmp_path, data))
    assert rows(tmp_path, "value") == [(1.0,), (2.5,)]


def test_mixed_line_ends_blank_lines_and_no_last_line_end(tmp_path):
    """Files glued together by hand would stop the parser or lose rows silently."""
    data = (
        table(row(value="1"), end="\r\n")
        + f"{row(value='2')}\n\n{row(value='3')}\r\n\n{row(value='4')}".encode()
    )
    ingest(tmp_path, write(tmp_path, data))
    assert rows(tmp_path, "value") == [(1.0,), (2.0,), (3.0,), (4.0,)]


def test_zip_under_a_wrong_name_and_folder_of_folders(tmp_path):
    """`DATTSVT.xlsx` that is a ZIP, months in folders and a note beside them would not be read."""
    folder = tmp_path / "files"
    folder.mkdir()
    zipped(folder, {"DATTSVT.csv": table(row(period="01/2021")), "__MACOSX/x": b"?"}, "DATTSVT.xlsx")
    write(folder, table(row(period="02/2021")), "февраль [2]*/DATTSVT.csv")
    write(folder, table(row(period="03/2021"), row(period="04/2021")), "deep/er/mixed.dat")
    write(folder, "заметка".encode(), "readme.txt")
    report = ingest(tmp_path, folder)
    assert [each.rows for each in report.files] == [1, 2, 1]
    assert [Path(each.name).name for each in report.skipped] == ["readme.txt"]
    assert rows(tmp_path, "period") == [(202101,), (202102,), (202103,), (202104,)]


def test_quoted_fields_and_header_in_other_letter_case(tmp_path):
    """Quoted cells or an upper-case header would make the same table unknown."""
    lines = [row(value="1,5"), row(value="2", partner="")]
    quoted = ["\t".join(f'"{cell}"' for cell in line.split("\t")) for line in lines]
    ingest(tmp_path, write(tmp_path, table(*quoted, header=HEADER.upper())))
    assert rows(tmp_path, "partner", "value", "unit") == [("CN", 1.5, ""), ("NNN", 2.0, "")]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"hello", "no header"),
        (b"a,b,c\n1,2,3\n", "no known edition"),
        (b"x" * 70_000, "more than 65536 characters"),
    ],
)
def test_a_named_file_that_is_no_customs_table_is_refused(tmp_path, data, sentence):
    """Some other table would enter the store, or be passed over in silence."""
    with pytest.raises(AnalysisError, match=sentence):
        ingest(tmp_path, write(tmp_path, data))
    assert not customs.exists(tmp_path / "store")


def test_header_without_rows_is_refused(tmp_path):
    """An empty answer of the portal would count as ingested."""
    with pytest.raises(AnalysisError, match="no rows"):
        ingest(tmp_path, write(tmp_path, table()))


def test_every_month_in_every_spelling(tmp_path):
    """The place of a spelling in their list would be taken for another month."""
    path = write(tmp_path, table(*(row(period=spelled) for spelled in rules.MONTHS)))
    (found,), _ = detection.find_tables([path])
    months = reading.plan(found.layout, path).select("period").collect()["period"]
    assert months.to_list() == list(rules.MONTHS.values())
    assert {"01/1991": 199101, "12.2021": 202112, "2021-09": 202109, "2099-12-01": 209912}.items() <= (
        rules.MONTHS.items()
    )


# --- rows that cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(direction="XX"), "direction"),
        (row(period="13/2021"), "period"),
        (row(period="2021-13"), "period"),
        (row(partner="cn"), "partner"),
        (row(goods="101210000"), "10 digits"),
        (row(goods="12019000X0"), "10 digits"),
        (row(region="АМУРСКАЯ ОБЛАСТЬ"), "five digits"),
        (row(region=""), "five digits"),
        (row(value=""), "value"),
        (row(value="-1"), "value"),
        (row(value="inf"), "value"),
        (row(value="nan"), "value"),
        (row(value="1.234,5"), "the value is not a number"),
        (row(weight="-1"), "net weight"),
        (row(quantity="x"), "the quantity is not a number"),
        (row() + "\tmore", "more fields"),
        ("ЭК\t01/2021", "fewer fields"),
        (row(region='"10000 - АМУРСКАЯ'), "quote"),
    ],
)
def test_each_fault_is_listed_with_file_line_and_reason(tmp_path, bad, reason):
    """A fault would be dropped in silence, told of a wrong line, or spoil the rows around it."""
    lines = [*GOOD[:700], bad, "", *GOOD[700:]]
    path = write(tmp_path, table(*lines))
    file = ingest(tmp_path, path).files[0]
    assert [(each.file, each.line) for each in file.unreadable] == [(str(path), 702)]
    assert reason in file.unreadable[0].reason
    assert sum(value for (value,) in rows(tmp_path, "value")) == 2001000  # 1 + 2 + ... + 2000


@pytest.mark.parametrize("last", ["unit", "partner", "district"])
def test_a_line_cut_short_is_no_line_with_an_empty_end(tmp_path, last):
    """A damaged line would pass as one whose last field, which may be empty, says nothing."""
    names = dict(zip(detection.FIELDS, HEADER.split("\t"), strict=True))
    order = [*(field for field in names if field != last), last]

    def line(text):
        cells = dict(zip(names, text.split("\t"), strict=True))
        return "\t".join(cells[field] for field in order)

    lines = [line(each) for each in GOOD]
    lines[700] = lines[700].rsplit("\t", 1)[0]
    lines[701] = lines[701].rsplit("\t", 1)[0] + "\t"
    header = "\t".join(names[field] for field in order)
    file = ingest(tmp_path, write(tmp_path, table(*lines, header=header))).files[0]
    assert [(each.line, each.reason) for each in file.unreadable] == [
        (702, "it has fewer fields than the header")
    ]
    assert file.rows == 1999


def test_a_row_that_is_not_utf8_is_listed(tmp_path):
    """One damaged byte would stop the whole ingest or pass as a letter."""
    data = table(*GOOD, "@").replace(b"@", row().encode().replace("АМ".encode(), b"\xff\xfe"))
    file = ingest(tmp_path, write(tmp_path, data)).files[0]
    assert [(each.line, each.reason) for each in file.unreadable] == [(2002, "it is not UTF-8")]
    assert file.rows == 2000


def test_lines_of_several_faults_of_different_kinds(tmp_path):
    """Numbers of later faults would shift by the earlier ones."""
    faults = {100: row(value="?"), 200: row(goods="1"), 300: row(region='"1'), 400: row(period="0")}
    lines = [*GOOD, *GOOD, *GOOD]
    for line, bad in faults.items():
        lines[line - 2] = bad
    lines[250:250] = ["", ""]
    file = ingest(tmp_path, write(tmp_path, table(*lines))).files[0]
    assert [each.line for each in file.unreadable] == [100, 200, 302, 402]


def test_too_many_unreadable_rows_leave_the_store_as_it_was(tmp_path):
    """A half-read file would enter the store, or a fault would harm what is there."""
    ingest(tmp_path, write(tmp_path, table(row(period="05/2021")), "may.csv"))
    before = snapshot(tmp_path / "store")
    bad = write(tmp_path, table(*GOOD[:998], row(value="?"), row(goods="1")), "bad.csv")
    with pytest.raises(
        AnalysisError, match=r"2 of 1000 rows.*the value is not a number.*line 1000 first.*line 1001 first"
    ):
        ingest(tmp_path, bad)
    assert snapshot(tmp_path / "store") == before


def test_share_counts_exactly(tmp_path):
    """One in a thousand is allowed, more is not; an off-by-one would refuse or admit wrongly."""
    ingest(tmp_path, write(tmp_path, table(*GOOD[:999], row(value="?"))))
    assert len(rows(tmp_path)) == 999
    with pytest.raises(AnalysisError, match="1 of 999 rows"):
        ingest(tmp_path, write(tmp_path, table(*GOOD[:998], row(value="?"))), replace=True)


# --- the store -----------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(tmp_path):
    """Everything would count double, or the store would change without a reason."""
    path = write(tmp_path, table(*GOOD[:5]))
    ingest(tmp_path, path)
    before = snapshot(tmp_path / "store")
    again = ingest(tmp_path, path, write(tmp_path, path.read_bytes(), "copy.csv"))
    assert [each.outcome for each in again.files] == ["already in the store"] * 2
    packed = zipped(tmp_path, {"DATTSVT.csv": path.read_bytes()})
    assert ingest(tmp_path, packed).files[0].outcome == "already in the store"
    assert snapshot(tmp_path / "store") == before


def test_manifest_names_source_and_checksum(tmp_path):
    """A figure could not be traced to the file it came from."""
    path = write(tmp_path, table(row()))
    packed = zipped(tmp_path, {"a.csv": table(row(period="02/2021"))})
    ingest(tmp_path, path, packed)
    first, second = customs.open_store(tmp_path / "store").sources
    assert (first.path, first.member, first.sha256) == (str(path), None, reading.digest(path))
    assert (second.path, second.member, second.sha256) == (str(packed), "a.csv", reading.digest(packed))
    assert first.coverage == {"export": {"10000": (202101,)}}


def test_overlap_is_refused_and_replace_takes_the_later_file(tmp_path):
    """The same month would count twice; replacing would drop months the new file does not hold."""
    old = table(
        row(value="1"),
        row(period="02/2021", value="2"),
        row(direction="ИМ", value="4"),
        row(region="05000 - П", value="8"),
    )
    ingest(tmp_path, write(tmp_path, old))
    before = snapshot(tmp_path / "store")
    new = write(tmp_path, table(row(value="100"), row(period="03/2021", value="200")), "new.csv")
    with pytest.raises(AnalysisError, match=r"overlaps.*10000, 2021-01, export.*--replace"):
        ingest(tmp_path, new)
    assert snapshot(tmp_path / "store") == before
    assert ingest(tmp_path, new, replace=True).replaced_rows == 1
    assert rows(tmp_path, "value") == [(2.0,), (4.0,), (8.0,), (100.0,), (200.0,)]
    assert len(list((tmp_path / "store" / "parts").iterdir())) == 2


def test_replace_by_several_files_and_back(tmp_path):
    """A year replaced by its months would be refused, or could never be put back."""
    months = [row(period=f"{month:02d}/2021", value="1") for month in (1, 2, 3)]
    year = write(tmp_path, table(*months), "year.csv")
    ingest(tmp_path, year)
    parts = [
        write(tmp_path, table(line.replace("\t1\t", "\t5\t")), f"{n}.csv") for n, line in enumerate(months)
    ]
    assert ingest(tmp_path, *parts, replace=True).replaced_rows == 3
    assert rows(tmp_path, "value") == [(5.0,)] * 3
    assert len(customs.open_store(tmp_path / "store").sources) == 3
    assert ingest(tmp_path, year, replace=True).replaced_rows == 3
    assert rows(tmp_path, "value") == [(1.0,)] * 3


def test_half_replaced_file_can_be_put_back(tmp_path):
    """A file that lost rows to a later one would count as already there and never come back whole."""
    old = write(tmp_path, table(row(value="1"), row(period="02/2021", value="2")), "old.csv")
    ingest(tmp_path, old)
    ingest(tmp_path, write(tmp_path, table(row(value="9")), "new.csv"), replace=True)
    assert ingest(tmp_path, old).files[0].outcome == "already in the store"
    assert rows(tmp_path, "value") == [(2.0,), (9.0,)]
    ingest(tmp_path, old, replace=True)
    assert rows(tmp_path, "value") == [(1.0,), (2.0,)]


def test_two_files_of_one_call_must_not_overlap_even_with_replace(tmp_path):
    """Which of the two counts would depend on their names."""
    first, second = (write(tmp_path, table(row(value=value)), f"{value}.csv") for value in ("1", "2"))
    with pytest.raises(AnalysisError, match="overlaps"):
        ingest(tmp_path, first, second, replace=True)
    assert not customs.exists(tmp_path / "store")


def test_editions_with_and_without_regions_stand_side_by_side(tmp_path):
    """National monthly files would be refused beside a region's own file, or mix with it."""
    monthly = "NAPR,PERIOD,STRANA,TNVED,EDIZM,STOIM,NETTO,KOL\nЭК,2021,CN,1201900000,,5,1,0\n".encode()
    ingest(tmp_path, write(tmp_path, table(row())), write(tmp_path, monthly, "2021-01.csv"))
    assert rows(tmp_path, "region", "value") == [("", 5.0), ("10000", 100.5)]


def test_damaged_store_ends_in_a_sentence(tmp_path):
    """A missing part would give a traceback, or totals without it."""
    ingest(tmp_path, write(tmp_path, table(row())))
    manifest = tmp_path / "store" / "manifest.json"
    content = json.loads(manifest.read_text())
    next((tmp_path / "store" / "parts").iterdir()).unlink()
    with pytest.raises(AnalysisError, match="damaged"):
        rows(tmp_path)
    manifest.write_text(json.dumps({**content, "format": 99}))
    with pytest.raises(AnalysisError, match="format 99"):
        customs.open_store(tmp_path / "store")
    with pytest.raises(AnalysisError, match="amur ingest customs"):
        customs.open_store(tmp_path / "nowhere")


def test_a_second_ingest_at_the_same_time_is_refused(tmp_path):
    """Two ingests would sweep away each other's files."""
    code = (
        "import sys, time, pathlib\nfrom analysis.customs import ingesting\n"
        "with ingesting._locked(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "store")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AnalysisError, match="Another ingest"):
            ingest(tmp_path, write(tmp_path, table(row())))
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert ingest(tmp_path, tmp_path / "DATTSVT.csv").files[0].rows == 1


# Forks one child after another; child number k dies by SIGKILL at its k-th step on the file system
# (any open for writing, rename, removal or new folder), until one lives to the end.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from analysis import customs
root, copy, *paths = map(Path, sys.argv[1:])
def forked(work, *arguments):
    child = os.fork()  # before any thread of polars runs in this process
    if child == 0:
        work(*arguments)
        sys.stdout.flush()
        os._exit(0)
    return os.waitpid(child, 0)[1]
def die_at(step):
    left = step
    def audit(event, arguments):
        nonlocal left
        if event in EVENTS or (event == "open" and arguments[2] & WRITING):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(audit)
    customs.ingest(paths, root, replace=True)
def sums():
    store = customs.open_store(root)
    return sorted(store.collect(store.rows().select("period", "value")).rows())
def show(status):
    print(status, sums())
def again(step):
    customs.ingest(paths, root, replace=True)
    assert sum(value for _, value in sums()) == 1110, step
    assert len(list((root / "parts").iterdir())) == 2, step
    assert not list(root.glob(".staging-*")), step
EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}
WRITING = os.O_WRONLY | os.O_RDWR
for step in range(1, 500):
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(copy, root)
    status = forked(die_at, step)
    assert forked(show, status) == 0
    if status == 0:
        break
    # the next ingest must find nothing in its way
    assert forked(again, step) == 0
"""


def test_killed_at_any_step_the_store_is_as_before_or_as_after(tmp_path):
    """A kill between two steps would leave half an ingest, a month twice or a month lost."""
    ingest(tmp_path, write(tmp_path, table(row(value="1"), row(period="02/2021", value="10")), "old.csv"))
    (tmp_path / "store").rename(tmp_path / "copy")
    new = write(tmp_path, table(row(value="100"), row(period="03/2021", value="1000")), "new.csv")
    packed = zipped(tmp_path, {"new.csv": new.read_bytes()})
    command = [sys.executable, "-c", KILLED, *map(str, (tmp_path / "store", tmp_path / "copy", packed))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    before, after = (
        "[(202101, 1.0), (202102, 10.0)]",
        "[(202101, 100.0), (202102, 10.0), (202103, 1000.0)]",
    )
    statuses = [int(line.split(" ", 1)[0]) for line in lines]
    states = [line.split(" ", 1)[1] for line in lines]
    assert set(states) == {before, after}
    assert states == sorted(states, key=[before, after].index)  # once done, it stays done
    assert statuses == [signal.SIGKILL] * (len(lines) - 1) + [0]
    assert len(lines) > 12


# Kills a forked ingest after one delay after another, so that death also comes while polars parses
# and writes, where no step of Python's is taken.
KILLED_BY_CLOCK = """
import os, shutil, signal, sys, time
from pathlib import Path
from analysis import customs
root, copy, path = map(Path, sys.argv[1:])
def ingest():
    customs.ingest([path], root)
def show():
    store = customs.open_store(root)
    print(store.collect(store.rows()).height)
def forked(work):
    child = os.fork()  # before any thread of polars runs in this process
    if child == 0:
        work()
        sys.stdout.flush()
        os._exit(0)
    return child
for delay in range(10, 400, 65):
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(copy, root)
    child = forked(ingest)
    time.sleep(delay / 1000)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.waitpid(forked(show), 0)
os.waitpid(forked(ingest), 0)
os.waitpid(forked(show), 0)
print(len(list(root.rglob("*.parquet"))))
"""


def test_killed_at_any_time_the_store_is_as_before_or_as_after(tmp_path):
    """A kill while rows are parsed or Parquet is written would leave part of a file."""
    ingest(tmp_path, write(tmp_path, table(row()), "old.csv"))
    (tmp_path / "store").rename(tmp_path / "copy")
    lines = [line.replace("01/2021", "02/2021") for line in GOOD] * 100
    new = write(tmp_path, table(*lines), "new.csv")
    command = [sys.executable, "-c", KILLED_BY_CLOCK, *map(str, (tmp_path / "store", tmp_path / "copy", new))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    *counts, last, parts = map(int, done.stdout.split())
    assert set(counts) <= {1, 200_001}
    assert counts[0] == 1
    assert (last, parts) == (200_001, 2)


# --- memory --------------------------------------------------------------------------------------


def nodes(query):
    """Kinds of nodes in the plan polars would run, and those for which it takes all rows into memory."""
    graph = query.show_graph(plan_stage="physical", engine="streaming", raw_output=True)
    colour = re.search(r'COLOR="([^"]+)">⬤</FONT> in-memory engine fallback', graph)[1]
    found = re.findall(r'^\d+ \[label="([\w-]+).*?"(.*?)\];$', graph, re.MULTILINE)
    return {kind for kind, _ in found}, {kind for kind, style in found if f'fillcolor="{colour}"' in style}


def test_the_plan_for_a_fallback_is_told(tmp_path):
    """A later polars that draws its plans otherwise would make the next test see nothing."""
    rows = pl.scan_csv(write(tmp_path, table(row())), separator="\t")
    looked_up = rows.select(pl.col("napr").replace_strict({"ЭК": True}, default=None))
    assert nodes(looked_up)[1] == {"columnar-function"}


@pytest.mark.parametrize(
    ("name", "header"),
    [("DATTSVT.csv", HEADER), ("2021-01.csv", "NAPR,PERIOD,STRANA,TNVED,EDIZM,STOIM,NETTO,KOL")],
)
def test_a_file_is_streamed(tmp_path, name, header):
    """An expression polars cannot stream would take a file of gigabytes into memory."""
    line = row() if header == HEADER else "ЭК,2021,CN,1201900000,,5,1,0"
    (found,), _ = detection.find_tables([write(tmp_path, table(line, header=header), name)])
    written = reading.plan(found.layout, found.path).sink_parquet(tmp_path / "rows.parquet", lazy=True)
    kinds, in_memory = nodes(written)
    assert kinds <= {
        "multi-scan",
        "with-columns",
        "select",
        "parquet-sink",
    }  # nothing that waits for all rows
    assert in_memory == set()
    reading.plan(found.layout, found.path).sink_parquet(tmp_path / "rows.parquet")
    for question in reading.questions(pl.scan_parquet(tmp_path / "rows.parquet")):
        kinds, in_memory = nodes(question)
        assert "multi-scan" in kinds
        assert in_memory == set()


# --- hostile files -------------------------------------------------------------------------------


def test_zip_bomb_is_refused(tmp_path, monkeypatch):
    """A few kilobytes would fill the disk."""
    monkeypatch.setattr(archives, "FREE_BYTES", 1 << 16)
    bomb = zipped(tmp_path, {"DATTSVT.csv": table(row()) + b"0" * (1 << 22)})
    with pytest.raises(AnalysisError, match="swells"):
        ingest(tmp_path, bomb)
    assert not (tmp_path / "store").exists()


def test_zip_that_lies_about_its_size_is_refused(tmp_path, monkeypatch):
    """The declared size would be believed and the bomb unpacked all the same."""
    monkeypatch.setattr(archives, "FREE_BYTES", 1 << 16)
    bomb = zipped(tmp_path, {"DATTSVT.csv": table(row()) + b"0" * (1 << 22)})
    size = (len(table(row())) + (1 << 22)).to_bytes(4, "little")
    bomb.write_bytes(bomb.read_bytes().replace(size, (1000).to_bytes(4, "little")))
    with pytest.raises(AnalysisError, match=r"swells|cannot be read"):
        ingest(tmp_path, bomb)
    assert not customs.exists(tmp_path / "store")


@pytest.mark.parametrize(
    "name", ["../DATTSVT.csv", "/etc/DATTSVT.csv", "a/../../b.csv", "..\\b.csv", "C:\\b.csv"]
)
def test_members_that_climb_are_refused(tmp_path, name):
    """A member would be written outside the store."""
    with pytest.raises(AnalysisError, match="outside the archive"):
        ingest(tmp_path, zipped(tmp_path, {name: table(row())}))


def test_damaged_encrypted_and_nested_archives_are_refused(tmp_path):
    """A traceback, or silence, in place of a sentence."""
    whole = zipped(tmp_path, {"DATTSVT.csv": table(*GOOD[:50])})
    data = whole.read_bytes()
    with pytest.raises(AnalysisError, match="cannot be read"):
        ingest(tmp_path, write(tmp_path, data[: len(data) // 2], "half.zip"))
    spoiled = bytearray(data)
    spoiled[60:64] = b"\0\0\0\0"
    with pytest.raises(AnalysisError, match="cannot be read"):
        ingest(tmp_path, write(tmp_path, bytes(spoiled), "spoiled.zip"))
    locked = bytearray(data)
    locked[6] |= 1
    locked[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(AnalysisError, match="encrypted"):
        ingest(tmp_path, write(tmp_path, bytes(locked), "locked.zip"))
    with pytest.raises(AnalysisError, match="ZIP inside a ZIP"):
        ingest(tmp_path, zipped(tmp_path, {"inner.zip": data}, "outer.zip"))


@pytest.mark.parametrize("length", [100_000, 40_000_000])
def test_absurd_field_length_is_refused(tmp_path, length):
    """One field would eat the memory."""
    lines = [*GOOD[:1500], row(region=AMUR + "Я" * (length // 2)), *GOOD[1500:]]
    with pytest.raises(AnalysisError, match="line of more than 65536 bytes"):
        ingest(tmp_path, write(tmp_path, table(*lines)))
    assert not customs.exists(tmp_path / "store")


def test_damaged_dbf_is_refused(tmp_path):
    """A header that lies would read past the end or give a traceback."""
    record = ("ЭК", "09/2021", "CN", "1201900000", "796", 1, 1, 1, AMUR, FAR_EAST)
    path = write_dbf(tmp_path / "a.dbf", [record] * 3)
    data = path.read_bytes()
    for spoiled in (
        data[:-400],
        data[:4] + (2**31).to_bytes(4, "little") + data[8:],
        data[:10] + (7).to_bytes(2, "little") + data[12:],
    ):
        with pytest.raises(AnalysisError, match=r"shorter than|records of|cannot be read"):
            ingest(tmp_path, write(tmp_path, spoiled, "bad.dbf"))
    assert not customs.exists(tmp_path / "store")


def test_binary_columns_of_dbf_are_refused(tmp_path):
    """A date or binary number would be cut as text."""
    path = write_dbf(
        tmp_path / "a.dbf",
        [("ЭК", "09/2021", "CN", "1201900000", True, 1, 1, 1, AMUR, FAR_EAST)],
        DBF_FIELDS.replace("edizm C(3)", "edizm L"),
    )
    with pytest.raises(AnalysisError, match="binary type 'L'"):
        ingest(tmp_path, path)


# --- properties ----------------------------------------------------------------------------------

MONEY = st.decimals(0, 10**11, places=2, allow_nan=False)
ROWS = st.tuples(
    st.sampled_from(["ЭК", "ИМ"]),
    st.integers(1, 12),
    st.integers(2013, 2022),
    st.sampled_from(["CN", "NA", "EU", "AB", "", "NNN"]),
    st.one_of(st.integers(0, 10**10 - 1).map("{:010d}".format), st.just("XXXXXXXXXX")),
    st.sampled_from(["", "796", "113"]),
    MONEY,
    st.sampled_from(["10000 - АМУРСКАЯ ОБЛАСТЬ", "90000 - СЕВЕРНАЯ ОСЕТИЯ - АЛАНИЯ", '71140 - "ЯМАЛ", О']),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(ROWS, min_size=1, max_size=20),
    separator=st.sampled_from("\t,;"),
    mark=st.sampled_from(",."),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read(tmp_path_factory, lines, separator, mark, end):
    """Some combination of separator, decimal mark, line end and content would change a value."""
    tmp_path = tmp_path_factory.mktemp("trip")

    def cell(text):
        quote = any(character in text for character in (separator, '"'))
        return '"' + text.replace('"', '""') + '"' if quote else text

    written = []
    for direction, month, year, partner, goods, unit, value, region in lines:
        fields = [direction, f"{month:02d}/{year}", partner, goods, unit, f"{value:f}".replace(".", mark)]
        written.append(separator.join(cell(text) for text in [*fields, "1", "0", region, FAR_EAST]))
    data = table(*written, header=HEADER.replace("\t", separator), end=end)
    ingest(tmp_path, write(tmp_path, data))
    expected = sorted(
        (d == "ЭК", year * 100 + month, partner or "NNN", goods, unit, float(value), region[:5])
        for d, month, year, partner, goods, unit, value, region in lines
    )
    found = rows(tmp_path, "is_export", "period", "partner", "goods", "unit", "value", "region")
    assert sorted(found) == expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=400))
def test_any_bytes_end_in_a_sentence_or_in_rows_accounted_for(tmp_path_factory, noise):
    """Noise between good rows would crash the reader or make rows vanish unlisted."""
    tmp_path = tmp_path_factory.mktemp("noise")
    data = table(*GOOD[:5]) + noise + b"\n" + table(*GOOD[5:10]).split(b"\n", 1)[1]
    try:
        report = ingest(tmp_path, write(tmp_path, data))
    except AnalysisError as error:
        assert str(error).endswith(".")
    else:
        assert report.files[0].rows >= 10


def test_progress_is_told(tmp_path):
    """A long ingest would look dead."""
    told = []
    ingest(tmp_path, write(tmp_path, table(*GOOD)), progress=lambda name, share: told.append((name, share)))
    assert all(name.endswith("DATTSVT.csv") and 0 <= share <= 1 for name, share in told)
    assert told[-1][1] == 1.0


def test_nothing_is_left_beside_the_store(tmp_path):
    """Temporary files would pile up in the reader's folder."""
    packed = zipped(tmp_path, {"a.csv": table(row()), "b.csv": table(row(period="02/2021"))})
    ingest(tmp_path, packed)
    store = tmp_path / "store"
    left = sorted(path.name for path in store.iterdir() if not path.name.startswith("observations-"))
    assert left == [".lock", "manifest.json", "parts"]
    assert len(list(store.glob("observations-*.csv"))) == 1
    assert len(list((store / "parts").iterdir())) == 2
