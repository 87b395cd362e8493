"""Pages of the report that need no browser."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis.publish.report import notebooks

HOSTILE = "<script>window.hostile = \"1\"</script> & 'x'"


def test_code_and_what_it_prints_show_as_text(tmp_path):
    """nbconvert's own cleaning of coloured code is left out; pygments has to have escaped it."""
    cell = new_code_cell(HOSTILE, outputs=[new_output("stream", text=HOSTILE)])
    made = _body(tmp_path, cell)
    assert "<script" not in made
    assert made.count("&lt;") >= 4


def test_an_image_without_words_is_said_to_have_none(tmp_path):
    cell = new_code_cell("1", outputs=[new_output("display_data", {"image/png": "AAAA"})])
    assert 'alt="No description' in _body(tmp_path, cell)
    cell.outputs[0].metadata["alt"] = "A map"
    assert 'alt="A map"' in _body(tmp_path, cell)


def _body(folder, cell):
    (folder / "notebooks").mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=[cell]), folder / "notebooks" / "n.ipynb")
    return notebooks.body(folder, "n", "en")
