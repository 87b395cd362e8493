"""Kills, concurrent starts, full disks and odd environments, replayed: nothing lost, one sentence each.

By hand, in the folder ``tests`` (as root for the full disks, which are small file systems of their own)::

    ../.venv/bin/python -m faults.replay [--kills 20] [--only kills|starts|disk|environments] [--seed 0]

Everything happens in a copy of the checkout in a temporary folder; of this checkout only ``.venv`` is used. Each line
says what was done, how it ended and what is wrong with that; the status is 1 where anything is.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from analysis import paths
from analysis.workflow.sums import SUMS
from test_customs_trade import unload

# what takes half a minute on two idle cores; only a hang reaches it, never a loaded machine
PATIENCE = 1200
MB = 1 << 20
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# rows of the synthetic unload that is ingested: a second of work
ROWS = 150_000


@dataclass
class Study:
    """A copy of the checkout with a temporary folder of its own."""

    root: Path
    temporary: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(
        self, *words: str, limit: Callable[[], None] | None = None, **environment: str
    ) -> subprocess.Popen:
        """Start a command of the copy in a session of its own."""
        own = {
            **os.environ,
            "PYTHONPATH": str(self.root / "src"),
            "TMPDIR": str(self.temporary),
            **self.environment,
            **environment,
        }

        def prepare() -> None:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if limit is not None:
                limit()

        return subprocess.Popen(
            [sys.executable, "-m", "analysis.workflow.cli", *words],
            cwd=self.root, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=prepare,
        )  # fmt: skip

    def run(self, *words: str, **how: object) -> Ended:
        """Run a command to its end."""
        started = time.monotonic()
        process = self.start(*words, **how)  # type: ignore[arg-type]
        out, err = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, out, err, time.monotonic() - started)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: bytes
    err: bytes
    seconds: float

    def problems(self, *, statuses: tuple[int, ...] = (0, 2), says: str = "") -> list[str]:
        """What is wrong with it: a traceback, more than a sentence, another status than it may have."""
        told = self.err.decode("utf-8", "replace")
        found = []
        if "Traceback" in told:
            found.append(f"a traceback: {told.strip().splitlines()[-1][:200]}")
        if self.status not in statuses:
            found.append(f"status {self.status}: {told.strip()[-200:]}")
        sentences = [line for line in told.splitlines() if line.startswith("amur: ")]
        if self.status == 2 and (len(sentences) != 1 or len(sentences[0]) > 2000):
            found.append(f"not one sentence: {told.strip()[-200:]!r}")
        if says and not re.search(says, told + self.out.decode("utf-8", "replace")):
            found.append(f"does not say {says!r}: {told.strip()[-300:]!r}")
        return found


TOTALS: Counter[str] = Counter()


def tell(kind: str, name: str, problems: list[str]) -> None:
    """Print a line, and count it."""
    TOTALS[f"{kind}: {'wrong' if problems else 'as it should'}"] += 1
    print(
        f"{'WRONG' if problems else 'ok':6}{kind}: {name}" + "".join(f"\n      {item}" for item in problems),
        flush=True,
    )


# the state of the copy ------------------------------------------------------------------------------


def results_problems(study: Study) -> list[str]:
    """Files of the results that are not those of their sums."""
    folder = study.root / "results"
    if not (folder / SUMS).is_file():
        return ["results/ has no sums"]
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", SUMS], cwd=folder, capture_output=True, text=True, check=False
    )
    listed = len((folder / SUMS).read_text().splitlines())
    there = sum(path.is_file() for path in folder.rglob("*"))
    # the sums and the record are not among them
    extra = [] if there == listed + 2 else [f"{there} files, {listed} sums"]
    return ([f"sums differ: {checked.stdout[:200]}"] if checked.returncode else []) + extra


def left_over(study: Study) -> list[str]:
    """Processes and folders that should have gone."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        processes = [item for item in psutil.process_iter(["environ", "status"]) if _is_of(item, study)]
        folders = [path.name for path in study.temporary.iterdir() if path.name.startswith("amur-")]
        if not processes and not folders:
            return []
        time.sleep(0.2)
    return [f"left: {[item.pid for item in processes]} {folders}"]


def _is_of(process: psutil.Process, study: Study) -> bool:
    own = process.info["environ"] or {}
    is_dead = process.info["status"] == psutil.STATUS_ZOMBIE
    return own.get("TMPDIR") == str(study.temporary) and process.pid != os.getpid() and not is_dead


# kills ----------------------------------------------------------------------------------------------


