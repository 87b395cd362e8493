"""Warm kernels: what comes out must be what a cold kernel gives, and nothing may be left behind."""

import asyncio
import contextlib
import os
import queue
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
from jupyter_client.provisioning import LocalProvisioner

from analysis import paths
from analysis.errors import AnalysisError
from analysis.workflow import runs
from analysis.workflow.kernels import client, engine

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


def printed(text):
    """What the cells of an executed notebook printed."""
    cells = nbformat.reads(text, as_version=4).cells
    return [
        output.text.strip() for cell in cells for output in cell.outputs if output.output_type == "stream"
    ]


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


def test_kernels_share_the_cores_instead_of_each_using_all(tmp_path, monkeypatch):
    """As many kernels as cores, each with as many threads of BLAS, take twice the processor time."""
    threads = "import os; print(len(os.listdir('/proc/self/task')))"
    work = "import numpy; a = numpy.ones((2000, 2000)); (a @ a).sum()"
    path = written(tmp_path, threads, work, threads)
    before, after = (int(line) for line in printed(executed(path)))
    assert after == before
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")  # a reader's own word counts
    mine = client.ForkServer()
    try:
        assert psutil.Process(mine.process.pid).environ()["OPENBLAS_NUM_THREADS"] == "2"
    finally:
        mine.stop()


def test_a_short_notebook_is_not_written_twice_a_cell(tmp_path, monkeypatch):
    """papermill does, which took four fifths of the time of the process that waits for the kernels."""
    written_to = []
    write = papermill.engines.write_ipynb
    monkeypatch.setattr(papermill.engines, "write_ipynb", lambda *a: written_to.append(a[1]) or write(*a))
    path = written(tmp_path, *(f"print({number})" for number in range(20)))
    whole = executed(path)
    assert printed(whole) == [str(number) for number in range(20)]
    assert len(written_to) <= 5  # at the start, and every two seconds


class _Heard:
    """A channel that hands out these messages; None stands for silence."""

    def __init__(self, *messages):
        self.messages = list(messages)

    async def get_msg(self, timeout):
        message = self.messages.pop(0)
        if message is None:
            raise queue.Empty
        return message


def heard(kind, request, **content):
    return {"msg_type": kind, "parent_header": {"msg_id": request}, "content": content}


def test_a_kernel_is_ready_once_both_channels_have_answered(monkeypatch):
    """Ready too early, the output of the first cell would be lost; waiting for silence costs a fifth of a short run."""
    reply = {"protocol_version": "5.3"}
    requests = iter("abcd")
    mine = engine.StudyKernelClient()
    monkeypatch.setattr(mine, "kernel_info", lambda: next(requests))
    shell = [heard("kernel_info_reply", request, **reply) for request in "aabc"]
    # nothing is heard for the first request, and for the second only that the channel is connected
    published = [
        None,
        heard("status", "a", execution_state="idle"),
        heard("iopub_welcome", None),
        heard("status", "b", execution_state="idle"),
        heard("status", "c", execution_state="busy"),
        heard("status", "c", execution_state="idle"),
    ]
    mine._shell_channel, mine._iopub_channel = _Heard(*shell), _Heard(*published)

    async def lives():
        return True

    monkeypatch.setattr(mine, "_async_is_alive", lives)
    asyncio.run(mine.wait_for_ready(60))
    assert next(requests) == "d" and not mine.iopub_channel.messages

    async def dead():
        return False

    monkeypatch.setattr(mine, "_async_is_alive", dead)
    monkeypatch.setattr(mine, "kernel_info", lambda: "e")
    mine._shell_channel = _Heard(None)
    with pytest.raises(RuntimeError, match="Kernel died"):
        asyncio.run(mine.wait_for_ready(60))


def test_a_killed_kernel_is_gone_when_the_kill_returns(tmp_path):
    """jupyter_client looks again only a tenth of a second later."""

    async def started_and_killed():
        with engine.connection() as config:
            manager = engine.WarmKernelManager(kernel_name="python3", config=config)
            await manager.start_kernel(cwd=str(tmp_path))
            process = manager.provisioner.process
            await manager.provisioner.kill()
            status = process.poll()
            await manager.shutdown_kernel(now=True)
            return status

    assert asyncio.run(started_and_killed()) == -signal.SIGKILL


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
        f"import os, pathlib, subprocess, time\np = subprocess.Popen(['sleep', '3600'])\n"
        f"new = pathlib.Path({str(child) + '.new'!r})\nnew.write_text(str(p.pid))\nnew.rename({str(child)!r})",
        "time.sleep(3600)",
    )
    with pytest.raises(engine.KernelEndedError):
        executed(path, must_stop=child.exists)
    wait_for(lambda: not is_running(int(child.read_text())))


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
        f"import os, time\nopen({str(told)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')\ntime.sleep(3600)",
    )
    script = tmp_path / "loop.py"
    script.write_text(LOOP)
    with subprocess.Popen([sys.executable, str(script), str(path)]) as owner:
        wait_for(lambda: told.exists() and len(told.read_text().split()) == 2)
        kernel, server = map(int, told.read_text().split())
        assert is_running(kernel)
        assert is_running(server)
        owner.kill()
    wait_for(lambda: not is_running(kernel) and not is_running(server))


