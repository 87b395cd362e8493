"""Every LaTeX table, typeset: with Cyrillic, inside the page, nothing lost.

Needs TeX with T2A fonts (Debian: texlive-latex-base, texlive-latex-recommended, texlive-lang-cyrillic, cm-super);
without it the tests say so and skip.
"""

import re
import shutil
import subprocess

import pandas as pd
import pytest

from analysis import paths
from analysis.publish import exhibits, tables

LATEX = shutil.which("pdflatex")
pytestmark = pytest.mark.skipif(
    not LATEX
    or subprocess.run(["kpsewhich", "russianb.ldf", "t2aenc.def"], capture_output=True).stdout.count(b"\n")
    < 2,
    reason="no pdflatex with T2A and Russian on this machine",
)
# 180 mm, the width of the figures
PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[T2A]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[%s]{babel}
\usepackage[width=180mm,height=260mm]{geometry}
\usepackage{booktabs,amssymb,array,longtable}
\begin{document}
"""
LANGUAGES = {"en": "russian,english", "ru": "english,russian"}


def typeset(body, language, folder):
    """Typeset a document and return TeX's log."""
    document = folder / "document.tex"
    document.write_text(PREAMBLE % LANGUAGES[language] + body + "\n\\end{document}\n", encoding="utf-8")
    done = subprocess.run(
        [LATEX, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", document.name],
        cwd=folder, capture_output=True,
    )  # fmt: skip
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, log[-3000:]
    return log


@pytest.mark.skipif(
    not (paths.results() / "exhibits").is_dir(), reason="no results/ to typeset; run `make reproduce`"
)
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_table_fits_the_page(language, tmp_path):
    """A float longer than a page is cut off, a line wider than the page runs out of it: both only warn."""
    names = [entry.id for entry in exhibits.made(paths.results()) if "table" in entry.outputs]
    body = ""
    for name in names:
        shutil.copy(paths.results() / "tables" / f"{name}.{language}.tex", tmp_path)
        body += f"\\typeout{{TABLE {name}}}\\input{{{name}.{language}.tex}}\\clearpage\n"
    log = typeset(body, language, tmp_path)
    assert "too large for page" not in log
    too_wide = [
        (part.split("\n", 1)[0], float(points))
        for part in log.split("TABLE ")[1:]
        # six points are two letters: an address that nothing can fold
        for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", part)
        if float(points) > 6
    ]
    assert too_wide == []


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("rows", [1, tables.PAGE_LINES + 1])
def test_what_tex_reads_as_commands_is_printed(language, rows, tmp_path):
    hostile = r"\input{x} 50 % of $3 & #4_5 {a} ~ ^ τ ρ α ≥ ≤ × ✓ ✗ № « » — − Ёё"
    frame = pd.DataFrame({"text": [hostile] * rows, "value": [-1.5] * rows})
    table = tables.Table(
        frame,
        (
            tables.Column("text", {"en": "Text", "ru": "Текст"}),
            tables.Column("value", {"en": "%", "ru": "%"}, "number", 1),
        ),
    )
    made = tables.to_latex(table, language, "synthetic", hostile, hostile)
    typeset(made, language, tmp_path)
