"""Customs files as parsers of real ones met them, all synthetic; what would break is in each docstring."""

from __future__ import annotations

import hashlib

import dbf
import pytest

from analysis import customs
from analysis.customs import trade
from analysis.errors import AnalysisError
from test_customs import FAR_EAST, GOOD, HEADER, ingest, row, rows, table, write

EXPECTED = (True, 202103, "CN", "1201900000", "", 1234567.5, 10.0, 0.0, "10000")


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (HEADER.replace("strana", "nastranapr"), row(period="03/2021", value="1234567,5")),
        (HEADER.upper(), row(period="03.2021", value="1234567,5")),
        ("\t" + HEADER, "0\t" + row(period="03/2021", value="1234567,5")),
        ("Unnamed: 0\t" + HEADER, "0\t" + row(period="03/2021", value="1234567,5")),
        (HEADER, row(period="2021-03-01", value="1234567,5")),
        (HEADER, row(period="03/2021", value="1 234 567,5")),
        (HEADER, row(period="03/2021", value="1\u00a0234\u00a0567,5")),
        (HEADER, row(direction="EXPORT", period="03/2021", value="1234567,5")),
        (HEADER, row(direction="Экспорт", period="03/2021", value="1234567,5")),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_headers_months_directions_and_numbers_as_they_are_met(tmp_path, header, line, encoding):
    """Unloads of 2022, files saved from a data frame or by a spreadsheet would be refused, or lose rows."""
    path = write(tmp_path, f"{header}\n{line}\n".encode(encoding))
    report = ingest(tmp_path, path)
    assert rows(tmp_path) == [EXPECTED]
    assert report.files[0].unreadable == ()
    assert report.files[0].encoding == encoding.removesuffix("-sig")
    source = customs.open_store(tmp_path / "store").sources[0]
    assert source.content_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "already" in ingest(tmp_path, path).files[0].outcome


def test_a_text_that_changes_its_encoding_is_refused(tmp_path):
    """Half a file would be stored, or its names be rubbish."""
    data = table(*GOOD).decode().encode("utf-16")
    with pytest.raises(AnalysisError, match="UTF-16 by its beginning"):
        ingest(tmp_path, write(tmp_path, data[:-1]))


@pytest.mark.parametrize("decimal", [",", "."])
def test_a_dbf_with_numbers_as_text(tmp_path, decimal):
    """Real DBFs hold value and weight as text with a decimal comma; only numeric fields were read."""
    path = tmp_path / "DATTSVT.dbf"
    fields = (
        "napr C(2); period C(7); strana C(3); tnved C(10); edizm C(3); Stoim C(20); Netto C(20); Kol C(20); "
    )
    table = dbf.Table(str(path), fields + "Region C(60); Region_s C(60)", codepage="cp866")
    with table.open(dbf.READ_WRITE):
        table.append(
            (
                *("ЭК", "03/2021", "CN", "1201900000", "", f"1234567{decimal}5", f"10{decimal}0", "0"),
                *("10000 - АМУРСКАЯ ОБЛАСТЬ", FAR_EAST),
            )
        )
    report = ingest(tmp_path, path)
    assert rows(tmp_path) == [EXPECTED]
    assert report.files[0].encoding == "cp866"


@pytest.fixture
def six_digits(tmp_path):
    """A file unloaded at the level of subheadings."""
    lines = [
        row(goods="440311", value="600"),
        row(goods="440391", value="300"),
        row(goods="120190", value="100"),
        row(goods="XXXXXX", value="0"),
    ]
    report = ingest(tmp_path, write(tmp_path, table(*lines)))
    assert report.files[0].level == 6
    return customs.open_store(tmp_path / "store")


def test_a_file_of_six_digits_serves_what_it_can_carry(six_digits):
    """A whole file of a coarser level was taken for codes with lost zeros."""
    assert trade.partner_values(six_digits, "RU-AMU", "2021-01")["value_thousand_usd"].tolist() == [1.0]
    assert trade.partner_values(six_digits, "RU-AMU", "2021-01", ["4403"])["value_thousand_usd"].tolist() == [
        0.9
    ]
    chapters = trade.top_items(six_digits, "RU-AMU", "2021-01", by="chapter").set_index("goods")
    assert chapters.loc["44", "share_percent"] == pytest.approx(90)
    tree = trade.goods_tree(six_digits, "RU-AMU", "2021-01", depth="subheading")
    assert tree[tree["parent"] == "4403"]["goods"].tolist() == ["440311", "440391"]


def test_goods_finer_than_the_file_are_refused_and_not_zero(six_digits):
    """Soybeans of ten digits would have no trade where the file only speaks of six."""
    with pytest.raises(AnalysisError, match=r"goods codes of 6 digits.*subheading \(6 digits\) at most"):
        trade.partner_values(six_digits, "RU-AMU", "2021-01", ["1201900000"])
    with pytest.raises(AnalysisError, match="goods codes of 6 digits"):
        trade.top_items(six_digits, "RU-AMU", "2021-01", by="position")
    with pytest.raises(AnalysisError, match="goods codes of 6 digits"):
        trade.summed(six_digits, ["1201900000"], ["RU-AMU"])


def test_a_lost_zero_is_still_a_fault(tmp_path):
    """Codes of nine digits among ten would count as a level of their own."""
    with pytest.raises(
        AnalysisError, match=r"1 of 3 rows .*the goods code \(tnved\) has not 10 digits.*line 3 first"
    ):
        ingest(tmp_path, write(tmp_path, table(row(), row(goods="101210000"), row())))


def test_a_refusal_counts_rows_by_reason_and_names_columns(tmp_path):
    """A reader would mend one row to meet the next, or not learn which column is missing."""
    bad = [row(value="abc")] * 3 + [row(period="2021")] * 2
    with pytest.raises(
        AnalysisError, match=r"5 of 6 rows .*not a number \(3 rows, line 2 first\); the period"
    ):
        ingest(tmp_path, write(tmp_path, table(*bad, row())))
    header = HEADER.replace("Stoim", "Cena")
    with pytest.raises(
        AnalysisError, match=r"nearest to the russian edition .* lacks stoim and has cena besides"
    ):
        ingest(tmp_path, write(tmp_path, table(row(), header=header)))
