"""Every reader against damaged inputs for a few seconds; `faults.fuzz` by hand has more of them."""

import pytest

from faults import fuzz

# of a quick reader; a slow one does as many as fit into the seconds
INPUTS = 60
SECONDS = 4


@pytest.mark.parametrize("name", fuzz.READERS)
def test_a_damaged_input_is_read_or_refused_in_one_short_sentence_and_soon(name):
    """A traceback tells a reader nothing about their file, and a hang or a flood of text even less."""
    total = fuzz.run(fuzz.READERS[name], seed=0, inputs=INPUTS, seconds=SECONDS)
    assert not total.faults, total.first
    assert total.refused > 0  # the damage is damage
