"""Each rule on a true and on a false case, by hand: a rule that cannot fail proves nothing."""

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.ledger import Claim, PrintedTable, registered, verify
from analysis.ledger.claims import Cell, matches
from analysis.ledger.normal_forms import date_of, months_of
from analysis.ledger.verify import LedgerRow
from analysis.publish.words import text

OBSERVATIONS = pd.DataFrame(
    [
        ("RU-AMU", "length", "2020", 34.40, "synthetic"),
        ("RU-AMU", "length", "2021", 35.30, "synthetic"),
        ("RU-AMU", "sales", "2020", 100.0, "synthetic"),
        ("RU-PRI", "sales", "2020", 99.5, "synthetic"),
        ("RU-ZAB", "sales", "2020", 90.0, "synthetic"),
        ("RU-AMU", "sales", "2021", 100.0, "synthetic"),
        ("RU-PRI", "sales", "2021", 120.0, "synthetic"),
        ("RU-AMU", "share", "2020", 12.0, "paper-table-9"),
    ],
    columns=["region", "indicator", "period", "value", "source"],
)

TABLE: PrintedTable = {
    ("a", "x"): Cell("7", "points"),
    ("b", "x"): Cell("5", "points"),
    ("a", "y"): Cell("1254", "km"),
    ("b", "y"): Cell("1064", "km"),
    ("a", "z"): Cell("0,006", "points per km"),
    ("b", "z"): Cell("0,005", "points per km"),
    ("whole", "tree"): Cell("100,0", "t"),
    ("part", "tree"): Cell("70,1", "t"),
    ("part of part 1", "tree"): Cell("30,0", "t"),
    ("part of part 2", "tree"): Cell("40,0", "t"),
    ("gap", "m"): Cell("", ""),
    ("other gap", "m"): Cell("-", ""),
    ("u1", "url"): Cell("example.org/a", ""),
    ("u2", "url"): Cell("example.org/a", ""),
    ("u3", "url"): Cell("example.org/b", ""),
    ("u1", "subject"): Cell("trade", ""),
    ("u2", "subject"): Cell("clusters", ""),
    ("u3", "subject"): Cell("trade", ""),
    ("r1", "ru year"): Cell("2021", ""),
    ("r1", "en year"): Cell("2020", ""),
    ("r1", "ru doi"): Cell("10.1/x-2021-1", ""),
    ("r1", "en doi"): Cell("10.1/x-2021-1", ""),
    ("r2", "ru whole_number"): Cell("87", ""),
    ("r2", "en volume"): Cell("87", ""),
    ("r2", "ru year"): Cell("2012", ""),
    ("r2", "en year"): Cell("2012", ""),
    ("r3", "ru year"): Cell("2012", ""),
    ("r3", "en year"): Cell("2012", ""),
    ("r3", "ru pages"): Cell("3–9", ""),
    ("r3", "en pages"): Cell("3-9", ""),
    ("RU-AMU", "road"): Cell("34", "km"),
    ("s", "p"): Cell("9", ""),
    ("s", "q"): Cell("8", ""),
    ("o1", "p"): Cell("7", ""),
    ("o1", "q"): Cell("7", ""),
    ("o2", "p"): Cell("8", ""),
    ("o2", "q"): Cell("1", ""),
    ("RU-ZAB", "2017"): Cell("", ""),
    ("RU-ZAB", "2018"): Cell("5", ""),
    ("RU-CHU", "2017"): Cell("-", ""),
    ("RU-CHU", "2018"): Cell("", ""),
    ("27", "hs"): Cell("Mineral fuels", ""),
    ("2716", "hs"): Cell("Electrical energy", ""),
    ("4403", "hs"): Cell("Wood in the rough", ""),
    ("440311", "hs"): Cell("Treated", ""),
}


def judged(rule: str, check: str, published: str = "", formula: str = "", inputs: str = "") -> LedgerRow:
    """Verdict on one claim written as a row of a claims file."""
    pairs = tuple(tuple(part.strip().split("=", 1)) for part in inputs.split(";") if part.strip())
    claim = Claim(
        "c", "text", "here", published, "", rule, check, formula, pairs, "", "claim:c", "f.csv, line 2"
    )  # type: ignore[arg-type]
    return verify([claim], OBSERVATIONS, {"t": TABLE}).rows[0]


