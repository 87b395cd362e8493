"""Warm kernels: what comes out must be what a cold kernel gives, and nothing may be left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest

from analysis import paths, runs
from analysis.errors import AnalysisError
from analysis.kernels import client, engine

CELLS = (
    "import pandas as pd\nimport matplotlib.pyplot as plt",
    "plt.plot([1, 3, 2]);",
    "pd.DataFrame({'a': [1.5, 2]})",
    "import sys, os, __main__\nprint(__name__, sys.argv[0].rsplit('/')[-1], __main__.__dict__ is globals())",
    "import matplotlib\nprint(matplotlib.get_backend(), os.environ.get('MPLBACKEND'), sys.path[0] == '')",
    "print(sys.stdin.isatty(), os.getcwd(), os.getpgid(0) == os.getpid())",
    "undefined_name",
)


def written(folder, *sources):
    """A notebook of these cells."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = folder / "made.ipynb"
    nbformat.write(made, path)
    return path


def executed(path, **options):
    target = path.with_name(f"out-{threading.get_ident()}-{time.monotonic_ns()}.ipynb")
    with contextlib.suppress(papermill.exceptions.PapermillExecutionError):
        papermill.execute_notebook(
            path, target, engine_name="amur", kernel_name="python3", progress_bar=False, **options
        )
    return runs.as_text(nbformat.read(target, as_version=4))


@pytest.fixture(scope="module", autouse=True)
def _no_server_left():
    yield
    client.stop()


def test_a_warm_kernel_gives_the_bytes_of_a_cold_one(tmp_path):
    path = written(tmp_path, *CELLS)
    folder = str(tmp_path)
    warm = executed(path, kernel_folder=folder)
    assert "NameError" in warm
    assert "image/png" in warm
    assert warm == executed(path, kernel_folder=folder, is_warm=False)


def test_a_notebook_of_the_study_gives_the_same_bytes_warm_and_cold(tmp_path):
    made = {}
    for is_warm in (False, True):
        out = tmp_path / "out"
        runs.run("01_transit_potential", {"output_dir": str(out)}, out / "notebook.ipynb", is_warm=is_warm)
        made[is_warm] = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        out.rename(tmp_path / f"out-{is_warm}")
    assert len(made[True]) > 10
    assert made[True] == made[False]


def test_the_kernel_is_forked_and_not_started(tmp_path):
    path = written(tmp_path, "import os\nprint(os.getppid())")
    assert f'"{client.server().process.pid}\\n"' in executed(path)
    assert f'"{os.getpid()}\\n"' in executed(path, is_warm=False)


def test_kernels_draw_different_random_numbers(tmp_path):
    # forked twice from one process, they would share the state of numpy's generator
    path = written(tmp_path, "import numpy, random\nprint(numpy.random.rand(), random.random())")
    assert executed(path) != executed(path)


def test_kernels_started_at_once_do_not_meet(tmp_path):
    path = written(tmp_path, "import os\nprint('pid', os.getpid())")
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: executed(path), range(12)))
    assert len(set(made)) == 12


def test_connections_are_files_of_their_own_and_go_away():
    with engine.connection() as first, engine.connection() as second:
        assert first.KernelManager.transport == "ipc"
        assert first.KernelManager.ip != second.KernelManager.ip
        folder = Path(first.KernelManager.ip).parent
        assert folder.is_dir()
    assert not folder.exists()


def test_a_long_path_falls_back_to_tcp(tmp_path, monkeypatch):
    # the kernel would die binding a socket whose path is cut at 107 bytes
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(engine.tempfile, "tempdir", str(deep))
    with engine.connection() as settings:
        assert "transport" not in settings.KernelManager


def test_without_fork_a_standard_kernel_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "is_available", lambda: False)
    path = written(tmp_path, "import os\nprint(os.getppid())")
    assert f'"{os.getpid()}\\n"' in executed(path)


def test_a_dead_server_is_replaced(tmp_path):
    path = written(tmp_path, "print('here')")
    executed(path)
    first = client.server()
    first.process.kill()
    first.process.wait()
    assert "here" in executed(path)
    assert client.server() is not first


def test_a_changed_source_file_renews_the_server(monkeypatch):
    # a long session would otherwise go on with code that is no longer on disk
    first = client.server()
    monkeypatch.setattr(client, "stamp", lambda: (("changed", 0, 0),))
    assert client.server() is not first


def test_a_killed_kernel_says_how_it_ended(tmp_path):
    path = written(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(engine.KernelEndedError) as caught:
        executed(path)
    assert caught.value.status == -signal.SIGKILL


def test_a_kernel_stopped_from_outside_takes_its_children_along(tmp_path):
    child = tmp_path / "child"
    path = written(
        tmp_path,
        f"import subprocess, time\np = subprocess.Popen(['sleep', '60'])\nopen({str(child)!r}, 'w').write(str(p.pid))",
        "time.sleep(60)",
    )
    started = time.monotonic()
    with pytest.raises(engine.KernelEndedError):
        executed(path, must_stop=child.exists)
    assert time.monotonic() - started < 20
    assert not is_running(int(child.read_text()))


def is_running(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


LOOP = """
import sys, papermill
papermill.execute_notebook(sys.argv[1], sys.argv[1] + ".out.ipynb", engine_name="amur", progress_bar=False)
"""


def test_nothing_outlives_a_killed_owner(tmp_path):
    # a script without `if __name__ == "__main__"`, killed in the middle of a cell
    told = tmp_path / "told"
    path = written(
        tmp_path,
        f"import os, time\nopen({str(told)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')\ntime.sleep(60)",
    )
    script = tmp_path / "loop.py"
    script.write_text(LOOP)
    with subprocess.Popen([sys.executable, str(script), str(path)]) as owner:
        wait_for(lambda: told.exists() and len(told.read_text().split()) == 2, 40)
        kernel, server = map(int, told.read_text().split())
        assert is_running(kernel)
        assert is_running(server)
        owner.kill()
    wait_for(lambda: not is_running(kernel) and not is_running(server), 5)


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_run_takes_no_longer_than_it_may(tmp_path, monkeypatch):
    path = written(tmp_path, "import time\ntime.sleep(60)")
    monkeypatch.setattr(runs, "source", lambda name: path)
    with pytest.raises(AnalysisError, match="ran for more than 1 seconds"):
        runs.execute(
            "04_rating", {}, tmp_path / "scratch.ipynb", is_warm=True, limits=runs.Limits(run_seconds=1)
        )


def test_papermill_finds_the_engine_by_its_name_from_the_command_line(tmp_path):
    path = written(tmp_path, "print('found')")
    subprocess.run(
        [sys.executable, "-m", "papermill", str(path), "out.ipynb", "--engine", "amur", "--no-progress-bar"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    assert "found" in (tmp_path / "out.ipynb").read_text()


def test_the_sources_that_are_watched_are_those_of_the_package():
    names = [name for name, _, _ in client.stamp()]
    assert str(paths.root() / "src" / "analysis" / "kernels" / "client.py") in names
    assert not [name for name in names if name.endswith(".pyc")]
