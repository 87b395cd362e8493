"""``make check``: whatever is wrong with results is seen and named, and another machine's last digit is not.

The results here are synthetic: one exhibit with its table, figure, card, notebook and page.
"""

import base64
import io
import json
import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from analysis import paths
from analysis.errors import AnalysisError
from analysis.workflow import check, input_sums, readings, sums

LANGUAGES = ("en", "ru")
INPUTS = {"data/raw/trade.csv": "1" * 64, "src/analysis/stats.py": "2" * 64}
# name, tau-b, exact p
ROWS = (("China's share", 0.5060243137049899, "0.043"), ("Exports", 0.16, "0.585"))


@pytest.fixture(autouse=True)
def pictures(monkeypatch):
    """The README shows one of these results' own pictures."""
    names = tuple(f"figures/association-forest.{language}.png" for language in LANGUAGES)
    monkeypatch.setattr(check, "README_FIGURES", names)


def figures(rows, shift=0.0):
    """A forest as SVG and PNG, 180 mm wide."""
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "synthetic", "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(7.1, 2))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.3 + shift, 0.2, 0.5, 0.7))
        axes.set(
            xlim=(-1, 1), ylim=(-0.5, 1.5), yticks=range(len(rows)), yticklabels=[row[0] for row in rows]
        )
        for place, (_, tau, p) in enumerate(rows):
            axes.plot(tau, place, "D")
            axes.annotate(p, (1.05, place), annotation_clip=False)
        made = {}
        for kind in ("svg", "png"):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, metadata={"Date": None} if kind == "svg" else None)
            made[kind] = buffer.getvalue()
    return made


def table(language, p="0.043"):
    return (
        f'<figure id="association-forest-{language}"><style>td {{text-align: right}}</style>\n'
        f"<figcaption><strong>Score against each covariate</strong></figcaption>\n<table>\n"
        f"<tr><th>Covariate</th><th>tau-b</th><th>p</th></tr>\n"
        f"<tr><td>China's share</td><td>0.51</td><td>{p}</td></tr>\n"
        "<tr><td>Exports</td><td></td><td>0.585</td></tr>\n</table>\n<p>Exact.</p></figure>\n"
    )


def sentence(count=1):
    return {"en": f"{count} of 9 coefficients are below 0.05.", "ru": f"Ниже 0,05: {count} из 9."}


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def draw(folder, rows=ROWS, shift=0.0):
    for language in LANGUAGES:
        for kind, content in figures(rows, shift).items():
            write(folder, f"figures/association-forest.{language}.{kind}", content)


def card(folder, count=1):
    content = {"id": "association-forest", "parameters": {"alpha": 0.05}, "sentence": sentence(count)}
    write(folder, "exhibits/association-forest.json", json.dumps(content))


def notebook(folder, *texts):
    streams = [{"output_type": "stream", "name": "stdout", "text": text} for text in texts]
    png = base64.b64encode((folder / "figures/association-forest.en.png").read_bytes()).decode()
    shown = {"text/html": [table("en"), f'<img alt="Forest" src="data:image/png;base64,{png}">\n']}
    cells = [{"cell_type": "code", "outputs": [*streams, {"output_type": "execute_result", "data": shown}]}]
    write(folder, "notebooks/05_association.ipynb", json.dumps({"cells": cells}))


def page(folder, count=1, raw=0):
    svg = (folder / "figures/association-forest.en.svg").read_text()
    svg = svg[svg.index("<svg") :]
    # as the report puts it into a page: ids of its own, and no sheet
    svg = re.sub(
        r'(id="|"#|\(#)', r"\1forest-", re.sub("<(metadata|style).*?</\\1>", "", svg, flags=re.DOTALL)
    )
    listed = (folder / "associations.csv").read_bytes()
    write(
        folder, "report/index.html",
        f"<!DOCTYPE html><title>Report</title><nav><a href='x.html'>Exhibits</a></nav><p>{sentence(count)['en']}</p>"
        f"<div>{svg}</div>{table('en')}<pre>one\n  two</pre><p>{sums.hashlib.sha256(listed).hexdigest()}</p>"
        f'<div class="highlight hl-ipython3"><pre>x = {count}</pre></div><p>{count:020x} to do</p>'
        f"<table>{''.join(f'<tr><td>raw</td><td>{raw + n}</td></tr>' for n in range(90))}</table>"
        '<script type="application/json">{"rows": [[1, 0.5060243137049899], [2, 0.16]]}</script>',
    )  # fmt: skip