def test_a_column_without_a_beginning_is_told_by_its_end_alone() -> None:
    row = judged("R10", "in_column", "В январе 2025 года", inputs="column=text:до мая 2025 года")
    assert text(row.reproduced, "en") == "until May 2025" and text(row.note, "en").endswith(
        "holds until May 2025."
    )


CASES = [
    # rule, check, published, formula, inputs, verdict, basis
    ("R1", "formula", "0,006", "n / l", "n=exact:cell:t:a:x; l=cell:t:a:y", "match", "internal"),
    ("R1", "formula", "0,005", "n / l", "n=exact:cell:t:a:x; l=cell:t:a:y", "paper_error", "internal"),
    (
        "R2",
        "total",
        "100,0",
        "",
        "rows=cell:t:whole,part,part of part 1,part of part 2:tree; whole=text:whole",
        "match",
        "internal",
    ),
    (
        "R2",
        "total",
        "240,1",
        "",
        "rows=cell:t:whole,part,part of part 1,part of part 2:tree; whole=text:whole",
        "paper_error",
        "internal",
    ),
    ("R2", "total", "10", "", "rows=list:5 | 5", "match", "internal"),
    ("R3", "largest", "", "", "printed=cell:t:*:y; of=text:a", "match", "internal"),
    ("R3", "largest", "", "", "printed=cell:t:*:y; of=text:b", "paper_error", "internal"),
    (
        "R3",
        "smallest",
        "",
        "n / l",
        "printed=cell:t:*:z; n=exact:cell:t:*:x; l=cell:t:*:y; of=text:b",
        "match",
        "internal",
    ),
    (
        "R3",
        "smallest",
        "",
        "n / l",
        "printed=cell:t:*:z; n=exact:cell:t:*:x; l=cell:t:*:y; of=text:a",
        "paper_error",
        "internal",
    ),
    ("R3", "largest", "", "", "printed=list:5 | 5 | 3; of=text:1", "not_checkable", "internal"),
    ("R3", "above", "173", "", "than=printed:158", "match", "internal"),
    ("R3", "above", "", "", "subject=cell:t:a:x,y; than=cell:t:b:x,y", "match", "internal"),
    ("R3", "above", "", "", "subject=cell:t:b:x,y; than=cell:t:a:x,y", "paper_error", "internal"),
    ("R3", "above_most", "", "", "subject=cell:t:s:p,q; others=cell:t:s,o1,o2:p,q", "match", "internal"),
    (
        "R3",
        "above_most",
        "",
        "",
        "subject=cell:t:o1:p,q; others=cell:t:s,o1,o2:p,q",
        "paper_error",
        "internal",
    ),
    ("R3", "majority", "", "", "share=printed:52,6", "match", "internal"),
    ("R3", "majority", "", "", "share=printed:45,9", "not_checkable", "internal"),
    ("R4", "integer_base", "54", "", "change=printed:10; direction=text:down", "match", "internal"),
    ("R4", "integer_base", "57", "", "change=printed:9; direction=text:down", "paper_error", "internal"),
    ("R4", "integer_base", "66", "", "change=printed:10; direction=text:up", "match", "internal"),
    ("R5", "formula", "больше половины", "a / b", "a=printed:6,0; b=printed:10,0", "match", "internal"),
    ("R5", "formula", "больше половины", "a / b", "a=printed:4,0; b=printed:10,0", "paper_error", "internal"),
    ("R5", "formula", "больше половины", "a / b", "a=printed:5; b=printed:10", "not_checkable", "internal"),
    (
        "R5",
        "bounds",
        "5",
        "weighted_mean(filled(v, w, 4, 6), w)",
        "v=exact:list:5 | 5; w=exact:list:1 | 1 | 1",
        "match",
        "internal",
    ),
    (
        "R5",
        "bounds",
        "5",
        "weighted_mean(filled(v, w, 0, 9), w)",
        "v=exact:list:5 | 5; w=exact:list:1 | 1 | 1",
        "not_checkable",
        "internal",
    ),
    (
        "R5",
        "bounds",
        "9",
        "weighted_mean(filled(v, w, 0, 9), w)",
        "v=exact:list:5 | 5; w=exact:list:1 | 1 | 1",
        "paper_error",
        "internal",
    ),
    ("R5", "same_number", "70 %", "", "other=printed:на 70 процентов", "match", "internal"),
    ("R5", "same_number", "71 %", "", "other=printed:на 70 процентов", "paper_error", "internal"),
    ("R5", "not_fallen", "61", "", "before=printed:6,5", "match", "internal"),
    ("R5", "not_fallen", "6,5", "", "before=printed:61", "paper_error", "internal"),
    ("R5", "proportion", "500", "", "other=printed:12,6", "not_checkable", "internal"),
    ("R5", "bound", "9", "", "bound=printed:10", "not_checkable", "internal"),
    ("R5", "bound", "12", "", "bound=printed:10", "paper_error", "internal"),
    ("R5", "between", "6", "", "parts=list:5 | 7", "not_checkable", "internal"),
    ("R5", "between", "9", "", "parts=list:5 | 7", "paper_error", "internal"),
    ("R6", "unique", "", "", "labels=list:a | b", "match", "internal"),
    ("R6", "unique", "", "", "labels=list:a | a", "paper_error", "internal"),
    ("R6", "numbering", "", "", "labels=list:1 | 2 | 3", "match", "internal"),
    ("R6", "numbering", "", "", "labels=list:1 | 2 | 4 | 3 | 4", "paper_error", "internal"),
    ("R6", "numbering", "", "", "labels=list:2 | 1", "paper_error", "internal"),
    ("R6", "same", "№ 488–ФЗ", "", "other=text:№ 488-ФЗ", "match", "internal"),
    ("R6", "same", "№ 488-ФЗ", "", "other=text:№ 489-ФЗ", "paper_error", "internal"),
    ("R6", "same_in_languages", "", "", "facts=cell:t:r3:*", "match", "internal"),
    ("R6", "same_in_languages", "", "", "facts=cell:t:r1:*", "paper_error", "internal"),
    ("R6", "same_in_languages", "", "", "facts=cell:t:r2:*", "paper_error", "internal"),
    ("R6", "listed_once", "A, 2021", "", "list=list:A, 2021 | B, 2021", "match", "internal"),
    ("R6", "listed_once", "A, 2021", "", "list=list:A, 2021 | A, 2021", "paper_error", "internal"),
    ("R6", "listed_once", "C, 2021", "", "list=list:A, 2021 | B, 2021", "paper_error", "internal"),
    ("R6", "same_number", "14", "", "other=printed:14", "match", "internal"),
    ("R6", "same_number", "14", "", "other=printed:15", "paper_error", "internal"),
    ("R6", "same_stage", "", "", "words=list:is under construction | строится", "match", "internal"),
    (
        "R6",
        "same_stage",
        "",
        "",
        "words=list:is under construction | в разработке",
        "paper_error",
        "internal",
    ),
    (
        "R6",
        "rendered",
        "",
        "",
        "original=text:санкций; translation=text:of sanctions; elsewhere=text:санкций; "
        "elsewhere_translation=text:sanctions; term=text:санкц; word=text:sanction",
        "match",
        "internal",
    ),
    (
        "R6",
        "rendered",
        "",
        "",
        "original=text:санкций; translation=text:sanitary rules; elsewhere=text:санкций; "
        "elsewhere_translation=text:sanctions; term=text:санкц; word=text:sanction",
        "paper_error",
        "internal",
    ),
    ("R6", "complete_caption", "Exports of the region, thousand dollars", "", "", "match", "internal"),
    ("R6", "complete_caption", "Exports of the region", "", "", "paper_error", "internal"),
    ("R6", "all_cited", "", "", "list=list:A, 2021; citations=list:A, 2021 | B, 2021", "match", "internal"),
    (
        "R6",
        "all_cited",
        "",
        "",
        "list=list:A, 2021 | C, 2021; citations=list:A, 2021",
        "paper_error",
        "internal",
    ),
    ("R6", "known_codes", "", "", "codes=list:440311 | 27; nomenclature=cell:t:*:hs", "match", "internal"),
    ("R6", "known_codes", "", "", "codes=list:440310; nomenclature=cell:t:*:hs", "paper_error", "internal"),
    ("R6", "code_beginnings", "", "", "codes=list:44031; nomenclature=cell:t:*:hs", "match", "internal"),
    (
        "R6",
        "code_beginnings",
        "",
        "",
        "codes=list:44039; nomenclature=cell:t:*:hs",
        "paper_error",
        "internal",
    ),
    (
        "R6",
        "only_in_chapter",
        "Mineral fuels",
        "",
        "nomenclature=cell:t:*:hs; other=text:Wood in the rough",
        "match",
        "internal",
    ),
    (
        "R6",
        "only_in_chapter",
        "Mineral fuels",
        "",
        "nomenclature=cell:t:*:hs; other=text:electrical energy",
        "paper_error",
        "internal",
    ),
    ("R6", "code_lengths", "", "", "codes=list:44 | 4403, 440310", "match", "internal"),
    ("R6", "code_lengths", "", "", "codes=list:44 | 44031", "paper_error", "internal"),
    (
        "R7",
        "one_use",
        "example.org/a",
        "",
        "sources=cell:t:u1,u2:url; subjects=cell:t:*:subject",
        "paper_error",
        "internal",
    ),
    ("R7", "one_use", "10.1/x-2021-1", "", "sources=cell:t:r1:* doi; subjects=list:x", "error", ""),
    ("R7", "is_page", "example.org/a", "", "", "match", "internal"),
    ("R7", "is_page", "https://example.org/", "", "", "paper_error", "internal"),
    (
        "R7",
        "title_names",
        "",
        "",
        "title=text:Border trade; statement=text:trade on the border",
        "match",
        "internal",
    ),
    (
        "R7",
        "title_names",
        "",
        "",
        "title=text:Tanker market; statement=text:the railway",
        "paper_error",
        "internal",
    ),
    ("R7", "one_home", "", "", "named=cell:t:u1:url; project=text:example", "match", "internal"),
    ("R7", "one_home", "", "", "named=cell:t:u1,u2:url; project=text:example", "paper_error", "internal"),
    (
        "R7",
        "one_use",
        "example.org/b",
        "",
        "sources=cell:t:*:url; subjects=cell:t:*:subject",
        "not_checkable",
        "internal",
    ),
    ("R7", "one_use", "v", "", "sources=list:v | v; subjects=list:trade | trade", "match", "internal"),
    ("R8", "count", "three", "", "items=list:a | b | c", "match", "internal"),
    ("R8", "count", "три", "", "items=list:a | b | c | d", "paper_error", "internal"),
    ("R8", "same_count", "", "", "first=list:a | b; second=list:c | d", "match", "internal"),
    ("R8", "same_count", "", "", "first=list:a | b; second=list:c", "paper_error", "internal"),
    ("R9", "one_mark", "", "", "cells=cell:t:gap,a:*", "match", "internal"),
    (
        "R9",
        "mark_by_meaning",
        "",
        "",
        "cells=cell:t:RU-ZAB,RU-CHU:2017; rows=text:RU-ZAB; until=text:2017",
        "match",
        "internal",
    ),
    (
        "R9",
        "mark_by_meaning",
        "",
        "",
        "cells=cell:t:RU-ZAB,RU-CHU:*; rows=text:RU-ZAB; until=text:2017",
        "paper_error",
        "internal",
    ),
    ("R9", "one_mark", "", "", "cells=cell:t:gap,other gap:*", "paper_error", "internal"),
    (
        "R9",
        "one_mark",
        "",
        "",
        "cells=cell:t:gap,other gap:*; legend=text:blank none, dash unknown",
        "match",
        "internal",
    ),
    ("R10", "same_period", "2021", "", "source=text:2021-01/2021-12", "match", "internal"),
    ("R10", "same_period", "9 месяцев 2021 года", "", "source=text:9 months of 2021", "match", "internal"),
    (
        "R10",
        "same_period",
        "2021",
        "",
        "source=text:2021-01/2021-09",
        "paper_error",
        "internal",
    ),
    ("R10", "same", "a", "", "other=text:A", "match", "internal"),
    ("R10", "same", "a", "", "other=text:b", "paper_error", "internal"),
    ("R10", "same_date", "8 июля 2025", "", "other=text:July 8, 2025", "match", "internal"),
    ("R10", "same_date", "8 июля 2025", "", "other=text:July 9, 2025", "paper_error", "internal"),
    ("R10", "not_before", "06.06.2025", "", "published_on=text:2025/06/06", "not_checkable", "internal"),
    ("R10", "not_before", "03.06.2025", "", "published_on=text:2025/06/06", "paper_error", "internal"),
    ("R10", "over_by", "", "", "period=text:2023; published_on=text:2024/01/10", "match", "internal"),
    ("R10", "over_by", "2023–2024 года", "", "published_on=text:2024/07/10", "paper_error", "internal"),
    ("R10", "in_column", "В январе 2025 года", "", "column=text:до мая 2025 года", "match", "internal"),
    (
        "R10",
        "in_column",
        "В январе 2025 года",
        "",
        "column=text:июня 2025 – мая 2026 годов",
        "paper_error",
        "internal",
    ),
    ("R10", "results_in_column", "2024 год", "", "column=text:до мая 2025 года", "match", "internal"),
    (
        "R10",
        "results_in_column",
        "первое полугодие 2025",
        "",
        "column=text:до мая 2025 года",
        "paper_error",
        "internal",
    ),
    ("R10", "months_long", "12", "", "period=text:июня 2025 – мая 2026 года", "match", "internal"),
    ("R10", "months_long", "11", "", "period=text:июня 2025 – мая 2026 года", "paper_error", "internal"),
    (
        "R10",
        "yearly",
        "",
        "",
        "first=text:2023; last=text:2025; editions=list:I | II | III",
        "match",
        "internal",
    ),
    (
        "R10",
        "yearly",
        "",
        "",
        "first=text:2023; last=text:2026; editions=list:I | II | III",
        "paper_error",
        "internal",
    ),
    (
        "R10",
        "over_by",
        "",
        "",
        "period=text:2023/2024; published_on=text:2024/07/10",
        "paper_error",
        "internal",
    ),
    (
        "R10",
        "fitting_year",
        "2020",
        "",
        "row=cell:t:RU-AMU,RU-PRI:road; series=obs:length:@border:*",
        "match",
        "external",
    ),
    (
        "R10",
        "fitting_year",
        "2021",
        "",
        "row=cell:t:RU-AMU,RU-PRI:road; series=obs:length:@border:*",
        "mismatch",
        "external",
    ),
    ("R11", "formula", "100", "s", "s=obs:sales:RU-AMU:2020", "match", "external"),
    ("R11", "formula", "99", "s", "s=obs:sales:RU-AMU:2020", "not_checkable", "external"),
    ("R11", "formula", "97", "s", "s=obs:sales:RU-AMU:2020", "mismatch", "external"),
    ("R11", "bounds", "100", "s", "s=obs:sales:RU-AMU:2020", "match", "external"),
    ("R11", "bounds", "150", "s", "s=obs:sales:RU-AMU:2020", "mismatch", "external"),
    ("R11", "in_year", "34", "", "series=obs:length:RU-AMU:*; year=text:2020", "match", "external"),
    ("R11", "in_year", "35,1", "", "series=obs:length:RU-AMU:*; year=text:2021", "not_checkable", "external"),
    ("R11", "in_year", "34", "", "series=obs:length:RU-AMU:*; year=text:2021", "mismatch", "external"),
    ("R11", "first", "", "", "values=obs:sales:RU-AMU,RU-ZAB:2020; of=text:RU-AMU", "match", "external"),
    ("R11", "first", "", "", "values=obs:sales:@border:2020; of=text:RU-AMU", "not_checkable", "external"),
    ("R11", "first", "", "", "values=obs:sales:@border:2021; of=text:RU-AMU", "mismatch", "external"),
    ("R11", "bound", "99", "", "bound=obs:sales:RU-AMU:2020", "not_checkable", "external"),
    ("R11", "bound", "100,6", "", "bound=obs:sales:RU-AMU:2020", "not_checkable", "external"),
    ("R11", "bound", "110", "", "bound=obs:sales:RU-AMU:2020", "mismatch", "external"),
    (
        "R11",
        "other_date",
        "100",
        "",
        "other=obs:sales:RU-AMU:2020; on=text:2020",
        "not_checkable",
        "external",
    ),
    (
        "R11",
        "plausible",
        "",
        "",
        "values=obs:sales:@border:2020; of=text:RU-AMU",
        "not_checkable",
        "external",
    ),
]


