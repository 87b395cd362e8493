"""The command ``amur``: what a person types; how it ends stands in :mod:`analysis.workflow.terminal`."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis import paths
from analysis.data.messages import _
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import AnalysisError
from analysis.workflow.terminal import STOPPED, Group, echo

if TYPE_CHECKING:
    from analysis.data import user_data


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="amur-china-cooperation", prog_name="amur")
def main() -> None:
    """Rebuild and check the study of Russian regions' cooperation with China."""


@main.command()
@click.option("--quiet", is_flag=True, help="No progress display, for logs.")
def reproduce(quiet: bool) -> None:
    """Run every notebook and rebuild everything under results/."""
    from analysis.workflow.kernels import client

    client.warm_up()
    from analysis.data import comparison, indicators, package
    from analysis.workflow import reproduce as job  # notebooks' libraries are loaded only when needed

    for path in package.left_by_programs():
        echo(f"Ignored: {paths.relative(path)}, which a program left there.", err=True)
    folder = job.reproduce(quiet=quiet)
    echo(f"Done: {paths.relative(folder)}/ (checksums in {job.SUMS}, times in {job.RECORD}).")
    # an ingest a moment later is no part of these results
    if indicators.has_user_data() and (paths.processed() / job.DISAGREEMENTS).is_file():
        differing = len(comparison.disagreements())
        echo(
            f"Your own figures in data/user/ took part; {differing} differ from another source "
            f"(data/processed/{job.DISAGREEMENTS})."
        )


@main.command()
@click.argument("grid", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder; build/batch/<name of the grid> if not given."
)
@click.option(
    "--where", multiple=True, metavar="CONDITION", help="Only runs that meet it: 'trade_period>=2018'."
)
@click.option("--dry-run", is_flag=True, help="Print the runs and their number, and run nothing.")
@click.option("--retry-failed", is_flag=True, help="Run again what failed.")
@click.option("--status", is_flag=True, help="Say how far the batch is, and run nothing.")
@click.option(
    "--collect",
    "tables",
    multiple=True,
    metavar="TABLE",
    help="Gather a table of all runs, such as associations.csv; may be given several times.",
)
@click.option(
    "--formats",
    metavar="KINDS",
    help="Files of a run: some of csv,html,tex,xlsx,docx,svg,png, or all in both languages (csv,svg).",
)
@click.option("--figures", is_flag=True, help="Draw the figures of runs that were done without.")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler to run on (docs/cluster.md).")
@click.option("--cell-timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds for a cell (600).")
@click.option("--run-timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds for a run.")
@click.option("--quiet", is_flag=True, help="Lines for a log instead of a progress display.")
def batch(
    grid: Path,
    output: Path | None,
    where: tuple[str, ...],
    dry_run: bool,
    retry_failed: bool,
    status: bool,
    tables: tuple[str, ...],
    formats: str | None,
    figures: bool,
    scheduler: str | None,
    cell_timeout: float | None,
    run_timeout: float | None,
    quiet: bool,
) -> None:
    """Run notebooks over a grid of parameters.

    GRID is a TOML or YAML file (docs/batches.md); what is finished stays.

    Exit status: 0 if every run is done or has no data, 1 if one failed, 2 if the grid is refused, 130 after Ctrl-C.
    """
    from analysis.workflow.batch import job, summary

    is_quiet = quiet or not sys.stderr.isatty()
    options = job.Options(
        cell_timeout, run_timeout, scheduler, retry_failed, is_quiet, tables, formats, figures
    )
    jobs = job.plan(grid, output, where, options)
    if dry_run:
        for line in job.listing(jobs):
            echo(line)
        return
    if status:
        found = job.status(jobs)
        for row in found.table:
            if row["state"] == "failed":
                echo(f"failed {row['id']}: {row['reason']}")
        echo(f"{summary.sentence(found.table)}. {paths.relative(found.output / summary.HTML)}")
        return
    done = job.run(jobs, options, echo)
    for row in done.table:
        if row["state"] == "failed":
            echo(f"failed {row['id']}: {row['reason']}")
    echo(f"{summary.sentence(done.table)}. {paths.relative(done.output / summary.HTML)}")
    for path in done.collected:
        echo(f"Collected: {paths.relative(path)} (and .csv)")
    if len(done.collected) < len(tables) and not done.is_interrupted:
        written = {path.stem for path in done.collected}
        missing = [name for name in tables if Path(name).stem not in written]
        echo(f"Collected nothing of {', '.join(missing)}: no run wrote it.")
    if done.is_interrupted:
        echo("Stopped; the same command goes on from here.", err=True)
        sys.exit(STOPPED + signal.SIGINT)
    sys.exit(any(row["state"] in ("failed", "stopped") for row in done.table))


