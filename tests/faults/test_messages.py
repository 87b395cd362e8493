"""What a reader gives comes back in a refusal in part: one line, short, and nothing a terminal obeys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import LONGEST, LONGEST_QUOTED, AnalysisError, NoDataError, one_of, quoted

# as the package's terms have it, no message is longer
LONGEST_MESSAGE = 2000


@given(st.text())
def test_any_text_makes_one_line_that_a_terminal_can_show(text):
    told = str(AnalysisError(f"{text}." * 50))
    assert len(told) <= LONGEST_MESSAGE
    assert len(told.splitlines()) <= 1
    assert not set(told) & set(map(chr, range(32)))
    told.encode()


def test_a_long_refusal_keeps_its_beginning_and_its_end():
    told = str(one_of("grid.toml, line 3: edition", "x" * 3_000_000, ["II", "III"]))
    assert told.startswith("grid.toml, line 3: edition is 'xxx")
    assert told.endswith("allowed are: II, III.")
    assert len(told) < 2 * LONGEST_QUOTED + 60


def test_many_allowed_values_are_cut_and_the_sentence_still_ends():
    told = str(one_of("A table", "10.1", (str(n) for n in range(30_000))))
    assert len(told) <= LONGEST
    assert told.endswith("29999.")


@pytest.mark.parametrize("value", [10**5000, [10**5000], -(10**5000)], ids=["one", "list", "negative"])
def test_a_number_that_python_does_not_write_can_be_refused(value):
    assert "too long" in quoted(value)
    assert "too long" in str(one_of("year", value, ["2020"]))


def test_both_languages_of_a_missing_figure_are_kept():
    error = NoDataError("No figure.", "Нет данных.")
    assert (str(error), error.words) == ("No figure.", "Нет данных.")
