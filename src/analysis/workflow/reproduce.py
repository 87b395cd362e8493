"""The whole study in one go: every notebook, every exhibit, and the sums that prove it.

Everything is made in a folder beside ``results/`` and takes its place by a rename at the very end;
whatever goes wrong before leaves ``results/`` as it was.
"""

from __future__ import annotations

import importlib
import json
import platform
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from tqdm import tqdm

from analysis import paths
from analysis.data import comparison, indicators, package
from analysis.data.messages import _
from analysis.data.regions import LANGUAGES
from analysis.errors import AnalysisError
from analysis.publish import exhibits, parameters, repository
from analysis.publish.run import PAGE
from analysis.publish.words import text
from analysis.workflow import input_sums, runs
from analysis.workflow.kernels import client
from analysis.workflow.sums import RECORD, SUMS, departures, sums

DISAGREEMENTS = "disagreements.csv"
# the same words on every machine: they stand in the executed notebooks as a parameter
STAGING = "build/reproduce"
# bytes of the results (32 million) and of the notebooks while they run, rounded up
ROOM = 50_000_000
LOCK = "reproduce.lock"
REPORT = _("Report")
# loaded in the processes that make it, and not in this one
REPORT_MODULE = "analysis.publish.report"
PREPARED = (f"{REPORT_MODULE}:load", "analysis.publish.office:Document", "analysis.stats.loops:load")
# whoever opens the folder of results finds the report
ENTRANCE = f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=report/index.html">
<title>{text(REPORT, "en")}</title>
<p><a href="report/index.html">{text(REPORT, "en")}</a> · <a href="report/ru/index.html" hreflang="ru" lang="ru">{text(REPORT, "ru")}</a></p>
</html>
"""


def reproduce(*, quiet: bool = False) -> Path:
    """Rebuild everything under ``results/``.

    Parameters
    ----------
    quiet : bool
        Whether to do without the progress display.

    Returns
    -------
    Path
        The folder of results.

    Raises
    ------
    AnalysisError
        If a raw file differs from its checksum, a notebook fails, an exhibit is missing, an input changed
        meanwhile, or another process rebuilds them; ``results/`` is then as it was.
    """
    started = time.time()
    runs.check_session()
    paths.make_folder(paths.results().parent)
    _check_replaceable(paths.results())
    with _alone():
        paths.need_room(paths.build(), ROOM)
        checked = package.verify()
        made_from = input_sums.taken()
        staging = paths.root() / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        paths.make_folder(staging)
        write_processed()
        done = _run_all(staging, quiet)
        # in the place of the page of the notebook that came last
        paths.write_text(staging / PAGE, ENTRANCE)
        paths.write_text(staging / SUMS, sums(staging))
        paths.write_text(staging / RECORD, _record(started, checked, done, made_from))
        _check_finished(staging, made_from)
        paths.replace_folder(staging, paths.results())
    return paths.results()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the staging folder, so that two runs do not clear away each other's files."""
    with (paths.make_folder(paths.build()) / LOCK).open("w") as file:
        if not paths.lock(file):
            raise AnalysisError(
                "Another `amur reproduce` rebuilds results/ at this moment; wait until it is done."
            )
        yield


def _check_finished(staging: Path, made_from: Mapping[str, str]) -> None:
    """Refuse to put in the place of results what is not whole, or comes from two states of the inputs."""
    changed = input_sums.changed(made_from, input_sums.taken())
    if changed:
        raise AnalysisError(
            f"{input_sums.named(changed)} changed while the study was rebuilt, so its results would come from two "
            f"states; {paths.relative(paths.results())}/ is as it was, run the same command again."
        )
    for name, clause in departures(staging):
        raise AnalysisError(f"{paths.relative(staging / name)} {clause}; run the same command again.")


def _run_all(staging: Path, quiet: bool) -> list[runs.Done]:
    """Run every notebook and make the report, one thing more at a time than there are cores; a thread waits for each."""
    stopped = threading.Event()
    with ThreadPoolExecutor(runs.at_a_time()) as pool:
        try:
            return _carry_out(pool, staging, runs.Limits(is_cancelled=stopped.is_set), quiet)
        except BaseException:
            # a failure or Ctrl-C: the kernels that still run would only be waited for
            stopped.set()
            raise
        finally:
            with client.ended():
                pool.shutdown(wait=True, cancel_futures=True)


