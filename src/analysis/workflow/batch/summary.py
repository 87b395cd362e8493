"""What came of a batch: one row a run, as a table for people and one for programs."""

from __future__ import annotations

import csv
import html
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.publish.run import PAGE
from analysis.workflow.batch.work import Job, Outcome

CSV, HTML = "summary.csv", "summary.html"
LEFT = "left"
STATES = ("done", "no data", "failed", "stopped", LEFT)
COLUMNS = ["id", "notebook", "state", "seconds", "cell", "reason", "folder"]

# reasons and parameters are other people's text: nothing in the page may run
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)
_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
_STYLE = (
    "body{font:14px/1.4 'DejaVu Sans',sans-serif;margin:1.5em}.scroll{overflow-x:auto}table{border-collapse:collapse}"
    "td,th{padding:.2em .6em;text-align:left;border-bottom:1px solid #ccc;vertical-align:top}"
    ".failed td:nth-child(2),.stopped td:nth-child(2){font-weight:bold}"
)


def rows(jobs: Sequence[Job], outcomes: Mapping[str, Outcome]) -> list[dict[str, Any]]:
    """One row a run: `COLUMNS`, then its parameters; a list stands as its values with spaces between.

    Parameters
    ----------
    jobs : sequence of Job
        Every run of the grid, in its order.
    outcomes : dict
        How runs ended, by the identity of the run; one without is ``left``.
    """
    found = []
    for job in jobs:
        outcome = outcomes.get(job.id)
        found.append(
            {
                "id": job.id,
                "notebook": job.notebook,
                "state": outcome.state if outcome else LEFT,
                "seconds": outcome.seconds if outcome else "",
                "cell": (outcome.cell if outcome else None) or "",
                "reason": outcome.reason if outcome else "",
                "folder": job.folder.relative_to(job.output).as_posix(),
                **{name: as_cell(value) for name, value in job.parameters.items()},
            }
        )
    return found


def as_cell(value: Any) -> Any:
    """Parameter as a cell of a table."""
    return " ".join(map(str, value)) if isinstance(value, list) else value


def counts(table: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Runs by state, in the order of `STATES`, those there are."""
    counted = Counter(row["state"] for row in table)
    return {state: counted[state] for state in STATES if counted[state]}


def sentence(table: Sequence[Mapping[str, Any]]) -> str:
    """How many runs there are and how they ended."""
    return f"{len(table)} run{'' if len(table) == 1 else 's'}: " + ", ".join(
        f"{n} {state}" for state, n in counts(table).items()
    )


def write(output: Path, table: Sequence[Mapping[str, Any]]) -> None:
    """Write ``summary.csv`` and ``summary.html`` into the folder of the batch.

    Parameters
    ----------
    output : Path
        Folder of the batch.
    table : sequence of dict
        As `rows` gives them.

    Raises
    ------
    AnalysisError
        If the folder cannot be written.
    """
    names = list(dict.fromkeys([*COLUMNS, *(name for row in table for name in row)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    paths.write_text(output / CSV, text.getvalue())
    paths.write_text(output / HTML, _page(output, table, names))


def _page(output: Path, table: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    title = output.name
    shown = ["notebook", "state", "seconds", "cell", "reason", *names[len(COLUMNS) :], "id"]
    # what went wrong first; a stable sort keeps the order of the grid within a state
    order = ("failed", "stopped", LEFT, "no data", "done")
    lines = [
        f"<tr class={row['state'].replace(' ', '-')}>"
        + "".join(f"<td>{_html_cell(name, row, output)}</td>" for name in shown)
        + "</tr>"
        for row in sorted(table, key=lambda row: order.index(row["state"]))
    ]
    heads = "".join(f"<th>{html.escape(name)}</th>" for name in shown)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8">{_VIEWPORT}{_POLICY}<title>{html.escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{html.escape(title)}</h1>\n<p>{html.escape(sentence(table))}.</p>\n"
        f"<div class=scroll><table>\n<tr>{heads}</tr>\n" + "\n".join(lines) + "\n</table></div>\n</html>\n"
    )


def _html_cell(name: str, row: Mapping[str, Any], output: Path) -> str:
    text = html.escape(str(row.get(name, "")))
    if name == "id" and (output / row["folder"]).is_dir():
        # a run that failed has a folder and no page
        page = PAGE if (output / row["folder"] / PAGE).is_file() else ""
        return f'<a href="{html.escape(row["folder"])}/{page}">{text}</a>'
    return text