@pytest.mark.parametrize(("rule", "check", "published", "formula", "inputs", "verdict", "basis"), CASES)
def test_rule_on_true_and_false_case(
    rule: str, check: str, published: str, formula: str, inputs: str, verdict: str, basis: str
) -> None:
    if verdict == "error":
        with pytest.raises(AnalysisError):
            judged(rule, check, published, formula, inputs)
        return
    row = judged(rule, check, published, formula, inputs)
    assert (row.verdict, row.basis) == (verdict, basis)
    assert row.note and row.reproduced


def test_every_rule_and_check_has_a_case_that_fails() -> None:
    """Checks that decide nothing by design (bounds kept, other dates) are named here with their reason."""
    tried = {(one.rule, one.name): set() for one in registered()}  # type: ignore[var-annotated]
    for rule, check, *_, verdict, _basis in CASES:
        tried[rule, check].add(verdict)
    never_fail = {("R3", "majority"), ("R5", "proportion"), ("R11", "other_date"), ("R11", "plausible")}
    never_match = {
        ("R5", "bound"),
        ("R5", "between"),
        ("R5", "proportion"),
        ("R10", "not_before"),
        ("R11", "bound"),
        ("R11", "other_date"),
        ("R11", "plausible"),
    }
    for key, verdicts in tried.items():
        assert key in never_fail or verdicts & {"paper_error", "mismatch"}, key
        assert key in never_match or "match" in verdicts, key


