"""The reader's own set-up must neither stop the study nor change what comes out of it."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import pytest

from analysis import paths
from analysis.data import package
from analysis.errors import AnalysisError
from analysis.publish import citation, repository
from analysis.workflow.kernels import client, engine

# seconds for what takes one or two here: only a hang should reach it, never a loaded machine
PATIENCE = 300


def amur(*words, **environment):
    """The command in a process of its own, as bytes, in another environment."""
    return subprocess.run(
        [sys.executable, "-m", "analysis.workflow.cli", *words],
        env={**os.environ, **environment}, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip


def printed(tmp_path, *cells, is_warm=True):
    """What the cells of a notebook print in a kernel of the study."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    path = tmp_path / "made.ipynb"
    nbformat.write(notebook, path)
    done = papermill.execute_notebook(
        str(path), None, engine_name="amur", progress_bar=False, is_warm=is_warm, kernel_folder=str(tmp_path)
    )
    return [
        output.text.strip()
        for cell in done.cells
        for output in cell.outputs
        if output.output_type == "stream"
    ]


@pytest.fixture(scope="module", autouse=True)
def _no_server_is_left():
    yield
    client.stop()


@pytest.mark.parametrize("encoding", ["cp1252", "cp866", "ascii", "utf-8"])
def test_a_terminal_of_few_characters_gets_the_reference_all_the_same(encoding):
    """A UnicodeEncodeError ended it, with the status that says "a claim fails"."""
    made = amur("cite", "--style", "gost", "table-3", "--folder", "reference", PYTHONIOENCODING=encoding)
    assert made.returncode == 0, made.stderr
    assert b"sha256" in made.stdout
    assert b"2021" in made.stdout
    # codes for letters are of no use to who wants to paste the reference, so the way out is told
    assert (b"PYTHONIOENCODING=utf-8" in made.stderr) == (b"\\u04" in made.stdout)
    assert (b"\\u04" in made.stdout) == (
        encoding == "cp1252"
    )  # click takes ASCII for a mistake and writes UTF-8


def test_a_fault_of_the_program_has_a_status_of_its_own(monkeypatch):
    """1 says that a claim fails, or a run: a traceback must not say it too."""
    from click.testing import CliRunner

    from analysis.workflow import cli

    def faulty(*arguments, **how):
        raise LookupError("a fault of ours")

    monkeypatch.setattr(citation, "cite", faulty)
    made = CliRunner().invoke(cli.main, ["cite", "project"])
    assert made.exit_code == 70
    assert "fault of the program" in made.output

    def refused(*arguments, **how):
        raise OSError(24, "Too many open files", "/x/y")

    monkeypatch.setattr(citation, "cite", refused)
    made = CliRunner().invoke(cli.main, ["cite", "project"])
    assert made.exit_code == 2
    assert "The operating system refused /x/y: Too many open files." in made.output


def test_a_backend_for_other_programs_does_not_stop_the_command():
    made = amur("cite", "table-3", "--folder", "reference", MPLBACKEND="nonsense")
    assert made.returncode == 0, made.stderr


def test_a_git_of_another_repository_is_not_cited(monkeypatch, tmp_path):
    """git sets GIT_DIR for its hooks: the commit of that repository stood in the reference."""
    own = repository.state()
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert repository.state() == own


def test_a_raw_file_that_was_altered_is_not_cited_by_its_old_sum(raw_copy):
    """The reference would vouch for bytes that are not there."""
    name = next(iter(package.resources()))
    assert package.resource(name).sha256 in citation.cite(f"resource:{name}", "apa")
    with package.resource(name).path.open("a") as file:
        file.write("\n")
    with pytest.raises(AnalysisError, match="differs from its checksum"):
        citation.cite(f"resource:{name}", "apa")


START_UP = "print('start-up')\nanswer = 42\nimport numpy\nnumpy.mean = lambda *a: 0\n"


