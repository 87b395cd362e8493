"""Making an edition from scoring sheets, and the draft report; experts here are synthetic."""

from __future__ import annotations

import csv
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data import regions
from analysis.errors import AnalysisError
from analysis.publish import edition_draft, guides
from analysis.publish.words import text
from analysis.rating import edition, sheets
from analysis.rating.edition import ScoringSheet, make_edition

ROOT = Path(__file__).resolve().parents[1]
SCORES_CSV = ROOT / "data" / "raw" / "rating" / "scores.csv"
NAMES = {"RU-AMU": "Амурская область", "RU-PRI": "Приморский край", "RU-BU": "Бурятия", "RU-MAG": "Магадан"}
OLD = {"RU-AMU": 9, "RU-PRI": 8, "RU-BU": 5, "RU-MAG": 3}


def sheet(expert: str, **scores: int) -> ScoringSheet:
    """A made-up expert's scores; keys are the letters of the region's code."""
    return ScoringSheet(expert, {f"RU-{key}": value for key, value in scores.items()})


SYNTHETIC = (
    sheet("synthetic expert 1", AMU=8, PRI=8, BU=6, MAG=1),
    sheet("synthetic expert 2", AMU=9, PRI=8, BU=7, MAG=4),
)


def printed_table() -> list[dict[str, str]]:
    return list(csv.DictReader(SCORES_CSV.read_text(encoding="utf-8").splitlines()))


def test_edition_iii_comes_back_from_its_scores():
    """The method must give back the printed tiers, or it is not the method of the document."""
    made = edition.committed("III")
    printed = {row["region"]: row for row in printed_table()}
    assert {entry.region: entry.tier for entry in made.entries} == {
        code: row["tier"] for code, row in printed.items()
    }
    assert made.tier_sizes() == {"high": 18, "moderate": 42, "low": 23}
    assert (made.label, made.previous_label, made.agreement) == ("III", "II", None)


def test_departures_of_edition_iii_are_those_the_reader_noted():
    """Reader and method look at the same order: a departure only one of them sees is a fault."""
    noted = {
        row["region"]: code
        for row in printed_table()
        for code in row["anomaly"].split("|")
        if code.startswith("out_of")
    }
    made = edition.committed()
    assert {item.region: item.code for item in made.departures} == noted
    orenburg = next(item for item in made.departures if item.region == "RU-ORE")
    assert (orenburg.printed, orenburg.position, orenburg.code) == (50, 39, "out_of_order")
    assert len(made.departures) == 4
    for language in ("en", "ru"):
        assert "4" in text(edition.departures_sentence(made), language)


def test_score_is_the_lower_median_and_spread_is_kept():
    """A half mark, or the upper one, would lift scores the scale does not have."""
    made = make_edition(SYNTHETIC, OLD, "IV", NAMES)
    found = {entry.region: entry for entry in made.entries}
    assert [found[code].score for code in NAMES] == [8, 8, 6, 1]
    assert (found["RU-MAG"].lowest, found["RU-MAG"].highest, found["RU-MAG"].spread) == (1, 4, 3)
    assert found["RU-BU"].change == 1 and found["RU-AMU"].change == -1
    # equal scores: Amur first, as it had more before
    assert [entry.region for entry in made.entries] == ["RU-AMU", "RU-PRI", "RU-BU", "RU-MAG"]
    assert made.departures is None and "no print" in text(edition.departures_sentence(made), "en")
    assert made.agreement is not None and 0 < made.agreement.estimate < 1
    assert text(made.agreement_sentence(), "ru").startswith("Альфа")


def test_order_falls_back_to_previous_score_and_to_the_alphabet_of_printed_names():
    """ё sorted after я, or codes instead of names, would shuffle every group of equals."""
    names = {"RU-ORL": "Орёл", "RU-ORE": "Оренбург", "RU-OMS": "Омск", "RU-AMU": "амур"}
    same = ScoringSheet("synthetic", dict.fromkeys(names, 5))
    made = make_edition([same], {"RU-OMS": 6, "RU-ORL": 5, "RU-ORE": 5}, "IV", names)
    assert [entry.region for entry in made.entries] == ["RU-OMS", "RU-ORL", "RU-ORE", "RU-AMU"]
    assert made.entries[-1].change is None