def kills(study: Study, chance: random.Random, count: int) -> None:
    """Kill each of the three long commands at any moment, then let it end."""
    grid = study.root / "replay.toml"
    grid.write_text(
        '[[grid]]\nnotebook = "04_rating"\n[grid.cross]\nedition = ["II", "III"]\n', encoding="utf-8"
    )
    work = {
        "reproduce": (["reproduce", "--quiet"], lambda: results_problems(study)),
        "batch": (["batch", str(grid), "--quiet"], lambda: []),
        "ingest": (["ingest", "customs", str(study.root / "synthetic.csv")], lambda: store_problems(study)),
    }
    unload_of(study)
    for name, (words, state) in work.items():
        clear(study, name)
        whole = study.run(*words)
        tell("kills", f"{name}, whole ({whole.seconds:.0f} s)", whole.problems(statuses=(0,)) + state())
        kept = sums_of(study)
        for number in range(count):
            if name != "reproduce":
                clear(study, name)
            signum = SIGNALS[number % len(SIGNALS)]
            process = study.start(*words)
            at = chance.uniform(0.1, 1.0) * whole.seconds
            with suppress(subprocess.TimeoutExpired):
                process.wait(at)
            process.send_signal(signum)
            out, err = process.communicate(timeout=PATIENCE)
            ended = Ended(process.returncode, out, err, at)
            statuses = (0, -signum, 128 + signum, 130)
            problems = ended.problems(statuses=statuses) + state() + left_over(study)
            if name == "reproduce" and sums_of(study) != kept:
                problems.append("the results are others than before")
            tell("kills", f"{name} at {at:.1f} s, {signum.name}: status {process.returncode}", problems)
        again = study.run(*words)
        tell("kills", f"{name}, then to its end", again.problems(statuses=(0,)) + state() + left_over(study))


def clear(study: Study, name: str) -> None:
    """Take away what a command has finished, so that it has work."""
    folder = {"batch": "build/batch", "ingest": "data/user/customs"}.get(name)
    if folder is not None:
        shutil.rmtree(study.root / folder, ignore_errors=True)


def sums_of(study: Study) -> str:
    path = study.root / "results" / SUMS
    return path.read_text() if path.is_file() else ""


