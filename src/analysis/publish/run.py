"""One run of a notebook: what it was asked for, and where and how it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.data.messages import Message
from analysis.data.regions import LANGUAGES, Language

if TYPE_CHECKING:
    from analysis.publish.output import HtmlOutput

# what a table and a figure can be written as, in the order of their cost; a table always has its CSV
TABLE_FORMATS = ("csv", "html", "tex", "xlsx", "docx")
FIGURE_FORMATS = ("svg", "png")
FORMATS = (*TABLE_FORMATS, *FIGURE_FORMATS)
# what a run's folder is opened with
PAGE = "index.html"


@dataclass(frozen=True)
class Run:
    """One accepted request of a notebook.

    Attributes
    ----------
    notebook : str
        Name without the suffix (``02_china_share``).
    language : {'en', 'ru'}
        Language in which the notebook shows its exhibits.
    output_dir : Path
        Where files go.
    values : dict
        The other parameters, checked and typed.
    formats : tuple of str
        Formats to write; with all of them both languages are written, else the run's language alone. A table
        always has its CSV.
    is_default : bool
        Whether every parameter but language and formats has its default and no file of a reader's own takes part.
    shown : dict
        What was saved so far: by exhibit its table as HTML in `language`, empty where it has none. The one thing
        here that grows, for the run's page.
    """

    notebook: str
    language: Language
    output_dir: Path
    values: Mapping[str, Any]
    formats: tuple[str, ...] = FORMATS
    is_default: bool = False
    shown: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, name: str) -> Any:
        """Value of a parameter."""
        return self.values[name]

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages that are written."""
        return LANGUAGES if set(self.formats) == set(FORMATS) else (self.language,)

    def writes(self, kind: str) -> bool:
        """Whether files of a format are written."""
        return kind in self.formats

    # matplotlib and pandas load only where something is published: a grid checks thousands of requests
    def save_table(self, *args: Any, **options: Any) -> HtmlOutput:
        """Write a frame as an exhibit's table; see `analysis.publish.output.save_table`."""
        from analysis.publish import output

        return output.save_table(self, *args, **options)

    def save_figure(self, *args: Any, **options: Any) -> HtmlOutput:
        """Write a chart as an exhibit's figure; see `analysis.publish.output.save_figure`."""
        from analysis.publish import output

        return output.save_figure(self, *args, **options)

    def say(self, message: Message, *, default_only: bool = False) -> HtmlOutput | None:
        """Show a sentence computed from this run; see `analysis.publish.output.say`."""
        from analysis.publish import output

        return output.say(self, message, default_only=default_only)

    def finish(self) -> HtmlOutput:
        """Write the run's ``index.html`` and tell where everything is; see `analysis.publish.run_page.write`."""
        from analysis.publish import run_page

        return run_page.write(self)