@main.group(cls=Group)
def ingest() -> None:
    """Read your own copy of a source into data/user/."""


# disagreements listed on the screen
_LINES = 20
_FILE = click.Path(path_type=Path, dir_okay=False)
_LANGUAGE = click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", help="Language of the report."
)


@ingest.command("rating")
@click.argument("file", type=_FILE)
@_LANGUAGE
def ingest_rating(file: Path, language: Language) -> None:
    """Read the text of a printed edition of the rating.

    Takes its text layer, and compares the scores with the committed ones.
    """
    from analysis.publish.words import text
    from analysis.rating import document as source
    from analysis.rating import statements

    report = source.ingest(file, paths.user(), paths.raw() / "rating" / "scores.csv")
    events = report.scores.with_name(f"{report.edition.label}.statements.csv")
    statements.write_statements(report.edition, events)
    for sentence in source.uncertainties(report.edition):
        echo(text(sentence, language))
    for sentence in report.comparison.sentences():
        echo(text(sentence, language))
    written = f"{len(report.edition.entries)} regions: {paths.relative(report.scores)}."
    if report.comparison.same_figures:
        same = _("The figures are those committed in data/raw/rating/scores.csv.")
        written += f" {text(same, language)}"
    echo(written)
    echo(f"{paths.relative(events)}: {len(statements.to_rows(report.edition))} event statements, no text.")
    if not report.comparison.same_figures:
        sys.exit(1)


@ingest.command("customs")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--replace", is_flag=True, help="Let rows of the same region, month and direction give way.")
def ingest_customs(files: tuple[Path, ...], replace: bool) -> None:
    """Read customs files, ZIPs or folders of them.

    They go into the store under data/user/customs/.
    """
    from tqdm import tqdm

    from analysis import customs
    from analysis.customs.detection import EDITIONS, LEVELS
    from analysis.data import user_data

    shape = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
    with tqdm(total=100, unit="%", bar_format=shape, disable=None) as bar:  # None: off where nobody looks on

        def progress(name: str, share: float) -> None:
            bar.set_description(name)
            bar.n = round(share * 100)
            bar.refresh()

        report = customs.ingest(files, paths.user() / "customs", replace=replace, progress=progress)
    for table in report.files:
        form = "" if table.encoding == "utf-8" else f", read as {table.encoding.upper()}"
        form += "" if table.level == LEVELS[-1] else f", goods codes of {table.level} digits"
        form += (
            "" if "region" in EDITIONS[table.edition] else ", without regions: for the whole country alone"
        )
        rows = _count(table.rows, "row")
        echo(f"{table.name}: {table.outcome}, {rows}{form}, {len(table.unreadable)} unreadable.")
        for row in table.unreadable:
            echo(f"  line {row.line}: {row.reason}")
    for skipped in report.skipped:
        echo(f"{skipped.name}: left out, {skipped.reason}")
    if report.replaced_rows:
        echo(f"{report.replaced_rows} rows of earlier files gave way.")
    _tell_disagreements(user_data.CUSTOMS)