@pytest.mark.parametrize("is_warm", [True, False], ids=["warm", "cold"])
def test_nothing_the_reader_starts_sessions_with_reaches_a_kernel(tmp_path, monkeypatch, is_warm):
    """Start-up files of ~/.ipython changed results, a foreign python3 ran other packages, a backend stopped pyplot."""
    profile = tmp_path / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00.py").write_text(START_UP)
    (profile / "ipython_config.py").write_text("c.InteractiveShellApp.exec_lines = ['answer = 42']\n")
    (tmp_path / "start.py").write_text(START_UP)
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        '{"argv": ["/bin/false"], "display_name": "Other", "language": "python"}'
    )
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "start.py"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    asked = "import sys, numpy\nprint('answer' in globals(), numpy.mean([1, 3]), sys.executable)"
    drawn = "import matplotlib.pyplot as plt\nprint(plt.get_backend())"
    told = printed(tmp_path, asked, drawn, is_warm=is_warm)
    assert told[0] == f"False 2.0 {sys.executable}"
    assert "inline" in told[1]
    assert "start-up" not in "".join(told)


def test_a_long_temporary_folder_has_warm_kernels_all_the_same(tmp_path, monkeypatch):
    """The name of a socket has at most 107 bytes: every run was a traceback."""
    deep = tmp_path / ("d" * (107 - len(str(tmp_path)) - 1)) if len(str(tmp_path)) < 100 else tmp_path
    deep.mkdir(exist_ok=True)
    monkeypatch.setattr(client.tempfile, "tempdir", str(deep))
    server = client.ForkServer()
    try:
        assert len(str(server.folder)) < client.LONGEST_SOCKET
        with engine.connection(server.folder) as settings:
            assert settings.KernelManager.transport == "ipc"
    finally:
        server.stop()
    assert not server.folder.exists()


def test_without_a_fork_server_a_notebook_runs_on_a_cold_kernel(tmp_path, monkeypatch):
    def refused(*arguments, **how):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(client, "ForkServer", refused)
    monkeypatch.setattr(client, "_current", None)
    assert printed(tmp_path, "print(1 + 1)") == ["2"]


# a terminal's hang-up is ignored by what nohup started, and so by its children
WAIT = """
import signal, sys, time
for name in ("SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
from pathlib import Path
from analysis.workflow.kernels import client
server = client.server()
if sys.argv[2] == "loaded":
    server.prime("builtins:dict")
told = Path(sys.argv[1])
told.with_suffix(".new").write_text(f"{server.process.pid} {server.folder}")
told.with_suffix(".new").rename(told)
time.sleep(3600)
"""


@pytest.mark.skipif(not client.is_available(), reason="signals as on Linux")
@pytest.mark.parametrize("state", ["loading", "loaded"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_request_to_end_that_reaches_all_leaves_no_folder(tmp_path, state, name):
    """As a service manager or a machine that shuts down ends them: the command and the server at once."""
    told = tmp_path / "told"
    with subprocess.Popen([sys.executable, "-c", WAIT, str(told), state]) as process:
        end = time.monotonic() + PATIENCE
        while not told.exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        pid, folder = told.read_text().split()
        if state == "loading":  # until it has begun to hear signals at all
            time.sleep(1)
        for target in (int(pid), process.pid):
            os.kill(target, getattr(signal, name))
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
    while Path(folder).exists():
        assert time.monotonic() < end, "the folder stays"
        time.sleep(0.05)


def test_no_jit_falls_to_numpy():
    """Compiled forms run as plain Python took 420 seconds for what numpy does in two."""
    code = "from analysis.stats import loops; print(loops.compiled())"
    made = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )
    assert made.stdout == "None\n", made.stderr


def test_no_notebook_gives_papermill_a_path_to_format():
    """In a checkout whose path has braces papermill looks for a parameter of that name."""
    for path in sorted(paths.notebooks().glob("*.ipynb")):
        code = "".join(
            cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"
        )
        assert not re.search(r"execute_notebook\((?!notebook,)", code), path.name


@pytest.mark.parametrize("files", [40, 64])
def test_few_open_files_are_one_sentence_before_the_work(tmp_path, files):
    """Kernels died one after the other, each a failed run with another reason."""

    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    grid = tmp_path / "grid.toml"
    grid.write_text('[[grid]]\nnotebook = "04_rating"\n', encoding="utf-8")
    made = subprocess.run(
        [sys.executable, "-m", "analysis.workflow.cli", "batch", str(grid), "--output", str(tmp_path / "out")],
        capture_output=True, text=True, preexec_fn=few,
    )  # fmt: skip
    assert made.returncode == 2
    assert made.stderr.startswith(f"amur: This session may have {files} files open at a time")
    assert made.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
