"""docs/stats.md: its three examples run, and print what the page says."""

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "stats.md"
BLOCK = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


def test_the_page_prints_what_it_says():
    """Fails if an example no longer runs, or a reader would see other numbers than the page's."""
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == PAGE.read_text(encoding="utf-8").count("```python") == 5
    names = {}
    for code, printed in blocks:
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            exec(compile(code, str(PAGE), "exec"), names)
        assert [line.rstrip() for line in shown.getvalue().splitlines()] == printed.splitlines()


def test_every_function_of_the_page_exists():
    """Fails if the table of questions names what is no longer there."""
    stats = pytest.importorskip("analysis.stats")
    table = PAGE.read_text(encoding="utf-8").split("The three examples")[0]
    for name in re.findall(r"`(\w+)`", table):
        assert hasattr(stats, name), name