def data(folder, tau=0.5060243137049899, rows=2):
    lines = ["indicator,n,estimate,printed", f"china_share,11,{tau},28.40", "exports,11,0.16,28.2"]
    write(folder, "associations.csv", "\n".join(lines[: rows + 1]) + "\n")


def finish(folder):
    """Give the folder the sums and the record of a finished run."""
    write(folder, "run.json", json.dumps({"inputs": INPUTS}))
    write(folder, "SHA256SUMS", sums.sums(folder))


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Results with which nothing is wrong, and their reference."""
    monkeypatch.setattr(input_sums, "taken", lambda: dict(INPUTS))
    folder = tmp_path / "results"
    data(folder)
    write(folder, "tables/all-regions.csv", "term,coefficient,n\nborder,3.18640023456789,83\n")
    for language in LANGUAGES:
        write(folder, f"tables/association-forest.{language}.html", table(language))
        write(
            folder,
            f"tables/association-forest.{language}.tex",
            "\\caption{Score}\nShare & 0.51 & 0.043 \\\\\n",
        )
    draw(folder)
    write(folder, "figures/rating-map.en.png", np_picture())
    card(folder)
    notebook(folder, "11 regions\n")
    page(folder)
    write(folder, "report/assets/report.css", "p {}")
    finish(folder)
    check.renew(folder, tmp_path / "reference")
    return folder


def np_picture(seed=None):
    """A map of one colour, or of noise."""
    figure = Figure(figsize=(2, 2))
    FigureCanvasAgg(figure)
    pixels = np.full((20, 20), 0.5) if seed is None else np.random.default_rng(seed).random((20, 20))
    figure.add_axes((0, 0, 1, 1)).imshow(pixels, vmin=0, vmax=1, cmap="gray")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def found(results):
    return check.compare(results, results.with_name("reference"))


def test_results_that_are_the_reference_have_no_difference(results):
    assert found(results) == []


MOVED = (("China's share", 0.006, "0.043"), ROWS[1])
RELABELLED = ((*ROWS[0][:2], "0.585"), ROWS[1])
FAULTS = {
    "a coefficient moved by half a tau": (
        lambda folder: draw(folder, MOVED),
        r"association-forest\.en\.svg draws a mark \(shape .* at .*; the reference has it at",
    ),
    "a coefficient moved by a hundredth of tau": (
        lambda folder: draw(folder, ((ROWS[0][0], 0.5160243137049899, "0.043"), ROWS[1])),
        r"association-forest\.ru\.svg draws a mark",
    ),
    "a row of the figure deleted": (
        lambda folder: draw(folder, ROWS[:1]),
        r"association-forest\.en\.svg draws \d+ marks; the reference has \d+",
    ),
    "a p of 0.043 drawn as 0.585": (
        lambda folder: draw(folder, RELABELLED),
        r"association-forest\.en\.svg draws the text \(0\.585.*the reference has the text \(0\.043",
    ),
    "a map of garbage": (
        lambda folder: write(folder, "figures/rating-map.en.png", np_picture(seed=1)),
        r"rating-map\.en\.png looks different from the reference",
    ),
    "a figure that is no figure": (
        lambda folder: write(folder, "figures/association-forest.en.svg", "<svg"),
        r"association-forest\.en\.svg cannot be read: it is not SVG",
    ),
    "a picture that is no picture": (
        lambda folder: write(folder, "figures/rating-map.en.png", b"\x89PNG"),
        r"rating-map\.en\.png cannot be read: it is not PNG",
    ),
    "a picture of another size": (
        lambda folder: write(folder, "figures/rating-map.en.png", figures(ROWS)["png"]),
        r"rating-map\.en\.png has \d+ x \d+ pixels; the reference has 200 x 200",
    ),
    "wrong decimals in a table on paper": (
        lambda folder: write(folder, "tables/association-forest.en.html", table("en", "0.04")),
        r"association-forest\.en\.html says \"China's share \| 0\.51 \| 0\.04\"; the reference says .*0\.043",
    ),
    "rewritten LaTeX": (
        lambda folder: write(folder, "tables/association-forest.ru.tex", "\\caption{Score}\n"),
        r"association-forest\.ru\.tex does not say 'Share & 0\.51",
    ),
    "a sentence forced to 0 of 9": (
        lambda folder: card(folder, 0),
        r"association-forest\.json says 'sentence\.ru: \"Ниже 0,05: 0 из 9",
    ),
    "the same on the first page": (lambda folder: page(folder, 0), r"report/index\.html says '0 of 9 coef"),
    "another first page": (
        lambda folder: write(folder, "report/index.html", "<p>Nothing to see.</p>"),
        r"report/index\.html says 'Nothing to see\.'",
    ),
    "other rows of a raw file on a page": (
        lambda folder: page(folder, raw=1),
        r"report/index\.html says '\[90 rows, the sum of which is",
    ),
    "another figure on the first page": (
        lambda folder: (draw(folder, MOVED), page(folder), draw(folder)),
        r"report/index\.html says '\[drawing of its own\]'; the reference says '\[drawing figures/",
    ),
    "another printed output of a notebook": (
        lambda folder: notebook(folder, "83 regions\n"),
        r"05_association\.ipynb says 'cell 1: stdout: 83 regions'; the reference says 'cell 1: stdout: 11",
    ),
    "a notebook that is not JSON": (
        lambda folder: write(folder, "notebooks/05_association.ipynb", "{"),
        r"05_association\.ipynb cannot be read: it is not JSON",
    ),
    "a deleted notebook": (
        lambda folder: (folder / "notebooks/05_association.ipynb").unlink(),
        r"05_association\.ipynb is missing; the reference has it",
    ),
    "a changed figure in a table": (
        lambda folder: data(folder, tau=0.50602431),
        r"associations\.csv has '0\.50602431' in line 2, estimate; the reference has '0\.5060243137049899'",
    ),
    "a lost row": (lambda folder: data(folder, rows=1), r"associations\.csv has 1 rows; the reference has 2"),
    "another count": (
        lambda folder: write(folder, "tables/all-regions.csv", "term,coefficient,n\nborder,3.18640023456789,84\n"),
        r"has '84' in line 2, n; the reference has '83'",
    ),
    "another column": (
        lambda folder: write(folder, "associations.csv", "a\n1\n"),
        r"associations\.csv has the columns a; the reference has indicator, n, estimate, printed",
    ),
    "a row with a cell too many": (
        lambda folder: write(folder, "tables/all-regions.csv", "term,coefficient,n\nborder,3.18640023456789,83,1\n"),
        r"has 4 cells in line 2; the reference has 3",
    ),
    "bytes that are no text": (
        lambda folder: write(folder, "associations.csv", b"\xff\xfe\x00"),
        r"associations\.csv cannot be read: it is not text in UTF-8",
    ),
    "an empty file": (
        lambda folder: write(folder, "associations.csv", ""),
        r"associations\.csv cannot be read: it is empty",
    ),
    "an empty style sheet": (
        lambda folder: write(folder, "report/assets/report.css", ""),
        r"report\.css cannot be read: it is empty",
    ),
    "a file nobody expects": (
        lambda folder: write(folder, "tables/new.csv", "a\n1\n"),
        r"tables/new\.csv is not in the reference",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_code_is_seen(results, fault):
    """The run itself made it, so that its sums are right and only the reference can tell."""
    plant, told = FAULTS[fault]
    plant(results)
    finish(results)
    differences = found(results)
    assert re.search(told, "\n".join(differences)), differences
    assert all(len(line) < 600 and line.endswith(".") for line in differences)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_change_after_the_run_is_seen_by_its_sums(results, fault):
    """Also where the reference knows the file by its name only."""
    FAULTS[fault][0](results)
    assert any("SHA256SUMS" in line for line in found(results))


def test_another_style_sheet_is_known_by_its_sum(results):
    write(results, "report/assets/report.css", "p {display: none}")
    assert [line.partition("results/")[2] for line in found(results)] == [
        "report/assets/report.css was changed after the run: it differs from its sum in SHA256SUMS."
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "SHA256SUMS is missing"),
        ("", "SHA256SUMS is empty or not in the form"),
        ("abc\n", "SHA256SUMS is empty or not in the form"),
        (b"\xff", "SHA256SUMS cannot be read"),
    ],
)
def test_sums_that_are_gone_or_no_sums_are_named(results, content, told):
    (results / "SHA256SUMS").unlink()
    if content is not None:
        write(results, "SHA256SUMS", content)
    (difference,) = found(results)
    assert told in difference


@pytest.mark.parametrize("changed", [{"data/raw/trade.csv": "3" * 64}, {"src/analysis/new.py": "4" * 64}])
def test_results_of_older_data_or_other_code_are_named(results, monkeypatch, changed):
    monkeypatch.setattr(input_sums, "taken", lambda: {**INPUTS, **changed})
    (difference,) = found(results)
    assert f"was made from another state of {next(iter(changed))}; run `make reproduce` again." in difference


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (None, "run.json is missing"),
        ("{}", "does not say what"),
        ("[]", "does not say"),
        ("{", "does not say"),
    ],
)
def test_results_that_do_not_say_what_they_were_made_from_are_named(results, record, told):
    (results / "run.json").unlink()
    if record is not None:
        write(results, "run.json", record)
    (difference,) = found(results)
    assert told in difference


def test_other_code_with_the_same_results_is_no_difference(results):
    """The record has the sums of the code; the reference would else change with every comment."""
    path = results / "report/index.html"
    text = path.read_text()
    changed = text.replace("<pre>x = 1</pre>", "<pre># one\nx = 1</pre>").replace(f"{1:020x}", f"{77:020x}")
    assert changed != text
    write(results, "report/index.html", changed)
    finish(results)
    assert found(results) == []


def test_another_machines_last_digits_are_no_difference(results):
    data(results, tau=0.50602431370499)
    write(results, "tables/all-regions.csv", "term,coefficient,n\nborder,3.18640023456,83\n")
    # the page repeats the sum of the file and the figures
    page(results)
    text = (results / "report/index.html").read_text().replace("0.5060243137049899", "0.5060243137049901")
    write(results, "report/index.html", text)
    # another font moves the axes a little
    draw(results, shift=0.001)
    notebook(results, "11 regions\n")
    page(results)
    finish(results)
    assert found(results) == []


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        ("0.1", "0.1000000000000001", True),
        ("0.1", "0.10001", False),
        ("0.043253968253968", "0.043253968254968", False),
        ("554400.0000000001", "554400.0", True),
        ("554400", "554401", False),
        ("12345678901234567", "12345678901234568", False),
        # a printed number keeps its decimals
        ("28.4", "28.40", False),
        ("", "0", False),
        ("RU-AMU", "RU-PRI", False),
        ("1e-17", "0.0", False),
        ("1.2246467991473532e-16", "0.0", True),
    ],
)
def test_numbers_in_full_may_differ_in_their_last_digits_and_nothing_else_may(a, b, equal):
    assert readings.same_number(a, b) is equal


def test_many_differences_of_one_file_do_not_hide_those_of_another(results):
    rows = "".join(f"x{n},{n},1\n" for n in range(50))
    for folder, text in ((results, rows), (results.with_name("reference"), rows.replace("x", "y"))):
        write(folder, "tables/all-regions.csv", f"term,coefficient,n\n{text}")
    data(results, tau=0.4)
    finish(results)
    differences = found(results)
    assert sum("all-regions.csv" in line for line in differences) == check.LISTED + 1
    assert any("all-regions.csv differs in 40 more places." in line for line in differences)
    assert any("associations.csv" in line for line in differences)


def test_without_results_it_says_what_to_run(tmp_path):
    with pytest.raises(AnalysisError, match="make reproduce"):
        check.compare(tmp_path / "none", paths.reference())


def test_without_a_reference_it_says_so(results):
    (results.with_name("reference") / check.FILES).unlink()
    with pytest.raises(AnalysisError, match=r"There is no .*files\.txt; restore reference/"):
        found(results)


def test_the_command_says_how_much_it_compared(results, monkeypatch, capsys):
    monkeypatch.setattr(paths, "results", lambda: results)
    monkeypatch.setattr(paths, "reference", lambda: results.with_name("reference"))
    assert check.main([]) == 0
    count = len(sums.files(results))
    assert (
        capsys.readouterr().out == f"{count} files compared with SHA256SUMS and reference/, 0 differences.\n"
    )
    data(results, tau=0.4)
    finish(results)
    assert check.main([]) == 1
    assert capsys.readouterr().out.endswith(", 2 differences.\n")


REFUSED = {
    "another state": lambda folder: write(folder, "run.json", '{"inputs": {}}'),
    "was changed after the run": lambda folder: data(folder, tau=0.4),
    "is missing; SHA256SUMS lists it": lambda folder: (folder / "associations.csv").unlink(),
}


@pytest.mark.parametrize("told", REFUSED)
def test_results_with_something_wrong_do_not_become_the_reference(results, told):
    """A traceback, or half a reference, or one of data that nobody has."""
    reference = results.with_name("reference")
    before = {path: path.read_bytes() for path in reference.rglob("*") if path.is_file()}
    REFUSED[told](results)
    with pytest.raises(AnalysisError, match=f"cannot be the reference: .*{told}"):
        check.renew(results, reference)
    assert {path: path.read_bytes() for path in reference.rglob("*") if path.is_file()} == before


def test_results_with_a_readers_own_figures_do_not_become_the_reference(results, monkeypatch):
    own = {**INPUTS, f"{paths.relative(paths.user())}/rosstat/trade.csv": "5" * 64}
    monkeypatch.setattr(input_sums, "taken", lambda: dict(own))
    write(results, "run.json", json.dumps({"inputs": own}))
    with pytest.raises(AnalysisError, match=r"your own data/user/rosstat/trade\.csv took part"):
        check.renew(results, results.with_name("reference"))


def test_another_machines_zero_is_the_same_in_every_form_of_a_table():
    forms = [
        f"a,b\n{zero},0.11133873764{last}\n".encode()
        for zero, last in (("0.0", "215263"), ("2.9030958771196026e-14", "20083"))
    ]
    assert len({readings.of_office(form, ".csv") for form in forms}) == 1
    assert readings.of_office(b"a,b\n0.0,0.1114\n", ".csv") not in {readings.of_office(forms[0], ".csv")}


def test_the_committed_reference_holds_every_file_it_names():
    """Otherwise the comparison of that file would be one of names."""
    reference = paths.reference()
    kept = {name for sections in check.kept(reference).values() for name in sections}
    kept |= {path.relative_to(reference).as_posix() for path in reference.rglob("*.csv")}
    listed = (reference / check.FILES).read_text(encoding="utf-8").split()
    assert [name for name in listed if name not in kept and "/assets/" not in name] == []
    assert kept <= set(listed)


def test_a_workbook_a_word_table_and_a_tidy_csv_are_compared_by_what_they_say():
    """A cell that differs would otherwise reach a manuscript unseen; the sixteenth digit is another machine's."""
    from analysis.publish import office
    from analysis.publish.tables import Column, Table

    def made(value):
        table = Table(pd.DataFrame({"x": [value]}), (Column("x", {"en": "x", "ru": "x"}, "number", 2),))
        asked = (table, "en", "a", "Title", "Source")
        return {
            ".xlsx": office.to_xlsx(*asked),
            ".docx": office.to_docx(*asked),
            ".csv": office.to_tidy_csv(table).encode(),
        }

    first, same, other = made(0.1234567890123456), made(0.1234567890123457), made(0.2234567890123456)
    for suffix, content in first.items():
        assert readings.of_office(content, suffix) == readings.of_office(same[suffix], suffix)
        assert readings.of_office(content, suffix) != readings.of_office(other[suffix], suffix)
    with pytest.raises(AnalysisError, match="no file of its kind"):
        readings.of_office(b"text", ".xlsx")
