"""The command ``amur``: what a person types.

Every mistake of a person ends in one sentence on standard error and exit status 2; a traceback is a
fault of ours.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from analysis import paths
from analysis.errors import AnalysisError
from analysis.regions import LANGUAGES, Language


class _Group(click.Group):
    """A group whose commands end an AnalysisError as one sentence."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except AnalysisError as error:
            click.echo(f"amur: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="amur-china-cooperation", prog_name="amur")
def main() -> None:
    """Rebuild and check the study of Russian regions' cooperation with China."""


@main.command()
@click.option("--quiet", is_flag=True, help="No progress display, for logs.")
def reproduce(quiet: bool) -> None:
    """Run every notebook and rebuild everything under results/."""
    from analysis import reproduce as job  # notebooks' libraries are loaded only when needed

    folder = job.reproduce(quiet=quiet)
    click.echo(f"Done: {paths.relative(folder)}/ (checksums in {job.SUMS}, times in {job.RECORD}).")


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
@click.option("--collect", "table", metavar="TABLE", help="Gather a table of all runs: associations.csv.")
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
    table: str | None,
    scheduler: str | None,
    cell_timeout: float | None,
    run_timeout: float | None,
    quiet: bool,
) -> None:
    """Run notebooks over the grid of parameters in a TOML or YAML file; what is finished stays.

    Exit status: 0 if every run is done or has no data, 1 if one failed, 2 if the grid is refused, 130 after Ctrl-C.
    """
    from analysis.batch import job, summary

    options = job.Options(cell_timeout, run_timeout, scheduler, retry_failed, quiet, table)
    jobs = job.plan(grid, output, where, options)
    if dry_run:
        for line in job.listing(jobs):
            click.echo(line)
        return
    done = job.run(jobs, options, click.echo)
    for row in done.table:
        if row["state"] == "failed":
            click.echo(f"failed {row['id']}: {row['reason']}")
    click.echo(f"{summary.sentence(done.table)}. {paths.relative(done.output / summary.HTML)}")
    if done.collected is not None:
        click.echo(f"Collected: {paths.relative(done.collected)}")
    if done.is_interrupted:
        click.echo("Stopped; the same command goes on from here.", err=True)
        sys.exit(130)  # the shell's status for Ctrl-C
    sys.exit(any(row["state"] in ("failed", "stopped") for row in done.table))


@main.group(cls=_Group)
def ingest() -> None:
    """Read your own copy of a source into data/user/."""


@ingest.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of the report.")
def rating(file: Path, language: Language) -> None:
    """Read the text layer of an edition of the rating and compare it with the committed scores."""
    from analysis.sources import rating as source

    report = source.ingest(file, paths.user(), paths.raw() / "rating" / "scores.csv")
    for sentence in source.uncertainties(report.edition, language):
        click.echo(sentence)
    for sentence in report.comparison.sentences(language):
        click.echo(sentence)
    written = f"{len(report.edition.entries)} regions: {paths.relative(report.scores)}."
    if report.comparison.same_figures:
        written += {
            "en": " The figures are those committed in data/raw/rating/scores.csv.",
            "ru": " Значения совпадают с data/raw/rating/scores.csv.",
        }[language]
    click.echo(written)
    if not report.comparison.same_figures:
        sys.exit(1)


if __name__ == "__main__":
    main()