def _named(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options by which a reader says what a table holds."""
    for option in (
        click.option("--unit", default="", help="Unit of a new indicator."),
        click.option("--name", default="", help="What tables and charts call a new indicator."),
        click.option(
            "--indicator",
            metavar="ID",
            help="What the table holds: an indicator of the catalogue, or a new one.",
        ),
    ):
        command = option(command)
    return command


@ingest.command("rosstat")
@click.argument("file", type=_FILE)
@click.option(
    "--table",
    "tables",
    required=True,
    multiple=True,
    metavar="NUMBER",
    help="Table, as its sheet is called (10.1); several are added up (21.1.1 and 21.2.1 are all exports).",
)
@_named
@click.option(
    "--group", default="", metavar="HEADING", help="Heading over the years, where there are several."
)
def ingest_rosstat(
    file: Path, tables: tuple[str, ...], indicator: str | None, name: str, unit: str, group: str
) -> None:
    """Read a table of Rosstat's yearbook (XLSX).

    The yearbook is "Regions of Russia"; its figures go to data/user/rosstat/.
    """
    from analysis.data import indicators, user_data

    named = user_data.Named(indicator, name, unit)
    _tell_joined(user_data.ingest_rosstat(file, tables, paths.user(), indicators.committed(), named, group))


@ingest.command("emiss")
@click.argument("source", metavar="FILE|ID")
@_named
@click.option(
    "--choose", multiple=True, metavar="DIMENSION=LABEL", help="Label wanted of a dimension with several."
)
def ingest_emiss(source: str, indicator: str | None, name: str, unit: str, choose: tuple[str, ...]) -> None:
    """Read an EMISS indicator, a saved file or by number.

    The file is SDMX; a number is fetched from fedstat.ru. The figures go to data/user/emiss/.
    """
    from analysis.data import indicators, user_data

    pairs = [item.partition("=") for item in choose]
    for item, (dimension, equals, label) in zip(choose, pairs, strict=True):
        if not (dimension and equals and label):
            raise AnalysisError(f"--choose is {item!r}; it must be DIMENSION=LABEL.")
    chosen = {dimension.strip(): label.strip() for dimension, _, label in pairs}
    named = user_data.Named(indicator, name, unit)
    _tell_joined(user_data.ingest_emiss(source, paths.user(), indicators.committed(), named, chosen))


@ingest.command("csv")
@click.argument("file", type=_FILE)
@_named
@click.option("--year", default="", help="Year of every figure, where the table has none.")
@click.option(
    "--column", default="", metavar="HEADING", help="Column of the figures, where there are several."
)
def ingest_csv(file: Path, indicator: str | None, name: str, unit: str, year: str, column: str) -> None:
    """Read a table of your own by region and year.

    CSV or XLSX, long or wide; its figures go to data/user/csv/. A new indicator enters data/user/catalogue.csv with its name and unit; notebooks 05, 06 and 10 then take it as a
    covariate (retail:2023).
    """
    from analysis.data import indicators, user_data

    named = user_data.Named(indicator, name, unit)
    _tell_joined(user_data.ingest_csv(file, paths.user(), indicators.committed(), named, year, column))


def _tell_joined(done: user_data.Ingested) -> None:
    """Say what a table gave, how much of it joins the observations, and where it differs."""
    from analysis.data import indicators

    table = done.frame
    source, name = str(table["source"].iloc[0]), str(table["indicator"].iloc[0])
    known = indicators.observations()
    joined = int((known["source"].eq(source) & known["indicator"].eq(name)).sum())
    echo(
        f"{name}: {_count(len(table), 'figure')} of {_count(table['region'].nunique(), 'region')}, "
        f"{'-'.join(dict.fromkeys([table['period'].min(), table['period'].max()]))}: {paths.relative(done.path)}"
        + ("." if done.is_new else ", there already; nothing changed.")
    )
    if done.left_out:
        shown = ", ".join(done.left_out[:_LINES])
        more = f" and {len(done.left_out) - _LINES} more" if len(done.left_out) > _LINES else ""
        echo(f"Left out, no regions of the register: {shown}{more}.")
    for note in done.notes[:_LINES]:
        echo(f"  {note}")
    echo(
        "All of them join the observations."
        if joined == len(table)
        else f"{joined} of them join the observations; for the others a figure in data/raw/, or a table that comes before "
        "this one, stands."
    )
    _tell_disagreements(source)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _tell_disagreements(source: str) -> None:
    """List where an own source and another differ, the largest first."""
    from analysis.data import comparison

    found = comparison.disagreements()
    found = found[(found["source"] == source) | (found["other_source"] == source)]
    if found.empty:
        echo("No other source disagrees.")
        return
    echo(f"{_count(len(found), 'figure')} that two sources give differently, the largest difference first:")
    for row in comparison.largest_first(found).head(_LINES).itertuples():
        percent = "" if math.isnan(row.relative_difference) else f" ({row.relative_difference:+.2%})"
        echo(
            f"  {row.region} {row.period} {row.indicator}: {row.value:.12g} in {row.source}, {row.other_value:.12g} "
            f"{'' if row.other_indicator == row.indicator else f'{row.other_indicator} '}in {row.other_source}{percent}"
        )
    if len(found) > _LINES:
        echo(
            f"  and {len(found) - _LINES} more; `amur reproduce` writes all to data/processed/disagreements.csv."
        )


@main.group("rating", cls=Group)
def rating_group() -> None:
    """Make an edition of the rating, code its text."""


@rating_group.command("sheets")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--expert", "experts", multiple=True, required=True, help="Name for a file; once for each expert."
)
@click.option("--previous", type=_FILE, help="Scores of the edition before; edition III if not given.")
@click.option(
    "--show-previous", is_flag=True, help="Show each expert the old score, as the rating's authors saw it."
)
def rating_sheets(folder: Path, experts: tuple[str, ...], previous: Path | None, show_previous: bool) -> None:
    """Write a scoring sheet for each expert.

    Notebook 09_rating_edition makes the edition from them.

    A sheet that is there stays: a newer one goes beside it and carries over what was filled in.
    """
    from analysis.publish import guides
    from analysis.rating import edition

    before = previous or paths.raw() / "rating" / "scores.csv"
    guide = guides.scoring(is_shown=show_previous)
    for written in edition.write_sheets(folder, experts, before, show_previous=show_previous, guide=guide):
        echo(written.sentence())


@rating_group.command("code")
@click.argument("document", type=_FILE)
@click.argument("sheet", type=_FILE)
def rating_code(document: Path, sheet: Path) -> None:
    """Write a coding sheet of a document's statements.

    One row an event statement, for a person to code.

    A sheet that is there stays: a newer one goes beside it and carries over what was filled in.
    """
    from analysis.publish import guides
    from analysis.rating import coding
    from analysis.rating import document as source

    guide = guides.coding_sheet()
    echo(coding.write_sheet(source.read_edition(document), sheet, guide).sentence())


@rating_group.command("compare")
@click.argument("document", type=_FILE)
@click.argument("coded", type=_FILE, nargs=-1, required=True)
@_LANGUAGE
def rating_compare(document: Path, coded: tuple[Path, ...], language: Language) -> None:
    """Compare coding sheets that came back.

    With one another and with the dictionary.
    """
    from analysis.publish.words import text
    from analysis.rating import coding
    from analysis.rating import document as source

    codings = [coding.read_sheet(path, path.stem) for path in coded]
    dictionary = coding.dictionary(source.read_edition(document))
    if len(codings) > 1:
        echo(text(coding.coders_alpha(codings).sentence(), language))
    for person in codings:
        echo(text(coding.confusion(person, dictionary).sentence(), language))


@main.command()
@click.argument("claims", type=_FILE, required=False)
@click.option(
    "--new",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a claims file to begin with, commented, with a worked example and its table; then nothing is judged.",
)
@click.option(
    "--observations",
    type=_FILE,
    help="Outside figures of your own instead of the study's: CSV with region, indicator, period, value, source.",
)
@click.option(
    "--output",
    type=_FILE,
    help="Where the ledger of all verdicts goes; .html for a page to read, otherwise CSV (CLAIMS.ledger.csv).",
)
@_LANGUAGE
def verify(
    claims: Path | None, new: Path | None, observations: Path | None, output: Path | None, language: Language
) -> None:
    """Judge the printed numbers of a claims file.

    The paper's or your own (docs/claims-file.md): failures are told here, every verdict goes to a file.

    Exit status: 0 if every claim that can be checked holds, 1 if one fails, 2 if the file is refused.
    """
    from analysis import ledger
    from analysis.data import indicators
    from analysis.publish.ledger_file import write_ledger
    from analysis.publish.verdicts import page
    from analysis.publish.words import text

    if new is not None:
        for written in ledger.write_template(new):
            click.echo(paths.relative(written))
        return
    if claims is None:
        raise click.UsageError("Name a claims file to judge, or a new one to write with --new.")
    target = output or Path.cwd() / f"{claims.stem}.ledger.csv"
    paths.check_output_file(target, claims, *filter(None, [observations]))
    outside = indicators.read(observations) if observations else indicators.observations()
    found = ledger.verify_file(claims, outside, ledger.user_store())
    if target.suffix == ".html":
        paths.write_text(target, page(found, claims.name, language))
    else:
        write_ledger(found, target)
    for row in (*found.failures, *found.depending):
        echo(text(row.text, language))
    echo(text(ledger.headline(found).text, language))
    if told := text(ledger.customs_sentence(found.rows), language):
        echo(told)
    echo(text(_("All verdicts ({n:d}): {target}", n=len(found.rows), target=str(target)), language))
    # as linters and `sha256sum --check` have it, so that a step of CI stops at a number that fails
    sys.exit(bool(found.failures))


@main.command()
@click.argument("name")
@click.option(
    "--style",
    default="apa",
    show_default=True,
    help="bibtex, csl-json, gost (R 7.0.5-2008), gost-2018 (R 7.0.100) or apa.",
)
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of titles; gost: ru, others: en.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of your own run; by default results/, else reference/.",
)
def cite(name: str, style: str, language: Language | None, folder: Path | None) -> None:
    """Print the reference of a result, file or run.

    NAME is an exhibit (table-2), a notebook (05_association), a raw file (rosstat-trade), a run of your own
    (out.ipynb) or the study (project).
    """
    import datetime

    from analysis.publish import citation, repository

    echo(
        citation.cite(
            name,
            style,  # type: ignore[arg-type]
            folder=folder,
            language=language,
            state=repository.state(),
            accessed=datetime.date.today(),
        )
    )


@main.group(cls=Group)
def export() -> None:
    """Pack the study for a repository of data."""


@export.command("ro-crate")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where the ZIP goes.")
def ro_crate(output: Path | None) -> None:
    """Write the study as one RO-Crate ZIP.

    Sources, results and their description, ready to deposit.
    """
    from analysis.workflow import archive

    echo(paths.relative(archive.export(output)))
    for sentence in archive.remarks():
        echo(sentence, err=True)


if __name__ == "__main__":
    main()
