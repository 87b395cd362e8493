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


@main.command()
@click.argument("claims", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--observations",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Outside figures of your own instead of the study's: CSV with region, indicator, period, value, source.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where the ledger goes.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of the report.")
def verify(claims: Path, observations: Path | None, output: Path | None, language: Language) -> None:
    """Judge a claims file, the paper's or your own (docs/claims-file.md), and write its ledger."""
    from analysis import indicators, ledger

    outside = indicators.read(observations) if observations else indicators.observations()
    found = ledger.verify_file(claims, outside)
    target = output or paths.build() / "verify" / f"{claims.stem}.csv"
    ledger.write_ledger(found, target)
    for row in found.failures:
        click.echo(row.sentence(language))
    click.echo(ledger.headline(found).sentence(language))
    click.echo(paths.relative(target))


@main.command()
@click.argument("name")
@click.option(
    "--style", default="apa", show_default=True, help="bibtex, csl-json, gost (R 7.0.5-2008) or apa."
)
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of titles; gost: ru, others: en.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of your own run; by default results/, else reference/.",
)
def cite(name: str, style: str, language: Language | None, folder: Path | None) -> None:
    """Reference to the project, an exhibit, a notebook or a raw resource (amur cite table-3)."""
    from analysis import citation, repository

    state = repository.state()
    click.echo(citation.cite(name, style, folder=folder, language=language, state=state))  # type: ignore[arg-type]


@main.group(cls=_Group)
def export() -> None:
    """Pack the study for a repository of data."""


@export.command("ro-crate")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where the ZIP goes.")
def ro_crate(output: Path | None) -> None:
    """Write sources, results and their description as one RO-Crate ZIP, ready to deposit."""
    from analysis import archive

    click.echo(paths.relative(archive.export(output)))
    for sentence in archive.remarks():
        click.echo(sentence, err=True)


if __name__ == "__main__":
    main()