def _carry_out(pool: Executor, staging: Path, limits: runs.Limits, quiet: bool) -> list[runs.Done]:
    names, cores, slots = parameters.study(), runs.available_cores(), runs.at_a_time()
    # the tour, which runs a notebook of its own, and the late ones are the long ones: started first, they leave no
    # core idle at the end, and what is left then are pages
    order = (names[0], *reversed(names[1:]))

    def run(name: str) -> Future[runs.Done]:
        target, place = staging / "notebooks" / f"{name}.ipynb", paths.relative(paths.results())
        values = {"output_dir": STAGING}
        return pool.submit(runs.run, name, values, target, is_warm=True, limits=limits, place=place)

    futures = {run(name): name for name in order[:slots]}
    pages = [pool.submit(_prepare_others)]
    futures |= {run(name): name for name in order[slots:]}
    done = {}
    # None: off where nobody looks on
    with tqdm(total=len(names), desc="Notebooks", unit="notebook", disable=quiet or None) as progress:
        for future in runs.as_ended(futures):
            name = futures[future]
            progress.set_postfix_str(name)
            done[name] = future.result()
            progress.update()
            pages.append(pool.submit(_make_pages, "write_notebook", str(staging), name))
    _check_written(staging)
    pages += [pool.submit(_make_pages, "write_others", str(staging), part, cores) for part in range(cores)]
    for page in runs.as_ended(pages):
        page.result()
    return [done[name] for name in names]


def _check_written(staging: Path) -> None:
    """Refuse notebooks that did not write what they promise, and write down what it was made from."""
    missing = missing_files(staging)
    if missing:
        raise AnalysisError(f"The notebooks ran but did not write {missing[0]}.")
    paths.write_text(staging / exhibits.SOURCES, exhibits.sources_as_csv(staging))


_in_turn = threading.Lock()


def _prepare_others() -> None:
    """Have processes forked later find loaded what many of them need; at the start of the first it would be waited for."""
    # whoever needs it meets what is wrong
    with suppress(OSError):
        if client.is_available():
            for name in PREPARED:
                client.server().prime(name)


def _make_pages(function: str, *arguments: str | int) -> None:
    """Call a function of the report in a process of its own; in this one, in turn, where none can be forked."""
    try:
        if client.is_available():
            client.server().call(f"{REPORT_MODULE}:{function}", *arguments)
            return
    except ChildProcessError as error:
        raise AnalysisError(
            f"The report was not made, its process was ended from outside or found no memory ({error}); run the same "
            "command again."
        ) from None
    except OSError:
        # no server can be started here, or it was ended; what else there is to say is said again
        pass
    with _in_turn:
        getattr(importlib.import_module(REPORT_MODULE), function)(*arguments)


def _check_replaceable(folder: Path) -> None:
    """Refuse before the work what would fail after it."""
    if folder.exists():
        if not folder.is_dir():
            raise AnalysisError(
                f"{paths.relative(folder)} is a file; move it, results go into a folder there."
            )
        if folder.resolve().is_mount():
            raise AnalysisError(
                f"A disk is mounted at {paths.relative(folder)}/, so it cannot be replaced as a whole; mount it elsewhere, and "
                f"make {paths.relative(folder)} a link to a folder on it."
            )
        paths.make_folder(folder)


def write_processed() -> Path:
    """Write the observations table and the catalogue to ``data/processed/``.

    With figures of a reader's own also where they and other sources differ.

    Returns
    -------
    Path
        The folder.
    """
    folder = paths.make_folder(paths.processed())
    table = indicators.observations()
    paths.write_text(folder / "observations.csv", table.to_csv(index=False, lineterminator="\n"))
    differing = folder / DISAGREEMENTS
    if indicators.has_user_data():
        paths.write_text(differing, comparison.disagreements().to_csv(index=False, lineterminator="\n"))
    else:
        differing.unlink(missing_ok=True)
    rows = [
        {
            "indicator": item.id,
            **{f"name_{language}": item.name[language] for language in LANGUAGES},
            **{f"unit_{language}": item.unit[language] for language in LANGUAGES},
            "basis": item.basis,
            "decimals": item.decimals,
            "formula": item.formula,
            "remark": item.remark,
        }
        for item in indicators.catalogue().values()
    ]
    paths.write_text(folder / "indicators.json", json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    return folder


def missing_files(folder: Path) -> list[str]:
    """Files the register promises that `folder` does not have."""
    names = parameters.study()
    promised = [file for name in names for file in exhibits.promised(name)]
    promised += [
        "associations.csv",
        "multiverse.csv",
        "ledger.csv",
        *(f"notebooks/{name}.ipynb" for name in names),
    ]
    return [name for name in promised if not (folder / name).is_file()]


def _record(started: float, checked: int, done: Sequence[runs.Done], made_from: Mapping[str, str]) -> str:
    """What may differ between two runs: times, host, versions, state of the repository and of the inputs."""
    record: dict[str, Any] = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(time.time() - started, 1),
        "raw_files_checked": checked,
        "notebooks": {item.notebook: round(item.seconds, 1) for item in done},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {
            name: metadata.version(name)
            for name in ("numpy", "scipy", "pandas", "statsmodels", "matplotlib", "papermill")
        },
        "git": repository.git_state(),
        # the reader's own files are those under data/user/
        "inputs": dict(made_from),
    }
    return json.dumps(record, indent=1) + "\n"