def store_problems(study: Study) -> list[str]:
    """A store is whole or not there."""
    code = (
        "import sys; from pathlib import Path; from analysis import customs\n"
        "root = Path(sys.argv[1])\n"
        "print(sum(item.rows for item in customs.open_store(root).sources) if customs.exists(root) else 0)"
    )
    made = subprocess.run(
        [sys.executable, "-c", code, str(study.root / "data" / "user" / "customs")],
        env={**os.environ, "PYTHONPATH": str(study.root / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode or int(made.stdout) not in (0, ROWS):
        return [f"the store: {made.stdout} {made.stderr[-300:]}"]
    return []


def unload_of(study: Study) -> Path:
    rows = [
        (
            "ЭК",
            1 + n % 12,
            "CN",
            f"{1201900000 + n % 97}",
            "166",
            f"{n % 1000},50",
            "20",
            "0",
            "10000 - АМУРСКАЯ ОБЛАСТЬ",
        )
        for n in range(ROWS)
    ]
    return unload(study.root, rows, name="synthetic.csv")


# concurrent starts ----------------------------------------------------------------------------------


def starts(study: Study) -> None:
    """Start each command twice at once: one does the work, the other says that it does."""
    grid = study.root / "replay.toml"
    grid.write_text(
        '[[grid]]\nnotebook = "04_rating"\n[grid.cross]\nedition = ["II", "III"]\n', encoding="utf-8"
    )
    unload_of(study)
    for name, words, state in (
        ("reproduce", ["reproduce", "--quiet"], lambda: results_problems(study)),
        ("batch", ["batch", str(grid), "--quiet"], lambda: []),
        ("ingest", ["ingest", "customs", str(study.root / "synthetic.csv")], lambda: store_problems(study)),
    ):
        clear(study, name)
        both = [study.start(*words) for _ in range(2)]
        ends = [Ended(p.wait(PATIENCE) and p.returncode, *p.communicate(), 0.0) for p in both]
        problems = [item for end in ends for item in end.problems()] + state() + left_over(study)
        if not any(end.status == 0 for end in ends):
            problems.append("neither ended well")
        tell("starts", f"{name} twice: {[end.status for end in ends]}", problems)


# full disks -----------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Lay an empty file system of that many bytes over a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def disk(study: Study) -> None:
    """Let every command that writes run out of room: one sentence that names the folder, and nothing half-written."""
    if os.geteuid() != 0:
        print("full disks need root: not replayed")
        return
    grid = study.root / "replay.toml"
    grid.write_text('[[grid]]\nnotebook = "04_rating"\n', encoding="utf-8")
    unload_of(study)
    claims = "data/raw/paper/claims.csv"
    edition = "tests/fixtures/rating/synthetic_edition.txt"
    full = study.root / "full"
    cases: list[tuple[str, Path, int, list[str], tuple[int, ...]]] = [
        ("ingest customs", study.root / "data/user", 64 * 1024, ["ingest", "customs", "synthetic.csv"], (2,)),
        (
            "ingest customs",
            study.root / "data/user",
            200 * 1024,
            ["ingest", "customs", "synthetic.csv"],
            (2,),
        ),
        ("ingest rating", study.root / "data/user", 8 * 1024, ["ingest", "rating", edition], (2,)),
        ("verify", full, 16 * 1024, ["verify", claims, "--output", "full/l.csv"], (2,)),
        ("verify, page", full, 16 * 1024, ["verify", claims, "--output", "full/l.html"], (2,)),
        ("sheets", full, 4 * 1024, ["rating", "sheets", "full/s", "--expert", "A", "--expert", "B"], (2,)),
        ("code", full, 8 * 1024, ["rating", "code", edition, "full/c.xlsx"], (2,)),
        ("batch", full, 32 * 1024, ["batch", str(grid), "--output", "full/b", "--quiet"], (1, 2)),
        ("batch", full, 100 * 1024, ["batch", str(grid), "--output", "full/b", "--quiet"], (1, 2)),
        ("reproduce", study.root / "build", MB, ["reproduce", "--quiet"], (2,)),
        ("processed", study.root / "data/processed", 64 * 1024, ["reproduce", "--quiet"], (2,)),
        ("temporary", study.temporary, 4 * 1024, ["reproduce", "--quiet"], (0, 2)),
    ]
    kept = sums_of(study)
    for name, folder, size, words, statuses in cases:
        with small_disk(folder, size):
            ended = study.run(*words)
            problems = ended.problems(
                statuses=statuses, says="" if ended.status == 0 else r"full|no room|No space"
            )
            left = [path for path in folder.rglob("*") if re.match(r"\.\w.*\.\w{8}$", path.name)]
            problems += [f"half-written: {left}"] if left else []
        if kept and sums_of(study) != kept:
            problems.append("the results are others than before")
        told = ended.err.decode("utf-8", "replace").strip() or ended.out.decode("utf-8", "replace").strip()
        tell("disk", f"{name}, {size >> 10} KiB: {ended.status} {told[:300]}", problems)
    results, kept_folder = study.root / "results", study.root / "results.kept"
    if results.is_dir():
        results.rename(kept_folder)
    results.symlink_to(full / "results")
    with small_disk(full, MB):
        (full / "results").mkdir()
        (full / "results" / "old").touch()
        ended = study.run("reproduce", "--quiet")
        problems = ended.problems(statuses=(2,), says=r"full is full \([\d.]+ MB needed")
        problems += [] if (results / "old").is_file() else ["the old results are gone"]
    tell("disk", f"results a link to a full disk: {ended.status} {ended.err.decode()[:300]}", problems)
    results.unlink()
    with small_disk(results, MB):
        ended = study.run("reproduce", "--quiet")
    tell(
        "disk",
        f"results a mounted disk: {ended.status}",
        ended.problems(statuses=(2,), says="is mounted at results"),
    )
    results.rmdir()
    if kept_folder.is_dir():
        kept_folder.rename(results)


# environments ---------------------------------------------------------------------------------------


def environments(study: Study) -> None:
    """Run a notebook, and what prints, under the settings of sessions that are not ours."""
    grid = study.root / "replay.toml"
    grid.write_text('[[grid]]\nnotebook = "04_rating"\n', encoding="utf-8")
    run = ["batch", str(grid), "--quiet", "--output", "build/environment"]
    cite = ["cite", "table-3", "--style", "gost", "--folder", "reference"]
    verify = ["verify", "data/raw/paper/claims.csv", "--language", "ru", "--output", "build/ledger.csv"]
    startup = study.root / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("raise SystemExit('a start-up file ran')\n")
    spec = study.root / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["/bin/false"], "display_name": "x", "language": "python"}')
    long = study.root / ("t" * (107 - len(str(study.root)) - 1))
    long.mkdir()
    (study.root / "other").mkdir()
    subprocess.run(["git", "init", "--quiet", str(study.root / "other")], check=True)
    cases: list[tuple[str, list[str], Mapping[str, str], int, str]] = [
        ("TMPDIR of 107 characters", run, {"TMPDIR": str(long)}, 0, "1 done"),
        ("no TMPDIR of that name", run, {"TMPDIR": "/no/such/folder"}, 0, "1 done"),
        ("start-up files of IPython", run, {"IPYTHONDIR": str(study.root / "ipython")}, 0, "1 done"),
        ("PYTHONSTARTUP", run, {"PYTHONSTARTUP": str(startup / "00.py")}, 0, "1 done"),
        ("a foreign python3", run, {"JUPYTER_PATH": str(study.root / "jupyter")}, 0, "1 done"),
        ("MPLBACKEND=nonsense", run, {"MPLBACKEND": "nonsense"}, 0, "1 done"),
        ("NUMBA_DISABLE_JIT=1", run, {"NUMBA_DISABLE_JIT": "1"}, 0, "1 done"),
        ("GIT_DIR of another repository", ["cite", "project"], {"GIT_DIR": str(study.root / "other/.git")}, 0, "git [0-9a-f]{12}"),
        *((f"{name} terminal", cite, {"PYTHONIOENCODING": name}, 0, "sha256") for name in ("cp1252", "cp866", "ascii")),
        *((f"{name} terminal, verify", verify, {"PYTHONIOENCODING": name}, 1, "") for name in ("cp1252", "ascii")),
        ("LC_ALL=C without UTF-8", cite, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, 0, "sha256"),
    ]  # fmt: skip
    for name, words, environment, status, says in cases:
        shutil.rmtree(study.root / "build/environment", ignore_errors=True)
        ended = study.run(*words, **environment)
        tell("environments", name, ended.problems(statuses=(status,), says=says))
    for files in (40, 64):
        ended = study.run(*run, "--retry-failed", limit=lambda n=files: _few(n))
        tell(
            "environments", f"{files} open files", ended.problems(statuses=(2,), says="files open at a time")
        )
    raw = study.root / "data/raw/paper/table_3.csv"
    kept = raw.read_bytes()
    raw.write_bytes(kept + b"\n")
    ended = study.run("cite", "resource:paper-table-3")
    tell(
        "environments",
        "an altered raw file is cited",
        ended.problems(statuses=(2,), says="differs from its checksum"),
    )
    raw.write_bytes(kept)
    places(study)


def _few(files: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def places(study: Study) -> None:
    """The whole study with its folders where people put them."""
    with ExitStack() as stack:
        elsewhere = study.root.parent / "elsewhere"
        elsewhere.mkdir()
        shutil.rmtree(study.root / "results", ignore_errors=True)
        (study.root / "results").symlink_to(elsewhere)
        if os.geteuid() == 0:  # another disk
            shutil.rmtree(study.root / "build", ignore_errors=True)
            stack.enter_context(small_disk(study.root / "build", 512 * MB))
        ended = study.run("reproduce", "--quiet")
        problems = ended.problems(statuses=(0,)) + results_problems(study)
        if not (study.root / "results").is_symlink():
            problems.append("the link became a folder")
        tell("environments", "results a link, build another disk", problems)
    (study.root / "results").unlink(missing_ok=True)
    braces = study.root.parent / "{a} b"
    study.root.rename(braces)
    moved = Study(braces, study.temporary)
    ended = moved.run("reproduce", "--quiet")
    tell(
        "environments", "{a} in the checkout's path", ended.problems(statuses=(0,)) + results_problems(moved)
    )
    braces.rename(study.root)


# ----------------------------------------------------------------------------------------------------


@contextmanager
def copied() -> Iterator[Study]:
    """Copy what git has of the checkout, with what is changed in it."""
    with tempfile.TemporaryDirectory(prefix="replay-") as name:
        root = Path(name) / "study"
        subprocess.run(["git", "clone", "--quiet", str(paths.root()), str(root)], check=True)
        for folder in ("src", "notebooks", "data/raw", "locale", "reference"):
            shutil.copytree(paths.root() / folder, root / folder, dirs_exist_ok=True)
        temporary = Path(name) / "t"
        temporary.mkdir()
        yield Study(root, temporary)


def main() -> int:
    """Replay what was asked for."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--kills", type=int, default=20, help="kills of each of the three commands")
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--only", choices=["kills", "starts", "disk", "environments"])
    asked = given.parse_args()
    print(f"load before {os.getloadavg()[0]:.1f}", flush=True)
    with copied() as study:
        parts: dict[str, Callable[[], None]] = {
            "kills": lambda: kills(study, random.Random(asked.seed), asked.kills),
            "starts": lambda: starts(study),
            "disk": lambda: disk(study),
            "environments": lambda: environments(study),
        }
        for name, part in parts.items():
            if asked.only in (None, name):
                part()
    for line, count in sorted(TOTALS.items()):
        print(f"{count:4} {line}")
    return 1 if any("wrong" in line for line in TOTALS) else 0


if __name__ == "__main__":
    sys.exit(main())