def test_total_says_when_it_is_the_sum_of_all_rows_and_by_how_much() -> None:
    row = judged(
        "R2",
        "total",
        "240,1",
        "",
        "rows=cell:t:whole,part,part of part 1,part of part 2:tree; whole=text:whole",
    )
    note = text(row.note, "en")
    assert text(row.reproduced, "en") == "100"
    assert "140.1 too much" in note and "2.4 times" in note
    assert "part = part of part 1 + part of part 2" in note


def test_integer_base_names_the_neighbours() -> None:
    note = text(judged("R4", "integer_base", "57", "", "change=printed:9; direction=text:down").note, "en")
    assert "from 62 it is 8.06 %" in note and "from 63 it is 9.52 %" in note


def test_year_that_fits_is_named() -> None:
    row = judged(
        "R10", "fitting_year", "2021", "", "row=cell:t:RU-AMU,RU-PRI:road; series=obs:length:@border:*"
    )
    assert text(row.reproduced, "en") == "2020"


def test_numbers_read_from_the_paper_cannot_come_back_as_outside_data() -> None:
    """Otherwise Table 2 would confirm itself through the observations."""
    with pytest.raises(AnalysisError, match="share"):
        judged("R11", "formula", "12", "s", "s=obs:share:RU-AMU:2020")