def wait_for(condition):
    # five minutes for what takes one or two seconds: only a hang should reach it, never a loaded machine
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def below(process):
    """Processes under a process that still run."""
    return [child for child in psutil.Process(process).children(recursive=True) if is_running(child.pid)]


def test_no_kernel_warm_or_cold_starts_while_kernels_are_being_ended(tmp_path):
    # a thread that is just about to start one would leave it to nobody
    path = written(tmp_path, "print('here')")
    executed(path)
    with client.ended():
        with pytest.raises(RuntimeError, match="being ended"):
            executed(path)
        with pytest.raises(client.EndedError):
            client.server()
        wait_for(lambda: not below(os.getpid()))
    assert "here" in executed(path)


def test_a_kernel_asked_for_when_its_server_ends_is_not_replaced_by_a_cold_one(tmp_path, monkeypatch):
    def die(self, *arguments):
        monkeypatch.setattr(client, "_endings", 1)  # Ctrl-C comes now
        raise ConnectionError("the fork server ended")

    monkeypatch.setattr(client.ForkServer, "fork", die)
    monkeypatch.setattr(
        LocalProvisioner, "launch_kernel", lambda *a, **k: pytest.fail("a cold kernel was started")
    )
    with pytest.raises(RuntimeError, match="being ended"):
        executed(written(tmp_path, "print('here')"))


def test_a_server_in_the_middle_of_loading_or_computing_is_ended_at_once(monkeypatch):
    # it does not listen then; Ctrl-C would wait until it does
    monkeypatch.setattr(client, "STOP_SECONDS", 3600)
    loading = client.ForkServer()
    loading.stop()
    assert loading.process.returncode == -signal.SIGKILL
    computing = client.ForkServer()
    asked = threading.Thread(target=prime_for_ever, args=(computing,))
    asked.start()
    wait_for(lambda: computing._priming.locked())
    computing._has_answered = True
    computing.stop()
    asked.join()
    assert computing.process.returncode == -signal.SIGKILL
    assert not computing.folder.exists()


def prime_for_ever(server):
    with contextlib.suppress(OSError):
        server.prime("signal:pause")


def test_clients_that_leave_as_their_kernels_end_do_not_end_the_server(tmp_path):
    server = client.ForkServer()
    for _ in range(20):
        kernel = server.fork(["-f", str(tmp_path / "kernel.json")], dict(os.environ), str(tmp_path))
        server._kernels.clear()
        # the server learns of both at once
        os.kill(kernel.pid, signal.SIGKILL)
        kernel._connection.close()
    wait_for(lambda: not below(server.process.pid))
    assert server.process.poll() is None
    server.stop()


def test_a_call_raises_what_its_function_raises_and_says_what_ended_it():
    server = client.server()
    server.call("time:sleep", 0)
    with pytest.raises(AnalysisError, match=r"^An exhibit") as refused:
        server.call("analysis.publish.exhibits:entry", "none")
    assert "carry_out" in refused.value.__notes__[0]
    for name in ("os:abort", "os:_exit"):
        with pytest.raises(ChildProcessError, match=rf"^{name} ended with status "):
            server.call(name, *([3] if name == "os:_exit" else []))
    # one that waits keeps no other from its end
    with ThreadPoolExecutor(2) as pool:
        long, short = pool.submit(server.call, "time:sleep", 60), pool.submit(server.call, "time:sleep", 0)
        short.result(60)
        assert not long.done()
        client.stop()
        with pytest.raises(ChildProcessError, match="-9"):
            long.result(60)


INNER = """
import nbformat, os, papermill
made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; print(os.getppid())")])
made.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
told = papermill.execute_notebook(made, None, engine_name="amur", progress_bar=False).cells[0].outputs[0].text
print(int(told) == os.getppid())
"""


def test_a_notebook_that_runs_another_shares_the_server_it_comes_from(tmp_path):
    """The tour does; a cold kernel for it took three seconds of the processor, two of them imports."""
    assert printed(executed(written(tmp_path, INNER))) == ["True"]
    wait_for(lambda: not below(client.server().process.pid))


def test_a_server_is_kept_as_long_as_a_run_holds_it(monkeypatch):
    # the run's sockets lie in the server's folder
    with client.held() as first:
        monkeypatch.setattr(client, "stamp", lambda: (("changed", 0, 0),))
        assert client.server() is not first
        client.server()
        assert first.folder.is_dir()
    client.server()
    assert not first.folder.exists()


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
    assert str(paths.root() / "src" / "analysis" / "workflow" / "kernels" / "client.py") in names
    assert not [name for name in names if name.endswith(".pyc")]