scores = st.integers(1, 10)
panels = st.lists(st.tuples(*[scores] * len(NAMES)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(panel=panels, old=st.tuples(*[scores] * len(NAMES)), data=st.data())
def test_any_panel_gives_an_ordered_edition_whatever_the_order_of_sheets(panel, old, data):
    """A result that depends on who handed in first, or an unordered one, is no edition."""
    experts = [
        ScoringSheet(f"synthetic {i}", dict(zip(NAMES, row, strict=True))) for i, row in enumerate(panel)
    ]
    previous = dict(zip(NAMES, old, strict=True))
    shuffled = data.draw(st.permutations(experts))
    names = dict(data.draw(st.permutations(list(NAMES.items()))))
    made = make_edition(experts, previous, "V", NAMES)
    again = make_edition(shuffled, previous, "V", names)
    assert made.entries == again.entries
    keys = [(-e.score, -(e.previous_score or 0), e.name.casefold()) for e in made.entries]
    assert keys == sorted(keys) and [e.position for e in made.entries] == [1, 2, 3, 4]
    for entry in made.entries:
        given_scores = [expert.scores[entry.region] for expert in experts]
        assert entry.score in given_scores
        # the highest score that more than half of the experts reach
        reached = [s for s in range(1, 11) if 2 * sum(g >= s for g in given_scores) > len(experts)]
        assert entry.score == max(reached)


@given(st.permutations(list(NAMES)))
def test_a_print_in_the_order_of_the_method_has_no_departures_and_any_other_has(order):
    """A departure missed, or one reported in a faithful print, would slander or flatter the print."""
    made = make_edition(SYNTHETIC, OLD, "IV", NAMES, order)
    method = [entry.region for entry in made.entries]
    assert (made.departures == ()) == (list(order) == method)
    moved = {item.region for item in made.departures}
    assert [code for code in order if code not in moved] == [code for code in method if code not in moved]


@pytest.mark.parametrize(
    ("sheets", "label", "order", "sentence"),
    [
        ([], "IV", (), "at least one"),
        ([SYNTHETIC[0], SYNTHETIC[0]], "IV", (), "each named once"),
        ([sheet("synthetic", AMU=11)], "IV", (), "score of RU-AMU is 11"),
        ([sheet("synthetic", AMU=7)], "IV", (), "No expert scores RU-PRI, RU-BU, RU-MAG"),
        ([sheet("synthetic", TA=7)], "IV", (), "RU-TA, which is not among"),
        (SYNTHETIC, "I", (), "The edition is 'I'"),
        (SYNTHETIC, "IV", ("RU-AMU", "RU-PRI"), "differ in RU-BU"),
        (SYNTHETIC, "IV", (*NAMES, "RU-AMU"), "every region of the edition once"),
    ],
)
def test_faulty_panels_are_refused(sheets, label, order, sentence):
    """A region without a score must not drop out of the edition silently."""
    with pytest.raises(AnalysisError, match=sentence):
        make_edition(sheets, OLD, label, NAMES, order)


def test_one_folder_makes_the_next_edition(tmp_path):
    """Sheets out, filled in, edition back: the way an expert panel would use it."""
    experts = ["synthetic_1", "synthetic_2", "synthetic_3"]
    written = edition.write_sheets(tmp_path, experts, SCORES_CSV, show_previous=True)
    written = [item.path for item in written]
    with pytest.raises(AnalysisError, match="holds no score"):
        edition.read_sheet(written[0], "synthetic_1")
    from openpyxl import load_workbook

    for path in written:
        book = load_workbook(path)
        for row in book.active.iter_rows(min_row=2):
            row[3].value = int(row[2].value)
        book.save(path)
    made = edition.from_folder(tmp_path, SCORES_CSV)
    assert (made.label, made.previous_label, made.experts) == ("IV", "III", tuple(experts))
    assert len(made.entries) == 83 and made.changed() == () and made.agreement.estimate == 1
    assert edition.requested(str(tmp_path), "") == made
    drafts = edition_draft.write_drafts(made, tmp_path / "out")
    assert [path.name for path in drafts] == ["draft-IV.en.html", "draft-IV.ru.html"]
    assert "No score changed." in drafts[0].read_text(encoding="utf-8")


def test_without_sheets_the_published_edition_is_made():
    """The notebook's defaults must be edition III itself, and a half-filled request refused."""
    assert edition.requested("", "") == edition.committed("III")
    with pytest.raises(AnalysisError, match="without scoring_sheets"):
        edition.requested("", "scores.csv")


def test_a_sheet_can_hide_the_old_scores(tmp_path):
    """An expert who sees the old score starts from it; a blind sheet must be blind."""
    path = edition.write_sheets(tmp_path, ["synthetic"], SCORES_CSV, show_previous=False)[0].path
    from openpyxl import load_workbook

    assert {row[2].value for row in load_workbook(path).active.iter_rows(min_row=2)} <= {None, ""}


def test_a_sheet_without_old_scores_does_not_tell_them_by_its_order(tmp_path):
    """The edition stands in the order of its scores: rows in that order give them away."""
    path = edition.write_sheets(tmp_path, ["synthetic"], SCORES_CSV, show_previous=False)[0].path
    names = [row["name"] for row in sheets.read(path, edition.COLUMNS)]
    assert len(names) == 83
    assert names == sorted(names, key=lambda name: name.casefold().replace("ё", "е"))


def test_a_sheet_says_how_it_is_filled_in(tmp_path):
    """An expert gets the file alone: scale, what to leave empty and what becomes of it must be on it, in both languages."""
    from openpyxl import load_workbook

    seen, blind = (
        edition.write_sheets(
            tmp_path / name,
            ["synthetic"],
            SCORES_CSV,
            show_previous=shown,
            guide=guides.scoring(is_shown=shown),
        )[0].path
        for name, shown in (("seen", True), ("blind", False))
    )
    told = {}
    for path in (seen, blind):
        book = load_workbook(path)
        assert "1 to 10" in book.worksheets[0].data_validations.dataValidation[0].prompt
        told[path] = " ".join(str(row[0].value) for row in book.worksheets[1].iter_rows())
        assert "an empty cell is left out" in told[path] and "пустая ячейка не учитывается" in told[path]
    assert "The old score is shown" in told[seen] and "The old score" not in told[blind]
    assert "Прежняя оценка показана" in told[seen] and "Прежняя" not in told[blind]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("RU-XX,5", "row 2: the region is 'RU-XX'"),
        ("RU-AMU,5\nRU-AMU,6", "row 3: RU-AMU stands twice"),
        ("RU-AMU,11", "row 2: the score of RU-AMU is '11'"),
        ("RU-AMU,7.5", "row 2: the score of RU-AMU is '7.5'"),
    ],
)
def test_faulty_scoring_sheet_names_the_row(tmp_path, line, sentence):
    """A score out of scale or a region twice must not be averaged away."""
    (tmp_path / "synthetic.csv").write_text(f"region,score\n{line}\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match=sentence):
        edition.read_sheets(tmp_path)


def test_empty_folder_is_refused(tmp_path):
    """An edition of nobody would have no scores at all."""
    with pytest.raises(AnalysisError, match="holds no scoring sheet"):
        edition.read_sheets(tmp_path)


class _Page(HTMLParser):
    """Collects tags and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]


@pytest.mark.parametrize("language", regions.LANGUAGES)
def test_draft_report_escapes_names_and_stands_alone(language):
    """A name with markup in it would break the page, and a linked page dies with its links."""
    names = {**NAMES, "RU-BU": "<script>alert(1)</script>"}
    made = make_edition(SYNTHETIC, OLD, "IV", names, list(NAMES))
    page = edition_draft.draft_report(made, language)
    parser = _Page()
    parser.feed(page)
    assert "script" not in parser.tags and parser.links == []
    assert ("&lt;script&gt;" in page) == (language == "ru")
    # a heading row in each of three tiers, and four regions
    assert parser.tags.count("tr") == 3 + 4
    assert text(made.sentence(), language) in page


def test_draft_report_holds_every_region_change_and_departure():
    """What falls out of the draft falls out of the edition."""
    made = edition.committed()
    page = edition_draft.draft_report(made, "ru")
    assert all(entry.name in page for entry in made.entries)
    assert all(text(item.sentence(), "ru") in page for item in made.departures)
    assert page.count("<li>") == len(made.changed()) + len(made.departures) + 6
    with pytest.raises(AnalysisError, match="language is 'de'"):
        edition_draft.draft_report(made, "de")