def test_nothing_matches_itself() -> None:
    with pytest.raises(AnalysisError, match="with itself"):
        judged("R1", "formula", "12", "s", "s=claim:c")


def test_rule_without_inputs_is_refused() -> None:
    with pytest.raises(AnalysisError, match="no inputs"):
        judged("R1", "formula", "12", "3 * 4")


@pytest.mark.parametrize(
    ("rule", "check", "published", "formula", "inputs", "told"),
    [
        ("R12", "formula", "1", "s", "s=printed:1", "allowed are: R1, R2"),
        ("R1", "guess", "1", "s", "s=printed:1", "allowed are: formula"),
        ("R1", "formula", "1,2,3", "s", "s=printed:1", "not a printed number"),
        ("R1", "formula", "-", "s", "s=printed:1", "marks a missing number"),
        ("R1", "formula", "1", "", "s=printed:1", "needs a formula"),
        ("R1", "formula", "1", "s", "s=printed:-", "marks a missing number"),
        ("R1", "formula", "1", "1 / s", "s=printed:0", "divides"),
        ("R1", "formula", "1", "s", "s=cell:t:*:x", "set where one number"),
        ("R1", "formula", "1", "s", "s=cell:nowhere:a:x", "nowhere"),
        ("R1", "formula", "1", "s", "s=cell:t:a:nothing", "no such cell"),
        ("R1", "formula", "1", "s", "s=cell:t:a", "3 parts"),
        ("R1", "formula", "1", "s", "s=obs:sales:RU-SA:2020", "no such observation"),
        ("R1", "formula", "1", "sum(s)", "s=cell:t:@nowhere:x", "allowed are: far_east, border"),
        ("R1", "formula", "1", "s", "s=claim:unknown", "unknown"),
        ("R1", "formula", "1", "s", "s=guess:1", "allowed are: claim"),
        ("R1", "formula", "1", "s", "s=file:absent.csv:a:b", "There is no file"),
        ("R2", "total", "1", "", "total=list:1", "lacks the input 'rows'"),
        ("R2", "total", "1", "", "rows=list:1; whole=text:z", "the row named as the whole"),
        ("R3", "largest", "", "", "printed=list:1 | 2; of=text:7", "compared"),
        ("R4", "integer_base", "5,5", "", "change=printed:9; direction=text:down", "whole number"),
        ("R4", "integer_base", "5", "", "change=printed:9; direction=text:sideways", "allowed are: up, down"),
        ("R8", "count", "-", "", "items=list:a", "counting word"),
        ("R10", "same_date", "someday", "", "other=text:2025-01-01", "cannot be read"),
        ("R10", "same_period", "soon", "", "source=text:2021", "periods are written"),
        ("R3", "largest", "", "", "printed=list:1; of=text:1", "needs 2"),
        ("R3", "largest", "", "s", "s=printed:1; of=text:1", "several are compared"),
        ("R5", "between", "1", "", "parts=list:- | -", "needs 1"),
        ("R6", "numbering", "", "", "labels=list:one thing | 2", "not a printed number"),
        ("R8", "same_count", "", "", "only=list:a", "two lists"),
        ("R11", "plausible", "", "", "values=list:0 | 0; of=text:1", "add up to nothing"),
        ("R11", "in_year", "1", "", "series=obs:length:RU-AMU:*; year=text:1999", "the year"),
    ],
)
def test_fault_in_a_claim_is_one_sentence_with_file_and_line(
    rule: str, check: str, published: str, formula: str, inputs: str, told: str
) -> None:
    with pytest.raises(AnalysisError, match=r"f\.csv, line 2") as caught:
        judged(rule, check, published, formula, inputs)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("03.06.2025", "2025-06-03"),
        ("2025/06/06", "2025-06-06"),
        ("2025/01", "2025-01-01"),
        ("8 июля 2025 года", "2025-07-08"),
        ("31 декабря 2014", "2014-12-31"),
        ("5 мая 2020", "2020-05-05"),
        ("5 марта 2020", "2020-03-05"),
        ("July 8, 2025", "2025-07-08"),
        ("8 August 2025", "2025-08-08"),
    ],
)
def test_dates_are_read_in_both_languages(text: str, iso: str) -> None:
    assert date_of(text, "here").isoformat() == iso


def test_only_a_star_is_special_in_a_selector() -> None:
    """A row called 'a [kg]' must choose itself and nothing else."""
    assert matches("a [kg]", "a [kg]") and not matches("a [kg]", "a k")
    assert matches("ru *", "ru doi") and matches("x, y", "y") and not matches("ru *", "en doi")


def test_periods() -> None:
    assert months_of("2021", "here") == ("2021-01", "2021-12")
    assert months_of("2021-06", "here") == ("2021-06", "2021-06")
    assert months_of("2023/2024", "here") == ("2023-01", "2024-12")
